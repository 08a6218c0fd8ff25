"""Drug files → frozen facts. Nothing is believed: every fault of every file is named at once."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from bot.documents import DocumentCache, Fault, FaultyDocuments, content_key
from bot.dosing.facts import (
    Band,
    Confusable,
    Coordinates,
    Drug,
    Fact,
    Figure,
    Knowledge,
    Names,
    Product,
    Source,
    Status,
    Text,
)
from bot.dosing.quantity import NotAQuantity, Quantity, parse_quantity
from bot.dosing.regimen import MASS_UNITS, Dose, parse_dose
from bot.nodes import Node

SOURCE_KINDS = frozenset({"label", "guideline", "review", "trial", "study", "reference"})
FREQUENCY_WORDS = frozenset({"very common", "common", "uncommon", "rare", "very rare", "not known"})
_DATE = re.compile(r"\d{4}(-\d{2}){0,2}|undated")
_FIGURE = re.compile(r"\{([^{}]*)\}")
# A digit inside a word is part of a name (CYP1A2, B12, GABA-B2), as is "type 2".
_BARE_DIGIT = re.compile(r"(?<![A-Za-z0-9-])\d")
_BAND = re.compile(r"(?P<metric>CrCl|eGFR|GFR|CKD stage|Child-Pugh|serum creatinine) (?P<rest>.+)")
_ABOUT = re.compile(r"[a-z_]*")
_STRENGTH = re.compile(
    r"\b(tablets?|capsules?|granules?|solution|suspension|ampoules?|in|of|plasma|infant)\b"
)


@dataclass(frozen=True, slots=True)
class What:
    """One entry of the closed list: where a fact is shown and the shape of its value."""

    topic: str
    kind: str
    means: str
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The closed lists of coordinates."""

    routes: frozenset[str]
    indications: frozenset[str]
    populations: frozenset[str]
    jurisdictions: frozenset[str]
    actions: frozenset[str]
    what: Mapping[str, What]


@dataclass(frozen=True, slots=True)
class Standing:
    """The computed review status of one fact, by its content hash."""

    status: Status
    date: str


def load_vocabulary(cache: DocumentCache) -> Vocabulary:
    """The closed lists that every drug file uses."""
    raw = cache.read(files("bot.dosing") / "vocabulary.yaml", "bot/dosing/vocabulary.yaml")
    what = {
        name: What(entry["topic"], entry["kind"], entry["means"], tuple(entry.get("order", ())))
        for name, entry in raw["what"].items()
    }
    return Vocabulary(
        frozenset(raw["routes"]),
        frozenset(raw["indications"]),
        frozenset(raw["populations"]),
        frozenset(raw["jurisdictions"]),
        frozenset(raw["actions"]),
        what,
    )


def load_knowledge(cache: DocumentCache) -> Knowledge:
    """All drug files that ship, with their computed status; FaultyDocuments names every fault."""
    folder = files("bot.dosing") / "drugs"
    paths = sorted((p for p in folder.iterdir() if p.name.endswith(".yaml")), key=lambda p: p.name)
    vocabulary, faults = load_vocabulary(cache), list[Fault]()
    standings = load_standings(cache)
    drugs = []
    for path in paths:
        file = f"bot/dosing/drugs/{path.name}"
        drug = build_drug(cache.read(path, file), file, vocabulary, faults)
        drugs.append(with_standings(drug, standings))
    if faults:
        raise FaultyDocuments(faults)
    texts = [path.read_bytes() for path in paths] + [(files("bot.dosing") / "agreed.json").read_bytes()]
    return Knowledge(tuple(drugs), content_key(texts))


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
        build_products(node, sources, vocabulary),
        tuple(sources.values()),
        facts,
    )
    node.finish()
    if drug.renally_cleared and not any(fact.at.population == "renal" for fact in facts):
        node.fault("no fact for population renal", "one: the drug is renally cleared", "facts")
    return drug


def build_sources(node: Node, vocabulary: Vocabulary) -> dict[str, Source]:
    """The sources of one file by their id."""
    part = node.child("sources")
    return {key: _source(key, part.child(key), vocabulary) for key in part.keys()}


def _source(key: str, node: Node, vocabulary: Vocabulary) -> Source:
    source = Source(
        key,
        node.text("kind", among=SOURCE_KINDS),
        node.text("title"),
        node.text("publisher", ""),
        node.text("jurisdiction", among=vocabulary.jurisdictions),
        node.text("route", "any", among=vocabulary.routes),
        node.text("version"),
        node.text("read"),
        node.text("link"),
        node.text("doi", ""),
        node.text("pmid", ""),
        node.text("set_id", ""),
    )
    for name in ("version", "read"):
        if not _DATE.fullmatch(str(getattr(source, name))):
            node.fault(repr(getattr(source, name)), "YYYY, YYYY-MM, YYYY-MM-DD or undated", name)
    if not re.match(r"https?://[^/]+\.[^/]+", source.link):
        node.fault(repr(source.link), "a full link", "link")
    node.finish()
    return source


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


def build_products(node: Node, sources: Mapping[str, Source], vocabulary: Vocabulary) -> tuple[Product, ...]:
    """What can be bought, as the file lists it."""
    return tuple(_product(item, sources, vocabulary) for item in node.child("products").each())


def _product(node: Node, sources: Mapping[str, Source], vocabulary: Vocabulary) -> Product:
    product = Product(
        node.text("form"),
        node.text("strength"),
        node.text("route", among=vocabulary.routes),
        node.text("country", among=vocabulary.jurisdictions),
        node.text("brand", ""),
        _cited(node, sources),
        node.text("place"),
    )
    node.finish()
    said = (product.form, product.strength, product.route, product.country, product.brand, product.source.id)
    return replace(product, hash=hashlib.sha256(repr(said).encode()).hexdigest()[:16])


_NO_SOURCE = Source("", "label", "", "", "us", "any", "", "", "")


def _cited(node: Node, sources: Mapping[str, Source]) -> Source:
    return sources.get(node.text("source", among=sources), _NO_SOURCE)


def build_facts(
    node: Node, drug: str, sources: Mapping[str, Source], vocabulary: Vocabulary
) -> tuple[Fact, ...]:
    """The fact blocks of a file, flattened: one Fact for each thing one source says."""
    facts: list[Fact] = []
    for block in node.child("facts").each():
        facts.extend(_block(block, drug, sources, vocabulary))
    return tuple(_numbered(facts))


def _numbered(facts: list[Fact]) -> Iterator[Fact]:
    seen: dict[str, int] = {}
    for fact in facts:
        seen[fact.id] = count = seen.get(fact.id, 0) + 1
        numbered = replace(fact, id=f"{fact.id}#{count}") if count > 1 else fact
        yield replace(numbered, hash=fact_hash(numbered))


def fact_hash(fact: Fact) -> str:
    """Content hash of a fact: what it says, where it stands and which edition says so."""
    parts = (
        fact.drug, fact.at, fact.source.id, fact.source.version, fact.source.link, fact.place, str(fact.value),
        [str(step) for step in fact.steps], fact.frequency, str(fact.text), fact.action, fact.absent,
    )  # fmt: skip
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _block(block: Node, drug: str, sources: Mapping[str, Source], vocabulary: Vocabulary) -> Iterator[Fact]:
    source = _cited(block, sources)
    place = block.text("place")
    coordinates = Coordinates(
        "",
        "",
        block.text("route", among=vocabulary.routes),
        block.text("indication", among=vocabulary.indications),
        block.text("population", among=vocabulary.populations),
        block.child("age").parsed(parse_quantity) if block.has("age") else None,
        block.child("weight").parsed(parse_quantity) if block.has("weight") else None,
        block.child("band").parsed(parse_band) if block.has("band") else None,
    )
    if source.kind == "label" and source.route not in (coordinates.route, "any"):
        block.fault(f"route {coordinates.route} cited to {source.id}", f"its route, {source.route}", "route")
    for key in ("age", "weight", "band"):
        block.child(key)
    for key in block.keys():
        if key in vocabulary.what:
            for item in block.child(key).each_or_one():
                at = replace(coordinates, what=key)
                yield from _item(
                    item, Fact("", drug, vocabulary.what[key].topic, at, source, place), vocabulary
                )
    block.finish()


def _item(node: Node, base: Fact, vocabulary: Vocabulary) -> Iterator[Fact]:
    kind = vocabulary.what[base.what].kind
    if not node.is_mapping():
        base = replace(base, rank=_rank(base, vocabulary))
        fact = replace(base, value=_value(node, kind)) if kind != "statement" else _said(node, base)
        yield _identified(fact)
        return
    about = node.text("about", "")
    if not _ABOUT.fullmatch(about):
        node.fault(repr(about), "a word in snake_case without figures", "about")
    fact = replace(
        base,
        at=replace(base.at, about=about),
        place=node.text("place", base.place),
        action=node.text("action", "", among=vocabulary.actions | {""}),
        absent=node.flag("absent"),
        value=_value(node.child("value"), kind) if node.has("value") else None,
        steps=tuple(d for d in (s.parsed(parse_dose) for s in node.child("steps").each()) if d),
        text=node.child("text").parsed(parse_text) if node.has("text") else None,
    )
    terms = list(node.child("terms").each())
    for key in ("value", "text", "terms"):
        node.child(key)
    node.finish()
    if not any((fact.value, fact.steps, fact.text, fact.absent, fact.action, terms)):
        node.fault("nothing said", "value, steps, terms, text, action or absent")
    fact = replace(fact, rank=_rank(fact, vocabulary))
    if not terms:
        yield _identified(fact)
    for term in terms:
        yield _identified(_term(term, fact))


def _rank(fact: Fact, vocabulary: Vocabulary) -> int:
    order = vocabulary.what[fact.what].order
    return order.index(fact.at.about) if fact.at.about in order else len(order)


def _said(node: Node, base: Fact) -> Fact:
    return replace(base, text=node.parsed(parse_text))


def _term(node: Node, base: Fact) -> Fact:
    if not node.is_mapping():
        return replace(base, at=replace(base.at, about=node.as_text()))
    fact = replace(base, at=replace(base.at, about=node.text("term")))
    printed = node.text("frequency", "")
    if node.has("text"):
        fact = replace(fact, text=node.child("text").parsed(parse_text))
    node.child("text")
    node.finish()
    if not printed or printed in FREQUENCY_WORDS:
        return replace(fact, frequency=printed)
    return replace(fact, value=node.child("frequency").parsed(parse_quantity))


def _value(node: Node, kind: str) -> Dose | Quantity | None:
    if kind in ("dose", "adjustment"):
        return node.parsed(parse_dose)
    if kind == "quantity":
        return node.parsed(parse_quantity)
    node.fault(f"a value for a {kind}", "text, terms or steps")
    return None


def _identified(fact: Fact) -> Fact:
    at = fact.at
    parts = [at.route, at.indication, at.population, *(str(x) for x in (at.age, at.weight) if x)]
    parts += [at.band.words] if at.band else []
    parts += [fact.source.id, at.what] + ([at.about] if at.about else [])
    return replace(fact, id=f"{fact.drug}/" + "/".join(part.replace(" ", "_") for part in parts))


def parse_band(text: str) -> Band:
    """`eGFR 30 to 60 mL/min/1.73 m2`, `CKD stage 4`, `Child-Pugh C` → Band."""
    found = _BAND.fullmatch(text.strip())
    if not found:
        raise NotAQuantity(f"{text!r} does not begin with CrCl, eGFR, GFR, CKD stage, Child-Pugh")
    try:
        return Band(found["metric"], parse_quantity(found["rest"]), text)
    except NotAQuantity:
        if found["metric"] in ("CrCl", "eGFR", "GFR", "serum creatinine"):
            raise
        return Band(found["metric"], None, text)


def parse_text(text: str) -> Text:
    """A statement with every figure in braces → Text; a bare figure is refused."""
    parts: list[str | Figure] = []
    for index, part in enumerate(_FIGURE.split(text)):
        if index % 2:
            parts.append(parse_figure(part))
        elif _BARE_DIGIT.search(part):
            raise NotAQuantity(f"{text!r} has a figure outside braces")
        elif part:
            parts.append(part)
    return Text(tuple(parts))


def parse_figure(text: str) -> Figure:
    """A dose, a quantity, or other words with a number; a bare mass without basis is refused."""
    for parse in (parse_dose, parse_quantity):
        try:
            value: Dose | Quantity = parse(text)
        except NotAQuantity:
            continue
        if isinstance(value, Quantity) and value.unit in MASS_UNITS - {"mL"}:
            raise NotAQuantity(
                f"{text!r} needs 'per dose' or 'per day', or to be a strength or level in words"
            )
        return Figure(text, value)
    if re.search(r"\d ?(mg|micrograms?|mcg|g)\b(?!/)", text) and not _STRENGTH.search(text):
        raise NotAQuantity(f"{text!r} is not a dose with its basis")
    return Figure(text, None)
