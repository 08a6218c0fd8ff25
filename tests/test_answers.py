"""Every template for every drug, route, role, locale and page: linted, sourced, within Telegram's limits."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot import presses
from bot.answering import answer
from bot.dialogue import DialogueState
from bot.jsonl import START
from bot.rendering.assembling import LIMIT, length
from bot.rendering.lint import plain_text
from bot.rendering.rendered import Rendered
from bot.reply import LOCALES, ROLES, Asker, Reply, Turn
from bot.world import Loaded
from tests.loaded import shipped

FIVE_POINTS = (
    "healthcare professionals",
    "clinical judgement and verify independently",
    "does not replace professional discretion",
    "supplements guidelines",
    "primary literature and current standards",
)


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return shipped()


MARKER = re.compile(r"\[(\d+)\]")


def clinical(loaded: Loaded) -> list[str]:
    return [i.id for i in loaded.world.catalogue.intents.values() if i.kind == "clinical" and i.wants.whats]


def asked(loaded: Loaded, asker: Asker, **order: str | int | tuple[str, ...]) -> tuple[Reply, Turn]:
    """The reply to a button, which needs no understanding of words."""
    button = presses.ask(loaded.world.version, ("x",), **order)  # type: ignore[arg-type]
    turn = Turn("", asker, START, press=button.data)
    return answer(turn, DialogueState(), loaded.world)[0], turn


def every_answer(loaded: Loaded, asker: Asker) -> Iterator[tuple[str, Reply, Turn]]:
    """All first pages: each intent of each drug, without a route and by each route."""
    for drug in loaded.world.knowledge.drugs:
        for intent in clinical(loaded):
            for route in ("", *drug.routes):
                reply, turn = asked(loaded, asker, intents=(intent,), drugs=(drug.name,), route=route)
                yield f"{drug.name} {intent} {route}", reply, turn


def pages(loaded: Loaded, reply: Reply, turn: Turn) -> Iterator[Rendered]:
    """The first page and all that follow it."""
    while True:
        rendered = loaded.renderer.render(reply, turn)
        yield rendered
        more = rendered.buttons[0][0] if rendered.buttons else None
        if more is None or not more.label.startswith("More"):
            return
        turn = Turn("", turn.asker, START, press=more.data)
        reply = answer(turn, DialogueState(), loaded.world)[0]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_page_of_every_answer_is_safe_to_send(loaded: Loaded, locale: str) -> None:
    seen = 0
    for name, reply, turn in every_answer(loaded, Asker("u1", locale=locale)):
        for rendered in pages(loaded, reply, turn):
            seen += 1
            assert rendered.withheld == (), name
            for html, plain in zip(rendered.html, rendered.plain, strict=True):
                assert 0 < length(html) <= LIMIT, name
                if reply.kind == "answer":
                    check_end(name, plain)
                    check_sources(name, plain)
            assert all(len(b.data.encode()) <= presses.LIMIT for row in rendered.buttons for b in row), name
    assert seen > 60


def check_end(name: str, plain: str) -> None:
    """The disclaimer with its five points, and exactly one status."""
    missing = [point for point in FIVE_POINTS if point not in plain]
    assert not missing, (name, missing)
    assert len(re.findall(r"^Status: ", plain, re.MULTILINE)) == 1, name


def check_sources(name: str, plain: str) -> None:
    """Every marker stands in the list of the same message, and every listed source is cited."""
    body, _, listed = plain.partition("\nSources\n")
    numbers = set(MARKER.findall(body))
    entries = set(re.findall(r"^\[(\d+)\] ", listed, re.MULTILINE))
    assert numbers == entries, name


@pytest.mark.parametrize("role", ROLES)
def test_a_role_changes_order_and_words_but_no_figure(loaded: Loaded, role: str) -> None:
    for name, reply, turn in every_answer(loaded, Asker("u1")):
        plain = loaded.renderer.render(reply, turn).plain
        turned = replace(turn, asker=Asker("u1", role=role))
        other = answer(turned, DialogueState(), loaded.world)[0]
        said = loaded.renderer.render(other, turned).plain
        figures = [re.findall(r"\d[\d.,]*", part.partition("\nSources\n")[0]) for part in (plain[0], said[0])]
        assert figures[0] == figures[1], name


def test_the_first_line_answers_alone(loaded: Loaded) -> None:
    for name, reply, turn in every_answer(loaded, Asker("u1")):
        if reply.kind != "answer":
            continue
        summary = loaded.renderer.render(reply, turn).summary
        assert 0 < len(summary) <= 140, name
        assert reply.drugs[0] in summary, name


def test_every_digit_is_vouched_for(loaded: Loaded) -> None:
    """Product rule 12: each number of a message is in the record of what entered it, with its kind."""
    for name, reply, turn in every_answer(loaded, Asker("u1")):
        rendered, ledger = loaded.renderer.render_recorded(reply, turn)
        known = "\n".join(plain_text(entry.words) for entry in ledger)
        assert {entry.kind for entry in ledger} <= {"fact", "derived", "said", "meta"}, name
        for number in re.findall(r"\d[\d.,]*\d|\d", "\n".join(rendered.plain)):
            assert number in known or number in drug_words(loaded), (name, number)


def drug_words(loaded: Loaded) -> str:
    """Words with digits that are names, such as CYP1A2."""
    texts = (str(f.text) for d in loaded.world.knowledge.drugs for f in d.facts if f.text)
    return " ".join(word for text in texts for word in re.findall(r"[A-Za-z]+-?\d+[A-Za-z]*\d*", text))


def test_the_same_question_gets_the_same_bytes(loaded: Loaded) -> None:
    """Known failure E2: one question, three maxima."""
    asker = Asker("u1")
    replies = [asked(loaded, asker, intents=("maximum",), drugs=("baclofen",)) for _ in range(3)]
    assert len({loaded.renderer.render_recorded(*one)[0].html for one in replies}) == 1
