"""Reply markup as Telegram accepts it."""

from __future__ import annotations

from typing import Any

from tests.botapi.links import checked_link, user_of_link
from tests.botapi.records import Json, RefusedError, bad_request

_BUTTONS = 100
_PER_ROW = 8
_DATA_BYTES = 64
_COPY_CHARACTERS = 256
_STYLES = frozenset({"", "default", "primary", "danger", "success"})
_SWITCHES = ("switch_inline_query", "switch_inline_query_current_chat", "switch_inline_query_chosen_chat")
_BUTTON_FIELDS = frozenset(
    {
        "text",
        "icon_custom_emoji_id",
        "style",
        "url",
        "callback_data",
        "copy_text",
        "web_app",
        "login_url",
        *_SWITCHES,
    }
)
_OTHER_MARKUPS = ("keyboard", "remove_keyboard", "force_reply")


def checked_markup(markup: Any, *, inline_only: bool = False) -> Json | None:
    """The keyboard a message will have: None without buttons, a refusal if Telegram would refuse."""
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    rows = markup.get("inline_keyboard", [])
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    if not rows and any(markup.get(key) for key in _OTHER_MARKUPS):
        if inline_only:
            raise bad_request("inline keyboard expected")
        return markup
    filled = [[_parsed(button) for button in row] for row in rows if row]
    for row in filled:
        for button in row:
            _check(button)
    if sum(map(len, filled)) > _BUTTONS or any(len(row) > _PER_ROW for row in filled):
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": filled} if filled else None


def _parsed(button: Any) -> Json:
    """Complaints of the request parser: a field is missing or the button does nothing."""
    if not isinstance(button, dict):
        raise _unparsed("InlineKeyboardButton must be an Object")
    if "text" not in button:
        raise _unparsed('Can\'t find field "text"')
    if not isinstance(button["text"], str):
        raise _unparsed('Field "text" must be of type String')
    if str(button.get("style", "")).lower() not in _STYLES:
        raise _unparsed("invalid button style specified")
    unknown = button.keys() - _BUTTON_FIELDS
    if unknown:
        raise _unparsed(f"unknown field {min(unknown)!r}")
    if not any(button.get(key) or (key in button and key in _SWITCHES) for key in _BUTTON_FIELDS - {"text", "style"}):
        raise _unparsed("Text buttons are unallowed in the inline keyboard")
    return button


def _unparsed(reason: str) -> RefusedError:
    return bad_request(f"can't parse inline keyboard button: {reason}")


def _check(button: Json) -> None:
    """Complaints about the values themselves."""
    if not button["text"].strip() and not button.get("icon_custom_emoji_id"):
        raise bad_request("inline keyboard button text must be non-empty")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= _DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if "copy_text" in button:
        copied = button["copy_text"].get("text", "")
        if not 1 <= len(copied) <= _COPY_CHARACTERS:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
    url = button.get("url")
    if url and not (checked_link(url) or user_of_link(url)):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
