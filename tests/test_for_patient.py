"""What the values of one patient make of an answer: clearance, the source's own bands, doses by weight and age."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue import Held
from bot.dosing.facts import Drug
from bot.for_patient import FACTORS, for_patient, weight_of
from bot.reply import Block, Picked
from intents.catalogue import Intent
from tests.invented import QUICK, block, composed, decimals, drug, held, intent, products_text

RENAL = intent("renal", "adjustment", populations=("renal",))
DIALYSIS = intent("dialysis", "adjustment", populations=("dialysis",))
HEPATIC = intent("hepatic", "adjustment", populations=("hepatic",))
DOSE = intent("dose", "start", "usual", "maximum")
CHILD = intent("child", "start", "usual", "maximum", "age_limit", populations=("child",))

ORAL = block("start: 5 mg per dose, 3 times daily\nmaximum: 80 mg per day")


def band(words: str, said: str = "{action: reduce}", source: str = "us-label", **at: str) -> str:
    return block(f"adjustment: {said}", source, **{"population": "renal", "band": words, **at})


BANDED = drug(
    ORAL,
    band("CrCl less than 15 mL/min", "{action: do_not_use}"),
    band("CrCl 15 to 29 mL/min", "{action: reduce, value: 10 mg per day}"),
    band("CrCl 30 to 59 mL/min", "{action: reduce, value: 20 mg per day}"),
    band("CrCl at least 60 mL/min", "{action: no_adjustment}"),
    band("eGFR less than 30 mL/min/1.73 m2", "{action: avoid}", "paper"),
    band("CKD stage 4 to 5", "{action: caution}", "uk-label"),
    band("Child-Pugh C", "{action: do_not_use}", population="hepatic"),
    band("Child-Pugh A to B", population="hepatic"),
)

ADULT = {"age": held("60", "a"), "weight": held("80", "kg"), "sex": held("male"), "creatinine": held("2", "mg/dL")}


def seen(asked: Intent, about: Drug, locale: str = "us", population: str = "", **patient: Held) -> Block:
    return for_patient(composed(asked, about, locale, population=population), patient, locale)


def picked(made: Block) -> list[tuple[str, list[str], list[str]]]:
    """Metric, bands that hold the value, and those near."""
    assert made.patient is not None
    return [(one.metric, _bands(one.inside), _bands(one.near)) for one in made.patient.picked]


def _bands(lines) -> list[str]:
    return [
        line.fact.at.band.words.removeprefix(f"{line.fact.at.band.metric} ").removesuffix(" mL/min") for line in lines
    ]


def doses(made: Block) -> list[str]:
    assert made.patient is not None
    return [f"{one.fact.what} {one.dose}" for one in made.patient.weighed]


# --- whether anything follows ------------------------------------------------------------------------------------


def test_without_values_the_block_stays_the_same() -> None:
    one = composed(RENAL, BANDED)
    assert for_patient(one, {}, "us") is one


@pytest.mark.parametrize(
    ("asked", "patient"),
    [
        (intent("stop", "taper_duration"), {"crcl": held("20", "mL/min"), "weight": held("70", "kg")}),
        (RENAL, {"weight": held("70", "kg")}),
        (RENAL, {"child_pugh": held("C")}),
        (HEPATIC, {"crcl": held("20", "mL/min")}),
        (DOSE, {"sex": held("male")}),
        (DOSE, {"weight": held("70", "kg")}),
    ],
)
def test_values_that_have_nothing_to_do_with_the_question_change_nothing(asked: Intent, patient: dict) -> None:
    one = composed(asked, BANDED)
    assert for_patient(one, patient, "us") is one


# --- by the kidneys ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("crcl", "inside", "near"),
    [
        ("10", ["less than 15"], []),
        ("20", ["15 to 29"], []),
        ("28", ["15 to 29"], ["30 to 59"]),
        ("29.5", [], ["15 to 29", "30 to 59"]),
        ("90", ["at least 60"], []),
    ],
)
def test_a_clearance_that_was_said_picks_the_sources_own_band(crcl: str, inside: list[str], near: list[str]) -> None:
    made = seen(RENAL, BANDED, crcl=held(crcl, "mL/min"))
    assert picked(made) == [("CrCl", inside, near)]
    assert made.patient is not None
    assert made.patient.clearance is None
    assert made.patient.picked[0].gap is not bool(inside)


def test_a_source_with_one_band_makes_no_gap_where_another_source_holds_the_value() -> None:
    one = drug(ORAL, band("CrCl 15 to 30 mL/min"), band("CrCl 30 to 60 mL/min", source="uk-label"))
    assert picked(seen(RENAL, one, crcl=held("20", "mL/min"))) == [("CrCl", ["15 to 30"], [])]
    assert picked(seen(RENAL, one, crcl=held("70", "mL/min"))) == [("CrCl", [], ["15 to 30", "30 to 60"])]


@pytest.mark.parametrize(("years", "unused"), [("17", True), ("18", False)])
def test_the_creatinine_of_a_child_is_said_to_be_unused(years: str, unused: bool) -> None:
    young = {**ADULT, "age": held(years, "a")}
    made = seen(RENAL, BANDED, population="child" if unused else "", **young)
    assert made.patient is not None
    assert made.patient.creatinine_unused is unused
    assert (made.patient.clearance is None) is unused


def test_a_clearance_is_worked_out_of_age_weight_sex_and_creatinine() -> None:
    made = seen(RENAL, BANDED, **ADULT)
    assert made.patient is not None
    assert made.patient.clearance is not None
    assert made.patient.clearance.value == Decimal(80) * 80 / (72 * 2)
    assert picked(made) == [("CrCl", ["30 to 59"], [])]


@pytest.mark.parametrize("unit", ["umol/L", "mmol/L"])
def test_creatinine_in_other_units_is_converted(unit: str) -> None:
    value = {"umol/L": "176.8", "mmol/L": "0.1768"}[unit]
    made = seen(RENAL, BANDED, **{**ADULT, "creatinine": held(value, unit)})
    assert made.patient is not None
    assert made.patient.clearance is not None
    assert abs(made.patient.clearance.value - Decimal(80) * 80 / 144) < Decimal("1e-20")


def test_a_clearance_that_was_said_outweighs_one_that_could_be_worked_out() -> None:
    made = seen(RENAL, BANDED, **ADULT, crcl=held("20", "mL/min"))
    assert made.patient is not None
    assert made.patient.clearance is None
    assert picked(made) == [("CrCl", ["15 to 29"], [])]


@pytest.mark.parametrize("missing", ["age", "weight", "sex", "creatinine"])
def test_one_missing_value_is_named_and_nothing_worked_out(missing: str) -> None:
    patient = {name: value for name, value in ADULT.items() if name != missing}
    made = seen(RENAL, BANDED, **patient, egfr=held("20", "mL/min/{1.73_m2}"))
    assert made.patient is not None
    assert (made.patient.clearance, made.patient.wanted) == (None, (missing,))


def test_each_metric_picks_its_own_bands_and_never_anothers() -> None:
    made = seen(RENAL, BANDED, crcl=held("20", "mL/min"), egfr=held("25", "mL/min/{1.73_m2}"), ckd_stage=held("4"))
    assert picked(made) == [
        ("CrCl", ["15 to 29"], []),
        ("eGFR", ["eGFR less than 30 mL/min/1.73 m2".removeprefix("eGFR ")], []),
        ("CKD stage", ["4 to 5"], []),
    ]


def test_an_egfr_picks_no_band_by_clearance_but_asks_for_one() -> None:
    made = seen(RENAL, drug(ORAL, band("CrCl less than 30 mL/min")), egfr=held("20", "mL/min/{1.73_m2}"))
    assert made.patient is not None
    assert (made.patient.picked, made.patient.wanted) == ((), ("age", "weight", "sex", "creatinine"))
    assert made.patient.unplaced


def test_nothing_is_asked_for_where_no_source_has_bands_by_clearance() -> None:
    one = composed(RENAL, drug(ORAL, band("CKD stage 5")))
    assert for_patient(one, {"egfr": held("20", "mL/min/{1.73_m2}")}, "us") is one


@pytest.mark.parametrize(
    ("name", "value"),
    [("age", held("17", "a")), ("age", held("6", "mo")), ("dialysis", held("haemodialysis")), ("sex", held("unknown"))],
)
def test_no_clearance_is_worked_out_where_the_formula_does_not_hold(name: str, value: Held) -> None:
    made = seen(RENAL, BANDED, **{**ADULT, name: value})
    assert made.patient is None or made.patient.clearance is None
    assert made.patient is None or made.patient.wanted == ()


def test_not_on_dialysis_is_no_dialysis() -> None:
    made = seen(RENAL, BANDED, **ADULT, dialysis=held("no"))
    assert made.patient is not None
    assert made.patient.clearance is not None


@pytest.mark.parametrize(("stage", "holds"), [("4", True), ("5", True), ("3b", False), ("3", False)])
def test_a_stage_in_a_range_of_stages(stage: str, holds: bool) -> None:
    one = drug(ORAL, band("CKD stage 4 to 5"))
    made = seen(RENAL, one, ckd_stage=held(stage))
    assert (made.patient is not None) is holds


def test_far_from_ideal_weight_the_bands_of_the_other_weights_are_picked_too() -> None:
    heavy = {**ADULT, "weight": held("130", "kg"), "height": held("170", "cm"), "creatinine": held("1.8", "mg/dL")}
    made = seen(RENAL, BANDED, **heavy)
    assert made.patient is not None
    assert [(one.weight, _bands(one.inside)) for one in made.patient.picked] == [
        ("", ["at least 60"]),
        ("ideal", ["30 to 59"]),
    ]


def test_other_weights_in_the_same_band_are_not_repeated() -> None:
    heavy = {**ADULT, "weight": held("130", "kg"), "height": held("170", "cm"), "creatinine": held("0.8", "mg/dL")}
    made = seen(RENAL, BANDED, **heavy)
    assert made.patient is not None
    assert [one.weight for one in made.patient.picked] == [""]


def test_sources_stand_strictest_first_and_alike_ones_share_a_line() -> None:
    one = drug(
        ORAL,
        band("CrCl less than 30 mL/min", "{action: reduce, value: 10 mg per day}"),
        band("CrCl less than 30 mL/min", "{action: reduce, value: 10 mg per day}", "uk-label"),
        band("CrCl less than 40 mL/min", "{action: do_not_use}", "de-label"),
    )
    made = seen(RENAL, one, "uk", crcl=held("20", "mL/min"))
    assert made.patient is not None
    lines = made.patient.picked[0].inside
    assert [[fact.source.id for fact in line.facts] for line in lines] == [["de-label"], ["uk-label", "us-label"]]


def test_in_a_gap_each_neighbour_is_seen_before_its_further_lines() -> None:
    one = drug(
        ORAL,
        *(band("CrCl 15 to 29 mL/min", f"{{action: reduce, value: {mg} mg per day}}") for mg in (1, 2, 3)),
        band("CrCl 30 to 59 mL/min", "{action: reduce, value: 20 mg per day}"),
    )
    made = seen(RENAL, one, crcl=held("29.5", "mL/min"))
    assert picked(made)[0][2] == ["15 to 29", "30 to 59", "15 to 29", "15 to 29"]


# --- which kind of "no" -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("crcl", "no"), [("10", "do_not_use"), ("20", ""), ("29.5", ""), ("90", "no_adjustment")])
def test_the_kind_of_no_is_that_of_the_patients_own_band(crcl: str, no: str) -> None:
    one = drug(
        ORAL,
        band("CrCl less than 15 mL/min", "{action: do_not_use}"),
        band("CrCl 15 to 29 mL/min"),
        band("CrCl 30 to 59 mL/min"),
        band("CrCl at least 60 mL/min", "{action: no_adjustment}"),
    )
    assert composed(RENAL, one).no == "do_not_use"
    assert seen(RENAL, one, crcl=held(crcl, "mL/min")).no == no


def test_beyond_all_bands_the_last_one_is_no_answer() -> None:
    one = drug(ORAL, band("CrCl less than 15 mL/min", "{action: do_not_use}"))
    made = seen(RENAL, one, crcl=held("90", "mL/min"))
    assert made.no == ""
    assert made.patient is not None
    assert made.patient.outside
    assert [one.deciding for one in made.patient.picked] == [()]


def test_what_holds_without_a_cut_off_counts_beside_the_band() -> None:
    one = drug(
        ORAL,
        band("CrCl at least 60 mL/min", "{action: no_adjustment}"),
        block("adjustment: {action: avoid}", "uk-label", population="renal"),
    )
    assert seen(RENAL, one, crcl=held("90", "mL/min")).no == ""


def test_the_class_of_the_liver_picks_its_band() -> None:
    made = seen(HEPATIC, BANDED, child_pugh=held("B"))
    assert (picked(made), made.no) == ([("Child-Pugh", ["A to B"], [])], "")
    assert seen(HEPATIC, BANDED, child_pugh=held("C")).no == "do_not_use"


# --- by weight ----------------------------------------------------------------------------------------------------

CHILDREN = {"population": "child"}
YOUNG = drug(
    block("start: 1 mg/kg per day\nusual: 2 mg/kg per day\nmaximum: 40 mg per day", **CHILDREN, age="2 to 7 years"),
    block("start: 1.5 mg/kg per day\nmaximum: 60 mg per day", **CHILDREN, age="8 to 17 years"),
    block("age_limit: Not below {2 years}.", population="child"),
    block("start: 0.5 mg/kg per day", population="adult"),
    products=products_text(("tablet", "5 mg")),
)  # fmt: skip


@pytest.mark.parametrize(
    ("patient", "made"),
    [
        ({"age": held("4", "a"), "weight": held("16", "kg")}, ["start 16 mg per day", "usual 32 mg per day"]),
        ({"age": held("7", "a"), "weight": held("25", "kg")}, ["start 25 mg per day", "usual 40 mg per day"]),
        ({"age": held("30", "mo"), "weight": held("12", "kg")}, ["start 12 mg per day", "usual 24 mg per day"]),
        ({"age": held("12", "a"), "weight": held("50", "kg")}, ["start 60 mg per day"]),
        ({"age": held("40", "a"), "weight": held("70", "kg")}, ["start 35 mg per day"]),
    ],
)
def test_doses_by_weight_of_this_age_alone(patient: dict[str, Held], made: list[str]) -> None:
    assert doses(seen(DOSE, YOUNG, **patient)) == made


def test_without_an_age_every_age_of_a_child_is_worked_out() -> None:
    made = seen(CHILD, YOUNG, population="child", weight=held("20", "kg"))
    assert doses(made) == ["start 20 mg per day", "start 30 mg per day", "usual 40 mg per day"]


def test_an_adults_dose_is_never_worked_out_for_a_child() -> None:
    assert all("10 mg" not in dose for dose in doses(seen(CHILD, YOUNG, population="child", weight=held("20", "kg"))))


def test_a_child_beside_a_question_about_adults_is_left_out() -> None:
    one = composed(DOSE, YOUNG, population="adult")
    assert for_patient(one, {"age": held("4", "a"), "weight": held("16", "kg")}, "us") is one


def test_an_adult_beside_a_question_about_children_is_left_out() -> None:
    one = composed(CHILD, YOUNG, population="child")
    assert for_patient(one, {"age": held("40", "a"), "weight": held("70", "kg")}, "us") is one


def test_off_label_doses_are_worked_out_only_when_asked_for_by_name() -> None:
    one = drug(
        block("usual: 2 mg/kg per day", population="child"),
        block("usual: 9 mg/kg per day\noff_label: {text: Tried.}", "paper", population="child", indication="reflux"),
    )
    assert doses(seen(CHILD, one, weight=held("10", "kg"))) == ["usual 20 mg per day"]


def test_sources_that_come_to_the_same_share_a_line() -> None:
    one = drug(
        block("usual: 2 mg/kg per day", population="child"),
        block("usual: 2 mg/kg per day", "uk-label", population="child"),
    )
    made = seen(CHILD, one, weight=held("10", "kg"))
    assert made.patient is not None
    assert [[fact.source.id for fact in dose.facts] for dose in made.patient.weighed] == [["us-label", "uk-label"]]


def test_the_products_of_the_readers_country_are_counted() -> None:
    text = products_text(("tablet", "5 mg")) + products_text(("tablet", "2 mg"), country="uk").partition("\n")[2]
    one = drug(block("usual: 1 mg/kg per dose, twice daily", population="child"), products=text)
    for locale, mg in (("us", "5"), ("uk", "6")):
        made = seen(CHILD, one, locale, weight=held("7", "kg"))
        assert made.patient is not None
        assert [f"{given.mg:f}" for given in made.patient.weighed[0].delivered] == [mg]


@QUICK
@given(decimals("3", "120", 1), st.integers(2, 17))
def test_no_dose_of_a_child_is_above_the_maximum_of_its_age(weight: Decimal, years: int) -> None:
    made = seen(CHILD, YOUNG, population="child", age=held(str(years), "a"), weight=held(f"{weight:f}", "kg"))
    assert made.patient is not None
    assert made.patient.weighed
    assert all(one.dose.quantity.high <= (40 if years < 8 else 60) for one in made.patient.weighed)


# --- by age -------------------------------------------------------------------------------------------------------


def ages(made: Block) -> list[tuple[str, bool]]:
    """The ages of the groups shown, and whether they are marked as neighbours."""
    return [(str(group.sections[0].fact.at.age or ""), group.sections[0].near) for group in made.groups]


@pytest.mark.parametrize(
    ("age", "shown", "of_others"),
    [
        (held("4", "a"), [("2 to 7 years", False), ("", False)], False),
        (held("8", "a"), [("2 to 7 years", True), ("8 to 17 years", False), ("", False)], False),
        (held("12", "a"), [("8 to 17 years", False), ("", False)], False),
        (held("12", "mo"), [("", False)], True),
    ],
)
def test_ages_that_are_not_the_patients_are_left_out(age: Held, shown: list[tuple[str, bool]], of_others: bool) -> None:
    made = seen(CHILD, YOUNG, population="child", age=age)
    assert sorted(ages(made)) == sorted(shown)
    assert made.patient is not None
    assert made.patient.of_others is of_others


def test_where_no_age_is_held_and_nothing_else_all_stays_and_it_is_said() -> None:
    one = drug(block("start: 5 mg per day", population="child", age="2 to 7 years"))
    made = seen(CHILD, one, population="child", age=held("12", "a"))
    assert ages(made) == [("2 to 7 years", False)]
    assert made.patient is not None
    assert made.patient.of_others


def test_without_age_and_weight_nothing_is_left_out() -> None:
    one = composed(CHILD, YOUNG, population="child")
    assert for_patient(one, {"sex": held("male")}, "us") is one


# --- what was taken into account ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "patient", "used"),
    [
        (RENAL, {"crcl": held("20", "mL/min")}, {"kidney"}),
        (RENAL, ADULT, {"kidney", "age", "weight"}),
        (RENAL, {"ckd_stage": held("4")}, {"kidney"}),
        (HEPATIC, {"child_pugh": held("C")}, {"liver"}),
        (RENAL, {"egfr": held("40", "mL/min/{1.73_m2}"), "age": held("60", "a")}, {"kidney"}),
    ],
)
def test_what_was_not_taken_into_account_is_said(asked: Intent, patient: dict[str, Held], used: set[str]) -> None:
    made = seen(asked, BANDED, **patient)
    assert made.patient is not None
    assert set(made.patient.left_out) == set(FACTORS) - used
    assert [name for name in FACTORS if name in made.patient.left_out] == list(made.patient.left_out)


def test_a_weight_that_is_known() -> None:
    assert weight_of({"weight": held("70", "kg")}) == Decimal(70)
    assert weight_of({"age": held("70", "a")}) is None


def test_the_same_values_give_the_same_block() -> None:
    assert seen(RENAL, BANDED, **ADULT) == seen(RENAL, BANDED, **ADULT)


def test_picked_lines_that_decide_are_those_inside_and_on_both_sides_of_a_gap() -> None:
    one = Picked("CrCl", Decimal(20), (), (), gap=False)
    assert one.deciding == ()
