"""The whole bot and the bare echo bot, each a process of its own, against the same local server."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figures import Spread, quantile
from tests.bench.processes import DOSETHREAD, Child, running
from tests.bench.traffic import WITHIN, ClosedLoop, confirm_all
from tests.botapi import BotApi

BOTS = {
    "dosethread": (*DOSETHREAD, "run"),
    "echo": (sys.executable, "-P", str(Path(__file__).with_name("echo.py"))),
}
WARM_UP = 300  # questions answered before a run is measured


@dataclass(frozen=True, slots=True)
class Run:
    """One measured run of one bot."""

    cpu_ms: float
    per_second: float
    p50_ms: float
    p99_ms: float
    memory: float


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


def measured(api: BotApi, name: str, folder: Path, questions: Sequence[str], seconds: float) -> Run:
    """One run: start, warm up, measure, stop."""
    api.clear()
    with running(BOTS[name], folder, **_place(api)) as child:
        loop = ClosedLoop(api, questions)
        loop.start()
        loop.reach(WARM_UP)
        run = _measured(api, child, loop, seconds)
        loop.stop()
        if loop.strays or api.refusals or api.errors:
            raise RuntimeError(f"{name}: {loop.strays} strays, {api.refusals[:1]}, {api.errors[:1]}")
    api.on_sent(None)
    return run


def alternating(api: BotApi, folder: Path, questions: Sequence[str], runs: int, seconds: float) -> dict[str, list[Run]]:
    """Runs of both bots in turn, so that what else the machine does falls on both."""
    found: dict[str, list[Run]] = {name: [] for name in BOTS}
    for number in range(runs):
        for name, held in found.items():
            print(f"  run {number + 1} of {runs}: {name}", file=sys.stderr, flush=True)
            held.append(measured(api, name, folder, questions, seconds))
    return found


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


def _measured(api: BotApi, child: Child, loop: ClosedLoop, seconds: float) -> Run:
    answered, cpu, started = loop.answered, child.cpu, time.monotonic()
    time.sleep(seconds)
    waits, cpu, lasted = loop.waits[answered:], child.cpu - cpu, time.monotonic() - started
    if not waits:
        raise RuntimeError(f"nothing answered in {seconds} s: {child.log.read_text(encoding='utf-8')[-500:]}")
    p50, p99 = 1000 * quantile(waits, 0.5), 1000 * quantile(waits, 0.99)
    return Run(1000 * cpu / len(waits), len(waits) / lasted, p50, p99, child.memory)


def _place(api: BotApi) -> dict[str, str]:
    return {"TELEGRAM_BOT_TOKEN": api.token, "TELEGRAM_API_BASE": api.url}


def _first_request(api: BotApi, child: Child) -> float:
    try:
        return api.wait_call("getUpdates", 1, WITHIN)[0].time
    except AssertionError as error:
        raise RuntimeError(child.log.read_text(encoding="utf-8")[-500:]) from error
