"""Calendar files of day tables: one entry a step, whole days in a row, and nothing of the patient in them."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from icalendar import Calendar

from bot.asking import Asked, Conversations, Exchange
from bot.jsonl import START
from tests.loaded import shipped

DAY_TABLES = ("baclofen titration po", "how do i stop oral baclofen from 60 mg daily", "dantrolene titration oral")


def asked(*texts: str, at: datetime = START) -> Exchange:
    talk = Conversations(shipped())
    for text in texts[:-1]:
        talk.ask(Asked("t", text, at))
    return talk.ask(Asked("t", texts[-1], at + timedelta(seconds=5)))


def entries(exchange: Exchange) -> list[tuple[date, date, str, str]]:
    (document,) = exchange.rendered.files
    assert (document.name.endswith(".ics"), document.mime) == (True, "text/calendar")
    found = Calendar.from_ical(document.content).walk("VEVENT")
    return [(one["dtstart"].dt, one["dtend"].dt, str(one["summary"]), str(one["description"])) for one in found]


@pytest.mark.parametrize("question", DAY_TABLES)
def test_whole_days_in_a_row_from_the_day_of_the_question(question: str) -> None:
    days = entries(asked(question, "/calendar"))
    assert len(days) > 2
    assert days[0][0] == START.date()
    assert all(type(start) is date and end > start for start, end, *_ in days)
    assert all(before[1] == after[0] for before, after in pairwise(days))


@pytest.mark.parametrize("question", DAY_TABLES)
def test_every_entry_names_drug_route_source_and_status(question: str) -> None:
    before = asked(question)
    plan = next(block.plan for block in before.reply.blocks if block.plan)
    fact = plan.facts[0]
    for *_, summary, description in entries(asked(question, "/calendar")):
        assert summary.startswith(f"{fact.drug} {fact.at.route}: ")
        assert fact.source.title in description
        assert "Under review" in description
        assert "healthcare professionals" in description


def test_the_entries_say_what_the_table_said() -> None:
    exchange = asked("baclofen titration po")
    table = "\n".join(exchange.rendered.plain)
    for *_, summary, _description in entries(asked("baclofen titration po", "calendar file")):
        assert summary.partition(": ")[2] in table


def test_nothing_of_the_patient_is_in_the_file() -> None:
    exchange = asked("83 y woman 51 kg creatinine 1.7 mg/dL", "baclofen titration po", "/calendar")
    content = exchange.rendered.files[0].content.decode()
    for value in ("83 y", "51 kg", "1.7", "woman", "female"):
        assert value not in content


def test_the_same_answer_on_the_same_day_gives_the_same_bytes() -> None:
    one, other = (asked("baclofen titration po", "/calendar").rendered.files[0] for _ in range(2))
    assert one.content == other.content
    later = asked("baclofen titration po", "/calendar", at=datetime(2026, 3, 1, 23, 0, tzinfo=UTC))
    assert entries(later)[0][0] == date(2026, 3, 1)


def test_without_a_day_table_it_says_so() -> None:
    exchange = asked("baclofen max", "/calendar")
    assert exchange.rendered.files == ()
    assert "holds no day table" in exchange.rendered.plain[0]
