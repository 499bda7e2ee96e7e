"""Look at a deck as a room sees it: step through it with →, measure each slide, and put all of them on one sheet."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path

from unladen.course import browser

SCREEN = (1280, 720)
LEAST = 14  # px: of letters, those in pictures included
LOW = 1 / 3  # of a slide's height; what is filled less looks empty
MANY = 0.1  # of a deck's slides may be as low as that
_THUMB, _ACROSS, _GAP = (480, 270), 5, 6

# What a slide measures: all that is wrong, in pixels of a screen of 1280 × 720; how far down it is written on; its
# smallest letters, and where they are; whether it has a heading.
_MEASURE = """() => {
    const slide = Reveal.getCurrentSlide(), scale = Reveal.getScale(), wrong = [];
    let filled = 0, smallest = 1000, where = '';
    const smaller = (size, words) => { if (size < smallest) { smallest = size; where = words.trim().slice(0, 60); } };
    const range = document.createRange();
    const walk = document.createTreeWalker(slide, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const text = node.nodeType === Node.TEXT_NODE, holder = text ? node.parentElement : node;
        if (holder.closest('aside, style, details:not([open]) > :not(summary)')) continue; // not on the slide
        range.selectNode(node);
        const boxes = text ? [...range.getClientRects()] : [node.getBoundingClientRect()];
        for (const box of boxes) {
            if (box.bottom / scale > 720) wrong.push(`too tall: ${Math.round(box.bottom / scale)} px`);
            if (box.right / scale > 1280) wrong.push(`too wide: ${Math.round(box.right / scale)} px`);
            if (text || node.matches('img, svg')) filled = Math.max(filled, box.bottom / scale / 720);
        }
        if (text && node.data.trim() && boxes.some(box => box.width > 1)) {
            const drawn = holder.closest('svg text') ? holder.getScreenCTM().a / scale : 1;
            smaller(parseFloat(getComputedStyle(holder).fontSize) * drawn, node.data);
        }
    }
    for (const pre of slide.querySelectorAll('pre'))
        if (pre.offsetParent && pre.scrollWidth > pre.clientWidth + 1)
            wrong.push(`clipped: ${pre.textContent.slice(0, 60)}`);
    for (const code of slide.querySelectorAll('.jp-InputArea-editor'))
        if (code.scrollWidth > code.clientWidth + 1) wrong.push(`clipped: ${code.textContent.slice(0, 60)}`);
    for (const image of slide.querySelectorAll('img')) {
        if (!image.alt.trim()) wrong.push('a picture without alternative text');
        if (!image.naturalWidth) wrong.push(`a picture that is not shown: ${image.alt}`);
        const small = parseFloat(image.dataset.small);
        if (small) smaller(small * image.getBoundingClientRect().width / scale, `picture: ${image.alt}`);
    }
    if (!slide.innerText.trim() && !slide.querySelector('img')) wrong.push('an empty slide');
    const heading = [...slide.querySelectorAll('h1, h2, h3, h4')].some(h => h.getBoundingClientRect().height > 0);
    return { wrong: [...new Set(wrong)], filled, smallest, where, heading };
}"""
# Where a deck is after a key: the slide (from 0), its fragments that are shown, and whether none is left.
_WHERE = """[Reveal.getSlides().indexOf(Reveal.getCurrentSlide()),
    Reveal.getCurrentSlide().querySelectorAll('.fragment.visible').length, !Reveal.availableFragments().next]"""
_WHERE_AND_WHAT = f"(where => [...where, where[2] && ({_MEASURE})()])({_WHERE})"


@dataclass
class Look:
    """What was seen of a deck."""

    wrong: list[str] = field(default_factory=list)  # each with its slide, counted from 1
    seen: list[tuple[int, int]] = field(default_factory=list)  # after each key: the slide, and its fragments shown
    filled: list[float] = field(default_factory=list)  # of each slide, how far down it is written on
    smallest: list[tuple[float, str]] = field(
        default_factory=list
    )  # of each slide, its smallest letters: px, and where
    headless: list[int] = field(default_factory=list)  # slides without a heading
    pictures: list[bytes] = field(default_factory=list)

    @property
    def low(self) -> list[int]:
        """The slides, from 1, that are filled below a third."""
        return [number for number, share in enumerate(self.filled, 1) if share < LOW]

    @property
    def small(self) -> list[str]:
        """The slides, from 1, with letters below 14 px, in words. Half a pixel is rounding's."""
        return [
            f"slide {number}: {size:.1f} px, {where}"
            for number, (size, where) in enumerate(self.smallest, 1)
            if size < LEAST - 0.5
        ]

    def __str__(self) -> str:
        least = min(self.smallest, default=(0, ""))
        return (
            f"{len(self.filled)} slides, {len(self.seen)} steps; {len(self.low)} filled below a third"
            f"{f' {self.low}' * bool(self.low)}; smallest letters {least[0]:.1f} px; "
            f"{len(self.headless)} without a heading"
        )


def look(page, pictures: bool = False) -> Look:
    """Step through the deck open in ``page`` with → to its end; ``pictures`` keeps one of each slide, as PNG."""
    found = Look()
    page.evaluate("Reveal.slide(0, 0, -1)")
    while True:
        slide, fragments, whole, measured = page.evaluate(_WHERE_AND_WHAT)
        if (slide, fragments) in found.seen[-1:]:
            return found
        found.seen.append((slide, fragments))
        if whole:
            number = slide + 1
            found.wrong += [f"slide {number}: {words}" for words in measured["wrong"]]
            found.filled.append(measured["filled"])
            found.smallest.append((measured["smallest"], measured["where"]))
            found.headless += [number] * (not measured["heading"])
            if pictures:
                found.pictures.append(page.screenshot())
        page.keyboard.press("ArrowRight")


def where(page) -> tuple[int, int]:
    """Where the deck is: the slide, from 0, and its fragments that are shown."""
    return tuple(page.evaluate(_WHERE)[:2])


def measure(page) -> dict:
    """What the slide that is shown measures: ``wrong``, ``filled``, ``smallest`` and ``where`` it is, ``heading``."""
    return page.evaluate(_MEASURE)


def sheet(pictures: list[bytes], path: Path) -> None:
    """Save all slides, small, on one sheet: a contact sheet, to be looked at."""
    from PIL import Image

    (width, height), rows = _THUMB, -(-len(pictures) // _ACROSS)
    made = Image.new("RGB", (_ACROSS * (width + _GAP), rows * (height + _GAP)), "#808080")
    for at, png in enumerate(pictures):
        small = Image.open(io.BytesIO(png)).convert("RGB").resize(_THUMB)
        made.paste(small, (at % _ACROSS * (width + _GAP), at // _ACROSS * (height + _GAP)))
    made.save(path)


def report(deck: Path, folder: Path) -> str:
    """Save a picture of every slide of ``deck`` into ``folder``, and a sheet of all; what was seen, in a line."""
    folder.mkdir(parents=True, exist_ok=True)
    with browser.chromium(*SCREEN) as context:
        found = look(browser.open_deck(context, deck), pictures=True)
    for number, png in enumerate(found.pictures, 1):
        (folder / f"{deck.stem}-{number:02}.png").write_bytes(png)
    sheet(found.pictures, folder / f"{deck.stem}-sheet.png")
    return "\n  ".join([str(found), *found.wrong, *found.small])
