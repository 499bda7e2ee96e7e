"""Tracing: stand-ins without values go through the function once; what they recorded is compiled and used again."""

from common import BLUE, GREEN, ORANGE, QUIET, RED, Page, save, tint

RECORD = ("d = neg b", "e = b ** 2", "f = 4.0 * a", "g = f * c", "h = e - g", "i = sqrt h", "…")


def draw() -> Page:
    description = (
        "On the first call with a shape and a dtype, stand-ins of that shape and dtype, without values, are passed to "
        "the Python function. It runs once, prints once, and every operation on a stand-in is written down. The record "
        "is compiled. Later calls with the same shape and dtype pass their values to the compiled record directly; "
        "the Python function is not run again."
    )
    page = Page(1200, 620, "How JAX traces a function: Python runs once, the record runs ever after", description)
    page.text(50, 54, "Python runs once; what it did to the stand-ins runs ever after", 28, bold=True)

    page.text(50, 112, "first call with this shape and dtype", 20, bold=True, fill=RED)
    page.box(50, 130, 230, 150, tint(BLUE), BLUE, stroke_width=3)
    page.lines(70, 164, ("stand-ins", "a: float32[3]", "b: float32[3]", "c: float32[3]"), 19, step=1.55)
    page.arrow((280, 205), (340, 205), stroke=BLUE)

    page.box(340, 130, 340, 150, tint(ORANGE), ORANGE, stroke_width=3)
    page.text(360, 164, "Python, once", 19, bold=True)
    page.lines(360, 198, ("print(…)", "(-b + sqrt(b**2", "    - 4*a*c)) / (2*a)"), 18, step=1.5, code=True)
    page.arrow((680, 205), (740, 205), stroke=ORANGE)

    page.box(740, 130, 200, 250, tint(GREEN, 0.1), GREEN, stroke_width=3)
    page.text(760, 162, "the record", 19, bold=True)
    page.lines(760, 194, RECORD, 18, step=1.5, code=True)
    page.arrow((940, 255), (985, 255), stroke=GREEN)

    page.box(985, 205, 175, 100, tint(GREEN, 0.35), GREEN, stroke_width=3)
    page.lines(1072, 246, ("machine code,", "one loop"), 20, step=1.5, anchor="middle")

    page.line(50, 420, 1150, 420, QUIET, 1.5)
    page.text(50, 462, "every later call with this shape and dtype", 20, bold=True, fill=RED)
    page.box(50, 482, 230, 90, tint(BLUE), BLUE, stroke_width=3)
    page.lines(70, 518, ("values", "[1.0, 2.0, 3.0] …"), 19, step=1.6)
    page.arrow((280, 527), (985, 527), stroke=BLUE)
    page.text(635, 512, "no Python: nothing is printed, no name is looked up", 19, anchor="middle", fill=QUIET)
    page.box(985, 477, 175, 100, tint(GREEN, 0.35), GREEN, stroke_width=3)
    page.lines(1072, 518, ("the same", "machine code"), 20, step=1.5, anchor="middle")
    page.arrow((1072, 305), (1072, 477), stroke=GREEN, dash="9 6")
    return page


if __name__ == "__main__":
    save(__file__, draw())
