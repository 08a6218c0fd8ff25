"""How what follows for a patient reads: the first line is about this patient's band and never leaves out its action."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.checking import check_dose
from bot.composing import Partner
from bot.dialogue import Held
from bot.dosing.facts import Drug
from bot.for_patient import for_patient, weight_of
from bot.reply import Block
from intents.catalogue import Intent
from intents.understanding import Measure, ProposedDose
from tests.invented import block, composed, drug, held, intent, rendered, reply_of

RENAL = intent("renal", "adjustment", populations=("renal",))
CHECK = intent("dose_check", "start", "usual", "maximum", "adjustment", "toxic_dose")
CHILD = intent("child", "start", "usual", "maximum", "age_limit", populations=("child",))
LONG = "{action: reduce, value: '100 to 1400 mg per dose, 2 to 3 times daily at bedtime for 14 days'}"


def band(words: str, said: str = "{action: reduce}", source: str = "us-label", **at: str) -> str:
    return block(f"adjustment: {said}", source, **{"population": "renal", "band": words, **at})


KIDNEYS = drug(
    block("maximum: 3600 mg per day\nusual: 900 mg per day"),
    band("CrCl less than 15 mL/min", "{action: do_not_use}"),
    band("CrCl 15 to 29 mL/min", "{action: reduce, value: 200 to 700 mg per day}"),
    band("CrCl 30 to 59 mL/min", LONG),
    band("CrCl at least 60 mL/min", "{action: no_adjustment}"),
)


def told(
    asked: Intent, about: Drug, dose: ProposedDose | None = None, population: str = "renal", **patient: Held
) -> str:
    made = for_patient(composed(asked, about, population=population, route="oral"), patient, "us")
    if dose is not None:
        weight = weight_of(patient)
        made = replace(made, check=check_dose(dose, made.facts, made.patient, population, weight), no="")
    return words(made)


def words(made: Block) -> str:
    shown = rendered(reply_of(made))
    assert shown.withheld == ()
    return "\n".join(shown.plain).replace("\u00a0", " ")


def first_line(text: str) -> str:
    return next(line for line in text.split("\n") if line.startswith("zorvexil oral"))


def proposed(value: str, unit: str = "mg", basis: str = "dose", times: str = "", high: str = "") -> ProposedDose:
    amount = Measure(Decimal(value), unit, f"{value} {unit}")
    return ProposedDose(amount, basis, Decimal(times) if times else None, Decimal(high) if high else None)


@pytest.mark.parametrize(
    ("crcl", "line"),
    [
        ("10", "do not use (CrCl less than 15 mL/min), US label"),
        ("20", "reduce the dose 200 to 700 mg per day (CrCl 15 to 29 mL/min), US label"),
        ("45", "reduce the dose 100 to 1,400 mg per dose, 2 to 3 times daily at bedtime for 14 days"),
        ("90", "the source says no adjustment (CrCl at least 60 mL/min), US label"),
        ("29.5", "outside the source's bands; nearest: reduce the dose 200 to 700 mg per day (CrCl 15 to 29 mL/min)"),
    ],
)
def test_the_first_line_is_about_the_patients_own_band(crcl: str, line: str) -> None:
    assert line in first_line(told(RENAL, KIDNEYS, crcl=held(crcl, "mL/min")))


def test_what_has_no_room_leaves_its_figure_out_and_never_its_action() -> None:
    line = first_line(told(RENAL, drug(band("CrCl 30 to 59 mL/min", LONG))))
    assert "reduce the dose (CrCl 30 to 59 mL/min)" in line
    assert "1,400" not in line
    assert len(line) <= 140


def test_a_childs_first_line_gives_what_the_weight_makes_of_a_dose() -> None:
    one = drug(
        block("start: 0.3 mg/kg per day\nusual: 0.75 to 2 mg/kg per day", population="child"),
        block("maximum: 40 mg per day", population="child", age="less than 8 years"),
    )
    small = told(CHILD, one, population="child", age=held("3", "mo"), weight=held("5", "kg"))
    assert first_line(small) == (
        "zorvexil oral, child: start 1.5 mg per day at 5 kg, US label; usual 3.75 to 10 mg per day at 5 kg, US label"
    )
    asked = told(intent("maximum", "maximum"), one, population="child", age=held("3", "mo"), weight=held("5", "kg"))
    assert "maximum: 40 mg per day" in first_line(asked)


def test_a_filtration_rate_leads_to_no_clearances_band() -> None:
    text = told(RENAL, KIDNEYS, egfr=held("20", "mL/min/{1.73_m2}"))
    assert first_line(text) == "zorvexil oral, kidney impairment: depends on the CrCl, which is not known here"
    assert "send the CrCl, or what is missing for it: age, weight, sex, creatinine." in text


def test_both_sides_of_a_gap_are_named() -> None:
    text = told(RENAL, KIDNEYS, crcl=held("29.5", "mL/min"))
    assert "CrCl 29.5: the source's bands leave this value out" in text
    assert "Next band: kidney impairment, CrCl 15 to 29 mL/min" in text
    assert "Next band: kidney impairment, CrCl 30 to 59 mL/min" in text


def test_near_a_border_the_neighbour_is_called_one() -> None:
    text = told(RENAL, KIDNEYS, crcl=held("28", "mL/min"))
    assert "Near the border, also kidney impairment, CrCl 30 to 59 mL/min" in text
    assert "Next band" not in text


def test_a_clearance_shows_its_sum() -> None:
    adult = {
        "age": held("60", "a"),
        "weight": held("80", "kg"),
        "sex": held("female"),
        "creatinine": held("2", "mg/dL"),
    }
    text = told(RENAL, KIDNEYS, **adult)
    assert "CrCl 37.8 mL/min, worked out by Cockcroft-Gault" in text
    assert "(140 − 60) × 80 kg ÷ (72 × 2 mg/dL) × 0.85, actual body weight" in text


def test_cut_offs_of_adults_are_called_so_for_a_child() -> None:
    text = told(RENAL, KIDNEYS, population="child", crcl=held("20", "mL/min"), age=held("8", "a"))
    assert "Cut-offs that name no age are made for adults" in text
    assert "Cut-offs that name no age" not in told(RENAL, KIDNEYS, crcl=held("20", "mL/min"))


def test_the_creatinine_of_a_child_is_not_passed_over_in_silence() -> None:
    child = {"age": held("8", "a"), "creatinine": held("1", "mg/dL")}
    assert "The creatinine was not used: Cockcroft-Gault was made for adults." in told(
        RENAL, KIDNEYS, population="child", **child
    )


def test_the_figures_of_everybody_are_each_said_once_beside_a_condition() -> None:
    one = drug(block("start: '5 mg per dose, 3 times daily'"), band("CrCl 15 to 29 mL/min"))
    text = told(intent("dose", "start", "maximum"), one, crcl=held("20", "mL/min"))
    (beside,) = (line for line in text.split("\n") if line.startswith("In general:"))
    assert beside == (
        "In general: start 5 mg per dose, 3 times daily (15 mg per day), US label, not for kidney impairment"
    )


@pytest.mark.parametrize(("population", "said"), [("", " (child)"), ("child", "")])
def test_a_childs_figure_is_said_to_be_one_where_nobody_spoke_of_a_child(population: str, said: str) -> None:
    one = drug(block("maximum: 40 mg per day", population="child"), block("start: 5 mg per day"))
    line = first_line(words(composed(intent("maximum", "maximum"), one, population=population, route="oral")))
    assert line == f"zorvexil oral, maximum: 40 mg per day{said}, US label"


def test_no_childs_figure_stands_beside_an_adults_start() -> None:
    one = drug(block("maximum: 40 mg per day", population="child"), block("start: 5 mg per day"))
    line = first_line(words(composed(intent("dose", "start", "maximum"), one, route="oral")))
    assert line == "zorvexil oral, dose: start 5 mg per day, US label"


def test_a_first_line_speaks_of_one_use() -> None:
    one = drug(block("start: 5 mg per day"), block("maximum: 90 mg per day", indication="reflux"))
    line = first_line(words(composed(intent("dose", "start", "maximum"), one, route="oral")))
    assert line == "zorvexil oral, dose: start 5 mg per day, US label"


def test_the_most_of_a_start_is_no_maximum_in_a_first_line() -> None:
    one = drug(block("maximum: [{about: start, value: 10 mg per day}, 80 mg per day]"))
    line = first_line(words(composed(intent("maximum", "maximum"), one, route="oral")))
    assert line == "zorvexil oral, maximum: 80 mg per day, US label"


@pytest.mark.parametrize("population", ["adult", "older_adult", "child", ""])
def test_the_band_of_a_patients_values_leads_whoever_the_thread_is_about(population: str) -> None:
    text = told(intent("dose", "start", "usual", "maximum", "adjustment"), KIDNEYS, population=population,
                crcl=held("20", "mL/min"))  # fmt: skip
    assert "kidney impairment: reduce the dose 200 to 700 mg per day (CrCl 15 to 29 mL/min)" in first_line(text)


def test_a_band_that_changes_nothing_does_not_lead() -> None:
    text = told(intent("dose", "start", "usual", "maximum"), KIDNEYS, population="adult", crcl=held("90", "mL/min"))
    assert first_line(text) == "zorvexil oral, dose: usual 900 mg per day, US label; maximum 3,600 mg per day, US label"


FORBIDDEN = drug(block("usual: 5 mg per day"), block("adjustment: {action: do_not_use}", population="renal"))


@pytest.mark.parametrize(
    ("values", "forbids"),
    [
        ({"crcl": held("59", "mL/min")}, True),
        ({"crcl": held("60", "mL/min")}, False),
        ({"egfr": held("40", "mL/min/{1.73_m2}")}, True),
        ({"ckd_stage": held("3b")}, True),
        ({"ckd_stage": held("2")}, False),
        ({"dialysis": held("haemodialysis")}, True),
        ({"dialysis": held("no")}, False),
    ],
)
def test_what_forbids_a_drug_without_a_cut_off_leads_for_poor_kidneys(values: dict[str, Held], forbids: bool) -> None:
    text = told(intent("dose", "start", "usual"), FORBIDDEN, population="adult", **values)
    assert ("kidney impairment: do not use" in first_line(text)) is forbids


def test_what_is_forbidden_on_some_days_forbids_nothing_on_the_others() -> None:
    one = drug(
        block("adjustment: {action: do_not_use, about: free_days}\ndialysis_supplement: 100 mg per dose",
              population="dialysis"),
        block("adjustment: {action: reduce}", population="dialysis", source="us-guideline"),
    )  # fmt: skip
    asked_ = intent("dialysis", "adjustment", "dialysis_supplement", populations=("dialysis",))
    line = first_line(words(composed(asked_, one, population="dialysis", route="oral")))
    assert line.startswith("zorvexil oral, dialysis: reduce the dose, US guideline; do not use (free days)")
    assert "after each dialysis 100 mg per dose" in line


def test_a_maximum_says_for_whom_it_is_where_that_is_short() -> None:
    one = drug(block("maximum: {value: 90 mg per day, text: In severe cases.}"))
    line = first_line(words(composed(intent("maximum", "maximum"), one, route="oral")))
    assert line == "zorvexil oral, maximum: 90 mg per day in severe cases, US label"


def test_a_usual_dose_without_a_lower_end_is_the_strictest() -> None:
    one = drug(block("usual: 30 to 75 mg per day"), block("usual: up to 60 mg per day", "uk-label"))
    line = first_line(words(composed(intent("dose", "usual"), one, route="oral")))
    assert line == "zorvexil oral, dose: usual up to 60 mg per day (UK label, strictest)"


@pytest.mark.parametrize(("population", "said"), [("", "Grown."), ("pregnancy", "Newborn.")])
def test_a_statement_for_newborns_does_not_lead_where_nobody_spoke_of_one(population: str, said: str) -> None:
    one = drug(
        block("withdrawal_treatment: {about: course, text: Grown.}", population="any"),
        block("withdrawal_treatment: {about: first_action, text: Newborn.}", population="pregnancy"),
    )
    made = composed(intent("withdrawal", "withdrawal_treatment"), one, population=population, route="oral")
    assert first_line(words(made)).endswith(said.strip("."))


def test_a_disease_that_is_asked_about_stands_first_and_hides_no_other_reason() -> None:
    one = drug(block(
        "contraindication: [{about: naps, text: No naps.}, {about: hiccups, text: No hiccups.}]\n"
        "warning: [{about: hiccups, text: Watch hiccups.}, {about: rests, text: Watch rests.}]"
    ))  # fmt: skip
    asked = intent("contraindications", "contraindication")
    text = words(composed(asked, one, partners=(Partner(("hiccups",)),), route="oral"))
    assert first_line(text) == "zorvexil oral, contraindications: hiccups: No hiccups"
    assert text.index("hiccups: No hiccups. ·") < text.index("naps: No naps.")
    assert "Watch hiccups." in text
    assert "Watch rests." not in text


def test_figures_of_other_ages_are_in_no_first_line_of_a_child() -> None:
    one = drug(
        block("maximum: 3600 mg per day", population="child", age="at least 12 years"),
        block("start: 10 mg/kg per day", population="child", age="3 to 11 years"),
    )
    text = told(CHILD, one, population="child", age=held("2", "a"), weight=held("13", "kg"))
    assert "3,600" not in first_line(text)


def test_a_source_without_a_figure_takes_no_figure_from_the_first_line() -> None:
    one = drug(
        block("maximum: {absent: true, text: Names no ceiling.}", indication="muscle_spasm"),
        block("maximum: 40 mg per day", "uk-label", indication="seizures"),
    )
    line = first_line(words(composed(intent("maximum", "maximum"), one, route="oral")))
    assert line == "zorvexil oral, maximum: 40 mg per day (seizures), UK label"


# --- doses by weight -----------------------------------------------------------------------------------------------

YOUNG = drug(
    block("usual: 0.75 to 2 mg/kg per day\nmaximum: 40 mg per day", population="child", age="less than 8 years"),
    block("usual: 2 mg/kg per day", "uk-label", population="child", age="less than 8 years"),
    block("start: {about: infants, value: 1 mg per day}", population="child"),
)


def test_a_dose_by_weight_shows_its_sum_its_ceiling_and_what_is_held_elsewhere() -> None:
    text = told(CHILD, YOUNG, population="child", weight=held("25.15", "kg"), age=held("7", "a"))
    assert (
        "USUAL 18.8 to 40 mg per day (spasticity): 0.75 to 2 mg per kg per day × 25.15 kg = 18.8 to 50.3 mg per day, "
        "held at the ceiling 40 mg per day [1]"
    ) in text
    assert "× 25.15 kg; above the maximum elsewhere, 40 mg per day, US label [1]" in text


def test_small_doses_keep_their_figures_and_are_cut() -> None:
    tiny = drug(
        block("start: 0.01 mg/kg per day\nmaximum: {about: start, value: 0.05 mg/kg per day}", population="child")
    )
    text = told(CHILD, tiny, population="child", weight=held("7.35", "kg"))
    assert "START 0.0735 mg per day" in text
    assert "MAX (start) 0.367 mg per day" in text


def test_an_age_that_no_fact_names_is_said() -> None:
    text = told(CHILD, YOUNG, population="child", age=held("12", "a"))
    assert "No age or weight that our facts name holds this patient" in text
    assert "start 1 mg per day (infants)" in first_line(text)


# --- dose checks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dose", "said"),
    [
        (proposed("300", times="1"), "300 mg per dose, once daily (300 mg per day):"),
        (proposed("300", times="2"), "300 mg per dose, twice daily (600 mg per day):"),
        (proposed("1200", times="3"), "1,200 mg per dose, 3 times daily (3,600 mg per day):"),
        (proposed("600", basis="day"), "600 mg per day:"),
        (proposed("600", basis="day", times="3"), "600 mg per day, 3 times daily:"),
        (proposed("300", times="3", high="600"), "300 to 600 mg per dose, 3 times daily (900 to 1,800 mg per day):"),
        (proposed("900"), "900 mg per dose:"),
        (proposed("9000", "ug", "day"), "9,000 mcg per day:"),
        (proposed("10", "mg/kg", "day"), "10 mg per kg per day × 70 kg = 700 mg per day:"),
        (
            proposed("5", "mg/kg", times="2"),
            "5 mg per kg per dose × 70 kg = 350 mg per dose, twice daily (700 mg per day):",
        ),
    ],
)
def test_a_proposed_dose_is_read_back_with_what_it_comes_to(dose: ProposedDose, said: str) -> None:
    assert first_line(told(CHECK, KIDNEYS, dose, "adult", weight=held("70", "kg"))).startswith(f"zorvexil oral, {said}")


@pytest.mark.parametrize(
    ("dose", "crcl", "line"),
    [
        (proposed("700", times="1"), "20", "within the limits we hold; this is no judgement of the patient"),
        (proposed("600", times="3"), "20", "above every limit we hold for kidney impairment, CrCl 15 to 29 mL/min"),
        (proposed("600", times="3"), "29.5", "above every limit we hold for kidney impairment, CrCl 15 to 29 mL/min"),
        (proposed("300", times="1"), "10", "above every limit we hold for kidney impairment, CrCl less than 15 mL/min"),
        (proposed("9000", "ug", "day"), "20", "check the unit"),
        (proposed("36000", times="3"), "20", "tenfold away from every figure we hold"),
    ],
)
def test_the_verdict_of_a_dose_check(dose: ProposedDose, crcl: str, line: str) -> None:
    assert line in first_line(told(CHECK, KIDNEYS, dose, crcl=held(crcl, "mL/min")))


def test_a_dose_per_kilogram_without_a_weight_asks_for_it() -> None:
    one = drug(block("maximum: 40 mg per day\nusual: 20 mg per day"))
    text = told(CHECK, one, proposed("2", "mg/kg", "day"), "adult")
    assert "our limits are in mg, send the weight" in first_line(text)


def test_a_slip_is_called_out_before_anything_else() -> None:
    one = drug(block("maximum: 80 mg per day\nusual: 40 mg per day\ntoxic_dose: {value: at least 200 mg in total}"))
    line = first_line(told(CHECK, one, proposed("900", basis="day"), "adult"))
    assert line.index("tenfold") < line.index("toxicity")


def test_without_a_limit_no_empty_list_is_headed() -> None:
    one = drug(block("usual: 40 mg per day"), band("CrCl less than 30 mL/min"))
    text = told(CHECK, one, proposed("40", basis="day"), "adult")
    assert "no limit is in our facts to compare with" in first_line(text)
    assert "limits held" not in text
    assert "The limits below" not in told(CHECK, one, proposed("40", basis="day"))


def test_a_limit_for_everybody_ends_without_a_stray_comma() -> None:
    one = drug(block("maximum: 80 mg per day", population="any", indication="any"))
    assert "MAX 80 mg per day · US label" in told(CHECK, one, proposed("40", basis="day"), "adult")
