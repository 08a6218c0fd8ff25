"""Compares the two keyings of a drug: only what both hold equal may be shown."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.documents import Fault
from bot.dosing.blocks import build_facts
from bot.dosing.facts import Fact, Product, Source
from bot.dosing.loading import build_products
from bot.dosing.quantity import plain, ratio
from bot.dosing.regimen import Dose
from bot.dosing.sources import build_sources
from bot.dosing.vocabulary import Vocabulary
from bot.nodes import Node

_STRENGTH = re.compile(
    r"(?P<size>\d+(?:\.\d+)?) (?P<unit>mg|micrograms)(?P<liquid>(?: per | in |/)(?:(?P<volume>\d+(?:\.\d+)?) )?mL)?"
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One fact of the first keying and how the second keying stands to it (or, only there, the reverse)."""

    fact: Fact
    verdict: str
    others: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Keying:
    """The second keying of one drug: facts and products from its own reading of the sources."""

    facts: tuple[Fact, ...]
    products: tuple[Product, ...]


def second_keying(raw: Any, file: str, drug: str, vocabulary: Vocabulary, faults: list[Fault]) -> Keying:
    """A `tests/dosing/<drug>.yaml`: sources, products and facts in the drug file's own form."""
    node = Node(raw, file, "", faults)
    sources = build_sources(node, vocabulary)
    facts = build_facts(node, drug, sources, vocabulary)
    keying = Keying(facts, build_products(node, drug, sources, vocabulary))
    node.finish()
    return keying


def agreed_products(first: Sequence[Product], second: Sequence[Product]) -> tuple[Product, ...]:
    """The products that both keyings hold: same form, strength, route and country."""
    there = {_product_key(product) for product in second}
    return tuple(product for product in first if _product_key(product) in there)


def _product_key(product: Product) -> tuple[str, ...]:
    return (product.form, strength_key(product.strength), product.route, product.country)


def strength_key(strength: str) -> str:
    """A strength as one number: micrograms, or micrograms per mL for liquids; other words as they are."""
    found = _STRENGTH.fullmatch(strength)
    if not found:
        return strength
    size = Decimal(found["size"]) * ratio("mg" if found["unit"] == "mg" else "ug", "ug")
    if found["liquid"] is None:
        return f"{plain(size)} micrograms"
    return f"{plain(size / Decimal(found['volume'] or 1))} micrograms per mL"


def compare(first: Sequence[Fact], second: Sequence[Fact]) -> tuple[Comparison, ...]:
    """Every fact of both keyings with its verdict."""
    here, there = _by_coordinate(first), _by_coordinate(second)
    results, met = list[Comparison](), set[int]()
    for fact in first:
        others = tuple(o for o in there.get(coordinate(fact), ()) if _same_document(fact.source, o.source))
        agreeing = [other for other in others if _agrees(fact, other, others)]
        # What agrees with one is met by it; what agrees with none is met as the other side of a difference.
        known = _told(here[coordinate(fact)])
        met.update(map(id, [other for other in agreeing if set(_figures(other)) <= known] or agreeing or others))
        verdict = "equal" if agreeing else ("different" if others else "only here")
        results.append(Comparison(fact, verdict, others))
    results += [Comparison(fact, "only there") for fact in second if id(fact) not in met]
    return tuple(results)


def _by_coordinate(facts: Iterable[Fact]) -> dict[tuple[str, ...], list[Fact]]:
    found: dict[tuple[str, ...], list[Fact]] = {}
    for fact in facts:
        found.setdefault(coordinate(fact), []).append(fact)
    return found


def coordinate(fact: Fact) -> tuple[str, ...]:
    """Where both keyings must put the same fact."""
    at = fact.at
    people = (str(at.age or ""), str(at.weight or ""), at.band.words if at.band else "")
    return (at.what, at.about, at.route, at.indication, at.population, *people, fact.source.jurisdiction)


def _same_document(one: Source, other: Source) -> bool:
    """Labels of one country agree as labels (its mirrors are many); papers must be the same paper."""
    if one.kind == other.kind and one.kind in ("label", "leaflet"):
        return True
    pairs = ((one.pmid, other.pmid), (one.doi.lower(), other.doi.lower()), (one.link, other.link))
    return any(mine and mine == theirs for mine, theirs in pairs) or _key(one.title) == _key(other.title)


def _key(title: str) -> str:
    return re.sub(r"\W+", "", title.lower())


def _agrees(fact: Fact, other: Fact, others: Sequence[Fact]) -> bool:
    """Whether the second keying holds all that the first would show: value, action, steps, share and figures."""
    if _said(fact) != _said(other):
        return False
    if fact.value is None and other.value is not None and str(other.value) not in set(_figures(fact)):
        return False
    return (fact.value is None or str(fact.value) == str(other.value)) and set(_figures(fact)) <= _told(others)


def _said(fact: Fact) -> tuple[object, ...]:
    return (fact.absent, fact.frequency, fact.action, tuple(map(str, fact.steps)))


def _told(facts: Sequence[Fact]) -> set[str]:
    """All figures of facts at one coordinate, in their texts or as values."""
    return {words for each in facts for words in _figures(each)} | set(_values(facts))


def _values(facts: Iterable[Fact]) -> Iterator[str]:
    for fact in facts:
        if fact.value is not None:
            yield str(fact.value)
            if isinstance(fact.value, Dose):
                yield str(fact.value.quantity)


def _figures(fact: Fact) -> Iterator[str]:
    for figure in fact.text.figures if fact.text else ():
        yield str(figure)


def record(agreed: Mapping[str, Iterable[str]], before: Mapping[str, Mapping[str, str]], date: str) -> str:
    """The text of agreed.json: per drug, content hash → date on which both keyings first agreed."""
    by_drug = {
        drug: {digest: before.get(drug, {}).get(digest, date) for digest in sorted(digests)}
        for drug, digests in agreed.items()
    }
    return json.dumps(by_drug, indent=0, sort_keys=True) + "\n"
