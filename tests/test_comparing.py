"""Drugs side by side: a cited cell for each question and drug, an honest "no" where nothing is held, no ranking."""

import pytest

from bot.comparing import GENERAL, GENERAL_OF_MANY, comparison, for_same_use, instead_of, switch
from bot.composing import Partner
from bot.dialogue import Focus
from bot.dosing.facts import Drug, Status
from bot.known import World
from bot.reply import Block, Cell, Row
from tests.invented import block, drug, held, intent, standing_at, world

INTENTS = (
    intent("indications", "labelled_indication"),
    intent("start", "start"),
    intent("maximum", "maximum"),
    intent("renal", "adjustment", populations=("renal",)),
    intent("hepatic", "adjustment", populations=("hepatic",)),
    intent("stop", "stop_advice", "taper_duration"),
    intent("interactions", "interaction"),
    intent("comparison", "comparison"),
    intent("switch", "switch"),
)
LABELLED = "labelled_indication: {about: ms, text: Stiff muscles.}"


def named(name: str, *blocks: str, status: Status = Status.UNDER_REVIEW) -> Drug:
    return standing_at(drug(*blocks, name=name), status)


ZORVEXIL = named(
    "zorvexil",
    block(f"{LABELLED}\nstart: 5 mg per day\nmaximum: 80 mg per day"),
    block("adjustment: {action: reduce}", population="renal"),
    block("adjustment: {action: do_not_use}", "uk-label", population="renal"),
    block("stop_advice: {about: abrupt, text: Slowly.}\ntaper_duration: 2 weeks"),
    block("comparison: {about: quilmatine, text: Much the same.}", "paper", indication="any"),
    block("interaction: [{about: alcohol, text: Sleepy.}, {about: naps, text: Sleepier.}]"),
    block("switch: {about: quilmatine, text: Overlap for a week.}", "paper", indication="any"),
)
QUILMATINE = named(
    "quilmatine",
    block("maximum: 36 mg per day\nstart: {value: 2 mg per dose, text: One dose.}"),
    block("maximum: 30 mg per day", "uk-label"),
)
SILENT = named("tacenol", block("maximum: {absent: true}"))
NOTHING = Focus()
BOTH = world(ZORVEXIL, QUILMATINE, intents=INTENTS, classes={"naps": ("quilmatine",)})


def compared(
    drugs: tuple[Drug, ...] = (ZORVEXIL, QUILMATINE),
    aspects: tuple[str, ...] = (),
    focus: Focus = NOTHING,
    partners: tuple[Partner, ...] = (),
    held: World = BOTH,
) -> Block:
    return comparison(held, drugs, aspects, focus, "us", partners)


def rows(made: Block) -> dict[str, list[str]]:
    """The drugs of each row that is shown."""
    assert made.table is not None
    return {row.intent: [cell.drug.name for cell in row.cells] for row in made.table.rows}


def row(made: Block, asked: str) -> Row:
    assert made.table is not None
    return next(one for one in made.table.rows if one.intent == asked)


def cell(made: Block, asked: str, name: str) -> Cell:
    return next(one for one in row(made, asked).cells if one.drug.name == name)


def said(one: Cell) -> list[str]:
    return [f"{line.fact.source.id} {line.fact.value or line.fact.action or line.fact.text}" for line in one.lines]


# --- rows ---------------------------------------------------------------------------------------------------------


def test_what_was_asked_is_compared_and_what_sources_compare_comes_last() -> None:
    assert list(rows(compared(aspects=("maximum", "start")))) == ["maximum", "start", "comparison"]


def test_two_drugs_without_a_question_are_compared_in_general() -> None:
    assert list(rows(compared())) == [*GENERAL, "comparison"]


def test_more_drugs_are_compared_in_less() -> None:
    more = (ZORVEXIL, QUILMATINE, SILENT)
    assert list(rows(compared(more, held=world(*more, intents=INTENTS)))) == [*GENERAL_OF_MANY, "comparison"]


@pytest.mark.parametrize(("aspects", "shown"), [(("maximum",), 8), (("maximum", "start"), 4), ((), 4)])
def test_many_drugs_stand_in_one_row_few_in_many(aspects: tuple[str, ...], shown: int) -> None:
    many = tuple(named(f"drug{letter}", block("maximum: 5 mg per day")) for letter in "abcdefghij")
    made = compared(many, aspects, held=world(*many, intents=INTENTS))
    assert len(row(made, "maximum").cells) == shown


def test_every_drug_has_a_cell_in_every_row_that_was_asked() -> None:
    found = rows(compared(aspects=("maximum", "hepatic")))
    assert found["maximum"] == found["hepatic"] == ["zorvexil", "quilmatine"]


def test_only_drugs_that_a_source_compares_stand_in_the_last_row() -> None:
    made = compared(aspects=("maximum",))
    assert rows(made)["comparison"] == ["zorvexil"]
    assert said(cell(made, "comparison", "zorvexil")) == ["paper Much the same."]


def test_where_no_source_compares_there_is_no_such_row() -> None:
    assert "comparison" not in rows(
        compared((QUILMATINE, SILENT), ("maximum",), held=world(QUILMATINE, SILENT, intents=INTENTS))
    )


# --- cells --------------------------------------------------------------------------------------------------------


def test_a_cell_shows_the_strictest_and_says_that_sources_differ() -> None:
    made = compared(aspects=("maximum",))
    assert said(cell(made, "maximum", "quilmatine")) == ["uk-label 30 mg per day"]
    assert cell(made, "maximum", "quilmatine").conflict
    assert not cell(made, "maximum", "zorvexil").conflict


def test_an_adjustment_shows_do_not_use_before_reduce() -> None:
    one = cell(compared(aspects=("renal",)), "renal", "zorvexil")
    assert said(one) == ["uk-label do_not_use"]
    assert one.more


@pytest.mark.parametrize(
    ("drug_", "asked", "no"), [(QUILMATINE, "renal", "not_in_facts"), (SILENT, "maximum", "source_silent")]
)
def test_a_cell_without_a_figure_says_which_kind_of_no(drug_: Drug, asked: str, no: str) -> None:
    held = world(ZORVEXIL, drug_, intents=INTENTS)
    one = cell(compared((ZORVEXIL, drug_), (asked,), held=held), asked, drug_.name)
    assert one.no == no
    assert all(line.fact.absent for line in one.lines)


def test_what_may_not_be_shown_is_in_no_cell() -> None:
    hidden = standing_at(QUILMATINE, Status.SUBMITTED)
    made = compared((ZORVEXIL, hidden), ("maximum",), held=world(ZORVEXIL, hidden, intents=INTENTS))
    assert cell(made, "maximum", "quilmatine").lines == ()


def test_a_route_of_the_thread_that_a_drug_does_not_have_is_not_forced_on_it() -> None:
    pumped = named(
        "zorvexil", block("maximum: 80 mg per day"), block("maximum: 900 micrograms per day", "us-pump", "intrathecal")
    )
    held = world(pumped, QUILMATINE, intents=INTENTS)
    made = compared((pumped, QUILMATINE), ("maximum",), Focus((), "intrathecal"), held=held)
    assert (cell(made, "maximum", "zorvexil").route, said(cell(made, "maximum", "zorvexil"))) == (
        "intrathecal",
        ["us-pump 900 micrograms per day"],
    )
    assert cell(made, "maximum", "quilmatine").route == "oral"


def test_a_condition_of_the_thread_does_not_lead_every_cell() -> None:
    made = compared(aspects=("maximum",), focus=Focus((), "", "", "renal"))
    assert said(cell(made, "maximum", "zorvexil")) == ["us-label 80 mg per day"]


def test_nothing_in_a_table_is_made_up() -> None:
    made = compared()
    held = {fact.id for one in (ZORVEXIL, QUILMATINE) for fact in one.facts}
    assert made.table is not None
    assert {fact.id for fact in made.table.facts} <= held
    assert made.facts == made.table.facts
    assert made.answers
    assert [one.name for one in made.table.drugs] == ["zorvexil", "quilmatine"]


# --- together with something else ---------------------------------------------------------------------------------


def test_named_beside_another_substance_both_are_asked_about_it() -> None:
    made = compared(partners=(Partner(("alcohol",)),))
    assert list(rows(made)) == ["interactions", "comparison"]
    assert said(cell(made, "interactions", "zorvexil")) == ["us-label Sleepy."]
    assert cell(made, "interactions", "quilmatine").no == "not_in_facts"


def test_the_compared_drugs_are_no_partners_of_themselves() -> None:
    made = compared(aspects=("maximum",), partners=(Partner(("zorvexil",)), Partner(("quilmatine",))))
    assert list(rows(made)) == ["maximum", "comparison"]


# --- switching ----------------------------------------------------------------------------------------------------


def test_a_switch_stops_the_one_and_begins_the_other() -> None:
    made = switch(BOTH, ZORVEXIL, QUILMATINE, Focus(), "us")
    assert made.intent == "switch"
    assert rows(made) == {
        "stop": ["zorvexil"],
        "start": ["quilmatine"],
        "interactions": ["zorvexil", "quilmatine"],
        "switch": ["zorvexil"],
    }
    assert said(cell(made, "stop", "zorvexil")) == ["us-label Slowly.", "us-label 2 weeks"]
    assert said(cell(made, "start", "quilmatine")) == ["us-label 2 mg per dose"]


BANDED = named(
    "banded",
    block("start: 5 mg per day"),
    block("adjustment: {action: reduce, value: 2 mg per day}", population="renal", band="CrCl 15 to 29 mL/min"),
    block("adjustment: {action: avoid}", population="renal", band="CrCl less than 15 mL/min"),
    block("adjustment: {action: caution}", population="older_adult"),
)
KIDNEYS = world(
    BANDED, QUILMATINE, intents=(*INTENTS, intent("older_adult", "adjustment", populations=("older_adult",)))
)


@pytest.mark.parametrize(
    ("crcl", "population", "said_"),
    [
        ("20", "adult", ["us-label 2 mg per day"]),
        ("10", "renal", ["us-label avoid"]),
        ("29.5", "adult", ["us-label avoid"]),  # beyond the bands: the strictest line, as where no value is known
        ("20", "child", ["us-label avoid"]),  # bands of adults are no child's
    ],
)
def test_a_cell_shows_the_band_that_holds_the_patient(crcl: str, population: str, said_: list[str]) -> None:
    patient = {"crcl": held(crcl, "mL/min")}
    made = comparison(KIDNEYS, (BANDED, QUILMATINE), ("renal",), Focus(population=population), "us", (), patient)
    assert said(cell(made, "renal", "banded")) == said_
    assert made.table is not None
    assert made.table.of_patient


def test_a_switch_shows_what_the_patient_makes_of_the_new_drug() -> None:
    patient = {"crcl": held("20", "mL/min"), "age": held("80", "a")}
    made = switch(KIDNEYS, QUILMATINE, BANDED, Focus(), "us", patient)
    assert said(cell(made, "renal", "banded")) == ["us-label 2 mg per day"]
    assert said(cell(made, "older_adult", "banded")) == ["us-label caution"]
    assert list(rows(made)) == ["stop", "renal", "older_adult", "start", "interactions"]
    assert "renal" not in rows(switch(KIDNEYS, QUILMATINE, BANDED, Focus(), "us"))


def test_the_other_way_round_is_another_table() -> None:
    made = switch(BOTH, QUILMATINE, ZORVEXIL, Focus(), "us")
    assert (rows(made)["stop"], rows(made)["start"]) == (["quilmatine"], ["zorvexil"])
    assert cell(made, "stop", "quilmatine").no == "not_in_facts"


def test_what_a_source_says_of_the_others_class_is_found() -> None:
    made = switch(BOTH, ZORVEXIL, QUILMATINE, Focus(), "us")
    assert said(cell(made, "interactions", "zorvexil")) == ["us-label Sleepier."]


# --- for the same use ---------------------------------------------------------------------------------------------

OTHER_USE = named("ridexan", block("maximum: 5 mg per day", indication="migraine"))
PART_OF_IT = named("pentarol", block("maximum: 5 mg per day", indication="cerebral_spasticity"))
NOT_FOR_IT = named("nocivan", block("labelled_indication: {about: not_for, text: Not for stiffness.}"))


def test_drugs_for_the_threads_use_or_for_spasticity() -> None:
    held = world(ZORVEXIL, QUILMATINE, OTHER_USE, PART_OF_IT, NOT_FOR_IT, SILENT, intents=INTENTS)
    assert [one.name for one in for_same_use(held, Focus())] == ["zorvexil", "quilmatine", "pentarol"]
    assert [one.name for one in for_same_use(held, Focus((), "", "migraine"))] == ["ridexan"]
    assert for_same_use(held, Focus((), "", "hiccups")) == []


def test_other_drugs_for_the_same_are_shown_with_the_fact_that_holds_the_use() -> None:
    made = instead_of(world(ZORVEXIL, QUILMATINE, PART_OF_IT, intents=INTENTS), QUILMATINE, Focus())
    assert made is not None
    assert rows(made) == {"indications": ["zorvexil", "pentarol"]}
    assert said(cell(made, "indications", "zorvexil")) == ["us-label Stiff muscles."]
    assert said(cell(made, "indications", "pentarol")) == ["us-label 5 mg per day"]


def test_without_others_there_is_no_table() -> None:
    assert instead_of(world(ZORVEXIL, OTHER_USE, intents=INTENTS), ZORVEXIL, Focus()) is None


def test_the_same_question_gets_the_same_table() -> None:
    assert compared() == compared()
