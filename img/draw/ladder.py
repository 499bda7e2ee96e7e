"""The ladder from the toy interpreter to C: which dynamic feature each rung leaves behind."""

from common import PAPER, QUIET, RED, Page, save, tint

FEATURES = ("names in hash tables", "boxed values", "types asked for", "a tree to walk")
RUNGS = ("everything_dynamic", "without_hash_table", "without_boxes", "without_types", "without_tree")
INSTEAD = (
    "the toy interpreter, in short",
    "each name is a place in an array",
    "each value is copied, not allocated",
    "each type is known",
    "machine code: this is C",
)


def draw() -> Page:
    description = (
        "Five rungs from top to bottom. The first has four dynamic features: names in hash tables, boxed values, types "
        "that are asked for, a tree to walk. Each further rung has one less, in this order; the last has none and is C."
    )
    page = Page(1200, 720, "The ladder: one dynamic feature less on every rung", description)
    page.text(50, 56, "One dynamic feature less on every rung", 30, bold=True)
    for rung, name in enumerate(RUNGS):
        y = 100 + rung * 120
        page.text(50, y + 34, f"{rung + 1}", 30, bold=True)
        page.text(90, y + 32, name, 22, code=True, bold=True)
        page.text(90, y + 62, INSTEAD[rung], 18, fill=QUIET)
        for i, feature in enumerate(FEATURES):
            x = 420 + i * 190
            if i >= rung:
                page.box(x, y, 180, 72, tint(RED, 0.22), RED)
                page.lines(x + 90, y + 31, halves(feature), 18, anchor="middle")
            elif i == rung - 1:
                page.box(x, y, 180, 72, PAPER, QUIET, dash="6 6")
                page.lines(x + 90, y + 31, halves(feature), 18, anchor="middle", fill=QUIET)
    return page


def halves(words: str) -> tuple[str, str]:
    """Break a few words into two lines of about the same length."""
    spaces = [i for i, letter in enumerate(words) if letter == " "]
    middle = min(spaces, key=lambda i: abs(i - len(words) / 2))
    return words[:middle], words[middle + 1 :]


if __name__ == "__main__":
    save(__file__, draw())
