"""Methods that put a new message into a chat."""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass

from tests.botapi.core import Core
from tests.botapi.keyboards import checked_markup
from tests.botapi.params import Params
from tests.botapi.records import Json, Parsed, Sent, Upload, bad_request
from tests.botapi.texts import caption_text, formatted, message_text
from tests.botapi.world import Room, writable_topic

_PHOTO_BYTES = 10 << 20
_FILE_BYTES = 50 << 20
_IMAGE_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")
_PNG_SIZE = slice(16, 24)


@dataclass(frozen=True, slots=True)
class Content:
    """What a message shows, before it has a place."""

    kind: str
    parsed: Parsed
    raw: str
    fields: Json
    file: Upload | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message is; inline messages have only their own identifier."""

    chat_id: int = 0
    message_id: int = 0
    thread_id: int | None = None
    inline_message_id: str | None = None


def send_message(core: Core, params: Params) -> Json:
    """sendMessage."""
    parsed = message_text(params)
    content = Content("text", parsed, params.text("text"), text_fields(parsed))
    return _deliver(core, params, "sendMessage", content)


def send_photo(core: Core, params: Params) -> Json:
    """sendPhoto."""
    return _send_file(core, params, "sendPhoto", "photo")


def send_document(core: Core, params: Params) -> Json:
    """sendDocument."""
    return _send_file(core, params, "sendDocument", "document")


def text_fields(parsed: Parsed) -> Json:
    """A text as messages carry it."""
    fields: Json = {"text": parsed.text}
    if parsed.entities:
        fields["entities"] = list(parsed.entities)
    return fields


def media_fields(kind: str, file: Upload, parsed: Parsed) -> Json:
    """A photo or document with its caption as messages carry it."""
    about: Json = {
        "file_id": file.file_id,
        "file_unique_id": f"u{file.file_id}",
        "file_size": len(file.content),
    }
    if kind == "photo":
        width, height = _dimensions(file.content)
        fields: Json = {"photo": [{**about, "width": width, "height": height}]}
    else:
        fields = {"document": {**about, "file_name": file.name, "mime_type": file.mime}}
    if parsed.text:
        fields["caption"] = parsed.text
    if parsed.entities:
        fields["caption_entities"] = list(parsed.entities)
    return fields


def stored_file(core: Core, params: Params, kind: str, value: str) -> Upload:
    """The file a parameter means: an upload, an attachment or one sent before."""
    uploaded = params.files.get(value.removeprefix("attach://") if value else kind)
    if uploaded is None:
        known = core.world.files.get(value)
        if known is not None:
            return known
        if not value:
            raise bad_request(f"there is no {kind} in the request")
        raise bad_request("wrong remote file identifier specified: Wrong character in the string")
    _check_upload(kind, uploaded.content)
    file = Upload(core.world.key(), uploaded.name, uploaded.mime, uploaded.content)
    core.world.files[file.file_id] = file
    return file


def record(
    core: Core,
    params: Params,
    method: str,
    content: Content,
    place: Place,
    markup: Json | None,
    reply: Json | None = None,
) -> None:
    """Put a send or edit on record."""
    parse_mode = str(params.values.get("parse_mode", ""))
    parsed = content.parsed
    sent = Sent(
        method=method,
        chat_id=place.chat_id,
        thread_id=place.thread_id,
        message_id=place.message_id,
        inline_message_id=place.inline_message_id,
        kind=content.kind,
        text=parsed.text,
        html=content.raw,
        parse_mode=parse_mode,
        entities=parsed.entities,
        dropped=parsed.dropped,
        reply_markup=markup,
        reply_parameters=reply,
        params=params.values,
        file=content.file,
        time=time.monotonic(),
    )
    core.record_sent(sent)


def _send_file(core: Core, params: Params, method: str, kind: str) -> Json:
    raw = params.text("caption")
    parsed = caption_text(raw, params.text("parse_mode"), params.decoded("caption_entities", "caption entities"))
    file = stored_file(core, params, kind, params.text(kind))
    content = Content(kind, parsed, raw, media_fields(kind, file, parsed), file)
    return _deliver(core, params, method, content)


def _deliver(core: Core, params: Params, method: str, content: Content) -> Json:
    room = core.room(params)
    thread = writable_topic(room, params.integer("message_thread_id"))
    wanted = params.decoded("reply_parameters", "reply parameters")
    replied = _replied(room, wanted)
    markup = checked_markup(params.decoded("reply_markup", "reply keyboard markup"))
    core.flood.admit(room.chat.id, room.private)
    fields = content.fields
    if replied is not None:
        fields = fields | replied
    if markup is not None and "inline_keyboard" in markup:
        fields = fields | {"reply_markup": markup}
    message = core.world.post(room, core.world.bot, fields, thread)
    place = Place(room.chat.id, message["message_id"], thread)
    record(core, params, method, content, place, markup, wanted)
    return message


def _replied(room: Room, wanted: Json | None) -> Json | None:
    """The fields a reply adds; None without one."""
    if not wanted:
        return None
    if not isinstance(wanted, dict) or not isinstance(wanted.get("message_id"), int):
        raise bad_request("can't parse reply parameters JSON object")
    original = room.messages.get(wanted["message_id"])
    if original is None:
        if wanted.get("allow_sending_without_reply"):
            return None
        raise bad_request("message to be replied not found")
    shown = {key: value for key, value in original.items() if key != "reply_to_message"}
    fields: Json = {"reply_to_message": shown}
    quote = wanted.get("quote")
    if quote:
        plain = formatted(str(quote), str(wanted.get("quote_parse_mode", "")), wanted.get("quote_entities")).text
        if plain not in str(original.get("text") or original.get("caption") or ""):
            raise bad_request("QUOTE_TEXT_INVALID")
        fields["quote"] = {"text": plain, "position": wanted.get("quote_position", 0), "is_manual": True}
    return fields


def _check_upload(kind: str, content: bytes) -> None:
    if not content:
        raise bad_request("file must be non-empty")
    if kind != "photo":
        if len(content) > _FILE_BYTES:
            raise bad_request("file is too big")
        return
    if len(content) > _PHOTO_BYTES:
        raise bad_request(f"file of size {len(content)} bytes is too big for a photo")
    if not content.startswith(_IMAGE_STARTS):
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = _dimensions(content)
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")


def _dimensions(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG; a plausible size for other pictures."""
    if not content.startswith(_IMAGE_STARTS[0]) or len(content) < _PNG_SIZE.stop:
        return 1280, 720
    width, height = struct.unpack(">II", content[_PNG_SIZE])
    return int(width), int(height)
