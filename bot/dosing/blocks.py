"""The fact blocks of a drug file → facts: one for each thing one source says, at its coordinates."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.dosing.facts import Band, Coordinates, Fact, Source, Text
from bot.dosing.quantity import Quantity, parse_quantity
from bot.dosing.regimen import Dose, parse_dose
from bot.dosing.statements import parse_band, parse_text
from bot.dosing.vocabulary import Vocabulary
from bot.nodes import Node

FREQUENCY_WORDS = frozenset({"very common", "common", "uncommon", "rare", "very rare", "not known"})
_ABOUT = re.compile(r"[a-z_]*")
_COORDINATES = ("source", "place", "route", "indication", "population", "age", "weight", "band")


@dataclass(frozen=True, slots=True)
class _Block:
    """What all facts of one block share."""

    drug: str
    source: Source
    place: str
    route: str
    indication: str
    population: str
    age: Quantity | None
    weight: Quantity | None
    band: Band | None
    prefix: str


def build_facts(
    node: Node, drug: str, sources: Mapping[str, Source] | Source, vocabulary: Vocabulary
) -> tuple[Fact, ...]:
    """All facts of a file, flattened and with an id of their own each.

    `sources`: those that the blocks cite by id, or the one document that the whole file is.
    """
    facts, seen = list[Fact](), dict[str, int]()
    for part in node.child("facts").each():
        for fact in _facts(part, _block(part, drug, sources, vocabulary), vocabulary):
            seen[fact.id] = count = seen.get(fact.id, 0) + 1
            facts.append(replace(fact, id=f"{fact.id}#{count}") if count > 1 else fact)
    return tuple(facts)


def _block(node: Node, drug: str, sources: Mapping[str, Source] | Source, vocabulary: Vocabulary) -> _Block:
    source = _source(node, sources)
    route = node.text("route", among=vocabulary.routes)
    indication = node.text("indication", among=vocabulary.indications)
    population = node.text("population", among=vocabulary.populations)
    age, weight, band = node.child("age"), node.child("weight"), node.child("band")
    if source.route not in (route, "any"):
        node.fault(f"route {route} cited to {source.id}", f"its route, {source.route}", "route")
    narrowed = [part.as_text() for part in (age, weight, band) if part.value is not None]
    prefix = "/".join([drug, route, indication, population, *narrowed, source.id]).replace(" ", "_")
    return _Block(
        drug,
        source,
        node.text("place"),
        route,
        indication,
        population,
        age.parsed(parse_quantity) if age.value is not None else None,
        weight.parsed(parse_quantity) if weight.value is not None else None,
        band.parsed(parse_band) if band.value is not None else None,
        prefix,
    )


def _source(node: Node, sources: Mapping[str, Source] | Source) -> Source:
    if not isinstance(sources, Source):
        return sources.get(node.text("source", among=sources), NO_SOURCE)
    if node.has("source"):
        node.fault(repr(node.text("source")), "no source: the file itself is the source", "source")
    return sources


NO_SOURCE = Source("", "label", "", "", "us", "any", "", "", "")


def _facts(node: Node, block: _Block, vocabulary: Vocabulary) -> Iterator[Fact]:
    for key in node.keys():
        if key in vocabulary.what:
            for item in node.child(key).each_or_one():
                yield from _item(item, key, block, vocabulary)
        elif key not in _COORDINATES:
            node.fault(f"unknown key {key!r}", ", ".join(sorted({*_COORDINATES, *vocabulary.what})), key)


def _item(node: Node, what: str, block: _Block, vocabulary: Vocabulary) -> Iterator[Fact]:
    kind = vocabulary.what[what].kind
    if not node.is_mapping():
        said = {"text": node.parsed(parse_text)} if kind == "statement" else {"value": _value(node, kind)}
        yield _fact(block, vocabulary, what, "", **said)
        return
    about = node.text("about", "")
    if not _ABOUT.fullmatch(about):
        node.fault(repr(about), "a word in snake_case without figures", "about")
    said = _said(node, kind, vocabulary)
    terms = list(node.child("terms").each())
    node.finish()
    if not terms and not any(said[name] for name in ("value", "steps", "text", "action", "absent")):
        node.fault("nothing said", "value, steps, terms, text, action or absent")
    if said["absent"] and (said["value"] or said["steps"] or terms):
        node.fault("absent together with a figure", "absent with a text alone", "absent")
    if not terms:
        yield _fact(block, vocabulary, what, about, **said)
    for term in terms:
        name, printed = _term(term)
        yield _fact(block, vocabulary, what, name, **{**said, **printed})


def _said(node: Node, kind: str, vocabulary: Vocabulary) -> dict[str, Any]:
    value, text = node.child("value"), node.child("text")
    return {
        "place": node.text("place", ""),
        "action": node.text("action", "", among=vocabulary.actions | {""}),
        "absent": node.flag("absent"),
        "value": _value(value, kind) if value.value is not None else None,
        "steps": tuple(dose for step in node.child("steps").each() if (dose := step.parsed(parse_dose))),
        "text": text.parsed(parse_text) if text.value is not None else None,
    }


def _term(node: Node) -> tuple[str, dict[str, Any]]:
    """A coded term and what is printed beside it: a share, a frequency word, or words of its own."""
    if not node.is_mapping():
        return node.as_text(), {}
    name, frequency, text = node.text("term"), node.child("frequency"), node.child("text")
    node.finish()
    printed: dict[str, Any] = {}
    if text.value is not None:
        printed["text"] = text.parsed(parse_text)
    if isinstance(frequency.value, str) and frequency.value in FREQUENCY_WORDS:
        printed["frequency"] = frequency.value
    elif isinstance(frequency.value, list | dict):
        frequency.fault(f"{frequency.value!r}", "a share or one of " + ", ".join(sorted(FREQUENCY_WORDS)))
    elif frequency.value is not None:
        printed["value"] = frequency.parsed(parse_quantity)
    return name, printed


def _value(node: Node, kind: str) -> Dose | Quantity | None:
    if kind in ("dose", "adjustment"):
        return node.parsed(parse_dose)
    if kind == "quantity":
        return node.parsed(parse_quantity)
    node.fault(f"a value for a {kind}", "text, terms or steps")
    return None


def _fact(
    block: _Block,
    vocabulary: Vocabulary,
    what: str,
    about: str,
    place: str = "",
    value: Dose | Quantity | None = None,
    steps: tuple[Dose, ...] = (),
    frequency: str = "",
    text: Text | None = None,
    action: str = "",
    absent: bool = False,
) -> Fact:
    order = vocabulary.what[what].order
    at = Coordinates(what, about, block.route, block.indication, block.population, block.age, block.weight, block.band)
    fact_id = f"{block.prefix}/{what}/{about.replace(' ', '_')}" if about else f"{block.prefix}/{what}"
    place = place or block.place
    return Fact(
        fact_id,
        block.drug,
        vocabulary.what[what].topic,
        at,
        block.source,
        place,
        value,
        steps,
        frequency,
        text,
        action,
        absent,
        order.index(about) if about in order else len(order) + bool(about),
        _content_hash(fact_id, block.source, place, value, steps, frequency, text, action, absent),
    )


def _content_hash(fact_id: str, source: Source, *said: object) -> str:
    """Hash of what a fact says, where it stands and which edition says so; any change is another hash."""
    parts = (
        fact_id,
        source.kind,
        source.jurisdiction,
        source.version,
        source.link,
        *map(str, said[:2]),
        *map(_plain, said[2:]),
    )
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:16]


def _plain(said: object) -> str:
    return "; ".join(map(str, said)) if isinstance(said, tuple) else str(said)
