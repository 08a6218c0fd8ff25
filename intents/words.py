"""The words of one language that slots are made of, read from `_words.yaml`."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from importlib.resources import files
from typing import NamedTuple

from bot.documents import DocumentCache, Fault, FaultyDocuments, content_key
from bot.nodes import Node
from intents.tokens import Token, key_of

# Sections whose entries are "value: [phrases]", and the kind of tag each phrase gets.
_BY_VALUE = {
    "routes": "route", "indications": "indication", "populations": "population", "dialysis": "dialysis",
    "ckd": "ckd", "trimesters": "trimester", "sexes": "sex", "frequencies": "frequency", "classes": "class",
    "relative": "relative",
}  # fmt: skip
# Sections that are plain lists of phrases, which become tags without a value.
_PLAIN = ("neutral", "per_day", "per_dose", "new_patient", "correction", "back", "comparing", "with_it")
_SETS = (
    "agreeing", "only_after_dose", "between_names", "sex_words", "release_forms",
    "compounds", "joiners", "drug_signs", "weak_drug_signs",
    "splitters", "bed", "newcomer", "person", "switching", "dosing", "labelling", "politeness",
    "connecting", )  # fmt: skip
LONGEST_CUE = 5  # words
_PAIRS = ("capitals", "say_back", "numbers")


class Tagged(NamedTuple):
    """A phrase found: tokens `first` to `last` (beyond), and what it says, as (kind, value)."""

    first: int
    last: int
    key: str
    tags: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Words:
    """Phrases by key with their tags; sets of phrases; pairs of a phrase and what it stands for."""

    tags: Mapping[str, tuple[tuple[str, str], ...]]
    longest: int
    sets: Mapping[str, frozenset[str]]
    pairs: Mapping[str, Mapping[str, str]]
    members: Mapping[str, tuple[str, ...]]
    cues: Mapping[str, tuple[str, ...]]
    version: str

    def vocabulary(self) -> set[str]:
        """Every word that stands in a phrase of any kind."""
        keys = set(self.tags) | set(self.cues)
        return {word for key in keys.union(*self.sets.values()) for word in key.split()}

    def hints(self, words: Sequence[str]) -> set[str]:
        """The cues that these words give, of every length."""
        return {cue for key in _phrases(words) for cue in self.cues.get(key, ())}

    def populations(self, words: Sequence[str]) -> set[str]:
        """The populations that these words name."""
        tags = (tag for key in _phrases(words) for tag in self.tags.get(key, ()))
        return {value for kind, value in tags if kind == "population"}

    def find(self, tokens: Sequence[Token], taken: Set[int]) -> list[Tagged]:
        """The longest phrases from left to right, over no token that is taken."""
        found, place = list[Tagged](), 0
        while place < len(tokens):
            phrase = self._at(tokens, place, taken)
            if phrase:
                found.append(phrase)
            place = phrase.last if phrase else place + 1
        return found

    def _at(self, tokens: Sequence[Token], place: int, taken: Set[int]) -> Tagged | None:
        best, key = None, ""
        for last in range(place, min(place + self.longest, len(tokens))):
            if last in taken or (last > place and tokens[last].breaks):
                break
            key = f"{key} {tokens[last].text}" if key else tokens[last].text
            if key in self.tags:
                best = Tagged(place, last + 1, key, self.tags[key])
        return best


def _phrases(words: Sequence[str]) -> Iterator[str]:
    for first in range(len(words)):
        for last in range(first + 1, min(first + LONGEST_CUE, len(words)) + 1):
            yield " ".join(words[first:last])


def load_words(cache: DocumentCache, members: Mapping[str, Sequence[str]] | None = None, language: str = "en") -> Words:
    """The words of a language and the classes of drugs that are known by name; FaultyDocuments names every fault."""
    file = f"intents/{language}/_words.yaml"
    faults = list[Fault]()
    text = (files("intents") / language / "_words.yaml").read_text(encoding="utf-8")
    cue_text = (files("intents") / language / "_cues.yaml").read_text(encoding="utf-8")
    root = Node(cache.read_text(text, file), file, "", faults)
    cues = Node(cache.read_text(cue_text, file), f"intents/{language}/_cues.yaml", "", faults)
    tags = dict[str, tuple[tuple[str, str], ...]]()
    for section, kind in _BY_VALUE.items():
        part = root.child(section)
        values = part.keys()
        for value in values:
            _add(tags, part.texts(value), (kind, value))
    for section in _PLAIN:
        _add(tags, root.texts(section), (section, ""))
    sets = {section: frozenset(map(key_of, root.texts(section))) for section in _SETS}
    sets["small_talk"] = frozenset(root.texts("small_talk"))
    pairs = {section: _pairs(root.child(section), section) for section in _PAIRS}
    hints = _by_phrase(cues.child("cues"))
    root.finish()
    cues.finish()
    if faults:
        raise FaultyDocuments(faults)
    longest = max((len(key.split()) for key in tags), default=1)
    known = {key_of(name): tuple(classes) for name, classes in (members or {}).items()}
    version = content_key([text.encode(), cue_text.encode(), repr(sorted(known.items())).encode()])
    return Words(tags, longest, sets, pairs, known, hints, version)


def _add(tags: dict[str, tuple[tuple[str, str], ...]], phrases: Sequence[str], tag: tuple[str, str]) -> None:
    for phrase in phrases:
        key = key_of(phrase)
        tags[key] = (*tags.get(key, ()), tag)


def _pairs(node: Node, section: str) -> dict[str, str]:
    plain, keys = section == "capitals", node.keys()
    return {(key if plain else key_of(key)): node.text(key) for key in keys}


def _by_phrase(node: Node) -> dict[str, tuple[str, ...]]:
    classes, values = dict[str, tuple[str, ...]](), node.keys()
    for value in values:
        for name in node.texts(value):
            classes[key_of(name)] = (*classes.get(key_of(name), ()), value)
    return classes
