"""A walk along the rows of an array, and one down its columns: what each uses of the cache lines it fetches."""

from common import BLUE, GREEN, INK, ORANGE, PAPER, QUIET, RED, Page, save, tint

ROWS, LINES, SLOT = 4, 2, 30


def draw() -> Page:
    description = (
        "The same array of four rows twice; each row lies in two cache lines of eight numbers. On the left, the walk "
        "goes along the first row: it takes all eight numbers of the first line, then those of the second. On the "
        "right, it goes down the first column: it takes one number of the first line of each row, and the other seven "
        "are fetched for nothing."
    )
    page = Page(1200, 520, "What a walk along a row and a walk down a column use of each cache line", description)
    page.text(50, 52, "The same numbers, fetched in lines of eight", 28, bold=True)
    side(page, 50, "along a row: all the numbers of a line", along=True)
    side(page, 640, "down a column: one number of each line", along=False)
    page.line(600, 90, 600, 480, QUIET, 1.5)
    page.lines(50, 440, ("the first line brings eight numbers", "that are wanted next"), 20)
    page.lines(640, 440, ("four lines bring 32 numbers;", "four of them are wanted now"), 20)
    return page


def side(page: Page, left: int, title: str, along: bool) -> None:
    """Draw the array in its lines, and the walk through it."""
    page.text(left, 110, title, 20, bold=True)
    for row in range(ROWS):
        for line in range(LINES):
            x, y = left + line * (8 * SLOT + 16), 150 + row * 62
            fetched = row == 0 if along else line == 0
            page.box(x - 4, y - 4, 8 * SLOT + 8, 46, PAPER, INK if fetched else QUIET, round=6, stroke_width=2.5)
            for place in range(8):
                used = row == 0 if along else line == 0 and place == 0
                colour = GREEN if used else ORANGE if fetched else QUIET
                page.box(x + place * SLOT + 1, y, SLOT - 2, 38, tint(colour, 0.55 if used else 0.2), colour, round=3)
    if along:
        page.arrow((left + 10, 169), (left + 2 * 8 * SLOT + 8, 169), stroke=BLUE, width=3)
    else:
        page.arrow((left + 16, 156), (left + 16, 380), stroke=RED, width=3)


if __name__ == "__main__":
    save(__file__, draw())
