"""Offsets in UTF-16 units, and what Telegram does to entities after parsing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tests.botapi.records import Json, Parsed

_STYLES = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
_QUOTES = frozenset({"blockquote", "expandable_blockquote"})
_FIXED_WIDTH = frozenset({"code", "pre"})
_MOST = 100
_FOUND = re.compile(r"(?<![\w/@])(?:(/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?)|(@[A-Za-z0-9_]{3,32}))(?!\w)")

Span = tuple[int, int]


def utf16_length(text: str) -> int:
    """Length as Telegram counts it."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def found_entities(text: str) -> list[Json]:
    """Bot commands and mentions, which Telegram marks by itself in a person's text."""
    if "/" not in text and "@" not in text:
        return []
    return [
        {
            "type": "bot_command" if match.group(1) else "mention",
            "offset": utf16_length(text[: match.start()]),
            "length": utf16_length(match.group()),
        }
        for match in _FOUND.finditer(text)
    ]


def settle(entities: Sequence[Json]) -> tuple[list[Json], list[str]]:
    """Entities Telegram keeps, in its order, and descriptions of those it drops without a word."""
    if not entities:
        return [], []
    ordered = sorted(enumerate(entities), key=lambda item: (item[1]["offset"], -item[1]["length"], -item[0]))
    kept: list[Json] = []
    dropped: list[str] = []
    fixed = [_span(entity) for entity in entities if entity["type"] in _FIXED_WIDTH]
    for _, entity in ordered:
        if entity["type"] in _STYLES:
            pieces = _without(_span(entity), fixed)
            kept.extend({**entity, "offset": begin, "length": end - begin} for begin, end in pieces)
            if pieces != [_span(entity)]:
                dropped.append(f"{entity['type']} over fixed-width text at {entity['offset']}")
        elif _fits(entity, kept):
            kept.append({key: value for key, value in entity.items() if value != ""})
        else:
            dropped.append(f"{entity['type']} at {entity['offset']} inside another entity")
    if len(kept) > _MOST:
        dropped.append(f"{len(kept) - _MOST} entities beyond the first {_MOST}")
    return kept[:_MOST], dropped


def trimmed(parsed: Parsed) -> Parsed:
    """The text without white space at its ends and entities cut to it."""
    right = parsed.text.rstrip()
    first = min((entity["offset"] for entity in parsed.entities), default=len(right))
    left = 0
    while left < min(first, len(right)) and right[left] in " \n":
        left += 1
    if left == 0 and len(right) == len(parsed.text):
        return parsed
    end = utf16_length(right)
    moved = [_moved(entity, left, end) for entity in parsed.entities if entity["offset"] < end]
    return Parsed(right[left:], tuple(moved), parsed.dropped)


def _moved(entity: Json, left: int, end: int) -> Json:
    length = min(entity["offset"] + entity["length"], end) - entity["offset"]
    return {**entity, "offset": entity["offset"] - left, "length": length}


def _span(entity: Json) -> Span:
    return int(entity["offset"]), int(entity["offset"] + entity["length"])


def _without(span: Span, holes: Iterable[Span]) -> list[Span]:
    pieces = [span]
    for low, high in holes:
        cut = [part for begin, end in pieces for part in ((begin, min(end, low)), (max(begin, high), end))]
        pieces = [(begin, end) for begin, end in cut if begin < end]
    return pieces


def _fits(entity: Json, kept: Iterable[Json]) -> bool:
    """Whether a quote, link or code may stand where it is."""
    begin, end = _span(entity)
    quote = entity["type"] in _QUOTES
    for other in kept:
        if other["type"] in _STYLES:
            continue
        low, high = _span(other)
        apart = end <= low or high <= begin
        inside_quote = other["type"] in _QUOTES and not quote and low <= begin and end <= high
        if not (apart or inside_quote):
            return False
    return True
