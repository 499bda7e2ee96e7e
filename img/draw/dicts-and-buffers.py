"""Two records with a number and a list each: as dicts they are boxes and pointers, in an array three flat buffers."""

from common import BLUE, GREEN, ORANGE, PINK, QUIET, RED, Page, save, tint


def cells(page: Page, x: float, y: float, texts, colour, width=86, height=42) -> None:
    """Draw values side by side, all in one colour."""
    for i, words in enumerate(texts):
        page.box(x + i * width, y, width, height, tint(colour, 0.25), colour, round=0)
        page.text(x + i * width + width / 2, y + 28, words, 18, anchor="middle", code=True)


def box(page: Page, x: float, y: float, width: float, head: str, value: str, colour: str) -> None:
    """Draw an object: a head that says what it is, and what is in it."""
    page.box(x, y, width, 60, tint(colour, 0.2), colour, round=6)
    page.text(x + width / 2, y + 22, head, 18, fill=QUIET, anchor="middle")
    page.text(x + width / 2, y + 48, value, 18, anchor="middle", code=True)


def record(page: Page, x: float, time: str, samples) -> None:
    """Draw a dict that refers to a float and to a list, which refers to its integers."""
    box(page, x + 90, 150, 170, "a dict", "time, samples", PINK)
    box(page, x, 270, 110, "a float", time, ORANGE)
    page.arrow((x + 140, 212), (x + 70, 266), stroke=RED)
    box(page, x + 200, 270, 150, "a list", "pointers", BLUE)
    page.arrow((x + 210, 212), (x + 262, 266), stroke=RED)
    for i, sample in enumerate(samples):
        left = x + 40 + i * 130
        box(page, left, 390, 105, "an int", sample, GREEN)
        page.arrow((x + 240 + 30 * i, 332), (left + 56, 386), stroke=RED)


def draw() -> Page:
    description = (
        "Above, a list of two records as Python keeps it: the list points to two dicts, each dict to a float and to a "
        "list, each list to its integers; twelve objects and eleven pointers between them. Below, the same in three "
        "flat buffers: the times 0.2 and 8.4; the offsets 0, 3 and 5; and the samples 203, 388, 44, 361 and 145, of "
        "which the first three belong to the first record."
    )
    page = Page(1200, 720, "Two records as dicts, and the same two records in flat buffers", description)
    page.text(40, 48, "dicts: each value a box, found by a pointer", 26, bold=True)
    box(page, 510, 62, 150, "a list", "pointers", BLUE)
    page.arrow((550, 124), (290, 147), stroke=RED)
    page.arrow((620, 124), (800, 147), stroke=RED)
    record(page, 60, "0.2", ("203", "388", "44"))
    record(page, 680, "8.4", ("361", "145"))

    page.line(40, 488, 1160, 488, QUIET, 1.5)
    page.text(40, 532, "buffers: each type written once, then numbers side by side", 26, bold=True)
    page.text(40, 590, "time", 20, code=True)
    cells(page, 170, 562, ("0.2", "8.4"), ORANGE)
    page.text(460, 590, "offsets", 20, code=True)
    cells(page, 580, 562, ("0", "3", "5"), BLUE)
    page.text(40, 686, "samples", 20, code=True)
    cells(page, 170, 658, ("203", "388", "44", "361", "145"), GREEN)
    for i, border in enumerate((0, 3, 5)):
        page.arrow((623 + 86 * i, 606), (170 + 86 * border + 2, 655), stroke=RED, width=2)
    return page


if __name__ == "__main__":
    save(__file__, draw())
