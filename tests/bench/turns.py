"""One turn in-process: the whole of it, the recogniser alone, and a plain fuzzy search as a yardstick."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter_ns

from rapidfuzz import fuzz, process

from bot.asking import Asked, Conversations
from bot.documents import parse_document
from bot.jsonl import START
from bot.world import Loaded
from tests.bench.figures import quantile

QUESTIONS, ROWS = Path(__file__).with_name("questions.yaml"), Path(__file__).with_name("rows.txt")


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked: conversations, and single questions that are answered in one message each."""

    threads: tuple[tuple[str, ...], ...]
    throughput: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Every question of every conversation."""
        return tuple(text for thread in self.threads for text in thread)


def load_questions() -> Questions:
    """The fixed set."""
    document = parse_document(QUESTIONS.read_text(encoding="utf-8"), QUESTIONS.name)
    return Questions(tuple(map(tuple, document["threads"])), tuple(document["throughput"]))


def turn_times(loaded: Loaded, threads: Iterable[Sequence[str]]) -> list[float]:
    """Microseconds of each turn of one pass, every conversation from its beginning."""
    conversations, times = Conversations(loaded), list[float]()
    for number, thread in enumerate(threads):
        for text in thread:
            asked = Asked(f"thread {number}", text, START, user=f"user {number}")
            times.append(_microseconds(conversations.ask, asked))
    return times


def recogniser_times(loaded: Loaded, texts: Iterable[str]) -> list[float]:
    """Microseconds of each text for the recogniser alone, without what a thread holds."""
    return [_microseconds(loaded.world.recogniser.understand, text) for text in texts]


def yardstick_times(texts: Iterable[str]) -> list[float]:
    """Microseconds of each text for rapidfuzz's default search over 600 fixed rows, which decides nothing yet."""
    rows = ROWS.read_text(encoding="utf-8").splitlines()
    return [_microseconds(_nearest, text, rows) for text in texts]


def turn_results(loaded: Loaded, questions: Questions, passes: int) -> dict[str, dict[str, float]]:
    """All of them; `loaded` must be fresh, so that the first pass is a cold one."""
    cold = turn_times(loaded, questions.threads)
    warm = [time for _ in range(passes) for time in turn_times(loaded, questions.threads)]
    alone = [time for _ in range(passes) for time in recogniser_times(loaded, questions.texts)]
    yardstick = [time for _ in range(passes) for time in yardstick_times(questions.texts)]
    return {
        "turn_cold": _percentiles(cold),
        "turn_warm": _percentiles(warm),
        "recogniser": _percentiles(alone),
        "yardstick": _percentiles(yardstick),
    }


def _percentiles(times: Sequence[float]) -> dict[str, float]:
    return {"p50_us": quantile(times, 0.5), "p99_us": quantile(times, 0.99), "samples": float(len(times))}


def _nearest(text: str, examples: Sequence[str]) -> object:
    return process.extractOne(text, examples, scorer=fuzz.WRatio)


def _microseconds(work: Callable[..., object], *args: object) -> float:
    started = perf_counter_ns()
    work(*args)
    return (perf_counter_ns() - started) / 1000
