"""What several drugs share: formulas with their sources, and the classes that drugs belong to."""

from pathlib import Path

import pytest

from bot.documents import DocumentCache, Fault
from bot.dosing import shared as module
from bot.dosing.facts import DrugClass, Formula, Shared
from bot.dosing.shared import load_shared
from tests.invented import SOURCES_TEXT, VOCABULARY
from tests.loaded import shipped

FILE = (
    "formulas:\n  cockcroft_gault: {source: paper, place: page 3}\nclasses:\n  naps: [zorvexil, quilmatine]\n"
    "synonyms:\n  zorvexil: [zorvexil, sorvexyl]\n"
)


def read(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Shared, list[str]]:
    path, faults = folder / "shared.yaml", list[Fault]()
    path.write_text(SOURCES_TEXT + text, encoding="utf-8")
    monkeypatch.setattr(module, "PATH", path)
    found = load_shared(DocumentCache(None), VOCABULARY, faults)
    return found, [f"{fault.place}: {fault.found}" for fault in faults]


def test_formulas_have_a_source_and_a_place_and_classes_their_members(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, faults = read(FILE, tmp_path, monkeypatch)
    assert faults == []
    (formula,) = found.formulas
    assert (formula.name, formula.id, formula.source.id, formula.place) == (
        "cockcroft_gault", "formula/cockcroft_gault", "paper", "page 3"
    )  # fmt: skip
    assert found.classes == (DrugClass("naps", ("zorvexil", "quilmatine")),)
    assert found.synonyms == (("zorvexil", "sorvexyl"),)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (FILE.replace("source: paper", "source: nobody"), "formulas.cockcroft_gault.source: 'nobody'"),
        (FILE.replace(", place: page 3", ""), "formulas.cockcroft_gault.place: nothing"),
        (FILE.replace("[zorvexil, quilmatine]", "zorvexil"), "classes.naps: 'zorvexil'"),
        (FILE + "doses: {zorvexil: 5}\n", "doses: unknown key 'doses'"),
    ],
)
def test_faults_are_named(text: str, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, faults = read(text, tmp_path, monkeypatch)
    assert faults == [fault]


CLASSES = Shared((), (), (DrugClass("naps", ("zorvexil", "quilmatine")), DrugClass("sleepers", ("zorvexil",))))


@pytest.mark.parametrize(
    ("names", "classes"),
    [
        (("zorvexil",), ("naps", "sleepers")),
        (("quilmatine",), ("naps",)),
        (("Zorvexil",), ("naps", "sleepers")),
        (("zorvexil sodium",), ("naps", "sleepers")),
        (("quilmatine", "zorvexil"), ("naps", "sleepers")),
        (("brandname", "quilmatine hydrochloride"), ("naps",)),
        (("pravastatin",), ()),
        ((), ()),
    ],
)
def test_the_classes_of_a_drug_by_any_of_its_names(names: tuple[str, ...], classes: tuple[str, ...]) -> None:
    assert CLASSES.classes_of(*names) == classes


def test_what_ships_can_be_cited() -> None:
    knowledge = shipped().world.knowledge
    formulas: dict[str, Formula] = {one.name: one for one in knowledge.shared.formulas}
    assert {"cockcroft_gault", "other_weights"} <= set(formulas)
    for one in formulas.values():
        assert knowledge.cited[one.id] == (one.source, one.place)
        assert one.source.link.startswith("http")


def test_the_classes_that_ship_hold_each_name_once() -> None:
    for one in shipped().world.knowledge.shared.classes:
        assert len(set(one.members)) == len(one.members), one.name
        assert all(name == name.lower() for name in one.members), one.name
