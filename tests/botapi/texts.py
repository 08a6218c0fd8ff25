"""Texts and captions of requests: parse mode, entities, length."""

from __future__ import annotations

import json
from typing import Any

from tests.botapi.entities import settle, trimmed, utf16_length
from tests.botapi.markup import parse_html
from tests.botapi.params import Params
from tests.botapi.records import Json, Parsed, bad_request

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
_REQUEST_BYTES = 1 << 15


def message_text(params: Params) -> Parsed:
    """The text of a message: 1-4096 units after parsing."""
    raw = params.text("text")
    entities = params.decoded("entities", "entities")
    return checked_text(raw, params.text("parse_mode"), entities)


def checked_text(raw: str, parse_mode: str, entities: Any) -> Parsed:
    """A message text from its parts, or Telegram's refusal."""
    if not raw:
        raise bad_request("message text is empty")
    parsed = formatted(raw, parse_mode, entities)
    if not parsed.text:
        raise bad_request("text must be non-empty")
    if utf16_length(parsed.text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return parsed


def caption_text(raw: str, parse_mode: str, entities: Any) -> Parsed:
    """A caption: 0-1024 units after parsing."""
    parsed = formatted(raw, parse_mode, entities)
    if utf16_length(parsed.text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return parsed


def formatted(raw: str, parse_mode: str, entities: Any) -> Parsed:
    """Text and entities as Telegram would store them."""
    if len(raw.encode("utf-8", "surrogatepass")) > _REQUEST_BYTES:
        raise bad_request("text is too long")
    mode = parse_mode.lower()
    if raw and mode == "html":
        return trimmed(parse_html(raw))
    if mode not in ("", "none", "html"):
        raise bad_request("unsupported parse_mode")
    return trimmed(_with_entities(raw, entities or []))


def _with_entities(raw: str, entities: Any) -> Parsed:
    if not isinstance(entities, list):
        raise bad_request("can't parse entities JSON object")
    length = utf16_length(raw)
    for entity in entities:
        _check_entity(entity, length)
    kept, lost = settle(entities)
    return Parsed(raw, tuple(kept), tuple(lost))


def _check_entity(entity: Json, length: int) -> None:
    if not isinstance(entity, dict) or not isinstance(entity.get("offset"), int):
        raise bad_request(f"can't parse MessageEntity: {json.dumps(entity)}")
    if not 0 <= entity["offset"] <= entity["offset"] + entity["length"] <= length:
        raise bad_request(f"entity beginning at UTF-16 offset {entity['offset']} ends after the end of the text")
