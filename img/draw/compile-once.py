"""A call of a Numba function: look the types up, and only where there is no entry infer, compile and keep."""

from common import BLUE, GREEN, INK, ORANGE, QUIET, RED, Page, save, tint

ROWS = (("int64, int64", "add → int64"), ("int64, float64", "add → float64"), ("float32, int8", "add → float32"))


def step(page: Page, x: float, y: float, width: float, words: tuple[str, ...], colour: str) -> None:
    page.box(x, y, width, 32 + 28 * len(words), tint(colour), colour, stroke_width=3)
    page.lines(x + width / 2, y + 36, words, 20, step=1.4, anchor="middle")


def draw() -> Page:
    description = (
        "A call add(3, 0.5) is turned into the types int64 and float64. They are looked up in a table of versions. "
        "If the table has an entry, its machine code runs, in less than a microsecond. If not, Numba infers types "
        "from the bytecode, LLVM compiles, the version is entered into the table, and then runs: that takes a fraction "
        "of a second, once."
    )
    page = Page(1200, 600, "What happens when a function that Numba compiles is called", description)
    page.text(50, 54, "The types choose the version; only a new combination is compiled", 28, bold=True)

    step(page, 50, 110, 230, ("the call", "add(3, 0.5)"), BLUE)
    page.arrow((280, 154), (350, 154))
    step(page, 350, 110, 250, ("its types", "int64, float64"), BLUE)
    page.arrow((600, 154), (670, 154))
    page.text(635, 138, "look up", 17, anchor="middle", fill=QUIET)

    page.text(670, 104, "add.overloads", 20, code=True)
    for row, (types, version) in enumerate(ROWS):
        y = 116 + row * 48
        fill = tint(GREEN, 0.35) if row == 1 else tint(GREEN, 0.1)
        page.box(670, y, 230, 48, fill, GREEN, round=0)
        page.box(900, y, 240, 48, fill, GREEN, round=0)
        page.text(685, y + 31, types, 18, code=True)
        page.text(915, y + 31, version, 18, code=True)

    page.arrow((1040, 260), (1040, 420), stroke=GREEN)
    page.text(1024, 322, "found: every", 19, anchor="end", fill=INK)
    page.text(1024, 348, "later call", 19, anchor="end", fill=INK)
    step(page, 930, 420, 220, ("run machine code", "microseconds"), GREEN)

    page.text(490, 318, "no entry: the first call", 19, fill=INK)
    step(page, 50, 400, 260, ("read the bytecode,", "infer every type"), ORANGE)
    step(page, 380, 400, 240, ("LLVM makes", "machine code"), ORANGE)
    page.arrow((700, 260), (700, 330), (180, 330), (180, 400), stroke=RED, dash="9 6")
    page.arrow((310, 444), (380, 444), stroke=ORANGE)
    page.arrow((620, 444), (780, 444), (780, 264), stroke=ORANGE)
    page.text(640, 478, "enter it, then run", 19, fill=INK)
    page.text(50, 540, "a fraction of a second, once for each combination of types", 20, fill=RED)
    return page


if __name__ == "__main__":
    save(__file__, draw())
