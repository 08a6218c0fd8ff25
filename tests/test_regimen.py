"""Doses and frequencies: the basis is never guessed, the daily total is exact, what is malformed is refused."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dosing.quantity import UNITS, NotAQuantity, parse_quantity
from bot.dosing.regimen import BASES, MASS_UNITS, Dose, Frequency, parse_dose, parse_frequency
from tests.invented import QUICK, doses, frequencies, numbers_in, quantities


@QUICK
@given(frequencies())
def test_a_frequency_is_read_back(frequency: Frequency) -> None:
    assert parse_frequency(str(frequency)) == frequency


@QUICK
@given(doses())
def test_a_dose_is_read_back_without_floats(dose: Dose) -> None:
    assert parse_dose(str(dose)) == dose
    numbers = [*numbers_in(parse_dose(str(dose))), *numbers_in(dose.per_day)]
    assert {type(number) for number in numbers} == {Decimal}


@QUICK
@given(quantities(MASS_UNITS), frequencies())
def test_daily_totals(quantity, frequency) -> None:
    assert Dose(quantity, "day").per_day == Dose(quantity, "day", frequency).per_day == quantity
    assert Dose(quantity, "dose").per_day is None
    total = Dose(quantity, "dose", frequency).per_day
    if frequency.low % 1 or frequency.high % 1:
        assert total is None
        return
    assert total is not None
    assert (total.low, total.high) == (quantity.low * frequency.low, quantity.high * frequency.high)
    assert (total.unit, total.bound) == (quantity.unit, quantity.bound)


@QUICK
@given(doses())
def test_a_changed_unit_or_basis_is_another_dose(dose: Dose) -> None:
    others = [replace(dose, basis=basis) for basis in BASES if basis != dose.basis]
    others += [replace(dose, quantity=replace(dose.quantity, unit=u)) for u in MASS_UNITS - {dose.quantity.unit}]
    assert all(other != dose and str(other) != str(dose) for other in others)


@QUICK
@given(
    st.lists(
        st.sampled_from(
            ["5", "mg", "micrograms", "per", "dose", "day", "dose,", "3", "times", "daily", "every", "8", "to", "hours",
             "for", "days", "0.5", "up", "once", "at bedtime", ",", "/", "0.", "g"]
        ),
        max_size=10,
    ).map(" ".join)
    | st.text(max_size=20)
)  # fmt: skip
def test_any_other_text_raises_one_kind_of_error(text: str) -> None:
    for parse in (parse_dose, parse_frequency):
        try:
            found = parse(text)
        except NotAQuantity:
            continue
        assert isinstance(found, Dose | Frequency)


@pytest.mark.parametrize(
    ("text", "per_day"),
    [
        ("5 mg per dose, 3 times daily", "15 mg"),
        ("5 mg per dose 3 times daily", "15 mg"),
        ("5 to 10 mg per dose, 3 to 4 times daily", "15 to 40 mg"),
        ("2.5 mg per dose, twice daily", "5 mg"),
        ("0.1 mg per dose, 3 times daily", "0.3 mg"),
        ("10 mg per dose, once daily at bedtime", "10 mg"),
        ("5 mg per dose, every 8 hours", "15 mg"),
        ("5 mg per dose, every 6 to 8 hours", "15 to 20 mg"),
        ("50 micrograms per dose, every 48 hours", None),
        ("0.75 to 2 mg/kg per day", "0.75 to 2 mg/kg"),
        ("15 mg per day, 3 times daily for 3 days", "15 mg"),
        ("5 mg per dose, 3 times daily for 1 to 2 weeks", "15 mg"),
        ("up to 20 mg per dose, 4 times daily", "up to 80 mg"),
        ("5,000 units per dose, twice daily", "10,000 units"),
        ("5 mg per dose", None),
        ("5 mg per hour", None),
        ("200 mg in total", None),
    ],
)
def test_per_day(text: str, per_day: str | None) -> None:
    assert parse_dose(text).per_day == (parse_quantity(per_day) if per_day else None)


@pytest.mark.parametrize(
    "text",
    [
        "", "5", "5 mg", "5 mg daily", "5 mg 3 times daily", "5 mg per kg per day", "5 mg/day", "5 mg/kg/day",
        "5 mg a day", "5 mg  per day", "5 mg Per Day", "per day", "per dose, 3 times daily", "3 days per dose",
        "10 mL/min per dose", "10 % per dose", "5 mg per dosed", "5 mg per week", "5 mg per dose, tds",
        "5 mg per dose, q8h", "5 mg per dose, 3", "5 mg per dose, 3 times", "5 mg per dose, 3x daily",
        "5 mg per dose, three times daily", "5 mg per dose, every 8", "5 mg per dose, every 8 hours for",
        "5 mg per dose for three days", "5 mg per dose, 2.5 times daily", "10 to 5 mg per day",
        "5 mg per day per dose", "start 5 mg per day", "5 mg per dose; 3 times daily",
        "5 mg per dose for 3 mg", "5 mg per day for 10 %", "5 mg per dose,,, 3 times daily",
        "5 mg per dose3 times daily",
    ],
)  # fmt: skip
def test_malformed_doses_are_refused(text: str) -> None:
    with pytest.raises(NotAQuantity):
        parse_dose(text)


@pytest.mark.parametrize(
    "text",
    [
        "0 times daily",
        "0 to 3 times daily",
        "4 to 3 times daily",
        "every 8 to 6 hours",
        "every 0 hours",
        "every 0 to 6 hours",
    ],
)
def test_impossible_frequencies_are_refused(text: str) -> None:
    for parse, words in ((parse_frequency, text), (parse_dose, f"5 mg per dose, {text}")):
        with pytest.raises(NotAQuantity):
            parse(words)


@pytest.mark.parametrize("hours", [5, 7, 9, 10, 11, 16, 36, 48])
def test_no_daily_total_where_the_doses_of_a_day_are_no_whole_number(hours: int) -> None:
    assert parse_dose(f"5 mg per dose, every {hours} hours").per_day is None


@pytest.mark.parametrize("code", sorted(set(UNITS.values())))
def test_only_units_of_a_dose_make_a_dose(code: str) -> None:
    word = next(word for word, unit in UNITS.items() if unit == code)
    if code in MASS_UNITS:
        assert parse_dose(f"5 {word} per dose").quantity.unit == code
    else:
        with pytest.raises(NotAQuantity):
            parse_dose(f"5 {word} per dose")


@pytest.mark.parametrize(("basis", "words"), BASES.items())
def test_every_basis_is_written_out(basis: str, words: str) -> None:
    assert parse_dose(f"5 mg {words}").basis == basis
    assert str(parse_dose(f"5 mg {words}")) == f"5 mg {words}"


def test_once_and_twice_are_words() -> None:
    assert str(parse_frequency("1 times daily")) == "once daily"
    assert str(parse_frequency("2 times daily")) == "twice daily"
    assert str(parse_frequency("1 to 2 times daily")) == "1 to 2 times daily"
