"""What the edge needs of the core: an answer, its words, its pictures."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol

from bot.answering import answer
from bot.dialogue import DialogueState
from bot.documents import DocumentCache
from bot.rendering.rendered import Chart, Rendered
from bot.reply import Reply, Turn
from intents.commands import load_commands

if TYPE_CHECKING:
    from pathlib import Path

    from bot.world import Loaded


class Words(Protocol):
    """The renderer: replies, and the few lines that only the edge says."""

    def render(self, reply: Reply, turn: Turn) -> Rendered:
        """One reply as messages."""

    def say(self, key: str, **args: str) -> str:
        """One plain line by its key."""


class Mind(Protocol):
    """One turn answered; no network, no clock."""

    @property
    def version(self) -> str:
        """The version of the facts."""

    @property
    def commands(self) -> Collection[str]:
        """The names of the commands."""

    @property
    def words(self) -> Words:
        """The renderer."""

    def answer(self, turn: Turn, state: DialogueState) -> tuple[Reply, DialogueState]:
        """The reply and what the thread remembers after it."""

    def draw(self, chart: Chart) -> bytes:
        """A picture as PNG; slow, for a worker thread."""


class CoreMind:
    """The real core."""

    def __init__(self, loaded: "Loaded", cache_dir: "Path") -> None:
        self._world = loaded.world
        self._words = loaded.renderer
        self._commands = tuple(load_commands(DocumentCache(cache_dir), {}).intents)

    @property
    def version(self) -> str:
        """The version of the facts."""
        return self._world.version

    @property
    def commands(self) -> Collection[str]:
        """The names of the commands."""
        return self._commands

    @property
    def words(self) -> Words:
        """The renderer."""
        return self._words

    def answer(self, turn: Turn, state: DialogueState) -> tuple[Reply, DialogueState]:
        """The reply and what the thread remembers after it."""
        return answer(turn, state, self._world)

    def draw(self, chart: Chart) -> bytes:
        """A picture as PNG; the drawing library is loaded with the first one."""
        from bot.rendering.charts import draw

        return draw(chart)
