"""How words and the thread before them make one request: what is inherited and what is dropped."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue import DialogueState, Focus, taken_of
from bot.following import Request, follow, made_absolute
from intents.understanding import (
    Alarm,
    DrugMention,
    Match,
    Measure,
    OtherName,
    PatientValues,
    ProposedDose,
    Slots,
    Understanding,
)
from tests.invented import NOW, QUICK, decimals, held

FOCUS = Focus(("zorvexil",), "oral", "spasticity", "adult", ("dose",))
STATE = DialogueState(FOCUS, ("mirvastat",), {}, touched=NOW)
ZORVEXIL = DrugMention("zorvexil", "zorvexil", "zorvexil")
QUILLAMIDE = DrugMention("quillamide", "quillamide", "quillamide")
FIVE_MG = ProposedDose(Measure(Decimal(5), "mg", "5 mg"))


def measure(text: str) -> Measure:
    value, unit = text.split()
    return Measure(Decimal(value), unit, text)


def heard(*intents: str, **slots) -> Understanding:
    matches = tuple(Match(name, 90.0, 20.0, "", "") for name in intents)
    return Understanding(Alarm(), Slots(**slots), matches, bare=not intents)


def asked(*intents: str, state: DialogueState = STATE, **slots) -> Request:
    return follow(heard(*intents, **slots), state, NOW)


def notices(request: Request) -> list[tuple[str, ...]]:
    return [(notice.kind, *notice.args) for notice in request.notices]


def test_a_drug_named_instead_is_asked_what_was_asked_before() -> None:
    state = DialogueState(Focus(("zorvexil",), "", "", "hepatic", ("hepatic",)), touched=NOW)
    request = asked("alternatives", state=state, drugs=(QUILLAMIDE,), instead=True)
    assert (request.intents, request.focus.drugs) == (("hepatic",), ("quillamide",))
    assert asked("alternatives", state=state, drugs=(QUILLAMIDE,)).intents == ("alternatives",)


@pytest.mark.parametrize("of_the_old", ["stop", "withdrawal", "overdose"])
def test_a_drug_given_instead_is_not_asked_how_to_end_the_old_one(of_the_old: str) -> None:
    state = DialogueState(Focus(("zorvexil",), "", "", "", (of_the_old,)), touched=NOW)
    assert asked("alternatives", state=state, drugs=(QUILLAMIDE,), instead=True).intents == ("dose",)


@pytest.mark.parametrize(("corrected", "kept"), [(True, {"age", "weight", "creatinine"}), (False, {"weight"})])
def test_a_value_put_right_is_the_same_persons(corrected: bool, kept: set[str]) -> None:
    patient = {"age": held("72", "a"), "weight": held("55", "kg"), "creatinine": held("150", "umol/L")}
    state = DialogueState(FOCUS, patient=patient, touched=NOW)
    request = asked(state=state, patient=PatientValues(weight=measure("80 kg")), correction=corrected)
    assert set(request.patient) == kept
    assert request.patient["weight"].number == 80
    assert request.intents == ("dose",)
    other = asked(state=state, patient=PatientValues(age=measure("30 a")), correction=corrected)
    assert set(other.patient) == {"age"}


@pytest.mark.parametrize(("score", "intents"), [(60.0, ("overdose",)), (59.0, ())])
def test_what_is_likely_an_overdose_is_answered_as_one(score: float, intents: tuple[str, ...]) -> None:
    likely = (Match("overdose", score, 5.0, "", ""), Match("renal", score - 5, 5.0, "", ""))
    said = Understanding(Alarm(), Slots(drugs=(ZORVEXIL,)), (), likely)
    assert follow(said, STATE, NOW).intents == intents


def test_what_a_patient_also_takes_is_kept_with_the_values() -> None:
    state = DialogueState(FOCUS, patient={"age": held("72", "a"), "taken": held("fluvexone")}, touched=NOW)
    assert taken_of(asked("maximum", state=state).patient) == ("fluvexone",)
    more = asked("dose", state=state, takes=("quindor", "fluvexone")).patient
    assert (taken_of(more), set(more)) == (("fluvexone", "quindor"), {"age", "taken"})
    assert taken_of(asked("dose", state=state, new_patient=True).patient) == ()
    assert taken_of(asked("dose", state=state, new_patient=True, takes=("quindor",)).patient) == ("quindor",)


def test_a_creatinine_whose_unit_was_not_said_is_not_passed_over() -> None:
    state = DialogueState(FOCUS, touched=NOW, asked_back="creatinine_unit")
    assert ("creatinine_unit",) in notices(asked("maximum", state=state))
    told = asked("maximum", state=state, patient=PatientValues(creatinine=measure("70 umol/L")))
    assert ("creatinine_unit",) not in notices(told)


def test_a_drug_named_alone_where_the_kidneys_are_known_is_an_overview() -> None:
    state = DialogueState(Focus(("zorvexil",), "", "", "older_adult", ("dose_check",)), touched=NOW)
    known = replace(state, patient={"crcl": held("20", "mL/min")})
    assert asked(state=state, drugs=(QUILLAMIDE,)).intents == ("older_adult",)
    assert asked(state=known, drugs=(QUILLAMIDE,)).intents == ("overview",)


@pytest.mark.parametrize("before", ["alternatives", "dose_check"])
def test_the_drug_chosen_among_others_is_not_asked_for_others_again(before: str) -> None:
    state = DialogueState(Focus(("zorvexil",), "", "", "", (before,)), touched=NOW)
    assert asked(state=state, drugs=(QUILLAMIDE,)).intents == ("overview",)


def test_a_drug_named_for_a_use_is_asked_for_its_dose_and_not_how_to_end_it() -> None:
    state = DialogueState(Focus(("zorvexil",), "", "", "", ("stop",)), touched=NOW)
    assert asked(state=state, drugs=(QUILLAMIDE,)).intents == ("stop",)
    assert asked(state=state, drugs=(QUILLAMIDE,), indications=("reflux",)).intents == ("dose",)


def test_a_switch_to_a_drug_leaves_the_threads() -> None:
    assert asked("switch", drugs=(QUILLAMIDE,)).focus.drugs == ("zorvexil", "quillamide")
    assert asked("switch", drugs=(ZORVEXIL, QUILLAMIDE)).focus.drugs == ("zorvexil", "quillamide")
    assert asked("dose", drugs=(QUILLAMIDE,)).focus.drugs == ("quillamide",)


@pytest.mark.parametrize(("dosing", "expected"), [(False, "overdose"), (True, "dialysis")])
def test_dialysis_after_an_overdose_is_a_treatment_unless_a_dose_is_asked(dosing: bool, expected: str) -> None:
    state = DialogueState(Focus(("zorvexil",), "", "", "", ("overdose",)), touched=NOW)
    assert asked("dialysis", state=state, populations=("dialysis",), dosing=dosing).intents == (expected,)


@pytest.mark.parametrize(
    ("years", "slots", "starts_over"),
    [
        ("14 a", {"populations": ("older_adult",)}, True),
        ("45 a", {"populations": ("older_adult",)}, True),
        ("80 a", {"populations": ("older_adult",)}, False),
        ("45 a", {"populations": ("child",)}, True),
        ("14 a", {"populations": ("child",)}, False),
        ("80 a", {"populations": ("adult",)}, False),
        ("5 a", {"populations": ("pregnancy",)}, True),
        ("5 a", {"patient": PatientValues(pregnancy="yes")}, True),
        ("15 a", {"populations": ("pregnancy",)}, False),
        ("45 a", {"populations": ("renal",)}, False),
    ],
)
def test_people_that_the_age_of_the_thread_is_not_of_are_another_patient(
    years: str, slots: dict, starts_over: bool
) -> None:
    state = DialogueState(FOCUS, patient={"age": held(*years.split())}, touched=NOW)
    request = asked("dose", state=state, **slots)
    assert ("age" not in request.patient) is starts_over
    assert (notices(request) != []) is starts_over


@pytest.mark.parametrize("slots", [{"drugs": (ZORVEXIL,)}, {"patient": PatientValues(sex="male")}])
def test_other_values_with_a_drug_or_a_sex_are_of_somebody_else_altogether(slots: dict) -> None:
    focus = Focus(("zorvexil",), "oral", "spasticity", "renal", ("renal",))
    state = DialogueState(focus, patient={"age": held("80", "a")}, touched=NOW)
    patient = slots.get("patient", PatientValues())
    values = PatientValues(age=measure("40 a"), sex=patient.sex)
    request = asked(state=state, **{**slots, "patient": values})
    assert (request.focus.indication, request.focus.population) == ("", "adult")
    assert "renal" not in request.intents


def test_an_age_with_another_drug_is_asked_about_before_the_group_of_the_thread() -> None:
    state = DialogueState(Focus(("zorvexil",), "", "", "pregnancy", ("pregnancy",)), touched=NOW)
    request = asked(state=state, drugs=(QUILLAMIDE,), patient=PatientValues(age=measure("80 a")))
    assert request.intents == ("older_adult",)


def test_between_a_dose_and_a_pair_both_are_answered() -> None:
    likely = tuple(Match(name, 50.0, 5.0, "", "") for name in ("interactions", "dose"))
    other = OtherName("no_facts", "fluvexone", "fluvexone", "fluvexone")
    said = Understanding(Alarm(), Slots(drugs=(ZORVEXIL,), others=(other,)), (), likely)
    assert follow(said, STATE, NOW).intents == ("interactions", "dose")


# --- what a follow-up inherits --------------------------------------------------------------------------------


@pytest.mark.parametrize("intent", ["maximum", "stop", "renal", "adverse_effects"])
def test_a_bare_follow_up_keeps_drug_route_indication_and_population(intent: str) -> None:
    request = asked(intent)
    assert request.intents == (intent,)
    assert request.focus == Focus(("zorvexil",), "oral", "spasticity", "adult", (intent,))


def test_a_switch_of_drug_keeps_the_question_and_drops_route_and_indication() -> None:
    request = asked(drugs=(QUILLAMIDE,))
    assert request.intents == ("dose",)
    assert request.focus == Focus(("quillamide",), "", "", "adult", ("dose",))
    assert request.earlier == ("zorvexil", "mirvastat")


def test_a_switch_with_a_route_takes_that_route() -> None:
    assert asked("dose", drugs=(QUILLAMIDE,), routes=("rectal",)).focus.route == "rectal"


def test_the_same_drug_again_keeps_the_route() -> None:
    assert asked("maximum", drugs=(ZORVEXIL,)).focus.route == "oral"


def test_a_route_that_is_said_asks_the_last_question_again() -> None:
    request = asked(routes=("intrathecal",))
    assert (request.intents, request.focus.route, request.focus.drugs) == (("dose",), "intrathecal", ("zorvexil",))


def test_earlier_drugs_are_newest_first_without_repeats_and_few() -> None:
    state = DialogueState(Focus(("e",)), ("d", "c", "b", "e", "a", "z"), touched=NOW)
    assert asked("dose", drugs=(ZORVEXIL,), state=state).earlier == ("e", "d", "c", "b", "a")
    assert asked("dose", state=state).earlier == state.earlier


def test_a_drug_named_twice_is_one() -> None:
    assert asked("dose", drugs=(ZORVEXIL, QUILLAMIDE, ZORVEXIL)).focus.drugs == ("zorvexil", "quillamide")


def test_without_a_thread_nothing_is_inherited() -> None:
    request = asked("maximum", state=DialogueState())
    assert request.focus == Focus(intents=("maximum",))


# --- which question it is -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("intents", "slots", "expected"),
    [
        (("maximum",), {}, ("maximum",)),
        (("maximum", "renal"), {}, ("maximum", "renal")),
        (("maximum", "maximum"), {}, ("maximum",)),
        (("dose",), {"populations": ("renal",)}, ("renal",)),
        (("overview",), {"populations": ("child",)}, ("child",)),
        (("dose",), {"populations": ("adult",)}, ("dose",)),
        (("stop",), {"populations": ("renal",)}, ("stop",)),
        (("dose",), {"patient": PatientValues(dialysis="haemodialysis")}, ("dialysis",)),
        ((), {"patient": PatientValues(dialysis="haemodialysis")}, ("dialysis",)),
        ((), {"patient": PatientValues(dialysis="no")}, ("dose",)),
        ((), {"patient": PatientValues(egfr=measure("25 mL/min"))}, ("renal",)),
        ((), {"patient": PatientValues(crcl=measure("25 mL/min"))}, ("renal",)),
        ((), {"patient": PatientValues(ckd_stage="4")}, ("renal",)),
        ((), {"patient": PatientValues(child_pugh="c")}, ("hepatic",)),
        ((), {"patient": PatientValues(pregnancy="yes")}, ("pregnancy",)),
        ((), {"patient": PatientValues(pregnancy="no")}, ("dose",)),
        ((), {"patient": PatientValues(weight=measure("70 kg"))}, ("dose",)),
        ((), {"populations": ("hepatic",)}, ("hepatic",)),
        ((), {"doses": (FIVE_MG,)}, ("dose_check",)),
        ((), {"doses": (FIVE_MG,), "populations": ("renal",)}, ("dose_check",)),
        (("stop",), {"doses": (FIVE_MG,)}, ("stop",)),
        ((), {"indications": ("reflux",)}, ("dose",)),
        ((), {"drugs": (ZORVEXIL,)}, ("overview",)),
        ((), {}, ()),
    ],
)
def test_the_question_that_words_make(intents: tuple[str, ...], slots: dict, expected: tuple[str, ...]) -> None:
    assert asked(*intents, **slots).intents == expected
    assert asked(*intents, **slots).focus.intents == expected


@pytest.mark.parametrize(
    ("likely", "slots", "expected"),
    [
        ("", {"drugs": (ZORVEXIL,)}, ()),
        ("", {"populations": ("renal",)}, ()),
        ("", {"routes": ("intrathecal",)}, ()),
        ("", {"doses": (FIVE_MG,)}, ()),
        ("stop", {"doses": (FIVE_MG,)}, ()),
        ("dose", {"doses": (FIVE_MG,)}, ("dose_check",)),
        ("dose", {"drugs": (ZORVEXIL,)}, ()),
    ],
)
def test_words_that_ask_something_unknown_are_no_question_by_what_else_they_hold(
    likely: str, slots: dict, expected: tuple[str, ...]
) -> None:
    matches = (Match(likely, 50.0, 5.0, "", ""),) if likely else ()
    words = Understanding(Alarm(), Slots(**slots), (), matches)
    assert follow(words, STATE, NOW).intents == expected


def unsure(*likely: str, **slots) -> Understanding:
    """Words that ask for something, but for nothing that was accepted."""
    return Understanding(Alarm(), Slots(**slots), (), tuple(Match(name, 40.0, 5.0, "", "") for name in likely))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (unsure("contraindications", drugs=(ZORVEXIL,)), ()),
        (unsure(drugs=(ZORVEXIL,)), ()),
        (unsure("administration", routes=("oral",)), ()),
        (unsure("titration", doses=(FIVE_MG,)), ()),
        (unsure("dose_check", "titration", doses=(FIVE_MG,)), ("dose_check",)),
        (heard("titration", doses=(FIVE_MG,)), ("titration",)),
        (heard("maximum", doses=(FIVE_MG,)), ("maximum",)),
    ],
)
def test_words_that_were_not_understood_are_asked_back(said: Understanding, expected: tuple[str, ...]) -> None:
    assert follow(said, STATE, NOW).intents == expected


@pytest.mark.parametrize(("age", "expected"), [("8 a", "child"), ("70 a", "older_adult"), ("40 a", "dose")])
def test_an_age_makes_a_question_about_dosing_one_of_its_group(age: str, expected: str) -> None:
    patient = PatientValues(age=measure(age))
    assert asked("dose", patient=patient).intents == (expected,)
    assert asked(patient=patient).intents == (expected,)
    assert asked("maximum", patient=patient).intents == ("maximum",)


def test_a_name_without_facts_keeps_the_question() -> None:
    other = OtherName("no_facts", "mirvastat", "mirvastat")
    assert asked(others=(other,)).intents == ("dose",)


def test_a_drug_alone_in_a_new_thread_is_an_overview() -> None:
    assert asked(drugs=(ZORVEXIL,), state=DialogueState()).intents == ("overview",)


def test_a_dose_without_a_drug_is_to_be_judged_once_the_drug_is_known() -> None:
    assert asked(doses=(FIVE_MG,), state=DialogueState()).intents == ("dose_check",)


# --- whom it is about -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "population"),
    [
        ("8 a", "child"),
        ("17 a", "child"),
        ("18 a", "adult"),
        ("64 a", "adult"),
        ("65 a", "older_adult"),
        ("6 mo", "child"),
        ("300 mo", "adult"),
    ],
)
def test_an_age_says_the_population(age: str, population: str) -> None:
    state = DialogueState(Focus(("zorvexil",)), touched=NOW)
    assert asked("dose", state=state, patient=PatientValues(age=measure(age))).focus.population == population


def test_a_population_in_words_outweighs_the_age() -> None:
    request = asked("dose", populations=("renal",), patient=PatientValues(age=measure("40 a")))
    assert request.focus.population == "renal"


def test_dialysis_is_a_population() -> None:
    assert asked("dose", patient=PatientValues(dialysis="haemodialysis")).focus.population == "dialysis"


@pytest.mark.parametrize("condition", ["renal", "dialysis", "hepatic"])
def test_an_age_does_not_put_a_condition_out_of_the_thread(condition: str) -> None:
    state = DialogueState(Focus(("zorvexil",), "oral", "", condition), touched=NOW)
    assert asked("dose", state=state, patient=PatientValues(age=measure("40 a"))).focus.population == condition


def test_values_join_the_patient_of_the_thread() -> None:
    state = DialogueState(FOCUS, patient={"age": held("40", "a")}, touched=NOW)
    request = asked(state=state, patient=PatientValues(weight=measure("70 kg")))
    assert set(request.patient) == {"age", "weight"}
    assert notices(request) == []


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (PatientValues(age=measure("8 a")), "age"),
        (PatientValues(sex="male"), "sex"),
        (PatientValues(weight=measure("90 kg")), "weight"),
    ],
)
def test_another_patient_is_said_and_starts_anew(new: PatientValues, why: str) -> None:
    old = {"age": held("40", "a"), "sex": held("female"), "weight": held("70", "kg"), "egfr": held("30", "mL/min")}
    request = asked("dose", state=DialogueState(FOCUS, patient=old, touched=NOW), patient=new)
    assert ("new_patient", why) in notices(request)
    assert set(request.patient) == {why}
    assert request.focus.drugs == ("zorvexil",)
    assert request.focus.population == ("child" if why == "age" else "")


def test_an_announced_patient_drops_values_and_population() -> None:
    state = DialogueState(FOCUS, patient={"egfr": held("30", "mL/min")}, touched=NOW)
    request = asked("dose", state=state, new_patient=True)
    assert (request.patient, request.focus.population) == ({}, "")
    assert notices(request) == [("new_patient", "said")]


def test_an_impossible_pair_is_passed_on() -> None:
    request = asked("dose", patient=PatientValues(age=measure("8 a"), weight=measure("70 kg")))
    assert request.impossible == ("age", "weight")


def test_the_state_is_left_as_it_was() -> None:
    patient = {"age": held("40", "a")}
    state = DialogueState(FOCUS, ("mirvastat",), patient, touched=NOW)
    asked("dose", state=state, drugs=(QUILLAMIDE,), patient=PatientValues(age=measure("8 a")))
    assert state == DialogueState(FOCUS, ("mirvastat",), {"age": held("40", "a")}, touched=NOW)


# --- what is said at the head -----------------------------------------------------------------------------------


def test_readings_are_echoed_slips_first() -> None:
    slip = DrugMention("zorvexil", "zorvexl", "zorvexil", slip=True)
    brand = DrugMention("quillamide", "Quillam", "quillam")
    request = asked("dose", drugs=(brand, slip), read_as=(("QD", "daily"),))
    assert notices(request) == [
        ("slip", "zorvexl", "zorvexil"),
        ("name", "quillam", "quillamide"),
        ("read_as", "QD", "daily"),
    ]


def test_an_exact_name_needs_no_echo() -> None:
    assert notices(asked("dose", drugs=(ZORVEXIL,))) == []


def test_two_interleaved_people_never_share_a_thread() -> None:
    one, other = DialogueState(FOCUS, touched=NOW), DialogueState()
    first = asked("dose", state=one, patient=PatientValues(age=measure("40 a")))
    second = asked("dose", state=other, drugs=(QUILLAMIDE,))
    again = asked("dose", state=one, patient=PatientValues(age=measure("40 a")))
    assert first == again
    assert (second.patient, second.earlier, second.focus.drugs) == ({}, (), ("quillamide",))


# --- "double it" ------------------------------------------------------------------------------------------------


def dosed(text: str, basis: str | None = None, times: int | None = None, high: str | None = None) -> ProposedDose:
    return ProposedDose(measure(text), basis, Decimal(times) if times else None, Decimal(high) if high else None)


def relative(factor: str, *doses: ProposedDose, intents: tuple[str, ...] = (), **slots) -> Understanding:
    return made_absolute(
        heard(*intents, relative=Decimal(factor), **slots), DialogueState(FOCUS, doses=doses, touched=NOW)
    )


@pytest.mark.parametrize(
    ("factor", "value", "high"), [("2", "10", "20"), ("0.5", "2.5", "5"), ("3", "15", "30"), ("1.5", "7.5", "15")]
)
def test_a_relative_dose_is_the_dose_of_the_thread_so_many_times_over(factor: str, value: str, high: str) -> None:
    words = relative(factor, dosed("5 mg", "dose", 3, "10"))
    (dose,) = words.slots.doses
    assert (dose.amount.value, dose.amount.unit, dose.high) == (Decimal(value), "mg", Decimal(high))
    assert (dose.basis, dose.times_daily) == ("dose", Decimal(3))
    assert [match.intent for match in words.intents] == ["dose_check"]
    assert follow(words, STATE, NOW).intents == ("dose_check",)


def test_what_nobody_wrote_is_not_quoted() -> None:
    (dose,) = relative("2", dosed("5 mg")).slots.doses
    assert (dose.amount.written, dose.high) == ("", None)


def test_only_the_last_dose_is_meant() -> None:
    words = relative("2", dosed("5 mg", "day"), dosed("9 mg", "day"))
    assert [dose.amount.value for dose in words.slots.doses] == [Decimal(10)]


def test_without_a_dose_in_the_thread_it_is_a_dose_check_without_one() -> None:
    words = relative("2")
    assert (words.slots.doses, [match.intent for match in words.intents]) == ((), ["dose_check"])


@pytest.mark.parametrize(
    "words",
    [
        relative("2", dosed("5 mg"), intents=("missed_dose",)),
        relative("2", dosed("5 mg"), intents=("maximum", "dose_check")),
        relative("2", dosed("5 mg"), doses=(dosed("40 mg", "day"),)),
        made_absolute(heard("dose"), DialogueState(FOCUS, doses=(dosed("5 mg"),), touched=NOW)),
    ],
)
def test_other_questions_and_doses_of_their_own_stay_what_they_are(words: Understanding) -> None:
    assert all(dose.amount.value != 10 for dose in words.slots.doses)
    assert words.slots.relative is None or words.intents[:1] != (Match("dose_check", 100.0, 100.0, "", ""),)


@QUICK
@given(decimals("0.01", "9999", 2), st.sampled_from(["2", "0.5", "3", "1.5"]))
def test_relative_doses_go_back(value: Decimal, factor: str) -> None:
    (dose,) = relative(factor, dosed(f"{value:f} mg", "day")).slots.doses
    assert dose.amount.value == value * Decimal(factor)


# --- drugs against each other ----------------------------------------------------------------------------------------

PAIR = (ZORVEXIL, QUILLAMIDE)
TWO = DialogueState(Focus(("zorvexil", "quillamide"), "", "", "", ("comparison", "maximum")), touched=NOW)


@pytest.mark.parametrize(
    ("intents", "slots", "expected"),
    [
        (("maximum",), {"drugs": PAIR, "comparing": True}, ("comparison", "maximum")),
        (("dose",), {"drugs": PAIR, "comparing": True}, ("comparison",)),
        (("overview",), {"drugs": PAIR, "comparing": True}, ("comparison",)),
        (("comparison",), {"drugs": PAIR, "comparing": True}, ("comparison",)),
        (("comparison", "renal"), {"drugs": PAIR, "comparing": True}, ("comparison", "renal")),
        (("dose",), {"drugs": PAIR, "comparing": True, "populations": ("renal",)}, ("comparison", "renal")),
        (("renal",), {"comparing": True}, ("comparison", "renal")),
        (("maximum",), {"drugs": PAIR}, ("maximum",)),
        (("dose",), {"drugs": (ZORVEXIL,), "comparing": True}, ("dose",)),
        (("storage",), {"drugs": PAIR, "comparing": True}, ("storage",)),
        (("maximum", "storage"), {"drugs": PAIR, "comparing": True}, ("maximum", "storage")),
    ],
)
def test_words_that_compare(intents: tuple[str, ...], slots: dict, expected: tuple[str, ...]) -> None:
    assert asked(*intents, state=DialogueState(), **slots).intents == expected


def test_a_comparison_goes_on_in_what_is_asked_next() -> None:
    assert asked("renal", state=TWO).intents == ("comparison", "renal")
    assert asked("storage", state=TWO).intents == ("storage",)
    assert asked("renal", state=TWO, drugs=(ZORVEXIL,)).intents == ("renal",)


# --- words that only describe a patient ----------------------------------------------------------------------------

OLD_MAN = PatientValues(age=measure("72 a"), weight=measure("80 kg"), sex="male", creatinine=measure("2.1 mg/dL"))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (unsure("older_adult", "renal", "new_patient", patient=OLD_MAN), ("renal",)),
        (unsure("renal", "new_patient", patient=OLD_MAN, drugs=(ZORVEXIL,)), ("renal",)),
        (unsure("renal", "dose_check", patient=OLD_MAN, doses=(FIVE_MG,)), ("dose_check",)),
        (unsure("child", patient=PatientValues(age=measure("3 a"))), ("child",)),
        (unsure("pregnancy", "renal", "dose_check", patient=OLD_MAN, doses=(FIVE_MG,)), ("dose_check",)),
        (unsure("renal", "interactions", patient=OLD_MAN), ()),
        (unsure("renal", "older_adult"), ()),
        (unsure(patient=OLD_MAN), ()),
    ],
)
def test_values_of_a_patient_ask_what_they_raise(words: Understanding, expected: tuple[str, ...]) -> None:
    assert follow(words, STATE, NOW).intents == expected
