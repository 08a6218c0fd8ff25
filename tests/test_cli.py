"""The commands as a person or a script runs them: real processes, real output."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.loaded import CACHE, shipped

SEED = "What is the dose for baclofen (GABA receptor agonist)?"
EXPORTS = ("bot.fhir", "bot.rendering.exports", "fhir")
HEAVY = ("telegram", "sqlalchemy", "matplotlib", "starlette", "uvicorn", "ruamel")


def dosethread(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """One run of the command, with the tests' cache and no settings of this machine."""
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG", "VIRTUAL_ENV")}
    return subprocess.run(
        [sys.executable, "-c", "from bot.cli import main; main()", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**kept, "CACHE_DIR": str(CACHE), "PYTHONPATH": str(Path.cwd()), **environment},
    )


@pytest.fixture(autouse=True, scope="module")
def warm_cache() -> None:
    shipped()


def test_ask_prints_one_answer_with_its_sources() -> None:
    done = dosethread("ask", SEED)
    assert done.returncode == 0, done.stderr
    assert "baclofen oral, dose: start 5" in done.stdout
    assert "[1]" in done.stdout
    assert "healthcare professionals" in done.stdout


def test_run_without_a_token_answers_piped_questions_and_ends_with_0() -> None:
    done = dosethread("run", stdin=SEED + "\nmax?\n")
    assert done.returncode == 0, done.stderr
    assert "TELEGRAM_BOT_TOKEN is not set" in done.stderr
    assert "baclofen oral, dose" in done.stdout
    assert "baclofen oral, maximum" in done.stdout


def test_a_chat_in_the_terminal_names_the_files_of_an_answer(tmp_path: Path) -> None:
    done = dosethread("chat", stdin="oral baclofen max\n/fhir\n", TMPDIR=str(tmp_path))
    (path,) = (line.removeprefix("File: ") for line in done.stdout.splitlines() if line.startswith("File: "))
    assert Path(path).parent == tmp_path
    assert path.endswith("-baclofen-dosage.json")
    assert json.loads(Path(path).read_text())


def test_ask_never_loads_what_it_does_not_need() -> None:
    code = f"import sys; from bot.cli import app; app(['ask', {SEED!r}], standalone_mode=False); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "CACHE_DIR": str(CACHE)},
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "bot.answering" in loaded
    assert not loaded & {*HEAVY, *EXPORTS}


def test_the_doses_of_an_answer_are_printed_as_fhir() -> None:
    done = dosethread("ask", "--fhir", "how do I stop oral baclofen from 60 mg per day")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [one["sequence"] for one in found] == [1, 2, 3, 4]
    assert found[0]["doseAndRate"][0]["rateQuantity"]["code"] == "mg/d"


@pytest.mark.parametrize("question", ["baclofen mechanism", "hello", "ibuprofen dose"])
def test_without_a_dose_the_list_is_empty_and_says_why_beside(question: str) -> None:
    done = dosethread("ask", "--fhir", question)
    assert done.returncode == 0
    assert json.loads(done.stdout) == []
    assert "holds no dose to export" in done.stderr


def test_jsonl_flushes_line_by_line_and_ends_with_2_after_an_error() -> None:
    done = dosethread("ask", "--jsonl", stdin='{"thread": "a", "text": "baclofen max"}\nnonsense\n')
    assert done.returncode == 2
    assert [json.loads(line)["kind"] for line in done.stdout.splitlines()] == ["answer", "error"]


def test_the_schema_is_json() -> None:
    assert set(json.loads(dosethread("ask", "--schema").stdout)) >= {"input", "output"}


def test_check_finds_no_fault_in_what_ships() -> None:
    done = dosethread("check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "baclofen: " in done.stdout


def test_wrong_settings_are_named_all_at_once() -> None:
    done = dosethread("ask", "max?", LOCALE="fr", ACCESS="anyone")
    assert done.returncode == 2
    assert "LOCALE" in done.stderr
    assert "ACCESS" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unwritable_cache_is_said_once_and_done_without(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    done = dosethread("ask", "baclofen max", CACHE_DIR=str(blocked / "cache"))
    assert done.returncode == 0
    assert done.stderr.count("cannot write the cache") == 1
