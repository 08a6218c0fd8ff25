"""The kinds of reply as data: what decides a dose check, what is shown for one patient, what stands in a table."""

from decimal import Decimal

import pytest

from bot.dosing.by_weight import weighed
from bot.reply import Block, Cell, Checked, DoseCheck, ForPatient, Line, Picked, Row, Table
from tests.invented import block, drug, facts


def line(said: str, source: str = "us-label", **at: str) -> Line:
    return Line(facts(block(said, source, **at)))


LOW, HIGH = line("adjustment: {action: reduce, value: 5 mg per day}"), line("adjustment: {action: avoid}", "uk-label")
SIDES = (line("adjustment: {action: reduce, value: 9 mg per day}"),)


def checked(verdict: str, scope: str = "general", population: str = "adult") -> Checked:
    return Checked(line("maximum: 80 mg per day", population=population).fact, verdict, scope)


def deciding(*findings: Checked) -> list[tuple[str, str, str]]:
    found = DoseCheck("5", "mg", "", "", findings).deciding
    return [(one.verdict, one.scope, one.fact.at.population) for one in found]


@pytest.mark.parametrize(
    ("findings", "decided"),
    [
        ((checked("within"),), [("within", "general", "adult")]),
        ((checked("within"), checked("above")), [("within", "general", "adult"), ("above", "general", "adult")]),
        ((checked("within"), checked("above", "band")), [("above", "band", "adult")]),
        ((checked("above"), checked("within", "weight")), [("within", "weight", "adult")]),
        ((checked("within"), checked("above", population="child")), [("within", "general", "adult")]),
        ((checked("above", population="child"),), [("above", "general", "child")]),
        ((checked("toxic"), checked("within")), [("within", "general", "adult")]),
        ((checked("not_comparable"), checked("above")), [("above", "general", "adult")]),
        ((checked("not_comparable", "band"), checked("above")), [("above", "general", "adult")]),
        ((checked("do_not_use", "band"),), [("do_not_use", "band", "adult")]),
        ((checked("toxic"), checked("not_comparable")), []),
        ((), []),
    ],
)
def test_what_the_first_line_of_a_dose_check_is_about(findings: tuple[Checked, ...], decided: list) -> None:
    assert deciding(*findings) == decided


@pytest.mark.parametrize(
    ("unit", "weight", "needed"), [("mg/kg", "", True), ("ug/kg", "", True), ("mg/kg", "20", False), ("mg", "", False)]
)
def test_a_dose_per_kilogram_needs_a_weight(unit: str, weight: str, needed: bool) -> None:
    assert DoseCheck("5", unit, "", "", (), weight=weight).needs_weight is needed


@pytest.mark.parametrize(
    ("picked", "decided"),
    [
        (Picked("CrCl", Decimal(20), (LOW,), (HIGH,), gap=False), (LOW,)),
        (Picked("CrCl", Decimal(20), (), SIDES, gap=True, between=SIDES), SIDES),
        (Picked("CrCl", Decimal(20), (LOW,), SIDES, gap=True, between=SIDES), (LOW, *SIDES)),
        (Picked("CrCl", Decimal(99), (), (HIGH,), gap=True), ()),
    ],
)
def test_the_bands_that_decide(picked: Picked, decided: tuple[Line, ...]) -> None:
    assert picked.deciding == decided


def patient(*picked: Picked, wanted: tuple[str, ...] = ()) -> ForPatient:
    return ForPatient(None, picked, (), wanted, ())


def test_whether_a_band_was_found() -> None:
    inside, beyond = (
        Picked("CrCl", Decimal(20), (LOW,), (), gap=False),
        Picked("eGFR", Decimal(99), (), (HIGH,), gap=True),
    )
    assert not patient(inside, beyond).outside
    assert patient(beyond).outside
    assert not patient().outside
    assert patient(wanted=("age",)).unplaced
    assert not patient(inside, wanted=("age",)).unplaced
    assert not patient().unplaced


def test_everything_that_is_shown_for_a_patient_is_among_its_facts() -> None:
    mine, own, elsewhere = facts(
        block("usual: 2 mg/kg per day", population="child"),
        block("maximum: 60 mg per day", population="child"),
        block("maximum: 50 mg per day", "uk-label", population="child"),
    )
    dose = weighed(mine, Decimal(70), (own, elsewhere), ())
    assert dose is not None
    one = ForPatient(None, (Picked("CrCl", Decimal(20), (LOW,), (HIGH,), gap=False),), (dose,), (), ())
    assert set(one.facts) == {LOW.fact, HIGH.fact, mine, own, elsewhere}


def test_a_table_has_its_drugs_once_and_all_its_facts() -> None:
    one, other = drug(name="zorvexil"), drug(name="quilmatine")
    table = Table(
        (
            Row("maximum", (Cell(one, "oral", (LOW,)), Cell(other, "oral", ()))),
            Row("start", (Cell(one, "oral", (HIGH,)), Cell(other, "oral", SIDES))),
        )
    )
    assert [each.name for each in table.drugs] == ["zorvexil", "quilmatine"]
    assert table.facts == (LOW.fact, HIGH.fact, SIDES[0].fact)
    made = Block("comparison", one, "", (), table=table)
    assert made.answers
    assert made.facts == table.facts


def test_a_block_answers_when_there_is_anything_to_show() -> None:
    one = drug(name="zorvexil")
    assert not Block("dose", one, "oral", ()).answers
    assert not Block("dose", one, "oral", (), patient=patient(wanted=("age",))).answers
    assert Block("dose", one, "oral", (), patient=patient(Picked("CrCl", Decimal(20), (LOW,), (), gap=False))).answers
