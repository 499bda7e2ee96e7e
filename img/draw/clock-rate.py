"""The clock rate of desktop processors, and their cores, against the year."""

from math import log10

from common import BLUE, INK, QUIET, RED, RULE, Page, save, table

LEFT, RIGHT, TOP, BOTTOM = 130, 1070, 110, 590
NAMED = {
    "Intel 4004": (14, 22),
    "Intel 386 DX": (14, 22),
    "Intel Pentium": (14, 22),
    "Intel Pentium 4 570": (-192, -14),
}
NAMED |= {"Intel Core i9-14900K": (-150, -18)}


def x_of(year: float) -> float:
    return LEFT + (year - 1969) / (2026 - 1969) * (RIGHT - LEFT)


def y_of(value: float) -> float:
    """Five decades, from 0.3 to 30 000."""
    return BOTTOM - (log10(value) + 0.5) / 5 * (BOTTOM - TOP)


def draw() -> Page:
    rows = table("clock-rate")
    description = (
        "A plot with a logarithmic axis. The clock rate grows from 0.74 MHz in 1971 to 3800 MHz in 2004, five thousand "
        "times, and is at 5700 to 6000 MHz twenty years later. The number of cores is 1 until 2005, then grows to 24."
    )
    page = Page(1200, 700, "Clock rate and cores of desktop processors, 1971 to 2024", description)
    page.text(LEFT, 50, "Since 2005 the clock hardly grows; the cores do", 28, bold=True)
    page.text(LEFT, 84, "both on one logarithmic axis: each line is ten times the one below", 20, fill=QUIET)
    for power in range(5):
        y = y_of(10**power)
        page.line(LEFT, y, RIGHT, y, RULE, 1)
        page.text(LEFT - 12, y + 7, f"{10**power:,}".replace(",", " "), 20, anchor="end")
    for year in range(1970, 2026, 10):
        page.line(x_of(year), BOTTOM, x_of(year), BOTTOM + 8)
        page.text(x_of(year), BOTTOM + 34, str(year), 20, anchor="middle")
    page.line(LEFT, BOTTOM, RIGHT, BOTTOM)
    page.line(x_of(2005), TOP, x_of(2005), BOTTOM, QUIET, 1.5, "4 6")
    for row in rows:
        x, megahertz, cores = x_of(int(row["year"])), float(row["megahertz"]), int(row["cores"])
        page.mark(x, y_of(megahertz), "circle", BLUE, 9)
        page.mark(x, y_of(cores), "diamond", RED, 8)
        if row["processor"] in NAMED:
            dx, dy = NAMED[row["processor"]]
            page.text(x + dx, y_of(megahertz) + dy, row["processor"], 18, fill=QUIET)
    page.text(x_of(1986), y_of(330), "clock rate in MHz", 22, fill=BLUE, bold=True, anchor="end")
    page.text(x_of(2012), y_of(1.3), "cores", 22, fill=RED, bold=True)
    page.text(
        LEFT, 675, "The highest rate that the maker publishes. Sources: img/draw/data/clock-rate.csv", 18, fill=INK
    )
    return page


if __name__ == "__main__":
    save(__file__, draw())
