"""The public yardsticks are read as their publishers lay them out, and measured by the same matcher."""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.scorecard.yardsticks import found_in, measured
from intents.plain import PlainMatcher

FRUIT = ("eat an apple", "buy ripe apples", "apple juice please", "peel the apple")
CARS = ("wash the car", "car repair today", "drive my car home", "park that car")


def laid_out(folder: Path) -> Path:
    rows = [*((text, "fruit") for text in FRUIT), *((text, "cars") for text in CARS)]
    clinc = {"train": rows, "test": [("an apple", "fruit"), ("the car", "cars")], "oos_test": [("sing loudly", "oos")]}
    (folder / "clinc").mkdir()
    (folder / "clinc" / "data_full.json").write_text(json.dumps(clinc))
    (folder / "banking_data").mkdir()
    fold = folder / "autoGeneFromRealAnno" / "of one day" / "CrossValidation" / "KFold_1"
    for name in ("train", "test"):
        with (folder / "banking_data" / f"{name}.csv").open("w", newline="") as opened:
            csv.writer(opened).writerows([("text", "category"), *rows])
    for part in ("trainset", "testset/csv"):
        (fold / part).mkdir(parents=True)
        for label, texts in (("fruit", FRUIT), ("cars", CARS)):
            lines = "".join(f'1;x;y;"{text}";"{text}";"{text}"\n' for text in texts)
            head = "answerid;scenario;intent;answer_annotation;answer_from_anno;answer_from_user\n"
            (fold / part / f"{label}.csv").write_text(head + lines)
    return folder


def test_all_three_are_found_and_measured(tmp_path: Path) -> None:
    found = {one.name: one for one in found_in(laid_out(tmp_path))}
    assert list(found) == ["CLINC150", "BANKING77", "HWU64"]
    assert all(len(one.learned) == 8 for one in found.values())
    clinc = measured(found["CLINC150"])
    assert [(share.count, share.of) for share in clinc.right] == [(2, 2)] * 3
    assert [share.of for share in clinc.recall] == [1, 1]
    assert measured(found["HWU64"]).recall == ()


@pytest.mark.parametrize(
    ("text", "label"), [("an aple", "fruit"), ("teh car", "cars"), ("juice", "fruit"), ("home", "cars")]
)
def test_words_are_mended_before_they_are_scored(text: str, label: str) -> None:
    matcher = PlainMatcher([*FRUIT, *CARS], ["fruit"] * 4 + ["cars"] * 4)
    assert matcher.best(text)[0] == label


def test_the_command_prints_a_line_a_set_and_says_what_it_looks_for(tmp_path: Path) -> None:
    missing = CliRunner().invoke(app, ["yardstick", str(tmp_path)])
    assert (missing.exit_code, "data_full.json" in missing.output) == (2, True)
    lines = CliRunner().invoke(app, ["yardstick", str(laid_out(tmp_path))]).stdout.strip().split("\n")
    assert [line.split("|")[1].strip() for line in lines if line.startswith("|")] == ["CLINC150", "BANKING77", "HWU64"]
