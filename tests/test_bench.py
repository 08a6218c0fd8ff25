"""The parts of the benchmark work; how fast anything is, is not asserted here."""

import json
import os
import sys
import time
from pathlib import Path

import pytest

from bot.asking import Asked, Conversations
from bot.cli import SCORECARD
from bot.jsonl import START
from bot.scorecard.sets import load_sets
from tests.bench.figures import Spread, quantile
from tests.bench.names import growth_results, near_others, safety_results
from tests.bench.peers import peer_results
from tests.bench.processes import cpu_seconds, resident_megabytes, running, surroundings, timed
from tests.bench.table import rows, written
from tests.bench.traffic import ClosedLoop
from tests.bench.turns import load_questions, recogniser_times, turn_times, yardstick_times
from tests.bench.whole import BOTS, Run, bench, run_results
from tests.botapi import BotApi
from tests.loaded import shipped

TICKS = os.sysconf("SC_CLK_TCK")
STAT = f"7 (a (b) 9 9) S 1 7 7 0 -1 4194304 0 0 0 0 {3 * TICKS} {TICKS} 5 5 20 0 1 0 99 0 0"
STATUS = "Name:\tbot\nVmPeak:\t  999999 kB\nVmRSS:\t  100000 kB\nThreads:\t3\n"


def test_cpu_time_and_memory_are_read_as_linux_writes_them() -> None:
    assert cpu_seconds(STAT) == 4.0
    assert resident_megabytes(STATUS) == 102.4


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux")
def test_a_running_process_tells_its_cpu_time_and_memory(tmp_path: Path) -> None:
    with running((sys.executable, "-c", "input()"), tmp_path) as child:
        assert child.cpu >= 0
        assert child.memory > 0
    assert child.process.poll() is not None


def test_a_command_is_timed_and_a_failing_one_is_no_result(tmp_path: Path) -> None:
    wall, cpu = timed((sys.executable, "-c", "pass"), tmp_path)
    assert wall > 0
    assert cpu >= 0
    with pytest.raises(Exception, match="non-zero exit status"):
        timed((sys.executable, "-c", "raise SystemExit(3)"), tmp_path)


def test_no_setting_of_the_operator_reaches_a_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere")
    monkeypatch.setenv("HTTPS_PROXY", "http://elsewhere")
    found = surroundings(tmp_path, LOCALE="uk")
    assert found.keys() & {"DATABASE_URL", "HTTPS_PROXY"} == set()
    assert found["LOCALE"] == "uk"
    assert found["DATA_DIR"].startswith(str(tmp_path))


def test_quantiles_and_spreads() -> None:
    values = [float(number) for number in range(1, 101)]
    assert (quantile(values, 0.5), quantile(values, 0.99), quantile([7.0], 0.99)) == (50.0, 99.0, 7.0)
    assert Spread.of([3.0, 1.0, 2.0]).named("x") == {"x": 2.0, "x_low": 1.0, "x_high": 3.0}


def test_turns_are_timed_one_by_one() -> None:
    questions = load_questions()
    assert 50 <= len(questions.texts) <= 70
    few = questions.threads[:2]
    asked = sum(map(len, few))
    assert len(turn_times(shipped(), few)) == asked
    assert len(recogniser_times(shipped(), questions.texts[:asked])) == asked
    assert all(taken > 0 for taken in yardstick_times(questions.texts[:asked]))


def test_every_question_of_the_throughput_run_is_answered_in_one_message() -> None:
    talk = Conversations(shipped())
    for text in 2 * load_questions().throughput:
        exchange = talk.ask(Asked("t", text, START))
        assert (exchange.reply.kind, len(exchange.rendered.html), exchange.rendered.charts) == ("answer", 1, ()), text


def test_people_ask_again_only_when_answered() -> None:
    with BotApi() as api:
        loop = ClosedLoop(api, ("a", "b"), chats=2)
        loop.start()
        time.sleep(0.05)
        assert (len(api.pending), loop.answered) == (2, 0)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux")
def test_the_echo_bot_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.bench.whole.WARM_UP", 40)
    with bench("echo", tmp_path, ("one", "two")) as echo:
        run = Run.of([echo.slice(0.1), echo.slice(0.1)], echo.child.memory)
    assert run.cpu_ms > 0
    assert run.per_second > 0
    assert 0 < run.p50_ms <= run.p99_ms
    assert run.memory > 10


def test_the_table_says_what_was_missed() -> None:
    runs = {name: [Run(2.0 * number, 100.0, 1.0, 2.0, 90.0)] for number, name in enumerate(reversed(BOTS), 1)}
    part = {"p50_us": 1.0, "p99_us": 2.0}
    spread = {"wall_ms": 700.0, "wall_ms_low": 1.0, "wall_ms_high": 2.0, "cpu_ms": 1.0}
    results = {
        **dict.fromkeys(("turn_cold", "turn_warm", "recogniser", "yardstick"), part),
        **dict.fromkeys(("start_ask", "start_python", "start_telegram_ext"), spread),
        "ready": Spread.of([1.0]).named("seconds"),
        "first_start": {"seconds": 5.0, "memory_mb": 200.0},
        "memory": {"before_chart_mb": 149.0},
        **run_results(runs),
    }
    json.dumps(results)
    found = {row.what: row for row in rows(results, ("telegram",))}
    assert found["dosethread ask, warm cache"].met is False
    assert found["heavy libraries imported by ask"].met is False
    assert found["memory before the first chart"].met is True
    assert found["CPU of the whole bot to the echo bot"].found.startswith("2.00")
    assert "MISSED" in written(found.values())


def test_names_are_measured_as_they_grow_and_held_against_all_others(tmp_path: Path) -> None:
    found = growth_results(shipped(), tmp_path, load_questions().texts[:3], 1)
    assert {"names_1000", "names_10000", "names_100000"} <= found.keys()
    assert all(one["ready_ms"] > 0 for name, one in found.items() if name != "names_growth")
    assert found["names_100000"]["mb"] > found["names_1000"]["mb"]
    safety = safety_results(shipped(), tmp_path, 500)["names_safety"]
    assert (safety["exact"], safety["exact_wrong"], safety["slips_wrong"]) == (500.0, 0.0, 0.0)
    assert safety["slips"] > 0
    lines = {row.what: row for row in rows({**found, "names_safety": safety}, ())}
    assert lines["500 other names typed exactly: read as ours"].met is True


def test_a_slip_near_another_name_would_be_found() -> None:
    strangers = {"zorvexol": "zorvexol", "zorvexil sodium": "zorvexil", "far": "far"}
    assert list(near_others({"zorvexi": "zorvexil"}, strangers, {"zorvexil": {"zorvexil"}})) == []
    assert list(near_others({"zorvexal": "zorvexil"}, strangers, {"zorvexil": {"zorvexil"}})) == [
        ("zorvexal", "zorvexol")
    ]


def test_peers_are_measured_on_questions_of_the_scorecard() -> None:
    world = shipped().world
    sets = load_sets(SCORECARD, world.catalogue.intents, world.knowledge.by_name)
    told: list[str] = []
    found = peer_results(shipped(), sets, 5, told.append)
    assert "peer_rapidfuzz WRatio" in found
    assert len(told) == len(found)
    assert all(0 <= one["right_0"] <= 100 and one["p50_us"] > 0 for one in found.values())
    assert len(rows(found, ())) == len(found)
