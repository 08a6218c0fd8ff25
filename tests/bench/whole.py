"""The whole bot and the bare echo bot, each a process of its own, against the same local server."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figures import Spread, quantile
from tests.bench.processes import DOSETHREAD, Child, running
from tests.bench.traffic import CHATS, WITHIN, ClosedLoop, confirm_all
from tests.botapi import BotApi

BOTS = {
    "dosethread": (*DOSETHREAD, "run"),
    "echo": (sys.executable, "-P", str(Path(__file__).with_name("echo.py"))),
}
WARM_UP = 300  # questions answered before anything is measured
SLICE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Scale:
    """How many runs, of how many slices each."""

    runs: int
    slices: int


@dataclass(frozen=True, slots=True)
class Slice:
    """CPU seconds and lasting of a while of asking, and what each question waited."""

    cpu: float
    lasted: float
    waits: Sequence[float]


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one bot."""

    cpu_ms: float
    per_second: float
    p50_ms: float
    p99_ms: float
    memory: float

    @classmethod
    def of(cls, slices: Sequence[Slice], memory: float) -> "Run":
        """The slices of one run together."""
        waits = [wait for one in slices for wait in one.waits]
        cpu, lasted = sum(one.cpu for one in slices), sum(one.lasted for one in slices)
        p50, p99 = 1000 * quantile(waits, 0.5), 1000 * quantile(waits, 0.99)
        return cls(1000 * cpu / len(waits), len(waits) / lasted, p50, p99, memory)


def started(api: BotApi, folder: Path) -> tuple[float, float]:
    """Seconds from the start of the process to its first request for updates, and its megabytes then.

    That request is refused, since refusals are on record and answers to it are not.
    """
    api.clear()
    api.fail("getUpdates", status=502)
    with running(BOTS["dosethread"], folder, **_place(api)) as child:
        asked, memory = _first_request(api, child), child.memory
    api.calm()
    return asked - child.started, memory


def first_memory(api: BotApi, folder: Path, question: str) -> float:
    """Everybody confirms; the bot's megabytes after that, before it drew anything."""
    api.clear()
    with running(BOTS["dosethread"], folder, **_place(api)) as child:
        confirm_all(api, question)
        api.wait_idle(WITHIN)
        return child.memory


def alternating(folder: Path, questions: Sequence[str], scale: Scale) -> dict[str, list[Run]]:
    """Runs of both bots, made of slices in turn, so that what else the machine does falls on both alike.

    Each has a server of its own in this process, since one server has one poller; who has no slice only waits.
    """
    with ExitStack() as stack:
        benches = [stack.enter_context(bench(name, folder, questions)) for name in BOTS]
        found: dict[str, list[Run]] = {one.name: [] for one in benches}
        for number in range(scale.runs):
            print(f"  run {number + 1} of {scale.runs}", file=sys.stderr, flush=True)
            slices = [[one.slice() for one in benches] for _ in range(scale.slices)]
            for one, own in zip(benches, zip(*slices, strict=True), strict=True):
                found[one.name].append(Run.of(own, one.child.memory))
    return found


@contextmanager
def bench(name: str, folder: Path, questions: Sequence[str]) -> Iterator["Bench"]:
    """One bot, started and warm."""
    place = folder / name
    place.mkdir(exist_ok=True)
    with BotApi() as api:
        settings = {"DATA_DIR": str(folder / "data"), "CACHE_DIR": str(folder / "cache")}
        with running(BOTS[name], place, **_place(api), **settings) as child:
            ready = Bench(name, api, child, ClosedLoop(api, questions))
            ready.warm_up()
            yield ready


@dataclass(frozen=True, slots=True)
class Bench:
    """One bot at work, with the people who ask it."""

    name: str
    api: BotApi
    child: Child
    loop: ClosedLoop

    def warm_up(self) -> None:
        """Let everything be done a few times before it is measured."""
        self.loop.start()
        self.loop.reach(WARM_UP)
        self.loop.stop()

    def slice(self, seconds: float = SLICE_SECONDS) -> "Slice":
        """Ask for a while, everybody having been answered once before it counts."""
        self.api.clear()
        self.loop.start()
        self.loop.reach(self.loop.answered + CHATS)
        answered, cpu, started = self.loop.answered, self.child.cpu, time.monotonic()
        time.sleep(seconds)
        waits, cpu, lasted = self.loop.waits[answered:], self.child.cpu - cpu, time.monotonic() - started
        self.loop.stop()
        self._check(waits)
        return Slice(cpu, lasted, waits)

    def _check(self, waits: Sequence[float]) -> None:
        if not waits or self.loop.strays or self.api.refusals or self.api.errors:
            wrong = (len(waits), self.loop.strays, self.api.refusals[:1], self.api.errors[:1])
            raise RuntimeError(f"{self.name}: {wrong} {self.child.log.read_text(encoding='utf-8')[-500:]}")


def run_results(found: dict[str, list[Run]]) -> dict[str, dict[str, float]]:
    """Medians and spreads of all runs, and how the bots compare."""
    results = {name: _summary(runs) for name, runs in found.items()}
    pairs = zip(found["dosethread"], found["echo"], strict=True)
    results["against_echo"] = {
        "cpu_ratio": results["dosethread"]["cpu_ms"] / results["echo"]["cpu_ms"],
        **Spread.of([ours.cpu_ms / echo.cpu_ms for ours, echo in pairs]).named("pairwise"),
    }
    return results


def _summary(runs: Sequence[Run]) -> dict[str, float]:
    return {
        **Spread.of([run.cpu_ms for run in runs]).named("cpu_ms"),
        **Spread.of([run.per_second for run in runs]).named("per_second"),
        "p50_ms": Spread.of([run.p50_ms for run in runs]).median,
        "p99_ms": Spread.of([run.p99_ms for run in runs]).median,
        "memory_mb": max(run.memory for run in runs),
    }


def _place(api: BotApi) -> dict[str, str]:
    return {"TELEGRAM_BOT_TOKEN": api.token, "TELEGRAM_API_BASE": api.url}


def _first_request(api: BotApi, child: Child) -> float:
    try:
        return api.wait_call("getUpdates", 1, WITHIN)[0].time
    except AssertionError as error:
        raise RuntimeError(child.log.read_text(encoding="utf-8")[-500:]) from error
