"""Conversations as data: single questions from `tests/en/<intent>.yaml`, whole threads from `tests/en/_threads.yaml`.

A turn names what must come back. `known: …` marks one that is known to fail, with the reason; it must go on
failing until the mark is taken away. A file without cases fails.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.asking import Asked, Conversations, Exchange, context_of
from bot.documents import parse_document
from bot.jsonl import START
from tests.loaded import shipped

FOLDER = Path(__file__).parent / "en"
REFUSALS = {"_out_of_scope": "out_of_scope", "self_harm": "self_harm", "patient": "patient"}
EXPECTED = frozenset({
    "said", "press", "user", "after_minutes", "kind", "reason", "no", "intents", "drugs", "others", "route",
    "population", "patient", "shows", "hides", "known",
})  # fmt: skip


def read(name: str) -> Any:
    path = FOLDER / name
    return parse_document(path.read_text(encoding="utf-8"), name)


def single_turns() -> Iterator[Any]:
    files = sorted(path for path in FOLDER.glob("*.yaml") if path.name != "_threads.yaml")
    assert files, "no turns found"
    for path in files:
        turns = read(path.name)["turns"]
        assert turns, f"{path.name} has no turns"
        for turn in turns:
            marks = [pytest.mark.xfail(reason=turn["known"], strict=True)] if "known" in turn else []
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
    found = read("_threads.yaml")["threads"]
    assert found, "no threads found"
    for thread in found:
        yield pytest.param(thread["turns"], id=thread["name"])


@pytest.mark.parametrize("turns", [*threads()])
def test_a_thread_goes_as_it_should(turns: list[Mapping[str, Any]]) -> None:
    talk, now = Conversations(shipped()), START
    last: Exchange | None = None
    for number, turn in enumerate(turns, 1):
        assert set(turn) <= EXPECTED, f"turn {number}: {set(turn) - EXPECTED} is not known"
        now += timedelta(minutes=float(turn.get("after_minutes", 0)), seconds=5)
        last = talk.ask(Asked("t", turn.get("said", ""), now, user=turn.get("user", "u1"), press=pressed(turn, last)))
        compare(f"turn {number}: {turn.get('said', turn.get('press'))}", turn, last)


def pressed(turn: Mapping[str, Any], last: Exchange | None) -> str:
    """The data of the button with this label under the last reply."""
    if "press" not in turn or last is None:
        return ""
    return next(b.data for row in last.rendered.buttons for b in row if b.label == turn["press"])


def compare(name: str, turn: Mapping[str, Any], exchange: Exchange) -> None:
    """Every expectation of one turn against what came back."""
    reply, context = exchange.reply, context_of(exchange.reply)
    found = {
        "kind": reply.kind,
        "reason": reply.reason,
        "no": reply.no,
        "intents": list(reply.intents),
        "drugs": list(reply.drugs),
        "others": list(reply.others),
        "route": context.get("route", ""),
        "population": context.get("population", ""),
        "patient": sorted(reply.patient),
    }
    for key, value in found.items():
        if key in turn:
            assert value == turn[key], f"{name}: {key}"
    text = "\n".join(exchange.rendered.plain).replace("\u00a0", " ")
    for words in turn.get("shows", ()):
        assert words in text, f"{name}: {words!r} is not in\n{text}"
    for words in turn.get("hides", ()):
        assert words not in text, f"{name}: {words!r} is in\n{text}"
