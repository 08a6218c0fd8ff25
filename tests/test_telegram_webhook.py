"""The webhook: its secret, its promise, its health, and several processes on one PostgreSQL."""

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.botapi import BotApi
from tests.edge.running import WITHIN, RunningBot, running

SECRET = "s3cret_token"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def listening(api: BotApi, folder: Path, port: int = 0, **environment: str) -> Iterator[tuple[RunningBot, str]]:
    """A bot with a webhook that Telegram knows, and its address."""
    port = port or free_port()
    address = f"http://127.0.0.1:{port}"
    known = len([call for call in api.calls if call.method == "setWebhook"])
    webhook = {"WEBHOOK_URL": f"{address}/hook", "WEBHOOK_SECRET": SECRET, "WEBHOOK_LISTEN": f"127.0.0.1:{port}"}
    with running(api, folder, **webhook, **environment) as bot:
        api.wait_call("setWebhook", known + 1, WITHIN)
        yield bot, address


def test_answers_and_acknowledges_after(api: BotApi, tmp_path: Path) -> None:
    api.say("early", api.user(1))
    with listening(api, tmp_path) as (bot, _):
        api.wait(1, WITHIN)
        api.delay("sendMessage", 0.5)
        api.say("later", api.user(1))
        time.sleep(0.2)
        assert api.pending
        api.wait(2, WITHIN)
        api.wait_idle(WITHIN)
        assert bot.rows("SELECT count(*) FROM updates WHERE raw IS NOT NULL") == [(0,)]
        status, seconds = bot.stop()
    assert (status, seconds < 10) == (0, True)
    assert [sent.text for sent in api.sent] == ["early [early]", "later [early + later]"]


def test_without_the_secret_nothing_happens(api: BotApi, tmp_path: Path) -> None:
    message = {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "text": "hi"}
    update = {"update_id": 1, "message": {**message, "from": {"id": 5, "is_bot": False, "first_name": "x"}}}
    header = "X-Telegram-Bot-Api-Secret-Token"
    api.user(5)
    with listening(api, tmp_path) as (bot, address), httpx.Client(base_url=address) as client:
        for headers in ({}, {header: ""}, {header: "wrong"}, {header: SECRET + "x"}):
            assert client.post("/hook", json=update, headers=headers).status_code == 403
        given = {header: SECRET}
        assert client.post("/hook", content=b"x" * (2 << 20), headers=given).status_code == 413
        assert client.post("/hook", content=b"not json", headers=given).status_code == 200
        assert client.get("/hook", headers=given).status_code == 405
        assert client.get("/healthz").text == "ok"
        numbers = client.get("/metrics").text
        assert 'dosethread_refused_deliveries_total{why="secret"} 4.0' in numbers
        assert bot.rows("SELECT count(*) FROM updates") == [(0,)]
    assert api.sent == []


def test_an_update_delivered_twice_is_answered_once(api: BotApi, tmp_path: Path) -> None:
    with listening(api, tmp_path) as (_, address), httpx.Client(base_url=address) as client:
        asked = api.say("once", api.user(1))
        api.wait(1, WITHIN)
        api.wait_idle(WITHIN)
        body = json.dumps({"update_id": asked.update_id, "message": asked.payload})
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        assert client.post("/hook", content=body, headers=headers).status_code == 200
        api.say("next", api.user(1))
        api.wait(2, WITHIN)
    assert [sent.text for sent in api.sent] == ["once [once]", "next [once + next]"]


def test_killed_before_the_commit_it_is_delivered_again(api: BotApi, tmp_path: Path) -> None:
    port = free_port()
    with listening(api, tmp_path, port) as (bot, _):
        api.delay("sendMessage", 60, after=True)
        first = api.say("first", api.user(1))
        api.wait(1, WITHIN)
        bot.kill()
        api.calm()
    with listening(api, tmp_path, port):
        api.wait(2, WITHIN)
        api.wait_idle(WITHIN)
    assert [(sent.text, sent.reply_to) for sent in api.sent] == [
        ("first [first]", None),
        ("repeated\n\nfirst [first]", first.message_id),
    ]


def test_two_processes_on_one_database_share_every_thread(api: BotApi, tmp_path: Path, postgres: str) -> None:
    """Updates of one person go now to one process, now to the other, two at a time."""
    ann = api.user(1)
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    with (
        listening(api, tmp_path / "a", DATABASE_URL=postgres) as (_, first),
        listening(api, tmp_path / "b", DATABASE_URL=postgres) as (_, second),
        httpx.Client(timeout=WITHIN) as client,
    ):
        for number in range(6):
            asked = api.say(f"n{number}", ann)
            api.wait(number + 1, WITHIN)
            api.wait_idle(WITHIN)
            body = json.dumps({"update_id": asked.update_id, "message": asked.payload})
            assert client.post(f"{first}/hook", content=body, headers=headers).status_code == 200
            own = {**asked.payload, "message_id": 900 + number, "text": f"m{number}"}
            body = json.dumps({"update_id": 5000 + number, "message": own})
            assert client.post(f"{first}/hook", content=body, headers=headers).status_code == 200
            assert client.post(f"{second}/hook", content=body, headers=headers).status_code == 200
    said = [sent.text.split(" ")[0] for sent in api.sent]
    assert said == [f"{letter}{number}" for number in range(6) for letter in "nm"]
    assert api.sent[-1].text == "m5 [n2 + m2 + n3 + m3 + n4 + m4 + n5 + m5]"


def test_one_update_at_two_processes_at_once(api: BotApi, tmp_path: Path, postgres: str) -> None:
    api.user(1)
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    with (
        listening(api, tmp_path / "a", DATABASE_URL=postgres) as (_, first),
        listening(api, tmp_path / "b", DATABASE_URL=postgres) as (_, second),
    ):
        asked = api.say("warm", api.user(1))
        api.wait(1, WITHIN)
        api.delay("sendMessage", 0.7)
        body = json.dumps({"update_id": 77, "message": {**asked.payload, "message_id": 901, "text": "both"}})

        async def post() -> list[int]:
            async with httpx.AsyncClient(timeout=WITHIN) as client:
                posts = (client.post(f"{one}/hook", content=body, headers=headers) for one in (first, second))
                return [response.status_code for response in await asyncio.gather(*posts)]

        assert asyncio.run(post()) == [200, 200]
    assert [sent.text for sent in api.sent] == ["warm [warm]", "both [warm + both]"]
