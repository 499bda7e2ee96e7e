"""A sum along axis 0 and along axis 1 of the same grid."""

from common import BLUE, GREEN, ORANGE, QUIET, RED, Page, save, tint

GRID = ((0, 1, 2, 3), (4, 5, 6, 7), (8, 9, 10, 11))
WIDE, HIGH = 80, 56


def draw() -> Page:
    description = (
        "A grid of three rows and four columns, which holds 0 to 11. Below it an arrow leads down to one row of four "
        "sums, 12, 15, 18 and 21: axis 0 has disappeared. On the right an arrow leads to one column of three sums, "
        "6, 22 and 38: axis 1 has disappeared."
    )
    page = Page(1200, 500, "Sums along the two axes of a grid of three rows and four columns", description)
    page.text(60, 52, "The axis that you name is the one that disappears", 28, bold=True)
    cells(page, 330, 100, GRID, BLUE)
    page.text(310, 190, "shape (3, 4)", 20, fill=QUIET, anchor="end")
    page.arrow((490, 278), (490, 352), stroke=RED, width=4)
    page.text(520, 324, "sum(axis=0)", 22, code=True)
    cells(page, 330, 366, (tuple(sum(column) for column in zip(*GRID, strict=True)),), ORANGE)
    page.lines(310, 388, ("shape (4,)", "rows added up"), 20, fill=QUIET, anchor="end")
    page.arrow((662, 184), (842, 184), stroke=RED, width=4)
    page.text(672, 160, "sum(axis=1)", 22, code=True)
    cells(page, 860, 100, tuple((sum(row),) for row in GRID), GREEN)
    page.lines(960, 180, ("shape (3,)", "columns added up"), 20, fill=QUIET)
    return page


def cells(page: Page, x: float, y: float, rows, colour: str) -> None:
    """Draw rows of numbers as a grid."""
    for down, row in enumerate(rows):
        for along, value in enumerate(row):
            left, top = x + along * WIDE, y + down * HIGH
            page.box(left, top, WIDE, HIGH, tint(colour, 0.25), colour, round=0)
            page.text(left + WIDE / 2, top + HIGH / 2 + 8, str(value), 22, anchor="middle")


if __name__ == "__main__":
    save(__file__, draw())
