"""Reads the project's YAML: strict, numbers as exact decimals, parsed once and cached by content."""

import hashlib
import json
import mmap
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")
CACHE_FORMAT = "3"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a data file: where, what was found, what is allowed."""

    file: str
    place: str
    found: str
    allowed: str

    def __str__(self) -> str:
        where = f"{self.file} {self.place}".strip()
        return f"{where}: {self.found}; allowed: {self.allowed}"


class FaultyDocuments(Exception):  # noqa: N818 - it carries faults, it is not one
    """Raised once with every fault found, so that all can be mended in one go."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def content_key(texts: Iterable[bytes]) -> str:
    """A short name for exactly these bytes, for caches and versions."""
    digest = hashlib.sha256(CACHE_FORMAT.encode())
    for text in texts:
        digest.update(hashlib.sha256(text).digest())
    return digest.hexdigest()[:16]


def parse_document(text: str, file: str) -> Any:
    """YAML 1.2 text to plain Python; repeated keys, anchors, merges and odd numbers are faults."""
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        document = _yaml().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}" if mark else ""
        raise FaultyDocuments([Fault(file, place, str(error.problem), "plain YAML 1.2")]) from None
    except (YAMLError, ValueError) as error:
        raise FaultyDocuments([Fault(file, "", str(error).split("\n", 1)[0], "plain YAML 1.2")]) from None
    odd = list(_odd_values(document, ""))
    if odd:
        raise FaultyDocuments(Fault(file, place, found, "texts, numbers, lists and mappings") for place, found in odd)
    return document


def _odd_values(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Where a document holds what the cache could not keep: keys that are no text, sets, bytes."""
    if isinstance(value, dict):
        for key, part in value.items():
            if not isinstance(key, str) or not key:
                yield place, f"the key {key!r}"
            else:
                yield from _odd_values(part, f"{place}.{key}".strip("."))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _odd_values(part, f"{place}[{index}]")
    elif not isinstance(value, str | Decimal | bool | None):
        yield place, repr(value)


def _yaml() -> Any:
    """A ruamel loader with our constructors; imported late, since a warm cache never needs it."""
    from ruamel.yaml import YAML
    from ruamel.yaml.composer import Composer
    from ruamel.yaml.constructor import ConstructorError, SafeConstructor

    class StrictConstructor(SafeConstructor):
        def construct_number(self, node: Any) -> Decimal:
            if not PLAIN_NUMBER.fullmatch(node.value):
                raise ConstructorError(None, None, f"{node.value!r} is not a plain number", node.start_mark)
            return Decimal(node.value)

        def flatten_mapping(self, node: Any) -> Any:
            for key, _ in node.value:
                if key.tag == "tag:yaml.org,2002:merge":
                    raise ConstructorError(None, None, "a merge key", key.start_mark)
            return super().flatten_mapping(node)

        def construct_text(self, node: Any) -> str:
            return str(node.value)

    for tag in ("int", "float"):
        StrictConstructor.add_constructor(f"tag:yaml.org,2002:{tag}", StrictConstructor.construct_number)
    StrictConstructor.add_constructor("tag:yaml.org,2002:timestamp", StrictConstructor.construct_text)

    class StrictComposer(Composer):
        def compose_node(self, parent: Any, index: Any) -> Any:
            event = self.parser.peek_event()
            if getattr(event, "anchor", None) is not None:
                raise ConstructorError(None, None, f"anchor or alias {event.anchor!r}", event.start_mark)
            return super().compose_node(parent, index)

    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = StrictConstructor
    yaml.Composer = StrictComposer
    return yaml


def sealed(content: bytes) -> bytes:
    """A cache entry that begins with the checksum of the rest, so that no change in it is believed."""
    return json.dumps(hashlib.sha256(content).hexdigest()).encode() + b"\n" + content


def unsealed(entry: bytes) -> bytes | None:
    """What was sealed; None when it is not as it was."""
    content = entry.partition(b"\n")[2]
    return content if sealed(content) == entry else None


class DocumentCache:
    """What was made from documents, in one folder; damaged or unwritable entries are done without.

    `preparing` is called once, before the first thing that is not there and takes seconds to make.
    """

    def __init__(self, folder: Path | None, preparing: Callable[[], None] | None = None) -> None:
        self._folder = folder
        self._preparing = preparing
        self.complaint: str | None = None

    def prepare(self) -> None:
        """Say that something is being made that takes seconds."""
        if self._preparing:
            self._preparing()
            self._preparing = None

    def read(self, resource: Traversable, file: str) -> Any:
        """The parsed document, from the cache when its bytes are known there."""
        return self.read_bytes(resource.read_bytes(), file)

    def read_bytes(self, content: bytes, file: str) -> Any:
        """As `read`, of bytes already in hand."""
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            raise FaultyDocuments([Fault(file, "", str(error), "UTF-8 text")]) from None
        return self.read_text(text, file)

    def read_text(self, text: str, file: str) -> Any:
        """As `read`, of a text already in hand."""
        key = content_key([text.encode()])
        cached = self._load(key)
        if cached is None:
            self.prepare()
            cached = parse_document(text, file)
            self.store(f"yaml-{key}.json", sealed(json.dumps(cached, default=_encode).encode()))
        return cached

    def _load(self, key: str) -> Any:
        content = self.fetch(f"yaml-{key}.json")
        if content is None:
            return None
        held = unsealed(content)
        if held is None:
            self.complain_of_damage()
            return None
        return json.loads(held, object_hook=_decode)

    def complain_of_damage(self) -> None:
        """Remember that an entry was damaged, to be said once."""
        self.complaint = f"a damaged cache entry in {self._folder} was ignored"

    def fetch(self, name: str) -> bytes | None:
        """The bytes of one entry, or None."""
        if self._folder is None:
            return None
        try:
            return (self._folder / name).read_bytes()
        except OSError:
            return None

    def mapped(self, name: str) -> mmap.mmap | None:
        """As `fetch`, for large entries: only the parts that are looked at take memory.

        Entries are replaced as a whole and never written in place, so nothing changes under whoever reads one.
        """
        if self._folder is None:
            return None
        try:
            with (self._folder / name).open("rb") as file:
                return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError):  # ValueError: an empty file cannot be mapped
            return None

    def store(self, name: str, content: bytes) -> None:
        """Keep one entry, whole or not at all; an unwritable folder is remembered as a complaint."""
        if self._folder is None:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self._folder)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(temporary).replace(self._folder / name)
        except OSError as error:
            self.complaint = f"cannot write the cache in {self._folder}: {error.strerror}"


def _encode(value: object) -> dict[str, str]:
    if isinstance(value, Decimal):
        return {"": str(value)}
    raise TypeError(type(value).__name__)


def _decode(value: dict[str, Any]) -> Any:
    if value.keys() == {""}:
        return Decimal(value[""])
    return value
