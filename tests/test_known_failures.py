"""What went wrong in comparable tools, one by one (E1 to E19); those with a longer test are tested where they live.

E2 test_answers · E6 and E5 test_answers · E3 and E11 test_lint · E7 test_composing · E12 and E13 test_jsonl ·
E15 test_composing · E17 the thread "conversion has no ratio" · E19 test_jsonl and test_telegram_chat.
E14 concerns a label service that this product does not ask.
"""

import pytest

from bot.checks import titles_to_review
from bot.dosing.facts import Fact
from bot.dosing.quantity import Quantity, parse_quantity
from bot.dosing.regimen import Dose
from tests.loaded import shipped


def facts() -> list[Fact]:
    return [fact for drug in shipped().world.knowledge.drugs for fact in drug.facts if fact.shown]


def test_e1_every_fact_cites_a_source_of_its_own_drugs_file() -> None:
    for drug in shipped().world.knowledge.drugs:
        for fact in drug.facts:
            assert fact.drug == drug.name
            assert fact.source in drug.sources
            assert fact.place


def test_e4_a_source_about_another_drug_is_listed_for_review() -> None:
    """Baclofen's taper was cited to an overview of tizanidine."""
    notes = "\n".join(titles_to_review(shipped().world.knowledge))
    assert "practical overview of tizanidine" in notes


def test_e4_no_taper_rests_on_the_overview_of_tizanidine() -> None:
    tapers = [fact for fact in facts() if fact.what.startswith("taper")]
    assert tapers
    assert not [fact for fact in tapers if "tizanidine" in fact.source.title.lower()]


def test_e8_no_dose_is_held_without_a_route() -> None:
    doses = [fact for fact in facts() if isinstance(fact.value, Dose) or fact.steps]
    assert doses
    assert not [fact.id for fact in doses if fact.at.route == "any"]


def test_e8_intrathecal_daily_doses_are_micrograms_and_oral_ones_are_not() -> None:
    """A slip here is a thousandfold overdose."""
    for fact in facts():
        if fact.what in ("start", "usual", "maximum", "screening") and isinstance(fact.value, Dose):
            unit = fact.value.quantity.unit
            assert (unit == "ug") == (fact.at.route == "intrathecal"), fact.id


def test_e9_a_renally_cleared_drug_answers_about_kidneys() -> None:
    cleared = [drug for drug in shipped().world.knowledge.drugs if drug.renally_cleared and drug.shown]
    assert cleared
    for drug in cleared:
        assert any(fact.shown and fact.at.population == "renal" for fact in drug.facts), drug.name


def test_e10_a_citation_is_about_the_route_of_its_fact() -> None:
    for fact in facts():
        assert fact.source.route in (fact.at.route, "any"), fact.id


@pytest.mark.parametrize(("written", "stored"), [("50 micrograms", "ug"), ("100 units", "[arb'U]"), ("50 mcg", "ug")])
def test_e16_units_are_stored_as_ucum(written: str, stored: str) -> None:
    assert parse_quantity(written).unit == stored
    assert isinstance(parse_quantity(written), Quantity)


@pytest.mark.parametrize("typed", ["met", "ro", "bac", "lio", "tiza"])
def test_e18_the_beginning_of_a_name_is_never_taken_for_the_name(typed: str) -> None:
    understood = shipped().world.recogniser.understand(f"{typed} dose")
    assert not understood.slots.drugs
