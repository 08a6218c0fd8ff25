"""What `dosethread check` looks at: every data file, every cross-reference, both keyings."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from bot.documents import DocumentCache, Fault, FaultyDocuments
from bot.dosing.facts import Drug, Knowledge
from bot.dosing.formulary import Formulary
from bot.dosing.keyings import Comparison, agreed_products, compare, record, second_keying
from bot.dosing.loading import AGREED, load_knowledge
from bot.dosing.vocabulary import load_vocabulary
from intents.catalogue import Catalogue, load_catalogue


@dataclass(frozen=True, slots=True)
class Keyings:
    """How the two keyings of one drug stand to each other."""

    drug: Drug
    comparisons: tuple[Comparison, ...]
    agreed: frozenset[str]

    @property
    def counts(self) -> Counter[str]:
        return Counter(comparison.verdict for comparison in self.comparisons)


def faults_of_data(cache: DocumentCache, formulary: Formulary | None = None) -> tuple[Fault, ...]:
    """Every fault in drug files, an operator's own files, intents and templates, all at once."""
    faults: list[Fault] = []
    knowledge, catalogue = None, None
    try:
        knowledge = load_knowledge(cache, formulary=formulary)
    except FaultyDocuments as found:
        faults += found.faults
    try:
        catalogue = load_catalogue(cache)
    except FaultyDocuments as found:
        faults += found.faults
    if knowledge and catalogue:
        faults += cross_references(cache, knowledge, catalogue)
    return tuple(faults)


def cross_references(cache: DocumentCache, knowledge: Knowledge, catalogue: Catalogue) -> Iterator[Fault]:
    """What spans files: what is wanted and offered exists, every intent has its template, names are one drug's."""
    vocabulary = load_vocabulary(cache)
    for intent in catalogue.intents.values():
        file = f"intents/en/{intent.id}.yaml"
        for what in intent.wants.whats:
            if what not in vocabulary.what:
                yield Fault(file, "wants.what", repr(what), ", ".join(sorted(vocabulary.what)))
        for population in intent.wants.populations:
            if population not in vocabulary.populations:
                yield Fault(file, "wants.populations", repr(population), ", ".join(sorted(vocabulary.populations)))
        template = f"{intent.id}.html.j2"
        if not (files("templates") / "en" / template).is_file():
            yield Fault(f"templates/en/{template}", "", "no such file", "a template for every intent")
    for role, offered in catalogue.roles.items():
        for name in offered:
            if name not in catalogue.intents:
                yield Fault("intents/en/_roles.yaml", role, repr(name), ", ".join(sorted(catalogue.intents)))
    yield from _shared_names(knowledge)


def notes_on_titles(cache: DocumentCache) -> tuple[str, ...]:
    """As `titles_to_review`, for what ships."""
    return tuple(titles_to_review(load_knowledge(cache)))


def titles_to_review(knowledge: Knowledge) -> Iterator[str]:
    """Sources whose title does not name the drug that cites them: somebody should look whether they are about it."""
    for drug in knowledge.drugs:
        brands = (brand for _, names in drug.names.brands for brand in names)
        names = {name.lower() for name in (drug.name, *drug.names.exact, *brands)}
        for source in drug.sources:
            if not any(name in source.title.lower() for name in names):
                place = f"bot/dosing/drugs/{drug.name}.yaml sources.{source.id}"
                yield f"{place}: {source.title!r} does not name {drug.name}"


def _shared_names(knowledge: Knowledge) -> Iterator[Fault]:
    owner: dict[str, str] = {}
    for drug in knowledge.drugs:
        for name in {drug.name, *drug.names.exact, *drug.names.misspellings}:
            if owner.setdefault(name.lower(), drug.name) != drug.name:
                file = f"bot/dosing/drugs/{drug.name}.yaml"
                yield Fault(file, "names", f"{name!r} also names {owner[name.lower()]}", "each exact name in one drug")


def compare_keyings(cache: DocumentCache, folder: Path) -> tuple[tuple[Keyings, ...], tuple[Fault, ...]]:
    """Both keyings of every drug side by side; a drug without a second keying agrees on nothing."""
    vocabulary, faults, found = load_vocabulary(cache), list[Fault](), list[Keyings]()
    for drug in load_knowledge(cache).drugs:
        path = folder / f"{drug.name}.yaml"
        if not path.is_file():
            faults.append(Fault(str(path), "", "no such file", "a second keying of every drug"))
            continue
        raw = cache.read_text(path.read_text(encoding="utf-8"), str(path))
        second = second_keying(raw, f"{folder.name}/{path.name}", drug.name, vocabulary, faults)
        comparisons = compare(drug.facts, second.facts)
        agreed = {c.fact.hash for c in comparisons if c.verdict == "equal"}
        agreed |= {product.hash for product in agreed_products(drug.products, second.products)}
        found.append(Keyings(drug, comparisons, frozenset(agreed)))
    return tuple(found), tuple(faults)


def stale_record(cache: DocumentCache, keyings: tuple[Keyings, ...]) -> tuple[Fault, ...]:
    """Whether agreed.json says exactly what the two keyings say now."""
    held = cache.read(files("bot.dosing") / "agreed.json", AGREED)
    return tuple(
        Fault(AGREED, one.drug.name, "not what the two keyings say", "the output of dosethread check --record")
        for one in keyings
        if set(held.get(one.drug.name, {})) != one.agreed
    )


def new_record(cache: DocumentCache, keyings: tuple[Keyings, ...], date: str) -> str:
    """The text of agreed.json as the keyings stand now; dates of earlier agreements are kept."""
    held = cache.read(files("bot.dosing") / "agreed.json", AGREED)
    return record({one.drug.name: one.agreed for one in keyings}, held, date)
