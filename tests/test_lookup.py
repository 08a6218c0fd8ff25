"""Finding facts and putting them in order: strictest first, the reader's country where nothing else decides."""

import random

import pytest

from bot.dosing.facts import Status
from bot.dosing.lookup import (
    BROADER,
    band_order,
    dosed_alike,
    find,
    group_key,
    is_for_use,
    people_key,
    routes_with,
    said_alike,
    strictest_first,
    tenfold_apart,
    typical_dose,
)
from bot.dosing.quantity import parse_quantity
from bot.dosing.statements import parse_band
from tests.invented import VOCABULARY, block, drug, fact, facts, standing_at

ORAL = block("start: 5 mg per dose, 3 times daily\nusual: 40 mg per day\nmaximum: 80 mg per day")
PUMP = block("screening: 50 micrograms per dose\nusual: 300 to 800 micrograms per day", "us-pump", "intrathecal")


def whats(found) -> list[str]:
    return [each.what for each in found]


def ordered(*blocks: str, locale: str = "us") -> list[str]:
    """The sources of these facts, strictest first; the same however they were shuffled."""
    found = list(facts(*blocks))
    expected = [each.source.id for each in strictest_first(found, locale)]
    for seed in range(5):
        random.Random(seed).shuffle(found)
        assert [each.source.id for each in strictest_first(found, locale)] == expected
    return expected


def test_facts_come_in_the_order_of_the_question() -> None:
    one = drug(ORAL)
    assert whats(find(one, ("maximum", "start"), "oral")) == ["maximum", "start"]
    assert whats(find(one, ("usual",), "oral")) == ["usual"]
    assert find(one, ("half_life",), "oral") == ()


def test_no_fact_of_another_route_is_ever_found() -> None:
    one = drug(ORAL, PUMP)
    assert {each.at.route for each in find(one, ("usual", "start", "screening"), "oral")} == {"oral"}
    assert {each.at.route for each in find(one, ("usual", "start", "screening"), "intrathecal")} == {"intrathecal"}
    assert find(one, ("usual",), "rectal") == ()


def test_facts_for_any_route_count_for_every_route() -> None:
    one = drug(ORAL, PUMP, block("mechanism: It rests.", "us-book", "any"))
    for route in ("oral", "intrathecal", "rectal"):
        assert whats(find(one, ("mechanism",), route)) == ["mechanism"]


@pytest.mark.parametrize("status", [Status.WITHDRAWN, Status.SUBMITTED])
def test_what_may_not_be_shown_is_not_found(status: Status) -> None:
    hidden = standing_at(drug(ORAL, PUMP), status)
    assert find(hidden, ("start", "usual"), "oral") == ()
    assert routes_with(hidden, ("start", "usual")) == ()
    assert typical_dose(hidden, "oral") is None


def test_populations_and_indications_narrow_the_search() -> None:
    one = drug(
        ORAL,
        block("start: 1 mg per day", population="child"),
        block("start: 2 mg per day", indication="reflux"),
        block("start: 3 mg per day", indication="any"),
    )

    def starts(**narrowed) -> set[str]:
        return {str(each.value) for each in find(one, ("start",), "oral", **narrowed)}

    assert starts(populations=("child",)) == {"1 mg per day"}
    assert starts(indication="reflux") == {"2 mg per day", "3 mg per day"}
    assert starts(populations=("renal",)) == set()
    assert len(starts()) == 4


def test_routes_stand_in_the_order_of_the_file() -> None:
    assert routes_with(drug(ORAL, PUMP), ("usual",)) == ("oral", "intrathecal")
    assert routes_with(drug(PUMP, ORAL), ("usual",)) == ("intrathecal", "oral")
    assert routes_with(drug(ORAL, PUMP), ("screening",)) == ("intrathecal",)
    assert routes_with(drug(ORAL), ("usual",), ("child",)) == ()


@pytest.mark.parametrize(
    ("held", "asked", "answers"),
    [
        ("spasticity", "spasticity", True),
        ("any", "spasticity", True),
        ("spasticity", "cerebral_spasticity", True),
        ("cerebral_spasticity", "spasticity", True),
        ("cerebral_spasticity", "ms_spasticity", False),
        ("spasticity", "hiccups", False),
        ("hiccups", "spasticity", False),
        ("malignant_hyperthermia", "malignant_hyperthermia_prevention", True),
        ("malignant_hyperthermia_after_crisis", "malignant_hyperthermia", True),
        ("malignant_hyperthermia_after_crisis", "malignant_hyperthermia_prevention", False),
        ("status_epilepticus", "seizures", True),
        ("anxiety", "panic_disorder", True),
    ],
)
def test_a_use_is_answered_by_its_own_facts_its_parts_and_its_whole(held: str, asked: str, answers: bool) -> None:
    assert is_for_use(held, asked) is answers
    one = drug(block("start: 5 mg per day", indication=held))
    assert bool(find(one, ("start",), "oral", (), asked)) is answers
    assert find(one, ("start",), "oral") != ()


def test_uses_within_uses_are_one_level_deep_and_in_the_closed_list() -> None:
    assert not set(BROADER.values()) & set(BROADER)
    assert {*BROADER, *BROADER.values()} <= VOCABULARY.indications


# --- strictest first ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [1, -1])
def test_actions_from_do_not_use_to_silent(order: int) -> None:
    actions = ["do_not_use", "avoid", "reduce", "caution", "no_adjustment", "silent"]
    sources = ["us-label", "uk-label", "de-label", "us-book", "us-guideline", "uk-guideline"]
    pairs = list(zip(actions, sources[::order], strict=True))
    assert ordered(*(block(f"adjustment: {{action: {a}}}", s) for a, s in pairs)) == [s for _, s in pairs]


def test_do_not_use_stands_before_a_lower_dose() -> None:
    blocks = (
        block("adjustment: {action: reduce, value: 1 mg per day}"),
        block("adjustment: {action: do_not_use}", "uk-label"),
    )
    assert ordered(*blocks) == ["uk-label", "us-label"]


@pytest.mark.parametrize(
    ("said", "low", "high"),
    [
        ("start", "5 mg per day", "10 mg per day"),
        ("start", "5 mg per dose, twice daily", "5 mg per dose, 3 times daily"),
        ("step", "2.5 mg per dose", "5 mg per dose"),
        ("maximum", "60 mg per day", "20 mg per dose, 4 times daily"),
        ("maximum", "500 mg per day", "1 g per day"),
        ("maximum", "900 micrograms per day", "1 mg per day"),
        ("usual", "30 to 80 mg per day", "40 to 60 mg per day"),
        ("usual", "40 to 60 mg per day", "40 to 80 mg per day"),
        ("maximum", "1 mg/kg per day", "2 mg/kg per day"),
        ("taper_step", "5 mg per day", "10 mg per day"),
        ("taper_percent", "10 %", "25 %"),
    ],
)
def test_the_lowest_dose_stands_first(said: str, low: str, high: str) -> None:
    assert ordered(block(f"{said}: {low}", "uk-label"), block(f"{said}: {high}")) == ["uk-label", "us-label"]
    assert ordered(block(f"{said}: {low}"), block(f"{said}: {high}", "uk-label")) == ["us-label", "uk-label"]


@pytest.mark.parametrize(
    ("said", "long", "short"),
    [
        ("taper_duration", "2 weeks", "10 days"),
        ("taper_duration", "1 to 2 weeks", "1 week"),
        ("taper_duration", "1 month", "2 weeks"),
        ("taper_duration", "2 months", "10 days"),
        ("taper_duration", "1 year", "2 weeks"),
        ("taper_interval", "1 week", "3 days"),
        ("step_interval", "4 days", "72 hours"),
        ("screening_interval", "24 hours", "12 hours"),
    ],
)
def test_the_longest_time_stands_first(said: str, long: str, short: str) -> None:
    assert ordered(block(f"{said}: {long}", "uk-label"), block(f"{said}: {short}")) == [
        "uk-label",
        "us-label",
    ]
    assert ordered(block(f"{said}: {long}"), block(f"{said}: {short}", "uk-label")) == [
        "us-label",
        "uk-label",
    ]


@pytest.mark.xfail(strict=True, reason="age limits are statements; their figure is not looked at")
def test_the_highest_age_limit_stands_first() -> None:
    blocks = block("age_limit: Not below {4 years}."), block("age_limit: Not below {12 years}.", "uk-label")
    assert ordered(*blocks) == ["uk-label", "us-label"]


@pytest.mark.parametrize(
    ("locale", "order"),
    [("us", ["us-label", "uk-label", "de-label"]), ("uk", ["uk-label", "us-label", "de-label"])],
)
def test_equal_facts_begin_with_the_readers_country(locale: str, order: list[str]) -> None:
    blocks = [block("start: 5 mg per day", source) for source in ("de-label", "uk-label", "us-label")]
    assert ordered(*blocks, locale=locale) == order


@pytest.mark.parametrize("locale", ["us", "uk"])
def test_the_readers_country_never_outweighs_strictness(locale: str) -> None:
    blocks = (
        block("start: 5 mg per day", "de-label"),
        block("start: 6 mg per day"),
        block("start: 7 mg per day", "uk-label"),
    )
    assert ordered(*blocks, locale=locale) == ["de-label", "us-label", "uk-label"]


def test_a_figure_stands_before_none() -> None:
    assert ordered(block("maximum: {absent: true}"), block("maximum: 80 mg per day", "uk-label")) == [
        "uk-label",
        "us-label",
    ]


# --- what is alike --------------------------------------------------------------------------------------------


def test_alike_in_figures_and_alike_in_words() -> None:
    one, other = facts(
        block("maximum: {value: 80 mg per day, text: In hospital.}"),
        block("maximum: {value: 80 mg per day, text: Rarely more.}", "uk-label"),
    )
    assert dosed_alike(one) == dosed_alike(other)
    assert said_alike(one) != said_alike(other)
    assert group_key(one) == group_key(other)


@pytest.mark.parametrize(
    "changed",
    [
        {"population": "child"},
        {"indication": "any"},
        {"age": "2 years"},
        {"weight": "20 kg"},
        {"band": "Child-Pugh C"},
    ],
)
def test_facts_for_other_people_are_no_conflict(changed: dict[str, str]) -> None:
    said = "start: 5 mg per day"
    assert group_key(fact(said)) != group_key(fact(said, **changed))


def test_people_stand_from_adults_to_children_by_age() -> None:
    blocks = [
        block("start: 5 mg per day", population="renal"),
        block("start: 5 mg per day", population="child", age="8 to 16 years"),
        block("start: 5 mg per day", population="child", age="18 months"),
        block("start: 5 mg per day", population="child", age="less than 2 years"),
        block("start: 5 mg per day", population="older_adult"),
        block("start: 5 mg per day"),
    ]
    found = sorted(facts(*blocks), key=people_key)
    assert [str(each.at.age or each.at.population) for each in found] == [
        "adult",
        "less than 2 years",
        "18 months",
        "8 to 16 years",
        "older_adult",
        "renal",
    ]


def test_bands_run_from_the_worst_function_upwards() -> None:
    words = [
        "CrCl 30 to 60 mL/min",
        "CrCl less than 10 mL/min",
        "CrCl 10 to 30 mL/min",
        "CrCl 60 to 120 mL/min",
    ]
    found = sorted((parse_band(text) for text in words), key=band_order)
    assert [str(band.quantity) for band in found] == [
        "less than 10 mL/min",
        "10 to 30 mL/min",
        "30 to 60 mL/min",
        "60 to 120 mL/min",
    ]
    assert band_order(None) == ""


def test_of_two_bands_with_one_upper_end_the_one_that_reaches_lower_stands_first() -> None:
    words = ["CrCl 15 mL/min", "CrCl less than 15 mL/min", "CrCl 10 to 15 mL/min"]
    found = sorted((parse_band(text) for text in words), key=band_order)
    assert [band.words for band in found] == [words[1], words[2], words[0]]


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("80 mg", "100 micrograms", True),
        ("80 mg", "80 micrograms", True),
        ("80 mg", "1 g", True),
        ("80 mg", "8 mg", True),
        ("8 mg", "80 mg", True),
        ("80 mg", "8.1 mg", False),
        ("40 to 80 mg", "10 to 20 mg", False),
        ("5 mg", "0 mg", True),
        ("5 units", "5 mg", True),
    ],
)
def test_tenfold_apart_or_in_another_unit(one: str, other: str, apart: bool) -> None:
    assert tenfold_apart(parse_quantity(one), parse_quantity(other)) is apart


@pytest.mark.parametrize(
    ("blocks", "dose"),
    [
        ([ORAL], "40 mg"),
        ([block("start: 5 mg per dose, 3 times daily")], "15 mg"),
        ([block("start: 5 mg per dose")], "5 mg"),
        ([block("usual: 2 mg/kg per day\nstart: 5 mg per day")], "5 mg"),
        ([block("maximum: 80 mg per day")], None),
    ],
)
def test_a_typical_dose_of_a_route(blocks: list[str], dose: str | None) -> None:
    assert typical_dose(drug(*blocks), "oral") == (parse_quantity(dose) if dose else None)


def test_a_typical_dose_is_of_its_own_route() -> None:
    assert typical_dose(drug(ORAL, PUMP), "intrathecal") == parse_quantity("300 to 800 micrograms")
