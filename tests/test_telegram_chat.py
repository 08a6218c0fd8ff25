"""Conversations with one running bot: private chats, groups, topics, buttons, edits, inline cards."""

import json
from collections.abc import Iterator
from itertools import count

import pytest

from bot import presses
from tests.botapi import BotApi, Chat, Injected, Sent, User
from tests.edge.echo import VERSION
from tests.edge.running import WITHIN, running

_NUMBERS = count(1000)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotApi]:
    """One server and one bot for all tests here; every test has people and chats of its own."""
    with BotApi(privacy=False) as server, running(server, tmp_path_factory.mktemp("bot"), ADMINS="999") as bot:
        yield server
        assert server.errors == []
        assert "given up" not in bot.log.read_text()


@pytest.fixture
def person(api: BotApi) -> User:
    """Somebody new."""
    return api.user(next(_NUMBERS))


@pytest.fixture
def group(api: BotApi) -> Chat:
    """A group of its own."""
    return api.chat(-next(_NUMBERS) - 10**12, "supergroup")


def ask(api: BotApi, text: str, user: User, **about: object) -> tuple[Injected, Sent]:
    """Say something and wait for its answer."""
    before = len(api.sent)
    injected = api.say(text, user, **about)  # type: ignore[arg-type]
    return injected, next_sent(api, before, injected.chat_id)


def next_sent(api: BotApi, position: int, chat: int) -> Sent:
    """The first message to a chat after a position."""
    found: list[Sent] = []

    def look() -> bool:
        found[:] = [sent for sent in api.sent_after(position) if sent.chat_id == chat]
        return bool(found)

    api.wait_until(look, WITHIN, "an answer")
    return found[0]


def quiet(api: BotApi, position: int, chat: int) -> bool:
    """Whether nothing was sent to a chat, asked once another person has got an answer."""
    ask(api, "anybody there", api.user(next(_NUMBERS)))
    return not [sent for sent in api.sent_after(position) if sent.chat_id == chat]


def test_a_question_gets_its_answer_and_the_thread_goes_on(api: BotApi, person: User) -> None:
    _, first = ask(api, "hello <5 & _more_ *x*", person)
    assert first.text == "hello <5 & _more_ *x* [hello <5 & _more_ *x*]"
    assert first.reply_to is None
    assert first.params["link_preview_options"] == '{"is_disabled": true}'
    _, second = ask(api, "and now", person)
    assert second.text == "and now [hello <5 & _more_ *x* + and now]"


def test_it_introduces_itself(api: BotApi) -> None:
    api.wait_call("setMyShortDescription", 1, WITHIN)
    listed = [{"command": "help", "description": "What I can do"}]
    assert api.profile.commands == {("default", ""): listed, ("all_group_chats", ""): listed}
    assert api.profile.description == {"": "An echo"}


def test_two_people_and_two_groups_never_share(api: BotApi, person: User, group: Chat) -> None:
    other, elsewhere = api.user(next(_NUMBERS)), api.chat(-next(_NUMBERS) - 10**12, "supergroup")
    for text in ("one", "two"):
        ask(api, f"@test_bot {text}", person, chat=group)
        ask(api, f"@test_bot x{text}", other, chat=group)
    _, mine = ask(api, "@test_bot three", person, chat=group)
    _, theirs = ask(api, "@test_bot xthree", other, chat=group)
    _, there = ask(api, "@test_bot three", person, chat=elsewhere)
    assert mine.text == "three [one + two + three]"
    assert theirs.text == "xthree [xone + xtwo + xthree]"
    assert there.text == "three [three]"


def test_answers_of_one_chat_keep_their_order(api: BotApi, person: User) -> None:
    before = len(api.sent)
    for number in range(8):
        api.say(f"n{number}", person)
    api.wait_until(lambda: len([s for s in api.sent_after(before) if s.chat_id == person.id]) == 8, WITHIN)
    said = [sent.text.split()[0] for sent in api.sent_after(before) if sent.chat_id == person.id]
    assert said == [f"n{number}" for number in range(8)]


def test_a_slow_chat_delays_nobody(api: BotApi, person: User) -> None:
    slow = api.user(next(_NUMBERS))
    api.delay("sendMessage", 2.0, chat=slow.id)
    before = len(api.sent)
    asked = api.say("slow", slow)
    others = [ask(api, "quick", person) for _ in range(3)]
    assert all(answer.time - asked.time < 1.5 for _, answer in others)
    late = next_sent(api, before, slow.id)
    assert late.time - asked.time > 1.9


def test_in_groups_only_who_addresses_the_bot_is_answered(api: BotApi, person: User, group: Chat) -> None:
    before = len(api.sent)
    api.say("what a day", person, group)
    api.say("/weather@other_bot now", person, group)
    api.say("/weather now", person, group)
    api.say("mail me@test_bot.org", person, group)
    assert quiet(api, before, group.id)
    mention, answer = ask(api, "so, @Test_Bot what is it?", person, chat=group)
    assert answer.text.startswith("so,  what is it?")
    assert answer.reply_to == mention.message_id
    _, commanded = ask(api, "/renal@test_bot baclofen", person, chat=group)
    assert commanded.text.startswith("/renal baclofen [")
    _, replied = ask(api, "and that?", person, chat=group, reply_to=answer)
    assert replied.text.startswith("and that? [")


def test_a_reply_starts_from_that_answer(api: BotApi, person: User) -> None:
    _, first = ask(api, "first", person)
    ask(api, "second", person)
    _, back = ask(api, "again", person, reply_to=first)
    assert back.text == "again [first + again]"


def test_somebody_elses_words_are_not_the_question(api: BotApi, person: User, group: Chat) -> None:
    said = api.say("secret of another", api.user(next(_NUMBERS)), group)
    _, answer = ask(api, "@test_bot and this?", person, chat=group, reply_to=said)
    assert answer.text == "and this? [and this?] (beside others' words)"


def test_topics_of_groups_and_of_private_chats(api: BotApi, person: User, group: Chat) -> None:
    topics = [api.topic(group) for _ in range(2)]
    answers = [ask(api, "@test_bot hi", person, chat=group, thread=topic)[1] for topic in topics]
    assert [answer.thread_id for answer in answers] == topics
    assert [answer.text for answer in answers] == ["hi [hi]", "hi [hi]"]
    own = api.topic(person.id)
    assert ask(api, "here", person, thread=own)[1].thread_id == own


def test_a_topic_that_is_gone(api: BotApi, person: User, group: Chat) -> None:
    closed, own = api.topic(group), api.topic(person.id)
    before = len(api.sent)
    api.close_topic(group, closed)
    api.say("@test_bot hi", person, group, closed)
    assert quiet(api, before, group.id)
    api.say("one", person, thread=own)
    assert next_sent(api, before, person.id).thread_id == own
    api.delay("sendMessage", 0.3, chat=person.id)
    before = len(api.sent)
    api.say("two", person, thread=own)
    api.delete_topic(person.id, own)
    assert next_sent(api, before, person.id).thread_id is None


def test_an_edited_question_is_answered_in_place(api: BotApi, person: User) -> None:
    ask(api, "one", person)
    question, answer = ask(api, "tow", person)
    _, edited = ask(api, "two", person, edit_of=question)
    assert (edited.method, edited.message_id) == ("editMessageText", answer.message_id)
    assert edited.text.startswith("edited time=")
    assert edited.text.endswith("two [one + two]")
    assert edited.buttons
    _, after = ask(api, "three", person)
    assert after.text == "three [one + two + three]"


def test_an_edited_question_that_was_followed_is_answered_anew(api: BotApi, person: User) -> None:
    question, _ = ask(api, "one", person)
    ask(api, "two", person)
    _, edited = ask(api, "uno", person, edit_of=question)
    assert edited.method == "sendMessage"
    assert edited.text.startswith("edited time=")
    assert edited.text.endswith("uno [uno]")


def test_the_gate_lets_the_waiting_question_through(api: BotApi, person: User) -> None:
    question, gate = ask(api, "what dose", person)
    assert gate.text == "are you a professional?"
    assert gate.reply_to == question.message_id
    before = len(api.sent)
    query = api.press(gate, "confirm", person)
    assert next_sent(api, before, person.id).text == "what dose [what dose]"
    answered = [call.params["callback_query_id"] for call in api.wait_call("answerCallbackQuery")]
    assert query.query_id in answered
    assert ask(api, "next dose", person)[1].text == "next dose [what dose + next dose]"


def test_anothers_confirmation_is_their_own(api: BotApi, person: User, group: Chat) -> None:
    other = api.user(next(_NUMBERS))
    _, gate = ask(api, "@test_bot what dose", person, chat=group)
    before = len(api.sent)
    api.press(gate, "confirm", other)
    assert next_sent(api, before, group.id).text == "welcome"
    assert ask(api, "@test_bot what dose", person, chat=group)[1].text == "are you a professional?"
    assert ask(api, "@test_bot my dose", other, chat=group)[1].text.startswith("my dose")


def test_a_button_acts_for_who_presses_it_and_once(api: BotApi, person: User, group: Chat) -> None:
    other = api.user(next(_NUMBERS))
    _, answer = ask(api, "@test_bot hi", person, chat=group)
    data = presses.ask(VERSION, ("more", ""), ("dose",), ("baclofen",)).data
    before = len(api.sent)
    api.press(answer, "more", other)
    api.press(answer, "more", other)
    pressed = next_sent(api, before, group.id)
    assert pressed.method == "sendMessage"
    assert pressed.text == f"pressed {data}  [{data}]".replace("  ", " ")
    ask(api, "@test_bot done", person, chat=group)
    assert len([sent for sent in api.sent_after(before) if sent.chat_id == group.id]) == 2


def test_a_button_of_a_message_that_is_gone(api: BotApi, person: User, group: Chat) -> None:
    topic = api.topic(group)
    _, answer = ask(api, "@test_bot hi", person, chat=group, thread=topic)
    api.delete(group, answer.message_id)
    before = len(api.sent)
    api.press(answer, "more", person)
    assert next_sent(api, before, group.id).thread_id == topic


def test_a_press_too_late_to_acknowledge_is_answered(api: BotApi, person: User) -> None:
    _, answer = ask(api, "hi", person)
    api.delay("answerCallbackQuery", 0.2)
    before = len(api.sent)
    api.expire(api.press(answer, "more", person))
    assert next_sent(api, before, person.id).text.startswith("pressed")


def test_pictures_and_voices_get_one_line(api: BotApi, person: User, group: Chat) -> None:
    before = len(api.sent)
    api.photo(person, "dose?")
    assert next_sent(api, before, person.id).text == "cannot read photo"
    before = len(api.sent)
    api.voice(person)
    assert next_sent(api, before, person.id).text == "cannot read voice"
    before = len(api.sent)
    api.photo(person, "look", chat=group)
    assert quiet(api, before, group.id)
    api.photo(person, "@test_bot look", chat=group)
    assert next_sent(api, before, group.id).text == "cannot read photo"


def test_a_chart_is_drawn_once(api: BotApi, person: User) -> None:
    before = len(api.sent)
    ask(api, "chart", person)
    api.wait_until(lambda: len([s for s in api.sent_after(before) if s.kind == "photo"]) == 1, WITHIN)
    api.say("forget", person)
    api.say("chart", person)
    api.wait_until(lambda: len([s for s in api.sent_after(before) if s.kind == "photo"]) == 2, WITHIN)
    photos = [sent for sent in api.sent_after(before) if sent.kind == "photo"]
    assert photos[0].file is not None
    assert photos[0].file is photos[1].file
    assert isinstance(photos[1].params["photo"], str)
    _, back = ask(api, "then", person, reply_to=photos[1])
    assert back.text == "then [chart + then]"


def of_chat(api: BotApi, position: int, chat: int, count: int) -> list[Sent]:
    """The messages to a chat after a position, once there are so many."""

    def found() -> list[Sent]:
        return [sent for sent in api.sent_after(position) if sent.chat_id == chat]

    api.wait_until(lambda: len(found()) >= count, WITHIN, f"{count} messages")
    return found()


def test_files_follow_the_text_under_their_own_names(api: BotApi, person: User) -> None:
    own, before = api.topic(person.id), len(api.sent)
    api.say("dates one.json two.json", person, thread=own)
    text, one, two = of_chat(api, before, person.id, 3)
    assert (text.kind, bool(text.buttons)) == ("text", True)
    assert [(sent.kind, sent.thread_id, sent.text) for sent in (one, two)] == [("document", own, "")] * 2
    files = [sent.file for sent in (one, two) if sent.file]
    assert [(file.name, file.mime, file.content) for file in files] == [
        ("one.json", "application/json", b'"one.json"'),
        ("two.json", "application/json", b'"two.json"'),
    ]
    ask(api, "nothing", person, thread=own)  # turns of a thread follow each other: the one before is stored
    _, back = ask(api, "then", person, reply_to=two)
    assert back.text == "then [dates one.json two.json + then]"


def test_a_file_that_perhaps_arrived_is_sent_again_and_says_so(api: BotApi, person: User) -> None:
    before = len(api.sent)
    api.drop_after("sendDocument")
    api.say("a.json", person)
    _, first, again = of_chat(api, before, person.id, 3)
    assert first.file is not None
    assert again.file is not None
    assert (first.text, again.text) == ("", "repeated")
    assert first.file.content == again.file.content


def test_an_edited_question_with_a_file_is_answered_anew(api: BotApi, person: User) -> None:
    question, _ = ask(api, "nothing", person)
    before = len(api.sent)
    api.say("a.json", person, edit_of=question)
    text, file = of_chat(api, before, person.id, 2)
    assert (text.method, file.method) == ("sendMessage", "sendDocument")
    assert text.text.startswith("edited time=")


def test_long_answers_come_in_order_with_buttons_last(api: BotApi, person: User) -> None:
    before = len(api.sent)
    api.say("one // two", person)
    api.wait_until(lambda: len([s for s in api.sent_after(before) if s.chat_id == person.id]) == 3, WITHIN)
    parts = [sent for sent in api.sent_after(before) if sent.chat_id == person.id]
    assert [part.text for part in parts] == ["one", "two [one", "two]"]
    assert [bool(part.buttons) for part in parts] == [False, False, True]


def test_refused_markup_is_sent_plain(api: BotApi, person: User) -> None:
    _, answer = ask(api, "a <br> b", person)
    assert answer.parse_mode == ""
    assert answer.text.startswith("a <br> b")


def test_forgetting_ends_the_thread(api: BotApi, person: User) -> None:
    _, first = ask(api, "one", person)
    ask(api, "forget", person)
    assert ask(api, "two", person)[1].text == "two [two]"
    assert ask(api, "three", person, reply_to=first)[1].text == "three [two + three]"


def test_a_group_that_becomes_a_supergroup(api: BotApi, person: User) -> None:
    old = api.chat(-next(_NUMBERS), "group")
    ask(api, "@test_bot one", person, chat=old)
    new = -next(_NUMBERS) - 10**12
    api.migrate(old, new, person)
    assert ask(api, "@test_bot two", person, chat=new)[1].text == "two [one + two]"


def test_a_group_that_moves_under_way(api: BotApi, person: User) -> None:
    old = api.chat(-next(_NUMBERS), "group")
    new = -next(_NUMBERS) - 10**12
    api.delay("sendMessage", 0.4, chat=old.id)
    before = len(api.sent)
    api.say("@test_bot one", person, old)
    api.migrate(old, new, person)
    assert next_sent(api, before, new).text == "one [one]"


def test_a_blocked_bot_is_nothing_special(api: BotApi, person: User) -> None:
    ask(api, "one", person)
    api.delay("sendMessage", 0.2, chat=person.id)
    api.say("two", person)
    api.block(person)
    api.wait_until(lambda: any(call.status == 403 for call in api.calls), WITHIN)
    api.unblock(person)
    _, answer = ask(api, "three", person)
    assert answer.text == "three [one + three]"


def test_a_group_that_lets_the_bot_in_is_greeted(api: BotApi, person: User, group: Chat) -> None:
    api.membership(group, "left", person)
    before = len(api.sent)
    api.membership(group, "member", person)
    assert next_sent(api, before, group.id).text == "group_greeting"


def test_deep_links_and_the_start(api: BotApi, person: User) -> None:
    assert ask(api, "/start baclofen_renal", person)[1].text.startswith("baclofen renal [")
    assert ask(api, "/start confirm", person)[1].text.startswith("/start [")


def test_an_operator_lets_people_in(api: BotApi, person: User) -> None:
    operator = api.user(999)
    assert ask(api, f"/invite {person.id}", operator)[1].text == f"invited user={person.id}"
    assert ask(api, "/invite Ann", operator)[1].text == "invite_whom user=0"
    assert ask(api, "/invite 5", person)[1].text.startswith("/invite 5 [")


def cards(api: BotApi, text: str, user: User) -> tuple[list[dict[str, object]], dict[str, object]]:
    """What an inline query shows, and everything it was answered with."""
    asked = api.inline(text, user).query_id

    def answers() -> list[dict[str, object]]:
        return [dict(call.params) for call in api.calls if call.params.get("inline_query_id") == asked]

    api.wait_until(lambda: bool(answers()), WITHIN, "cards")
    params = answers()[0]
    return json.loads(str(params["results"])), params


def test_inline_cards(api: BotApi, person: User) -> None:
    results, params = cards(api, "dose", person)
    assert results == []
    assert "inline_confirm" in str(params["button"])
    _, gate = ask(api, "what dose", person)
    before = len(api.sent)
    api.press(gate, "confirm", person)
    next_sent(api, before, person.id)
    [card], params = cards(api, "baclofen dose", person)
    assert str(params["is_personal"]).lower() == "true"
    assert card["title"] == "inline_title drug=baclofen intent=dose"
    assert card["description"] == "in short: baclofen dose [baclofen dose]"
    assert "<b>baclofen dose" in str(card["input_message_content"])
    for text in ("hello", "baclofn dose", "baclofen overdose"):
        [card], _ = cards(api, text, person)
        assert card["title"] == "inline_ask"
    assert ask(api, "more dose", person)[1].text == "more dose [what dose + more dose]"
