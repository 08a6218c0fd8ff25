"""Loads everything a run needs: facts, intents, recogniser, templates. The only place where they meet."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.composing import Composer
from bot.documents import DocumentCache
from bot.dosing.facts import Knowledge
from bot.dosing.formulary import Formulary
from bot.dosing.loading import load_knowledge
from bot.known import World
from bot.rendering.renderer import Renderer
from intents.catalogue import load_catalogue
from intents.recogniser import build_recogniser
from intents.understanding import KnownName


@dataclass(frozen=True, slots=True)
class Loaded:
    """The world that answers and the renderer that words it; `complaint` when the cache could not be used."""

    world: World
    renderer: Renderer
    complaint: str | None


def load(
    cache_folder: Path | None,
    patient_specific: bool = True,
    formulary: Formulary | None = None,
    preparing: Callable[[], None] | None = None,
) -> Loaded:
    """Everything, from the cache where it is warm; FaultyDocuments names every fault in the data.

    `formulary`: an operator's own lines beside the facts that ship. `preparing` is called once if something has
    changed or is not in the cache, so that loading takes seconds.
    """
    cache = DocumentCache(cache_folder, preparing)
    knowledge = load_knowledge(cache, formulary=formulary)
    catalogue = load_catalogue(cache)
    members = {name: [one.name for one in classes] for name, classes in knowledge.shared.by_member.items()}
    recogniser = build_recogniser(known_names(knowledge), catalogue, cache, confusable_names(knowledge), members)
    world = World(knowledge, catalogue, recogniser, Composer(knowledge, catalogue), patient_specific)
    return Loaded(world, Renderer(cache, knowledge), cache.complaint)


def known_names(knowledge: Knowledge) -> Iterator[KnownName]:
    """Every name of every drug file, for the lexicon."""
    for drug in knowledge.drugs:
        for name in dict.fromkeys((drug.name, *drug.names.exact)):
            yield KnownName(name.lower(), drug.name, "exact")
        for country, brands in drug.names.brands:
            for brand in brands:
                yield KnownName(brand.lower(), drug.name, "brand", (country,))
        for name in drug.names.misspellings:
            yield KnownName(name.lower(), drug.name, "misspelling")
        for name in drug.names.other_products:
            yield KnownName(name.lower(), drug.name, "other_product")


def confusable_names(knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """Names that are confused with a drug of ours, each with that drug."""
    for drug in knowledge.drugs:
        for confusable in drug.names.confusable:
            yield confusable.name.lower(), drug.name
