"""The steps of two algorithms for the same question: a triangle of comparisons, and one row of look-ups."""

from common import BLUE, GREEN, INK, ORANGE, QUIET, RED, Page, save, tint

AMOUNTS = ("+120", "-45", "+30", "-120", "+45", "+80", "-30", "+45")
PAIRS = ((0, 3), (1, 4), (1, 7), (2, 6))  # what cancels


def draw() -> Page:
    description = (
        "Left, a triangle: eight bookings, each compared with all that follow it, which makes 28 comparisons; the four "
        "cells where the two add up to zero are filled and marked with 0. Right, the same eight bookings in one row "
        "below each other: each asks a table once for its opposite, which makes eight steps, and four times it is "
        "there."
    )
    page = Page(1200, 700, "Twenty-eight comparisons, or eight look-ups, for the same four pairs", description)
    page.text(50, 50, "each with all that follow: 28 comparisons", 24, bold=True)
    cell, left, top = 56, 150, 118
    for i, amount in enumerate(AMOUNTS):
        page.text(left - 12, top + i * cell + 36, amount, 20, anchor="end", code=True)
        page.text(left + i * cell + cell / 2 - 3, top - 14, amount, 19, anchor="middle", code=True)
        for j in range(i + 1, len(AMOUNTS)):
            hit = (i, j) in PAIRS
            x, y = left + j * cell, top + i * cell
            page.box(x, y, cell - 6, cell - 6, tint(GREEN, 0.6) if hit else tint(BLUE), GREEN if hit else BLUE, round=4)
            if hit:
                page.text(x + cell / 2 - 3, y + 34, "0", 24, anchor="middle", bold=True)
    page.lines(50, 610, ("Twice the bookings:", "four times the comparisons."), 22)

    page.line(640, 40, 640, 660, QUIET, 1.5)
    page.text(680, 50, "ask a table once: 8 look-ups", 24, bold=True)
    page.text(700, 100, "booking", 19, fill=QUIET)
    page.text(870, 100, "is its opposite there?", 19, fill=QUIET)
    for i, amount in enumerate(AMOUNTS):
        y = 118 + i * cell
        found = sum(j == i for _, j in PAIRS)
        colour = GREEN if found else ORANGE
        page.box(680, y, 130, cell - 6, tint(colour, 0.35 if found else 0.16), colour, round=4)
        page.text(745, y + 33, amount, 20, anchor="middle", code=True)
        page.arrow((816, y + 25), (858, y + 25), stroke=RED)
        page.text(870, y + 32, "yes: one pair more" if found else "no", 20, bold=bool(found), fill=INK)
    page.lines(680, 610, ("Twice the bookings:", "twice the look-ups."), 22)
    return page


if __name__ == "__main__":
    save(__file__, draw())
