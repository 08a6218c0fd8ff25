"""Quantities: one written form, exact decimals, and units that never meet without a converted step."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dosing.quantity import (
    UNITS,
    WORDS,
    NotAQuantity,
    Quantity,
    match_quantity,
    parse_quantity,
    plain,
    ratio,
)
from tests.invented import QUICK, decimals, numbers_in, quantities

MASSES = ("mg", "ug", "g", "ng")


def of(text: str) -> Quantity:
    return parse_quantity(text)


@QUICK
@given(quantities())
def test_what_is_written_is_read_back_without_floats(quantity: Quantity) -> None:
    assert parse_quantity(str(quantity)) == quantity
    numbers = [*numbers_in(parse_quantity(str(quantity))), *numbers_in(quantity.times(Decimal("1.5")))]
    assert {type(number) for number in numbers} == {Decimal}


@QUICK
@given(st.text("0123456789.,- tomgµ%/hu\n", max_size=14) | st.text(max_size=12))
def test_any_other_text_raises_one_kind_of_error(text: str) -> None:
    try:
        found = parse_quantity(text)
    except NotAQuantity:
        return
    assert isinstance(found, Quantity)


@pytest.mark.parametrize(
    ("text", "low", "high", "unit", "bound"),
    [
        ("5 mg", "5", "5", "mg", ""),
        ("5mg", "5", "5", "mg", ""),
        ("40 to 80 mg", "40", "80", "mg", ""),
        ("0.75 to 2 mg/kg", "0.75", "2", "mg/kg", ""),
        ("50 micrograms", "50", "50", "ug", ""),
        ("50 mcg", "50", "50", "ug", ""),
        ("1 microgram", "1", "1", "ug", ""),
        ("5,000 units", "5000", "5000", "[arb'U]", ""),
        ("less than 30 mL/min", "30", "30", "mL/min", "less than"),
        ("30 to 60 mL/min/1.73 m2", "30", "60", "mL/min/{1.73_m2}", ""),
        ("at least 60 mg", "60", "60", "mg", "at least"),
        ("up to 10 mL", "10", "10", "mL", "up to"),
        ("10 to 63 %", "10", "63", "%", ""),
        ("5%", "5", "5", "%", ""),
        ("1 to 2 weeks", "1", "2", "wk", ""),
        ("2 doses per day", "2", "2", "{dose}/d", ""),
        ("  3 days ", "3", "3", "d", ""),
    ],
)
def test_the_written_form(text: str, low: str, high: str, unit: str, bound: str) -> None:
    assert of(text) == Quantity(Decimal(low), Decimal(high), unit, bound)


@pytest.mark.parametrize(
    "text",
    [
        "", "mg", "5", "5 mg.", "5 mgs", "5 milligrams", ".5 mg", "5. mg", "-5 mg", "+5 mg", "5-10 mg",
        "5–10 mg", "10 to 5 mg", "5 to mg", "5 to 10 to 15 mg", "500 mg to 1 g", "1,5 mg", "1,0000 mg",
        "1.000.000 mg", "5 µg", "5 ug", "5 IU", "5 U", "5 MG", "5 Mg", "5 ml", "1e3 mg", "5 mg per day",
        "five mg", "5 mg/", "5 mg/day", "< 30 mL/min", "over 30 mL/min", "5 mg 5 mg", "∞ mg", "nan mg",
        "0,125 mg", "1000,000 mg", "007 mg", "00.5 mg", "٥ mg", "５ mg",
    ],
)  # fmt: skip
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(NotAQuantity):
        parse_quantity(text)


def test_a_range_cannot_run_downwards() -> None:
    with pytest.raises(NotAQuantity):
        Quantity(Decimal(10), Decimal(5), "mg")


@pytest.mark.parametrize("word", UNITS)
def test_every_unit_word_is_read(word: str) -> None:
    assert of(f"7 {word}").unit == UNITS[word]
    assert of(f"7 {WORDS[UNITS[word]]}").unit == UNITS[word]


def test_units_inside_are_ucum() -> None:
    assert {UNITS["micrograms"], UNITS["mcg"]} == {"ug"}
    assert UNITS["units"] == "[arb'U]"
    assert not {"mcg", "IU", "µg"} & set(UNITS.values())


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("5 mg per dose", " per dose"),
        ("5 mg", ""),
        ("5 mg/kg per day", " per day"),
        ("5 %x", None),
        ("mg", None),
    ],
)
def test_a_text_may_begin_with_one(text: str, rest: str | None) -> None:
    found = match_quantity(text)
    assert (found[1] if found else None) == rest


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("5.0", "5"),
        ("0.50", "0.5"),
        ("1000", "1000"),
        ("1E+3", "1000"),
        ("0.000001", "0.000001"),
        ("-0", "0"),
        ("0", "0"),
    ],
)
def test_plain_numbers_have_no_exponent_and_no_trailing_zero(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text


@QUICK
@given(decimals("0", "99999"))
def test_plain_numbers_keep_their_value(number: Decimal) -> None:
    text = plain(number)
    assert Decimal(text) == number
    assert "E" not in text
    assert not ("." in text and text.endswith("0"))


@QUICK
@given(quantities(MASSES), st.sampled_from(MASSES))
def test_masses_convert_there_and_back(quantity: Quantity, other: str) -> None:
    assert quantity.within(other).within(quantity.unit) == quantity


@QUICK
@given(quantities(["mg/kg"]))
def test_masses_per_kg_convert_there_and_back(quantity: Quantity) -> None:
    assert quantity.within("ug/kg").within("mg/kg") == quantity
    assert quantity.within("ug/kg").low == quantity.low * 1000


@pytest.mark.parametrize(
    ("text", "unit", "converted"),
    [
        ("1 mg", "ug", "1000 micrograms"),
        ("300 to 800 micrograms", "mg", "0.3 to 0.8 mg"),
        ("1.5 g", "mg", "1500 mg"),
        ("50 ng", "ug", "0.05 micrograms"),
        ("2 weeks", "d", "14 days"),
        ("2 years", "mo", "24 months"),
        ("up to 2 hours", "min", "up to 120 minutes"),
        ("36 months", "a", "3 years"),
        ("72 hours", "d", "3 days"),
        ("300 seconds", "min", "5 minutes"),
        ("45 minutes", "h", "0.75 hours"),
        ("5 mg", "mg", "5 mg"),
    ],
)
def test_conversions(text: str, unit: str, converted: str) -> None:
    assert of(text).within(unit) == of(converted)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mg", "mg/kg"),
        ("mg", "mg/m2"),
        ("mg", "[arb'U]"),
        ("mg", "mL"),
        ("ug", "ug/kg"),
        ("d", "mo"),
        ("h", "mg"),
        ("%", "mg"),
        ("mL/min", "mL/min/{1.73_m2}"),
        ("mg/dL", "umol/L"),
        ("kg", "mg"),
    ],
)
def test_units_of_different_kinds_never_meet(one: str, other: str) -> None:
    for unit, into in ((one, other), (other, one)):
        with pytest.raises(NotAQuantity):
            ratio(unit, into)
        with pytest.raises(NotAQuantity):
            Quantity(Decimal(1), Decimal(1), unit).within(into)


@QUICK
@given(quantities(["mg"]))
def test_mg_and_micrograms_are_equal_only_once_converted(quantity: Quantity) -> None:
    same_figure = Quantity(quantity.low, quantity.high, "ug", quantity.bound)
    assert quantity != same_figure
    assert quantity.within("ug") != same_figure
    assert quantity.within("ug").low == quantity.low * 1000
    assert str(quantity) != str(same_figure)


@QUICK
@given(quantities(), decimals("0.1", "12"))
def test_times_keeps_unit_and_bound(quantity: Quantity, factor: Decimal) -> None:
    product = quantity.times(factor)
    assert (product.low, product.high) == (quantity.low * factor, quantity.high * factor)
    assert (product.unit, product.bound) == (quantity.unit, quantity.bound)


def test_equal_ends_are_one_number() -> None:
    assert not of("5 to 5 mg").is_range
    assert str(of("5 to 5 mg")) == "5 mg"
    assert of("5 to 6 mg").is_range
