"""The words for coded values (routes, populations, units …), read from the templates folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from bot.documents import DocumentCache


@dataclass(frozen=True, slots=True)
class Words:
    """Nested word lists of one language; an unknown code reads as itself, underscores as spaces."""

    lists: Mapping[str, Mapping[str, Any]]

    def of(self, group: str, code: str) -> str:
        """The words for one code of a group."""
        return str(self.lists.get(group, {}).get(code, code.replace("_", " ")))


def load_words(cache: DocumentCache, language: str = "en") -> Words:
    """The word lists of a language."""
    file = f"templates/{language}/_words.yaml"
    return Words(cache.read(files("templates") / language / "_words.yaml", file))
