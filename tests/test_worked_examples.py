"""Sums done by hand in worked_examples.yaml: clearances, doses by weight, bands, limits and tapers come to the same."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.checking import check_dose
from bot.composing import compose
from bot.dialogue import Focus, Held
from bot.documents import parse_document
from bot.dosing.bands import holds_word, placed
from bot.dosing.by_weight import is_for, weighed
from bot.dosing.clearance import cockcroft_gault, mg_per_dl
from bot.dosing.facts import Drug, Fact
from bot.dosing.lookup import find
from bot.dosing.plan import taper_over
from bot.dosing.quantity import parse_quantity
from bot.dosing.regimen import parse_frequency
from bot.for_patient import DOSED_BY_WEIGHT, for_patient
from intents.understanding import Measure, ProposedDose
from tests.loaded import shipped

FILE = Path(__file__).parent / "worked_examples.yaml"
EXAMPLES = parse_document(FILE.read_text(encoding="utf-8"), FILE.name)
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def examples(kind: str) -> Iterator[Any]:
    for one in EXAMPLES[kind]:
        assert one["sum"], "every example has its sum written out"
        yield pytest.param(one, id=" ".join(str(value) for key, value in one.items() if key not in ("sum", "others")))


def number(text: str) -> Decimal:
    return parse_quantity(text).low


def drug(name: str) -> Drug:
    return shipped().world.knowledge.by_name[name]


def rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.001"))


# --- clearances ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", [*examples("clearances")])
def test_a_clearance(one: dict[str, Any]) -> None:
    creatinine = parse_quantity(one["creatinine"])
    height = number(one["height"]) if "height" in one else None
    made = cockcroft_gault(
        number(one["age"]), number(one["weight"]), one["sex"], mg_per_dl(creatinine.low, creatinine.unit), height
    )
    assert rounded(made.value) == Decimal(one["crcl"])
    if "printed" in one:
        assert abs(made.value - Decimal(one["printed"])) < Decimal("0.1")
    found = [(other.weight_kind, rounded(other.weight), rounded(other.value)) for other in made.others]
    assert found == [
        (other["weight_is"], Decimal(other["weight"]), Decimal(other["crcl"])) for other in one.get("others", ())
    ]


# --- doses by weight ------------------------------------------------------------------------------------------------


def fact_of(one: dict[str, Any], among: tuple[Fact, ...]) -> Fact:
    """The shipped fact of an example; it is not looked for among those that wait for a second keying."""
    where = (one["source"], one["indication"], one["what"], one.get("about", ""))
    (found,) = (
        fact
        for fact in among
        if (fact.source.id, fact.at.indication, fact.what, fact.at.about) == where and "/kg" in str(fact.value)
    )
    return found


@pytest.mark.parametrize("one", [*examples("doses")])
def test_a_dose_by_weight(one: dict[str, Any]) -> None:
    months, weight = parse_quantity(one["age"]).within("mo").low, number(one["weight"])
    populations = ("child", "any") if months < 18 * 12 else ("adult", "any")
    those = find(drug(one["drug"]), DOSED_BY_WEIGHT, one["route"], populations)
    among = tuple(fact for fact in those if is_for(fact, months, weight))
    made = weighed(fact_of(one, among), weight, among, ())
    assert made is not None
    assert str(made.dose) == one["dose"]
    assert str(made.ceiling.value if made.ceiling else "") == one.get("ceiling", "")
    assert str(made.above.value if made.above else "") == one.get("above", "")


# --- bands --------------------------------------------------------------------------------------------------------


def words(those: tuple[Fact, ...], metric: str) -> list[str]:
    found = (fact.at.band.words.removeprefix(f"{metric} ") for fact in those if fact.at.band)
    return sorted(dict.fromkeys(found))


@pytest.mark.parametrize("one", [*examples("bands")])
def test_a_band(one: dict[str, Any]) -> None:
    facts = [
        fact
        for fact in drug(one["drug"]).shown["adjustment"]
        if fact.source.id == one["source"] and fact.at.band and fact.at.band.metric == one["metric"]
    ]
    assert facts
    inside, near = sorted(one.get("inside", ())), sorted(one.get("near", ()))
    if one["metric"] == "CKD stage":
        held = tuple(fact for fact in facts if fact.at.band and holds_word(fact.at.band, one["value"]))
        assert (words(held, one["metric"]), []) == (inside, near)
        return
    place = placed(facts, Decimal(one["value"]))
    assert (words(place.inside, one["metric"]), words(place.near, one["metric"])) == (inside, near)


# --- limits of a dose check -----------------------------------------------------------------------------------------


def proposed(text: str) -> ProposedDose:
    amount, unit, often = text.split(" ", 2)
    times = parse_frequency(often)
    return ProposedDose(Measure(Decimal(amount), unit, text), "dose", times.low)


@pytest.mark.parametrize("one", [*examples("limits")])
def test_a_limit_of_a_band(one: dict[str, Any]) -> None:
    world, about = shipped().world, drug(one["drug"])
    block = compose(world.catalogue.intents["dose_check"], about, Focus((about.name,), "oral", "", "renal"), "us")
    patient = {"crcl": Held(Measure(Decimal(one["crcl"]), "mL/min", one["crcl"]), NOW)}
    made = for_patient(block, patient, "us")
    for verdict in ("within", "above"):
        found = check_dose(proposed(one[verdict]), made.facts, made.patient, "renal")
        assert {finding.scope for finding in found.deciding} == {"band"}
        (own,) = (finding for finding in found.deciding if finding.fact.source.jurisdiction == "us")
        assert own.verdict == verdict
        limit = (own.fact.value.per_day or own.fact.value.quantity).high  # type: ignore[union-attr]
        assert limit == number(one["limit"])


# --- tapers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", [*examples("tapers")])
def test_a_taper(one: dict[str, Any]) -> None:
    (length,) = (
        fact for fact in find(drug(one["drug"]), ("taper_duration",), one["route"]) if fact.source.id == one["source"]
    )
    plan = taper_over(parse_quantity(one["present"]), length)
    assert plan is not None
    assert [step.per_day.high for step in plan.steps] == [Decimal(step) for step in one["steps"]]
