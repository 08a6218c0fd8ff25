"""What leaves the core: finished messages, still free of Telegram's own types."""

import hashlib
from dataclasses import dataclass

from bot.dosing.facts import Source


@dataclass(frozen=True, slots=True)
class RenderedButton:
    """A button with its words; `data` is at most 64 bytes."""

    label: str
    data: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture still to be drawn: `key` names its content, `data` is all that is drawn (JSON)."""

    kind: str
    key: str
    data: str
    caption: str


@dataclass(frozen=True, slots=True)
class Document:
    """A file that goes with the messages: its name, its MIME type, its bytes."""

    name: str
    mime: str
    content: bytes

    @property
    def key(self) -> str:
        """The SHA-256 of the content."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Rendered:
    """One reply as messages: `html` parts in Telegram's HTML, `plain` the same without markup.

    `summary` is the first line alone; `withheld` names lint rules broken by fact source; `cited` lists the sources
    and `shown` the ids of facts in these messages; `files` are sent after them.
    """

    html: tuple[str, ...]
    plain: tuple[str, ...]
    buttons: tuple[tuple[RenderedButton, ...], ...] = ()
    charts: tuple[Chart, ...] = ()
    summary: str = ""
    withheld: tuple[str, ...] = ()
    cited: tuple[Source, ...] = ()
    shown: tuple[str, ...] = ()
    files: tuple[Document, ...] = ()
