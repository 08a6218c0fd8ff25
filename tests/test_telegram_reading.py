"""Updates read without a network: who asks what, in which thread, and what is nobody's question to us."""

from datetime import UTC, datetime
from typing import Any

import pytest
from telegram import Update, User

from bot.store.records import ThreadKey
from bot.telegram.reading import Asked, Reader

NOW = datetime(2026, 5, 4, 14, 5, tzinfo=UTC)
BOT = User(123, "Bot", True, username="Dose_Bot")
ANN = {"id": 1 << 33, "is_bot": False, "first_name": "Ann"}
BEN = {"id": 6, "is_bot": False, "first_name": "Ben"}
BOT_JSON = {"id": 123, "is_bot": True, "first_name": "Bot", "username": "Dose_Bot"}
PRIVATE = {"id": 1 << 33, "type": "private"}
GROUP = {"id": -1001234567890, "type": "supergroup", "title": "Ward", "is_forum": True}


def message(text: str | None = "hello", chat: dict[str, Any] = PRIVATE, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"message_id": 5, "date": 1_700_000_000, "chat": chat, "from": ANN, **more}
    return found if text is None else {**found, "text": text}


def read(kind: str, payload: dict[str, Any]) -> Asked | None:
    update = Update.de_json({"update_id": 9, kind: payload}, None)
    return Reader(BOT, ("renal", "ask")).read(update, NOW)


def said(text: str, *entities: tuple[str, int, int], chat: dict[str, Any] = GROUP, **more: Any) -> Asked | None:
    marked = [{"type": kind, "offset": offset, "length": length} for kind, offset, length in entities]
    return read("message", message(text, chat, entities=marked, **more))


def test_a_private_message() -> None:
    asked = read("message", message())
    assert asked is not None
    assert (asked.key, asked.text, asked.private) == (ThreadKey(1 << 33, 0, 1 << 33), "hello", True)
    assert asked.at == datetime.fromtimestamp(1_700_000_000, UTC)
    assert asked.question_id == 5


@pytest.mark.parametrize(
    ("text", "entity", "left"),
    [
        ("💊💊 @dose_bot and in renal failure?", ("mention", 5, 9), "💊💊  and in renal failure?"),
        ("@Dose_Bot max?", ("mention", 0, 9), "max?"),
        ("/renal@Dose_Bot baclofen", ("bot_command", 0, 15), "/renal baclofen"),
        ("/renal", ("bot_command", 0, 6), "/renal"),
        ("/ask  what dose?", ("bot_command", 0, 4), "/ask what dose?"),
    ],
)
def test_the_name_is_taken_off(text: str, entity: tuple[str, int, int], left: str) -> None:
    asked = said(text, entity)
    assert asked is not None
    assert asked.text == left


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("@other_bot max?", ("mention", 0, 10)),
        ("/renal@other_bot", ("bot_command", 0, 16)),
        ("/weather", ("bot_command", 0, 8)),
        ("dose_bot is nice", ("bold", 0, 8)),
    ],
)
def test_what_is_not_for_us(text: str, entity: tuple[str, int, int]) -> None:
    assert said(text, entity) is None


def test_topics_are_threads_and_reply_threads_are_not() -> None:
    mention = ("mention", 0, 9)
    topic = said("@Dose_Bot x", mention, message_thread_id=7, is_topic_message=True)
    replies = said("@Dose_Bot x", mention, message_thread_id=7)
    assert topic is not None
    assert replies is not None
    assert (topic.key.topic, replies.key.topic) == (7, 0)


def test_the_head_of_our_own_topic_is_no_answer_of_ours() -> None:
    head = message(None, GROUP, forum_topic_created={"name": "x", "icon_color": 1}) | {"from": BOT_JSON}
    ours = message("an answer", GROUP) | {"from": BOT_JSON, "message_id": 4}
    assert said("hello", reply_to_message=head, message_thread_id=5, is_topic_message=True) is None
    replied = said("and?", reply_to_message=ours)
    assert replied is not None
    assert replied.replies_to == 4
    assert not replied.quotes_others


@pytest.mark.parametrize(
    "more",
    [
        {"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "X"}},
        {"via_bot": {"id": 77, "is_bot": True, "first_name": "Other"}},
    ],
)
def test_words_of_others_are_not_read(more: dict[str, Any]) -> None:
    asked = read("message", message("give him 80 mg", **more))
    assert asked is not None
    assert asked.text == ""
    assert asked.quotes_others


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("message", message("a card of ours", via_bot=BOT_JSON)),
        ("message", message("hello") | {"from": {"id": 8, "is_bot": True, "first_name": "B"}}),
        ("message", message(None, new_chat_title="x")),
        ("edited_message", message(None, location={"latitude": 1.0, "longitude": 1.0}, edit_date=1_700_000_100)),
        ("channel_post", message("news")),
        ("callback_query", {"id": "1", "from": ANN, "chat_instance": "1", "inline_message_id": "1", "data": "x"}),
    ],
)
def test_what_is_no_question(kind: str, payload: dict[str, Any]) -> None:
    assert read(kind, payload) is None


def test_a_press_brings_the_waiting_question_only_to_its_owner() -> None:
    question = message("@Dose_Bot what dose", GROUP, entities=[{"type": "mention", "offset": 0, "length": 9}])
    gate = message("confirm?", GROUP, reply_to_message=question) | {"from": BOT_JSON, "message_id": 6}

    def press(person: dict[str, Any], data: str) -> Asked:
        query = {"id": "1", "from": person, "chat_instance": "1", "message": gate, "data": data}
        asked = read("callback_query", query)
        assert asked is not None
        return asked

    own, anothers, other = press(ANN, "abcd|c"), press(BEN, "abcd|c"), press(ANN, "abcd|n")
    assert (own.text, own.question_id, own.at) == ("what dose", 5, NOW)
    assert (anothers.text, anothers.question_id, anothers.key.person) == ("", 6, 6)
    assert (other.text, other.question_id) == ("", 6)


def test_an_edit_counts_from_its_own_time() -> None:
    asked = read("edited_message", message("better", edit_date=1_700_000_100))
    assert asked is not None
    assert asked.edited
    assert asked.opening.edits == 5
    assert asked.at == datetime.fromtimestamp(1_700_000_100, UTC)
