"""How the toy interpreter holds a list of numbers, and how C holds an array of them."""

from common import BLUE, GREEN, ORANGE, PINK, QUIET, RED, Page, save, tint

NUMBERS = (7, -2, 40)


def cells(page: Page, x: float, y: float, texts, fill: str, stroke: str, width=110, height=50) -> None:
    """Draw words of memory side by side."""
    for i, words in enumerate(texts):
        page.box(x + i * width, y, width, height, fill, stroke, round=0)
        page.text(x + i * width + width / 2, y + height / 2 + 7, words, 19, anchor="middle")


def draw() -> Page:
    description = (
        "Above, the toy interpreter: a list object leads to a table of two-word pointers; each leads to a block on the "
        "heap of its own, which holds how to free it, two reference counts, what it can do, and at last the number. "
        "Below, C: three numbers, four bytes each, side by side."
    )
    page = Page(
        1200, 730, "A list of three numbers in the toy interpreter, and an array of three numbers in C", description
    )
    page.text(50, 52, "[7, -2, 40] in the toy interpreter: a chain of boxes", 26, bold=True)

    cells(page, 50, 90, ("can do", "items"), tint(BLUE, 0.2), BLUE)
    page.text(50, 166, "the list", 20, fill=QUIET)
    page.arrow((215, 140), (215, 218), stroke=BLUE)
    for i, value in enumerate(NUMBERS):
        x, block, y = 160 + i * 200, 400 + 130 * i, 480 - 80 * i
        cells(page, x, 220, ("object", "counts"), tint(ORANGE, 0.25), ORANGE, width=100)
        cells(page, block, y, ("to free it", "counts", "can do"), tint(PINK, 0.25), PINK)
        cells(page, block + 330, y, (str(value),), tint(GREEN, 0.35), GREEN)
        page.arrow((x + 50, 270), (x + 50, y + 25), (block - 2, y + 25), stroke=RED)
    notes = (
        "two pointers for each number, and",
        "a block of the heap for each:",
        "48 bytes or more for one number",
    )
    page.lines(785, 196, notes, 20, fill=QUIET)

    page.line(50, 565, 1150, 565, QUIET, 1.5)
    page.text(50, 612, "the same in C: 4 bytes for each number", 26, bold=True)
    cells(page, 50, 640, [str(value) for value in NUMBERS], tint(GREEN, 0.35), GREEN, width=80)
    page.text(320, 672, "What they are and what can be done with them: that is in the program.", 20, fill=QUIET)
    return page


if __name__ == "__main__":
    save(__file__, draw())
