"""Runs every part, prints a table; progress goes to standard error."""

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bot.world import load
from tests.bench.figures import Results, Spread
from tests.bench.starts import start_results, unwanted_imports
from tests.bench.table import rows, written
from tests.bench.turns import Questions, load_questions, turn_results
from tests.bench.whole import Scale, alternating, first_memory, run_results, started
from tests.botapi import BotApi


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of everything."""

    passes: int
    starts: int
    readies: int
    whole: Scale


# Five runs of five seconds each, in slices of half a second.
FULL = Extent(passes=20, starts=7, readies=5, whole=Scale(runs=5, slices=10))
QUICK = Extent(passes=2, starts=1, readies=1, whole=Scale(runs=1, slices=2))


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the numbers here")
    parser.add_argument("--quick", action="store_true", help="a short run that shows that all parts work")
    arguments = parser.parse_args()
    if not Path("/proc/self/stat").exists():
        parser.error("CPU time and memory are read from /proc: this needs Linux")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that children are stopped too
    about = {"python": platform.python_version(), "cpus": os.cpu_count(), "load": round(os.getloadavg()[0], 2)}
    with tempfile.TemporaryDirectory(prefix="dosethread-bench-") as folder:
        results, unwanted = measure(Path(folder), QUICK if arguments.quick else FULL)
    print("Python {python}, {cpus} CPUs, load at the start {load}\n".format(**about))
    print(written(rows(results, unwanted)))
    if arguments.json:
        kept = {"about": {**about, "unwanted_imports": unwanted}, **results}
        arguments.json.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def measure(folder: Path, extent: Extent) -> tuple[Results, tuple[str, ...]]:
    """Every number, and what `ask` should not have imported."""
    questions = load_questions()
    _tell("starting from the command line")
    starts, unwanted = start_results(folder, extent.starts), unwanted_imports(folder)
    whole = _whole(folder, questions, extent)
    _tell("turns in-process")
    turns = turn_results(load(folder / "cache"), questions, extent.passes)
    return {**turns, **starts, **whole}, unwanted


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
