"""A pipeline of generators: requests go one way, single elements come back the other way."""

from common import BLUE, GREEN, ORANGE, PINK, QUIET, RED, Page, save, tint

STAGES = (
    ("range(n)", "counts", PINK),
    ("x * x for x in …", "makes a square", ORANGE),
    ("sum(…)", "adds it up", GREEN),
)


def draw() -> Page:
    description = (
        "Above, three boxes in a row: range, a generator of squares, and sum. Arrows from right to left say 'next?': "
        "sum asks the generator, which asks range. Arrows from left to right carry one element each: 3, then 9. Below, "
        "the same with a list between the stages: all squares stand side by side before sum begins."
    )
    page = Page(1200, 620, "A generator pipeline holds one element, a list holds all of them", description)
    page.text(50, 54, "Generators are pulled from the end, one element at a time", 28, bold=True)
    for at, (name, does, colour) in enumerate(STAGES):
        x = 50 + at * 400
        page.box(x, 120, 280, 110, tint(colour, 0.25), colour)
        page.text(x + 140, 168, name, 22, anchor="middle", code=True, bold=True)
        page.text(x + 140, 205, does, 20, anchor="middle", fill=QUIET)
    for x, element in ((330, "3"), (730, "9")):
        page.arrow((x + 112, 145), (x + 8, 145), stroke=BLUE)
        page.text(x + 60, 132, "next?", 20, anchor="middle", fill=BLUE)
        page.arrow((x + 8, 200), (x + 112, 200), stroke=RED)
        page.box(x + 40, 212, 40, 40, tint(RED, 0.3), RED)
        page.text(x + 60, 240, element, 22, anchor="middle", bold=True)
    page.text(50, 292, "In memory at any time: one number and its square.", 22)

    page.line(50, 330, 1150, 330, QUIET, 1.5)
    page.text(50, 382, "A list in between is filled to its end before sum begins", 28, bold=True)
    for at in range(11):
        x = 50 + at * 82
        page.box(x, 420, 74, 56, tint(RED, 0.3), RED)
        page.text(x + 37, 456, str(at * at), 22, anchor="middle")
    page.text(50 + 11 * 82 + 6, 456, "… n of them", 22)
    page.text(50, 530, "In memory before the first addition: every square, and a pointer to each.", 22)
    same = "The additions are the same, and so are the multiplications; what differs is what waits."
    page.text(50, 578, same, 20, fill=QUIET)
    return page


if __name__ == "__main__":
    save(__file__, draw())
