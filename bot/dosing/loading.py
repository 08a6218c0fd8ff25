"""Drug files → frozen facts. Nothing is believed: every fault of every file is named at once."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from bot.documents import DocumentCache, Fault, FaultyDocuments, content_key
from bot.dosing.blocks import NO_SOURCE, build_facts
from bot.dosing.compiled import packed, rules, unpacked
from bot.dosing.facts import Confusable, Drug, Fact, Knowledge, Names, Product, Source, Status
from bot.dosing.formulary import Formulary, read_policies, with_policies
from bot.dosing.shared import PATH as SHARED
from bot.dosing.shared import load_shared
from bot.dosing.sources import build_sources
from bot.dosing.vocabulary import Vocabulary, load_vocabulary
from bot.nodes import Node

FOLDER = files("bot.dosing")
DRUGS = "bot/dosing/drugs"
AGREED = "bot/dosing/agreed.json"
PRINTED = ("form", "strength", "route", "country", "brand")


@dataclass(frozen=True, slots=True)
class Standing:
    """The computed review status of one fact, by its content hash."""

    status: Status
    date: str


def load_knowledge(cache: DocumentCache, folder: Traversable = FOLDER, formulary: Formulary | None = None) -> Knowledge:
    """All drug files, those that ship or a folder's, with their computed status; FaultyDocuments names every fault.

    A file is believed without another look only when the cache knows its bytes as valid, under the closed lists,
    agreements and code as they are now. `formulary`: an operator's own lines beside them.
    """
    paths = sorted((p for p in (folder / "drugs").iterdir() if p.name.endswith(".yaml")), key=lambda p: p.name)
    vocabulary, faults = load_vocabulary(cache), list[Fault]()
    shared = load_shared(cache, vocabulary, faults)
    contents = {f"{DRUGS}/{path.name}": path.read_bytes() for path in paths}
    agreed = (folder / "agreed.json").read_bytes()
    under = (rules(), (FOLDER / "vocabulary.yaml").read_bytes(), agreed)
    reader = _Reader(cache, vocabulary, agreed, content_key(under))
    drugs = {
        path.name.removesuffix(".yaml"): reader.drug(content, file, faults)
        for path, (file, content) in zip(paths, contents.items(), strict=True)
    }
    policies = read_policies(formulary, drugs, cache, vocabulary, faults) if formulary else ()
    if faults:
        raise FaultyDocuments(dict.fromkeys(faults))
    own = (policy.content for policy in policies)
    version = content_key((*contents.values(), agreed, SHARED.read_bytes(), *own))
    return Knowledge(with_policies((drug for drug in drugs.values() if drug), policies), version, shared)


@dataclass(frozen=True)
class _Reader:
    """Reads drug files, from the cache where it can; `under` names all besides the file that decides what a drug is."""

    cache: DocumentCache
    vocabulary: Vocabulary
    agreed: bytes
    under: str

    def drug(self, content: bytes, file: str, faults: list[Fault]) -> Drug | None:
        """One drug; None when its file has faults, which are appended to `faults`."""
        entry = f"drug-{content_key([self.under.encode(), content])}.json"
        kept = self.cache.fetch(entry)
        if kept is not None:
            if drug := unpacked(kept):
                return drug
            self.cache.complain_of_damage()
        made = self._validated(content, file, faults)
        if made is None:
            return None
        self.cache.store(entry, made)
        return unpacked(made)

    def _validated(self, content: bytes, file: str, faults: list[Fault]) -> bytes | None:
        """The entry of a file that was read and looked at from end to end; None when it has faults."""
        found = list[Fault]()
        try:
            drug = build_drug(self.cache.read_bytes(content, file), file, self.vocabulary, found)
            standings = self.standings
        except FaultyDocuments as error:
            found += error.faults
        faults += found
        return None if found else packed(with_standings(drug, standings))

    @cached_property
    def standings(self) -> dict[str, Standing]:
        """Content hash → standing, from the recorded keying agreements."""
        raw = self.cache.read_bytes(self.agreed, AGREED)
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
    brands, by_route = node.child("brands"), node.child("by_route")
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
        tuple((route, by_route.texts(route)) for route in by_route.keys()) if by_route.value else (),
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
