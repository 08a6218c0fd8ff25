"""The facts as frozen data: sources, facts at their coordinates, drugs, and all of them together."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import TypeVar

from bot.dosing.quantity import Quantity
from bot.dosing.regimen import Dose

ANY = "any"
# Kind, jurisdiction and id of an operator's own document; in no closed list, so that no drug file can claim it.
LOCAL = "local"
PRODUCT = "product"
# What a label says of a use that it is for.
LABELLED = frozenset({"labelled_indication", "start", "usual", "maximum"})
T = TypeVar("T")


class Status(IntEnum):
    """Review status of a fact, lowest first; computed, never written by an author."""

    WITHDRAWN = 0
    SUBMITTED = 1
    UNDER_REVIEW = 2
    APPROVED = 3
    # The operator's own line. It stands above the rest, so that it never changes the status of an answer with others.
    LOCAL_POLICY = 4

    @property
    def words(self) -> str:
        return self.name.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure inside a text: its words, and its value where the words are a dose or quantity."""

    words: str
    value: Dose | Quantity | None

    def __str__(self) -> str:
        return self.words if self.value is None else str(self.value)


@dataclass(frozen=True, slots=True)
class Text:
    """A short statement in our own words; every figure in it is a part of its own."""

    parts: tuple[str | Figure, ...]

    def __str__(self) -> str:
        return "".join(str(part) for part in self.parts)

    @property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(part for part in self.parts if isinstance(part, Figure))


@dataclass(frozen=True, slots=True)
class Source:
    """A document with its edition; `kind` says what sort of document it is."""

    id: str
    kind: str
    title: str
    publisher: str
    jurisdiction: str
    route: str
    version: str
    read: str
    link: str
    doi: str = ""
    pmid: str = ""
    set_id: str = ""

    @property
    def local(self) -> bool:
        """Whether this is the operator's own document; its publisher is then the operator."""
        return self.kind == LOCAL

    @property
    def policy(self) -> str:
        """What an operator's own document is called; the status of its lines too."""
        return f"{Status.LOCAL_POLICY.words} of {self.publisher}"


@dataclass(frozen=True, slots=True)
class Band:
    """A cut-off in the source's own metric (CrCl, eGFR, CKD stage …); `quantity` where it is a number."""

    metric: str
    quantity: Quantity | None
    words: str


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Where a fact stands: the question it answers and for whom."""

    what: str
    about: str
    route: str
    indication: str
    population: str
    age: Quantity | None = None
    weight: Quantity | None = None
    band: Band | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing one source says (or, `absent`, is silent on) at one place, at one coordinate."""

    id: str
    drug: str
    topic: str
    at: Coordinates
    source: Source
    place: str
    value: Dose | Quantity | None = None
    steps: tuple[Dose, ...] = ()
    frequency: str = ""
    text: Text | None = None
    action: str = ""
    absent: bool = False
    rank: int = 0  # place of its `about` in the order that the closed list gives
    hash: str = ""
    status: Status = Status.SUBMITTED
    status_date: str = ""

    @property
    def what(self) -> str:
        return self.at.what

    @property
    def shown(self) -> bool:
        """True when product rule 8 lets it appear in a chat."""
        return self.status >= Status.UNDER_REVIEW

    @property
    def status_words(self) -> str:
        """The status as it is said: a local line's names its operator."""
        return self.source.policy if self.source.local else self.status.words


@dataclass(frozen=True, slots=True)
class Product:
    """Something that can be bought: form and strength, for one route in one country."""

    drug: str
    form: str
    strength: str
    route: str
    country: str
    brand: str
    source: Source
    place: str
    hash: str = ""
    status: Status = Status.SUBMITTED

    @property
    def id(self) -> str:
        parts = (PRODUCT, self.drug, self.country, self.form, self.strength, self.brand, self.source.id)
        return "/".join(parts).replace(" ", "_")

    @property
    def shown(self) -> bool:
        """True when product rule 8 lets it appear in a chat."""
        return self.status >= Status.UNDER_REVIEW


@dataclass(frozen=True, slots=True)
class Confusable:
    """A name that is confused with this drug's, and who says so."""

    name: str
    source: Source
    place: str


@dataclass(frozen=True, slots=True)
class Names:
    """All a drug may be called; `other_products` are known but never answered from this file."""

    exact: tuple[str, ...]
    brands: tuple[tuple[str, tuple[str, ...]], ...]
    misspellings: tuple[str, ...]
    other_products: tuple[str, ...]
    confusable: tuple[Confusable, ...]
    by_route: tuple[tuple[str, tuple[str, ...]], ...] = ()  # brands that exist for one route alone

    def route_of(self, name: str) -> str:
        """The only route of a brand, or nothing."""
        return next((route for route, brands in self.by_route if name.lower() in map(str.lower, brands)), "")


@dataclass(frozen=True)
class Drug:
    """One drug file; its facts may be made only when somebody first looks at them."""

    name: str
    drug_class: str
    renally_cleared: bool
    codes: tuple[tuple[str, str], ...]
    names: Names
    products: tuple[Product, ...]
    sources: tuple[Source, ...]
    facts: Sequence[Fact]

    def source(self, source_id: str) -> Source | None:
        return next((source for source in self.sources if source.id == source_id), None)

    def sold(self, route: str, country: str) -> tuple[Product, ...]:
        """The products to show for a route: the country's own, where it has any."""
        here = tuple(product for product in self.products if product.shown and product.route == route)
        return tuple(product for product in here if product.country == country) or here

    @cached_property
    def shown(self) -> dict[str, tuple[Fact, ...]]:
        """The facts that may be shown, by the question they answer."""
        found: dict[str, list[Fact]] = {}
        for fact in self.facts:
            if fact.shown:
                found.setdefault(fact.what, []).append(fact)
        return {what: tuple(facts) for what, facts in found.items()}

    @cached_property
    def off_label(self) -> frozenset[str]:
        """The indications that the file holds as off-label uses and no label names.

        A local line cannot make one of the file's own so.
        """
        held = {fact.at.indication for fact in self.facts if not fact.source.local}
        said = (fact for fact in self.facts if fact.what == "off_label")
        outside = {f.at.indication for f in said if not (f.source.local and f.at.indication in held)}
        return frozenset(outside - self.labelled - {ANY})

    @cached_property
    def labelled(self) -> frozenset[str]:
        """The uses that a country's label names in facts that may be shown."""
        said = (f for f in self.facts if f.shown and f.source.kind == "label" and f.what in LABELLED)
        return frozenset(fact.at.indication for fact in said if not fact.absent and fact.at.about != "not_for")

    @cached_property
    def routes(self) -> tuple[str, ...]:
        """Routes with facts to show, in the order of the file."""
        seen = dict.fromkeys(fact.at.route for fact in self.facts if fact.shown and fact.at.route != ANY)
        return tuple(seen)

    @cached_property
    def by_id(self) -> dict[str, Fact]:
        return {fact.id: fact for fact in self.facts}

    @cached_property
    def cited(self) -> dict[str, tuple[Source, str]]:
        """Source and place of its facts and products, by id."""
        facts = {fact.id: (fact.source, fact.place) for fact in self.facts}
        return facts | {product.id: (product.source, product.place) for product in self.products}


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that calculations use, and where it is printed."""

    name: str
    source: Source
    place: str

    @property
    def id(self) -> str:
        return f"formula/{self.name}"


@dataclass(frozen=True, slots=True)
class DrugClass:
    """A class of drugs as interactions name it, with the generic names that belong to it."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Shared:
    """What several drugs share: documents, formulas and classes."""

    sources: tuple[Source, ...] = ()
    formulas: tuple[Formula, ...] = ()
    classes: tuple[DrugClass, ...] = ()
    synonyms: tuple[tuple[str, ...], ...] = ()  # national names of one substance (aciclovir, acyclovir)

    def same_as(self, name: str) -> tuple[str, ...]:
        """The other national names of a substance."""
        return next((tuple(other for other in names if other != name) for names in self.synonyms if name in names), ())

    @cached_property
    def by_member(self) -> dict[str, tuple[DrugClass, ...]]:
        """The classes of each drug that is listed in one."""
        found: dict[str, tuple[DrugClass, ...]] = {}
        for one in self.classes:
            for member in one.members:
                found[member] = (*found.get(member, ()), one)
        return found

    @cached_property
    def cited(self) -> dict[str, tuple[Source, str]]:
        """Source and place of formulas, by id."""
        return {one.id: (one.source, one.place) for one in self.formulas}

    def classes_of(self, *names: str) -> tuple[str, ...]:
        """The classes of a drug by any of its names, and the wider ones that these belong to.

        A salt belongs where its first word does.
        """
        found = dict.fromkeys(
            one.name for name in names for key in (name, name.partition(" ")[0]) for one in self._of(key)
        )
        wider = (one.name for name in found for one in self._of(name))
        return tuple(dict.fromkeys((*found, *wider)))

    def _of(self, name: str) -> tuple[DrugClass, ...]:
        return self.by_member.get(name.lower(), ())


@dataclass(frozen=True)
class Knowledge:
    """Every drug we hold facts for, what they share, and the version of the whole."""

    drugs: tuple[Drug, ...]
    version: str = ""
    shared: Shared = Shared()

    @cached_property
    def by_name(self) -> dict[str, Drug]:
        return {drug.name: drug for drug in self.drugs}

    @cached_property
    def cited(self) -> Mapping[str, tuple[Source, str]]:
        """Source and place of everything that can be cited: facts and products, by id."""
        return ById(self.drugs, lambda drug: drug.cited, self.shared.cited)

    @cached_property
    def by_fact(self) -> Mapping[str, Fact]:
        return ById(self.drugs, lambda drug: drug.by_id)


class ById(Mapping[str, T]):
    """What all drugs hold, by ids that name the drug: looking one up looks into that drug alone.

    `others` are held by no drug.
    """

    def __init__(
        self, drugs: Iterable[Drug], held: Callable[[Drug], Mapping[str, T]], others: Mapping[str, T] | None = None
    ) -> None:
        self._drugs = {drug.name.replace(" ", "_"): drug for drug in drugs}
        self._held, self._others = held, others or {}

    def __getitem__(self, key: str) -> T:
        if key in self._others:
            return self._others[key]
        first, _, rest = key.partition("/")
        drug = self._drugs[rest.partition("/")[0] if first == PRODUCT else first]
        return self._held(drug)[key]

    def __iter__(self) -> Iterator[str]:
        for drug in self._drugs.values():
            yield from self._held(drug)
        yield from self._others

    def __len__(self) -> int:
        return sum(len(self._held(drug)) for drug in self._drugs.values()) + len(self._others)
