"""What travels when a grid is cut into slabs: the outermost row of each, into the halo of its neighbour."""

from common import BLUE, GREEN, INK, ORANGE, PAPER, QUIET, RED, Page, save, tint

ROW, WIDTH = 34, 290
COLOURS = (BLUE, GREEN, ORANGE, RED)


def row(page: Page, x: float, y: float, colour: str, words: str = "", halo: bool = False) -> None:
    """One row of a slab; of a halo, whose numbers are copies, the outline is dashed."""
    fill, dash = (PAPER, "7 5") if halo else (tint(colour, 0.35), None)
    page.box(x, y, WIDTH, ROW - 4, fill, colour, round=3, dash=dash)
    if words:
        page.text(x + WIDTH / 2, y + 21, words, 18, anchor="middle", fill=INK)


def whole(page: Page, x: float, y: float) -> None:
    """The grid of one process, with the slabs that four ranks will have."""
    page.text(x + WIDTH / 2, 96, "one process: the grid", 23, anchor="middle", bold=True)
    for slab, colour in enumerate(COLOURS):
        for n in range(3):
            words = f"of rank {slab}" if n == 1 else ""
            row(page, x, y + (3 * slab + n) * ROW, colour, words)


def slab(page: Page, x: float, y: float, rank: int) -> None:
    """Three rows of a rank, between the halo rows that it keeps of its neighbours."""
    row(page, x, y, COLOURS[rank - 1], f"halo: copy from rank {rank - 1}", halo=True)
    for n in range(3):
        row(page, x, y + (n + 1) * ROW, COLOURS[rank], f"rank {rank}" if n == 1 else "outermost row")
    row(page, x, y + 4 * ROW, COLOURS[rank + 1], f"halo: copy from rank {rank + 1}", halo=True)


def draw() -> Page:
    description = (
        "On the left a grid of twelve rows, three for each of four ranks. On the right the memory of ranks 1 and "
        "2: three rows of their own, between two dashed halo rows, copies of the neighbours' outermost rows. One arrow "
        "leads from the lowest row of rank 1 to the upper halo of rank 2, another from the uppermost row of rank 2 to "
        "the lower halo of rank 1."
    )
    page = Page(1000, 540, "What travels between the slabs of a grid", description)
    page.text(40, 48, "After each step: which rows travel?", 28, bold=True)
    whole(page, 40, 116)
    x = 500
    page.text(x + WIDTH / 2, 96, "two of four ranks", 23, anchor="middle", bold=True)
    slab(page, x, 116, 1)
    slab(page, x, 116 + 6 * ROW + 4, 2)
    side, first, second = x + WIDTH, 116 + ROW / 2 - 2, 116 + 6 * ROW + 4 + ROW / 2 - 2
    down, up = first + 3 * ROW, second + ROW
    page.arrow((side + 4, down), (side + 60, down), (side + 60, second), (side + 6, second), stroke=COLOURS[1])
    page.arrow((x - 4, up), (x - 60, up), (x - 60, first + 4 * ROW), (x - 6, first + 4 * ROW), stroke=COLOURS[2])
    page.lines(side + 74, (down + second) / 2 - 4, ("message", "down"), 19, fill=QUIET)
    page.lines(x - 74, (up + first + 4 * ROW) / 2 - 4, ("message", "up"), 19, fill=QUIET, anchor="end")
    return page


if __name__ == "__main__":
    save(__file__, draw())
