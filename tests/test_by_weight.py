"""Doses by weight: multiplied, held at the stated ceiling, never above it, and for whom a fact is."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dosing.by_weight import PER_KG, Weighed, by_weight, is_for, is_nearly_for, weighed
from bot.dosing.facts import Product
from bot.dosing.quantity import Quantity, cut_down, parse_quantity
from bot.dosing.regimen import Dose
from tests.invented import QUICK, block, decimals, fact, facts, numbers_in, sold

TABLETS = sold(("tablet", "5 mg"), ("tablet", "10 mg"))


def for_weight(weight: str, said: str, *others: str, products: tuple[Product, ...] = (), **at: str) -> Weighed | None:
    """The first fact's dose for a weight, with what the other blocks hold as ceilings."""
    mine, *rest = facts(block(said, population="child", **at), *others)
    return weighed(mine, Decimal(weight), rest, products)


def ceiling(said: str, source: str = "us-label", **at: str) -> str:
    return block(said, source, **{"population": "child", **at})


def shown(made: Weighed | None) -> str:
    assert made is not None
    return str(made.dose)


# --- the sum ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weight", "dose", "made"),
    [
        ("20", "0.3 mg/kg per day", "6 mg per day"),
        ("20", "0.75 to 2 mg/kg per day", "15 to 40 mg per day"),
        ("12.5", "0.3 mg/kg per day", "3.75 mg per day"),
        ("24.9", "0.5 mg/kg per dose, twice daily", "12.45 mg per dose, twice daily"),
        ("70", "2.5 mg/kg per dose", "175 mg per dose"),
        ("70", "10 mg/kg in total", "700 mg in total"),
        ("70", "0.25 mg/kg per hour", "17.5 mg per hour"),
        ("6", "50 micrograms/kg per day", "300 micrograms per day"),
        ("20", "8 units/kg in total", "160 units in total"),
        ("20", "0.5 mL/kg per dose", "10 mL per dose"),
        ("20", "at least 1 mg/kg per dose", "at least 20 mg per dose"),
        ("20", "1 mg/kg per dose, 3 times daily for 7 days", "20 mg per dose, 3 times daily for 7 days"),
    ],
)
def test_a_dose_per_kilogram_times_a_weight(weight: str, dose: str, made: str) -> None:
    found = for_weight(weight, f"usual: {dose}")
    assert shown(found) == made
    assert found is not None
    assert (found.weight, found.capped, found.ceiling, found.above) == (Decimal(weight), False, None, None)
    assert found.facts == (found.fact,)


@pytest.mark.parametrize(
    "said", ["usual: 5 mg per day", "usual: 10 mg/m2 per day", "step_interval: 3 days", "usual: {absent: true}"]
)
def test_what_is_not_per_kilogram_is_left(said: str) -> None:
    assert for_weight("20", said) is None


@QUICK
@given(decimals("0.5", "250", 2), decimals("0.001", "20", 3), st.sampled_from(sorted(PER_KG)))
def test_the_sum_is_exact_and_goes_back(weight: Decimal, each: Decimal, unit: str) -> None:
    made = by_weight(Quantity(each, each * 2, unit), weight)
    assert (made.low / weight, made.high / weight, made.unit) == (each, each * 2, PER_KG[unit])
    assert {type(number) for number in numbers_in(made)} == {Decimal}


# --- ceilings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weight", "dose", "most", "made"),
    [
        ("20", "2 mg/kg per day", "maximum: 40 mg per day", "40 mg"),
        ("25", "2 mg/kg per day", "maximum: 40 mg per day", "40 mg"),
        ("25", "0.75 to 2 mg/kg per day", "maximum: 40 mg per day", "18.75 to 40 mg"),
        ("80", "0.75 to 2 mg/kg per day", "maximum: 40 mg per day", "40 mg"),
        ("70", "12 mg/kg per day", "maximum_exceptional: 400 mg per day", "400 mg"),
        ("70", "3 mg/kg per dose, 4 times daily", "maximum: 100 mg per dose", "100 mg"),
        ("70", "3 mg/kg per dose, 4 times daily", "maximum: 400 mg per day", "100 mg"),
        ("70", "3 mg/kg per dose, 2 to 4 times daily", "maximum: 400 mg per day", "100 mg"),
        ("70", "4 mg/kg per day, 4 times daily", "maximum: 50 mg per dose, 4 times daily", "200 mg"),
        ("70", "150 micrograms/kg per day", "maximum: 5 mg per day", "5000 micrograms"),
        ("70", "2 mg/kg per day", "maximum: 1.5 mg/kg per day", "105 mg"),
        ("70", "2 mg/kg per day", "maximum: 0.1 g per day", "100 mg"),
        ("70", "4 mg/kg per dose, twice daily", "maximum: 200 mg per dose, 3 times daily", "200 mg"),
    ],
)
def test_a_dose_is_held_at_the_stated_ceiling(weight: str, dose: str, most: str, made: str) -> None:
    found = for_weight(weight, f"usual: {dose}", ceiling(most))
    assert found is not None
    assert str(found.dose.quantity) == made
    assert (found.ceiling is not None) is found.capped


@pytest.mark.parametrize(
    "other",
    [
        ceiling("maximum: 40 mg per day", route="intrathecal", source="us-pump"),
        ceiling("maximum: 40 mg per day", indication="hiccups"),
        ceiling("maximum: 40 mg per day", population="adult"),
        ceiling("maximum: {about: start, value: 40 mg per day}"),
        ceiling("maximum: {about: first_week, value: 40 mg per day}"),
        ceiling("maximum: {absent: true}"),
        ceiling("maximum: 40 units per day"),
        ceiling("maximum: 40 mg in total"),
        ceiling("usual: 40 mg per day"),
    ],
)
def test_what_is_no_ceiling_of_this_dose(other: str) -> None:
    assert shown(for_weight("70", "usual: 2 mg/kg per day", other)) == "140 mg per day"


def test_a_ceiling_of_the_start_caps_the_start() -> None:
    most = ceiling("maximum: {about: start, value: 40 mg per day}")
    assert shown(for_weight("70", "start: 2 mg/kg per day", most)) == "40 mg per day"


def test_a_ceiling_for_everybody_counts() -> None:
    assert (
        shown(for_weight("70", "usual: 2 mg/kg per day", ceiling("maximum: 40 mg per day", population="any")))
        == "40 mg per day"
    )


def test_the_lowest_of_several_ceilings_of_a_country_holds() -> None:
    found = for_weight(
        "70",
        "usual: 2 mg/kg per day",
        ceiling("maximum: 100 mg per day"),
        ceiling("maximum: 60 mg per day", "us-book"),
        ceiling("maximum: 80 mg per day", "us-guideline"),
    )
    assert shown(found) == "60 mg per day"
    assert found is not None
    assert found.ceiling is not None
    assert found.ceiling.source.id == "us-book"


def test_another_countrys_ceiling_does_not_cap_but_is_named() -> None:
    found = for_weight(
        "70",
        "usual: 2 mg/kg per day",
        ceiling("maximum: 60 mg per day", "uk-label"),
        ceiling("maximum: 50 mg per day", "de-label"),
    )
    assert shown(found) == "140 mg per day"
    assert found is not None
    assert (found.capped, found.ceiling) == (False, None)
    assert found.above is not None
    assert found.above.source.id == "de-label"


def test_below_another_countrys_ceiling_nothing_is_named() -> None:
    found = for_weight(
        "70",
        "usual: 2 mg/kg per day",
        ceiling("maximum: 50 mg per day"),
        ceiling("maximum: 60 mg per day", "uk-label"),
    )
    assert found is not None
    assert (str(found.dose), found.above) == ("50 mg per day", None)


@QUICK
@given(
    decimals("2", "200", 1),
    decimals("0.01", "20", 2),
    decimals("1", "1000", 1),
    st.sampled_from(["per day", "per dose", "per dose, 3 times daily", "per day, twice daily"]),
    st.sampled_from(["per day", "per dose", "per dose, 4 times daily"]),
)
def test_never_above_a_ceiling(weight: Decimal, each: Decimal, most: Decimal, how: str, limit: str) -> None:
    found = for_weight(
        f"{weight:f}", f"usual: {each:f} to {each * 2:f} mg/kg {how}", ceiling(f"maximum: {most:f} mg {limit}")
    )
    assert found is not None
    assert found.fact.value is not None
    dose, ceiling_dose = found.dose, fact(f"maximum: {most:f} mg {limit}").value
    assert isinstance(ceiling_dose, Dose)
    if dose.basis == ceiling_dose.basis:
        assert dose.quantity.high <= ceiling_dose.quantity.high
    if dose.per_day and ceiling_dose.per_day:
        assert dose.per_day.high <= ceiling_dose.per_day.high * (1 + Decimal("1e-25"))
    assert dose.quantity.high <= found.unrounded.quantity.high
    assert found.unrounded.quantity == by_weight(Quantity(each, each * 2, "mg/kg"), weight)
    assert (dose.quantity == found.unrounded.quantity) is not found.capped


@QUICK
@given(decimals("2", "100", 1), decimals("0.1", "100", 1), decimals("0.1", "10", 1))
def test_a_heavier_patient_never_gets_less(weight: Decimal, more: Decimal, each: Decimal) -> None:
    light, heavy = (
        for_weight(f"{kg:f}", f"usual: {each:f} mg/kg per day", ceiling("maximum: 60 mg per day"))
        for kg in (weight, weight + more)
    )
    assert light is not None
    assert heavy is not None
    assert light.dose.quantity.high <= heavy.dose.quantity.high <= 60


# --- numbers as they are shown ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "cut"),
    [("12.45", "12.4"), ("18.75", "18.7"), ("6.255", "6.25"), ("0.6625", "0.662"), ("0.07", "0.07"), ("62.5", "62.5"),
     ("175", "175"), ("1234.56", "1234.5"), ("0.00625", "0.00625"), ("0", "0")],
)  # fmt: skip
def test_worked_out_numbers_are_cut(number: str, cut: str) -> None:
    assert cut_down(Decimal(number)) == Decimal(cut)


@QUICK
@given(decimals("0.001", "99999", 5))
def test_worked_out_numbers_are_never_rounded_up_and_hardly_smaller(number: Decimal) -> None:
    assert number * Decimal("0.99") < cut_down(number) <= number


# --- what products give -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dose", "made"),
    [
        ("0.5 mg/kg per dose, 3 times daily", ["10"]),
        ("1.5 mg/kg per day, 3 times daily", ["10"]),
        ("1.5 mg/kg per day", []),
        ("1.5 mg/kg per day, 2 to 3 times daily", []),
        ("1.5 mg/kg in total", []),
        ("0.1 mg/kg per dose", []),
    ],
)
def test_products_give_one_dose_and_a_day_is_split_only_as_stated(dose: str, made: list[str]) -> None:
    found = for_weight("24", f"usual: {dose}", products=TABLETS)
    assert found is not None
    assert [f"{one.mg:f}" for one in found.delivered] == made


@QUICK
@given(decimals("3", "100", 1), decimals("0.1", "5", 1), decimals("5", "100", 0))
def test_products_never_give_more_than_the_dose(weight: Decimal, each: Decimal, most: Decimal) -> None:
    products = (*TABLETS, *sold(("oral solution", "5 mg per 5 mL")))
    found = for_weight(
        f"{weight:f}", f"usual: {each:f} mg/kg per dose, twice daily", ceiling(f"maximum: {most:f} mg per day"),
        products=products,
    )  # fmt: skip
    assert found is not None
    for one in found.delivered:
        assert one.mg <= found.dose.quantity.high
        assert one.mg * 2 <= most


# --- for whom a fact is -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "months", "held"),
    [
        ("2 to 7 years", "24", True),
        ("2 to 7 years", "23.9", False),
        ("2 to 7 years", "84", True),
        ("2 to 7 years", "95", True),
        ("2 to 7 years", "96", False),
        ("less than 8 years", "95", True),
        ("less than 8 years", "96", False),
        ("at least 8 years", "96", True),
        ("more than 8 years", "96", False),
        ("more than 8 years", "97", True),
        ("up to 10 years", "120", True),
        ("1 to 12 months", "12", True),
        ("18 months", "18", True),
        ("4 weeks", "1", True),
    ],
)
def test_an_age_in_months_against_the_ages_of_a_fact(age: str, months: str, held: bool) -> None:
    assert is_for(fact("start: 5 mg per day", population="child", age=age), Decimal(months), None) is held


@pytest.mark.parametrize(
    ("weight", "kg", "held"),
    [("less than 33 kg", "32.9", True), ("less than 33 kg", "33", False), ("up to 30 kg", "30", True),
     ("20 to 40 kg", "20", True), ("20 to 40 kg", "41", False), ("at least 50 kg", "49", False)],
)  # fmt: skip
def test_a_weight_against_the_weights_of_a_fact(weight: str, kg: str, held: bool) -> None:
    assert is_for(fact("start: 5 mg per day", population="child", weight=weight), None, Decimal(kg)) is held


def test_a_limit_whose_value_is_not_known_holds_everybody() -> None:
    narrow = fact("start: 5 mg per day", population="child", age="2 to 7 years", weight="20 to 40 kg")
    assert is_for(narrow, None, None)
    assert is_for(narrow, Decimal(60), None)
    assert is_for(narrow, None, Decimal(30))
    assert not is_for(narrow, Decimal(60), Decimal(10))
    assert not is_for(narrow, Decimal(120), Decimal(30))
    assert is_for(fact("start: 5 mg per day"), Decimal(60), Decimal(10))


@pytest.mark.parametrize(("months", "near"), [("96", True), ("105", True), ("106", False), ("95", True), ("60", True)])
def test_near_a_border_of_age_the_neighbour_is_seen(months: str, near: bool) -> None:
    assert (
        is_nearly_for(fact("start: 5 mg per day", population="child", age="less than 8 years"), Decimal(months), None)
        is near
    )


def test_near_an_age_does_not_outweigh_a_weight() -> None:
    young = fact("start: 5 mg per day", population="child", age="less than 8 years", weight="up to 20 kg")
    assert not is_nearly_for(young, Decimal(97), Decimal(40))
    assert is_nearly_for(young, Decimal(97), Decimal(15))


@QUICK
@given(st.integers(0, 17), st.integers(1, 17), decimals("0", "216", 1))
def test_ages_in_whole_years_last_until_the_next_birthday(low: int, length: int, months: Decimal) -> None:
    high = low + length
    held = is_for(fact("start: 5 mg per day", population="child", age=f"{low} to {high} years"), months, None)
    assert held is (low * 12 <= months < (high + 1) * 12)


def test_the_quantity_of_an_age_is_not_changed() -> None:
    assert parse_quantity("2 to 7 years").within("mo") == parse_quantity("24 to 84 months")
