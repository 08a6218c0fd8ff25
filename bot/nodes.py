"""Walks a parsed document and collects every fault with its place, instead of stopping at the first."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, TypeVar

from bot.documents import Fault

T = TypeVar("T")


class Node:
    """One value of a document: reads typed parts, notes faults, and refuses what nobody read."""

    __slots__ = ("_key", "_parent", "_read", "faults", "file", "value")

    def __init__(
        self, value: Any, file: str, key: str | int, faults: list[Fault], parent: "Node | None" = None
    ) -> None:
        self.value, self.file, self.faults = value, file, faults
        self._key, self._parent = key, parent
        self._read: set[str] = set()

    @property
    def place(self) -> str:
        """Where in the file this stands, as `facts[2].start`; worked out only for a fault."""
        before = self._parent.place if self._parent else ""
        if isinstance(self._key, int):
            return f"{before}[{self._key}]"
        return f"{before}.{self._key}".strip(".")

    def fault(self, found: str, allowed: str, key: str = "") -> None:
        """Note one fault at this place or at one of its keys."""
        self.faults.append(Fault(self.file, self._at(key), found, allowed))

    def _at(self, key: str) -> str:
        return f"{self.place}.{key}".strip(".") if key else self.place

    def is_mapping(self) -> bool:
        return isinstance(self.value, dict)

    def has(self, key: str) -> bool:
        return self.is_mapping() and self.value.get(key) is not None

    def keys(self) -> list[str]:
        """The keys of a mapping; anything else is a fault."""
        if not self.is_mapping():
            self.fault(f"{self.value!r}", "a mapping")
            return []
        return [str(key) for key in self.value]

    def child(self, key: str) -> "Node":
        """The part under a key, marked as read."""
        self._read.add(key)
        value = self.value.get(key) if self.is_mapping() else None
        return Node(value, self.file, key, self.faults, self)

    def each(self) -> Iterator["Node"]:
        """The items of a list; nothing there is an empty list."""
        if self.value is None:
            return
        if not isinstance(self.value, list):
            self.fault(f"{self.value!r}", "a list")
            return
        for index, item in enumerate(self.value):
            yield Node(item, self.file, index, self.faults, self)

    def each_or_one(self) -> Iterator["Node"]:
        """The items of a list, or the one value that stands alone."""
        if isinstance(self.value, list):
            yield from self.each()
        else:
            yield self

    def text(self, key: str, default: str | None = None, among: Any = None) -> str:
        """A string under a key; `default` None makes it required, `among` closes the list."""
        part = self.child(key)
        if part.value is None:
            if default is None:
                self.fault("nothing", "a text", key)
            return default or ""
        return part.as_text(among)

    def as_text(self, among: Any = None) -> str:
        """This value as a string of a closed list, where one is given."""
        if not isinstance(self.value, str | Decimal):
            self.fault(f"{self.value!r}", "a text")
            return ""
        text = str(self.value).strip()
        if among is not None and text not in among:
            self.fault(repr(text), ", ".join(sorted(among)))
        return text

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings under a key."""
        part = self.child(key)
        if isinstance(part.value, list) and all(type(item) is str for item in part.value):
            return tuple(map(str.strip, part.value))  # nearly always: thousands of utterances at every start
        return tuple(item.as_text() for item in part.each())

    def flag(self, key: str) -> bool:
        """True or false under a key; absent is false."""
        part = self.child(key)
        if part.value not in (None, True, False):
            part.fault(f"{part.value!r}", "true or false")
        return part.value is True

    def parsed(self, parse: Callable[[str], T]) -> T | None:
        """This value through a parser that raises ValueError; its message becomes the fault."""
        try:
            return parse(self.as_text())
        except ValueError as error:
            self.fault(str(error), "the form in the annotated entry (README beside the file)")
            return None

    def finish(self) -> None:
        """Refuse every key that was not read."""
        for key in self.keys():
            if key not in self._read:
                self.fault(f"unknown key {key!r}", ", ".join(sorted(self._read)), key)
