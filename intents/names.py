"""All names of drugs in one table: ours, those we only know, combinations, look-alike pairs, common words."""

import gzip
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files

import numpy as np

from bot.documents import DocumentCache, Fault, FaultyDocuments, content_key
from bot.nodes import Node
from intents.arrays import Arrays, kept
from intents.normalise import normalise
from intents.tokens import key_of
from intents.understanding import KnownName
from intents.wordlist import WordList

FORMAT = b"names 1"
_NAME, _ENGLISH = 1, 2
TABLE_ARRAYS = (*WordList.ARRAYS, "flags", "substances", "texts", "text_starts")


class NameTable:
    """The compiled list of names that we hold no facts for, and of common words."""

    def __init__(self, arrays: Arrays) -> None:
        self.words = WordList(arrays)
        self._flags = arrays["flags"].tobytes()
        self._substances = np.ascontiguousarray(arrays["substances"]).data
        self._texts = arrays["texts"].tobytes()
        self._starts = np.ascontiguousarray(arrays["text_starts"]).data

    def is_english(self, word: str) -> bool:
        """Whether a word is a common English one."""
        row = self.words.row(word)
        return row >= 0 and bool(self._flags[row] & _ENGLISH)

    def row(self, key: str) -> int:
        """The row of exactly this name, or -1."""
        row = self.words.row(key)
        return row if row >= 0 and self._flags[row] & _NAME else -1

    def substance(self, row: int) -> str:
        """What a name means: a substance, "a + b" for a combination, "a|b" for either."""
        text = self._substances[row]
        return self._texts[self._starts[text] : self._starts[text + 1]].decode() if text >= 0 else ""


@dataclass(frozen=True, slots=True)
class Names:
    """Every name the lexicon decides with."""

    ours: Mapping[str, tuple[KnownName, ...]]
    combinations: Mapping[str, tuple[str, ...]]
    paired: frozenset[str]
    confusable: Mapping[str, tuple[str, ...]]
    table: NameTable
    version: str

    def with_ours(self, name: str) -> "Names":
        """The same names with one more of ours, which stands for any drug."""
        return replace(self, ours={**self.ours, name: (KnownName(name, name, "exact"),)})


def load_names(known: Iterable[KnownName], confusable: Iterable[tuple[str, str]], cache: DocumentCache) -> Names:
    """Our names over the shadow list, the latter compiled once and kept in the cache."""
    ours, mistaken = dict[str, tuple[KnownName, ...]](), dict[str, tuple[str, ...]]()
    for name in known:
        key = _key(name.name)
        ours[key] = (*ours.get(key, ()), name)
    paired = set[str]()
    for other, drug in confusable:
        mistaken[_key(other)] = (*mistaken.get(_key(other), ()), drug)
        paired |= {_key(drug), _key(other)}
    combinations, pairs = _combinations(cache), lookalike_names(cache)
    table, version = _table(cache, {*ours, *mistaken, *combinations})
    return Names(ours, combinations, frozenset(paired | pairs), mistaken, table, version)


def _key(name: str) -> str:
    return key_of(normalise(name).text)


def _combinations(cache: DocumentCache) -> dict[str, tuple[str, ...]]:
    file = "intents/_combinations.yaml"
    faults = list[Fault]()
    root = Node(cache.read(files("intents") / "_combinations.yaml", file), file, "", faults)
    sources = set(root.child("sources").keys())
    part = root.child("combinations")
    found, entries = dict[str, tuple[str, ...]](), part.keys()
    for name in entries:
        entry = part.child(name)
        entry.text("source", among=sources)
        found[_key(name)] = entry.texts("contains")
        entry.finish()
    root.finish()
    if faults:
        raise FaultyDocuments(faults)
    return found


def lookalike_names(cache: DocumentCache) -> set[str]:
    """Every name of a look-alike pair, as it is looked up."""
    file = "intents/_lookalikes.yaml"
    faults = list[Fault]()
    root = Node(cache.read(files("intents") / "_lookalikes.yaml", file), file, "", faults)
    names = set[str]()
    for group in root.each():
        names |= {_key(item.as_text()) for pair in group.child("pairs").each() for item in pair.each()}
    if faults:
        raise FaultyDocuments(faults)
    return names


def _table(cache: DocumentCache, others: Iterable[str]) -> tuple[NameTable, str]:
    shadow = (files("intents") / "shadow" / "names.tsv.gz").read_bytes()
    english = (files("intents") / "_common_english.txt.gz").read_bytes()
    others = sorted(others)
    version = content_key([FORMAT, shadow, english, "\n".join(others).encode()])

    def make() -> Arrays:
        return compiled_table(gzip.decompress(shadow).decode(), gzip.decompress(english).decode(), others)

    return NameTable(kept(cache, f"names-{version}.npz", TABLE_ARRAYS, make)), version


def compiled_table(shadow: str, english: str, others: list[str]) -> Arrays:
    """The arrays of a table: lines of the shadow list, lines of common words, and the keys of our own names."""
    substances, flags = dict[str, str](), dict[str, int]()
    for line in shadow.splitlines():
        name, _, substance = line.partition("\t")
        substances.setdefault(key_of(name), substance)
    flags = dict.fromkeys((*substances, *others), _NAME)
    for line in english.splitlines():
        word = line.partition("\t")[0]
        flags[word] = flags.get(word, 0) | _ENGLISH
    words, own = sorted(flags), frozenset(others)
    texts = sorted(set(substances.values()))
    numbers = {text: number for number, text in enumerate(texts)}
    coded = [text.encode() for text in texts]
    starts = np.zeros(len(coded) + 1, np.int32)
    np.cumsum([len(text) for text in coded], out=starts[1:])
    return {
        **WordList.of(words, lambda word: bool(flags[word] & _NAME) and (word in own or " " not in word)).arrays,
        "flags": np.array([flags[word] for word in words], np.uint8),
        "substances": np.array([numbers.get(substances.get(word, ""), -1) for word in words], np.int32),
        "texts": np.frombuffer(b"".join(coded), np.uint8),
        "text_starts": starts,
    }
