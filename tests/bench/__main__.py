"""Runs every part, prints a table; progress goes to standard error."""

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from bot.cli import SCORECARD
from bot.scorecard.sets import load_sets
from bot.world import load
from tests.bench.figures import Results, Spread
from tests.bench.names import growth_results, safety_results
from tests.bench.peers import peer_results
from tests.bench.starts import start_results, unwanted_imports
from tests.bench.table import rows, written
from tests.bench.turns import Questions, load_questions, turn_results
from tests.bench.whole import Scale, alternating, first_memory, run_results, started
from tests.botapi import BotApi

PARTS = ("whole", "turns", "names", "peers")


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of everything."""

    passes: int
    starts: int
    readies: int
    whole: Scale
    most: int | None = None  # of names, and of questions for each peer


# Five runs of five seconds each, in slices of half a second.
FULL = Extent(passes=20, starts=7, readies=5, whole=Scale(runs=5, slices=10))
QUICK = Extent(passes=2, starts=1, readies=1, whole=Scale(runs=1, slices=2), most=20)


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the numbers here")
    parser.add_argument("--only", choices=PARTS, action="append", help="measure this part (may be repeated)")
    parser.add_argument("--quick", action="store_true", help="a short run that shows that all parts work")
    arguments = parser.parse_args()
    if not Path("/proc/self/stat").exists():
        parser.error("CPU time and memory are read from /proc: this needs Linux")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that children are stopped too
    about = {"python": platform.python_version(), "cpus": os.cpu_count(), "load": round(os.getloadavg()[0], 2)}
    with tempfile.TemporaryDirectory(prefix="dosethread-bench-") as folder:
        extent, parts = QUICK if arguments.quick else FULL, arguments.only or PARTS
        results, unwanted = measure(Path(folder), extent, parts)
    print("Python {python}, {cpus} CPUs, load at the start {load}\n".format(**about))
    print(written(rows(results, unwanted)))
    if arguments.json:
        kept = {"about": {**about, "unwanted_imports": unwanted}, **results}
        arguments.json.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def measure(folder: Path, extent: Extent, parts: Collection[str] = PARTS) -> tuple[Results, tuple[str, ...]]:
    """Every number of these parts, and what `ask` should not have imported."""
    questions, found, unwanted = load_questions(), Results(), ()
    if "whole" in parts:
        _tell("starting from the command line")
        found |= start_results(folder, extent.starts)
        unwanted = unwanted_imports(folder)
        found |= _whole(folder, questions, extent)
    loaded = load(folder / "cache")
    if "turns" in parts:
        _tell("turns in-process")
        found |= turn_results(loaded, questions, extent.passes)
    if "names" in parts:
        _tell("names, as there are more of them")
        found |= growth_results(loaded, folder, questions.texts, extent.passes)
        _tell("names, each against all others (about two minutes)")
        found |= safety_results(loaded, folder, extent.most)
    if "peers" in parts:
        _tell("peers")
        world = loaded.world
        sets = load_sets(SCORECARD, world.catalogue.intents, world.knowledge.by_name)
        found |= peer_results(loaded, sets, extent.most, _tell)
    return found, unwanted


def _whole(folder: Path, questions: Questions, extent: Extent) -> Results:
    untouched = folder / "untouched"
    untouched.mkdir()
    with BotApi() as api:
        _tell("starting the whole bot")
        first = started(api, untouched)
        memory = first_memory(api, folder, questions.throughput[0])
        ready = Spread.of([started(api, folder)[0] for _ in range(extent.readies)])
    _tell("the whole bot and the echo bot")
    found = alternating(folder, questions.throughput, extent.whole)
    starts = {"first_start": {"seconds": first[0], "memory_mb": first[1]}, "ready": ready.named("seconds")}
    return {**starts, "memory": {"before_chart_mb": memory}, **run_results(found)}


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
