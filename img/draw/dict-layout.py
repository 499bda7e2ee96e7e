"""How a dict lies in memory: a small table of indices, found by hash, and the entries in the order they came."""

from common import BLUE, GREEN, INK, QUIET, RED, Page, save, tint

KEYS = (3, 11, 19)
SLOTS = 8


def probes(key: int, taken: dict[int, int]) -> list[int]:
    """The slots that CPython tries for a key, the last one free (`Objects/dictobject.c`)."""
    perturb, slot, tried = key, key % SLOTS, [key % SLOTS]
    while slot in taken:
        perturb >>= 5
        slot = (5 * slot + perturb + 1) % SLOTS
        tried.append(slot)
    return tried


def draw() -> Page:
    description = (
        "A dictionary with the keys 3, 11 and 19. Its table of indices has eight slots. The hashes of all three end in "
        "slot 3. Key 3 got it; 11 found it taken and went on to slot 0; 19 found slots 3 and 0 taken and went on to "
        "slot 1. Each slot holds the number of an entry. The entries stand in the order they came, each with hash, "
        "key and value."
    )
    page = Page(1200, 640, "A dict: indices found by hash, entries in the order they came", description)
    page.text(50, 56, "Three keys that all want slot 3", 30, bold=True)
    page.text(50, 110, "key", 20, fill=QUIET)
    page.text(150, 110, "slots tried: hash % 8, then on", 20, fill=QUIET)
    page.text(560, 110, "indices", 20, fill=QUIET)
    page.text(800, 110, "entries: hash, key, value", 20, fill=QUIET)
    taken: dict[int, int] = {}
    for entry, key in enumerate(KEYS):
        tried = probes(key, taken)
        taken[tried[-1]] = entry
        asked(page, 150 + entry * 84, key, tried)
    for slot in range(SLOTS):
        y = 130 + slot * 54
        page.text(560, y + 32, str(slot), 20, code=True, fill=QUIET)
        full = slot in taken
        page.box(600, y, 80, 46, tint(BLUE, 0.3) if full else tint(BLUE, 0.05), BLUE)
        page.text(640, y + 31, str(taken[slot]) if full else "–", 20, anchor="middle", code=True)
        if full:
            page.arrow((682, y + 23), (796, 150 + taken[slot] * 84 + 28), stroke=INK)
    for entry, key in enumerate(KEYS):
        y = 150 + entry * 84
        for x, width, text in ((800, 90, str(key)), (890, 90, str(key)), (980, 150, f'"{"abc"[entry]}"')):
            page.box(x, y, width, 56, tint(GREEN, 0.2), GREEN, round=2)
            page.text(x + width / 2, y + 36, text, 22, anchor="middle", code=True)
    page.lines(800, 440, ("the order of insertion", "is the order of the entries"), 19, fill=QUIET)
    page.text(50, 600, "An int is its own hash. Five of the eight slots may fill; the sixth key makes it grow.", 20)
    return page


def asked(page: Page, y: int, key: int, tried: list[int]) -> None:
    """One key and the slots it tried, in order."""
    page.text(50, y + 36, str(key), 22, code=True, bold=True)
    for step, slot in enumerate(tried):
        x, last = 150 + step * 124, step == len(tried) - 1
        page.box(x, y, 92, 56, tint(GREEN, 0.25) if last else tint(RED, 0.25), GREEN if last else RED)
        page.text(x + 46, y + 26, f"slot {slot}", 19, anchor="middle")
        page.text(x + 46, y + 48, "free" if last else "taken", 19, anchor="middle")
        if not last:
            page.arrow((x + 94, y + 28), (x + 122, y + 28), stroke=INK)


if __name__ == "__main__":
    save(__file__, draw())
