"""What every turn may draw on: the facts, the intents, and the settings that shape answers."""

from dataclasses import dataclass
from typing import Protocol

from bot.composing import Composer
from bot.dosing.facts import Knowledge
from intents.catalogue import Catalogue
from intents.understanding import Understanding


class Recogniser(Protocol):
    """What answering needs of `intents`: words in, understanding out."""

    def understand(self, utterance: str, in_thread: bool = False) -> Understanding: ...


@dataclass(frozen=True, slots=True)
class World:
    """Everything fixed for a run: facts, intents and settings that shape answers."""

    knowledge: Knowledge
    catalogue: Catalogue
    recogniser: Recogniser
    composer: Composer
    patient_specific: bool = True

    @property
    def version(self) -> str:
        return self.knowledge.version
