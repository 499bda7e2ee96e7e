"""The life of one instruction: general, specialised for what it met, and general again after too many misses."""

from common import BLUE, GREEN, INK, ORANGE, QUIET, RED, Page, save, tint


def draw() -> Page:
    description = (
        "Three boxes. BINARY_OP with a counter adds anything; after a few runs in which it met two ints it becomes "
        "BINARY_OP_ADD_INT. That one first checks whether both are ints: if so it adds them directly, else it counts a "
        "miss and adds in the general way. After 53 misses it goes back, and becomes what fits the newcomers: "
        "BINARY_OP_ADD_FLOAT for floats, or stays general where there is no special form."
    )
    page = Page(1200, 660, "One instruction: general, specialised, general again", description)
    page.text(50, 56, "The life of one addition in a function called often", 30, bold=True)

    page.box(50, 130, 300, 150, tint(BLUE, 0.16), BLUE)
    page.text(200, 172, "BINARY_OP  +", 22, anchor="middle", code=True, bold=True)
    page.lines(200, 210, ("asks both values", "and counts down"), 20, anchor="middle")

    page.arrow((352, 180), (548, 180), stroke=INK)
    page.lines(450, 130, ("met ints", "a few times"), 18, anchor="middle", fill=QUIET)

    page.box(550, 110, 600, 190, tint(GREEN, 0.16), GREEN)
    page.text(850, 150, "BINARY_OP_ADD_INT", 22, anchor="middle", code=True, bold=True)
    page.text(850, 184, "are both of type int?", 20, anchor="middle")
    page.box(580, 204, 260, 78, tint(GREEN, 0.3), GREEN)
    page.lines(710, 236, ("yes: add the ints,", "no questions"), 19, anchor="middle")
    page.box(860, 204, 260, 78, tint(RED, 0.25), RED)
    page.lines(990, 236, ("no: the general way,", "and count a miss"), 19, anchor="middle")

    page.arrow((990, 302), (990, 392), (352, 392), stroke=RED)
    page.text(670, 378, "53 misses", 20, anchor="middle", fill=INK, bold=True)
    page.box(50, 340, 300, 104, tint(BLUE, 0.16), BLUE)
    page.lines(200, 384, ("general again:", "look at the newcomers"), 20, anchor="middle")

    page.arrow((200, 446), (200, 506), stroke=INK)
    page.arrow((200, 476), (610, 476), (610, 506), stroke=INK)
    page.arrow((610, 476), (1010, 476), (1010, 506), stroke=INK)
    ends = (
        (50, GREEN, "BINARY_OP_ADD_FLOAT", "met floats"),
        (460, GREEN, "BINARY_OP_ADD_UNICODE", "met texts"),
        (860, ORANGE, "BINARY_OP", "met what has no form"),
    )
    for x, colour, name, why in ends:
        page.box(x, 508, 300, 92, tint(colour, 0.18), colour)
        page.text(x + 150, 546, name, 19, anchor="middle", code=True, bold=True)
        page.text(x + 150, 578, why, 19, anchor="middle", fill=QUIET)
    page.text(
        50, 640, "Counted on 3.11 to 3.14. In 3.11 the general form that counts is BINARY_OP_ADAPTIVE.", 18, fill=QUIET
    )
    return page


if __name__ == "__main__":
    save(__file__, draw())
