"""Ways to call compiled code from Python, by the year in which each appeared."""

from common import BLUE, GREEN, INK, ORANGE, PINK, QUIET, RED, Page, save, table

LEFT, RIGHT, AXIS = 90, 1110, 350
KINDS = {"C": ("circle", BLUE), "C++": ("square", RED), "C, C++": ("diamond", PINK), "Fortran": ("diamond", GREEN)}
KINDS |= {"Rust": ("circle", ORANGE)}
# how far from the axis each name stands, so that neighbours do not touch
HEIGHTS = (70, -70, 150, -150, 230, -230)


def x_of(year: float) -> float:
    return LEFT + (year - 1993) / (2024 - 1993) * (RIGHT - LEFT)


def draw() -> Page:
    rows = table("bindings")
    description = (
        "A timeline from 1993 to 2024. "
        + "; ".join(f"{row['name']} ({row['language']}) {row['year']}" for row in rows)
        + ". All of them are still in use, Pyrex as its successor Cython."
    )
    page = Page(1200, 700, "Ways to call compiled code from Python, by the year they appeared", description)
    page.text(LEFT, 50, "A new door every few years, and the old ones stay open", 28, bold=True)
    page.line(LEFT - 20, AXIS, RIGHT + 20, AXIS)
    for year in range(1995, 2025, 5):
        page.line(x_of(year), AXIS - 7, x_of(year), AXIS + 7)
        page.text(x_of(year) - 6, AXIS + 32, str(year), 18, anchor="end", fill=QUIET)
    for number, row in enumerate(rows):
        x, y = x_of(int(row["year"])), AXIS - HEIGHTS[number % len(HEIGHTS)]
        shape, colour = KINDS[row["language"]]
        page.line(x, AXIS, x, y, colour, 2)
        page.mark(x, AXIS, shape, colour, 9)
        above = y < AXIS
        page.text(x, y - 12 if above else y + 26, row["name"], 22, bold=True, anchor="middle", fill=INK)
        page.text(x, y - 38 if above else y + 50, row["year"], 18, anchor="middle", fill=QUIET)
    for place, (language, (shape, colour)) in enumerate(KINDS.items()):
        x = LEFT + 20 + place * 170
        page.mark(x, 655, shape, colour, 9)
        page.text(x + 20, 662, language, 20)
    page.text(LEFT, 690, "Sources: img/draw/data/bindings.csv", 18, fill=INK)
    return page


if __name__ == "__main__":
    save(__file__, draw())
