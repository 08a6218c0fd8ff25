"""The closed lists that every drug file and every second keying use, from vocabulary.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from bot.documents import DocumentCache


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
