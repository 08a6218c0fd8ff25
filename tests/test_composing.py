"""One intent about one drug: the right facts side by side, strictest first, and which kind of "no" it is."""

import pytest

from bot.composing import Partner, compose
from bot.dialogue import Focus
from bot.dosing.facts import Drug, Status
from bot.dosing.quantity import parse_quantity
from bot.reply import Block
from tests.invented import block, composed, drug, intent, lines_of

DOSE = intent("dose", "start", "usual", "maximum", "screening")
MAXIMUM = intent("maximum", "maximum")
RENAL = intent("renal", "adjustment", "dose_note", populations=("renal",))
STOP = intent("stop", "stop_advice", "taper_duration", "taper_step", "taper_interval")

ORAL = block("start: 5 mg per dose, 3 times daily\nusual: 40 mg per day\nmaximum: 80 mg per day")
PUMP = block("screening: 50 micrograms per dose\nusual: 300 to 800 micrograms per day", "us-pump", "intrathecal")


def whats(found: Block) -> list[str]:
    return [section.what for group in found.groups for section in group.sections]


def populations(found: Block) -> list[str]:
    return [group.population for group in found.groups]


def conflicts(found: Block) -> dict[str, bool]:
    return {section.what: section.conflict for group in found.groups for section in group.sections}


def maxima(*doses: tuple[str, str]) -> Drug:
    """A drug with one maximum a source."""
    return drug(*(block(f"maximum: {dose}", source) for source, dose in doses))


# --- sources side by side ---------------------------------------------------------------------------------


def test_facts_stand_in_the_order_of_the_intent() -> None:
    assert whats(composed(DOSE, drug(ORAL))) == ["start", "usual", "maximum"]
    assert whats(composed(intent("x", "maximum", "start"), drug(ORAL))) == ["maximum", "start"]


@pytest.mark.parametrize("locale", ["us", "uk"])
def test_sources_that_differ_stand_strictest_first(locale: str) -> None:
    found = composed(
        MAXIMUM,
        maxima(("us-label", "80 mg per day"), ("uk-label", "100 mg per day"), ("de-label", "60 mg per day")),
        locale,
    )
    assert lines_of(found, "maximum") == [["de-label"], ["us-label"], ["uk-label"]]
    assert conflicts(found) == {"maximum": True}


@pytest.mark.parametrize(("locale", "first"), [("us", ["us-label", "uk-label"]), ("uk", ["uk-label", "us-label"])])
def test_sources_that_agree_share_a_line_led_by_the_readers_country(locale: str, first: list[str]) -> None:
    found = composed(MAXIMUM, maxima(("uk-label", "80 mg per day"), ("us-label", "80 mg per day")), locale)
    assert lines_of(found, "maximum") == [first]
    assert conflicts(found) == {"maximum": False}


def test_do_not_use_stands_before_reduce_and_is_a_conflict() -> None:
    found = composed(
        RENAL,
        drug(
            block("adjustment: {action: reduce, value: 5 mg per day}", population="renal"),
            block("adjustment: {action: do_not_use}", "uk-label", population="renal"),
        ),
    )
    assert lines_of(found, "adjustment") == [["uk-label"], ["us-label"]]
    assert conflicts(found) == {"adjustment": True}
    assert found.no == "do_not_use"


def test_the_longest_taper_stands_first() -> None:
    found = composed(
        STOP,
        drug(block("taper_duration: 1 to 2 weeks"), block("taper_duration: 3 to 4 weeks", "uk-label")),
    )
    assert lines_of(found, "taper_duration") == [["uk-label"], ["us-label"]]


@pytest.mark.parametrize(
    ("here", "there", "conflict"),
    [
        ("start: 5 mg per dose, 3 times daily", "start: 15 mg per day", False),
        ("start: 5 mg per dose, 3 times daily", "start: 5 mg per day", True),
        ("start: 5 mg per dose, 3 times daily", "start: 5 mg per dose, twice daily", True),
        ("maximum: 80 mg per day", "maximum: 80 micrograms per day", True),
        ("maximum: 80 mg per day", "maximum: {absent: true}", False),
        ("half_life: 3 hours", "half_life: 4 hours", True),
        ("taper_percent: 10 %", "taper_percent: 25 %", True),
        ("warning: {about: sedation, text: Sleepy.}", "warning: {about: sedation, text: Drowsy.}", False),
    ],
)
def test_what_is_marked_as_a_conflict(here: str, there: str, conflict: bool) -> None:
    what = here.partition(":")[0]
    found = composed(intent("x", what), drug(block(here), block(there, "uk-label")))
    assert conflicts(found) == {what: conflict}


def test_facts_for_different_people_are_no_conflict() -> None:
    found = composed(
        MAXIMUM,
        drug(
            block("maximum: 80 mg per day"),
            block("maximum: 40 mg per day", population="child", age="2 to 7 years"),
            block("maximum: 60 mg per day", population="child", age="8 to 16 years"),
        ),
    )
    assert populations(found) == ["adult", "child", "child"]
    assert not any(section.conflict for group in found.groups for section in group.sections)


def test_nothing_is_averaged_or_made_up() -> None:
    one = maxima(("us-label", "80 mg per day"), ("uk-label", "100 mg per day"))
    assert {str(fact.value) for fact in composed(MAXIMUM, one).facts} == {"80 mg per day", "100 mg per day"}
    assert {fact.id for fact in composed(MAXIMUM, one).facts} == {fact.id for fact in one.facts}


def test_agreeing_figures_with_different_words_share_the_figure_and_keep_their_own_words() -> None:
    one = drug(
        block("maximum: {value: 80 mg per day, text: In hospital.}"),
        block("maximum: {value: 80 mg per day, text: Rarely more.}", "uk-label"),
    )
    found = composed(MAXIMUM, one)
    assert lines_of(found, "maximum") == [["us-label", "uk-label"]]
    line = found.groups[0].sections[0].lines[0]
    assert not line.one_text
    assert [(fact.source.id, str(fact.text)) for fact in line.remarks] == [
        ("us-label", "In hospital."),
        ("uk-label", "Rarely more."),
    ]


def test_equal_words_are_said_once() -> None:
    line = (
        composed(
            MAXIMUM,
            drug(
                block("maximum: {value: 80 mg per day, text: In hospital.}"),
                block("maximum: {value: 80 mg per day, text: In hospital.}", "uk-label"),
            ),
        )
        .groups[0]
        .sections[0]
        .lines[0]
    )
    assert line.one_text
    assert line.remarks == ()


@pytest.mark.parametrize(
    ("label", "guideline"),
    [
        ("adjustment: {action: reduce}", "adjustment: {action: do_not_use}"),
        ("adjustment: {action: silent}", "adjustment: {action: do_not_use}"),
        ("adjustment: {action: no_adjustment}", "adjustment: {action: reduce, value: 5 mg per day}"),
        ("adjustment: {absent: true}", "adjustment: {action: reduce, value: 5 mg per day}"),
    ],
)
def test_a_stricter_guideline_stands_beside_the_label_of_its_country(label: str, guideline: str) -> None:
    found = composed(
        RENAL, drug(block(label, population="renal"), block(guideline, "us-guideline", population="renal"))
    )
    assert lines_of(found, "adjustment") == [["us-guideline"], ["us-label"]]


def test_a_guideline_of_another_country_stands_beside_the_label() -> None:
    found = composed(MAXIMUM, maxima(("us-label", "80 mg per day"), ("uk-guideline", "60 mg per day")))
    assert lines_of(found, "maximum") == [["uk-guideline"], ["us-label"]]


# --- routes -----------------------------------------------------------------------------------------------


def test_route_not_said_the_files_first_is_whole_and_the_other_named() -> None:
    found = composed(DOSE, drug(ORAL, PUMP))
    assert found.route == "oral"
    assert {fact.at.route for fact in found.facts} == {"oral"}
    (other,) = found.other_routes
    assert (other.route, other.unit, other.far) == ("intrathecal", "ug", True)


def test_the_order_of_the_file_decides_which_route_is_whole() -> None:
    found = composed(DOSE, drug(PUMP, ORAL))
    assert found.route == "intrathecal"
    assert [(other.route, other.unit, other.far) for other in found.other_routes] == [("oral", "mg", True)]


@pytest.mark.parametrize("route", ["oral", "intrathecal"])
def test_a_route_that_was_said_is_answered_alone(route: str) -> None:
    found = composed(DOSE, drug(ORAL, PUMP), route=route)
    assert found.route == route
    assert {fact.at.route for fact in found.facts} == {route}
    assert len(found.other_routes) == 1


@pytest.mark.parametrize(
    ("other", "far"),
    [
        ("usual: 30 mg per day", False),
        ("usual: 4 mg per day", True),
        ("usual: 400 mg per day", True),
        ("usual: 4.1 mg per day", False),
        ("usual: 40 micrograms per day", True),
        ("usual: 1 g per day", True),
    ],
)
def test_another_route_is_far_when_tenfold_or_in_another_unit(other: str, far: bool) -> None:
    found = composed(DOSE, drug(ORAL, block(other, "us-book", "rectal")))
    assert [each.far for each in found.other_routes] == [far]


def test_a_route_without_such_facts_is_not_in_our_facts() -> None:
    found = composed(intent("x", "start"), drug(ORAL, PUMP), route="intrathecal")
    assert (found.no, found.groups, found.route) == ("not_in_facts", (), "intrathecal")
    assert [other.route for other in found.other_routes] == ["oral"]
    assert composed(DOSE, drug(ORAL), route="rectal").no == "not_in_facts"


ANYWHERE = block("mechanism: It rests.", "us-book", "any", indication="any")


@pytest.mark.parametrize("route", ["", "oral", "intrathecal"])
def test_facts_for_any_route_answer_without_a_route_and_for_each(route: str) -> None:
    found = composed(intent("mechanism", "mechanism"), drug(ORAL, PUMP, ANYWHERE), route=route)
    assert whats(found) == ["mechanism"]
    assert found.no == ""


def test_facts_for_any_route_stand_beside_those_of_another() -> None:
    asked = intent("mechanism", "mechanism")
    one = drug(ORAL, PUMP, ANYWHERE, block("mechanism: It naps.", "uk-label", indication="any"))
    assert lines_of(composed(asked, one, route="oral"), "mechanism") == [["us-book"], ["uk-label"]]
    assert lines_of(composed(asked, one, route="intrathecal"), "mechanism") == [["us-book"]]


# --- people and indications ---------------------------------------------------------------------------------

EVERYBODY = drug(
    ORAL,
    block("maximum: 60 mg per day", population="older_adult"),
    block("maximum: 40 mg per day", population="child", age="2 to 7 years"),
    block("maximum: 5 mg per day", population="renal"),
    block("maximum: 200 mg per day", population="any", indication="any"),
)


@pytest.mark.parametrize(
    ("population", "shown"),
    [
        ("", {"adult", "older_adult", "child", "renal", "any"}),
        ("adult", {"adult", "any"}),
        ("child", {"child", "any"}),
        ("older_adult", {"older_adult", "adult", "any"}),
        ("renal", {"renal", "adult", "any"}),
        ("hepatic", {"adult", "any"}),
    ],
)
def test_the_population_of_the_thread_and_what_holds_for_all(population: str, shown: set[str]) -> None:
    assert set(populations(composed(MAXIMUM, EVERYBODY, population=population))) == shown


def test_the_population_of_the_thread_stands_first() -> None:
    for population in ("child", "older_adult", "renal", "adult"):
        assert populations(composed(MAXIMUM, EVERYBODY, population=population))[0] == population
    assert populations(composed(MAXIMUM, EVERYBODY))[0] in ("adult", "any")


def test_a_child_never_gets_an_adults_dose() -> None:
    found = composed(DOSE, drug(ORAL), population="child")
    assert (found.groups, found.no) == ((), "not_in_facts")


def test_an_intent_about_people_keeps_to_them_whatever_the_thread_holds() -> None:
    for population in ("", "adult", "child", "renal"):
        found = composed(intent("renal", "maximum", populations=("renal",)), EVERYBODY, population=population)
        assert populations(found) == ["renal"]


def test_a_condition_of_the_thread_brings_its_adjustment_into_a_regimen() -> None:
    one = drug(ORAL, block("adjustment: {action: reduce}", population="renal"))
    found = composed(MAXIMUM, one, population="renal")
    assert populations(found)[0] == "renal"
    assert "adjustment" in whats(found)
    assert "adjustment" not in whats(composed(MAXIMUM, one))


def test_an_indication_that_was_said_keeps_the_others_out() -> None:
    one = drug(ORAL, block("maximum: 270 mg per day", "paper", indication="alcohol_use_disorder"))
    found = composed(MAXIMUM, one, indication="alcohol_use_disorder")
    assert [str(fact.value) for fact in found.facts] == ["270 mg per day"]
    assert composed(MAXIMUM, one, indication="hiccups").no == "not_in_facts"


def test_an_off_label_dose_is_shown_only_when_asked_for_by_name() -> None:
    one = drug(ORAL, block("maximum: 270 mg per day", "paper", indication="alcohol_use_disorder"))
    assert [str(fact.value) for fact in composed(MAXIMUM, one).facts] == ["80 mg per day"]


# --- the kinds of no ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "no"),
    [
        ("adjustment: {action: no_adjustment}", "no_adjustment"),
        ("adjustment: {action: do_not_use}", "do_not_use"),
        ("adjustment: {action: silent}", "source_silent"),
        ("adjustment: {absent: true}", "source_silent"),
        ("adjustment: {action: reduce}", ""),
        ("adjustment: {action: caution}", ""),
        ("adjustment: {action: avoid}", ""),
    ],
)
def test_the_kind_of_no(said: str, no: str) -> None:
    assert composed(RENAL, drug(ORAL, block(said, population="renal"))).no == no


def test_no_fact_at_all_is_a_no_of_its_own() -> None:
    found = composed(RENAL, drug(ORAL))
    assert (found.no, found.groups, found.facts) == ("not_in_facts", (), ())


@pytest.mark.parametrize(
    ("us", "uk", "no"),
    [
        ("do_not_use", "no_adjustment", "do_not_use"),
        ("no_adjustment", "no_adjustment", "no_adjustment"),
        ("no_adjustment", "reduce", ""),
        ("no_adjustment", "silent", ""),
        ("silent", "silent", "source_silent"),
        ("silent", "reduce", ""),
    ],
)
def test_sources_that_differ_are_a_no_only_if_it_is_safe_to_say_so(us: str, uk: str, no: str) -> None:
    found = composed(
        RENAL,
        drug(
            block(f"adjustment: {{action: {us}}}", population="renal"),
            block(f"adjustment: {{action: {uk}}}", "uk-label", population="renal"),
        ),
    )
    assert found.no == no


def test_a_silent_source_is_not_no_adjustment() -> None:
    silent = composed(RENAL, drug(block("adjustment: {absent: true}", population="renal")))
    assert silent.no == "source_silent"
    assert silent.facts[0].absent


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.WITHDRAWN])
def test_what_may_not_be_shown_is_not_in_our_facts(status: Status) -> None:
    found = composed(DOSE, drug(ORAL, status=status))
    assert (found.no, found.facts) == ("not_in_facts", ())


# --- partners, products, plans --------------------------------------------------------------------------------

INTERACTIONS = intent("interactions", "interaction")
PARTNERS = drug(block("interaction: [{about: alcohol, text: Sleepy.}, {about: opioids, text: Sleepier.}]"))


def test_partners_that_were_named_and_those_we_hold_nothing_about() -> None:
    found = composed(INTERACTIONS, PARTNERS, partners=(Partner(("alcohol",)), Partner(("quillamide",))))
    assert [fact.at.about for fact in found.facts] == ["alcohol"]
    assert (found.about, found.missing, found.no) == (("alcohol", "quillamide"), ("quillamide",), "")


def test_only_unknown_partners_is_not_in_our_facts_and_never_no_interaction() -> None:
    found = composed(INTERACTIONS, PARTNERS, partners=(Partner(("quillamide",)),))
    assert (found.no, found.missing, found.facts) == ("not_in_facts", ("quillamide",), ())


def test_no_partner_named_all_are_shown() -> None:
    found = composed(INTERACTIONS, PARTNERS)
    assert [fact.at.about for fact in found.facts] == ["alcohol", "opioids"]
    assert found.missing == ()


TITRATION = intent("titration", "schedule", "step", "maximum")
SCHEDULES = drug(
    block("schedule: {steps: [5 mg per day for 3 days, 10 mg per day]}\nmaximum: 80 mg per day"),
    block("schedule: {steps: [4 mg per day for 2 days, 8 mg per day]}\nmaximum: 60 mg per day", "uk-label"),
)


@pytest.mark.parametrize(("locale", "source", "ceiling"), [("us", "us-label", "80 mg"), ("uk", "uk-label", "60 mg")])
def test_a_titration_table_is_of_one_source_and_under_its_own_ceiling(locale: str, source: str, ceiling: str) -> None:
    plan = composed(TITRATION, SCHEDULES, locale).plan
    assert plan is not None
    assert {fact.source.id for fact in plan.facts} == {source}
    assert plan.ceiling == parse_quantity(ceiling)


def test_a_table_is_made_only_when_titration_is_asked() -> None:
    assert composed(intent("dose", "schedule", "maximum"), SCHEDULES).plan is None
    assert composed(TITRATION, drug(ORAL)).plan is None


def test_the_same_question_gets_the_same_block() -> None:
    one, focus = drug(ORAL, PUMP), Focus(("zorvexil",))
    assert compose(DOSE, one, focus, "us") == compose(DOSE, one, focus, "us")


# --- partners by all their names ------------------------------------------------------------------------------------


def test_a_partner_is_found_by_any_name_or_class_and_shown_by_its_first() -> None:
    partner = Partner(("wine", "alcohol", "red wine"), ("drinks",))
    assert partner.name == "wine"
    assert partner.all == {"wine", "alcohol", "red wine", "drinks"}
    found = composed(INTERACTIONS, PARTNERS, partners=(partner,))
    assert [fact.at.about for fact in found.facts] == ["alcohol"]
    assert (found.about, found.missing, found.looked_up_as) == (("wine",), (), ())


def test_a_class_that_stands_in_for_a_name_is_said() -> None:
    found = composed(INTERACTIONS, PARTNERS, partners=(Partner(("oxycodone",), ("opioids", "naps")),))
    assert [fact.at.about for fact in found.facts] == ["opioids"]
    assert found.looked_up_as == (("oxycodone", "opioids", "naps"),)
    assert found.missing == ()


def test_a_partner_without_any_entry_is_missing_even_beside_one_that_is_found() -> None:
    found = composed(INTERACTIONS, PARTNERS, partners=(Partner(("alcohol",)), Partner(("oxycodone",), ("naps",))))
    assert (found.missing, found.no) == (("oxycodone",), "")


# --- when sources differ -------------------------------------------------------------------------------------------


FIVE, NINE = "{action: reduce, value: 5 mg per day}", "{action: reduce, value: 9 mg per day}"


def adjusted(*said: tuple[str, str]) -> Drug:
    return drug(ORAL, *(block(f"adjustment: {each}", source, population="renal") for source, each in said))


@pytest.mark.parametrize(
    ("said", "conflict"),
    [
        ([("us-label", FIVE), ("us-label", NINE)], False),
        ([("us-label", "{action: reduce}"), ("uk-label", "{action: reduce}")], False),
        ([("us-label", "{action: reduce}"), ("uk-label", "{action: avoid}")], True),
        ([("us-label", "{action: reduce, text: One.}"), ("uk-label", "{action: reduce, text: Another.}")], False),
        ([("us-label", FIVE), ("uk-label", NINE)], True),
    ],
)
def test_several_regimens_of_one_source_are_no_conflict(said: list[tuple[str, str]], conflict: bool) -> None:
    assert conflicts(composed(RENAL, adjusted(*said))) == {"adjustment": conflict}


def test_two_sources_with_the_same_set_of_regimens_do_not_differ() -> None:
    same = adjusted(*((source, each) for source in ("us-label", "uk-label") for each in (FIVE, NINE)))
    assert conflicts(composed(RENAL, same)) == {"adjustment": False}
    fewer = adjusted(("us-label", FIVE), ("us-label", NINE), ("uk-label", FIVE))
    assert conflicts(composed(RENAL, fewer)) == {"adjustment": True}


# --- for whom a day table is made -----------------------------------------------------------------------------------

STEPS = "schedule: {{steps: [{first} mg per day for 3 days, {second} mg per day]}}"
PEOPLE = drug(
    block(STEPS.format(first=5, second=10)),
    block(STEPS.format(first=1, second=2), population="child"),
    block(STEPS.format(first=3, second=4), population="older_adult"),
)


@pytest.mark.parametrize(
    ("population", "first"), [("", "5 mg"), ("adult", "5 mg"), ("child", "1 mg"), ("older_adult", "5 mg")]
)
def test_a_day_table_is_for_adults_unless_the_thread_is_about_a_child(population: str, first: str) -> None:
    plan = composed(TITRATION, PEOPLE, population=population).plan
    assert plan is not None
    assert str(plan.steps[0].per_day) == first


def test_an_adults_day_table_is_never_made_for_a_child() -> None:
    assert composed(TITRATION, SCHEDULES, population="child").plan is None


def test_without_a_printed_schedule_the_rows_are_worked_out_of_one_source() -> None:
    said = "start: 5 mg per day\nstep: 5 mg per day\nstep_interval: 3 days\nmaximum: 15 mg per day"
    asked = intent("titration", "start", "step", "step_interval", "maximum")
    plan = composed(asked, drug(block(said))).plan
    assert plan is not None
    assert plan.worked_out
    assert [str(step.per_day) for step in plan.steps] == ["5 mg", "10 mg", "15 mg"]
    apart = drug(block(said.partition("\n")[0]), block(said.partition("\n")[2], "uk-label"))
    assert composed(asked, apart).plan is None
