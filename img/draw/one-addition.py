"""What happens for `1000 + 2000`, step by step; the sum itself is one of the seven steps."""

from common import BLUE, GREEN, ORANGE, PINK, QUIET, RED, Page, save, tint

STEPS = (
    ("check", "What is each operand? Read two ob_type.", PINK),
    ("dispatch", "Where is the + of that type? Follow its table to nb_add.", PINK),
    ("unwrap", "How long is each number? Read the sizes, then the digits.", BLUE),
    ("add", "1000 + 2000: one machine instruction.", GREEN),
    ("allocate", "Is the result one of the small ints? No: find a free block for it.", ORANGE),
    ("set", "Write ob_refcnt = 1, ob_type = int, the size, the digit.", ORANGE),
    ("let go", "Take the operands' counts back; free those that fall to 0.", RED),
)


def draw() -> Page:
    description = (
        "Seven steps from top to bottom: check the types, dispatch to the addition of that type, unwrap the numbers, "
        "add them, allocate an object for the result, set its fields, let the operands go. Only the fourth step, the "
        "addition, is what C does."
    )
    page = Page(1200, 720, "What Python does for one addition, in seven steps", description)
    page.text(50, 54, "1000 + 2000 in seven steps, of which C does one", 28, bold=True)
    for row, (name, words, colour) in enumerate(STEPS):
        y = 84 + row * 84
        whole = name == "add"
        page.box(50, y, 1100, 70, tint(colour, 0.35 if whole else 0.14), colour, stroke_width=4 if whole else 2)
        page.text(75, y + 44, str(row + 1), 26, bold=True)
        page.text(120, y + 44, name, 24, code=True, bold=True)
        page.text(300, y + 44, words, 21)
    page.text(1128, 84 + 3 * 84 + 44, "all that C does", 21, anchor="end", bold=True)
    page.text(
        50, 700, "Steps 1 and 2 become one short check where chapter 04's specialised instruction runs.", 19, fill=QUIET
    )
    return page


if __name__ == "__main__":
    save(__file__, draw())
