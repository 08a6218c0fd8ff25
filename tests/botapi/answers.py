"""Answers to queries, reactions and chat actions."""

from __future__ import annotations

from typing import Any

from tests.botapi.core import Core
from tests.botapi.keyboards import checked_markup
from tests.botapi.params import Params
from tests.botapi.records import Json, RefusedError, bad_request
from tests.botapi.texts import caption_text, checked_text
from tests.botapi.world import writable_topic

_MOST_RESULTS = 50
_ID_BYTES = 64
_TOAST_CHARACTERS = 200
_ACTIONS = """
typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker
find_location record_video_note upload_video_note
"""
_EMOJI = """
👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥
🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨
🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡
"""
_KNOWN_ACTIONS = frozenset(_ACTIONS.split())
_KNOWN_EMOJI = frozenset(_EMOJI.split())
_VARIATION = "\N{VARIATION SELECTOR-16}"
_CACHED = frozenset({"photo", "document", "voice", "audio", "video", "gif", "sticker"})


def answer_callback_query(core: Core, params: Params) -> bool:
    """answerCallbackQuery."""
    query = core.world.query_of("callback", params.text("callback_query_id"))
    if len(params.text("text")) > _TOAST_CHARACTERS:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answered = True
    return True


def answer_inline_query(core: Core, params: Params) -> bool:
    """answerInlineQuery."""
    results = params.decoded("results", "inline query results")
    if not isinstance(results, list):
        raise bad_request("expected an Array of inline query results")
    if len(results) > _MOST_RESULTS:
        raise bad_request("too many inline query results specified")
    for result in results:
        _check_result(result)
    identifiers = [result["id"] for result in results]
    if len(set(identifiers)) < len(identifiers):
        raise bad_request("RESULT_ID_DUPLICATE")
    if len(params.text("next_offset").encode()) > _ID_BYTES:
        raise bad_request("NEXT_OFFSET_INVALID")
    _check_results_button(params.decoded("button", "inline query results button"))
    core.world.query_of("inline", params.text("inline_query_id")).answered = True
    return True


def set_message_reaction(core: Core, params: Params) -> bool:
    """setMessageReaction."""
    room = core.room(params)
    reactions = params.decoded("reaction", "reaction types") or []
    if room.messages.get(params.integer("message_id")) is None:
        raise bad_request("message to react not found")
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    for reaction in reactions:
        emoji = str(reaction.get("emoji")).replace(_VARIATION, "")
        if reaction.get("type") != "emoji" or emoji not in _KNOWN_EMOJI:
            raise bad_request("REACTION_INVALID")
    core.world.reactions[room.chat.id, params.integer("message_id"), core.world.bot["id"]] = reactions
    return True


def send_chat_action(core: Core, params: Params) -> bool:
    """sendChatAction."""
    if params.text("action") not in _KNOWN_ACTIONS:
        raise bad_request("wrong parameter action in request")
    writable_topic(core.room(params), params.integer("message_thread_id"))
    return True


def _check_result(result: Any) -> None:
    if not isinstance(result, dict):
        raise _unparsed("Inline query result must be an object")
    for name in ("type", "id"):
        if name not in result:
            raise _unparsed(f'Can\'t find field "{name}"')
    if not 1 <= len(str(result["id"]).encode()) <= _ID_BYTES:
        raise bad_request("RESULT_ID_INVALID")
    if result["type"] == "article":
        _check_article(result)
    elif result["type"] not in _CACHED:
        raise _unparsed(f'type "{result["type"]}" is unsupported for the inline query result')
    caption = str(result.get("caption", ""))
    caption_text(caption, str(result.get("parse_mode", "")), result.get("caption_entities"))
    checked_markup(result.get("reply_markup"), inline_only=True)


def _check_article(result: Json) -> None:
    content = result.get("input_message_content")
    if not isinstance(content, dict) or "message_text" not in content:
        raise _unparsed("Input message content is not specified")
    if "title" not in result:
        raise _unparsed('Can\'t find field "title"')
    if not str(result["title"]).strip():
        raise bad_request("ARTICLE_TITLE_EMPTY")
    checked_text(str(content["message_text"]), str(content.get("parse_mode", "")), content.get("entities"))


def _check_results_button(button: Any) -> None:
    if button is None:
        return
    if not isinstance(button, dict) or not button.get("text"):
        raise bad_request("can't parse inline query results button: Can't find field \"text\"")
    if ("web_app" in button) == ("start_parameter" in button):
        reason = "InlineQueryResultsButton must have exactly one optional field"
        raise bad_request(f"can't parse inline query results button: {reason}")


def _unparsed(reason: str) -> RefusedError:
    return bad_request(f"can't parse inline query result: {reason}")
