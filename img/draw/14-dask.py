"""Who talks to whom in a cluster of Dask, and where do the data lie?"""

from common import BLUE, GREEN, INK, ORANGE, PINK, QUIET, RED, Page, save, tint


def draw() -> Page:
    description = (
        "On the left the notebook, a client, with a variable x that holds names only. It sends a graph to the "
        "scheduler in the middle, which knows the graph, and who has which chunk, and holds no data. The scheduler "
        "sends tasks to two workers on the right, each of which computes, and keeps two chunks of the array. "
        "An arrow with two heads between the workers: chunks move directly from one to the other. "
        "Beside each worker stands its nanny, which starts it, and starts another when it dies. "
        "A dashed arrow leads from a worker to the scheduler, and another from there to the notebook: what it asks "
        "for with result or gather."
    )
    page = Page(1180, 560, "Who talks to whom, and where do the data lie?", description)
    page.text(40, 46, "Who talks to whom, and where do the data lie?", 28, bold=True)

    _process(page, 40, 170, 250, 190, "client", "your notebook", BLUE)
    page.text(165, 285, "x = chunk names", 20, anchor="middle", code=True)
    page.text(165, 330, "no data", 20, anchor="middle", fill=QUIET)

    _process(page, 440, 170, 250, 190, "scheduler", "one process", ORANGE)
    page.lines(565, 280, ["knows every task, and", "who has which chunk"], 20, anchor="middle")
    page.text(565, 340, "no data", 20, anchor="middle", fill=QUIET)

    for row, top in enumerate((90, 330)):
        _process(page, 850, top, 290, 150, "worker", "", GREEN)
        for column in range(2):
            left = 875 + 125 * column
            page.box(left, top + 74, 110, 56, fill=tint(GREEN, 0.25), stroke=GREEN)
            page.text(left + 55, top + 109, f"chunk {2 * row + column}", 20, anchor="middle")
        page.box(740, top + 48, 84, 54, fill=tint(PINK, 0.2), stroke=PINK)
        page.text(782, top + 82, "nanny", 20, anchor="middle")
        page.arrow((824, top + 75), (850, top + 75), stroke=PINK)

    page.arrow((290, 235), (440, 235), stroke=BLUE)
    page.text(365, 222, "graph", 20, anchor="middle", fill=BLUE)
    page.arrow((690, 215), (720, 215), (720, 116), (850, 116), stroke=ORANGE)
    page.arrow((690, 315), (720, 315), (720, 456), (850, 456), stroke=ORANGE)
    page.text(785, 106, "tasks", 20, anchor="middle", fill=INK)

    page.arrow((1040, 285), (1040, 240), stroke=GREEN)
    page.arrow((1040, 285), (1040, 330), stroke=GREEN)
    page.text(1026, 292, "chunks, directly", 20, anchor="end")

    page.arrow((900, 480), (900, 510), (565, 510), (565, 360), stroke=RED, dash="8 6")
    page.arrow((440, 320), (290, 320), stroke=RED, dash="8 6")
    page.lines(545, 450, ["only what you ask for:", "result(), gather()"], 20, anchor="end")
    return page


def _process(page, left, top, width, height, name, note, colour) -> None:
    page.box(left, top, width, height, fill=tint(colour, 0.1), stroke=colour, stroke_width=3)
    page.text(left + width / 2, top + 38, name, 24, anchor="middle", bold=True)
    if note:
        page.text(left + width / 2, top + 66, note, 20, anchor="middle", fill=QUIET)


if __name__ == "__main__":
    save(__file__, draw())
