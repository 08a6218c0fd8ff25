"""What can go wrong around a turn: crashes, redelivery, floods, dropped answers, a second poller, stopping."""

import json
import sqlite3
import time
from pathlib import Path

from tests.botapi import BotApi, Rate
from tests.edge.running import WITHIN, RunningBot, running


def texts(api: BotApi) -> list[str]:
    return [sent.text for sent in api.sent]


STATUS = "SELECT update_id - 700000000, status, attempts FROM updates ORDER BY 1"


def test_killed_in_the_middle_nothing_is_lost(api: BotApi, tmp_path: Path) -> None:
    """One answer arrived but was not committed, one was never sent, one was only journalled."""
    ann, ben = api.user(1), api.user(2)
    api.delay("sendMessage", 60, chat=ann.id, after=True)
    api.delay("sendMessage", 60, chat=ben.id)
    with running(api, tmp_path) as bot:
        first = api.say("first", ann)
        api.wait(1, WITHIN)
        api.say("second", ann)
        api.say("third", ben)
        api.wait_idle(WITHIN)
        bot.until(STATUS, (1, "sending", 1), (2, "seen", 0), (3, "sending", 1))
        bot.kill()
        api.calm()
    with running(api, tmp_path) as bot:
        api.wait(4, WITHIN)
        bot.until("SELECT count(*) FROM updates WHERE raw IS NOT NULL", (0,))
    said = [(sent.chat_id, sent.text, sent.reply_to) for sent in api.sent]
    assert said[0] == (1, "first [first]", None)
    assert (1, "repeated\n\nfirst [first]", first.message_id) in said[1:]
    assert said.index((1, "second [first + second]", None)) > 1
    assert [text for chat, text, _ in said if chat == 2] == ["repeated\n\nthird [third]"]
    assert len(said) == 4


def test_an_answered_question_delivered_again_is_not_answered_again(api: BotApi, tmp_path: Path) -> None:
    """The bot dies after the answer, before the next getUpdates could confirm it."""
    api.say("once", api.user(1))
    api.delay("getUpdates", 0)
    api.delay("getUpdates", 60)
    with running(api, tmp_path) as bot:
        bot.until(STATUS, (1, "done", 1))
        bot.kill()
        api.calm()
    assert api.pending
    connection = sqlite3.connect(tmp_path / "dosethread.db")
    assert connection.execute("SELECT raw FROM updates").fetchall() == [(None,)]
    connection.close()
    with running(api, tmp_path) as bot:
        api.say("next", api.user(2))
        api.wait(2, WITHIN)
        bot.until(STATUS, (1, "done", 1), (2, "done", 1))
    assert texts(api) == ["once [once]", "next [next]"]


def test_a_question_that_cannot_be_answered_ends_kindly(api: BotApi, tmp_path: Path) -> None:
    ann = api.user(1)
    with running(api, tmp_path) as bot:
        asked = api.say("boom Zebulon", ann)
        api.say("and then", ann)
        api.wait(2, WITHIN)
        log = bot.log.read_text()
    assert texts(api) == ["failed", "and then [and then]"]
    assert api.sent[0].reply_to == asked.message_id
    assert "ValueError" in log
    assert "Zebulon" not in log
    assert api.token not in log
    assert all(json.loads(line) for line in log.splitlines())


def test_a_crash_that_comes_back_is_given_up(api: BotApi, tmp_path: Path) -> None:
    api.delay("sendMessage", 60, times=3)
    asked = api.say("poison", api.user(1))
    for attempt in (1, 2, 3):
        with running(api, tmp_path) as bot:
            bot.until(STATUS, (1, "sending", attempt))
            api.wait_idle(WITHIN)
    api.calm()
    with running(api, tmp_path) as bot:
        api.wait(1, WITHIN)
        bot.until(STATUS, (1, "failed", 4))
    assert [(sent.text, sent.reply_to) for sent in api.sent] == [("failed", asked.message_id)]


def test_too_old_a_question_is_given_up(api: BotApi, tmp_path: Path) -> None:
    api.delay("sendMessage", 60)
    api.say("old", api.user(1))
    with running(api, tmp_path) as bot:
        bot.until(STATUS, (1, "sending", 1))
        api.wait_idle(WITHIN)
        bot.kill()
        api.calm()
    connection = sqlite3.connect(tmp_path / "dosethread.db")
    [(raw,)] = connection.execute("SELECT raw FROM updates").fetchall()
    update = json.loads(raw)
    update["message"]["date"] -= 25 * 3600
    connection.execute("UPDATE updates SET raw = ?", (json.dumps(update),))
    connection.commit()
    connection.close()
    with running(api, tmp_path):
        api.wait(1, WITHIN)
    assert texts(api) == ["failed"]


def test_an_answer_whose_fate_is_unknown_is_repeated_and_says_so(api: BotApi, tmp_path: Path) -> None:
    ann, ben = api.user(1), api.user(2)
    with running(api, tmp_path):
        api.drop_after("sendMessage", chat=ann.id)
        first = api.say("arrived", ann)
        api.drop_before("sendMessage", chat=ben.id)
        api.say("lost", ben)
        api.wait(3, WITHIN)
        api.say("next", ann)
        api.wait(4, WITHIN)
    mine = [(sent.text, sent.reply_to) for sent in api.sent if sent.chat_id == 1]
    assert mine == [
        ("arrived [arrived]", None),
        ("repeated\n\narrived [arrived]", first.message_id),
        ("next [arrived + next]", None),
    ]
    assert [sent.text for sent in api.sent if sent.chat_id == 2] == ["repeated\n\nlost [lost]"]


def test_an_answer_lost_three_times_ends_kindly(api: BotApi, tmp_path: Path) -> None:
    api.drop_before("sendMessage", times=3)
    api.say("lost", api.user(1))
    with running(api, tmp_path) as bot:
        api.wait(1, WITHIN)
        api.say("next", api.user(1))
        api.wait(2, WITHIN)
        bot.until(STATUS, (1, "failed", 2), (2, "done", 1))
    assert texts(api) == ["failed", "next [next]"]


def test_an_outage_loses_nothing_and_repeats_nothing(api: BotApi, tmp_path: Path) -> None:
    with running(api, tmp_path):
        api.fail("sendMessage", times=3, status=502)
        api.say("one", api.user(1))
        api.wait(1, WITHIN)
        with api.offline():
            time.sleep(1.0)
        api.say("two", api.user(1))
        api.wait(2, WITHIN)
    assert texts(api) == ["one [one]", "two [one + two]"]


def test_floods_lose_nothing_and_hit_only_their_chat(api: BotApi, tmp_path: Path) -> None:
    with running(api, tmp_path):
        api.limit_rate(Rate(private_burst=3))
        ann = api.user(1)
        for number in range(6):
            api.say(f"n{number}", ann)
        api.wait(1, WITHIN)
        api.say("other", api.user(2))
        other = api.wait_for(lambda sent: sent.chat_id == 2, WITHIN)
        api.wait(7, WITHIN)
        api.limit_rate(None)
    mine = [sent for sent in api.sent if sent.chat_id == 1]
    assert [sent.text.split()[0] for sent in mine] == [f"n{number}" for number in range(6)]
    assert other.time < mine[-1].time
    assert sum(call.status == 429 for call in api.calls) <= 3


def test_many_chats_at_once_keep_to_the_overall_limit(api: BotApi, tmp_path: Path) -> None:
    with running(api, tmp_path):
        api.limit_rate(Rate())
        api.inject_many(60, users=60)
        api.wait(60, WITHIN)
    assert sum(call.status == 429 for call in api.calls) <= 24


def test_a_second_poller_is_one_clear_line(api: BotApi, tmp_path: Path) -> None:
    api.fail("getUpdates", times=2, status=409)
    api.say("hello", api.user(1))
    with running(api, tmp_path) as bot:
        api.wait(1, WITHIN)
        assert bot.log.read_text().count("409") == 1


def test_it_stops_in_time_and_leaves_the_rest_for_later(api: BotApi, tmp_path: Path) -> None:
    ann, ben = api.user(1), api.user(2)
    with running(api, tmp_path) as bot:
        api.limit_rate(Rate(private_burst=1, private_per_second=0.01))
        api.say("arrives", ben)
        api.wait(1, WITHIN)
        api.say("waits", ben)
        api.wait_until(lambda: any(call.status == 429 for call in api.calls), WITHIN)
        api.delay("sendMessage", 1.0, chat=ann.id)
        api.say("finishes", ann)
        bot.until(STATUS, (1, "done", 1), (2, "sending", 1), (3, "sending", 1))
        status, seconds = bot.stop()
        bot.until(STATUS, (1, "done", 1), (2, "seen", 0), (3, "done", 1))
    assert status == 0
    assert seconds < 10
    log = tmp_path / "dosethread.db-wal"
    assert not log.exists() or not log.stat().st_size
    api.limit_rate(None)
    with running(api, tmp_path):
        api.wait(3, WITHIN)
    assert sorted(texts(api)) == ["arrives [arrives]", "finishes [finishes]", "waits [arrives + waits]"]


def test_by_invitation_only(api: BotApi, tmp_path: Path) -> None:
    admin, guest = api.user(9), api.user(4)
    with running(api, tmp_path, ACCESS="invited", ADMINS="9"):
        for user, text in ((guest, "let me in"), (admin, "hello"), (admin, "/invite 4"), (guest, "now?")):
            before = len(api.sent)
            api.say(text, user)
            api.wait(before + 1, WITHIN)
    assert texts(api) == ["not_admitted user=4", "hello [hello]", "invited user=4", "now? [now?]"]


def test_a_wrong_token_is_one_clear_line(api: BotApi, tmp_path: Path) -> None:
    bot = RunningBot(api, tmp_path, TELEGRAM_BOT_TOKEN="999:WRONG")
    assert bot.process.wait(WITHIN) == 1
    log = bot.log.read_text()
    assert "TELEGRAM_BOT_TOKEN" in log
    assert "WRONG" not in log
    assert "Traceback" not in log


def test_a_database_that_is_not_there_is_one_clear_line(api: BotApi, tmp_path: Path) -> None:
    bot = RunningBot(api, tmp_path, DATABASE_URL="postgresql+asyncpg://me:password9@127.0.0.1:1/none")
    assert bot.process.wait(WITHIN) == 1
    log = bot.log.read_text()
    assert "database cannot be used" in log
    assert "password9" not in log
    assert "Traceback" not in log


def test_it_waits_for_telegram_at_start(api: BotApi, tmp_path: Path) -> None:
    api.fail("getMe", times=2, status=502)
    api.say("early", api.user(1))
    with running(api, tmp_path):
        api.wait(1, WITHIN)


def test_typing_is_shown_only_when_slow(api: BotApi, tmp_path: Path) -> None:
    with running(api, tmp_path):
        api.say("quick", api.user(1))
        api.wait(1, WITHIN)
        assert not [call for call in api.calls if call.method == "sendChatAction"]


def test_a_busy_loop_of_people_is_answered_each(api: BotApi, tmp_path: Path) -> None:
    """Three hundred messages of thirty people: all answered, each thread in order, nothing left behind."""
    with running(api, tmp_path) as bot:
        api.inject_many(300, users=30)
        api.wait(300, WITHIN)
        bot.until("SELECT status, count(*) FROM updates GROUP BY 1", ("done", 300))
    for chat in {sent.chat_id for sent in api.sent}:
        numbers = [int(sent.text.split()[1]) for sent in api.sent if sent.chat_id == chat]
        assert numbers == sorted(numbers)
        assert len(numbers) == 10
