"""Telegram's HTML: the same tags, entities and complaints as the real parser."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.botapi.entities import settle, utf16_length
from tests.botapi.links import checked_link, user_of_link
from tests.botapi.records import Json, Parsed, Refused, bad_request

_SPACE = " \t\r\n\0\v"
_NAME = re.compile(r"[^ \t\r\n\0\v>]*")
_ATTRIBUTE = re.compile(r"[^ \t\r\n\0\v=>/\"']*")
_TOKEN = re.compile(r"[0-9A-Za-z.\-]*")
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]*)|#([0-9]*)|([a-zA-Z]*))")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_PLAIN = re.compile(r"[^<&]+")
_STYLES = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler",
}  # fmt: skip
_TAGS = frozenset(_STYLES) | {"a", "code", "pre", "blockquote", "tg-emoji", "tg-time"}


@dataclass(frozen=True, slots=True)
class _Open:
    """A tag that waits for its end."""

    tag: str
    attributes: dict[str, str]
    offset: int
    begin: int


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
        self.open: list[_Open] = []
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
        if self.open:
            raise _complaint(f"Can't find end tag corresponding to start tag \"{self.open[-1].tag}\"")
        text = "".join(self.pieces)
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise _complaint(
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
            raise _complaint(f"Unclosed start tag {self._where(begin)}")
        if tag not in _TAGS:
            raise _complaint(f'Unsupported start tag "{tag}" {self._where(begin)}')
        attributes = self._attributes(tag, begin)
        self.position += 1
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise _complaint(f'Tag "span" must have class "tg-spoiler" {self._where(begin)}')
        self.open.append(_Open(tag, attributes, self.offset, len(self.pieces)))

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        found: dict[str, str] = {}
        while self._at() != ">":
            self._skip_space()
            if self._at() == ">":
                break
            name = self._take(_ATTRIBUTE)
            if not name:
                raise _complaint(f'Empty attribute name in the tag "{tag}" {self._where(begin)}')
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
                raise _complaint(f"Unexpected end of name token {self._where(token)}")
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

    def _must_go_on(self, complaint: str, begin: int) -> None:
        if self.position >= len(self.source):
            raise _complaint(f"{complaint} {self._where(begin)}")

    def _end(self, begin: int) -> None:
        if not self.open:
            raise _complaint(f"Unexpected end tag {self._where(begin)}")
        name = self._take(_NAME).lower()
        self._skip_space()
        if self._at() != ">":
            raise _complaint(f"Unclosed end tag {self._where(begin)}")
        self.position += 1
        opened = self.open.pop()
        if name and name != opened.tag:
            raise _complaint(
                f'Unmatched end tag {self._where(begin)}, expected "</{opened.tag}>", found "</{name}>"'
            )
        if self.offset > opened.offset:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        entity: Json = {"type": "", "offset": opened.offset, "length": self.offset - opened.offset}
        tag = opened.tag
        if tag in _STYLES:
            entity["type"] = _STYLES[tag]
        elif tag == "blockquote":
            entity["type"] = "expandable_blockquote" if "expandable" in opened.attributes else "blockquote"
        elif tag == "a":
            if not self._fill_link(entity, opened):
                return
        elif tag == "tg-emoji":
            _fill_emoji(entity, opened)
        elif tag == "tg-time":
            if not _fill_time(entity, opened):
                return
        else:
            self._fill_code(entity, opened)
        if entity["type"]:
            self.entities.append(entity)

    def _fill_link(self, entity: Json, opened: _Open) -> bool:
        url = opened.attributes.get("href") or "".join(self.pieces[opened.begin :])
        user = user_of_link(url)
        if user:
            entity |= {"type": "text_mention", "user": {"id": user, "is_bot": False, "first_name": str(user)}}
            return True
        checked = checked_link(url)
        entity |= {"type": "text_link", "url": checked}
        if not checked:
            self.dropped.append(f"link to {url!r}")
        return bool(checked)

    def _fill_code(self, entity: Json, opened: _Open) -> None:
        language = opened.attributes.get("class", "").removeprefix("language-")
        last = self.entities[-1] if self.entities else {}
        same = (last.get("offset"), last.get("length")) == (entity["offset"], entity["length"])
        if opened.tag == "code":
            if same and last["type"] == "pre" and language:
                last["language"] = language
                return
            entity["type"] = "code"
            entity["language"] = language
        elif same and last["type"] == "code" and last["language"]:
            last["type"] = "pre"
        else:
            entity["type"] = "pre"


def _complaint(reason: str) -> Refused:
    return bad_request(f"can't parse entities: {reason}")


def _referred(match: re.Match[str]) -> str:
    """The character of an HTML reference, or nothing if Telegram leaves it as it is."""
    hexadecimal, decimal, name = match.groups()
    if name is not None:
        return _NAMED.get(name, "")
    digits = hexadecimal if hexadecimal is not None else decimal
    code = int(digits or "0", 16 if hexadecimal is not None else 10)
    if code == 0 or code >= 0x10FFFF or match.end() - match.start() >= 10:
        return ""
    return chr(code)


def _fill_emoji(entity: Json, opened: _Open) -> None:
    identifier = opened.attributes.get("emoji-id", "")
    if not identifier.isdecimal() or int(identifier) == 0:
        raise _complaint("Invalid custom emoji identifier specified")
    entity |= {"type": "custom_emoji", "custom_emoji_id": identifier}


def _fill_time(entity: Json, opened: _Open) -> bool:
    stamp = opened.attributes.get("unix", "")
    entity |= {"type": "date_time", "unix_time": int(stamp) if stamp.isdecimal() else 0}
    if opened.attributes.get("format"):
        entity["date_time_format"] = opened.attributes["format"]
    return int(entity["unix_time"]) > 0
