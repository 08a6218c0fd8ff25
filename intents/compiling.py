"""Compiles the examples into vocabulary and model, once for each content of words, names and examples."""

import re
from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from bot.documents import DocumentCache, content_key
from intents.arrays import Arrays, kept
from intents.catalogue import Catalogue
from intents.guard import Guard
from intents.lexicon import Lexicon
from intents.matcher import ARRAYS, OUT_OF_SCOPE, Example, Matcher, compile_matcher
from intents.names import Names
from intents.normalise import normalise
from intents.reading import Reader
from intents.spelling import ARRAYS as SPELLING
from intents.spelling import Spelling, compile_spelling
from intents.tokens import tokenise
from intents.variants import variants
from intents.words import Words

FORMAT = b"model 11"  # raised whenever the same examples would give other arrays
EXAMPLE_DRUG = "zzexampledrug"  # stands for "{drug}" while examples are read
_PLACE = re.compile(r"\{[a-z]+\}")
_SPELLING = "spelling_"


def compiled(
    catalogue: Catalogue, names: Names, words: Words, guard: Guard, cache: DocumentCache
) -> tuple[Spelling, Matcher]:
    """The words that others are mended to, and the trained matcher; from the cache when there."""
    examples = examples_of(catalogue)
    intents = (*sorted(catalogue.intents), OUT_OF_SCOPE)
    key = content_key([FORMAT, catalogue.version.encode(), names.version.encode(), words.version.encode()])
    entry = f"model-{key}.npz"
    parts = (*ARRAYS, *(_SPELLING + name for name in SPELLING))
    arrays = kept(cache, entry, parts, lambda: _arrays(examples, intents, names, words, guard))
    spelling = Spelling({name: arrays[_SPELLING + name] for name in SPELLING})
    return spelling, Matcher(intents, [written for _, written in examples], arrays)


def examples_of(catalogue: Catalogue) -> list[tuple[str, str]]:
    """(intent, utterance) of every example, in a fixed order."""
    own = [(intent.id, text) for intent in catalogue.intents.values() for text in intent.utterances]
    return sorted(own) + [(OUT_OF_SCOPE, text) for text in catalogue.out_of_scope]


def read_examples(
    examples: Sequence[tuple[str, str]], spelling: Spelling, names: Names, words: Words, guard: Guard
) -> list[Example]:
    """The examples as the matcher sees them."""
    reader = Reader(Lexicon(names.with_ours(EXAMPLE_DRUG), words, spelling), words, guard)
    return [_example(reader, intent, written) for intent, written in examples]


def spelling_of(examples: Sequence[tuple[str, str]], words: Words, names: Names) -> dict[str, NDArray[Any]]:
    """What mistyped words are mended to: the words of the examples and of the slots, no names."""
    own = words.vocabulary()
    said = [[token.text for token in tokenise(normalise(text).text)] for _, text in examples]
    asked, strange = set[str](), set[str]()
    for words_said, (intent, _) in zip(said, examples, strict=True):
        (strange if intent == OUT_OF_SCOPE else asked).update(words_said)
    # Nobody means a word that only nonsense has.
    found = own | asked | {word for word in strange if names.table.is_english(word)}
    vocabulary = sorted(
        word
        for word in found
        if not word.isdecimal()
        and word not in names.ours
        and (word in own or names.table.row(word) < 0 or names.table.is_english(word))
    )
    return compile_spelling(vocabulary, said)


def _arrays(
    examples: Sequence[tuple[str, str]], intents: Sequence[str], names: Names, words: Words, guard: Guard
) -> Arrays:
    spelling = spelling_of(examples, words, names)
    read = read_examples(examples, Spelling(spelling), names, words, guard)
    model = compile_matcher(intents, read, list(variants(read)))
    return model | {_SPELLING + name: array for name, array in spelling.items()}


def _example(reader: Reader, intent: str, written: str) -> Example:
    reading = reader.read(normalise(_PLACE.sub(EXAMPLE_DRUG, written)))
    return Example(intent, reading.words, reading.concepts, written)
