"""CPython's evaluation loop: instructions, the loop in C, the value stack and the array of locals."""

from common import BLUE, GREEN, INK, ORANGE, PAPER, QUIET, RED, Page, save, tint

CODE = (
    ("LOAD_FAST", "a"),
    ("LOAD_FAST", "a"),
    ("BINARY_OP", "*"),
    ("LOAD_FAST", "b"),
    ("BINARY_OP", "+"),
    ("RETURN_VALUE", ""),
)
NEXT = 4  # the instruction that is about to run
LOOP = (
    (430, "for (;;) {", INK),
    (454, "fetch opcode, argument;", INK),
    (454, "switch (opcode) {", INK),
    (454, "case LOAD_FAST:", QUIET),
    (478, "push(locals[argument]);", INK),
    (454, "case BINARY_OP:", QUIET),
    (478, "right = pop(); left = pop();", INK),
    (478, "push(add, multiply, …);", INK),
    (454, "case RETURN_VALUE:", QUIET),
    (478, "return pop();", INK),
    (430, "}}", INK),
)
STACK = ("4", "9")
LOCALS = (("0  a", "3"), ("1  b", "4"))


def draw() -> Page:
    description = (
        "On the left the six instructions of a * a + b, the fifth of which, BINARY_OP +, comes next. In the middle a "
        "loop in C: fetch an instruction, switch on its number, do it, again. On the right a value stack that holds 9 "
        "and above it 4, and an array of local variables with a = 3 and b = 4."
    )
    page = Page(1200, 640, "The evaluation loop takes an instruction, works on a stack, and goes on", description)
    page.text(50, 56, "Take the next instruction, do it, again", 30, bold=True)
    page.text(50, 108, "a * a + b, compiled", 20, fill=QUIET)
    for row, (name, argument) in enumerate(CODE):
        y = 128 + row * 62
        now = row == NEXT
        page.box(50, y, 280, 52, tint(RED, 0.3) if now else tint(BLUE, 0.12), RED if now else BLUE)
        page.text(66, y + 33, name, 20, code=True, bold=now)
        if argument:
            page.text(266, y + 33, argument, 20, code=True, bold=now)
    page.text(50, 540, "names as in 3.11 and 3.12", 18, fill=QUIET)
    page.arrow((332, 128 + NEXT * 62 + 26), (408, 230), stroke=RED)
    loop(page)
    memory(page)
    return page


def loop(page: Page) -> None:
    """The loop in C, and the way back to its head."""
    page.text(420, 108, "the loop, in C (shortened)", 20, fill=QUIET)
    page.box(410, 128, 420, 384, PAPER, INK)
    for row, (x, text, colour) in enumerate(LOOP):
        page.text(x, 164 + row * 33, text, 19, code=True, fill=colour)
    page.arrow((780, 487), (814, 487), (814, 191), (754, 191), stroke=INK)
    page.text(420, 556, "no line of it knows what type the values are", 18, fill=QUIET)
    page.text(420, 584, "until BINARY_OP asks them", 18, fill=QUIET)


def memory(page: Page) -> None:
    """The value stack and the locals, which the instructions work on."""
    page.text(900, 108, "value stack", 20, fill=QUIET)
    for row, value in enumerate(STACK):
        y = 128 + row * 62
        page.box(900, y, 130, 52, tint(ORANGE, 0.25), ORANGE)
        page.text(965, y + 34, value, 22, anchor="middle", code=True)
    page.text(1044, 161, "top: b", 18, fill=QUIET)
    page.text(1044, 223, "a * a", 18, fill=QUIET)
    page.text(900, 330, "locals: an array", 20, fill=QUIET)
    for row, (name, value) in enumerate(LOCALS):
        y = 350 + row * 62
        page.text(900, y + 33, name, 20, code=True)
        page.box(1000, y, 130, 52, tint(GREEN, 0.2), GREEN)
        page.text(1065, y + 34, value, 22, anchor="middle", code=True)
    page.text(900, 510, "the argument of LOAD_FAST", 18, fill=QUIET)
    page.text(900, 536, "is a place in it", 18, fill=QUIET)


if __name__ == "__main__":
    save(__file__, draw())
