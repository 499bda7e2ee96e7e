"""Three views of one list, each shifted by a place, and the columns that zip takes from them."""

from common import BLUE, GREEN, ORANGE, QUIET, RED, Page, save, tint

VALUES = ("h0", "h1", "h2", "h3", "h4", "h5", "h6")
ROWS = (("heights", "left", BLUE), ("heights[1:]", "middle", ORANGE), ("heights[2:]", "right", GREEN))
WIDTH, HEIGHT, FIRST = 104, 62, 330  # of a cell, and where the rows begin


def draw() -> Page:
    description = (
        "Three rows of cells. The first row holds the heights h0 to h6, the second the same from h1 on, the third from "
        "h2 on, all beginning at the same place. A frame marks the second column: h1, h2 and h3, which are the left, "
        "the middle and the right height of one step. zip takes column after column and stops where the shortest row "
        "ends."
    )
    page = Page(1200, 480, "Three shifted views of one list, and the columns that zip takes", description)
    page.text(50, 54, "zip walks down three shifted views at once, and no index is left", 28, bold=True)
    for row, (name, role, colour) in enumerate(ROWS):
        y = 110 + row * 84
        page.text(310, y + 40, name, 22, anchor="end", code=True)
        for place, value in enumerate(VALUES[row:]):
            x = FIRST + place * WIDTH
            taken = place < len(VALUES) - 2
            page.box(x, y, WIDTH - 8, HEIGHT, tint(colour, 0.3 if taken else 0.08), colour if taken else QUIET)
            page.text(x + WIDTH / 2 - 4, y + 40, value, 22, anchor="middle", fill=None if taken else QUIET)
        page.text(FIRST + 7 * WIDTH + 12, y + 40, role, 22, bold=True)
    page.box(FIRST + WIDTH - 4, 96, WIDTH, 252, "none", RED, stroke_width=4, round=12)
    page.arrow((FIRST + 2 * WIDTH + 24, 380), (FIRST + 4 * WIDTH, 380), stroke=RED, width=3.5)
    page.text(FIRST + WIDTH - 4, 387, "one step", 22, bold=True, fill=RED)
    page.text(FIRST + 4 * WIDTH + 16, 387, "the next column", 22, fill=RED)
    page.text(50, 446, "It stops where the shortest row ends: five columns for seven heights.", 21, fill=QUIET)
    return page


if __name__ == "__main__":
    save(__file__, draw())
