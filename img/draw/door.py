"""What happens to an array on its way from Python into C."""

from common import BLUE, GREEN, INK, QUIET, RED, Page, save, tint

CHECKS = ("is it an array?", "of float64?", "side by side?", "long enough?", "may I write?")


def draw() -> Page:
    description = (
        "Three columns. On the left Python's array objects a, b, c and root, each with type, dtype, shape and strides. "
        "In the middle the door, with its five questions: is it an array, of float64, side by side, long enough, may I "
        "write. On the right the loop in C, which sees four addresses and a length, and no types any more."
    )
    page = Page(1200, 560, "A door asks once for each call; C asks nothing", description)
    page.text(60, 50, "The door asks once for each call; C asks nothing", 28, bold=True)
    page.text(180, 110, "Python", 24, bold=True, anchor="middle", fill=BLUE)
    for row, name in enumerate(("a", "b", "c", "root")):
        y = 135 + row * 96
        page.box(60, y, 240, 78, tint(BLUE), BLUE)
        page.text(80, y + 32, name, 22, bold=True, code=True)
        page.text(80, y + 62, "float64, (n,), 8 bytes", 18, fill=QUIET)
        page.arrow((300, y + 39), (428, y + 39))
    page.text(590, 110, "the door", 24, bold=True, anchor="middle", fill=RED)
    page.box(430, 135, 320, 366, tint(RED), RED)
    for row, question in enumerate(CHECKS):
        page.text(460, 190 + row * 66, question, 24)
    page.arrow((750, 318), (868, 318))
    page.text(1010, 110, "C", 24, bold=True, anchor="middle", fill=GREEN)
    page.box(870, 135, 280, 366, tint(GREEN), GREEN)
    words = ("0x7f31c2a0", "0x7f31d5c8", "0x7f31e8f0", "0x7f31fc18")
    page.lines(900, 190, words, 24, step=1.7, code=True)
    page.text(900, 370, "n = 100000", 24, code=True)
    page.lines(900, 430, ("no type, no shape,", "no owner, no end"), 22, fill=INK)
    return page


if __name__ == "__main__":
    save(__file__, draw())
