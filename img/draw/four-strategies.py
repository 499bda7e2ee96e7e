"""Four answers to the question of who frees an object: by hand, by counts, by tracing, and CPython's."""

from common import BLUE, GREEN, INK, ORANGE, PINK, QUIET, Page, save, tint

ANSWERS = (
    (
        "By hand",
        "C, C++ without its helpers",
        ORANGE,
        "the program, with free()",
        "when it is told to",
        "nothing while it runs",
        "too late: a leak;",
        "too early: a crash",
    ),
    (
        "Counts",
        "Swift; C++ shared_ptr",
        BLUE,
        "the last who lets go",
        "at once, at that line",
        "a write at every reference",
        "a ring is never freed",
        "",
    ),
    (
        "Tracing",
        "Java, Go, JavaScript, Lua, Julia",
        PINK,
        "a collector, from the roots",
        "some time later",
        "pauses, and spare memory",
        "nobody knows when",
        "",
    ),
    (
        "Counts, and a collector",
        "CPython",
        GREEN,
        "the last, or a collector",
        "at once; rings, later",
        "writes, and pauses",
        "rings wait for",
        "the collector",
    ),
)


def panel(page: Page, x: float, answer: tuple[str, ...]) -> None:
    name, languages, colour, who, when, price, wrong, wrong_too = answer
    page.box(x, 76, 276, 420, tint(colour, 0.14), colour, stroke_width=3)
    page.text(x + 138, 116, name, 20, anchor="middle", bold=True)
    page.text(x + 138, 144, languages, 15, anchor="middle", fill=QUIET)
    for row, (head, *texts) in enumerate(
        (("who frees", who), ("when", when), ("the price", price), ("what goes wrong", wrong, wrong_too))
    ):
        y = 190 + row * 76
        page.text(x + 18, y, head, 16, fill=QUIET)
        page.lines(x + 18, y + 26, [text for text in texts if text], 17, step=1.4, fill=INK)


def draw() -> Page:
    description = (
        "Four columns. By hand, as in C: the program frees when it is told to; it costs nothing while it runs, but "
        "too late is a leak and too early a crash. Counts, as in Swift: the last who lets go frees, at once; "
        "the price is a write at every reference, and a ring is never freed. Tracing, as in Java, Go, JavaScript, Lua "
        "and Julia: a collector starts from the roots, some time later; the price is pauses and spare memory. CPython: "
        "the last who lets go frees at once, and rings are freed later by a collector; the price is writes and pauses."
    )
    page = Page(1200, 520, "Who frees an object: four strategies", description)
    page.text(30, 46, "Who frees an object, when, and at what price", 28, bold=True)
    for column, answer in enumerate(ANSWERS):
        panel(page, 30 + column * 289, answer)
    return page


if __name__ == "__main__":
    save(__file__, draw())
