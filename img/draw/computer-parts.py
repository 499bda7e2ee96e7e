"""The parts of a computer: units that compute, memories that hold, buses between them."""

from common import BLUE, GREEN, INK, ORANGE, PAPER, QUIET, RED, Page, save, tint


def draw() -> Page:
    description = (
        "Two cores side by side, each with a clock, integer units, vector units, registers, a first-level cache and a "
        "second-level cache. Both stand on one shared third-level cache. A bus leads from it to the memory, another "
        "one to the disk. The further from the units, the larger the box and the longer the wait."
    )
    page = Page(1200, 700, "The parts of a computer: units, memories, and the buses between them", description)
    page.text(50, 56, "Units compute, memories hold, buses carry", 30, bold=True)
    for number, x in enumerate((50, 400)):
        core(page, x, number + 1)
    memory(page, 50, 470, 670, 70, "third-level cache, shared")
    bus(page, 200, 455)
    bus(page, 550, 455)
    page.arrow((720, 495), (880, 495), stroke=RED, width=7)
    page.arrow((880, 521), (722, 521), stroke=RED, width=7)
    page.lines(798, 450, ("bus:", "width × beat"), 18, anchor="middle")
    memory(page, 880, 300, 280, 240, "memory (RAM)")
    page.lines(1020, 470, ("chips of their own,", "beside the processor"), 18, anchor="middle", fill=QUIET)
    page.arrow((1020, 540), (1020, 608), stroke=RED, width=7)
    memory(page, 880, 610, 280, 64, "disk, network")
    page.box(50, 610, 26, 26, tint(BLUE, 0.3), BLUE)
    page.text(88, 631, "computing units", 20)
    page.box(290, 610, 26, 26, tint(GREEN, 0.3), GREEN)
    page.text(328, 631, "memory units", 20)
    page.line(500, 623, 560, 623, RED, 7)
    page.text(572, 631, "buses", 20)
    return page


def core(page: Page, x: float, number: int) -> None:
    """Draw a core whose left edge is at ``x``."""
    page.box(x, 90, 320, 350, PAPER, INK)
    page.text(x + 18, 124, f"core {number}", 22, bold=True)
    page.add("circle", cx=float(x + 287), cy=115.0, r=16, fill=tint(ORANGE, 0.4), stroke=ORANGE, stroke_width=2)
    page.line(x + 287, 115, x + 287, 104, INK)
    page.line(x + 287, 115, x + 295, 119, INK)
    page.text(x + 262, 122, "clock", 18, anchor="end", fill=QUIET)
    unit(page, x + 18, 145, 130, "integers")
    unit(page, x + 162, 145, 140, "vectors")
    memory(page, x + 18, 225, 284, 44, "registers")
    memory(page, x + 18, 285, 284, 58, "first-level cache")
    memory(page, x + 18, 359, 284, 66, "second-level cache")
    for y in (206, 269, 343):
        page.line(x + 160, y, x + 160, y + 19 if y == 206 else y + 16, RED, 7)


def unit(page: Page, x, y, width, name: str) -> None:
    page.box(x, y, width, 61, tint(BLUE, 0.3), BLUE)
    page.text(x + width / 2, y + 38, name, 20, anchor="middle")


def memory(page: Page, x, y, width, height, name: str) -> None:
    page.box(x, y, width, height, tint(GREEN, 0.3), GREEN)
    page.text(x + width / 2, y + (height / 2 if height < 100 else 70) + 7, name, 20, anchor="middle")


def bus(page: Page, x, y) -> None:
    """Draw the short bus between a core and the shared cache."""
    page.line(x, y - 30, x, y + 15, RED, 7)


if __name__ == "__main__":
    save(__file__, draw())
