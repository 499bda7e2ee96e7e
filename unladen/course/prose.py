"""The part of lint that reads the text cells: length, links, spelling, tone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import unquote

MOST_WORDS = 90

_FENCED = re.compile(r"^(```|~~~).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(<?([^()\s>]*(?:\([^()\s]*\)[^()\s>]*)*)>?(?:\s+[\"'][^)]*)?\)")
_TAG = re.compile(r"<[^<>]+>")
# marked by signs before it (##), or by a line below it; that line under a list, a quotation or a table is a rule
_HEADING = re.compile(
    r"^ {0,3}(?:(?P<signs>#{1,6})[ \t]+(?P<signed>\S.*?)(?:[ \t]+#+)?[ \t]*$"
    r"|(?![#>|<`~]|[-*+] |\d+[.)] )(?P<underlined>\S.*?)[ \t]*\n {0,3}(?P<line>=+|-+)[ \t]*$)",
    re.MULTILINE,
)
_TITLE = re.compile(r"(?<![\w*_])([*_])(?![\s*_]).+?(?<![\s*_])\1(?![\w*_])")
_TABLE = re.compile(r"^[ \t]*\|.*$", re.MULTILINE)

_IZE = re.compile(r"\b[A-Za-z][a-z]*(?:i|y)z(?:e|es|ed|ing|er|ers|ation|ations)\b")
_Z_IS_RIGHT = re.compile(
    r"(?:re|over|down|under|cap|out|up)?siz(?:e|es|ed|ing)|pri?ze[sd]?|seiz(?:e|es|ed|ing)", re.IGNORECASE
)
_AMERICAN = re.compile(
    r"\b(?:colors?|colored|coloring|behaviors?|neighbors?|neighboring|favorites?|favors?|flavors?|honors?|labors?|"
    r"rumors?|centers?|centered|fibers?|gray|catalog|labeled|labeling|modeled|modeling|canceled|canceling|traveled|"
    r"signaled|unlabeled|defense|offense|skillful|fulfill|aluminum|artifacts?)\b",
    re.IGNORECASE,
)
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2705\u274c\u2728\u2b50\u26a0\u26a1\u231b\u23f0-\u23f3\ufe0f]")
_FILLER = re.compile(
    r"let['’]s dive|it is important to note|in this (?:section|notebook),? we will|as you can see", re.IGNORECASE
)
_UNMEASURED = re.compile(
    r"(?:\b(?:about|around|roughly|approximately|nearly|some)|~)\s*\d[\d.,]*\s*(?:×|x\b|times\b|-?fold\b)"
    r"|\b\d[\d.,]*\s*(?:×|x|times|percent|%)\s+(?:faster|slower)",
    re.IGNORECASE,
)
_VAGUE = {"here", "link", "this", "this link", "click here", "page", "this page"}


def emoji(text: str) -> list[str]:
    """The emoji in a text, each once, as code points (``U+1F600``)."""
    return sorted({f"U+{ord(character):04X}" for character in _EMOJI.findall(text)})


def prose(markdown: str) -> str:
    """What is read as text: without code, comments, HTML tags, tables and the addresses of links."""
    for pattern in (_FENCED, _COMMENT, _CODE, _TABLE):
        markdown = pattern.sub(" ", markdown)
    return _TAG.sub(" ", _LINK.sub(lambda link: " " if link[1] else link[2], markdown))


def words(markdown: str) -> int:
    """How many words a text cell asks the reader to read; code, tables and the signs of lists do not count."""
    return len(re.findall(r"[^\W_]+(?:['’.\-][^\W_]+)*", prose(markdown)))


def headings(markdown: str) -> list[int]:
    """The levels of a text cell's headings, in order."""
    return [_level(found) for found in _HEADING.finditer(_FENCED.sub("", markdown))]


def opening(markdown: str) -> tuple[int, str]:
    """The level and the text of the heading that a text cell begins with; 0 and nothing where it begins with none."""
    found = _HEADING.match(markdown.lstrip("\n"))
    return (_level(found), found["signed"] or found["underlined"]) if found else (0, "")


def _level(heading: re.Match) -> int:
    return len(heading["signs"]) if heading["signs"] else 1 + (heading["line"][0] == "-")


def linked(address: str, folder: Path) -> Path | None:
    """The file that a relative address means, as seen from ``folder``; None if there is none.

    An address writes a blank as %20, and may end in a ``?query`` or a ``#part``; an ü may be one character or two.
    """
    for path in (unquote(re.split(r"[?#]", address)[0]), address):
        place = folder
        for part in Path(path).parts:
            forms = (part, unicodedata.normalize("NFC", part), unicodedata.normalize("NFD", part))
            place = next((place / form for form in forms if (place / form).exists()), place / part)
        if path and place.exists():
            return place
    return None


def complaints(markdown: str, folder: Path) -> Iterator[str]:
    """What is wrong with one text cell of a notebook in ``folder``, each with what to do."""
    if not markdown.strip():
        yield "is an empty text cell; delete it (spacing is the style sheet's)"
        return
    if (count := words(markdown)) > MOST_WORDS:
        yield f"has {count} words of text, a wall; say one idea in 20 to 70, and split above {MOST_WORDS}"
    text = prose(markdown)
    if re.search(r"<br\s*/?>", _CODE.sub("", _FENCED.sub("", markdown)), re.IGNORECASE):
        yield "has a <br>; delete it (spacing is the style sheet's)"
    yield from _spelling(markdown)
    if found := _FILLER.search(text):
        yield f"has the filler {found[0]!r}; say the thing"
    if "](http" not in markdown and (found := _UNMEASURED.search(text)):
        yield f"states {found[0]!r}; measure it in a claim(...), or link the source it comes from"
    yield from _links(markdown, folder)


def _spelling(markdown: str) -> Iterator[str]:
    # Titles of works and names of pages, in italics or in links, are spelt as their authors did.
    text = _TITLE.sub(" ", prose(_LINK.sub(" ", markdown)))
    american = [word for word in _IZE.findall(text) if not _Z_IS_RIGHT.fullmatch(word)] + _AMERICAN.findall(text)
    for word in dict.fromkeys(american):
        yield f"spells {word!r} the American way; the course writes British English (code goes between backticks)"


def _links(markdown: str, folder: Path) -> Iterator[str]:
    markdown = _CODE.sub(" ", _FENCED.sub(" ", markdown))
    targets = re.findall(r"<(?:img|a)\b[^>]*?(?:src|href)=[\"']([^\"']+)", markdown)
    for picture in re.findall(r"<img\b[^>]*>", markdown):
        if not re.search(r"\balt=([\"'])(?!\s*\1)", picture):
            yield f'has a picture without alternative text: {picture[:60]}; add alt="what it shows"'
    for sign, text, target in _LINK.findall(markdown):
        targets.append(target)
        if sign and not text.strip():
            yield f"has a picture without alternative text: {target}; write ![what it shows]({target})"
        elif not sign and text.strip().lower() in _VAGUE:
            yield f"has a link called {text!r}; name what it leads to"
    for target in targets:
        path = re.split(r"[#?]", target)[0]
        if path and not re.match(r"[a-z][a-z0-9+.-]*:", path, re.IGNORECASE) and not path.startswith("attachment:"):
            if path.startswith("/"):
                yield f"links to {target}, which is absolute; write it relative to the notebook"
            elif not linked(unescape(target), folder):
                yield f"links to {target}, which is not there; correct the path (relative to the notebook)"
