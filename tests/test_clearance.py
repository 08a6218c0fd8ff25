"""Creatinine clearance by Cockcroft and Gault: the formula, its limits, and the weights that go into it."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.dosing.clearance import (
    FAR_FROM_IDEAL,
    UMOL_PER_MG_DL,
    NotForThisPatient,
    cockcroft_gault,
    ideal_weight,
    mg_per_dl,
)
from tests.invented import QUICK, decimals, numbers_in

ages = decimals("18", "110", 0)
weights = decimals("30", "250", 1)
creatinines = decimals("0.3", "15", 2)
heights = decimals("120", "220", 0)
sexes = st.sampled_from(["male", "female"])


def clearance(age: str, weight: str, sex: str, creatinine: str, height: str = "") -> Decimal:
    return cockcroft_gault(
        Decimal(age), Decimal(weight), sex, Decimal(creatinine), Decimal(height) if height else None
    ).value


def test_the_formula() -> None:
    assert clearance("40", "72", "male", "1") == Decimal(100)
    assert clearance("40", "72", "female", "1") == Decimal(85)
    assert clearance("90", "72", "male", "1") == Decimal(50)


@QUICK
@given(ages, weights, sexes, creatinines)
def test_it_is_the_formula_for_every_adult(age: Decimal, weight: Decimal, sex: str, creatinine: Decimal) -> None:
    made = cockcroft_gault(age, weight, sex, creatinine)
    factor = Decimal("0.85") if sex == "female" else Decimal(1)
    assert abs(made.value * 72 * creatinine - (140 - age) * weight * factor) < Decimal("1e-15")
    assert made.value > 0
    assert (made.age, made.weight, made.sex, made.creatinine) == (age, weight, sex, creatinine)
    assert (made.weight_kind, made.others) == ("actual", ())
    assert {type(number) for number in numbers_in(made)} == {Decimal}


@QUICK
@given(ages, weights, sexes, creatinines, decimals("0.1", "5", 1))
def test_it_falls_with_age_and_creatinine_and_grows_with_weight(
    age: Decimal, weight: Decimal, sex: str, creatinine: Decimal, more: Decimal
) -> None:
    value = cockcroft_gault(age, weight, sex, creatinine).value
    assert cockcroft_gault(age + more, weight, sex, creatinine).value < value
    assert cockcroft_gault(age, weight, sex, creatinine + more).value < value
    assert cockcroft_gault(age, weight + more, sex, creatinine).value > value


@QUICK
@given(ages, weights, creatinines)
def test_a_woman_has_85_percent_of_a_mans(age: Decimal, weight: Decimal, creatinine: Decimal) -> None:
    man, woman = (cockcroft_gault(age, weight, sex, creatinine).value for sex in ("male", "female"))
    assert abs(woman - man * Decimal("0.85")) < Decimal("1e-20")


@pytest.mark.parametrize(
    ("age", "weight", "sex", "creatinine"),
    [
        ("17.9", "60", "male", "1"),
        ("0.5", "7", "female", "0.3"),
        ("140", "60", "male", "1"),
        ("150", "60", "male", "1"),
        ("40", "0", "male", "1"),
        ("40", "-70", "male", "1"),
        ("40", "70", "male", "0"),
        ("40", "70", "male", "-1"),
        ("40", "70", "", "1"),
        ("40", "70", "unknown", "1"),
    ],
)
def test_it_is_refused_where_it_does_not_hold(age: str, weight: str, sex: str, creatinine: str) -> None:
    with pytest.raises(NotForThisPatient):
        clearance(age, weight, sex, creatinine)


# --- creatinine in other units ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "converted"),
    [
        ("1.4", "mg/dL", "1.4"),
        ("88.4", "umol/L", "1"),
        ("176.8", "umol/L", "2"),
        ("0.0884", "mmol/L", "1"),
        ("0.1768", "mmol/L", "2"),
    ],
)
def test_creatinine_converts(value: str, unit: str, converted: str) -> None:
    assert mg_per_dl(Decimal(value), unit).quantize(Decimal("1e-20")) == Decimal(converted)


@pytest.mark.parametrize("unit", ["", "mg/L", "mL/min", "g/L", "mg"])
def test_other_units_are_refused(unit: str) -> None:
    with pytest.raises(NotForThisPatient):
        mg_per_dl(Decimal(1), unit)


@QUICK
@given(creatinines)
def test_conversions_round_trip(creatinine: Decimal) -> None:
    there = creatinine * UMOL_PER_MG_DL
    assert abs(mg_per_dl(there, "umol/L") - creatinine) < Decimal("1e-20")
    assert abs(mg_per_dl(there / 1000, "mmol/L") - creatinine) < Decimal("1e-20")


# --- ideal and adjusted weight -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sex", "height", "weight"),
    [
        ("male", "152.4", "50"),
        ("female", "152.4", "45.5"),
        ("male", "177.8", "73"),
        ("female", "165.1", "57"),
        ("male", "152.3", None),
        ("female", "140", None),
    ],
)
def test_ideal_weight(sex: str, height: str, weight: str | None) -> None:
    found = ideal_weight(sex, Decimal(height))
    assert (found if found is None else found.quantize(Decimal("0.001"))) == (Decimal(weight) if weight else None)


def test_far_from_ideal_weight_the_others_are_worked_out_as_well() -> None:
    made = cockcroft_gault(Decimal(45), Decimal(110), "male", Decimal("1.3"), Decimal("177.8"))
    weights = {other.weight_kind: other.weight for other in made.others}
    assert weights == {"ideal": Decimal(73), "adjusted": Decimal(73) + Decimal("0.4") * 37}
    assert [other.value for other in made.others] == [
        clearance("45", str(other.weight), "male", "1.3") for other in made.others
    ]


@pytest.mark.parametrize(("weight", "others"), [("87.6", 0), ("87.7", 2), ("60", 0), ("40", 0)])
def test_near_or_below_ideal_weight_only_the_actual_one_counts(weight: str, others: int) -> None:
    made = cockcroft_gault(Decimal(45), Decimal(weight), "male", Decimal("1.3"), Decimal("177.8"))
    assert len(made.others) == others


def test_without_a_height_or_below_60_inches_there_is_no_other_weight() -> None:
    assert cockcroft_gault(Decimal(45), Decimal(150), "male", Decimal(1)).others == ()
    assert cockcroft_gault(Decimal(45), Decimal(150), "male", Decimal(1), Decimal(150)).others == ()


@QUICK
@given(ages, weights, sexes, creatinines, heights)
def test_other_weights_never_give_more_than_the_actual_one(
    age: Decimal, weight: Decimal, sex: str, creatinine: Decimal, height: Decimal
) -> None:
    made = cockcroft_gault(age, weight, sex, creatinine, height)
    assume(made.others)
    ideal, adjusted = made.others
    assert weight > ideal.weight * FAR_FROM_IDEAL
    assert ideal.weight < adjusted.weight < weight
    assert ideal.value < adjusted.value < made.value
