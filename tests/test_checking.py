"""A proposed dose against every limit we hold: above or within, never "safe"; a slip of unit is called out."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checking import check_dose, unstated
from bot.dosing.by_weight import weighed
from bot.dosing.facts import Fact
from bot.dosing.quantity import parse_quantity
from bot.reply import DoseCheck, ForPatient, Line, Picked
from intents.understanding import Measure, ProposedDose
from tests.invented import QUICK, block, facts

ORAL = "start: 5 mg per dose, 3 times daily\nusual: 40 to 80 mg per day\nmaximum: 80 mg per day"
PUMP = (
    "screening: 50 micrograms per dose\nusual: 300 to 800 micrograms per day\n"
    "screening_maximum: 100 micrograms per dose"
)


def proposed(text: str, basis: str | None = None, times: int | None = None, high: str | None = None) -> ProposedDose:
    found = parse_quantity(text)
    amount = Measure(found.low, found.unit, text)
    return ProposedDose(amount, basis, Decimal(times) if times else None, Decimal(high) if high else None)


def checked(dose: ProposedDose, *said: str, **coordinates: str) -> DoseCheck:
    return check_dose(dose, facts(*(block(text, **coordinates) for text in said)))


def verdicts(found: DoseCheck) -> list[str]:
    return [finding.verdict for finding in found.findings]


@pytest.mark.parametrize(
    ("dose", "missing"),
    [
        (ProposedDose(Measure(Decimal(5), "", "5")), "dose_unit"),
        (ProposedDose(Measure(Decimal(5), "", "5"), "day", Decimal(3)), "dose_unit"),
        (proposed("5 mg"), "dose_basis"),
        (proposed("5 mg", "day"), ""),
        (proposed("5 mg", "dose"), ""),
        (proposed("5 mg", times=3), ""),
    ],
)
def test_what_is_missing_before_a_dose_can_be_judged(dose: ProposedDose, missing: str) -> None:
    assert unstated(dose) == missing


@pytest.mark.parametrize(
    ("dose", "verdict"),
    [
        (proposed("80 mg", "day"), "within"),
        (proposed("80.1 mg", "day"), "above"),
        (proposed("20 mg", "dose", 4), "within"),
        (proposed("25 mg", "dose", 4), "above"),
        (proposed("20 mg", times=4), "within"),
        (proposed("0.08 g", "day"), "within"),
        (proposed("0.081 g", "day"), "above"),
        (proposed("90000 micrograms", "day"), "above"),
        (proposed("60 mg", "day", high="100"), "above"),
        (proposed("10 mg", "dose"), "not_comparable"),
        (proposed("1 mg/kg", "day"), "not_comparable"),
        (proposed("80 units", "day"), "not_comparable"),
    ],
)
def test_a_dose_against_a_daily_maximum(dose: ProposedDose, verdict: str) -> None:
    assert verdicts(checked(dose, "maximum: 80 mg per day")) == [verdict]


@pytest.mark.parametrize(
    ("dose", "verdict"),
    [
        (proposed("20 mg", "dose"), "within"),
        (proposed("21 mg", "dose", 2), "above"),
        (proposed("20 mg", times=4), "within"),
        (proposed("60 mg", "day"), "not_comparable"),
    ],
)
def test_a_dose_against_a_maximum_per_dose(dose: ProposedDose, verdict: str) -> None:
    assert verdicts(checked(dose, "maximum: 20 mg per dose")) == [verdict]


@pytest.mark.parametrize("limit", ["10 mg per hour", "200 mg in total"])
def test_a_limit_of_another_basis_is_not_compared(limit: str) -> None:
    assert verdicts(checked(proposed("5 mg", "dose"), f"maximum: {limit}")) == ["not_comparable"]


def test_every_limit_is_compared_and_nothing_else() -> None:
    found = checked(
        proposed("90 mg", "day"),
        "start: 5 mg per day\nusual: 40 mg per day\nmaximum: 80 mg per day\nmaximum_exceptional: 100 mg per day",
        "screening_maximum: 100 micrograms per dose",
    )
    assert [finding.fact.what for finding in found.findings] == ["maximum", "maximum_exceptional", "screening_maximum"]
    assert verdicts(found) == ["above", "within", "not_comparable"]


def test_a_source_that_gives_no_limit_is_no_finding() -> None:
    assert checked(proposed("90 mg", "day"), "maximum: {absent: true}").findings == ()


def test_where_no_limit_is_given_a_dose_above_the_usual_one_is_said_to_be() -> None:
    assert verdicts(checked(proposed("90 mg", "day"), "usual: 40 mg per day")) == ["above_usual"]
    assert checked(proposed("40 mg", "day"), "usual: 40 mg per day").findings == ()
    assert verdicts(checked(proposed("90 mg", "day"), "usual: 40 mg per day\nmaximum: 100 mg per day")) == ["within"]


def test_no_verdict_ever_says_safe() -> None:
    for amount in ("1 mg", "80 mg", "8000 mg"):
        assert set(verdicts(checked(proposed(amount, "day"), ORAL))) <= {"above", "within", "not_comparable"}


@pytest.mark.parametrize(
    ("dose", "amount", "times", "per_day"),
    [
        (proposed("20 mg", "dose", 3), "20", "3", "60 mg"),
        (proposed("20 mg", times=3), "20", "3", "60 mg"),
        (proposed("60 mg", "day"), "60", "", "60 mg"),
        (proposed("2.50 mg", "dose", 2), "2.5", "2", "5 mg"),
        (proposed("0.1 mg", "dose", 3), "0.1", "3", "0.3 mg"),
        (proposed("20 mg", "dose"), "20", "", ""),
        (proposed("5 mg", "dose", 3, "10"), "5", "3", "15 to 30 mg"),
    ],
)
def test_the_dose_is_made_absolute_per_dose_and_per_day(
    dose: ProposedDose, amount: str, times: str, per_day: str
) -> None:
    found = checked(dose, ORAL)
    assert (found.amount, found.unit, found.times_daily, found.per_day) == (amount, "mg", times, per_day)


def test_a_range_said_downwards_does_not_stop_the_turn() -> None:
    assert verdicts(checked(proposed("100 mg", "day", high="60"), ORAL)) == ["above"]


@pytest.mark.parametrize(
    ("dose", "slip"),
    [
        (proposed("50 micrograms", "day"), "unit"),
        (proposed("50 micrograms", "dose", 3), "unit"),
        (proposed("800 mg", "day"), "tenfold"),
        (proposed("8000 mg", "day"), "tenfold"),
        (proposed("1.5 mg", "day"), "tenfold"),
        (proposed("799 mg", "day"), ""),
        (proposed("1.6 mg", "day"), ""),
        (proposed("60 mg", "day"), ""),
        (proposed("20 mg", "dose", 3), ""),
        (proposed("60 units", "day"), ""),
        (proposed("0.08 g", "day"), ""),
        (proposed("0.8 g", "day"), "tenfold"),
        (proposed("1 mg/kg", "day"), ""),
    ],
)
def test_a_slip_of_unit_or_tenfold_where_facts_are_in_milligrams(dose: ProposedDose, slip: str) -> None:
    assert checked(dose, ORAL).slip == slip


@pytest.mark.parametrize(
    ("dose", "slip"),
    [
        (proposed("50 mg", "day"), "unit"),
        (proposed("0.5 mg", "day"), "unit"),
        (proposed("500 micrograms", "day"), ""),
        (proposed("8000 micrograms", "day"), "tenfold"),
        (proposed("5 micrograms", "day"), "tenfold"),
    ],
)
def test_a_slip_of_unit_or_tenfold_where_facts_are_in_micrograms(dose: ProposedDose, slip: str) -> None:
    assert checked(dose, PUMP, source="us-pump", route="intrathecal").slip == slip


def test_without_masses_there_is_nothing_to_be_tenfold_away_from() -> None:
    assert checked(proposed("5000 mg", "day"), "usual: 2 mg/kg per day").slip == ""
    assert check_dose(proposed("5000 mg", "day"), ()).slip == ""


@QUICK
@given(st.decimals("0.001", "999", places=3), st.decimals("0.001", "999", places=3), st.integers(1, 12))
def test_above_is_exactly_above(amount: Decimal, limit: Decimal, times: int) -> None:
    found = checked(proposed(f"{amount} mg", "dose", times), f"maximum: {limit} mg per day")
    assert verdicts(found) == ["above" if amount * times > limit else "within"]


@QUICK
@given(st.decimals("0.001", "999", places=3), st.integers(1, 12))
def test_micrograms_are_compared_converted(amount: Decimal, times: int) -> None:
    small = checked(proposed(f"{amount * 1000} micrograms", "dose", times), "maximum: 80 mg per day")
    assert verdicts(small) == verdicts(checked(proposed(f"{amount} mg", "dose", times), "maximum: 80 mg per day"))


# --- amounts as they are said ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dose", "said"),
    [
        (proposed("20 mg", "dose", 3), ("20", "", "20 mg", "60 mg", False)),
        (proposed("20 mg", "dose"), ("20", "", "20 mg", "", False)),
        (proposed("60 mg", "day"), ("60", "", "", "60 mg", True)),
        (proposed("60 mg", "day", 3), ("60", "", "20 mg", "60 mg", True)),
        (proposed("100 mg", "day", 3), ("100", "", f"{Decimal(100) / 3} mg", "100 mg", True)),
        (proposed("5 mg", "dose", 3, "10"), ("5", "10", "5 to 10 mg", "15 to 30 mg", False)),
        (proposed("10 mg", "dose", 3, "5"), ("5", "10", "5 to 10 mg", "15 to 30 mg", False)),
    ],
)
def test_what_was_said_and_what_it_comes_to(dose: ProposedDose, said: tuple[str, str, str, str, bool]) -> None:
    found = checked(dose, ORAL)
    assert (found.amount, found.high, found.per_dose, found.per_day, found.whole_day) == said


def test_a_day_in_so_many_doses_is_compared_by_the_dose_too() -> None:
    assert verdicts(checked(proposed("36 mg", "day", 2), "maximum: 12 mg per dose")) == ["above"]
    assert verdicts(checked(proposed("36 mg", "day", 3), "maximum: 12 mg per dose")) == ["within"]
    assert verdicts(checked(proposed("36 mg", "day"), "maximum: 12 mg per dose")) == ["not_comparable"]


def by_kg(text: str, weight: str | None, *said: str, basis: str = "day", times: int | None = None) -> DoseCheck:
    those = facts(*(block(each, population="child") for each in said))
    return check_dose(proposed(text, basis, times), those, None, "child", Decimal(weight) if weight else None)


@pytest.mark.parametrize(
    ("text", "basis", "times", "weight", "per_dose", "per_day", "verdict"),
    [
        ("2 mg/kg", "day", None, "25", "", "50 mg", "above"),
        ("1 mg/kg", "day", None, "25", "", "25 mg", "within"),
        ("1 mg/kg", "dose", 3, "12.5", "12.5 mg", "37.5 mg", "within"),
        ("1 mg/kg", "dose", 4, "12.5", "12.5 mg", "50 mg", "above"),
        ("500 micrograms/kg", "dose", 2, "20", "10000 micrograms", "20000 micrograms", "within"),
    ],
)
def test_a_dose_per_kilogram_is_made_absolute_by_the_weight(
    text: str, basis: str, times: int | None, weight: str, per_dose: str, per_day: str, verdict: str
) -> None:
    found = by_kg(text, weight, "maximum: 40 mg per day", basis=basis, times=times)
    assert (found.per_dose, found.per_day, found.weight, found.needs_weight) == (per_dose, per_day, weight, False)
    assert verdicts(found) == [verdict]


def test_without_a_weight_only_limits_per_kilogram_are_comparable() -> None:
    found = by_kg("15 mg/kg", None, "maximum: 40 mg per day", "maximum: 12 mg/kg per day")
    assert verdicts(found) == ["not_comparable", "above"]
    assert (found.per_day, found.weight, found.needs_weight) == ("15 mg/kg", "", True)


def test_a_weight_changes_nothing_of_a_dose_in_milligrams() -> None:
    found = by_kg("30 mg", "25", "maximum: 40 mg per day")
    assert (found.per_day, found.weight, found.needs_weight) == ("30 mg", "", False)


@QUICK
@given(st.decimals("0.01", "20", places=2), st.decimals("2", "120", places=1), st.decimals("0.1", "500", places=1))
def test_a_dose_per_kilogram_is_above_exactly_when_its_product_is(
    each: Decimal, weight: Decimal, most: Decimal
) -> None:
    found = by_kg(f"{each:f} mg/kg", f"{weight:f}", f"maximum: {most:f} mg per day")
    assert verdicts(found) == ["above" if each * weight > most else "within"]


@pytest.mark.parametrize(
    ("dose", "verdict"),
    [
        (proposed("800 mg", "dose"), "above"),
        (proposed("700 mg", "dose"), "not_comparable"),
        (proposed("400 mg", "dose", 2), "above"),
        (proposed("100 mg", "dose", 4), "not_comparable"),
        (proposed("701 mg", "day"), "above"),
    ],
)
def test_a_cumulative_limit_is_only_ever_known_to_be_exceeded(dose: ProposedDose, verdict: str) -> None:
    assert verdicts(checked(dose, "maximum: 700 mg in total")) == [verdict]


# --- slips, where weight and poison speak too -------------------------------------------------------------------------


def patient(*picked: Picked, weight: str = "", said: str = "") -> ForPatient:
    doses = [weighed(one, Decimal(weight), (), ()) for one in facts(block(said, population="child"))] if said else []
    return ForPatient(None, picked, tuple(one for one in doses if one), (), ())


def test_a_small_childs_dose_is_no_slip_where_it_is_what_the_weight_comes_to() -> None:
    limits = facts(block("maximum: 40 mg per day", population="child"))
    infant = patient(weight="6", said="start: 0.3 mg/kg per day")
    assert check_dose(proposed("1.8 mg", "day"), limits, infant, "child").slip == ""
    assert check_dose(proposed("0.17 mg", "day"), limits, infant, "child").slip == "tenfold"
    assert check_dose(proposed("400 mg", "day"), limits, infant, "child").slip == "tenfold"


def test_a_maximum_alone_says_nothing_of_how_small_a_dose_may_be() -> None:
    assert checked(proposed("1 mg", "day"), "maximum: 40 mg per day").slip == ""
    assert checked(proposed("400 mg", "day"), "maximum: 40 mg per day").slip == "tenfold"


def test_a_toxic_amount_does_not_make_a_tenfold_dose_look_usual() -> None:
    assert checked(proposed("1200 mg", "day"), ORAL, "toxic_dose: 100 to 1500 mg in total").slip == "tenfold"


# --- toxic doses ---------------------------------------------------------------------------------------------------


def toxic(dose: ProposedDose, said: str, population: str = "", who: str = "any", **at: str) -> bool:
    those = facts(block(f"toxic_dose: {said}", population=who, **at))
    return verdicts(check_dose(dose, those, None, population)) == ["toxic"]


@pytest.mark.parametrize(
    ("dose", "said", "reached"),
    [
        (proposed("200 mg", "dose"), "at least 200 mg in total", True),
        (proposed("199 mg", "dose"), "at least 200 mg in total", False),
        (proposed("80 mg", "dose", 3), "at least 200 mg in total", False),
        (proposed("10 mg", "day"), "10 mg per day", True),
        (proposed("5 mg", "dose", 2), "10 mg per day", True),
        (proposed("9 mg", "day"), "10 mg per day", False),
        (proposed("5 mg", "dose", high="30"), "25 mg per dose", True),
        (proposed("100 mg", "day"), "100 to 1500 mg in total", True),
        (proposed("0.03 g", "dose"), "25 mg per dose", True),
        (proposed("25 micrograms", "dose"), "25 mg per dose", False),
        (proposed("25 units", "dose"), "25 mg per dose", False),
        (proposed("5 mg", "dose"), "5 mg per day", False),
    ],
)
def test_a_dose_that_a_source_links_with_toxicity(dose: ProposedDose, said: str, reached: bool) -> None:
    assert toxic(dose, said) is reached


@pytest.mark.parametrize(
    ("who", "population", "counts"),
    [
        ("any", "", True),
        ("any", "child", True),
        ("adult", "", True),
        ("renal", "", False),
        ("renal", "renal", True),
        ("renal", "dialysis", False),
        ("child", "adult", False),
        ("child", "child", True),
    ],
)
def test_toxic_doses_of_such_people_alone(who: str, population: str, counts: bool) -> None:
    assert toxic(proposed("10 mg", "day"), "10 mg per day", population, who) is counts


# --- this patient's own limits ------------------------------------------------------------------------------------


def band(said: str, words: str = "CrCl less than 30 mL/min", source: str = "us-label", **at: str) -> Line:
    return Line(facts(block(f"adjustment: {said}", source, population="renal", band=words, **at)))


def by_band(*inside: Line, between: tuple[Line, ...] = (), near: tuple[Line, ...] = ()) -> ForPatient:
    return patient(Picked("CrCl", Decimal(20), inside, near, gap=bool(between), between=between))


def own(dose: ProposedDose, who: ForPatient, population: str = "renal") -> list[tuple[str, str, str]]:
    """What the patient's own limits say: verdict, scope, the limit in its source's words."""
    found = check_dose(dose, facts(block("maximum: 80 mg per day")), who, population)
    return [(one.verdict, one.scope, str(one.fact.value or one.fact.action)) for one in found.deciding]


def test_the_band_of_the_kidneys_stands_before_the_general_maximum() -> None:
    who = by_band(band("{action: reduce, value: 10 mg per day}"))
    assert own(proposed("20 mg", "day"), who) == [("above", "band", "10 mg per day")]
    assert own(proposed("10 mg", "day"), who) == [("within", "band", "10 mg per day")]


@pytest.mark.parametrize("action", ["do_not_use", "avoid"])
def test_what_must_not_be_used_is_above_any_dose(action: str) -> None:
    assert own(proposed("1 mg", "day"), by_band(band(f"{{action: {action}}}"))) == [("do_not_use", "band", action)]


def test_a_band_that_gives_no_figure_is_no_limit() -> None:
    assert own(proposed("20 mg", "day"), by_band(band("{action: reduce}"))) == [("within", "general", "80 mg per day")]


def test_of_several_regimens_in_one_band_the_highest_is_the_limit() -> None:
    who = by_band(
        band("{action: reduce, value: '200 mg per dose, once daily'}"),
        band("{action: reduce, value: 200 to 700 mg per day}"),
        band("{action: reduce, value: '700 mg per dose, once daily'}"),
    )
    assert own(proposed("700 mg", "dose", 1), who) == [("within", "band", "200 to 700 mg per day")]
    assert own(proposed("701 mg", "dose", 1), who) == [("above", "band", "200 to 700 mg per day")]


def test_of_two_bands_that_share_a_border_the_lower_limits() -> None:
    who = by_band(
        band("{action: reduce, value: 200 to 700 mg per day}", "CrCl 15 to 29 mL/min"),
        band("{action: reduce, value: 100 to 300 mg per day}", "CrCl 15 mL/min"),
    )
    assert own(proposed("400 mg", "day"), who) == [("above", "band", "100 to 300 mg per day")]


def test_in_a_gap_the_lower_of_the_neighbours_limits() -> None:
    sides = (
        band("{action: reduce, value: 200 to 700 mg per day}", "CrCl 15 to 29 mL/min"),
        band("{action: reduce, value: 400 to 1400 mg per day}", "CrCl 30 to 59 mL/min"),
    )
    who = by_band(between=sides, near=sides)
    assert own(proposed("1000 mg", "day"), who) == [("above", "band", "200 to 700 mg per day")]


def test_the_last_band_does_not_limit_a_value_beyond_it() -> None:
    who = by_band(near=(band("{action: reduce, value: 2 mg per day}"),))
    assert own(proposed("20 mg", "day"), who) == [("within", "general", "80 mg per day")]


def test_each_source_has_its_own_limit() -> None:
    who = by_band(
        band("{action: reduce, value: 10 mg per day}"),
        band("{action: reduce, value: 30 mg per day}", source="uk-label"),
    )
    assert [one[0] for one in own(proposed("20 mg", "day"), who)] == ["above", "within"]


def test_a_band_without_an_age_is_no_limit_for_a_child() -> None:
    who = by_band(band("{action: reduce, value: 400 to 1400 mg per day}"))
    assert own(proposed("90 mg", "day"), who, "child") == [("above", "general", "80 mg per day")]
    forbidden = by_band(band("{action: do_not_use}"))
    assert own(proposed("9 mg", "day"), forbidden, "child") == [("do_not_use", "band", "do_not_use")]
    aged = by_band(band("{action: reduce, value: 10 mg per day}", age="12 to 17 years"))
    assert own(proposed("9 mg", "day"), aged, "child") == [("within", "band", "10 mg per day")]


def test_a_maximum_per_kilogram_is_compared_as_it_comes_to_for_the_weight() -> None:
    who = patient(weight="20", said="maximum: 2 mg/kg per day")
    found = check_dose(proposed("50 mg", "day"), (), who, "child")
    (finding,) = found.deciding
    assert (finding.verdict, finding.scope, str(finding.limit)) == ("above", "weight", "40 mg")


def test_what_is_no_maximum_of_the_whole_treatment_is_no_limit_by_weight() -> None:
    start = patient(weight="20", said="maximum: {about: start, value: 2 mg/kg per day}")
    assert check_dose(proposed("50 mg", "day"), (), start, "child").findings == ()


def test_a_dose_above_what_the_usual_one_comes_to_for_the_weight_is_said_to_be() -> None:
    who = patient(weight="20", said="usual: 2 mg/kg per day")
    assert verdicts(check_dose(proposed("50 mg", "day"), (), who, "child")) == ["above_usual"]
    assert check_dose(proposed("40 mg", "day"), (), who, "child").findings == ()


def test_a_usual_dose_by_weight_hides_no_limit() -> None:
    most = facts(block("maximum: 60 mg per day", population="child"))
    found = check_dose(proposed("100 mg", "day"), most, patient(weight="20", said="usual: 2 mg/kg per day"), "child")
    assert [one.verdict for one in found.deciding] == ["above_usual", "above"]
    both = patient(weight="20", said="usual: 2 mg/kg per day\nmaximum: 4 mg/kg per day")
    assert verdicts(check_dose(proposed("50 mg", "day"), (), both, "child")) == ["within"]


def test_toxic_doses_of_poor_kidneys_count_once_a_band_says_that_they_are_poor() -> None:
    poison = facts(block("toxic_dose: 10 mg per day", population="renal"))
    reduced, normal = by_band(band("{action: reduce}")), by_band(band("{action: no_adjustment}"))
    assert verdicts(check_dose(proposed("10 mg", "day"), poison, reduced, "adult")) == ["toxic", "not_comparable"]
    assert verdicts(check_dose(proposed("10 mg", "day"), poison, normal, "adult")) == []


def test_toxic_doses_stand_before_limits_and_decide_nothing() -> None:
    those = facts(block("maximum: 80 mg per day\ntoxic_dose: 10 mg per day", population="any"))
    found = check_dose(proposed("20 mg", "day"), those)
    assert verdicts(found) == ["toxic", "within"]
    assert [one.verdict for one in found.deciding] == ["within"]


def test_adults_limits_decide_before_childrens_where_nobody_is_named() -> None:
    those = facts(block("maximum: 80 mg per day"), block("maximum: 40 mg per day", population="child"))
    found = check_dose(proposed("60 mg", "day"), those)
    assert verdicts(found) == ["within", "above"]
    assert [one.verdict for one in found.deciding] == ["within"]
    young: tuple[Fact, ...] = tuple(one for one in those if one.at.population == "child")
    assert [one.verdict for one in check_dose(proposed("60 mg", "day"), young).deciding] == ["above"]


@QUICK
@given(st.decimals("0.1", "500", places=1), st.lists(st.decimals("0.1", "500", places=1), min_size=1, max_size=4))
def test_within_an_own_limit_is_within_the_lowest_of_the_bands(dose: Decimal, limits: list[Decimal]) -> None:
    lines = [
        band(f"{{action: reduce, value: {most:f} mg per day}}", f"CrCl less than {30 + place} mL/min")
        for place, most in enumerate(limits)
    ]
    ((verdict, _, limit),) = own(proposed(f"{dose:f} mg", "day"), by_band(*lines))
    assert parse_quantity(limit.removesuffix(" per day")).high == min(limits)
    assert verdict == ("above" if dose > min(limits) else "within")
