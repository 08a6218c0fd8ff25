"""Numbers and units as they must be written: by locale, on one line, without anything that is misread."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dosing.quantity import UNITS, Quantity, parse_quantity
from bot.dosing.regimen import Dose, parse_dose, parse_frequency
from bot.rendering import figures
from bot.rendering.figures import NBSP
from bot.rendering.lint import violations
from bot.rendering.marks import FIGURE, FIGURE_END
from tests.invented import QUICK, decimals, doses, quantities

LOCALES = ("us", "uk")
locales = st.sampled_from(LOCALES)


def written(text: str, locale: str = "us") -> str:
    """A quantity or dose as it is shown, its non-breaking spaces as plain ones."""
    try:
        shown = figures.dose(parse_dose(text), locale)
    except ValueError:
        shown = figures.quantity(parse_quantity(text), locale)
    return shown.replace(NBSP, " ")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("5", "5"),
        ("5.0", "5"),
        ("0.50", "0.5"),
        ("0.5", "0.5"),
        ("999", "999"),
        ("1000", "1,000"),
        ("12345.60", "12,345.6"),
        ("1000000", "1,000,000"),
        ("1E+3", "1,000"),
        ("0.125", "0.125"),
        ("0", "0"),
    ],
)
def test_numbers(value: str, shown: str) -> None:
    assert figures.number(Decimal(value)) == shown


@QUICK
@given(decimals("0", "9999999"))
def test_numbers_keep_their_value_and_are_never_misread(value: Decimal) -> None:
    shown = figures.number(value)
    assert Decimal(shown.replace(",", "")) == value
    assert re.fullmatch(r"(0|[1-9]\d{0,2})(,\d{3})*(\.\d*[1-9])?", shown)


@pytest.mark.parametrize(
    ("text", "us", "uk"),
    [
        ("5 mg", "5 mg", "5 mg"),
        ("1 mg", "1 mg", "1 mg"),
        ("0.25 mg", "0.25 mg", "250 micrograms (0.25 mg)"),
        ("0.25 to 0.5 mg", "0.25 to 0.5 mg", "250 to 500 micrograms (0.25 to 0.5 mg)"),
        ("0.5 to 1 mg", "0.5 to 1 mg", "0.5 to 1 mg"),
        ("less than 0.5 mg", "less than 0.5 mg", "less than 500 micrograms (0.5 mg)"),
        ("0.001 mg", "0.001 mg", "1 microgram (0.001 mg)"),
        ("0.05 mg/kg", "0.05 mg per kg", "50 micrograms per kg (0.05 mg per kg)"),
        ("50 micrograms", "50 mcg", "50 micrograms"),
        ("1 microgram", "1 mcg", "1 microgram"),
        ("0.5 micrograms", "0.5 mcg", "0.5 micrograms"),
        ("300 to 800 micrograms", "300 to 800 mcg", "300 to 800 micrograms"),
        ("1,000 micrograms", "1,000 mcg", "1,000 micrograms"),
        ("2 micrograms/kg", "2 mcg per kg", "2 micrograms per kg"),
        ("20 micrograms/mL", "20 mcg per mL", "20 micrograms per mL"),
        ("20 micrograms/L", "20 mcg per L", "20 micrograms per L"),
        ("50 ng", "50 nanograms", "50 nanograms"),
        ("80 to 400 ng/mL", "80 to 400 nanograms per mL", "80 to 400 nanograms per mL"),
        ("0.5 g", "0.5 g", "0.5 g"),
        ("5000 units", "5,000 units", "5,000 units"),
        ("1 units", "1 unit", "1 unit"),
        ("100 units/kg", "100 units per kg", "100 units per kg"),
        ("2 mg/kg", "2 mg per kg", "2 mg per kg"),
        ("10 mg/m2", "10 mg per square metre", "10 mg per square metre"),
        ("5 mL", "5 mL", "5 mL"),
        ("10 to 63 %", "10 to 63%", "10 to 63%"),
        ("1 day", "1 day", "1 day"),
        ("0.5 days", "0.5 days", "0.5 days"),
        ("1 to 2 weeks", "1 to 2 weeks", "1 to 2 weeks"),
        ("less than 30 mL/min", "less than 30 mL/min", "less than 30 mL/min"),
        ("30 to 60 mL/min/1.73 m2", "30 to 60 mL/min/1.73 m²", "30 to 60 mL/min/1.73 m²"),
        ("at least 60 mg", "at least 60 mg", "at least 60 mg"),
        ("3 doses per day", "3 doses per day", "3 doses per day"),
        ("25 °C", "25 degrees Celsius", "25 degrees Celsius"),
    ],
)
def test_quantities_by_locale(text: str, us: str, uk: str) -> None:
    assert (written(text, "us"), written(text, "uk")) == (us, uk)


@pytest.mark.parametrize(
    ("text", "us", "uk"),
    [
        ("5 mg per dose, 3 times daily", "5 mg per dose, 3 times daily", "5 mg per dose, 3 times daily"),
        (
            "0.25 mg per dose, twice daily",
            "0.25 mg per dose, twice daily",
            "250 micrograms (0.25 mg) per dose, twice daily",
        ),
        ("50 micrograms per day", "50 mcg per day", "50 micrograms per day"),
        ("40 to 80 mg per day", "40 to 80 mg per day", "40 to 80 mg per day"),
        ("2 mg/kg per day", "2 mg per kg per day", "2 mg per kg per day"),
        (
            "5 mg per dose, every 6 to 8 hours for 3 days",
            "5 mg per dose, every 6 to 8 hours for 3 days",
            "5 mg per dose, every 6 to 8 hours for 3 days",
        ),
        (
            "10 mg per dose, once daily at bedtime",
            "10 mg per dose, once daily at bedtime",
            "10 mg per dose, once daily at bedtime",
        ),
        ("2 mg per hour", "2 mg per hour", "2 mg per hour"),
        ("200 mg in total", "200 mg in total", "200 mg in total"),
    ],
)
def test_doses_by_locale(text: str, us: str, uk: str) -> None:
    assert (written(text, "us"), written(text, "uk")) == (us, uk)


@pytest.mark.parametrize(
    ("text", "us", "uk"),
    [
        ("5 mg per dose, 3 times daily", "15 mg per day", "15 mg per day"),
        ("0.1 mg per dose, 3 times daily", "0.3 mg per day", "300 micrograms (0.3 mg) per day"),
        ("500 micrograms per dose, 3 times daily", "1,500 mcg per day", "1,500 micrograms per day"),
        ("5 to 10 mg per dose, 3 times daily", "15 to 30 mg per day", "15 to 30 mg per day"),
        ("15 mg per day", "", ""),
        ("5 mg per dose", "", ""),
    ],
)
def test_daily_totals(text: str, us: str, uk: str) -> None:
    found = [figures.per_day(parse_dose(text), locale).replace(NBSP, " ") for locale in LOCALES]
    assert found == [us, uk]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("unit", sorted(set(UNITS.values())))
def test_every_unit_has_words_of_its_own(unit: str, locale: str) -> None:
    for count in (1, 2):
        shown = figures.quantity(Quantity(Decimal(count), Decimal(count), unit), locale)
        assert shown.startswith(str(count))
        assert not re.search(r"ug\b|\[|\{|µ|μ|\bIU\b", shown)


@QUICK
@given(quantities(), locales)
def test_number_and_unit_stay_on_one_line(quantity: Quantity, locale: str) -> None:
    shown = figures.quantity(quantity, locale)
    assert not re.search(r"\d (?!to \d|\()", shown)
    assert re.search(rf"\d({NBSP}|%)", shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("3 times daily", f"3{NBSP}times daily"),
        ("twice daily", "twice daily"),
        ("every 6 to 8 hours", f"every 6 to 8{NBSP}hours"),
    ],
)
def test_the_count_of_a_frequency_stays_on_one_line(text: str, shown: str) -> None:
    assert figures.frequency(parse_frequency(text)) == shown


@QUICK
@given(doses(), locales)
def test_no_dose_that_can_be_keyed_breaks_a_rule(dose: Dose, locale: str) -> None:
    for shown in (figures.dose(dose, locale), figures.per_day(dose, locale)):
        assert violations(f"{FIGURE}{shown}{FIGURE_END}") == ()


@QUICK
@given(doses(), locales)
def test_the_basis_is_always_written(dose: Dose, locale: str) -> None:
    assert re.search(r" (per dose|per day|per hour|in total)", figures.dose(dose, locale))


@QUICK
@given(quantities(["mg"]))
def test_uk_never_hides_the_sources_own_figure(quantity: Quantity) -> None:
    shown = figures.quantity(quantity, "uk")
    own = figures.number(quantity.high)
    assert f"{own}{NBSP}mg" in shown
    assert ("microgram" in shown) is (quantity.high < 1)


@QUICK
@given(quantities(["mg", "g", "mg/kg", "[arb'U]"]))
def test_us_never_converts(quantity: Quantity) -> None:
    assert "mcg" not in figures.quantity(quantity, "us")
    assert "microgram" not in figures.quantity(quantity, "us")


def test_ranges_are_in_words() -> None:
    assert figures.quantity(parse_quantity("5 to 10 mg"), "us") == f"5 to 10{NBSP}mg"


def test_no_total_has_more_digits_than_anyone_can_give() -> None:
    assert len(figures.per_day(parse_dose("5 mg per dose, every 7 hours"), "us")) < 25
