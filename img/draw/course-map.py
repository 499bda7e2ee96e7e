"""The course on one page: five parts and their chapters, those that are there and those that are planned."""

from common import BLUE, GREEN, INK, ORANGE, PAPER, PINK, QUIET, RED, Page, save, tint

from unladen.course.chapters import Chapter, read

LEFT, TOP, COLUMN, WIDTH, ROW, HEIGHT = 40, 190, 268, 248, 84, 70
COLOURS = (BLUE, GREEN, PINK, ORANGE, RED)


def draw() -> Page:
    course = read()
    parts = {part: [c for c in course.chapters if c.part == part] for part in course.parts}
    contents = " ".join(
        f"Part {part}, {course.parts[part]}: {', '.join(c.label for c in chapters)}."
        for part, chapters in parts.items()
    )
    here = ", ".join(f"{chapter.number:02}" for chapter in course.here)
    description = f"Five columns of chapters. {contents} There now: chapters {here}; the others are planned."
    title = f"The course in five parts, chapters 00 to {course.chapters[-1].number:02}"
    page = Page(1400, 710, title, description)
    page.text(LEFT, 66, "Why is Python slow, and what are the ways out?", 36, bold=True)
    for column, (part, colour) in enumerate(zip(parts, COLOURS, strict=True)):
        x = LEFT + column * COLUMN
        heading(page, x, part, course.parts[part], colour, last=column == len(parts) - 1)
        for row, chapter in enumerate(parts[part]):
            card(page, x, TOP + row * ROW, chapter, colour)
    legend(page, LEFT + 2 * COLUMN, TOP + 4 * ROW + 22)
    return page


def heading(page: Page, x: float, part: str, title: str, colour: str, last: bool) -> None:
    """Draw a part's name as a sign that points to the next part."""
    nose = 0 if last else 16
    corners = ((x, 108), (x + WIDTH, 108), (x + WIDTH + nose, 138), (x + WIDTH, 168), (x, 168))
    page.add("polygon", points=" ".join(f"{a},{b}" for a, b in corners), fill=tint(colour, 0.45))
    page.text(x + 14, 132, f"Part {part}", 17, fill=INK)
    page.text(x + 14, 156, title, 18, bold=True)


def card(page: Page, x: float, y: float, chapter: Chapter, colour: str) -> None:
    """Draw a chapter: filled and framed if it is there, dashed if it is planned."""
    if chapter.here:
        page.box(x, y, WIDTH, HEIGHT, tint(colour, 0.2), colour, stroke_width=4, round=10)
    else:
        page.box(x, y, WIDTH, HEIGHT, PAPER, colour, stroke_width=1.5, round=10, dash="5 5")
    page.text(x + 14, y + 44, f"{chapter.number:02}", 26, bold=True, fill=INK if chapter.here else QUIET)
    page.text(x + 60, y + 31, chapter.label, 17, bold=True)
    page.text(x + 60, y + 55, chapter.about, 15, fill=QUIET)


def legend(page: Page, x: float, y: float) -> None:
    """Say what the frames mean, and the idea that holds the parts together."""
    page.box(x, y, 44, 28, tint(BLUE, 0.2), BLUE, stroke_width=4, round=6)
    page.text(x + 58, y + 21, "there now", 19)
    page.box(x + 200, y, 44, 28, PAPER, BLUE, stroke_width=1.5, round=6, dash="5 5")
    page.text(x + 258, y + 21, "planned", 19)
    page.lines(x, y + 74, ("A claim is a measurement", "that is made where it is read."), 28, italic=True)


if __name__ == "__main__":
    save(__file__, draw())
