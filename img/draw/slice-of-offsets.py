"""A slice of an array of lists: other starts and stops, the same content."""

from common import BLUE, GREEN, ORANGE, QUIET, RED, Page, save, tint

CONTENT = ("5", "9", "2", "7", "4", "6")
X, WIDTH, HEIGHT = 360, 96, 50


def cells(page: Page, x: float, y: float, texts, colour) -> None:
    """Draw numbers side by side, all in one colour."""
    for i, words in enumerate(texts):
        page.box(x + i * WIDTH, y, WIDTH, HEIGHT, tint(colour, 0.25), colour, round=0)
        page.text(x + i * WIDTH + WIDTH / 2, y + 33, words, 22, anchor="middle", code=True)


def draw() -> Page:
    description = (
        "In the middle the content of the array rows: 5, 9, 2, 7, 4 and 6 side by side. Above it the offsets of rows, "
        "0, 3, 3, 4 and 6, each with an arrow to the border where a list begins or ends. Below it the selection of the "
        "lists 3 and 0: starts 4 and 0, stops 6 and 3, which lead to the same content. Nothing of it was copied."
    )
    page = Page(1200, 660, "A selection of lists is new starts and stops over the same content", description)
    page.text(50, 70, "rows", 24, bold=True, code=True)
    page.text(50, 108, "offsets", 20, fill=QUIET)
    cells(page, X, 76, ("0", "3", "3", "4", "6"), BLUE)
    for i, border in enumerate((0, 3, 3, 4, 6)):
        page.arrow((X + WIDTH * (i + 0.5), 128), (X + WIDTH * border + (5 * (i - 1) - 3 if i in (1, 2) else 0), 252))
    page.text(50, 290, "content, there once", 20, fill=QUIET)
    cells(page, X, 256, CONTENT, GREEN)

    page.text(50, 490, "rows[[3, 0]]", 24, bold=True, code=True)
    page.text(50, 528, "starts and stops", 20, fill=QUIET)
    for i, (start, stop) in enumerate(((4, 6), (0, 3))):
        left = X + 130 + 300 * (1 - i)
        cells(page, left, 496, (str(start), str(stop)), ORANGE)
        colour = (RED, BLUE)[i]
        page.arrow((left + WIDTH / 2, 494), (X + WIDTH * start + 6, 310), stroke=colour, dash=(None, "9 5")[i])
        page.arrow((left + WIDTH * 1.5, 494), (X + WIDTH * stop - 6, 310), stroke=colour, dash=(None, "9 5")[i])
        page.text(left + WIDTH, 580, ("first: 4, 6", "then: 5, 9, 2")[i], 20, anchor="middle")
    page.text(50, 630, "A selection costs two numbers for each list, however long the lists are.", 22)
    return page


if __name__ == "__main__":
    save(__file__, draw())
