"""Numbers, units and people: read exactly, echoed safely, and asked when two readings are possible."""

from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from intents.normalise import normalise
from intents.reading import Reader
from intents.understanding import Measure, PatientValues
from tests.heard import recogniser, slots

QUICK = settings(derandomize=True, deadline=None, max_examples=100)
plain_numbers = st.decimals(min_value=Decimal("0.1"), max_value=900, places=1).map(
    lambda number: format(number.normalize(), "f")
)


def patient(text: str) -> PatientValues:
    """The patient's values in a text."""
    return slots(text).patient


def reader() -> Reader:
    """The reader of the invented names."""
    return recogniser()._reader


def dose(text: str) -> tuple[str, str, str | None, str | None]:
    """The one proposed dose: amount, unit, basis, times a day."""
    (found,) = slots(text).doses
    times = None if found.times_daily is None else str(found.times_daily)
    return str(found.amount.value), found.amount.unit, found.basis, times


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("25 mg tid", ("25", "mg", "dose", "3")),
        ("25mg TDS", ("25", "mg", "dose", "3")),
        ("10 mg PO q8h", ("10", "mg", "dose", "3")),
        ("10 mg every 6 hours", ("10", "mg", "dose", "4")),
        ("50 mg daily", ("50", "mg", "day", None)),
        ("50 mg once daily", ("50", "mg", "dose", "1")),
        ("80 mg/day", ("80", "mg", "day", None)),
        ("from 60 mg per day", ("60", "mg", "day", None)),
        ("5 mg per dose", ("5", "mg", "dose", None)),
        ("50 mcg bolus", ("50", "ug", "dose", None)),
        ("300 µg/day intrathecal", ("300", "ug", "day", None)),
        ("0.3 mg/kg/dose", ("0.3", "mg/kg", "dose", None)),
        ("2 mg/kg/day divided tid", ("2", "mg/kg", "day", "3")),
        ("five mg three times a day", ("5", "mg", "dose", "3")),
        ("10 mg nocte", ("10", "mg", "dose", "1")),
        ("20 mg every other day", ("20", "mg", "dose", "0.5")),
        ("40 mg", ("40", "mg", None, None)),
        ("zorvexil 25 tid", ("25", "", "dose", "3")),
        ("is 30 too much", ("30", "", None, None)),
    ],
)
def test_proposed_doses(text: str, wanted: tuple[str, str, str | None, str | None]) -> None:
    assert dose(text) == wanted


@pytest.mark.parametrize(
    ("text", "crcl", "egfr"),
    [
        ("25 mL/min CrCl", "25", None),
        ("clearance 25 ml/min", "25", None),
        ("10 ml per min creatinine clearance", "10", None),
        ("30 ml/min/1.73m2 (eGFR)", None, "30"),
        ("CrCl 25 ml/min, eGFR 30", "25", "30"),
        ("CrCl 25 ml/min eGFR 30", "25", "30"),
        ("infuse 25 ml/min", None, None),
        ("CrCl 45 ml/min eGFR pending", "45", None),
        ("eGFR 45 ml/min (CrCl unknown)", None, "45"),
    ],
)
def test_a_clearance_may_stand_before_its_name(text: str, crcl: str | None, egfr: str | None) -> None:
    found = slots(text).patient
    read = [None if one is None else str(one.value) for one in (found.crcl, found.egfr)]
    assert read == [crcl, egfr]
    assert not slots(text).unclear


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("ckd 3b", "3b"),
        ("renal failure stage 4", "4"),
        ("kidneys, stage 3b", "3b"),
        ("cancer stage 3b", None),
        ("renal cell carcinoma stage 4", None),
        ("chronic renal disease at stage 4", "4"),
    ],
)
def test_a_stage_is_of_the_kidneys_when_they_are_named(text: str, stage: str | None) -> None:
    assert slots(text).patient.ckd_stage == stage


@pytest.mark.parametrize(
    ("text", "weeks"),
    [("20/40", "20 weeks"), ("pregnant, 38+2/40", "38 weeks"), ("bp 30/40", None), ("80/40", None), ("120/40", None)],
)
def test_weeks_of_forty_are_no_blood_pressure(text: str, weeks: str | None) -> None:
    assert slots(text).patient.pregnancy == weeks


@pytest.mark.parametrize("name", ["creatinine", "s-creatinine", "scr"])
def test_creatinine_by_its_short_names(name: str) -> None:
    found = slots(f"{name} 170 umol/l").patient.creatinine
    assert found is not None
    assert (found.value, found.unit) == (170, "umol/L")


@pytest.mark.parametrize(
    ("text", "routes", "indications"),
    [
        ("zorvexil pr", ("rectal",), ()),
        ("does zorvexil prolong the PR interval", (), ()),
        ("in status asthmaticus", (), ()),
        ("for status", (), ("status_epilepticus",)),
        ("upper limb", (), ("upper_limb_spasticity",)),
        ("upper limb pain", (), ()),
    ],
)
def test_words_that_are_a_route_or_a_use_only_by_themselves(
    text: str, routes: tuple[str, ...], indications: tuple[str, ...]
) -> None:
    assert (slots(text).routes, slots(text).indications) == (routes, indications)


@pytest.mark.parametrize(("text", "age"), [("zorvexil for 60 y man", "60"), ("zorvexil for 2 years", None)])
def test_a_span_before_a_person_is_an_age(text: str, age: str | None) -> None:
    found = slots(text).patient.age
    assert (None if found is None else str(found.value)) == age


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("she is on warfarin", True),
        ("zorvexil dose, on warfarin", True),
        ("he takes warfarin", True),
        ("with warfarin?", False),
        ("she is not taking warfarin", False),
        ("stopped taking warfarin", False),
    ],
)
def test_what_a_patient_takes_now_is_told_from_a_question(text: str, taken: bool) -> None:
    assert bool(slots(text).takes) is taken


def test_sprays_are_a_dose() -> None:
    assert dose("12 sprays per day") == ("12", "{spray}", "day", None)


def test_a_range_keeps_both_ends() -> None:
    (found,) = slots("5-10 mg tds").doses
    assert (found.amount.value, found.high) == (5, 10)


def test_two_doses_of_a_day() -> None:
    found = slots("5 mg BD and 10 mg nocte").doses
    assert [(one.amount.value, one.times_daily) for one in found] == [(5, 2), (10, 1)]


@pytest.mark.parametrize("text", ["10 mg/5 ml", "2 mg/mL solution", "10 mg tablets?", "50 mcg/h", "glucose 90 mg/dl"])
def test_strengths_and_concentrations_are_no_doses(text: str) -> None:
    assert slots(text).doses == ()


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("weight 25", "weight_unit"),
        ("weighs 70, zorvexil dose", "weight_unit"),
        ("5 m, zorvexil", "age_or_sex"),
        ("zorvexil 1,5 mg tid", "decimal"),
        ("zorvexil 10.000 micrograms", "decimal"),
        ("10,000 mcg", "decimal"),
        ("100 U", "unit_u"),
        ("100u zorvexil", "unit_u"),
        ("creatinine 2.1", "creatinine_unit"),
        ("zorvexil renal 25 ml/min", "clearance_name"),
        ("10 mg/kg", "dose_basis_kg"),
        ("2 x 10 mg", "dose_basis"),
    ],
)
def test_uncertain_numbers_are_asked_and_not_used(text: str, question: str) -> None:
    found = slots(text)
    assert [unclear.question for unclear in found.unclear] == [question]
    assert found.patient == PatientValues()
    assert found.doses == ()


def test_both_readings_of_a_comma_are_offered() -> None:
    assert slots("1,5 mg").unclear[0].choices == ("1.5", "15")
    assert slots("10.000 mg").unclear[0].choices == ("10", "10,000")


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        (".5 mg tid", (".5 mg", "0.5 mg")),
        ("5.0 mg tid", ("5.0 mg", "5 mg")),
        ("50 µg bolus", ("50 µg", "50 micrograms")),
        ("5 mg QD", ("QD", "daily")),
        ("5 mg tds", ("tds", "3 times daily")),
        ("55 lb", ("55 lb", "24.9 kg")),
        ("12 stone 4", ("12 stone 4", "78 kg")),
        ("zorvexil s/c", ("s/c", "subcutaneous")),
        ("5 mg QOD", ("QOD", "every other day")),
    ],
)
def test_error_prone_spellings_are_said_back_safely(text: str, pair: tuple[str, str]) -> None:
    assert pair in slots(text).read_as


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("8yo", "8", "a"),
        ("8 y/o", "8", "a"),
        ("8 year old", "8", "a"),
        ("80-year-old", "80", "a"),
        ("18 months", "18", "mo"),
        ("3 weeks old", "3", "wk"),
        ("aged 45", "45", "a"),
        ("62F", "62", "a"),
        ("5 m old", "5", "mo"),
        ("eight year old", "8", "a"),
    ],
)
def test_ages(text: str, value: str, unit: str) -> None:
    age = patient(f"zorvexil dose {text}").age
    assert age is not None
    assert (str(age.value), age.unit) == (value, unit)


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("77 y/o", "O"),
        ("77 yo", "O"),
        ("65 years old", "O"),
        ("4 year old", "K"),
        ("7 yr old", "K"),
        ("6 months old", "K"),
        ("45 yo", "A"),
        ("300 months old", "A"),
    ],
)
def test_ages_leave_the_mark_of_their_group(text: str, mark: str) -> None:
    assert mark in reader().read(normalise(f"zorvexil, {text}")).words


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("zorvexil in ckd", "population:renal"),
        ("intrathecal zorvexil", "route:intrathecal"),
        ("zorvexil for spasticity", "indication:spasticity"),
        ("zorvexil, crcl 25", "of the patient:crcl"),
    ],
)
def test_what_is_lifted_is_a_feature_of_its_own(text: str, concept: str) -> None:
    assert concept in reader().read(normalise(text)).concepts


@pytest.mark.parametrize(
    "text",
    ["for 10 years", "over 2 weeks", "every 3 days", "under 12 years", "2 to 7 years", "after 6 months", "65+ years"],
)
def test_durations_limits_and_ranges_are_no_ages(text: str) -> None:
    assert patient(f"zorvexil {text}").age is None


def test_one_patient_with_many_values() -> None:
    found = patient("80yo male, 70 kg, 1.75 m, eGFR 30, creatinine 250 umol/l, Child-Pugh B, on CAPD")
    assert found.age == Measure(Decimal(80), "a", "80yo")
    assert found.weight == Measure(Decimal(70), "kg", "70 kg")
    assert found.height == Measure(Decimal(175), "cm", "1.75 m")
    assert found.egfr == Measure(Decimal(30), "mL/min/{1.73_m2}", "eGFR 30")
    assert found.creatinine == Measure(Decimal(250), "umol/L", "250 umol/l")
    assert (found.sex, found.child_pugh, found.dialysis) == ("male", "B", "peritoneal")


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("CKD 4", "ckd_stage", "4"),
        ("ckd stage 3b", "ckd_stage", "3b"),
        ("CKD IV", "ckd_stage", "4"),
        ("ESRD", "ckd_stage", "5"),
        ("on HD", "dialysis", "haemodialysis"),
        ("on pd", "dialysis", "peritoneal"),
        ("CRRT", "dialysis", "crrt"),
        ("on dialysis", "dialysis", "yes"),
        ("not on dialysis", "dialysis", "no"),
        ("child pugh score 8", "child_pugh", "B"),
        ("pregnant 12 weeks", "pregnancy", "12 weeks"),
        ("she is pregnant", "pregnancy", "yes"),
        ("62F", "sex", "female"),
        ("a woman of 60 years", "sex", "female"),
    ],
)
def test_values_that_are_words(text: str, name: str, value: str) -> None:
    assert getattr(patient(f"{text}, zorvexil"), name) == value


def test_crcl_below_a_limit_is_no_value() -> None:
    assert patient("zorvexil CrCl < 30").crcl is None
    assert slots("zorvexil CrCl < 30").populations == ("renal",)
    assert patient("zorvexil CrCl 25").crcl == Measure(Decimal(25), "mL/min", "CrCl 25")


@pytest.mark.parametrize(
    ("text", "routes"),
    [
        ("zorvexil PO", ("oral",)),
        ("zorvexil IT dose", ("intrathecal",)),
        ("zorvexil i.v.", ("intravenous",)),
        ("per os", ("oral",)),
        ("is it ok", ()),
        ("intratecal zorvexil", ("intrathecal",)),
    ],
)
def test_routes(text: str, routes: tuple[str, ...]) -> None:
    assert slots(text).routes == routes


def test_populations_and_what_only_sounds_like_one() -> None:
    assert slots("zorvexil in kids with CKD").populations == ("child", "renal")
    assert slots("renal excretion of zorvexil").populations == ()
    assert slots("zorvexil, not pregnant").populations == ()
    assert slots("Child-Pugh C zorvexil").populations == ("hepatic",)


def test_classes_come_from_words_and_from_members() -> None:
    assert "opioids" in slots("zorvexil with opioids").with_classes
    assert "opioids" in slots("zorvexil with morphine").with_classes
    assert slots("zorvexil for alcohol use disorder").with_classes == ()


def test_turns_of_a_thread() -> None:
    assert slots("new patient, 8 years").new_patient
    assert slots("bed 4, zorvexil").new_patient
    assert slots("no, I meant zorvexil").correction
    assert slots("no, zorvexil").correction
    assert slots("back to zorvexil").back
    assert slots("switch from zorvexil to quilmatine").switch == ("zorvexil", "quilmatine")
    assert slots("switch to quilmatine from zorvexil").switch == ("zorvexil", "quilmatine")
    assert [found.drug for found in slots("quilmatine, not zorvexil").drugs] == ["quilmatine"]


@given(plain_numbers, st.sampled_from(["tid", "bd", "qds", "daily", "every 8 hours"]))
@QUICK
def test_a_dose_is_read_digit_for_digit(number: str, often: str) -> None:
    found = slots(f"zorvexil {number} mg {often}").doses
    assert [str(one.amount.value) for one in found] == [number]


@given(st.integers(min_value=41, max_value=330))
@QUICK
def test_pounds_become_kilograms_to_a_tenth(pounds: int) -> None:
    weight = patient(f"{pounds} lb").weight
    assert weight is not None
    assert abs(weight.value - Decimal(pounds) * Decimal("0.45359237")) <= Decimal("0.05")
    assert weight.written == f"{pounds} lb"


@given(st.text(max_size=80))
@QUICK
def test_any_text_is_understood_without_failing_and_the_same_twice(text: str) -> None:
    assert slots(text) == slots(text)


@given(st.text(max_size=60))
@QUICK
def test_normalised_text_points_back_into_what_was_written(text: str) -> None:
    spoken = normalise(text)
    assume(spoken.text)
    assert spoken.written(0, len(spoken.text)) in text
    if spoken.at is not None:
        assert list(spoken.at) == sorted(spoken.at)
        assert len(spoken.at) == len(spoken.text) + 1
