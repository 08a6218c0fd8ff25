"""Drugs whose files were found without fault, as the cache keeps them: names at once, facts when first asked for.

An entry is three lines of JSON: a checksum of the other two; what a drug is without its facts; the facts. Each of
these two is a list of rows, one for each thing: its kind, then its fields, where a number stands for an earlier row.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from decimal import Decimal
from functools import cache, partial
from importlib.resources import files
from threading import Lock
from typing import Any, overload

from bot.documents import sealed, unsealed
from bot.dosing.facts import (
    Band,
    Confusable,
    Coordinates,
    Drug,
    Fact,
    Figure,
    Names,
    Product,
    Source,
    Status,
    Text,
)
from bot.dosing.quantity import Quantity
from bot.dosing.regimen import Dose, Frequency


def _tuple(*parts: Any) -> tuple[Any, ...]:
    return parts


# What a row may be; its place in this list is its kind.
KINDS: tuple[Callable[..., Any], ...] = (
    _tuple, int, Decimal, Status, Quantity, Frequency, Dose, Figure, Text, Band, Coordinates, Source, Fact, Names,
    Confusable, Product,
)  # fmt: skip
_NUMBER = {kind: number for number, kind in enumerate(KINDS)}
_AT_ONCE = tuple(field.name for field in fields(Drug) if field.name != "facts")


class Facts(Sequence[Fact]):
    """The facts of one drug, made when somebody first looks at them: once, from however many threads."""

    def __init__(self, make: Callable[[], tuple[Fact, ...]]) -> None:
        self._make, self._lock = make, Lock()
        self._facts: tuple[Fact, ...] | None = None

    @property
    def are_made(self) -> bool:
        """Whether anybody has looked yet."""
        return self._facts is not None

    def _made(self) -> tuple[Fact, ...]:
        if self._facts is None:
            with self._lock:
                if self._facts is None:
                    self._facts = self._make()
                    self._make = tuple  # lets go of what they were made from
        return self._facts

    @overload
    def __getitem__(self, place: int) -> Fact: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Fact, ...]: ...

    def __getitem__(self, place: int | slice) -> Fact | tuple[Fact, ...]:
        return self._made()[place]

    def __iter__(self) -> Iterator[Fact]:
        return iter(self._made())

    def __len__(self) -> int:
        return len(self._made())


def packed(drug: Drug) -> bytes:
    """The entry of a drug."""
    rows: dict[str, int] = {}
    first = _line(tuple(getattr(drug, name) for name in _AT_ONCE), rows)
    lines = first + b"\n" + _line(tuple(drug.facts), rows)
    return sealed(lines)


def unpacked(content: bytes) -> Drug | None:
    """The drug of an entry, its facts still to be made; None when the entry is damaged."""
    lines = unsealed(content)
    if lines is None:
        return None
    first, _, second = lines.partition(b"\n")
    made: list[Any] = []
    at_once = dict(zip(_AT_ONCE, _read(first, made), strict=True))
    return Drug(**at_once, facts=Facts(partial(_read, second, made)))


@cache
def rules() -> bytes:
    """The code that decides what a drug file means and whether it is valid: another code reads every file again."""
    code = [path for path in files("bot.dosing").iterdir() if path.name.endswith(".py")]
    code += [files("bot") / "nodes.py", files("bot") / "documents.py"]
    return b"".join(path.read_bytes() for path in sorted(code, key=lambda path: path.name))


def _line(thing: object, rows: dict[str, int]) -> bytes:
    """A thing as its number and the rows that it adds to those there are."""
    known = len(rows)
    number = _number(thing, rows)
    return f"[{number},[{','.join(list(rows)[known:])}]]".encode()


def _number(thing: Any, rows: dict[str, int]) -> Any:
    """What stands for a thing inside a row: itself when JSON can hold it, else the number of its own row."""
    if thing is None or isinstance(thing, str | bool):
        return thing
    row = json.dumps([_NUMBER[_kind(thing)], *(_number(part, rows) for part in _parts(thing))], ensure_ascii=False)
    return rows.setdefault(row, len(rows))


def _kind(thing: object) -> Callable[..., Any]:
    return _tuple if isinstance(thing, tuple) else type(thing)


def _parts(thing: Any) -> Sequence[Any]:
    if isinstance(thing, tuple):
        return thing
    if isinstance(thing, Status):
        return (int(thing),)
    if isinstance(thing, int | Decimal):
        return (str(thing),)
    return [getattr(thing, field.name) for field in fields(thing)]


def _read(line: bytes, made: list[Any]) -> Any:
    """The thing of a line; what its rows make is added to what was made before, and equal words are kept once."""
    number, rows = json.loads(line)
    same = dict[Any, Any]().setdefault
    for kind, *parts in rows:
        made.append(KINDS[kind](*[made[part] if type(part) is int else same(part, part) for part in parts]))
    return made[number]
