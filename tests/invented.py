"""Builders of drugs that nobody can buy: zorvexil and friends, made by the real loader from YAML text."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from textwrap import indent
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from bot.composing import Composer, Partner, compose
from bot.dialogue import Focus, Held
from bot.documents import DocumentCache, Fault, parse_document
from bot.dosing.facts import Drug, DrugClass, Fact, Formula, Knowledge, Product, Shared, Status
from bot.dosing.keyings import Keying, second_keying
from bot.dosing.loading import build_drug
from bot.dosing.quantity import BOUNDS, UNITS, Quantity
from bot.dosing.regimen import BASES, MASS_UNITS, Dose, Frequency
from bot.dosing.vocabulary import load_vocabulary
from bot.known import World
from bot.rendering.rendered import Rendered
from bot.rendering.renderer import Renderer
from bot.reply import Asker, Block, Reply, Turn
from intents.catalogue import Catalogue, Intent, Want
from intents.recogniser import Recogniser
from intents.understanding import Measure

# Generated examples are the same on every run and have no deadline.
QUICK = settings(derandomize=True, deadline=None, max_examples=50)

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
VERSION = "abcd1234"
VOCABULARY = load_vocabulary(DocumentCache(None))

# id → kind, jurisdiction, route, version; each gets a title, publisher and link of its own.
SOURCES: Mapping[str, tuple[str, str, str, str]] = {
    "us-label": ("label", "us", "oral", "2024-01"),
    "uk-label": ("label", "uk", "oral", "2023-05"),
    "de-label": ("label", "de", "oral", "2022"),
    "us-pump": ("label", "us", "intrathecal", "2021-06"),
    "us-book": ("label", "us", "any", "2020"),
    "us-guideline": ("guideline", "us", "any", "2025"),
    "uk-guideline": ("guideline", "uk", "any", "2025"),
    "paper": ("review", "international", "any", "2019"),
}


def source_text(name: str, kind: str, country: str, route: str, version: str) -> str:
    """One entry under `sources:`."""
    return (
        f"{name}:\n  kind: {kind}\n  title: Imaginary text called {name}\n  publisher: Nobody\n"
        f"  jurisdiction: {country}\n  route: {route}\n  version: {version}\n  read: 2026-01-01\n"
        f"  link: https://example.org/{name}\n"
    )


def sources_text(sources: Mapping[str, tuple[str, str, str, str]] = SOURCES) -> str:
    """All the sources of a file."""
    return "sources:\n" + indent("".join(source_text(name, *rest) for name, rest in sources.items()), "  ")


def block(said: str, source: str = "us-label", route: str = "oral", population: str = "adult", **rest: str) -> str:
    """One fact block: `said` is YAML (`start: 5 mg per day`), the rest its coordinates."""
    where = {
        "source": source,
        "place": '"2.1"',
        "route": route,
        "indication": "spasticity",
        "population": population,
        **rest,
    }
    lines = "".join(f"{key}: {value}\n" for key, value in where.items()) + said.strip("\n") + "\n"
    return "- " + indent(lines, "  ").lstrip()


SOURCES_TEXT = sources_text()


def parts_of(*blocks: str, name: str = "zorvexil", **parts: str) -> list[str]:
    """The top-level keys of a drug file as YAML text; `parts` replace or add them."""
    whole = {
        "drug": f"drug: {name}",
        "class": "class: imaginary muscle relaxant",
        "renally_cleared": "renally_cleared: false",
        "codes": "codes: {atc: M03XX99}",
        "names": f"names:\n  exact: [{name}]\n  brands: {{us: [Brandof{name}]}}",
        "products": "products: []",
        "sources": SOURCES_TEXT,
        "facts": "facts:\n" + indent("".join(blocks), "  ") if blocks else "facts: []",
        **parts,
    }
    return [text for text in whole.values() if text]


def drug_text(*blocks: str, name: str = "zorvexil", **parts: str) -> str:
    """A whole drug file."""
    return "\n".join(parts_of(*blocks, name=name, **parts)) + "\n"


@lru_cache(maxsize=512)
def _parsed(text: str) -> Any:
    return parse_document(text, "part.yaml")


def built(raw: Any, name: str = "zorvexil") -> tuple[Drug, list[Fault]]:
    """The drug of a parsed file and everything that is wrong with the file."""
    faults: list[Fault] = []
    return build_drug(raw, f"drugs/{name}.yaml", VOCABULARY, faults), faults


def read(text: str, name: str = "zorvexil") -> tuple[Drug, list[Fault]]:
    """As `built`, of a file's text."""
    return built(parse_document(text, f"drugs/{name}.yaml"), name)


def made(*blocks: str, name: str = "zorvexil", **parts: str) -> tuple[Drug, list[Fault]]:
    """As `built`, of blocks and parts; equal parts are parsed once in a test run."""
    raw: dict[str, Any] = {}
    for text in parts_of(*blocks, name=name, **parts):
        raw |= _parsed(text)
    return built(raw, name)


def faults_of(*blocks: str, **parts: str) -> list[str]:
    """What the loader finds wrong with a file of these blocks, as `place: found`."""
    return [f"{fault.place}: {fault.found}" for fault in made(*blocks, **parts)[1]]


def products_text(*those: tuple[str, str], route: str = "oral", country: str = "us") -> str:
    """The `products:` of a file: each a form and its strength."""
    source = {"oral": f"{country}-label", "intrathecal": "us-pump"}.get(route, "us-book")
    where = f'route: {route}, country: {country}, source: {source}, place: "3"'
    return "products:\n" + "".join(f"  - {{form: {form}, strength: {size}, {where}}}\n" for form, size in those)


def sold(*those: tuple[str, str], route: str = "oral", country: str = "us") -> tuple[Product, ...]:
    """Products as the loader makes them."""
    return drug(products=products_text(*those, route=route, country=country)).products


def standing_at(drug: Drug, status: Status, date: str = "2026-02-01") -> Drug:
    """The drug with every fact and product forced to one review status."""
    facts = tuple(replace(fact, status=status, status_date=date) for fact in drug.facts)
    return replace(drug, facts=facts, products=tuple(replace(p, status=status) for p in drug.products))


def drug(*blocks: str, name: str = "zorvexil", status: Status = Status.UNDER_REVIEW, **parts: str) -> Drug:
    """A drug without faults, its facts at one review status."""
    found, faults = made(*blocks, name=name, **parts)
    assert not faults, [str(fault) for fault in faults]
    return standing_at(found, status)


def facts(*blocks: str, **parts: str) -> tuple[Fact, ...]:
    """The facts of such a drug."""
    return drug(*blocks, **parts).facts


def fact(*args: str, **coordinates: str) -> Fact:
    """The one fact of one block."""
    return facts(block(*args, **coordinates))[0]


@lru_cache
def formulas() -> tuple[Formula, ...]:
    """Where the formulas of calculations are printed."""
    paper = next(source for source in drug().sources if source.id == "paper")
    return (Formula("cockcroft_gault", paper, "page 1"), Formula("other_weights", paper, "page 2"))


def knowledge(*drugs: Drug, version: str = VERSION) -> Knowledge:
    return Knowledge(drugs, version)


def keyed_again(*blocks: str, **parts: str) -> Keying:
    """A second keying with these blocks."""
    raw: dict[str, Any] = {}
    for text in (SOURCES_TEXT, "facts:\n" + indent("".join(blocks), "  ") if blocks else "facts: []", *parts.values()):
        raw |= _parsed(text)
    faults: list[Fault] = []
    keying = second_keying(raw, "x.yaml", "zorvexil", VOCABULARY, faults)
    assert not faults, [str(fault) for fault in faults]
    return keying


def intent(name: str, *whats: str, populations: tuple[str, ...] = ()) -> Intent:
    """An intent that wants these facts."""
    return Intent(name, "clinical", (), Want(whats, populations), (), ())


def composed(asked: Intent, about: Drug, locale: str = "us", partners: tuple[Partner, ...] = (), **focus: str) -> Block:
    """The block of one intent about a drug, in a thread with this focus."""
    return compose(asked, about, Focus((about.name,), **focus), locale, partners)


class Unheard(Recogniser):
    """In a world where nothing is said in words."""

    def __init__(self) -> None: ...


def world(*drugs: Drug, intents: Iterable[Intent] = (), classes: Mapping[str, tuple[str, ...]] | None = None) -> World:
    """These drugs and intents, with the members of some classes."""
    shared = Shared(classes=tuple(DrugClass(name, members) for name, members in (classes or {}).items()))
    held, asked = Knowledge(drugs, VERSION, shared), Catalogue({one.id: one for one in intents}, (), {}, "invented")
    return World(held, asked, Unheard(), Composer(held, asked))


def lines_of(block: Block, what: str) -> list[list[str]]:
    """The source ids of every line of the first section that answers this question."""
    section = next(s for group in block.groups for s in group.sections if s.what == what)
    return [[each.source.id for each in line.facts] for line in section.lines]


def reply_of(*blocks: Block, **more: Any) -> Reply:
    """An answer with these blocks."""
    first = blocks[0]
    names = tuple(dict.fromkeys(each.drug.name for each in blocks))
    asked = tuple(dict.fromkeys(each.intent for each in blocks))
    focus = more.pop("focus", Focus((first.drug.name,), first.route))
    return Reply("answer", "answer", intents=asked, drugs=names, blocks=blocks, focus=focus, **more)


def turn(text: str = "zorvexil?", locale: str = "us", **more: Any) -> Turn:
    return Turn(text, Asker("u1", locale=locale), NOW, **more)


class Remembering(DocumentCache):
    """A cache without a folder, so that templates are compiled once in a test run."""

    def __init__(self) -> None:
        super().__init__(None)
        self._held: dict[str, bytes] = {}

    def fetch(self, name: str) -> bytes | None:
        return self._held.get(name)

    def store(self, name: str, content: bytes) -> None:
        self._held[name] = content


CACHE = Remembering()


def renderer(*drugs: Drug) -> Renderer:
    return Renderer(CACHE, replace(knowledge(*drugs), shared=Shared(formulas=formulas())))


def rendered(reply: Reply, *drugs: Drug, locale: str = "us") -> Rendered:
    """The messages of a reply about these drugs."""
    known = drugs or tuple({each.drug.name: each.drug for each in reply.blocks}.values())
    return renderer(*known).render(reply, turn(locale=locale))


def held(value: str, unit: str = "", minutes_ago: int = 0) -> Held:
    """A patient value said some minutes ago; without a unit a word."""
    at = NOW - timedelta(minutes=minutes_ago)
    return Held(Measure(Decimal(value), unit, value) if unit else value, at)


def decimals(least: str = "0.001", most: str = "99999", places: int = 3) -> st.SearchStrategy[Decimal]:
    return st.decimals(least, most, places=places, allow_nan=False, allow_infinity=False)


def quantities(units: Iterable[str] = UNITS.values()) -> st.SearchStrategy[Quantity]:
    """Numbers, ranges and bounds in these UCUM units."""
    return st.builds(
        lambda ends, unit, bound: Quantity(min(ends), max(ends), unit, bound),
        st.one_of(decimals().map(lambda x: (x, x)), st.tuples(decimals(), decimals())),
        st.sampled_from(sorted(set(units))),
        st.sampled_from(["", *BOUNDS]),
    )


def _times(ends: tuple[int, int], when: str) -> Frequency:
    return Frequency(Decimal(min(ends)), Decimal(max(ends)), None, when)


def _hours(ends: tuple[int, int], when: str) -> Frequency:
    low, high = Decimal(min(ends)), Decimal(max(ends))
    return Frequency(24 / high, 24 / low, (low, high), when)


def frequencies() -> st.SearchStrategy[Frequency]:
    """So many times daily, or every so many hours."""
    when = st.sampled_from(["", " at bedtime", " in the morning", " as needed"])
    counts = st.integers(1, 12)
    spacings = st.sampled_from([1, 2, 3, 4, 6, 8, 12, 24, 48])
    return st.one_of(
        st.builds(_times, st.one_of(counts.map(lambda n: (n, n)), st.tuples(counts, counts)), when),
        st.builds(_hours, st.one_of(spacings.map(lambda n: (n, n)), st.tuples(spacings, spacings)), when),
    )


def doses() -> st.SearchStrategy[Dose]:
    """Doses of every basis, with and without frequency and length."""
    return st.builds(
        Dose,
        quantities(MASS_UNITS),
        st.sampled_from(sorted(BASES)),
        st.none() | frequencies(),
        st.none() | quantities(["d", "wk", "h"]),
    )


def numbers_in(value: object) -> Iterator[object]:
    """Every number inside nested frozen data, to be sure that none is a float."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        yield value
    elif isinstance(value, tuple | list):
        for part in value:
            yield from numbers_in(part)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from numbers_in(getattr(value, name))
