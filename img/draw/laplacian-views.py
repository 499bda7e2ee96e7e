"""The five views of one grid whose sum is the Laplacian: the inner part, moved by one in four directions."""

from common import BLUE, GREEN, ORANGE, PINK, QUIET, RED, Page, save, tint

ROWS, COLUMNS, SIDE = 5, 6, 30
VIEWS = (
    ("u[1:-1, 1:-1]", "middle, times -4", 1, 1, BLUE),
    ("u[:-2, 1:-1]", "up", 0, 1, ORANGE),
    ("u[2:, 1:-1]", "down", 2, 1, GREEN),
    ("u[1:-1, :-2]", "left", 1, 0, PINK),
    ("u[1:-1, 2:]", "right", 1, 2, RED),
)


def draw() -> Page:
    description = (
        "Five times the same grid of five rows and six columns, each with a window of three rows and four columns "
        "marked: in the middle, and moved by one up, down, left and right. In each window the cell that belongs to the "
        "same point of the result is marked with a dot: the point itself, and its four neighbours."
    )
    page = Page(1200, 360, "Five windows on one grid: the middle and its four neighbours", description)
    page.text(40, 52, "Five views of one array; the dots are added up", 26, bold=True)
    for at, (code, words, down, along, colour) in enumerate(VIEWS):
        x, y = 40 + at * 232, 110
        for row in range(ROWS):
            for column in range(COLUMNS):
                inside = down <= row < down + 3 and along <= column < along + 4
                fill = tint(colour, 0.45) if inside else tint(QUIET, 0.06)
                edge = colour if inside else QUIET
                page.box(x + column * SIDE, y + row * SIDE, SIDE, SIDE, fill, edge, round=0, stroke_width=1.5)
        page.box(x + along * SIDE, y + down * SIDE, 4 * SIDE, 3 * SIDE, "none", colour, round=0, stroke_width=4)
        page.mark(x + (along + 1.5) * SIDE, y + (down + 1.5) * SIDE, "circle", "#1a1a1a", 7)
        page.text(x + 90, y + 185, code, 18, code=True, anchor="middle")
        page.text(x + 90, y + 215, words, 18, fill=QUIET, anchor="middle")
    return page


if __name__ == "__main__":
    save(__file__, draw())
