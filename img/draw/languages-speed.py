"""How long the same ten programs take in different languages, as published."""

from math import log10

from common import BLUE, GREEN, QUIET, RED, RULE, Page, published, save

LEFT, RIGHT, TOP, ROW = 170, 1080, 130, 48
LOOKS = {"compiled": ("circle", BLUE), "virtual machine": ("square", GREEN), "interpreted": ("diamond", RED)}


def kind_of(language: str) -> str:
    return {"Java": "virtual machine", "Python": "interpreted", "Lua": "interpreted"}.get(language, "compiled")


def x_of(time: float) -> float:
    return LEFT + 20 + log10(time) / 2 * (RIGHT - LEFT - 20)


def draw() -> Page:
    rows = published("languages")
    bottom = TOP + len(rows) * ROW
    values = ", ".join(f"{row['method']} {row['value']}" for row in rows)
    description = (
        f"A plot with a logarithmic axis of the time of ten programs, as a multiple of the time in C: {values}."
    )
    page = Page(1200, bottom + 160, "Published times of ten programs in nine languages", description)
    page.text(40, 52, "The same ten programs in nine languages", 28, bold=True)
    for x, kind in ((40, "compiled"), (240, "virtual machine"), (500, "interpreted")):
        page.mark(x + 10, 91, *LOOKS[kind], 9)
        page.text(x + 28, 98, kind, 20)
    for tick in (1, 2, 5, 10, 20, 50, 100):
        page.line(x_of(tick), TOP, x_of(tick), bottom, RULE, 1)
        page.text(x_of(tick), bottom + 28, f"{tick}", 20, anchor="middle")
    page.text((LEFT + RIGHT) / 2, bottom + 60, "time, as a multiple of C's (logarithmic axis)", 20, anchor="middle")
    for i, row in enumerate(rows):
        y, x = TOP + (i + 0.5) * ROW, x_of(float(row["value"]))
        page.text(LEFT - 14, y + 7, row["method"], 22, anchor="end")
        page.line(LEFT + 20, y, x, y, LOOKS[kind_of(row["method"])][1], 3)
        page.mark(x, y, *LOOKS[kind_of(row["method"])], 10)
        page.text(x + 20, y + 7, row["value"], 20)
    notes = (
        "Pereira et al., Science of Computer Programming 205 (2021) 102609, Table 4; programs of the Computer",
        "Language Benchmarks Game, whose authors tuned some languages more, and used several cores in some.",
    )
    page.lines(40, bottom + 106, notes, 18, fill=QUIET)
    return page


if __name__ == "__main__":
    save(__file__, draw())
