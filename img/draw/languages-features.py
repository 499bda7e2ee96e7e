"""Languages against dynamic features: who has which."""

from common import BLUE, PAPER, QUIET, RULE, Page, save, table, tint

LEFT, TOP, COLUMN, ROW = 210, 136, 138, 38


def draw() -> Page:
    rows, notes = table("languages-features"), table("languages-features-notes")
    features = [name for name in rows[0] if name != "language"]
    has = "; ".join(
        f"{row['language']}: " + (", ".join(f"{f} ({row[f]})" for f in features if row[f] != "no") or "none")
        for row in rows
    )
    page = Page(1200, 774, "Languages and their dynamic features", f"A table of dots. {has}.")
    page.text(40, 52, "What is decided while the program runs, and in which language", 28, bold=True)
    for i, feature in enumerate(features):
        first, _, second = feature.partition(" ")
        page.lines(LEFT + (i + 0.5) * COLUMN, 92, (first, second), 19, anchor="middle")
    for row_number, row in enumerate(rows):
        y = TOP + row_number * ROW
        if row_number % 2 == 0:
            page.box(30, y, 1140, ROW, tint(BLUE, 0.07), "none", round=0)
        page.text(40, y + 26, row["language"], 21, bold=True)
        for i, feature in enumerate(features):
            dot(page, LEFT + (i + 0.5) * COLUMN, y + ROW / 2, row[feature])
    bottom = TOP + len(rows) * ROW
    page.line(30, bottom, 1170, bottom, RULE, 1.5)
    for x, answer, words in (
        (50, "yes", "yes"),
        (170, "partly", "partly, or on request: see below"),
        (590, "no", "no"),
    ):
        dot(page, x, bottom + 32, answer)
        page.text(x + 22, bottom + 39, words, 19)
    for i, note in enumerate(notes):
        page.text(40, bottom + 82 + i * 27, note["languages"], 19, bold=True)
        page.text(165, bottom + 82 + i * 27, note["note"], 19, fill=QUIET)
    return page


def dot(page: Page, x: float, y: float, answer: str) -> None:
    """Draw a full, a half or no dot."""
    if answer == "no":
        page.add("circle", cx=float(x), cy=float(y), r=3, fill=RULE)
        return
    page.add(
        "circle", cx=float(x), cy=float(y), r=12, fill=BLUE if answer == "yes" else PAPER, stroke=BLUE, stroke_width=3
    )
    if answer == "partly":
        page.add("path", d=f"M{x - 12:.1f} {y:.1f} A12 12 0 0 0 {x + 12:.1f} {y:.1f} Z", fill=BLUE)


if __name__ == "__main__":
    save(__file__, draw())
