"""The local Bot API server behaves as Telegram does, towards plain HTTP and towards a real bot."""

from __future__ import annotations

import asyncio
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters, Update
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from tests.botapi import BotApi, Rate
from tests.botapi.raw_client import RawClient
from tests.botapi.receiver import Receiver

ANN = 42
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", 640, 480) + b"\x08\x02\0\0\0"
Context = ContextTypes.DEFAULT_TYPE
AnyApplication = Application[Any, Any, Any, Any, Any, Any]


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi(conflict_pause=0.2) as server:
        server.user(ANN, "Ann")
        yield server
        assert server.errors == []


@pytest.fixture
def client(api: BotApi) -> Iterator[RawClient]:
    made = RawClient(api)
    yield made
    made.http.close()


def send(client: RawClient, text: str, **params: Any) -> Any:
    return client.ok("sendMessage", chat_id=ANN, text=text, **params)


def keyboard(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"inline_keyboard": [[button] for button in buttons]}


# Requests


def test_form_json_and_query_parameters(api: BotApi, client: RawClient) -> None:
    client.http.post("sendMessage", data={"chat_id": "42", "text": "form"})
    client.http.post("SENDMESSAGE?chat_id=42", json={"text": "json"})
    client.http.get("sendmessage", params={"chat_id": 42, "text": "get"})
    assert [sent.text for sent in api.sent] == ["form", "json", "get"]


def test_wrong_token_is_unauthorized(api: BotApi) -> None:
    answer = httpx.post(f"{api.url}/bot999:WRONG/getMe")
    assert (answer.status_code, answer.json()["description"]) == (401, "Unauthorized")


def test_unknown_methods_and_parameters_are_recorded() -> None:
    with BotApi() as server:
        server.user(ANN)
        client = RawClient(server)
        assert client.raw("sendTelepathy")["error_code"] == 404
        client.ok("sendMessage", chat_id=ANN, text="x", colour="red")
        client.http.close()
        assert server.errors == [
            "unknown method 'sendTelepathy'",
            "sendMessage: unknown parameters ['colour']",
        ]


# Texts


@pytest.mark.parametrize(
    ("html", "text", "kinds"),
    [
        ("a &lt; b &amp; c &#33; &quot;", 'a < b & c ! "', []),
        ("5 & 6 &nbsp; AT&T", "5 & 6 &nbsp; AT&T", []),
        ("<b>x<i>y</i></b>", "xy", ["bold", "italic"]),
        ("<blockquote expandable>q</blockquote>", "q", ["expandable_blockquote"]),
        ('<span class="tg-spoiler">s</span>', "s", ["spoiler"]),
        ('<pre><code class="language-py">1</code></pre>', "1", ["pre"]),
        ('<a href="https://example.org/x?a=1">l</a>', "l", ["text_link"]),
        ("  <b>x</b> \n", "x", ["bold"]),
    ],
)
def test_html_is_parsed(api: BotApi, client: RawClient, html: str, text: str, kinds: list[str]) -> None:
    send(client, html, parse_mode="HTML")
    assert (api.sent[0].text, [entity["type"] for entity in api.sent[0].entities]) == (text, kinds)
    assert api.sent[0].html == html


@pytest.mark.parametrize(
    ("html", "complaint"),
    [
        ("BP <90 mmHg", 'Unsupported start tag "90" at byte offset 3'),
        ("é <5", "Unclosed start tag at byte offset 3"),
        ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ('<span class="red">x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_html_is_refused(client: RawClient, html: str, complaint: str) -> None:
    description = client.refused("sendMessage", chat_id=ANN, text=html, parse_mode="HTML")
    assert description == f"can't parse entities: {complaint}"


def test_what_telegram_drops_silently_is_recorded(api: BotApi, client: RawClient) -> None:
    send(client, '<a href="http://localhost">l</a> <b>x<code>y</code></b>', parse_mode="HTML")
    assert [entity["type"] for entity in api.sent[0].entities] == ["bold", "code"]
    assert api.sent[0].dropped == ("link to 'http://localhost'", "bold over fixed-width text at 2")


def test_lengths_count_utf16_units_after_parsing(client: RawClient) -> None:
    send(client, f"<b>{'x' * 4096}</b>", parse_mode="HTML")
    send(client, "💊" * 2048)
    assert client.refused("sendMessage", chat_id=ANN, text="💊" * 2048 + "x") == "message is too long"
    assert client.refused("sendMessage", chat_id=ANN, text="") == "message text is empty"
    assert client.refused("sendMessage", chat_id=ANN, text=" \n") == "text must be non-empty"


# Keyboards, replies, chats


@pytest.mark.parametrize(
    ("button", "complaint"),
    [
        ({"text": "a", "callback_data": "é" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": " ", "callback_data": "a"}, "inline keyboard button text must be non-empty"),
        (
            {"text": "a", "callback_data": ""},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        ({"text": "a", "copy_text": {"text": "x" * 257}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"text": "a", "url": "nowhere"}, "inline keyboard button URL 'nowhere' is invalid: Wrong HTTP URL"),
    ],
)
def test_bad_buttons(client: RawClient, button: dict[str, Any], complaint: str) -> None:
    assert client.refused("sendMessage", chat_id=ANN, text="x", reply_markup=keyboard(button)) == complaint


def test_good_buttons_and_their_number(client: RawClient) -> None:
    good = {"text": "a", "callback_data": "é" * 32}
    send(client, "x", reply_markup=keyboard(good, {"text": "c", "copy_text": {"text": "x" * 256}}))
    too_many = keyboard(*[good] * 101)
    assert client.refused("sendMessage", chat_id=ANN, text="x", reply_markup=too_many) == "reply markup is too long"


def test_edits(api: BotApi, client: RawClient) -> None:
    message = send(client, "one", reply_markup=keyboard({"text": "a", "callback_data": "a"}))
    place = {"chat_id": ANN, "message_id": message["message_id"]}
    assert "reply_markup" not in client.ok("editMessageText", text="two", **place)
    assert client.refused("editMessageText", text="two", **place).startswith("message is not modified: ")
    assert client.refused("editMessageText", chat_id=ANN, message_id=99, text="x") == "message to edit not found"
    asked = api.say("question", ANN)
    theirs = {"chat_id": ANN, "message_id": asked.message_id}
    assert client.refused("editMessageText", text="x", **theirs) == "message can't be edited"
    client.ok("editMessageReplyMarkup", reply_markup=keyboard({"text": "b", "callback_data": "b"}), **place)
    assert [sent.method for sent in api.sent] == ["sendMessage", "editMessageText", "editMessageReplyMarkup"]
    client.ok("deleteMessage", **place)
    assert client.refused("deleteMessage", **place) == "message to delete not found"
    assert [message["text"] for message in api.history(ANN)] == ["question"]


def test_replies(api: BotApi, client: RawClient) -> None:
    asked = api.say("amoxicillin 20 kg", ANN)
    answer = send(client, "x", reply_parameters={"message_id": asked.message_id, "quote": "20 kg"})
    assert answer["reply_to_message"]["text"] == "amoxicillin 20 kg"
    for parameters, complaint in (
        ({"message_id": asked.message_id, "quote": "30 kg"}, "QUOTE_TEXT_INVALID"),
        ({"message_id": 999}, "message to be replied not found"),
    ):
        assert client.refused("sendMessage", chat_id=ANN, text="x", reply_parameters=parameters) == complaint
    kept = {"message_id": 999, "allow_sending_without_reply": True}
    assert "reply_to_message" not in send(client, "x", reply_parameters=kept)


def test_topics(api: BotApi, client: RawClient) -> None:
    group = api.chat(-1001, "supergroup", forum=True)
    thread = api.topic(group, "Sepsis")
    asked = api.say("?", ANN, group, thread)
    assert asked.message["is_topic_message"]
    assert asked.message["reply_to_message"]["forum_topic_created"]["name"] == "Sepsis"
    place = {"chat_id": group.id, "message_thread_id": thread, "text": "x"}
    assert client.ok("sendMessage", **place)["message_thread_id"] == thread
    assert client.refused("sendMessage", **{**place, "message_thread_id": 1}) == "message thread not found"
    api.close_topic(group, thread)
    assert client.refused("sendMessage", **place) == "TOPIC_CLOSED"
    api.delete_topic(group, thread)
    assert client.refused("sendMessage", **place) == "message thread not found"
    assert client.refused("sendMessage", chat_id=ANN, message_thread_id=5, text="x") == "message thread not found"


def test_chats_that_cannot_be_reached(api: BotApi, client: RawClient) -> None:
    assert client.refused("sendMessage", chat_id=77, text="x") == "chat not found"
    assert api.block(ANN).payload["new_chat_member"]["status"] == "kicked"
    answer = client.raw("sendMessage", chat_id=ANN, text="x")
    assert (answer["error_code"], answer["description"]) == (403, "Forbidden: bot was blocked by the user")
    api.unblock(ANN)
    send(client, "x")
    group = api.chat(-5, "group")
    api.migrate(group, -1005, ANN)
    answer = client.raw("sendMessage", chat_id=group.id, text="x")
    assert (answer["error_code"], answer["parameters"]) == (400, {"migrate_to_chat_id": -1005})


def test_photos(api: BotApi, client: RawClient) -> None:
    made = client.http.post("sendPhoto", data={"chat_id": ANN}, files={"photo": ("a.png", PNG, "image/png")}).json()
    size = made["result"]["photo"][0]
    assert (size["width"], size["height"]) == (640, 480)
    client.ok("sendPhoto", chat_id=ANN, photo=size["file_id"], caption="<b>dose</b>", parse_mode="HTML")
    assert [(sent.kind, sent.text) for sent in api.sent] == [("photo", ""), ("photo", "dose")]
    assert api.sent[1].file is not None
    assert api.sent[1].file.content == PNG
    too_long = {"chat_id": ANN, "photo": size["file_id"], "caption": "x" * 1025}
    assert client.refused("sendPhoto", **too_long) == "message caption is too long"
    assert client.refused("sendPhoto", chat_id=ANN) == "there is no photo in the request"


def test_documents(api: BotApi, client: RawClient) -> None:
    def post(content: bytes, **fields: str) -> dict[str, Any]:
        files = {"document": ("a.json", content, "application/json")}
        found: dict[str, Any] = client.http.post(
            "sendDocument", data={"chat_id": str(ANN), **fields}, files=files
        ).json()
        return found

    made = post(b"[]", caption="<b>doses</b>", parse_mode="HTML")["result"]
    shown = made["document"]
    assert (shown["file_name"], shown["mime_type"], shown["file_size"]) == ("a.json", "application/json", 2)
    assert made["caption"] == "doses"
    client.ok("sendDocument", chat_id=ANN, document=shown["file_id"])
    assert [(sent.kind, sent.file.content if sent.file else b"") for sent in api.sent] == [("document", b"[]")] * 2
    assert post(b"")["description"] == "Bad Request: file must be non-empty"
    assert post(b"[]", caption="x" * 1025)["description"] == "Bad Request: message caption is too long"
    assert client.refused("sendDocument", chat_id=ANN) == "there is no document in the request"
    assert client.refused("sendDocument", chat_id=ANN, document="a.json").startswith("wrong remote file identifier")


# Queries and the profile


def test_callbacks(api: BotApi, client: RawClient) -> None:
    send(client, "x", reply_markup=keyboard({"text": "Sources", "callback_data": "s:1"}))
    press = api.press(api.sent[0], "Sources", ANN)
    assert (press.payload["data"], press.message_id) == ("s:1", api.sent[0].message_id)
    client.ok("answerCallbackQuery", callback_query_id=press.query_id)
    api.expire(press)
    assert client.refused("answerCallbackQuery", callback_query_id=press.query_id).startswith("query is too old")
    with pytest.raises(LookupError):
        api.press(api.sent[0], "Units", ANN)


def test_inline_answers(api: BotApi, client: RawClient) -> None:
    asked = api.inline("amoxicillin", ANN)
    result: dict[str, Any] = {"type": "article", "id": "1", "title": "A"}
    result["input_message_content"] = {"message_text": "x", "parse_mode": "HTML"}
    result["reply_markup"] = keyboard({"text": "a", "callback_data": "a"})

    def refused(*results: dict[str, Any]) -> str:
        return client.refused("answerInlineQuery", inline_query_id=asked.query_id, results=list(results))

    assert refused(*[result | {"id": str(n)} for n in range(51)]) == "too many inline query results specified"
    assert refused(result, result) == "RESULT_ID_DUPLICATE"
    assert refused(result | {"id": "x" * 65}) == "RESULT_ID_INVALID"
    assert refused(result | {"input_message_content": {"message_text": ""}}) == "message text is empty"
    client.ok("answerInlineQuery", inline_query_id=asked.query_id, results=[result])
    chosen = api.choose(asked, result, ANN).payload
    assert client.ok("editMessageText", inline_message_id=chosen["inline_message_id"], text="y") is True


def test_profile(api: BotApi, client: RawClient) -> None:
    commands = [{"command": "help", "description": "How to ask"}]
    client.ok("setMyCommands", commands=commands, scope={"type": "all_private_chats"})
    assert client.ok("getMyCommands", scope={"type": "all_private_chats"}) == commands
    assert client.ok("getMyCommands") == []
    shouting = [{"command": "HELP", "description": "x"}]
    assert client.refused("setMyCommands", commands=shouting) == "BOT_COMMAND_INVALID"
    client.ok("setMyDescription", description="d")
    client.ok("setMyShortDescription", short_description="s")
    client.ok("setChatMenuButton", menu_button={"type": "commands"})
    assert (api.profile.description, api.profile.menu_buttons) == ({"": "d"}, {0: {"type": "commands"}})


def test_reactions(api: BotApi, client: RawClient) -> None:
    asked = api.say("x", ANN)
    place = {"chat_id": ANN, "message_id": asked.message_id}
    client.ok("setMessageReaction", reaction=[{"type": "emoji", "emoji": "👀"}], **place)
    assert api.reaction(asked) == "👀"
    wrong = [{"type": "emoji", "emoji": "🩺"}]
    assert client.refused("setMessageReaction", reaction=wrong, **place) == "REACTION_INVALID"
    assert api.react(asked, ANN, "👍").update_id is None
    client.ok("getUpdates", allowed_updates=["message_reaction"])
    assert api.react(asked, ANN, None).payload["old_reaction"] == [{"type": "emoji", "emoji": "👍"}]


def test_privacy_mode() -> None:
    with BotApi(privacy=True) as api:
        api.user(ANN)
        group = api.chat(-5, "group")
        seen = ["/ask x", "/ask@test_bot x", "hello @test_bot"]
        assert all(api.say(text, ANN, group).update_id for text in seen)
        assert not any(api.say(text, ANN, group).update_id for text in ("hello", "/ask@other_bot x"))


# Updates


def test_offsets_confirm(api: BotApi, client: RawClient) -> None:
    first, second = (api.say(text, ANN).update_id for text in ("/dose x", "b"))
    updates = client.ok("getUpdates")
    assert [update["update_id"] for update in updates] == [first, second]
    assert updates[0]["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 5}]
    assert len(client.ok("getUpdates")) == 2
    assert [update["update_id"] for update in client.ok("getUpdates", offset=second, limit=1)] == [second]
    assert api.pending == [second]
    assert client.ok("getUpdates", offset=(second or 0) + 1) == []
    api.wait_idle()


def test_long_poll_waits_and_wakes(api: BotApi, client: RawClient) -> None:
    threading.Timer(0.1, lambda: api.say("late", ANN)).start()
    start = time.monotonic()
    assert client.ok("getUpdates", timeout=5)[0]["message"]["text"] == "late"
    assert 0.05 < time.monotonic() - start < 2


def test_second_poller_ends_the_first(api: BotApi, client: RawClient) -> None:
    with ThreadPoolExecutor() as pool:
        first = pool.submit(client.raw, "getUpdates", timeout=5)
        time.sleep(0.1)
        second = pool.submit(client.raw, "getUpdates", timeout=1)
        assert "terminated by other getUpdates request" in first.result()["description"]
        assert second.result() == {"ok": True, "result": []}


def test_edited_messages_and_entities(api: BotApi, client: RawClient) -> None:
    asked = api.say("💊 ask @test_bot", ANN)
    assert asked.message["entities"] == [{"type": "mention", "offset": 7, "length": 9}]
    api.say("plain", ANN, edit_of=asked)
    edited = client.ok("getUpdates")[1]["edited_message"]
    assert (edited["text"], edited["message_id"]) == ("plain", asked.message_id)
    assert "entities" not in edited


# Faults


def test_ordered_failures(api: BotApi, client: RawClient) -> None:
    api.fail("sendMessage", 1, 429, retry_after=3, chat=ANN)
    answer = client.raw("sendMessage", chat_id=ANN, text="x")
    assert (answer["description"], answer["parameters"]) == (
        "Too Many Requests: retry after 3",
        {"retry_after": 3},
    )
    api.fail("*", 2, 502)
    assert [client.raw("getMe").get("error_code") for _ in range(3)] == [502, 502, None]
    assert api.refusals == []


def test_dropped_connections(api: BotApi, client: RawClient) -> None:
    for order, sends in ((api.drop_before, 0), (api.drop_after, 1)):
        order("sendMessage")
        with pytest.raises(httpx.RemoteProtocolError):
            client.raw("sendMessage", chat_id=ANN, text="x")
        assert len(api.sent) == sends
    send(client, "x")


def test_delays(api: BotApi, client: RawClient) -> None:
    api.delay("sendMessage", 0.2, after=True)
    start = time.monotonic()
    send(client, "x")
    assert api.sent[0].time - start < 0.2 <= time.monotonic() - start


def test_outage_keeps_state(api: BotApi, client: RawClient) -> None:
    api.say("x", ANN)
    with api.offline(), pytest.raises(httpx.TransportError):
        client.raw("getMe")
    assert len(client.ok("getUpdates")) == 1


def test_flood_control(api: BotApi, client: RawClient) -> None:
    api.limit_rate(Rate(private_burst=2, group_per_minute=2, overall_per_second=30))
    group = api.chat(-5, "group")
    for chat_id, wait in ((ANN, 1), (group.id, 60)):
        answers = [client.raw("sendMessage", chat_id=chat_id, text="x") for _ in range(3)]
        assert [answer["ok"] for answer in answers] == [True, True, False]
        assert answers[2]["parameters"] == {"retry_after": wait}
    api.limit_rate(None)
    send(client, "x")


# Webhooks


def test_webhook_redelivers_until_2xx(api: BotApi, client: RawClient) -> None:
    with Receiver([500, 403, 500]) as receiver:
        api.say("before", ANN)
        client.ok("setWebhook", url=receiver.url, secret_token="s3cret")
        api.wait_idle()
        api.say("after", ANN)
        api.wait_idle()
        assert receiver.texts == ["before"] * 4 + ["after"]
        assert set(receiver.secrets) == {"s3cret"}
        assert "500" in client.ok("getWebhookInfo")["last_error_message"]
        assert "webhook is active" in client.raw("getUpdates")["description"]
        client.ok("deleteWebhook")
        api.say("polled", ANN)
        assert client.ok("getUpdates")[0]["message"]["text"] == "polled"
        assert client.refused("setWebhook", url=receiver.url, secret_token="a b") == (
            "secret token contains unallowed characters"
        )


def test_webhook_survives_restarts_of_both_sides(api: BotApi, client: RawClient) -> None:
    with Receiver([]) as receiver:
        client.ok("setWebhook", url=receiver.url)
        api.inject_many(10, users=10)
        api.wait_idle()
        with api.offline():
            api.say("while down", ANN)
        api.wait_idle()
        assert receiver.texts[10:] == ["while down"]
        port = receiver.port
    api.say("nobody listens", ANN)
    with Receiver([], port=port) as again:
        api.wait_idle()
        assert again.texts == ["nobody listens"]
    client.ok("deleteWebhook", drop_pending_updates=True)


def test_webhook_delivers_one_at_a_time_per_chat(api: BotApi, client: RawClient) -> None:
    with Receiver([], pause=0.02) as receiver:
        client.ok("setWebhook", url=receiver.url)
        api.inject_many(20, users=10, text="{n}")
        api.wait_idle()
        assert receiver.most_at_once > 1
        assert receiver.overlaps == 0
        for user in range(10):
            assert [text for text in receiver.texts if int(text) % 10 == user] == [str(user), str(user + 10)]
        client.ok("deleteWebhook")


# A real bot


def application(api: BotApi) -> AnyApplication:
    app = ApplicationBuilder().token(api.token).base_url(f"{api.url}/bot").build()

    async def answer(update: Update, context: Context) -> None:
        assert update.effective_message is not None
        buttons = InlineKeyboardMarkup([[InlineKeyboardButton("More", callback_data="more")]])
        await update.effective_message.reply_html(
            f"<b>{update.effective_message.text}</b>",
            reply_markup=buttons,
            do_quote=True,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )

    async def pressed(update: Update, context: Context) -> None:
        assert update.callback_query is not None
        await update.callback_query.answer()
        await update.callback_query.edit_message_text("more")

    app.add_handler(MessageHandler(filters.TEXT, answer))
    app.add_handler(CallbackQueryHandler(pressed))
    return app


def test_polling_bot(api: BotApi) -> None:
    async def scene() -> None:
        app = application(api)
        async with app:
            assert app.updater is not None
            await app.start()
            await app.updater.start_polling(allowed_updates=Update.ALL_TYPES)
            asked = api.say("hello", ANN)
            sent = (await asyncio.to_thread(api.wait, 1))[0]
            assert (sent.text, sent.reply_to) == ("hello", asked.message_id)
            press = api.press(sent, "More", ANN)
            edit = await asyncio.to_thread(api.wait_for, lambda sent: sent.method == "editMessageText")
            assert (edit.message_id, edit.text) == (sent.message_id, "more")
            assert api.wait_call("answerCallbackQuery")[0].params["callback_query_id"] == press.query_id
            await app.updater.stop()
            await app.stop()

    asyncio.run(scene())
    assert api.pending == []
    assert api.refusals == []


def test_webhook_bot(api: BotApi) -> None:
    async def scene() -> None:
        app = application(api)
        async with app:
            await app.start()
            with Receiver([]) as receiver:
                await app.bot.set_webhook(receiver.url, secret_token="s3cret", allowed_updates=["message"])
                api.say("hello", ANN)
                await asyncio.to_thread(api.wait_idle)
                await app.process_update(Update.de_json(receiver.bodies[0], app.bot))
                await app.bot.delete_webhook()
            await app.stop()

    asyncio.run(scene())
    assert [sent.text for sent in api.sent] == ["hello"]


@pytest.mark.filterwarnings("ignore:.*PTB_TIMEDELTA")
def test_errors_as_the_library_sees_them(api: BotApi) -> None:
    async def scene() -> None:
        async with application(api) as app:
            bot = app.bot
            with pytest.raises(BadRequest, match="Message is too long"):
                await bot.send_message(ANN, "x" * 4097)
            with pytest.raises(BadRequest, match="Message to be replied not found"):
                await bot.send_message(ANN, "x", reply_parameters=ReplyParameters(99))
            api.fail("sendMessage", status=429, retry_after=2)
            with pytest.raises(RetryAfter):
                await bot.send_message(ANN, "x")
            api.drop_after("sendMessage")
            with pytest.raises(NetworkError):
                await bot.send_message(ANN, "x")
            assert len(api.sent) == 1
            photo = await bot.send_photo(ANN, PNG, caption="c", filename="a.png")
            await bot.send_photo(ANN, photo.photo[-1])
            await bot.send_document(ANN, b"data", filename="a.txt")
            assert [sent.kind for sent in api.sent[1:]] == ["photo", "photo", "document"]
            api.migrate(api.chat(-5, "group"), -1005, ANN)
            with pytest.raises(ChatMigrated):
                await bot.send_message(-5, "x")
            api.block(ANN)
            with pytest.raises(Forbidden):
                await bot.send_chat_action(ANN, "typing")

    asyncio.run(scene())


# Load and a process of its own


def test_many_updates(api: BotApi, client: RawClient) -> None:
    api.inject_many(1000)
    offset = 0
    while updates := client.ok("getUpdates", offset=offset):
        offset = updates[-1]["update_id"] + 1
        for update in updates[:10]:
            client.ok("sendMessage", chat_id=update["message"]["chat"]["id"], text="x")
    assert len(api.sent) == 100
    assert len(api.round_trips()) == 100


def test_closed_loop(api: BotApi, client: RawClient) -> None:
    api.on_sent(lambda sent: len(api.sent) < 5 and api.say("again", sent.chat_id))
    api.say("first", ANN)
    offset = 0
    for _ in range(5):
        (update,) = client.ok("getUpdates", offset=offset, timeout=2)
        offset = update["update_id"] + 1
        send(client, update["message"]["text"])
    assert [sent.text for sent in api.sent] == ["first"] + ["again"] * 4


def test_own_process() -> None:
    command = [sys.executable, "-m", "tests.botapi", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        root = process.stdout.readline().strip()
        with httpx.Client(base_url=root) as http:
            injected = http.post("/control/inject_many", json={"count": 3, "users": 1}).json()
            assert [item["payload"]["text"] for item in injected] == ["message 0", "message 1", "message 2"]
            http.post("/bot123:TEST/sendMessage", json={"chat_id": 10_000, "text": "x"})
            assert http.get("/control/sent").json()[0]["text"] == "x"
            assert len(http.post("/control/round_trips").json()) == 1
            assert http.get("/control/nothing").status_code == 404
        process.terminate()
    assert process.returncode == 0
