"""What each HTML tag becomes."""

from __future__ import annotations

from dataclasses import dataclass

from tests.botapi.links import checked_link, user_of_link
from tests.botapi.records import Json, RefusedError, bad_request

_STYLES = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler",
}  # fmt: skip
TAGS = frozenset(_STYLES) | {"a", "code", "pre", "blockquote", "tg-emoji", "tg-time"}


@dataclass(frozen=True, slots=True)
class OpenTag:
    """A tag that waits for its end."""

    tag: str
    attributes: dict[str, str]
    offset: int
    begin: int


def complaint(reason: str) -> RefusedError:
    """A text that cannot be parsed."""
    return bad_request(f"can't parse entities: {reason}")


def add_entity(entities: list[Json], dropped: list[str], opened: OpenTag, length: int, inner: str) -> None:
    """Append what a closed tag becomes; links Telegram ignores go to ``dropped``."""
    entity: Json = {"type": "", "offset": opened.offset, "length": length}
    if opened.tag in _STYLES:
        entity["type"] = _STYLES[opened.tag]
    elif opened.tag == "blockquote":
        entity["type"] = "expandable_blockquote" if "expandable" in opened.attributes else "blockquote"
    elif opened.tag == "a":
        _fill_link(entity, opened.attributes.get("href") or inner, dropped)
    elif opened.tag == "tg-emoji":
        _fill_emoji(entity, opened)
    elif opened.tag == "tg-time":
        _fill_time(entity, opened)
    else:
        _fill_code(entity, opened, entities[-1] if entities else {})
    if entity["type"]:
        entities.append(entity)


def _fill_link(entity: Json, url: str, dropped: list[str]) -> None:
    user = user_of_link(url)
    checked = checked_link(url)
    if user:
        entity |= {"type": "text_mention", "user": {"id": user, "is_bot": False, "first_name": str(user)}}
    elif checked:
        entity |= {"type": "text_link", "url": checked}
    else:
        dropped.append(f"link to {url!r}")


def _fill_emoji(entity: Json, opened: OpenTag) -> None:
    identifier = opened.attributes.get("emoji-id", "")
    if not identifier.isdecimal() or int(identifier) == 0:
        raise complaint("Invalid custom emoji identifier specified")
    entity |= {"type": "custom_emoji", "custom_emoji_id": identifier}


def _fill_time(entity: Json, opened: OpenTag) -> None:
    stamp = opened.attributes.get("unix", "")
    if not stamp.isdecimal() or int(stamp) == 0:
        return
    entity |= {"type": "date_time", "unix_time": int(stamp)}
    if opened.attributes.get("format"):
        entity["date_time_format"] = opened.attributes["format"]


def _fill_code(entity: Json, opened: OpenTag, last: Json) -> None:
    """Code or pre; the two around the same text become one pre with a language."""
    marked = opened.attributes.get("class", "")
    language = marked.removeprefix("language-") if marked.startswith("language-") else ""
    same = (last.get("offset"), last.get("length")) == (entity["offset"], entity["length"])
    if opened.tag == "pre" and same and last["type"] == "code" and last["language"]:
        last["type"] = "pre"
    elif opened.tag == "code" and same and last["type"] == "pre" and language:
        last["language"] = language
    elif opened.tag == "code":
        entity |= {"type": "code", "language": language}
    else:
        entity["type"] = "pre"
