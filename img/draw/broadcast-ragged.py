"""Broadcasting a flat array against lists: each number is repeated for the entries of its list."""

from common import BLUE, GREEN, ORANGE, QUIET, RED, Page, save, tint

ROWS = ((5, 9, 2), (), (7,), (4, 6))
BASELINE = (1, 2, 3, 4)
COLOURS = (BLUE, QUIET, GREEN, ORANGE)
WIDTH, HEIGHT = 70, 48


def cell(page: Page, x: float, y: float, words: str, colour: str, dash=None) -> None:
    page.box(x, y, WIDTH, HEIGHT, tint(colour, 0.22), colour, round=0, dash=dash)
    page.text(x + WIDTH / 2, y + 32, words, 22, anchor="middle", code=True)


def draw() -> Page:
    description = (
        "Four rows. Left the lists 5 9 2, an empty list, 7, and 4 6. In the middle the flat array 1, 2, 3, 4, one "
        "number a row, each repeated with dashed boxes as often as its list is long: 1 three times, 2 not at all, 3 "
        "once, 4 twice. Right the differences: 4 8 1, an empty list, 4, and 0 2."
    )
    page = Page(1200, 470, "One number for each list, repeated for the entries of that list", description)
    for x, words in ((60, "rows"), (460, "baseline"), (860, "rows - baseline")):
        page.text(x, 60, words, 24, bold=True, code=True)
    for i, (row, base, colour) in enumerate(zip(ROWS, BASELINE, COLOURS, strict=True)):
        y = 92 + i * 78
        for k, value in enumerate(row):
            cell(page, 60 + k * WIDTH, y, str(value), colour)
            cell(page, 860 + k * WIDTH, y, str(value - base), colour)
        for k in range(1, len(row)):
            cell(page, 460 + k * WIDTH, y, str(base), colour, "6 4")
        cell(page, 460, y, str(base), colour)
        if not row:
            page.text(60, y + 32, "an empty list", 20, fill=QUIET)
            page.text(545, y + 32, "not needed", 20, fill=QUIET)
            page.text(860, y + 32, "an empty list", 20, fill=QUIET)
        page.text(360, y + 34, "−", 26, anchor="middle")
        page.text(760, y + 34, "=", 26, anchor="middle", fill=RED)
    page.text(60, 440, "Dashed: repeated, as often as the offsets say.", 20, fill=QUIET)
    return page


if __name__ == "__main__":
    save(__file__, draw())
