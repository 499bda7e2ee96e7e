"""Threads, interpreters and processes: what two of each share, and how many locks there are."""

from common import BLUE, GREEN, INK, ORANGE, PAPER, QUIET, RED, Page, save, tint

WIDTH, GAP, TOP = 360, 30, 120


def lock(page: Page, x: float, y: float) -> None:
    """Draw a padlock whose body has its top left corner at (x, y)."""
    page.add(
        "path",
        d=f"M{x + 7:.0f} {y:.0f} v-10 a11 11 0 0 1 22 0 v10",
        fill="none",
        stroke=INK,
        stroke_width=4,
    )
    page.box(x, y, 36, 28, tint(ORANGE, 0.7), INK, round=4)


def workers(page: Page, x: float, y: float, names: tuple[str, str]) -> None:
    for n, name in enumerate(names):
        page.box(x + n * 165, y, 145, 54, tint(BLUE, 0.35), BLUE)
        page.text(x + n * 165 + 72, y + 35, name, 20, anchor="middle")


def objects(page: Page, x: float, y: float, width: float) -> None:
    page.box(x, y, width, 104, tint(GREEN, 0.25), GREEN)
    page.text(x + width / 2, y + 30, "objects", 20, anchor="middle")
    lock(page, x + width / 2 - 18, y + 66)


def column(page: Page, n: int, title: str, words: tuple[str, str]) -> float:
    x = 40 + n * (WIDTH + GAP)
    page.text(x + WIDTH / 2, 100, title, 25, anchor="middle", bold=True)
    page.lines(x + WIDTH / 2, 444, words, 20, anchor="middle")
    return x


def process(page: Page, x: float, width: float, name: str) -> None:
    page.box(x, TOP, width, 282, PAPER, QUIET, stroke_width=3, dash="9 6")
    page.text(x + width / 2, TOP + 266, name, 19, anchor="middle", fill=QUIET)


def draw() -> Page:
    description = (
        "Three columns. Two threads are in one process and work on the same objects, under one lock: they take turns. "
        "Two interpreters are in one process, each with objects and a lock of its own: they run at the same time, and "
        "objects have to be copied. Two processes have nothing in common, each its memory, objects and lock: they run "
        "at the same time, and what they exchange is sent as bytes."
    )
    page = Page(1200, 500, "What threads, interpreters and processes share", description)
    page.text(40, 54, "How many locks, and who sees whose objects?", 28, bold=True)

    x = column(page, 0, "two threads", ("share every object,", "and take turns"))
    process(page, x, WIDTH, "one process")
    workers(page, x + 25, TOP + 26, ("thread", "thread"))
    objects(page, x + 25, TOP + 124, 310)
    for at in (97, 262):
        page.arrow((x + at, TOP + 80), (x + at, TOP + 124), stroke=BLUE)

    x = column(page, 1, "two interpreters", ("at the same time;", "objects are copied"))
    process(page, x, WIDTH, "one process")
    workers(page, x + 25, TOP + 26, ("thread", "thread"))
    for at in (25, 190):
        objects(page, x + at, TOP + 124, 145)
        page.arrow((x + at + 72, TOP + 80), (x + at + 72, TOP + 124), stroke=BLUE)

    x = column(page, 2, "two processes", ("at the same time;", "bytes are sent"))
    for at in (0, 190):
        process(page, x + at, 170, "a process")
        page.box(x + at + 12, TOP + 26, 146, 54, tint(BLUE, 0.35), BLUE)
        page.text(x + at + 85, TOP + 61, "thread", 20, anchor="middle")
        objects(page, x + at + 12, TOP + 124, 146)
        page.arrow((x + at + 85, TOP + 80), (x + at + 85, TOP + 124), stroke=BLUE)
    page.line(x + 180, TOP - 8, x + 180, TOP + 290, stroke=RED, width=3)
    return page


if __name__ == "__main__":
    save(__file__, draw())
