"""Telegram's HTML: the same tags, entities and complaints as the real parser."""

from __future__ import annotations

import re

from tests.botapi.entities import settle, utf16_length
from tests.botapi.records import Json, Parsed
from tests.botapi.tags import TAGS, OpenTag, add_entity, complaint

_SPACE = " \t\r\n\0\v"
_NAME = re.compile(r"[^ \t\r\n\0\v>]*")
_ATTRIBUTE = re.compile(r"[^ \t\r\n\0\v=>/\"']*")
_TOKEN = re.compile(r"[0-9A-Za-z.\-]*")
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]*)|#([0-9]*)|([a-zA-Z]*))")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_PLAIN = re.compile(r"[^<&]+")


def parse_html(source: str) -> Parsed:
    """Plain text and entities of an HTML text, or Telegram's refusal."""
    reader = _Reader(source)
    text, entities, dropped = reader.read()
    kept, lost = settle(entities)
    return Parsed(text, tuple(kept), (*dropped, *lost))


class _Reader:
    """One pass over an HTML text."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.position = 0
        self.pieces: list[str] = []
        self.offset = 0
        self.stack: list[OpenTag] = []
        self.entities: list[Json] = []
        self.dropped: list[str] = []

    def read(self) -> tuple[str, list[Json], list[str]]:
        """Text, entities and silently dropped links."""
        while self.position < len(self.source):
            char = self.source[self.position]
            if char == "&":
                self._emit(self._reference())
            elif char == "<":
                self._tag()
            else:
                match = _PLAIN.match(self.source, self.position)
                assert match is not None
                self.position = match.end()
                self._emit(match.group())
        if self.stack:
            raise complaint(f'Can\'t find end tag corresponding to start tag "{self.stack[-1].tag}"')
        text = "".join(self.pieces)
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise complaint(
                "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched "
                "surrogate code units"
            )
        return text, self.entities, self.dropped

    def _emit(self, piece: str) -> None:
        self.pieces.append(piece)
        self.offset += utf16_length(piece)

    def _at(self) -> str:
        return self.source[self.position] if self.position < len(self.source) else "\0"

    def _skip_space(self) -> None:
        while self.position < len(self.source) and self.source[self.position] in _SPACE:
            self.position += 1

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.source, self.position)
        assert match is not None
        self.position = match.end()
        return match.group()

    def _reference(self) -> str:
        start = self.position
        match = _REFERENCE.match(self.source, start)
        char = _referred(match) if match else ""
        if match is None or not char:
            self.position += 1
            return "&"
        self.position = match.end() + (self.source[match.end() : match.end() + 1] == ";")
        return char

    def _where(self, begin: int) -> str:
        return f"at byte offset {len(self.source[:begin].encode('utf-8', 'surrogatepass'))}"

    def _tag(self) -> None:
        begin = self.position
        self.position += 1
        if self._at() == "/":
            self.position += 1
            self._end(begin)
        else:
            self._start(begin)

    def _start(self, begin: int) -> None:
        tag = self._take(_NAME).lower()
        if self._at() == "\0":
            raise complaint(f"Unclosed start tag {self._where(begin)}")
        if tag not in TAGS:
            raise complaint(f'Unsupported start tag "{tag}" {self._where(begin)}')
        attributes = self._attributes(tag, begin)
        self.position += 1
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise complaint(f'Tag "span" must have class "tg-spoiler" {self._where(begin)}')
        self.stack.append(OpenTag(tag, attributes, self.offset, len(self.pieces)))

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        found: dict[str, str] = {}
        while self._at() != ">":
            self._skip_space()
            if self._at() == ">":
                break
            name = self._take(_ATTRIBUTE)
            if not name:
                raise complaint(f'Empty attribute name in the tag "{tag}" {self._where(begin)}')
            self._skip_space()
            if self._at() == "=":
                self.position += 1
                self._skip_space()
                found[name] = self._value(tag, begin)
            else:
                self._must_go_on(f'Unclosed start tag "{tag}"', begin)
                found[name] = ""
        return found

    def _value(self, tag: str, begin: int) -> str:
        self._must_go_on(f'Unclosed start tag "{tag}"', begin)
        if self._at() in "'\"":
            value = self._quoted()
        else:
            token = self.position
            value = self._take(_TOKEN).lower()
            if self._at() not in _SPACE and self._at() != ">":
                raise complaint(f"Unexpected end of name token {self._where(token)}")
        self._must_go_on("Unclosed start tag", begin)
        return value

    def _quoted(self) -> str:
        mark = self._at()
        self.position += 1
        value: list[str] = []
        while self.position < len(self.source) and self._at() != mark:
            if self._at() == "&":
                value.append(self._reference())
            else:
                value.append(self._at())
                self.position += 1
        self.position += self._at() == mark
        return "".join(value)

    def _must_go_on(self, reason: str, begin: int) -> None:
        if self.position >= len(self.source):
            raise complaint(f"{reason} {self._where(begin)}")

    def _end(self, begin: int) -> None:
        if not self.stack:
            raise complaint(f"Unexpected end tag {self._where(begin)}")
        name = self._take(_NAME).lower()
        self._skip_space()
        if self._at() != ">":
            raise complaint(f"Unclosed end tag {self._where(begin)}")
        self.position += 1
        opened = self.stack.pop()
        if name and name != opened.tag:
            raise complaint(f'Unmatched end tag {self._where(begin)}, expected "</{opened.tag}>", found "</{name}>"')
        if self.offset > opened.offset:
            inner = "".join(self.pieces[opened.begin :])
            add_entity(self.entities, self.dropped, opened, self.offset - opened.offset, inner)


def _referred(match: re.Match[str]) -> str:
    """The character of an HTML reference, or nothing if Telegram leaves it as it is."""
    hexadecimal, decimal, name = match.groups()
    if name is not None:
        return _NAMED.get(name, "")
    if match.end() - match.start() >= 10:
        return ""
    code = int(decimal or "0") if hexadecimal is None else int(hexadecimal or "0", 16)
    return chr(code) if 0 < code < 0x10FFFF else ""
