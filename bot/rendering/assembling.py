"""Puts messages together: numbers the citations, packs paragraphs under Telegram's limit, ends each part.

No part separates a dose from its drug and route (every part opens with them) or from its sources (every part
carries those it cites, the status and the disclaimer).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.dosing.facts import Source
from bot.rendering.lint import unescape
from bot.rendering.marks import CITE, CITE_END, CITED, FIGURE, FIGURE_END, VERBATIM, VERBATIM_END, clean

LIMIT = 4096
# For a part with its sources. Head, status, role line and disclaimer come before and after, and never move a page.
ROOM = 3100
HEADING = 120  # signs; a longer first line is no heading and is not said again
FOLD, FOLD_END = "<blockquote expandable>", "</blockquote>"
_MARKER = re.compile(r"\[\d+\]")
_RUN = re.compile(r"(?:\[\d+\]){2,}")
_TAG = re.compile(r"<[^>]*>")
# What no cut may part: an element, a marked figure, words of others, a citation, a word.
_WHOLE = re.compile(
    rf"(?:<(\w+)[^>]*>.*?</\1>|{FIGURE}[^{FIGURE_END}]*{FIGURE_END}|{VERBATIM}[^{VERBATIM_END}]*{VERBATIM_END}"
    rf"|{CITE}[^{CITE_END}]*{CITE_END}|\S)+"
)


def length(html: str) -> int:
    """Length as Telegram counts: UTF-16 units of the text without tags, entities as one character."""
    return len(unescape(_TAG.sub("", clean(html))).encode("utf-16-le")) // 2


@dataclass(slots=True)
class Numbering:
    """Sources in order of first citation: numbers and facts run on through a reply, places are of one message.

    `cited` gives the source and place of everything that can be cited, by its id.
    """

    cited: Mapping[str, tuple[Source, str]]
    numbers: dict[Source, int] = field(default_factory=dict)
    places: dict[Source, list[str]] = field(default_factory=dict)
    facts: list[str] = field(default_factory=list)

    def number(self, token: str) -> str:
        """`[n]` for one citation token: ids that one source stands behind."""
        ids = token.split("|")
        source = self.cited[ids[0]][0]
        held = self.places.setdefault(source, [])
        for place in (self.cited[one][1] for one in ids):
            if place not in held:
                held.append(place)
        self.facts.extend(ids)
        return f"[{self.numbers.setdefault(source, len(self.numbers) + 1)}]"

    def next_message(self) -> "Numbering":
        """The numbering of the next message of the same reply."""
        return Numbering(self.cited, self.numbers, facts=self.facts)


def pack(paragraphs: Iterable[str], room: int, listed: Callable[[str], tuple[str, int]]) -> list[list[str]]:
    """Paragraphs into as few parts as fit with the sources they cite, in order; an oversized one is cut.

    `listed` gives, for a citation, which source it is and how long its entry in the list will be.
    """
    parts: list[list[_Piece]] = [[]]
    cited: set[str] = set()
    filled = 0
    for paragraph in paragraphs:
        for piece in _pieces(paragraph, room // 3):
            text = piece.text
            entries = dict(map(listed, CITED.findall(text)))
            size = length(CITED.sub("[00]", text)) + 2
            new = sum(entry for source, entry in entries.items() if source not in cited)
            if parts[-1] and filled + size + new > room:
                parts.append([])
                filled, cited = 0, set()
                new = sum(entries.values())
            parts[-1].append(piece)
            filled += size + new
            cited |= entries.keys()
    return [_joined(part) for part in parts]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Lines of one paragraph; `again` of them are its heading, said once more."""

    lines: tuple[str, ...]
    folded: bool = False
    again: int = 0
    first: bool = True

    @property
    def text(self) -> str:
        text = "\n".join(self.lines)
        return f"{FOLD}{text}{FOLD_END}" if self.folded else text


def _joined(pieces: Iterable[_Piece]) -> list[str]:
    """Paragraphs of one message: pieces of the same one that stand in it together are one again."""
    joined = list[_Piece]()
    for piece in pieces:
        if piece.first or not joined:
            joined.append(piece)
        else:
            joined[-1] = replace(joined[-1], lines=(*joined[-1].lines, *piece.lines[piece.again :]))
    return [piece.text for piece in joined]


def _pieces(paragraph: str, room: int) -> Iterator[_Piece]:
    """A paragraph whole, or in pieces that each repeat its fold and its first line, unless that is too long."""
    folded = paragraph.startswith(FOLD)
    lines = paragraph.removeprefix(FOLD).removesuffix(FOLD_END).split("\n")
    if length(paragraph) <= room:
        yield _Piece(tuple(lines), folded)
        return
    head, *rest = [short for line in lines for short in _cut_line(line, room * 3 // 4)]
    again = [head] if head == lines[0] and length(CITED.sub("", head)) <= HEADING else []
    piece, size, first = [head], length(head), True
    for line in rest:
        if size + length(line) + 1 > room and len(piece) > len(again):
            yield _Piece(tuple(piece), folded, len(again), first)
            piece, size, first = [*again], sum(map(length, again)), False
        piece.append(line)
        size += length(line) + 1
    yield _Piece(tuple(piece), folded, len(again), first)


def _cut_line(line: str, room: int) -> Iterator[str]:
    """A line whole, or cut after a citation, a comma or a word; each part has the lead.

    A statement that is cut carries its own citation, the next after it, on both sides of the cut.
    """
    if length(CITED.sub("", line)) <= room:
        yield line
        return
    before, colon, after = line.partition(": ")
    led = (
        bool(colon) and length(before) <= room // 2 and len(_TAG.findall(before)) % 2 == 0 and not CITED.search(before)
    )
    lead, rest = (before + colon, after) if led else ("", line)
    words = [found[0] for found in _WHOLE.finditer(rest)]
    cited = _citations(words)
    start = 0
    for end in range(1, len(words)):
        while start < end and length(CITED.sub("", " ".join((lead, *words[start : end + 1])))) > room:
            cut = _cut_before(words, start, end)
            whole = CITED.search(words[cut - 1]) is not None
            yield f"{lead}{' '.join(words[start:cut]).removesuffix(',')}{'' if whole else cited[cut - 1]}"
            start = cut
    yield lead + " ".join(words[start:])


def _cut_before(words: Sequence[str], start: int, end: int) -> int:
    """Where a part that is too long ends: after a citation, else after a comma, else after a word."""
    places = range(end, start, -1)
    ends = (place for place in places if CITED.search(words[place - 1]))
    commas = (place for place in places if words[place - 1].endswith(","))
    return next(ends, 0) or next(commas, 0) or end


def _citations(words: Sequence[str]) -> list[str]:
    """For each word the citation of its statement: the next that follows it."""
    found, following = list[str](), ""
    for word in reversed(words):
        marks = "".join(match[0] for match in CITED.finditer(word))
        following = f" {marks}" if marks else following
        found.append(following)
    return found[::-1]


def numbered(text: str, numbering: Numbering) -> str:
    """Citation tokens as [1][2], numbered within this message."""
    text = CITED.sub(lambda found: numbering.number(found[1]), text)
    return _RUN.sub(lambda run: "".join(sorted(_MARKER.findall(run[0]), key=_marker_number)), text)


def _marker_number(marker: str) -> int:
    return int(marker[1:-1])
