"""How a tracing profiler and a sampling one watch the same program."""

from common import BLUE, GREEN, INK, ORANGE, QUIET, RED, Page, save, tint

LEFT, RIGHT = 60, 1140
CALLS = [100 + 78 * i for i in range(8)]  # where the short calls begin
CALL = 58  # how long they are
LISTS, ADDING = (90, 740), (770, 1130)
EVERY = 108  # between two looks


def stack(page: Page) -> None:
    """Draw what runs when: time to the right, a called function on top of its caller."""
    page.box(LEFT, 230, RIGHT - LEFT, 56, tint(GREEN, 0.25), GREEN)
    page.text(LEFT + 14, 266, "main", 22, code=True)
    for (start, end), name, colour in ((LISTS, "random_list", BLUE), (ADDING, "add_lists", ORANGE)):
        page.box(start, 170, end - start, 56, tint(colour, 0.25), colour)
        page.text(start + 14, 206, name, 22, code=True)
    for start in CALLS:
        page.box(start, 110, CALL, 56, tint(BLUE, 0.5), BLUE)
    page.text(CALLS[0], 96, "randint, eight times", 22, code=True)
    page.text(RIGHT, 70, "time runs to the right", 20, anchor="end", fill=QUIET)


def in_call(x: float) -> bool:
    return any(start <= x <= start + CALL for start in CALLS)


def in_list(x: float) -> bool:
    return any(start <= x <= end for start, end in (LISTS, ADDING))


def draw() -> Page:
    edges = sorted([LEFT, RIGHT, *LISTS, *ADDING, *CALLS, *(start + CALL for start in CALLS)])
    looks = list(range(LEFT + 50, RIGHT, EVERY))
    description = (
        "A program over time: main calls random_list, which calls randint eight times, and then add_lists. A tracing "
        "profiler takes a note at every beginning and end of a call, most of them in randint. A sampling profiler "
        "looks ten times at equal distances and notes which function is on top: a dot marks it."
    )
    page = Page(1200, 610, "A tracing profiler notes every call, a sampling one looks now and then", description)
    page.text(LEFT, 50, "The same program, watched in two ways", 30, bold=True)
    stack(page)
    page.text(LEFT, 346, f"tracing: a note at every call and every return ({len(edges)} notes)", 24, bold=True)
    for x in edges:
        page.line(x, 362, x, 402, stroke=RED, width=4)
    page.text(LEFT, 434, "exact counts; a function with many short calls pays for many notes", 21, fill=QUIET)
    page.text(LEFT, 492, f"sampling: a look at what is on top every so often ({len(looks)} dots)", 24, bold=True)
    for x in looks:
        page.arrow((x, 548), (x, 508), stroke=INK, width=4)
        page.mark(x, 114 if in_call(x) else 174 if in_list(x) else 234, "circle", INK, 9)
    page.text(LEFT, 584, "no counts, only shares; the price does not depend on the number of calls", 21, fill=QUIET)
    return page


if __name__ == "__main__":
    save(__file__, draw())
