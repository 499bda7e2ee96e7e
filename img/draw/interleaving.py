"""Two orders of measuring the same two programs, while the machine becomes busy half-way."""

from common import BLUE, INK, ORANGE, QUIET, Page, save, tint

QUIET_WIDTH, BUSY_WIDTH, EACH = 60, 120, 6
LEFT, HEIGHT = 60, 84


def row(page: Page, y: float, title: str, order: str, verdict: tuple[str, str]) -> None:
    """Draw one order of runs as boxes as wide as they take, the best run of each program framed twice."""
    page.text(LEFT, y - 16, title, 24, bold=True)
    x, best = LEFT, set()
    for turn, name in enumerate(order):
        busy = turn >= EACH
        width = BUSY_WIDTH if busy else QUIET_WIDTH
        colour = BLUE if name == "A" else ORANGE
        first = name not in best
        best.add(name)
        page.box(x + 2, y, width - 4, HEIGHT, tint(colour, 0.35), colour, stroke_width=6 if first else 2)
        page.text(x + width / 2, y + 52, name, 26, anchor="middle", bold=True)
        x += width
    page.lines(LEFT, y + HEIGHT + 36, verdict, 21)


def draw() -> Page:
    description = (
        "Two rows of twelve runs of the programs A and B, which are the same. Half-way a backup begins and every run "
        "takes twice as long. In the first row all six runs of A come before the backup and all of B during it, so A "
        "looks faster. In the second row they take turns: both have three quick and three slow runs, and the best run "
        "of each is a quick one."
    )
    page = Page(1200, 560, "One after the other, or in turns, while the machine becomes busy", description)
    middle = LEFT + EACH * QUIET_WIDTH
    page.add("rect", x=float(middle), y=20.0, width=float(EACH * BUSY_WIDTH + 20), height=520.0, fill="#eeeeee")
    page.line(middle, 20, middle, 540, stroke=QUIET, width=3, dash="8 6")
    page.text(middle + 16, 48, "a backup begins: every run takes twice as long", 22, fill=INK, italic=True)
    row(page, 110, "one after the other", "A" * EACH + "B" * EACH, ("A looks twice", "as fast as B"))
    row(page, 366, "in turns", "AB" * EACH, ("both met it:", "neither looks faster"))
    page.text(middle + 16, 232, "B was measured, and the backup with it; even", 21)
    page.text(middle + 16, 260, "the best run of B (thick frame) had it.", 21)
    page.text(middle + 16, 486, "The best run of each (thick frame) is a quick one,", 21)
    page.text(middle + 16, 514, "and the means are alike, too.", 21)
    return page


if __name__ == "__main__":
    save(__file__, draw())
