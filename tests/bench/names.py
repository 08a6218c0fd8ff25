"""Finding drugs as the list of names grows, and our slips held against every name that we only know."""

import gzip
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from random import Random
from time import perf_counter, perf_counter_ns

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.documents import DocumentCache
from bot.scorecard.typos import with_typos
from bot.world import Loaded, confusable_names, known_names
from intents.arrays import kept, unpack
from intents.lexicon import Lexicon
from intents.names import TABLE_ARRAYS, Names, NameTable, compiled_table, load_names
from intents.normalise import normalise
from intents.spelling import Spelling, compile_spelling
from intents.tokens import tokenise
from intents.understanding import DrugMention
from intents.wordlist import WordList
from intents.words import load_words
from tests.bench.figures import Results, quantile
from tests.spellings import one_edit_away

SIZES = (1_000, 10_000, 100_000)
MEGA = 1e6
CHUNK = 500


def growth_results(loaded: Loaded, folder: Path, texts: Sequence[str], passes: int) -> Results:
    """Microseconds of finding the names in a question, and of one look into the index, for each number of names."""
    cache = DocumentCache(folder / "cache")
    knowledge = loaded.world.knowledge
    names = load_names(known_names(knowledge), confusable_names(knowledge), cache)
    words = load_words(cache)
    said = [[token.text for token in tokenise(normalise(text).text)] for text in texts]
    vocabulary = sorted({word for line in said for word in line if names.table.row(word) < 0} | words.vocabulary())
    spelling = Spelling(compile_spelling(vocabulary, said))
    typed = [one for text in texts for one in (text, with_typos(text, 1))]
    shadow, english = _lines("intents/shadow/names.tsv.gz"), _lines("intents/_common_english.txt.gz")
    ours = sorted({*names.ours, *names.combinations, *names.confusable})
    found: Results = {}
    for size in SIZES:
        lines = _sized(shadow, size - len(ours))
        arrays = compiled_table("\n".join(lines), "\n".join(english), ours)
        lexicon = Lexicon(replace(names, table=NameTable(arrays)), words, spelling)
        alone = WordList.of([line.partition("\t")[0] for line in lines])
        queries = _queries(lines)
        for text in typed:
            _find(lexicon, text)
        finder = [_find(lexicon, text) for _ in range(passes) for text in typed]
        index = [_look(alone, query) for _ in range(passes) for query in queries]
        found[f"names_{size}"] = {
            "finder_us": quantile(finder, 0.5),
            "finder_mean_us": sum(finder) / len(finder),
            "index_us": quantile(index, 0.5),
            "index_mean_us": sum(index) / len(index),
            "mb": sum(array.nbytes for array in alone.arrays.values()) / MEGA,
            "ready_ms": _ready(alone, folder, size),
        }
    least, most = found[f"names_{SIZES[0]}"], found[f"names_{SIZES[-1]}"]
    decades = math.log10(SIZES[-1] / SIZES[0])
    found["names_growth"] = {
        f"{part}_{kind}": math.log10(most[f"{part}_us"] / least[f"{part}_us"]) / decades
        if kind == "exponent"
        else most[f"{part}_us"] / least[f"{part}_us"]
        for part in ("finder", "index")
        for kind in ("exponent", "ratio")
    }
    return found


def safety_results(loaded: Loaded, folder: Path, most: int | None = None) -> Results:
    """Every name that is not ours, typed exactly; and every answered slip of ours against all of them, by brute force.

    `most`: look at so many of each only.
    """
    knowledge, recogniser = loaded.world.knowledge, loaded.world.recogniser
    cache = DocumentCache(folder / "cache")
    names = load_names(known_names(knowledge), confusable_names(knowledge), cache)
    strangers = {name: substance for name, substance in _shadow(names) if name not in names.ours}
    exact = list(strangers)[:most]
    wrong = [name for name in exact if any(isinstance(one, DrugMention) for one in recogniser.names_in(name))]
    answered = dict[str, str]()
    for name in list(names.ours)[: most and max(most // 500, 1)]:
        for spelling in one_edit_away(name):
            drugs = [one.drug for one in recogniser.names_in(spelling) if isinstance(one, DrugMention)]
            if drugs and spelling not in names.ours:
                answered[spelling] = drugs[0]
    near = list(near_others(answered, strangers, {drug.name: _own(drug.name, names) for drug in knowledge.drugs}))
    return {
        "names_safety": {
            "exact": float(len(exact)),
            "exact_wrong": float(len(wrong)),
            "slips": float(len(answered)),
            "slips_wrong": float(len(near)),
        }
    }


def _own(drug: str, names: Names) -> set[str]:
    """Words that name a drug: strangers that mean it are its own salts and spellings."""
    keys = (key for key, group in names.ours.items() if any(one.drug == drug and one.kind == "exact" for one in group))
    return {word for key in keys for word in key.split() if len(word) > 3}


def near_others(
    answered: dict[str, str], strangers: dict[str, str], own: dict[str, set[str]]
) -> Iterator[tuple[str, str]]:
    """Answered slips that are one edit from a name of another substance."""
    for length in sorted({len(spelling) for spelling in answered}):
        typed = [spelling for spelling in answered if len(spelling) == length]
        beside = [name for name in strangers if abs(len(name) - length) <= 1]
        for start in range(0, len(typed), CHUNK):
            part = typed[start : start + CHUNK]
            distances = process.cdist(part, beside, scorer=OSA.distance, score_cutoff=1, workers=-1)
            for row, column in zip(*(distances <= 1).nonzero(), strict=True):
                means = set(strangers[beside[column]].replace("|", " ").split())
                if not means & own[answered[part[row]]]:
                    yield part[row], beside[column]


def _shadow(names: Names) -> Iterator[tuple[str, str]]:
    for line in _lines("intents/shadow/names.tsv.gz"):
        name, _, substance = line.partition("\t")
        if not names.table.is_english(name):
            yield name, substance


def _lines(path: str) -> list[str]:
    package, _, rest = path.partition("/")
    return gzip.decompress((files(package) / rest).read_bytes()).decode().splitlines()


def _sized(shadow: Sequence[str], size: int) -> list[str]:
    """So many names: a fixed sample, and where there are not enough, halves of two put together."""
    random, lines = Random(1), list(shadow)
    random.shuffle(lines)
    whole = [name for name in (line.partition("\t")[0] for line in lines) if name.isalpha() and len(name) > 5]
    known = {line.partition("\t")[0] for line in lines}
    while len(lines) < size:
        one, other = random.choice(whole), random.choice(whole)
        made = one[: len(one) // 2] + other[len(other) // 2 :]
        if made not in known:
            known.add(made)
            lines.append(f"{made}\t{made}")
    return lines[:size]


def _queries(lines: Sequence[str]) -> list[str]:
    """Single words, a third as they are, a third with a slip, a third with two."""
    words = [word for word in (line.partition("\t")[0] for line in lines[:900]) if word.isalpha() and len(word) > 5]
    return [with_typos(word, place % 3) for place, word in enumerate(words)]


def _find(lexicon: Lexicon, text: str) -> float:
    tokens = tokenise(normalise(text).text)
    written = [token.text for token in tokens]
    started = perf_counter_ns()
    lexicon.find(tokens, written)
    return (perf_counter_ns() - started) / 1000


def _look(words: WordList, query: str) -> float:
    started = perf_counter_ns()
    if words.row(query) < 0:
        words.near(query, 2)
    return (perf_counter_ns() - started) / 1000


def _ready(words: WordList, folder: Path, size: int) -> float:
    """Milliseconds from a kept entry to words that can be looked up."""
    cache, entry = DocumentCache(folder / "growth"), f"growth-{size}.npz"
    kept(cache, entry, TABLE_ARRAYS[: len(WordList.ARRAYS)], lambda: words.arrays)
    started = perf_counter()
    arrays = unpack(cache.mapped(entry), WordList.ARRAYS)
    assert arrays is not None
    WordList(arrays).row("name")
    return 1000 * (perf_counter() - started)
