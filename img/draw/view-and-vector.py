"""A NumPy view onto the memory of a C++ vector, before and after the vector moves."""

from common import BLUE, GREEN, QUIET, RED, Page, save, tint

CELL = 92


def memory(page: Page, x: float, y: float, values: tuple[str, ...], colour: str, dash: str | None = None) -> None:
    for place, value in enumerate(values):
        page.box(x + place * CELL, y, CELL, 64, tint(colour), colour, round=0, dash=dash)
        page.text(x + place * CELL + CELL / 2, y + 41, value, 22, code=True, anchor="middle")


def holder(page: Page, y: float, name: str, colour: str) -> None:
    page.box(60, y, 250, 64, tint(colour), colour)
    page.text(185, y + 41, name, 22, bold=True, anchor="middle")


def draw() -> Page:
    description = (
        "Two rows. Before: the vector and the NumPy view both point to the same block of memory with one number, 20.5. "
        "After push_back: the vector points to a new, larger block with 20.5 and 21.0; the view still points to the "
        "old block, drawn dashed, which has been given back and may hold anything."
    )
    page = Page(1200, 600, "After push_back the vector lives elsewhere, and the view does not know", description)
    page.text(60, 50, "The vector has moved; the view was not told", 28, bold=True)
    page.text(60, 106, "before", 22, fill=QUIET)
    holder(page, 125, "std::vector", BLUE)
    holder(page, 213, "NumPy view", GREEN)
    memory(page, 560, 165, ("20.5",), BLUE)
    page.arrow((310, 157), (556, 185), stroke=BLUE)
    page.arrow((310, 245), (556, 212), stroke=GREEN)
    page.text(60, 336, "after push_back(21.0)", 22, fill=QUIET)
    holder(page, 355, "std::vector", BLUE)
    holder(page, 480, "NumPy view", GREEN)
    memory(page, 560, 355, ("20.5", "21.0"), BLUE)
    memory(page, 560, 480, ("?",), RED, dash="7 6")
    page.arrow((310, 387), (556, 387), stroke=BLUE)
    page.arrow((310, 512), (556, 512), stroke=GREEN, dash="9 6")
    page.text(680, 506, "given back: it may hold anything,", 20, fill=QUIET)
    page.text(680, 534, "or belong to somebody else", 20, fill=QUIET)
    return page


if __name__ == "__main__":
    save(__file__, draw())
