"""What one cache line holds of a list of floats, in the order they were made and sorted, and of an array."""

from common import BLUE, GREEN, INK, PAPER, QUIET, RED, Page, save, tint

SLOT = 30


def draw() -> Page:
    description = (
        "Three rows of cache lines. An array: one line of 64 bytes holds eight numbers. A list in the order its floats "
        "were made: the pointers lead to neighbouring boxes, about two to a line. The same list sorted: each pointer "
        "leads to a box in another line, far away, and of the line that is fetched most is not wanted now."
    )
    page = Page(1200, 660, "What a cache line holds of an array, of a list, and of a sorted list", description)
    page.text(50, 56, "What a cache line brings: 64 bytes at a time", 30, bold=True)
    page.text(50, 122, "array", 22, bold=True)
    page.text(50, 150, "eight numbers a line", 18, fill=QUIET)
    line(page, 330, 95)
    for k in range(8):
        page.box(330 + 4 + k * SLOT, 101, SLOT - 2, 38, tint(GREEN, 0.6), GREEN, round=3, stroke_width=1.5)
    page.text(610, 126, "all of it is wanted", 20)

    page.text(50, 222, "list, as made", 22, bold=True)
    page.text(50, 250, "pointers to boxes in a row", 18, fill=QUIET)
    pointers(page, 200)
    for k in range(4):
        line(page, 330 + 210 * k, 290, width=200)
        for half in (0, 1):
            box(page, 334 + 210 * k + 98 * half, 296, wanted=True)
    for k in range(8):
        end = 334 + 210 * (k // 2) + 98 * (k % 2) + 47
        page.arrow((330 + 4 + k * SLOT + 14, 244), (end, 288), stroke=BLUE, width=1.8)

    page.text(50, 422, "list, sorted", 22, bold=True)
    page.text(50, 450, "pointers to boxes anywhere", 18, fill=QUIET)
    pointers(page, 400)
    places = (3, 0, 2, 1)
    for k in range(4):
        line(page, 330 + 210 * k, 530, width=200)
        half = k % 2
        box(page, 334 + 210 * k + 98 * half, 536, wanted=True)
        box(page, 334 + 210 * k + 98 * (1 - half), 536, wanted=False)
        if k < 3:
            page.text(535 + 210 * k, 600, "…", 20, anchor="middle", fill=QUIET)
    for k, place in enumerate(places):
        end = 334 + 210 * place + 98 * (place % 2) + 47
        page.arrow((330 + 4 + k * SLOT + 14, 444), (end, 528), stroke=RED, width=2)
    page.text(330, 634, "one number a line, and no rule: each line is waited for", 20)
    return page


def line(page: Page, x, y, width=248) -> None:
    """Draw the frame of a cache line."""
    page.box(x, y, width, 50, PAPER, INK, round=6)


def pointers(page: Page, y) -> None:
    """Draw a list's array of eight pointers, which is a line itself."""
    line(page, 330, y - 6)
    for k in range(8):
        page.box(334 + k * SLOT, y, SLOT - 2, 38, tint(BLUE, 0.4), BLUE, round=3, stroke_width=1.5)


def box(page: Page, x, y, wanted: bool) -> None:
    """Draw a float with its header: type, reference count, and the number."""
    colour = GREEN if wanted else QUIET
    page.box(x, y, 94, 38, tint(colour, 0.12), colour, round=3, stroke_width=1.5)
    page.box(x + 60, y + 4, SLOT, 30, tint(colour, 0.6 if wanted else 0.2), colour, round=3, stroke_width=1.5)


if __name__ == "__main__":
    save(__file__, draw())
