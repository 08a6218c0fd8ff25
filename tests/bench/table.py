"""The results as a table, each beside the aim that it has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.bench.figures import Results

ASK_SECONDS, READY_SECONDS, MEMORY_MB, CPU_RATIO = 0.5, 1.5, 150.0, 1.5
CORE_RATIO, EXPONENT, GROWTH, NAMES_MB, NAMES_READY_MS = 0.4, 0.2, 3.0, 64.0, 50.0


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what was measured, what came out, what it should be, and whether it is."""

    what: str
    found: str
    aim: str = ""
    met: bool | None = None


def rows(results: Results, unwanted: Sequence[str]) -> list[Row]:
    """Every line of the table; parts that were not measured are left out."""
    parts = (
        ("turn_warm", lambda: _turns(results)),
        ("names_growth", lambda: _names(results)),
        ("names_safety", lambda: _safety(results["names_safety"])),
        ("start_ask", lambda: _starts(results, unwanted)),
        ("against_echo", lambda: _whole(results)),
    )
    return [row for key, part in parts if key in results for row in part()] + list(_peers(results))


def written(lines: Iterable[Row]) -> str:
    """The table as text."""
    table = [("measured", "found", "aim", ""), *((r.what, r.found, r.aim, _MET[r.met]) for r in lines)]
    widths = [max(len(row[column]) for row in table) for column in range(4)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in table)


_MET = {None: "", True: "met", False: "MISSED"}


def _turns(results: Results) -> list[Row]:
    names = {
        "turn_cold": "turn in-process, first pass",
        "turn_warm": "turn in-process, warm",
        "recogniser": "recogniser alone",
        "yardstick": "yardstick: extractOne with WRatio over 600 fixed rows",
    }
    found = [
        Row(name, f"p50 {results[key]['p50_us']:,.0f} us, p99 {results[key]['p99_us']:,.0f} us")
        for key, name in names.items()
    ]
    yardstick = results["yardstick"]["p50_us"]
    core, recogniser = (results[key]["p50_us"] / yardstick for key in ("turn_warm", "recogniser"))
    return [
        *found,
        Row("turn (find, match, look up, render, state) to yardstick, p50", f"{core:.2f}", *_at_most(core, CORE_RATIO)),
        Row("recogniser to yardstick, p50", f"{recogniser:.2f}"),
    ]


def _at_most(found: float, most: float, unit: str = "") -> tuple[str, bool]:
    return f"at most {most:g}{unit}", found <= most


def _names(results: Results) -> list[Row]:
    sizes = (1_000, 10_000, 100_000)
    growth, largest = results["names_growth"], results["names_100000"]
    found = [
        Row(
            f"names in a question, {size:,} names",
            f"p50 {one['finder_us']:.0f} us; index alone {one['index_us']:.0f} us",
        )
        for size in sizes
        for one in (results[f"names_{size}"],)
    ]
    for part, name in (("finder", "names in a question"), ("index", "index alone")):
        exponent, ratio = growth[f"{part}_exponent"], growth[f"{part}_ratio"]
        found.append(Row(f"{name}: exponent, 1,000 to 100,000", f"{exponent:.2f}", *_at_most(exponent, EXPONENT)))
        found.append(Row(f"{name}: p50 at 100,000 to 1,000", f"{ratio:.2f}", *_at_most(ratio, GROWTH)))
    ready = largest["ready_ms"]
    return [
        *found,
        Row("memory of 100,000 names", f"{largest['mb']:.0f} MB", *_at_most(largest["mb"], NAMES_MB, " MB")),
        Row("100,000 names ready from the cache", f"{ready:.0f} ms", *_at_most(ready, NAMES_READY_MS, " ms")),
    ]


def _safety(found: dict[str, float]) -> list[Row]:
    exact, slips = found["exact_wrong"], found["slips_wrong"]
    return [
        Row(f"{found['exact']:,.0f} other names typed exactly: read as ours", f"{exact:.0f}", *_at_most(exact, 0)),
        Row(
            f"{found['slips']:,.0f} answered slips of ours, by brute force: one edit from another drug's name",
            f"{slips:.0f}",
            *_at_most(slips, 0),
        ),
    ]


def _peers(results: Results) -> Iterable[Row]:
    for key, one in results.items():
        if key.startswith("peer_"):
            right = " / ".join(f"{one[f'right_{typos}']:.1f}" for typos in range(3))
            name = f"{key.removeprefix('peer_')}, {one['questions']:.0f} questions"
            yield Row(name, f"{right} % right (clean, one, two slips), p50 {one['p50_us']:,.0f} us")


def _starts(results: Results, unwanted: Sequence[str]) -> list[Row]:
    names = {
        "start_ask": "dosethread ask, warm cache",
        "start_python": "python -c pass",
        "start_telegram_ext": 'python -c "import telegram.ext"',
    }
    found = []
    for key, name in names.items():
        wall, low, high = (results[key][part] / 1000 for part in ("wall_ms", "wall_ms_low", "wall_ms_high"))
        text = f"{wall:.2f} s ({low:.2f} to {high:.2f}), CPU {results[key]['cpu_ms'] / 1000:.2f} s"
        asked = key == "start_ask"
        aim = f"at most {ASK_SECONDS} s" if asked else ""
        found.append(Row(name, text, aim, wall <= ASK_SECONDS if asked else None))
    names_of = ", ".join(unwanted) or "none"
    return [*found, Row("heavy libraries imported by ask", names_of, "none", not unwanted)]


def _whole(results: Results) -> list[Row]:
    first, ready, memory = results["first_start"], results["ready"], results["memory"]["before_chart_mb"]
    against = results["against_echo"]
    loaded = results["dosethread"]["memory_mb"]
    return [
        Row(
            "whole bot, start to first getUpdates",
            f"{ready['seconds']:.2f} s ({ready['seconds_low']:.2f} to {ready['seconds_high']:.2f})",
            f"at most {READY_SECONDS} s",
            ready["seconds"] <= READY_SECONDS,
        ),
        Row("first start of all, empty cache", f"{first['seconds']:.1f} s, then {first['memory_mb']:.0f} MB"),
        Row("memory before the first chart", f"{memory:.0f} MB", f"under {MEMORY_MB:.0f} MB", memory < MEMORY_MB),
        Row("memory after the runs", f"{loaded:.0f} MB", f"under {MEMORY_MB:.0f} MB", loaded < MEMORY_MB),
        *_bot("whole bot", results["dosethread"]),
        *_bot("echo bot", results["echo"]),
        Row(
            "CPU of the whole bot to the echo bot",
            f"{against['cpu_ratio']:.2f} ({against['pairwise_low']:.2f} to {against['pairwise_high']:.2f})",
            f"at most {CPU_RATIO}",
            against["cpu_ratio"] <= CPU_RATIO,
        ),
    ]


def _bot(name: str, found: dict[str, float]) -> list[Row]:
    cpu = f"{found['cpu_ms']:.2f} ms ({found['cpu_ms_low']:.2f} to {found['cpu_ms_high']:.2f})"
    rate = f"{found['per_second']:.0f}/s ({found['per_second_low']:.0f} to {found['per_second_high']:.0f})"
    return [
        Row(f"{name}, CPU per update", cpu),
        Row(f"{name}, updates answered", f"{rate}, p50 {found['p50_ms']:.0f} ms, p99 {found['p99_ms']:.0f} ms"),
    ]
