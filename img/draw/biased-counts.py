"""An object in a free-threaded CPython: its owner counts plainly, all others count atomically on a second count."""

from common import BLUE, GREEN, INK, ORANGE, QUIET, Page, save, tint

FIELDS = (
    ("owner", "140 … 160", "the thread that made it", BLUE),
    ("local count", "12", "the owner's references", BLUE),
    ("shared count", "5", "everybody else's", ORANGE),
    ("type", "Thing", "as in every object", QUIET),
)
LEFT, TOP, ROW = 420, 110, 78


def thread(page: Page, x: float, y: float, name: str, words: tuple[str, str], colour: str) -> None:
    page.box(x, y, 300, 130, tint(colour, 0.25), colour, stroke_width=3)
    page.text(x + 150, y + 38, name, 22, anchor="middle", bold=True)
    page.lines(x + 150, y + 76, words, 20, anchor="middle")


def draw() -> Page:
    description = (
        "An object's header has four fields: the number of the thread that owns it, a local count, a shared count, and "
        "the type. The owning thread adds to the local count, plainly, in three steps, which nobody else does. Every "
        "other thread adds to the shared count, atomically, in one dear step. The object is freed when both counts "
        "together have come to nothing."
    )
    page = Page(1200, 520, "Biased reference counting: one object, two counts", description)
    page.text(40, 54, "The owner counts cheaply; who is not the owner pays", 28, bold=True)
    for row, (name, value, meaning, colour) in enumerate(FIELDS):
        y = TOP + row * ROW
        page.box(LEFT, y, 380, ROW, tint(colour, 0.18), colour, round=0)
        page.text(LEFT + 16, y + 33, name, 21, bold=True)
        page.text(LEFT + 16, y + 62, meaning, 18, fill=INK)
        page.text(LEFT + 366, y + 46, value, 22, anchor="end", code=True)
    thread(page, 40, 140, "the owner", ("read, add, write:", "no lock, nothing atomic"), BLUE)
    thread(page, 860, 250, "another thread", ("one atomic step", "for each reference"), ORANGE)
    page.arrow((340, 205), (LEFT, TOP + 1.5 * ROW), stroke=BLUE)
    page.arrow((860, 315), (LEFT + 380, TOP + 2.5 * ROW), stroke=ORANGE)
    page.box(40, 448, 1120, 52, tint(GREEN, 0.2), GREEN, stroke_width=3)
    page.text(600, 482, "freed when both counts together have come to nothing", 21, anchor="middle")
    return page


if __name__ == "__main__":
    save(__file__, draw())
