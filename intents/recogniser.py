"""Words in, understanding out: the one entrance to this package for whoever answers."""

import re
from collections.abc import Iterable, Sequence

from bot.documents import DocumentCache, content_key
from intents.catalogue import Catalogue
from intents.commands import Command, Commands, load_commands
from intents.guard import Guard, load_guard
from intents.lexicon import Lexicon
from intents.matcher import ARRAYS, OUT_OF_SCOPE, Example, Matcher, compile_matcher
from intents.names import Names, load_names
from intents.normalise import Spoken, normalise
from intents.reading import Reader, Reading
from intents.splitting import Decider, Decision
from intents.tokens import tokenise
from intents.understanding import Alarm, KnownName, Match, Slots, Understanding
from intents.wordlist import WordList, pack, unpack
from intents.words import Words, load_words

FORMAT = b"model 1"
EXAMPLE_DRUG = "zzexampledrug"  # stands for "{drug}" while examples are read
CERTAIN = 100.0


class Recogniser:
    """Understands utterances with one lexicon and one trained model; the same words, the same result."""

    def __init__(
        self,
        reader: Reader,
        matcher: Matcher,
        commands: Commands,
        guard: Guard,
        catalogue: Catalogue,
        words: Words,
    ) -> None:
        self._reader, self._commands, self._guard = reader, commands, guard
        self._catalogue = catalogue
        self._decider = Decider(matcher, catalogue, words)

    def understand(self, utterance: str) -> Understanding:
        """What was asked, about what, and whether it may be answered at all."""
        spoken = normalise(utterance)
        command = self._commands.at_head(spoken.text)
        if command and command.intents is not None:
            return self._commanded(spoken, command)
        if not any(map(str.isalnum, spoken.text)):
            return Understanding(Alarm(), Slots(), (), empty=True)
        reading = self._reader.read(spoken)
        decision = self._decider.decide(reading.words, reading.concepts)
        return self._understood(reading, decision)

    def _commanded(self, spoken: Spoken, command: Command) -> Understanding:
        rest = spoken.raw[_raw_place(spoken, command.end) :].strip()
        if not command.intents:
            return self.understand(rest) if rest else self.understand("/help")
        certain = tuple(
            Match(intent, CERTAIN, CERTAIN, "", f"/{command.name}") for intent in command.intents or ()
        )
        if not rest:
            return Understanding(Alarm(), Slots(), certain)
        reading = self._reader.read(normalise(rest))
        return Understanding(reading.alarm, reading.slots, () if reading.alarm.kind else certain)

    def _understood(self, reading: Reading, decision: Decision) -> Understanding:
        alarm, accepted = reading.alarm, decision.accepted
        if not alarm.kind and accepted:
            intent = self._catalogue.intents.get(accepted[0].intent)
            if (
                intent is not None
                and intent.kind == "refusal"
                and not self._guard.lifts(intent.id, reading.key)
            ):
                alarm = Alarm(intent.id)
        accepted = tuple(m for m in accepted if self._catalogue.intents[m.intent].kind != "refusal")
        likely = tuple(m for m in decision.likely if self._catalogue.intents[m.intent].kind != "refusal")
        if not reading.says_something and not accepted:
            likely = ()
        return Understanding(alarm, reading.slots, accepted, likely, decision.out_of_scope)


def build_recogniser(
    names: Iterable[KnownName],
    catalogue: Catalogue,
    cache: DocumentCache,
    confusable: Iterable[tuple[str, str]] = (),
) -> Recogniser:
    """A recogniser of these names and intents; what takes long is compiled once and kept in the cache."""
    words, guard = load_words(cache), load_guard(cache)
    table = load_names(names, confusable, cache)
    examples = _examples(catalogue)
    intents = (*sorted(catalogue.intents), OUT_OF_SCOPE)
    entry = f"model-{_key(examples, table, words)}.npz"
    wanted = (*ARRAYS, *(f"vocabulary_{name}" for name in WordList.ARRAYS))
    arrays = unpack(cache.fetch(entry), wanted)
    if arrays is None:
        vocabulary = WordList.of(_vocabulary(examples, words, table))
        teacher = Reader(Lexicon(table.with_ours(EXAMPLE_DRUG), words, vocabulary), words, guard)
        arrays = {
            **compile_matcher(intents, [_read(teacher, *example) for example in examples]),
            **{f"vocabulary_{name}": array for name, array in vocabulary.arrays.items()},
        }
        cache.store(entry, pack(arrays))
    vocabulary = WordList({name: arrays[f"vocabulary_{name}"] for name in WordList.ARRAYS})
    reader = Reader(Lexicon(table, words, vocabulary), words, guard)
    matcher = Matcher(intents, [written for _, written in examples], arrays)
    return Recogniser(reader, matcher, load_commands(cache, catalogue.intents), guard, catalogue, words)


def _examples(catalogue: Catalogue) -> list[tuple[str, str]]:
    own = [(intent.id, text) for intent in catalogue.intents.values() for text in intent.utterances]
    return sorted(own) + [(OUT_OF_SCOPE, text) for text in catalogue.out_of_scope]


def _read(reader: Reader, intent: str, written: str) -> Example:
    reading = reader.read(normalise(_PLACE.sub(EXAMPLE_DRUG, written)))
    return Example(intent, reading.words, reading.concepts, written)


def _key(examples: Sequence[tuple[str, str]], names: Names, words: Words) -> str:
    lines = "\n".join(f"{intent}\t{text}" for intent, text in examples)
    return content_key([FORMAT, lines.encode(), names.version.encode(), words.version.encode()])


def _vocabulary(examples: Sequence[tuple[str, str]], words: Words, names: Names) -> list[str]:
    """Words that a mistyped word may be mended to: those of the examples and of the slots, no names."""
    found = {token.text for _, text in examples for token in tokenise(normalise(text).text) if text}
    return sorted(
        word
        for word in found | words.vocabulary()
        if not word.isdecimal()
        and word not in names.ours
        and (names.table.row(word) < 0 or names.table.is_english(word) or word in words.vocabulary())
    )


def _raw_place(spoken: Spoken, place: int) -> int:
    return spoken.at[place] if spoken.at is not None else place


_PLACE = re.compile(r"\{[a-z]+\}")
