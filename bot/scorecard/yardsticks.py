"""Public sets of short questions through the same matcher; their files are given, and no part of this repository."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.scorecard.shares import Share
from bot.scorecard.typos import with_typos
from intents.plain import PlainMatcher

Labelled = Sequence[tuple[str, str]]
ACCEPTED = (0.95, 0.90)


@dataclass(frozen=True, slots=True)
class Yardstick:
    """One public set as its authors divided it: (text, label) to learn from and to test on; texts of no label."""

    name: str
    learned: Labelled
    tested: Labelled
    strangers: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """Shares right with no, one and two typos; of the strangers, those below what 95 % and 90 % of the rest reach."""

    name: str
    right: tuple[Share, ...]
    recall: tuple[Share, ...]

    def __str__(self) -> str:
        recall = " / ".join(f"{share.percent:.1f} %" for share in self.recall)
        return f"| {' | '.join((self.name, *map(str, self.right), recall))} |"


def found_in(folder: Path) -> Iterator[Yardstick]:
    """Every set whose files lie anywhere in a folder, under the names that their publishers gave them.

    CLINC150: data_full.json. BANKING77: banking_data/train.csv and test.csv. HWU64: the first fold of
    autoGeneFromRealAnno, KFold_1/trainset/*.csv and KFold_1/testset/csv/*.csv.
    """
    for file in sorted(folder.rglob("data_full.json"))[:1]:
        parts = json.loads(file.read_text(encoding="utf-8"))
        strangers = [text for text, _ in parts["oos_test"]]
        yield Yardstick("CLINC150", _pairs(parts["train"]), _pairs(parts["test"]), strangers)
    for file in sorted(folder.rglob("banking_data/train.csv"))[:1]:
        yield Yardstick("BANKING77", _rows(file, ","), _rows(file.with_name("test.csv"), ","))
    for fold in sorted(folder.rglob("autoGeneFromRealAnno/*/CrossValidation/KFold_1"))[:1]:
        yield Yardstick("HWU64", _fold(fold / "trainset"), _fold(fold / "testset" / "csv"))


def measured(yardstick: Yardstick, tell: Callable[[str], None] = lambda _: None) -> Measured:
    """The set through our matcher."""
    tell(f"{yardstick.name}: learning from {len(yardstick.learned)} texts")
    matcher = PlainMatcher(*zip(*yardstick.learned, strict=True))
    right, scores = [], list[float]()
    for typos in (0, 1, 2):
        tell(f"{yardstick.name}: {len(yardstick.tested)} texts with {typos} typos")
        best = [matcher.best(with_typos(text, typos)) for text, _ in yardstick.tested]
        right.append(Share.where(label == found for (_, label), (found, _) in zip(yardstick.tested, best, strict=True)))
        scores = scores or sorted(score for _, score in best)
    strange = [matcher.best(text)[1] for text in yardstick.strangers]
    limits = [scores[int((1 - accepted) * len(scores))] for accepted in ACCEPTED] if strange else []
    return Measured(
        yardstick.name, tuple(right), tuple(Share.where(score < limit for score in strange) for limit in limits)
    )


def _pairs(rows: Sequence[Sequence[str]]) -> Labelled:
    return [(text, label) for text, label in rows]


def _rows(file: Path, delimiter: str) -> Labelled:
    with file.open(encoding="utf-8", newline="") as opened:
        return [(row["text"], row["category"]) for row in csv.DictReader(opened, delimiter=delimiter)]


def _fold(folder: Path) -> Labelled:
    found = list[tuple[str, str]]()
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as opened:
            found += [(row["answer_from_anno"], file.stem) for row in csv.DictReader(opened, delimiter=";")]
    return found
