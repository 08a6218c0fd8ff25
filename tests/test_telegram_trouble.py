"""What can go wrong around a turn: crashes, redelivery, floods, dropped answers, a second poller, stopping."""

import json
import sqlite3
import threading
import time
from pathlib import Path

from tests.botapi import BotApi, Rate
from tests.edge.running import RunningBot, running


def texts(api: BotApi) -> list[str]:
    return [sent.text for sent in api.sent]


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(folder / "dosethread.db")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_killed_in_the_middle_nothing_is_lost(api: BotApi, tmp_path: Path) -> None:
    """One answer arrived but was not committed, one was never sent, one was only journalled."""
    ann, ben = api.user(1), api.user(2)
    api.delay("sendMessage", 60, chat=ann.id, after=True)
    with running(api, tmp_path) as bot:
        first = api.say("first", ann)
        api.wait(1)
        api.say("second", ann)
        api.delay("sendMessage", 60, chat=ben.id)
        api.say("third", ben)
        api.wait_idle()
        time.sleep(0.2)
        bot.kill()
    assert [status for (status,) in rows(tmp_path, "SELECT status FROM updates ORDER BY 1")] == [
        "seen", "sending", "sending",
    ]  # fmt: skip
    api.calm()
    with running(api, tmp_path):
        api.wait(4)
        time.sleep(0.3)
    said = [(sent.chat_id, sent.text, sent.reply_to) for sent in api.sent]
    assert said[0] == (1, "first [first]", None)
    assert (1, "repeated\n\nfirst [first]", first.message_id) in said[1:]
    assert said.index((1, "second [first + second]", None)) > 1
    assert [text for chat, text, _ in said if chat == 2] == ["repeated\n\nthird [third]"]
    assert len(said) == 4
    assert rows(tmp_path, "SELECT count(*) FROM updates WHERE raw IS NOT NULL") == [(0,)]


def test_an_answered_question_delivered_again_is_not_answered_again(api: BotApi, tmp_path: Path) -> None:
    """The bot dies after the answer, before the next getUpdates could confirm it."""
    with running(api, tmp_path) as bot:
        api.say("warm", api.user(1))
        api.wait(1)
        time.sleep(0.2)
        api.delay("getUpdates", 60)
        api.say("once", api.user(1))
        time.sleep(0.3)
        bot.kill()
    api.calm()
    pending = list(api.pending)
    with running(api, tmp_path):
        api.say("next", api.user(2))
        api.wait_idle()
        api.wait_for(lambda sent: sent.text.startswith("next"))
    assert pending
    assert sum(text.startswith("once") for text in texts(api)) == 1


def test_a_question_that_cannot_be_answered_ends_kindly(api: BotApi, tmp_path: Path) -> None:
    ann = api.user(1)
    with running(api, tmp_path) as bot:
        asked = api.say("boom Zebulon", ann)
        api.say("and then", ann)
        api.wait(2)
        log = bot.log.read_text()
    assert texts(api) == ["failed", "and then [and then]"]
    assert api.sent[0].reply_to == asked.message_id
    assert "ValueError" in log
    assert "Zebulon" not in log
    assert api.token not in log
    assert all(json.loads(line) for line in log.splitlines())


def test_a_crash_that_comes_back_is_given_up(api: BotApi, tmp_path: Path) -> None:
    api.delay("sendMessage", 60, times=3)
    for _ in range(3):
        with running(api, tmp_path) as bot:
            if not api.calls or not any(call.method == "sendMessage" for call in api.calls):
                api.pending or api.say("poison", api.user(1))
            api.wait_idle()
            time.sleep(0.4)
            bot.kill()
    api.calm()
    with running(api, tmp_path):
        api.wait(1)
    assert texts(api) == ["failed"]


def test_too_old_a_question_is_given_up(api: BotApi, tmp_path: Path) -> None:
    api.delay("sendMessage", 60)
    with running(api, tmp_path) as bot:
        api.say("old", api.user(1))
        api.wait_idle()
        time.sleep(0.3)
        bot.kill()
    api.calm()
    day = 25 * 3600
    connection = sqlite3.connect(tmp_path / "dosethread.db")
    [(raw,)] = connection.execute("SELECT raw FROM updates").fetchall()
    update = json.loads(raw)
    update["message"]["date"] -= day
    connection.execute("UPDATE updates SET raw = ?", (json.dumps(update),))
    connection.commit()
    connection.close()
    with running(api, tmp_path):
        api.wait(1)
    assert texts(api) == ["failed"]


def test_an_answer_whose_fate_is_unknown_is_repeated_and_says_so(api: BotApi, tmp_path: Path) -> None:
    ann, ben = api.user(1), api.user(2)
    with running(api, tmp_path):
        api.drop_after("sendMessage", chat=ann.id)
        first = api.say("arrived", ann)
        api.drop_before("sendMessage", chat=ben.id)
        api.say("lost", ben)
        api.wait(3)
        api.say("next", ann)
        api.wait(4)
    mine = [(sent.text, sent.reply_to) for sent in api.sent if sent.chat_id == 1]
    assert mine == [
        ("arrived [arrived]", None),
        ("repeated\n\narrived [arrived]", first.message_id),
        ("next [arrived + next]", None),
    ]
    assert [sent.text for sent in api.sent if sent.chat_id == 2] == ["repeated\n\nlost [lost]"]


def test_an_outage_loses_nothing_and_repeats_nothing(api: BotApi, tmp_path: Path) -> None:
    with running(api, tmp_path):
        api.fail("sendMessage", times=3, status=502)
        api.say("one", api.user(1))
        api.wait(1, timeout=10)
        with api.offline():
            time.sleep(1.0)
        api.say("two", api.user(1))
        api.wait(2, timeout=10)
    assert texts(api) == ["one [one]", "two [one + two]"]


def test_floods_lose_nothing_and_hit_only_their_chat(api: BotApi, tmp_path: Path) -> None:
    with running(api, tmp_path):
        api.limit_rate(Rate(private_burst=3))
        ann = api.user(1)
        for number in range(6):
            api.say(f"n{number}", ann)
        api.wait(1)
        api.say("other", api.user(2))
        other = api.wait_for(lambda sent: sent.chat_id == 2)
        api.wait(7, timeout=15)
        api.limit_rate(None)
    mine = [sent for sent in api.sent if sent.chat_id == 1]
    assert [sent.text.split()[0] for sent in mine] == [f"n{number}" for number in range(6)]
    assert other.time < mine[-1].time
    assert sum(call.status == 429 for call in api.calls) <= 3


def test_many_chats_at_once_keep_to_the_overall_limit(api: BotApi, tmp_path: Path) -> None:
    with running(api, tmp_path):
        api.limit_rate(Rate())
        api.inject_many(60, users=60)
        api.wait(60, timeout=15)
    assert sum(call.status == 429 for call in api.calls) <= 16


def test_a_second_poller_is_one_clear_line(api: BotApi, tmp_path: Path) -> None:
    with running(api, tmp_path) as bot:
        api.fail("getUpdates", times=2, status=409)
        bot.logged("409")
        api.say("hello", api.user(1))
        api.wait(1, timeout=20)
        assert bot.log.read_text().count("409") == 1


def test_it_stops_in_time_and_leaves_the_rest_for_later(api: BotApi, tmp_path: Path) -> None:
    ann, ben = api.user(1), api.user(2)
    with running(api, tmp_path) as bot:
        api.delay("sendMessage", 1.0, chat=ann.id)
        api.say("finishes", ann)
        api.limit_rate(Rate(private_burst=1, private_per_second=0.01))
        api.say("arrives", ben)
        api.wait(1)
        api.say("waits", ben)
        api.wait_until(lambda: any(call.status == 429 for call in api.calls))
        status, seconds = bot.stop()
    assert status == 0
    assert seconds < 10
    assert rows(tmp_path, "SELECT status, attempts FROM updates WHERE raw IS NOT NULL") == [("seen", 0)]
    assert not (tmp_path / "dosethread.db-wal").exists() or not (tmp_path / "dosethread.db-wal").stat().st_size
    api.limit_rate(None)
    with running(api, tmp_path):
        api.wait(3)
    assert sorted(texts(api)) == ["arrives [arrives]", "finishes [finishes]", "waits [arrives + waits]"]


def test_by_invitation_only(api: BotApi, tmp_path: Path) -> None:
    admin, guest = api.user(9), api.user(4)
    with running(api, tmp_path, ACCESS="invited", ADMINS="9"):
        for user, text in ((guest, "let me in"), (admin, "hello"), (admin, "/invite 4"), (guest, "now?")):
            before = len(api.sent)
            api.say(text, user)
            api.wait(before + 1)
    assert texts(api) == ["not_admitted user=4", "hello [hello]", "invited user=4", "now? [now?]"]


def test_a_wrong_token_is_one_clear_line(api: BotApi, tmp_path: Path) -> None:
    bot = RunningBot(api, tmp_path, TELEGRAM_BOT_TOKEN="999:WRONG")
    assert bot.process.wait(15) == 1
    log = bot.log.read_text()
    assert "TELEGRAM_BOT_TOKEN" in log
    assert "WRONG" not in log
    assert "Traceback" not in log


def test_it_waits_for_telegram_at_start(api: BotApi, tmp_path: Path) -> None:
    api.fail("getMe", times=2, status=502)
    api.say("early", api.user(1))
    with running(api, tmp_path):
        api.wait(1)


def test_typing_is_shown_only_when_slow(api: BotApi, tmp_path: Path) -> None:
    with running(api, tmp_path):
        api.say("quick", api.user(1))
        api.wait(1)
        assert not [call for call in api.calls if call.method == "sendChatAction"]


def test_a_busy_loop_of_people_is_answered_each(api: BotApi, tmp_path: Path) -> None:
    """Three hundred messages of thirty people: all answered, each thread in order, nothing left behind."""
    with running(api, tmp_path):
        api.inject_many(300, users=30)
        api.wait(300, timeout=30)
        api.wait_idle()
        deadline = time.monotonic() + 5
        while rows(tmp_path, "SELECT 1 FROM updates WHERE raw IS NOT NULL"):
            assert time.monotonic() < deadline
    for chat in {sent.chat_id for sent in api.sent}:
        numbers = [int(sent.text.split()[1]) for sent in api.sent if sent.chat_id == chat]
        assert numbers == sorted(numbers)
        assert len(numbers) == 10
    assert rows(tmp_path, "SELECT DISTINCT status FROM updates") == [("done",)]
    assert threading.active_count() < 50
