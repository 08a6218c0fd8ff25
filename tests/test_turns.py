"""Conversations as data: single questions from `tests/en/<intent>.yaml`, whole threads from `tests/en/_threads*.yaml`.

A turn names what must come back: the reply's kind and context, words that it shows or hides, and for a patient the
doses worked out by weight (`weighs`) and the bands that hold a value (`bands`). `known: …` marks a turn that is known
to fail, with the reason; it must go on failing until the mark is taken away. A file without cases fails.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.asking import Asked, Conversations, Exchange, context_of
from bot.documents import parse_document
from bot.jsonl import START
from bot.reply import Block
from tests.loaded import shipped

FOLDER = Path(__file__).parent / "en"
REFUSALS = {"_out_of_scope": "out_of_scope", "self_harm": "self_harm", "patient": "patient"}
THREADS = "_threads*.yaml"
ASKED = frozenset({"said", "press", "user", "after_minutes", "known"})
EXPECTED = frozenset({
    "kind", "reason", "no", "intents", "drugs", "others", "route", "indication", "population", "patient", "shows",
    "hides", "weighs", "bands",
})  # fmt: skip


def read(name: str) -> Any:
    path = FOLDER / name
    return parse_document(path.read_text(encoding="utf-8"), name)


def single_turns() -> Iterator[Any]:
    files = sorted(set(FOLDER.glob("*.yaml")) - set(FOLDER.glob(THREADS)))
    assert files, "no turns found"
    for path in files:
        turns = read(path.name)["turns"]
        assert turns, f"{path.name} has no turns"
        for turn in turns:
            marks = (
                [pytest.mark.xfail(reason=turn["known"], strict=True, raises=AssertionError)] if "known" in turn else []
            )
            yield pytest.param(path.stem, turn, id=f"{path.stem}: {turn['said']}", marks=marks)


@pytest.mark.parametrize(("name", "turn"), [*single_turns()])
def test_a_question_gets_its_intents(name: str, turn: Mapping[str, Any]) -> None:
    talk = Conversations(shipped())
    if "after" in turn:
        talk.ask(Asked("t", turn["after"], START))
    reply = talk.ask(Asked("t", turn["said"], START + timedelta(seconds=5))).reply
    if name in REFUSALS:
        assert reply.reason == REFUSALS[name]
        return
    assert reply.template != "which_question"
    assert set(reply.intents) == set(turn["intents"])


def threads() -> Iterator[Any]:
    files = sorted(FOLDER.glob(THREADS))
    assert files, "no threads found"
    for path in files:
        found = read(path.name)["threads"]
        assert found, f"{path.name} has no threads"
        for thread in found:
            assert thread["turns"], f"{path.name}: {thread['name']} has no turns"
            yield pytest.param(thread["turns"], id=f"{path.stem}: {thread['name']}")


@pytest.mark.parametrize("turns", [*threads()])
def test_a_thread_goes_as_it_should(turns: list[Mapping[str, Any]]) -> None:
    talk, now = Conversations(shipped()), START
    last: Exchange | None = None
    for number, turn in enumerate(turns, 1):
        name = f"turn {number}: {turn.get('said', turn.get('press'))}"
        assert set(turn) <= ASKED | EXPECTED, f"{name}: {set(turn) - ASKED - EXPECTED} is not known"
        assert set(turn) & EXPECTED, f"{name} expects nothing"
        now += timedelta(minutes=float(turn.get("after_minutes", 0)), seconds=5)
        last = talk.ask(Asked("t", turn.get("said", ""), now, user=turn.get("user", "u1"), press=pressed(turn, last)))
        faults = [*compare(turn, last)]
        if "known" in turn:
            assert faults, f"{name} was known to fail ({turn['known']}): take the mark away"
        else:
            assert not faults, f"{name}: {'; '.join(faults)}\n{text_of(last)}"


def pressed(turn: Mapping[str, Any], last: Exchange | None) -> str:
    """The data of the button with this label under the last reply."""
    if "press" not in turn or last is None:
        return ""
    return next(b.data for row in last.rendered.buttons for b in row if b.label == turn["press"])


def compare(turn: Mapping[str, Any], exchange: Exchange) -> Iterator[str]:
    """Every expectation of one turn that did not come back."""
    reply, context = exchange.reply, context_of(exchange.reply)
    found = {
        "kind": reply.kind,
        "reason": reply.reason,
        "no": reply.no,
        "intents": list(reply.intents),
        "drugs": list(reply.drugs),
        "others": list(reply.others),
        "route": context.get("route", ""),
        "indication": context.get("indication", ""),
        "population": context.get("population", ""),
        "patient": sorted(reply.patient),
        "weighs": sorted(set(weighed(reply.blocks))),
        "bands": sorted(set(bands(reply.blocks))),
    }
    for key, value in found.items():
        if key in turn and value != turn[key]:
            yield f"{key} is {value!r}, not {turn[key]!r}"
    text = text_of(exchange)
    yield from (f"{words!r} is missing" for words in turn.get("shows", ()) if words not in text)
    yield from (f"{words!r} is there" for words in turn.get("hides", ()) if words in text)


def text_of(exchange: Exchange) -> str:
    return "\n".join(exchange.rendered.plain).replace("\u00a0", " ")


def weighed(blocks: Iterable[Block]) -> Iterator[str]:
    """Doses worked out by weight: the question and the dose it comes to."""
    for block in blocks:
        for one in block.patient.weighed if block.patient else ():
            yield f"{one.fact.what} {one.dose}"


def bands(blocks: Iterable[Block]) -> Iterator[str]:
    """The sources' bands that hold a value of the patient."""
    for block in blocks:
        for picked in block.patient.picked if block.patient else ():
            yield from (line.fact.at.band.words for line in picked.inside if line.fact.at.band)
