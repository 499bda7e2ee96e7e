"""Two threads add one to a count: each reads, adds and writes, and one of the two updates is lost."""

from common import BLUE, GREEN, INK, ORANGE, QUIET, RED, Page, save, tint

LEFT, STEP, WIDTH, HEIGHT = 210, 235, 205, 74


def step(page: Page, column: int, y: float, words: tuple[str, str], colour: str) -> None:
    page.box(LEFT + column * STEP, y, WIDTH, HEIGHT, tint(colour, 0.3), colour, stroke_width=3)
    middle = LEFT + column * STEP + WIDTH / 2
    page.text(middle, y + 32, words[0], 21, anchor="middle", bold=True)
    page.text(middle, y + 60, words[1], 20, anchor="middle", code=True)


def draw() -> Page:
    description = (
        "Time runs to the right. The count begins at 0. Thread A reads 0. Then thread B reads 0 as well, adds 1 and "
        "writes 1. Then A, which still holds the 0 it read, adds 1 and writes 1 over it. Two threads have each added "
        "one, and the count is 1: the update of B is lost."
    )
    page = Page(1200, 520, "How one of two additions to the same count is lost", description)
    page.text(40, 54, "What A writes rests on what A has read, however old", 28, bold=True)

    for y, name, colour in ((120, "thread A", BLUE), (370, "thread B", ORANGE)):
        page.text(40, y + 44, name, 22, bold=True, fill=INK)
        end = LEFT + (4 if name == "thread A" else 3) * STEP - 30
        page.line(LEFT, y + HEIGHT / 2, end, y + HEIGHT / 2, stroke=colour, width=2, dash="3 6")
    step(page, 0, 120, ("reads", "0"), BLUE)
    step(page, 3, 120, ("adds, writes", "0 + 1"), BLUE)
    step(page, 1, 370, ("reads", "0"), ORANGE)
    step(page, 2, 370, ("adds, writes", "0 + 1"), ORANGE)

    page.text(40, 290, "the count", 22, bold=True)
    for column, value in enumerate(("0", "0", "1", "1")):
        x = LEFT + column * STEP + WIDTH / 2
        page.add("circle", cx=float(x), cy=282.0, r=30, fill=tint(GREEN, 0.35), stroke=GREEN, stroke_width=3)
        page.text(x, 291, value, 26, anchor="middle", bold=True)
    for column, up in ((0, True), (1, False)):
        x = LEFT + column * STEP + WIDTH / 2
        ends = ((x, 250), (x, 198)) if up else ((x, 314), (x, 366))
        page.arrow(*ends, stroke=QUIET)
    page.arrow((LEFT + 2 * STEP + WIDTH / 2, 366), (LEFT + 2 * STEP + WIDTH / 2, 318), stroke=ORANGE)
    page.arrow((LEFT + 3 * STEP + WIDTH / 2, 198), (LEFT + 3 * STEP + WIDTH / 2, 246), stroke=RED)
    page.text(LEFT + 3 * STEP, 390, "writes 1 over 1:", 21, fill=RED, bold=True)
    page.text(LEFT + 3 * STEP, 420, "B's update is lost", 21, fill=RED, bold=True)
    page.arrow((LEFT, 486), (LEFT + 4 * STEP - 30, 486), stroke=QUIET)
    page.text(40, 493, "time", 21, fill=QUIET)
    return page


if __name__ == "__main__":
    save(__file__, draw())
