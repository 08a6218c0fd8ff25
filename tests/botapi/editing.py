"""Methods that change or delete messages."""

from __future__ import annotations

import time

from tests.botapi.core import Core
from tests.botapi.keyboards import checked_markup
from tests.botapi.params import Params
from tests.botapi.records import Json, Parsed, bad_request
from tests.botapi.sending import Content, Place, media_fields, record, stored_file, text_fields
from tests.botapi.texts import caption_text, message_text
from tests.botapi.world import InlineMessage, Room

_BODY = ("text", "entities", "photo", "document", "caption", "caption_entities")
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)


def edit_message_text(core: Core, params: Params) -> Json | bool:
    """editMessageText."""
    parsed = message_text(params)
    inline = params.text("inline_message_id")
    if inline:
        return _edit_inline(core, params, "editMessageText", inline, parsed)
    room, old = _editable(core, params)
    if "text" not in old:
        raise bad_request("there is no text in the message to edit")
    content = Content("text", parsed, params.text("text"), text_fields(parsed))
    return _edit(core, params, "editMessageText", room, old, content)


def edit_message_caption(core: Core, params: Params) -> Json:
    """editMessageCaption."""
    raw = params.text("caption")
    parsed = caption_text(raw, params.text("parse_mode"), params.decoded("caption_entities", "caption entities"))
    room, old = _editable(core, params)
    kind = _kind(old)
    if kind == "text":
        raise bad_request("there is no caption in the message to edit")
    fields: Json = {kind: old[kind]}
    if parsed.text:
        fields["caption"] = parsed.text
    if parsed.entities:
        fields["caption_entities"] = list(parsed.entities)
    return _edit(core, params, "editMessageCaption", room, old, Content(kind, parsed, raw, fields))


def edit_message_media(core: Core, params: Params) -> Json:
    """editMessageMedia, for photos and documents."""
    media = params.decoded("media", "input media")
    if not isinstance(media, dict) or media.get("type") not in ("photo", "document"):
        raise bad_request("can't parse InputMedia: type must be photo or document")
    raw = str(media.get("caption", ""))
    parsed = caption_text(raw, str(media.get("parse_mode", "")), media.get("caption_entities"))
    room, old = _editable(core, params)
    kind = str(media["type"])
    file = stored_file(core, params, kind, str(media.get("media", "")))
    content = Content(kind, parsed, raw, media_fields(kind, file, parsed), file)
    return _edit(core, params, "editMessageMedia", room, old, content)


def edit_message_reply_markup(core: Core, params: Params) -> Json | bool:
    """editMessageReplyMarkup."""
    inline = params.text("inline_message_id")
    if inline:
        return _edit_inline(core, params, "editMessageReplyMarkup", inline, None)
    room, old = _editable(core, params)
    fields = {key: old[key] for key in _BODY if key in old}
    entities = tuple(old.get("entities") or old.get("caption_entities") or ())
    parsed = Parsed(str(old.get("text") or old.get("caption") or ""), entities)
    return _edit(core, params, "editMessageReplyMarkup", room, old, Content(_kind(old), parsed, "", fields))


def delete_message(core: Core, params: Params) -> bool:
    """deleteMessage."""
    room = core.room(params)
    message = room.messages.get(params.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    own = message["from"]["id"] == core.world.bot["id"]
    if not (own or room.private or room.bot_status == "administrator"):
        raise bad_request("message can't be deleted")
    del room.messages[message["message_id"]]
    return True


def _editable(core: Core, params: Params) -> tuple[Room, Json]:
    """The bot's own message a request wants to change."""
    room = core.room(params)
    if not params.text("message_id"):
        raise bad_request("message identifier is not specified")
    message = room.messages.get(params.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if message["from"]["id"] != core.world.bot["id"]:
        raise bad_request("message can't be edited")
    return room, message


def _kind(message: Json) -> str:
    return next((kind for kind in ("photo", "document") if kind in message), "text")


def _edit(core: Core, params: Params, method: str, room: Room, old: Json, content: Content) -> Json:
    markup = _inline_markup(params)
    shown = content.fields if markup is None else content.fields | {"reply_markup": markup}
    if shown == {key: old[key] for key in (*_BODY, "reply_markup") if key in old}:
        raise bad_request(_NOT_MODIFIED)
    core.flood.admit(room.chat.id, room.private)
    rest = {key: value for key, value in old.items() if key not in (*_BODY, "reply_markup")}
    message: Json = {**rest, "edit_date": int(time.time()), **shown}
    room.messages[old["message_id"]] = message
    place = Place(room.chat.id, old["message_id"], old.get("message_thread_id"))
    record(core, params, method, content, place, markup)
    return message


def _edit_inline(core: Core, params: Params, method: str, identifier: str, parsed: Parsed | None) -> bool:
    """Change a message sent through an inline result; ``parsed`` is None if only buttons change."""
    old = core.world.inline_messages.get(identifier)
    if old is None:
        raise bad_request("MESSAGE_ID_INVALID")
    markup = _inline_markup(params)
    body = parsed or Parsed(old.text, old.entities)
    new = InlineMessage(body.text, body.entities, markup)
    if new == old:
        raise bad_request(_NOT_MODIFIED)
    core.world.inline_messages[identifier] = new
    content = Content("text", body, params.text("text"), {})
    record(core, params, method, content, Place(inline_message_id=identifier), markup)
    return True


def _inline_markup(params: Params) -> Json | None:
    return checked_markup(params.decoded("reply_markup", "reply keyboard markup"), inline_only=True)
