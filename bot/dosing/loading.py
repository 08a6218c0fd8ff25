"""Drug files → frozen facts. Nothing is believed: every fault of every file is named at once."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from bot.documents import DocumentCache, Fault, FaultyDocuments, content_key
from bot.dosing.blocks import NO_SOURCE, build_facts
from bot.dosing.facts import Confusable, Drug, Fact, Knowledge, Names, Product, Source, Status
from bot.dosing.formulary import Formulary, read_policies, with_policies
from bot.dosing.shared import PATH as SHARED
from bot.dosing.shared import load_shared
from bot.dosing.sources import build_sources
from bot.dosing.vocabulary import Vocabulary, load_vocabulary
from bot.nodes import Node

PRINTED = ("form", "strength", "route", "country", "brand")


@dataclass(frozen=True, slots=True)
class Standing:
    """The computed review status of one fact, by its content hash."""

    status: Status
    date: str


def load_knowledge(cache: DocumentCache, formulary: Formulary | None = None) -> Knowledge:
    """All drug files that ship, with their computed status, and an operator's own lines beside them.

    FaultyDocuments names every fault.
    """
    folder = files("bot.dosing") / "drugs"
    paths = sorted((p for p in folder.iterdir() if p.name.endswith(".yaml")), key=lambda p: p.name)
    vocabulary, faults = load_vocabulary(cache), list[Fault]()
    standings = load_standings(cache)
    shared = load_shared(cache, vocabulary, faults)
    drugs = []
    for path in paths:
        file = f"bot/dosing/drugs/{path.name}"
        drug = build_drug(cache.read(path, file), file, vocabulary, faults)
        drugs.append(with_standings(drug, standings))
    policies = read_policies(formulary, drugs, cache, vocabulary, faults) if formulary else ()
    if faults:
        raise FaultyDocuments(faults)
    texts = [path.read_bytes() for path in (*paths, files("bot.dosing") / "agreed.json", SHARED)]
    texts += [policy.content for policy in policies]
    return Knowledge(with_policies(drugs, policies), content_key(texts), shared)


def load_standings(cache: DocumentCache) -> dict[str, Standing]:
    """Content hash → standing, from the recorded keying agreements."""
    raw = cache.read(files("bot.dosing") / "agreed.json", "bot/dosing/agreed.json")
    return {digest: Standing(Status.UNDER_REVIEW, date) for by in raw.values() for digest, date in by.items()}


def with_standing(facts: Iterable[Fact], standings: Mapping[str, Standing]) -> Iterator[Fact]:
    """The facts with the status their content hash has earned; none: keyed once, Submitted."""
    for fact in facts:
        standing = standings.get(fact.hash)
        yield replace(fact, status=standing.status, status_date=standing.date) if standing else fact


def with_standings(drug: Drug, standings: Mapping[str, Standing]) -> Drug:
    """The drug with the status that each fact and product has earned."""
    products = tuple(
        replace(product, status=standings[product.hash].status) if product.hash in standings else product
        for product in drug.products
    )
    return replace(drug, facts=tuple(with_standing(drug.facts, standings)), products=products)


def build_drug(raw: Any, file: str, vocabulary: Vocabulary, faults: list[Fault]) -> Drug:
    """One parsed drug file → Drug, its faults appended to `faults`."""
    node = Node(raw, file, "", faults)
    name = node.text("drug")
    if name != file.rpartition("/")[2].removesuffix(".yaml"):
        node.fault(repr(name), "the file's own name", "drug")
    sources = build_sources(node, vocabulary)
    facts = build_facts(node, name, sources, vocabulary)
    drug = Drug(
        name,
        node.text("class"),
        node.flag("renally_cleared"),
        tuple((key, node.child("codes").text(key)) for key in node.child("codes").keys()),
        _names(node.child("names"), sources),
        build_products(node, name, sources, vocabulary),
        tuple(sources.values()),
        facts,
    )
    node.finish()
    if drug.renally_cleared and not any(fact.at.population == "renal" for fact in facts):
        node.fault("no fact for population renal", "one: the drug is renally cleared", "facts")
    return drug


def _names(node: Node, sources: Mapping[str, Source]) -> Names:
    brands = node.child("brands")
    confusable = []
    for item in node.child("confusable").each():
        confusable.append(Confusable(item.text("name"), _cited(item, sources), item.text("place")))
        item.finish()
    names = Names(
        node.texts("exact"),
        tuple((country, brands.texts(country)) for country in brands.keys()) if brands.value else (),
        node.texts("misspellings"),
        node.texts("other_products"),
        tuple(confusable),
    )
    node.finish()
    return names


def build_products(node: Node, drug: str, sources: Mapping[str, Source], vocabulary: Vocabulary) -> tuple[Product, ...]:
    """What can be bought, as the file lists it."""
    return tuple(_product(item, drug, sources, vocabulary) for item in node.child("products").each())


def _product(node: Node, drug: str, sources: Mapping[str, Source], vocabulary: Vocabulary) -> Product:
    product = Product(
        drug,
        node.text("form"),
        node.text("strength"),
        node.text("route", among=vocabulary.routes),
        node.text("country", among=vocabulary.jurisdictions),
        node.text("brand", ""),
        _cited(node, sources),
        node.text("place"),
    )
    if product.source.route not in (product.route, "any"):
        node.fault(f"route {product.route} cited to {product.source.id}", f"its route, {product.source.route}", "route")
    node.finish()
    said = (drug, *(getattr(product, name) for name in PRINTED), product.source.id)
    return replace(product, hash=hashlib.sha256(repr(said).encode()).hexdigest()[:16])


def _cited(node: Node, sources: Mapping[str, Source]) -> Source:
    return sources.get(node.text("source", among=sources), NO_SOURCE)
