"""Telegram commands as questions: which intents each one stands for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from bot.documents import DocumentCache, Fault, FaultyDocuments
from bot.nodes import Node

_COMMAND = re.compile(r"\s*/([a-z][a-z0-9_]*)(?:@\w+)?(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Command:
    """A command at the head of an utterance: its name, its intents (None: not one of ours), where it ends."""

    name: str
    intents: tuple[str, ...] | None
    end: int


@dataclass(frozen=True, slots=True)
class Commands:
    """Commands by name."""

    intents: Mapping[str, tuple[str, ...]]

    def at_head(self, text: str) -> Command | None:
        """The command that an utterance begins with."""
        match = _COMMAND.match(text)
        return Command(match[1], self.intents.get(match[1]), match.end()) if match else None


def load_commands(cache: DocumentCache, known: Mapping[str, object], language: str = "en") -> Commands:
    """The commands of a language; those of intents that are not in the catalogue are left out."""
    file = f"intents/{language}/_commands.yaml"
    faults = list[Fault]()
    root = Node(cache.read(files("intents") / language / "_commands.yaml", file), file, "", faults)
    part = root.child("commands")
    names = part.keys()
    found = {name: part.texts(name) for name in names}
    root.finish()
    if faults:
        raise FaultyDocuments(faults)
    return Commands({name: tuple(i for i in intents if i in known) for name, intents in found.items()})
