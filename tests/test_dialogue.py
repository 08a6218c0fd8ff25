"""What a thread remembers and for how long; two patients are never one."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue import (
    FOCUS_LASTS,
    PATIENT_LASTS,
    DialogueState,
    Focus,
    Held,
    Snapshot,
    Trace,
    age_in_years,
    confirmed,
    current,
    impossible,
    replying_to,
    said,
    still_held,
    with_patient,
)
from intents.understanding import Measure, PatientValues
from tests.invented import NOW, QUICK, held

FOCUS = Focus(("zorvexil",), "oral", "spasticity", "adult", ("dose",))
TRACE = Trace(("dose",), facts=("zorvexil/oral",))
SECOND = timedelta(seconds=1)
STATE = DialogueState(FOCUS, ("quillamide",), {"age": held("40", "a")}, TRACE, "route", (), NOW)


def measure(value: str, unit: str) -> Measure:
    return Measure(Decimal(value), unit, value)


def values(**given: str) -> dict[str, Held]:
    """Held values from `age="40 a"`, `sex="female"`."""
    return {name: held(*text.split()) for name, text in given.items()}


# --- time ---------------------------------------------------------------------------------------------------


def test_the_limits_are_thirty_and_fifteen_minutes() -> None:
    assert timedelta(minutes=30) == FOCUS_LASTS
    assert timedelta(minutes=15) == PATIENT_LASTS


@pytest.mark.parametrize("silence", [timedelta(0), timedelta(minutes=29), timedelta(minutes=30)])
def test_the_focus_lasts_thirty_minutes_of_silence(silence: timedelta) -> None:
    found = current(STATE, NOW + silence)
    assert (found.focus, found.earlier, found.asked_back) == (FOCUS, ("quillamide",), "route")


@pytest.mark.parametrize("silence", [timedelta(minutes=30) + SECOND, timedelta(days=1)])
def test_after_that_nothing_is_inherited(silence: timedelta) -> None:
    found = current(STATE, NOW + silence)
    assert (found.focus, found.earlier, found.asked_back, found.doses) == (Focus(), (), "", ())
    assert found.patient == {}


def test_a_thread_that_never_spoke_holds_nothing() -> None:
    assert current(DialogueState(), NOW) == DialogueState()


@pytest.mark.parametrize(("silence", "kept"), [(timedelta(minutes=15), True), (timedelta(minutes=15) + SECOND, False)])
def test_a_patient_value_lasts_fifteen_minutes_from_when_it_was_said(silence: timedelta, kept: bool) -> None:
    assert bool(current(STATE, NOW + silence).patient) is kept


def test_talking_on_does_not_prolong_a_patient_value() -> None:
    talking = replace(STATE, touched=NOW + timedelta(minutes=14))
    later = NOW + timedelta(minutes=16)
    assert current(talking, later).focus == FOCUS
    assert current(talking, later).patient == {}


def test_each_value_ages_on_its_own() -> None:
    both = {"age": held("40", "a", minutes_ago=14), "weight": held("70", "kg", minutes_ago=1)}
    assert still_held(both, NOW) == both
    assert list(still_held(both, NOW + timedelta(minutes=2))) == ["weight"]


def test_a_confirmation_begins_the_fifteen_minutes_again() -> None:
    old = {"age": held("40", "a", minutes_ago=14), "weight": held("70", "kg", minutes_ago=16)}
    renewed = confirmed(old, NOW)
    assert renewed == {"age": held("40", "a")}
    assert still_held(renewed, NOW + timedelta(minutes=15)) == renewed


def test_what_is_gone_cannot_be_confirmed_back() -> None:
    assert confirmed({"age": held("40", "a", minutes_ago=16)}, NOW) == {}


# --- one patient ----------------------------------------------------------------------------------------------


def test_values_of_one_utterance_are_held_from_now() -> None:
    heard = PatientValues(age=measure("40", "a"), sex="female", dialysis="haemodialysis")
    found = said(heard, NOW)
    assert {name: value.value for name, value in found.items()} == {
        "age": measure("40", "a"),
        "sex": "female",
        "dialysis": "haemodialysis",
    }
    assert {value.at for value in found.values()} == {NOW}
    assert said(PatientValues(), NOW) == {}


def test_further_values_of_one_patient_join() -> None:
    change = with_patient(values(age="40 a"), values(weight="70 kg", sex="male", egfr="30 mL/min"), False)
    assert (change.started_over, set(change.values)) == ("", {"age", "weight", "sex", "egfr"})


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ({"age": "40 a"}, {"age": "41 a"}, "age"),
        ({"age": "40 a"}, {"age": "40 mo"}, "age"),
        ({"sex": "female"}, {"sex": "male"}, "sex"),
        ({"height": "170 cm"}, {"height": "180 cm"}, "height"),
        ({"weight": "70 kg"}, {"weight": "78 kg"}, "weight"),
        ({"weight": "70 kg"}, {"weight": "62 kg"}, "weight"),
        ({"weight": "10 kg"}, {"weight": "11.01 kg"}, "weight"),
    ],
)
def test_another_age_sex_or_weight_is_another_patient(old: dict[str, str], new: dict[str, str], why: str) -> None:
    before = {**values(**old), "egfr": held("30", "mL/min"), "pregnancy": held("yes")}
    change = with_patient(before, values(**new), False)
    assert change.started_over == why
    assert change.values == values(**new)


@pytest.mark.parametrize("weight", ["63", "70", "77"])
def test_a_weight_within_ten_percent_is_the_same_patient(weight: str) -> None:
    change = with_patient(values(age="40 a", weight="70 kg"), values(weight=f"{weight} kg"), False)
    assert change.started_over == ""
    assert change.values == {"age": held("40", "a"), "weight": held(weight, "kg")}


@pytest.mark.parametrize("name", ["creatinine", "crcl", "egfr"])
def test_a_new_laboratory_value_is_the_same_patient(name: str) -> None:
    change = with_patient(values(age="40 a", **{name: "30 mL/min"}), values(**{name: "60 mL/min"}), False)
    assert change.started_over == ""
    assert set(change.values) == {"age", name}


@pytest.mark.parametrize(("old", "new"), [("2 a", "24 mo"), ("12 mo", "1 a"), ("40 a", "40 a")])
def test_the_same_age_again_or_in_other_words_is_the_same_patient(old: str, new: str) -> None:
    change = with_patient(values(age=old, weight="12 kg"), values(age=new), False)
    assert (change.started_over, set(change.values)) == ("", {"age", "weight"})


@pytest.mark.parametrize("new", [{}, {"age": "8 a"}, {"weight": "70 kg"}, {"egfr": "30 mL/min"}])
def test_an_announced_patient_starts_from_what_was_said_with_it(new: dict[str, str]) -> None:
    change = with_patient(values(age="40 a", weight="70 kg"), values(**new), True)
    assert (change.values, change.started_over) == (values(**new), "said")


def test_an_announced_first_patient_drops_nothing() -> None:
    assert with_patient({}, values(age="8 a"), True).started_over == ""


NAMES = ("age", "sex", "weight", "height", "egfr", "creatinine")
anyone = st.fixed_dictionaries(
    {},
    optional={
        "age": st.integers(0, 100).map(lambda n: held(str(n), "a")),
        "sex": st.sampled_from(["female", "male"]).map(held),
        "weight": st.integers(1, 200).map(lambda n: held(str(n), "kg")),
        "height": st.integers(40, 210).map(lambda n: held(str(n), "cm")),
        "egfr": st.integers(1, 120).map(lambda n: held(str(n), "mL/min")),
    },
)


@QUICK
@given(anyone, anyone, st.booleans())
def test_two_patients_are_never_merged(old: dict[str, Held], new: dict[str, Held], announced: bool) -> None:
    change = with_patient(old, new, announced)
    assert set(new.items()) <= set(change.values.items())
    kept = {name: value for name, value in change.values.items() if name not in new}
    if change.started_over or announced:
        assert kept == {}
    else:
        assert kept == {name: value for name, value in old.items() if name not in new}
        assert all(
            old[name].value == new[name].value for name in ("age", "sex", "height") if name in old and name in new
        )


# --- values that cannot be one person's -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "weight"),
    [
        ("8 a", "70 kg"),
        ("8 a", "5 kg"),
        ("6 mo", "25 kg"),
        ("2 wk", "20 kg"),
        ("10 d", "30 kg"),
        ("40 a", "12 kg"),
        ("40 a", "500 kg"),
        ("14 a", "10 kg"),
    ],
)
def test_an_impossible_pair_is_named(age: str, weight: str) -> None:
    assert impossible(values(age=age, weight=weight)) == ("age", "weight")
    assert with_patient({}, values(age=age, weight=weight), False).impossible == ("age", "weight")


@pytest.mark.parametrize(
    ("age", "weight"),
    [
        ("8 a", "25 kg"),
        ("3 d", "3.2 kg"),
        ("6 mo", "7 kg"),
        ("12 a", "40 kg"),
        ("40 a", "70 kg"),
        ("40 a", "200 kg"),
        ("90 a", "45 kg"),
    ],
)
def test_a_possible_pair_is_not_asked_about(age: str, weight: str) -> None:
    assert impossible(values(age=age, weight=weight)) == ()


def test_a_pair_said_in_two_turns_is_looked_at_together() -> None:
    assert with_patient(values(age="8 a"), values(weight="70 kg"), False).impossible == ("age", "weight")
    assert with_patient(values(weight="70 kg"), values(age="8 a"), False).impossible == ("age", "weight")


def test_one_value_alone_is_never_impossible() -> None:
    assert impossible(values(age="8 a")) == ()
    assert impossible(values(weight="70 kg")) == ()
    assert impossible({}) == ()


@pytest.mark.parametrize("pregnant", ["yes", "second", "20 wk"])
@pytest.mark.parametrize("other", [{"sex": "male"}, {"age": "5 a"}, {"age": "8 mo"}])
def test_a_pregnancy_that_cannot_be_is_asked_about(other: dict[str, str], pregnant: str) -> None:
    assert impossible(values(**other, pregnancy=pregnant)) == (*other, "pregnancy")


@pytest.mark.parametrize("others", [{"sex": "female", "age": "30 a"}, {"age": "12 a"}, {}])
def test_a_possible_pregnancy_is_not_asked_about(others: dict[str, str]) -> None:
    assert impossible(values(**others, pregnancy="yes")) == ()
    assert impossible(values(sex="male", pregnancy="no")) == ()


@pytest.mark.parametrize(
    ("age", "years"), [("2 a", 2), ("24 mo", 2), ("52 wk", 1), ("365 d", 1), ("6 mo", Decimal("0.5"))]
)
def test_ages_in_years(age: str, years: Decimal) -> None:
    assert age_in_years(held(*age.split())) == years


# --- replies to an old answer -----------------------------------------------------------------------------------

OLD = Snapshot(
    Focus(("quillamide",), "rectal", "reflux", "child", ("stop",)), {"age": held("8", "a")}, "u1", Trace(("stop",))
)


def test_a_reply_starts_from_a_copy_of_what_the_answer_was_about() -> None:
    found = replying_to(STATE, OLD, "u1", NOW)
    assert (found.focus, found.trace, found.touched) == (OLD.focus, OLD.trace, NOW)
    assert found.patient == {"age": held("8", "a")}


def test_another_persons_patient_is_never_copied() -> None:
    found = replying_to(STATE, OLD, "u2", NOW)
    assert found.focus == OLD.focus
    assert found.patient == {}


@pytest.mark.parametrize("user", ["u1", "u2"])
def test_old_patient_values_do_not_come_back_by_a_reply(user: str) -> None:
    assert replying_to(STATE, OLD, user, NOW + timedelta(minutes=16)).patient == {}


def test_a_reply_leaves_state_and_snapshot_as_they_were() -> None:
    before = replace(STATE)
    replying_to(STATE, OLD, "u1", NOW)
    assert before == STATE
    assert OLD.patient == {"age": held("8", "a")}


def test_a_reply_after_an_hour_still_has_its_drug() -> None:
    later = NOW + timedelta(hours=1)
    found = replying_to(current(STATE, later), OLD, "u1", later)
    assert (found.focus.drugs, found.focus.route, found.patient) == (("quillamide",), "rectal", {})
