"""pymalloc: blocks in pools in arenas, and why freeing every second object gives nothing back."""

from common import BLUE, GREEN, ORANGE, PAPER, QUIET, RED, Page, save, tint

POOLS, BLOCKS = 8, 8


def arena(page: Page, x: float, y: float, used, width=500, height=150) -> None:
    """Draw an arena of eight pools of eight blocks; ``used(pool, block)`` tells which blocks hold an object."""
    page.box(x, y, width, height, tint(BLUE, 0.12), BLUE, stroke_width=3)
    wide, high = width / POOLS, height / BLOCKS
    for pool in range(POOLS):
        left, step = x + pool * wide + 6, (height - 20) / BLOCKS
        empty = not any(used(pool, block) for block in range(BLOCKS))
        page.box(left, y + 8, wide - 12, height - 16, PAPER, QUIET if empty else ORANGE, round=3)
        for block in range(BLOCKS):
            if used(pool, block):
                fill = {"fill": tint(GREEN, 0.75), "stroke": GREEN}
                page.box(
                    left + 5, y + 11 + block * step, wide - 22, min(step, high) - 4, round=0, stroke_width=1, **fill
                )


def draw() -> Page:
    description = (
        "Above: an arena of one mebibyte is divided into pools of 16 kibibytes, and each pool into blocks of one size. "
        "Below on the left, every second block is free: every pool still holds objects, so the arena cannot be given "
        "back. Below on the right, as many blocks are free, but in a row: half of the pools are empty, and arenas that "
        "hold only empty pools are given back to the system."
    )
    page = Page(1200, 720, "pymalloc: blocks in pools in arenas, and two ways of freeing half of them", description)
    page.text(50, 50, "Blocks of one size fill a pool; pools fill an arena", 28, bold=True)
    arena(page, 50, 84, lambda pool, block: pool < 7 or block < 3)
    page.arrow((640, 112), (555, 112), stroke=BLUE)
    page.text(655, 119, "arena: 1 MiB, asked of the system", 20)
    page.arrow((640, 160), (520, 160), stroke=ORANGE)
    page.text(655, 167, "pool: 16 KiB of it, for one size of block", 20)
    page.arrow((640, 208), (452, 208), stroke=GREEN)
    page.text(655, 215, "block: 16 to 512 bytes, for one object", 20)

    page.line(50, 290, 1150, 290, QUIET, 1.5)
    page.text(50, 336, "Free every second object", 24, bold=True)
    arena(page, 50, 360, lambda pool, block: block % 2 == 0)
    arena(page, 50, 520, lambda pool, block: block % 2 == 0)
    page.text(50, 706, "every pool is half full: nothing can go back", 20, fill=RED)
    page.text(650, 336, "Free as many, in a row", 24, bold=True)
    arena(page, 650, 360, lambda pool, block: True)
    arena(page, 650, 520, lambda pool, block: False)
    page.text(650, 706, "arenas of empty pools go back", 20, fill=RED)
    return page


if __name__ == "__main__":
    save(__file__, draw())
