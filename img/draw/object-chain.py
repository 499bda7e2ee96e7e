"""The chain of addresses from a name to an addition: list, pointer array, object, type, slot."""

from common import BLUE, GREEN, ORANGE, PINK, QUIET, RED, Page, save, tint

WIDTH, HEIGHT = 190, 44


def record(page: Page, x: float, y: float, title: str, fields) -> None:
    """Draw an object as a column of fields, (text, colour) each, under its title."""
    page.text(x, y - 14, title, 20, bold=True)
    for row, (words, colour) in enumerate(fields):
        page.box(x, y + row * HEIGHT, WIDTH, HEIGHT, tint(colour, 0.25), colour, round=0)
        page.text(x + 12, y + row * HEIGHT + 28, words, 18, code=True)


def draw() -> Page:
    description = (
        "The name numbers leads to a list object with the fields ob_refcnt, ob_type, ob_size and ob_item. ob_item "
        "leads to an array of pointers; pointer 0 leads to an integer object with ob_refcnt, ob_type and the number "
        "1000. Its ob_type leads to the type object int, whose tp_as_number leads to a table, whose nb_add is the "
        "address of the machine code that adds."
    )
    page = Page(1200, 640, "From a name to its addition: five addresses, one after the other", description)
    page.text(50, 50, "numbers[0] + 1: five addresses to follow, one after the other", 26, bold=True)
    record(page, 50, 250, "a list", (("ob_refcnt", ORANGE), ("ob_type", PINK), ("ob_size", QUIET), ("ob_item", BLUE)))
    record(page, 350, 250, "its pointers", (("[0]", BLUE), ("[1]", BLUE), ("[2]", BLUE), ("(spare)", QUIET)))
    record(page, 650, 250, "an int", (("ob_refcnt", ORANGE), ("ob_type", PINK), ("a size", QUIET), ("1000", GREEN)))
    record(
        page,
        950,
        150,
        "the type int",
        (("ob_refcnt", ORANGE), ("ob_type", PINK), ("tp_name", QUIET), ("tp_as_number", BLUE), ("and more", QUIET)),
    )
    record(page, 950, 450, "its numbers", (("nb_add", GREEN), ("nb_subtract", GREEN)))
    page.text(50, 140, "numbers", 24, code=True, bold=True)
    page.arrow((100, 152), (100, 214), stroke=RED)
    page.text(116, 190, "1", 22, bold=True, fill=RED)
    page.arrow((240, 404), (295, 404), (295, 272), (348, 272), stroke=RED)
    page.text(305, 345, "2", 22, bold=True, fill=RED)
    page.arrow((540, 272), (648, 272), stroke=RED)
    page.text(588, 262, "3", 22, bold=True, fill=RED)
    page.arrow((840, 316), (895, 316), (895, 172), (948, 172), stroke=RED)
    page.text(905, 250, "4", 22, bold=True, fill=RED)
    page.arrow((1140, 304), (1172, 304), (1172, 472), (1142, 472), stroke=RED)
    page.text(1150, 400, "5", 22, bold=True, fill=RED)
    page.text(50, 530, "Nobody knows the next address", 22)
    page.text(50, 562, "before the last one has been read.", 22)
    page.text(50, 606, "And then the code behind nb_add begins to run.", 20, fill=QUIET)
    return page


if __name__ == "__main__":
    save(__file__, draw())
