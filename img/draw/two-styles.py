"""The ways out of slow loops in a plane: what you write (an element, an array) and when it becomes machine code."""

from common import BLUE, GREEN, INK, ORANGE, QUIET, RED, Page, save, tint

LEFT, RIGHT, TOP, BOTTOM = 190, 1150, 110, 560
ROWS = (("interpreted", "each time"), ("compiled", "while it runs"), ("compiled", "before it runs"))
# name, how far to the array style (0 to 1), row, mark
TOOLS = (
    ("Python loop", 0.02, 0, "circle", ORANGE),
    ("pandas, Awkward", 0.55, 0, "square", BLUE),
    ("NumPy", 0.87, 0, "square", BLUE),
    ("PyPy, CPython's JIT", 0.02, 1.24, "circle", ORANGE),
    ("Numba", 0.02, 0.9, "circle", RED),
    ("Numba on arrays", 0.45, 1.06, "circle", RED),
    ("numexpr", 0.7, 0.8, "square", BLUE),
    ("JAX", 0.87, 1.06, "square", RED),
    ("Taichi", 0.25, 0.8, "circle", GREEN),
    ("C, C++, Rust", 0.02, 2, "circle", GREEN),
    ("Cython", 0.28, 2, "circle", GREEN),
    ("Pythran", 0.6, 2, "circle", GREEN),
)


def draw() -> Page:
    description = (
        "A plane. To the right the style changes from one element at a time to whole arrays; upwards stands when the "
        "text becomes machine code: never, while the program runs, or before. Interpreted are the Python loop on the "
        "left and NumPy on the right, whose single operations were compiled long ago. Compiled while it runs are Numba "
        "and PyPy on the left, numexpr and JAX on the right. Compiled before are C, Cython and Pythran."
    )
    page = Page(1200, 680, "Two styles of writing, three times of compiling", description)
    page.text(50, 54, "What you write, and when it becomes machine code", 28, bold=True)
    height = (BOTTOM - TOP) / 3
    for row, words in enumerate(ROWS):
        y = BOTTOM - (row + 1) * height
        page.box(LEFT, y, RIGHT - LEFT, height, tint((QUIET, RED, GREEN)[row], 0.07), QUIET, stroke_width=1, round=0)
        page.lines(LEFT - 14, y + height / 2, words, 18, anchor="end")
    for name, along, row, shape, colour in TOOLS:
        x = LEFT + 36 + along * (RIGHT - LEFT - 90)
        y = BOTTOM - (row + 0.5) * height
        page.mark(x, y, shape, colour, 10)
        page.text(x + 18, y + 7, name, 21, fill=INK)
    page.arrow((LEFT, 600), (RIGHT, 600))
    page.text(LEFT, 640, "imperative: what happens to one element", 20)
    page.text(RIGHT, 640, "whole arrays: what is made of what", 20, anchor="end")
    return page


if __name__ == "__main__":
    save(__file__, draw())
