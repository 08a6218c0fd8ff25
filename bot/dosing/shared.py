"""What several drugs share, from shared.yaml: documents, formulas, and the members of drug classes."""

from importlib.resources import files

from bot.documents import DocumentCache, Fault
from bot.dosing.blocks import NO_SOURCE
from bot.dosing.facts import DrugClass, Formula, Shared
from bot.dosing.sources import build_sources
from bot.dosing.vocabulary import Vocabulary
from bot.nodes import Node

FILE = "bot/dosing/shared.yaml"
PATH = files("bot.dosing") / "shared.yaml"


def load_shared(cache: DocumentCache, vocabulary: Vocabulary, faults: list[Fault]) -> Shared:
    """The shared file, its faults appended to `faults`."""
    node = Node(cache.read(PATH, FILE), FILE, "", faults)
    sources = build_sources(node, vocabulary)
    formulas, classes, synonyms = node.child("formulas"), node.child("classes"), node.child("synonyms")
    made = Shared(
        tuple(sources.values()),
        tuple(
            Formula(name, sources.get(one.text("source", among=sources), NO_SOURCE), one.text("place"))
            for name in formulas.keys()
            for one in (formulas.child(name),)
        ),
        tuple(DrugClass(name, classes.texts(name)) for name in classes.keys()),
        tuple(synonyms.texts(name) for name in synonyms.keys()) if synonyms.value else (),
    )  # fmt: skip
    node.finish()
    return made
