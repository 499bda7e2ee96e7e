"""Where Python decides, and where C does: inside the loop, or before it."""

from common import BLUE, GREEN, INK, QUIET, RED, Page, save, tint

QUESTIONS = ("what is x?", "what is total?", "where is their +?", "where to put the sum?", "who needs the old one?")


def cycle(page: Page, x: float, top: float, bottom: float, colour: str, words: str) -> None:
    """Draw the way back from the end of the loop to its beginning."""
    page.arrow((x, bottom), (x + 60, bottom), (x + 60, top), (x, top), stroke=colour, width=4)
    page.text(x + 72, (top + bottom) / 2 - 6, "n times", 24, fill=colour, bold=True)
    page.text(x + 72, (top + bottom) / 2 + 24, words, 20, fill=QUIET)


def draw() -> Page:
    description = (
        "Two columns. In Python five questions stand inside the loop, with the addition, and are asked n times. In C "
        "the same questions are answered by the compiler, once, before the loop, and only the addition is left inside."
    )
    page = Page(1240, 690, "Python decides inside the loop, C before it", description)
    page.text(60, 56, "Python decides in the loop", 30, bold=True)
    page.text(660, 56, "C decides before the loop", 30, bold=True)

    page.box(60, 90, 360, 500, tint(RED, 0.08), RED, stroke_width=4)
    page.text(80, 132, "for x in data:", 24, code=True)
    for i, question in enumerate(QUESTIONS):
        page.box(90, 155 + i * 66, 300, 52, tint(RED, 0.25), RED)
        page.text(240, 188 + i * 66, question, 20, anchor="middle")
    page.box(90, 155 + 5 * 66, 300, 66, tint(GREEN, 0.3), GREEN, stroke_width=4)
    page.text(240, 155 + 5 * 66 + 41, "add", 24, anchor="middle", bold=True)
    cycle(page, 420, 124, 540, RED, "all of it")

    for i, question in enumerate(QUESTIONS):
        page.box(690, 90 + i * 58, 300, 46, tint(BLUE, 0.2), BLUE)
        page.text(840, 120 + i * 58, question, 20, anchor="middle")
    page.text(1012, 230, "once", 24, fill=BLUE, bold=True)
    page.text(1012, 260, "by the compiler", 20, fill=QUIET)
    page.arrow((840, 368), (840, 414), stroke=INK, width=4)
    page.box(660, 418, 360, 172, tint(GREEN, 0.08), GREEN, stroke_width=4)
    page.text(680, 460, "for (i = 0; i < n; i++)", 22, code=True)
    page.box(690, 155 + 5 * 66, 300, 66, tint(GREEN, 0.3), GREEN, stroke_width=4)
    page.text(840, 155 + 5 * 66 + 41, "add", 24, anchor="middle", bold=True)
    cycle(page, 1020, 452, 540, GREEN, "only this")

    page.text(60, 650, "The questions are the same, and the replies too: in this loop, none of them ever changes.", 20)
    return page


if __name__ == "__main__":
    save(__file__, draw())
