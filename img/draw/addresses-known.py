"""Three ways to read from memory: foreseen, all asked for at once, and each asked for by the answer before."""

from common import BLUE, ORANGE, QUIET, Page, save, tint

WAIT, USE = 200, 26


def draw() -> Page:
    description = (
        "Three strips of time. Numbers in a row: the hardware has asked for them in advance, and the core adds one "
        "after the other without a wait. Places known: each number takes a long wait, but the waits overlap. A chase: "
        "each wait begins only when the last one is over."
    )
    page = Page(1200, 620, "Waits that were foreseen, that overlap, and that add up", description)
    page.text(50, 56, "The same waits: foreseen, overlapping, one after the other", 30, bold=True)
    page.text(50, 112, "in a row", 22, bold=True)
    page.text(50, 140, "fetched before it is wanted", 18, fill=QUIET)
    for k in range(4):
        use(page, 420 + k * (USE + 6), 100)
    page.text(50, 208, "anywhere, places known", 22, bold=True)
    page.text(50, 236, "many waits at the same time", 18, fill=QUIET)
    for k in range(4):
        wait(page, 420 + 14 * k, 190 + 40 * k)
        use(page, 420 + 14 * k + WAIT, 190 + 40 * k)
    page.text(50, 408, "each place in the last answer", 22, bold=True)
    page.text(50, 436, "no two waits at once", 18, fill=QUIET)
    for k in range(3):
        wait(page, 420 + k * (WAIT + USE), 392)
        use(page, 420 + k * (WAIT + USE) + WAIT, 392)
    page.text(1112, 418, "…", 26)
    page.arrow((420, 490), (1130, 490), stroke=QUIET)
    page.text(1130, 520, "time", 18, anchor="end", fill=QUIET)
    wait(page, 420, 550, 60)
    page.text(492, 572, "waiting for memory", 20)
    use(page, 750, 550)
    page.text(790, 572, "adding", 20)
    return page


def wait(page: Page, x, y, width=WAIT) -> None:
    page.box(x, y, width, 30, tint(ORANGE, 0.35), ORANGE, round=4)


def use(page: Page, x, y) -> None:
    page.box(x, y, USE, 30, tint(BLUE, 0.75), BLUE, round=4)


if __name__ == "__main__":
    save(__file__, draw())
