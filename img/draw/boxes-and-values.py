"""Four integers as a Python list holds them, and as an array holds them."""

from common import BLUE, GREEN, ORANGE, PINK, QUIET, RED, Page, save, tint

NUMBERS = (1000, 1001, 1002, 1003)
PLACES = ((40, 250), (820, 250), (330, 430), (740, 430))  # where each box happened to be put on the heap


def cells(page: Page, x: float, y: float, texts, colours, width=100, height=46, size=18) -> None:
    """Draw words of memory side by side, each in its colour."""
    for i, (words, colour) in enumerate(zip(texts, colours, strict=True)):
        page.box(x + i * width, y, width, height, tint(colour, 0.25), colour, round=0)
        page.text(x + i * width + width / 2, y + height / 2 + 6, words, size, anchor="middle")


def draw() -> Page:
    description = (
        "Above, a list: four pointers side by side, each leading to an integer object somewhere on the heap, which "
        "holds a reference count, the address of its type, a size and at last the number. The objects lie in no "
        "particular order. Below, an array: a header that says the type once, and four numbers of four bytes side by "
        "side."
    )
    page = Page(1200, 720, "A list of four boxed integers, and an array of four raw integers", description)
    page.text(50, 50, "list: four addresses, and four objects wherever there was room", 26, bold=True)
    cells(page, 330, 80, ["pointer"] * 4, [BLUE] * 4, width=130)
    page.text(310, 110, "8 bytes each", 18, fill=QUIET, anchor="end")
    for i, (value, (x, y)) in enumerate(zip(NUMBERS, PLACES, strict=True)):
        start = 395 + 130 * i
        page.arrow((start, 126), (start, 162), (x + (45 if x < start else 60), y - 2), stroke=RED)
        cells(page, x, y, ("count", "type", "size", str(value)), (ORANGE, PINK, QUIET, GREEN), width=90)
    page.lines(40, 432, ("24 bytes about it,", "4 bytes of number,", "8 to point at it"), 20, fill=QUIET)

    page.line(50, 530, 1150, 530, QUIET, 1.5)
    page.text(50, 582, "array: the type once, then nothing but numbers", 26, bold=True)
    cells(page, 50, 612, ("type, size", "address"), (PINK, BLUE), width=130)
    page.arrow((310, 635), (368, 635), stroke=RED)
    cells(page, 370, 612, [str(value) for value in NUMBERS], [GREEN] * 4, width=90)
    page.text(755, 642, "4 bytes each, in order", 20, fill=QUIET)
    return page


if __name__ == "__main__":
    save(__file__, draw())
