"""Doses as FHIR R5 Dosage: every export validates, and its text is exactly what its coded fields say."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from fhir.resources.dosage import Dosage
from hypothesis import given
from hypothesis import strategies as st

from bot.answering import answer
from bot.asking import Asked, Conversations, Exchange
from bot.dialogue import DialogueState, Snapshot
from bot.dosing.facts import Fact, Status
from bot.dosing.lookup import LIMITS
from bot.dosing.plan import Plan, stepwise_plan, taper_over, taper_plan
from bot.dosing.quantity import BOUNDS, Quantity
from bot.dosing.regimen import Dose, Frequency, parse_dose
from bot.fhir import CHANGES, DOSES, ORIGINAL_TEXT, UCUM, Item, regimen
from bot.jsonl import START
from bot.presses import ask as button
from bot.rendering import figures
from bot.rendering.exports import dosage_file
from bot.rendering.rendered import Document
from bot.rendering.views import View
from bot.reply import LOCALES, Asker, Turn
from tests.invented import QUICK, block, doses, facts
from tests.loaded import shipped

Json = dict[str, Any]
LIMIT_KEYS = ("maxDosePerPeriod", "maxDosePerAdministration")
CODED = ("timing", "asNeeded", "doseAndRate", *LIMIT_KEYS)
DRUGS = [drug.name for drug in shipped().world.knowledge.drugs]


# From FHIR back to doses, by what the standard says the fields mean


def amount_of(element: Mapping[str, Any], low: Any, high: Any, implied: str = "") -> Quantity:
    """A Quantity from its ends, of which a range may lack one; its bound is in words, a comparator or implied."""
    ends = [end for end in (low, high) if end is not None]
    assert {(end["system"], end["code"]) for end in ends} == {(UCUM, ends[0]["code"])}
    said = next((e["valueString"] for e in element.get("extension", ()) if e["url"] == ORIGINAL_TEXT), "")
    bound = next((bound for bound in BOUNDS if said.startswith(bound)), implied)
    return Quantity(ends[0]["value"], ends[-1]["value"], ends[0]["code"], bound)


def of_range(found: Json) -> Quantity:
    low, high = found.get("low"), found.get("high")
    return amount_of(found, low, high, "" if low and high else "up to" if high else "at least")


def of_quantity(found: Json) -> Quantity:
    comparators = {"<": "less than", "<=": "up to", ">=": "at least", ">": "more than"}
    return amount_of(found, found, found, comparators.get(found.get("comparator", ""), ""))


def frequency_of(found: Json) -> Frequency | None:
    repeat = found.get("timing", {}).get("repeat", {})
    if "frequency" not in repeat:
        assert "asNeeded" not in found
        return None
    when = {"HS": " at bedtime", "MORN": " in the morning"}.get("".join(repeat.get("when", ())), "")
    when = when or (" as needed" if found.get("asNeeded") else "")
    if repeat["periodUnit"] == "h":
        assert repeat["frequency"] == 1
        hours = (repeat["period"], repeat.get("periodMax", repeat["period"]))
        return Frequency(24 / hours[1], 24 / hours[0], hours, when)
    assert (repeat["period"], repeat["periodUnit"]) == (1, "d")
    return Frequency(repeat["frequency"], repeat.get("frequencyMax", repeat["frequency"]), None, when)


def duration_of(found: Json) -> Quantity | None:
    repeat = found.get("timing", {}).get("repeat", {})
    if "boundsRange" in repeat:
        return of_range(repeat["boundsRange"])
    return of_quantity(repeat["boundsDuration"]) if "boundsDuration" in repeat else None


def given_dose(found: Json) -> Dose:
    """The dose of a Dosage that says what is given."""
    (said,) = found["doseAndRate"]
    ((kind, value),) = said.items()
    amount = of_range(value) if kind.endswith("Range") else of_quantity(value)
    if kind.startswith("dose"):
        return Dose(amount, "dose", frequency_of(found), duration_of(found))
    code, _, per = amount.unit.rpartition("/")
    basis = {"d": "day", "h": "hour"}[per]
    return Dose(replace(amount, unit=code), basis, frequency_of(found), duration_of(found))


def limit_dose(found: Json) -> Dose:
    """The dose of a Dosage that says what is not to be exceeded."""
    frequency, duration = frequency_of(found), duration_of(found)
    if "maxDosePerAdministration" in found:
        each = found["maxDosePerAdministration"]
        amount = of_quantity(each)
        said = "".join(extension["valueString"] for extension in each.get("extension", ()))
        if span := re.findall(r"([\d,.]+) to ([\d,.]+)", said):
            amount = replace(amount, high=Decimal(span[-1][1].replace(",", "")))
        dose = Dose(amount, "dose", frequency, duration)
        total = dose.per_day
        if "maxDosePerPeriod" in found:
            (ratio,) = found["maxDosePerPeriod"]
            assert of_quantity(ratio["numerator"]) == total
            assert (ratio["denominator"]["value"], ratio["denominator"]["code"]) == (1, "d")
        else:
            assert total is None or total.is_range
        return dose
    ratios = found["maxDosePerPeriod"]
    ends = [of_quantity(ratio["numerator"]) for ratio in ratios]
    ((per, count),) = {(ratio["denominator"]["code"], ratio["denominator"]["value"]) for ratio in ratios}
    assert count == 1
    amount = replace(ends[0], high=ends[-1].high)
    return Dose(amount, {"d": "day", "h": "hour"}[per], frequency, duration)


def words(dose: Dose, locale: str) -> str:
    """A dose as a chat shows it, with its daily total."""
    total = figures.per_day(dose, locale)
    return (figures.dose(dose, locale) + (f" ({total})" if total else "")).replace(figures.NBSP, " ")


def check(found: Json, item: Item, locale: str) -> None:
    """One Dosage: valid, its units right, and its text ends in exactly the words of its coded fields."""
    Dosage.model_validate_json(json.dumps(found, default=float))
    for quantity in quantities_in(found):
        assert quantity["system"] == UCUM
        assert not re.search(r"ug\b|\[|\{", quantity["unit"])
    if item.role == "words":
        assert not set(CODED) & set(found)
        said = words(item.dose, locale) if item.dose else ""
        assert found["text"].endswith(said)
        return
    dose = given_dose(found) if item.role == "dose" else limit_dose(found)
    once = dose.basis == "dose" and dose.frequency is not None and dose.frequency.low == dose.frequency.high == 1
    possible = [dose, replace(dose, basis="day")] if once else [dose]
    assert any(found["text"].endswith(f" {words(one, locale)}") for one in possible), (
        found["text"],
        words(dose, locale),
    )
    assert item.dose in possible


def quantities_in(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        if "code" in value:
            yield value
        for part in value.values():
            yield from quantities_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from quantities_in(part)


def exported(items: tuple[Item, ...], locale: str) -> tuple[Document, list[Json], list[str]]:
    """The file of these items, what it holds (numbers as decimals), and what was withheld."""
    loaded, withheld = shipped(), list[str]()
    template = loaded.renderer._template("_dosage")
    document = dosage_file(items, View(loaded.renderer.words, locale), template, withheld)
    return document, json.loads(document.content, parse_float=Decimal, parse_int=Decimal), withheld


# Everything that ships


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", DRUGS)
def test_every_regimen_of_every_drug_validates_and_its_text_agrees_with_its_codes(name: str, locale: str) -> None:
    drug = shipped().world.knowledge.by_name[name]
    keyed = [replace(fact, status=Status.UNDER_REVIEW) for fact in drug.facts]
    items = regimen(keyed)
    assert {item.fact for item in items if item.dose} == {fact for fact in keyed if holds_a_dose(fact)}
    _, found, withheld = exported(items, locale)
    by_id = {item.id: item for item in items}
    assert len(by_id) == len(items)
    for one in found:
        check(one, by_id[one["id"]], locale)
    unshown = {fact.id for fact in drug.facts if not fact.shown}
    assert {line.partition(": ")[2] for line in withheld} <= unshown
    assert len(found) + len(withheld) >= len(items)


def holds_a_dose(fact: Fact) -> bool:
    """Doses that harmed somebody are no regimen."""
    return not fact.absent and fact.what != "toxic_dose" and (isinstance(fact.value, Dose) or bool(fact.steps))


def test_every_question_that_takes_a_dose_is_a_dose_a_limit_or_a_change() -> None:
    whats = {fact.what for d in shipped().world.knowledge.drugs for fact in d.facts if isinstance(fact.value, Dose)}
    assert whats <= DOSES | LIMITS | CHANGES | {"toxic_dose"}


# Doses that can be keyed


@QUICK
@given(doses(), st.sampled_from(sorted(DOSES - {"schedule"} | LIMITS | CHANGES)), st.sampled_from(LOCALES))
def test_any_dose_that_can_be_keyed_is_exported_as_it_is_said(dose: Dose, what: str, locale: str) -> None:
    (fact,) = facts(block("start: 5 mg per dose", population="child", age="2 to 7 years"))
    if what in CHANGES and dose.basis not in ("dose", "day"):
        dose = replace(dose, basis="day")  # the lint wants one of these for every step
    fact = replace(fact, value=dose, at=replace(fact.at, what=what))
    items = regimen([fact])
    document, (found,), withheld = exported(items, locale)
    check(found, items[0], locale)
    assert withheld == []
    assert document.name == "zorvexil-dosage.json"


@QUICK
@given(st.lists(doses(), min_size=1, max_size=5))
def test_the_steps_of_a_schedule_are_numbered(steps: list[Dose]) -> None:
    (fact,) = facts(block("schedule: {steps: [5 mg per dose 3 times daily]}"))
    items = regimen([replace(fact, steps=tuple(steps))])
    _, found, _ = exported(items, "us")
    assert [one["sequence"] for one in found] == list(range(1, len(steps) + 1))
    for one, item in zip(found, items, strict=True):
        check(one, item, "us")


def one(said: str, what: str = "start", **coordinates: str) -> Json:
    """The Dosage of one invented fact."""
    (fact,) = facts(block(f"{what}: {said}", **coordinates))
    document, _, _ = exported(regimen([fact]), "us")
    (found,) = json.loads(document.content)
    assert isinstance(found, dict)
    return found


def measured(value: float, unit: str, code: str) -> Json:
    return {"value": value, "unit": unit, "system": UCUM, "code": code}


@pytest.mark.parametrize(
    ("said", "coded"),
    [
        ("5 mg per dose", {"doseQuantity": measured(5, "mg", "mg")}),
        ("0.25 mg per dose", {"doseQuantity": measured(0.25, "mg", "mg")}),
        ("5 to 10 mg per dose", {"doseRange": {"low": measured(5, "mg", "mg"), "high": measured(10, "mg", "mg")}}),
        ("up to 5 mg per dose", {"doseRange": {"high": measured(5, "mg", "mg")}}),
        ("at least 5 mg per dose", {"doseRange": {"low": measured(5, "mg", "mg")}}),
        (
            "less than 5 mg per dose",
            {"doseRange": {"extension": [{"url": ORIGINAL_TEXT, "valueString": "less than 5 mg"}],
                           "high": measured(5, "mg", "mg")}},
        ),
        (
            "about 5 mg per day",
            {"rateQuantity": {"extension": [{"url": ORIGINAL_TEXT, "valueString": "about 5 mg per day"}],
                              **measured(5, "mg per day", "mg/d")}},
        ),
        ("40 mg per day", {"rateQuantity": measured(40, "mg per day", "mg/d")}),
        ("40 mg per day, once daily", {"doseQuantity": measured(40, "mg", "mg")}),
        ("40 mg per day, 3 times daily", {"rateQuantity": measured(40, "mg per day", "mg/d")}),
        ("2 mg/kg per dose", {"doseQuantity": measured(2, "mg per kg", "mg/kg")}),
        ("2 mg/kg per hour", {"rateQuantity": measured(2, "mg per kg per hour", "mg/kg/h")}),
        ("1 sprays per dose", {"doseQuantity": measured(1, "spray", "{spray}")}),
        ("50 micrograms per dose", {"doseQuantity": measured(50, "mcg", "ug")}),
        ("100 units per dose", {"doseQuantity": measured(100, "units", "[arb'U]")}),
    ],
)  # fmt: skip
def test_amounts(said: str, coded: Json) -> None:
    assert one(said)["doseAndRate"] == [coded]


@pytest.mark.parametrize(
    ("said", "repeat", "needed"),
    [
        ("3 times daily", {"frequency": 3, "period": 1, "periodUnit": "d"}, None),
        ("2 to 3 times daily", {"frequency": 2, "frequencyMax": 3, "period": 1, "periodUnit": "d"}, None),
        ("every 8 hours", {"frequency": 1, "period": 8, "periodUnit": "h"}, None),
        (
            "every 6 to 8 hours as needed",
            {"frequency": 1, "period": 6, "periodMax": 8, "periodUnit": "h"},
            True,
        ),
        ("once daily at bedtime", {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["HS"]}, None),
        ("once daily in the morning", {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["MORN"]}, None),
        (
            "once daily for 3 days",
            {"boundsDuration": measured(3, "days", "d"), "frequency": 1, "period": 1, "periodUnit": "d"},
            None,
        ),
    ],
)
def test_timing(said: str, repeat: Json, needed: bool | None) -> None:
    found = one(f"5 mg per dose, {said}")
    assert found["timing"] == {"repeat": repeat}
    assert found.get("asNeeded") is needed


def test_limits_are_limits_and_never_doses() -> None:
    day = measured(1, "day", "d")
    found = one("20 mg per dose, 4 times daily", "maximum")
    assert found["maxDosePerAdministration"] == measured(20, "mg", "mg")
    assert found["maxDosePerPeriod"] == [{"numerator": measured(80, "mg", "mg"), "denominator": day}]
    ranged = one("90 to 120 mg per day", "maximum_exceptional")
    ends = [ratio["numerator"]["value"] for ratio in ranged["maxDosePerPeriod"]]
    assert ends == [90, 120]
    below = one("less than 90 mg per day", "maximum")
    assert below["maxDosePerPeriod"][0]["numerator"]["comparator"] == "<"
    assert not any("doseAndRate" in limit for limit in (found, ranged, below))


@pytest.mark.parametrize(("what", "said"), [("step", "5 mg per dose"), ("taper_step", "5 to 10 mg per day")])
def test_a_change_of_the_dose_is_never_coded_as_a_dose(what: str, said: str) -> None:
    found = one(said, what)
    assert not set(CODED) & set(found)
    assert found["text"].endswith(said)
    assert {"text": "FHIR has no field for this figure, so it stands in words alone."} in found["additionalInstruction"]


def test_what_stands_beside_a_dose() -> None:
    """Whom it is for, what the source adds, where it says so, and how far it was reviewed."""
    keyed = facts(
        block(
            'step: {value: 5 mg per dose, text: "Not faster than every {3 days}."}\nstep_interval: 3 days',
            population="child",
            age="2 to 7 years",
        ),
        block("step_interval: 1 weeks", source="uk-label"),
    )
    _, (found,), _ = exported(regimen(keyed), "us")
    source = keyed[0].source
    assert found["text"] == "zorvexil oral, child, 2 to 7 years, spasticity: STEP 5 mg per dose"
    assert found["route"] == {"text": "oral"}
    lines = [line["text"] for line in found["additionalInstruction"]]
    assert lines == [
        "Not faster than every 3 days.",
        "STEP EVERY 3 days",
        "FHIR has no field for this figure, so it stands in words alone.",
        "For: child, 2 to 7 years; spasticity",
        f"Source: {source.title} · US label · Nobody · version 2024-01 · place 2.1 · {source.link}",
        "Status: Under review (2026-02-01); two independent keyings agree; no human expert has reviewed this yet",
        "For healthcare professionals. Verify before use; does not replace clinical judgement.",
    ]


def test_what_forbids_a_dose_goes_with_the_doses_but_is_no_regimen_alone() -> None:
    forbidden = block("adjustment: {action: do_not_use}", population="renal", band="CrCl less than 30 mL/min")
    assert regimen(facts(forbidden)) == ()
    _, (dose, warning), _ = exported(regimen(facts(block("start: 5 mg per dose"), forbidden)), "us")
    assert "doseAndRate" in dose
    assert warning["text"].endswith("CrCl less than 30 mL/min, spasticity: do not use")
    assert not set(CODED) & set(warning)


def test_toxic_doses_and_facts_that_may_not_be_shown_are_not_exported() -> None:
    (start, toxic) = facts(block("start: 5 mg per dose\ntoxic_dose: 300 mg in total"))
    assert [item.fact for item in regimen([start, toxic])] == [start]
    assert regimen([replace(start, status=Status.SUBMITTED)]) == ()
    assert regimen([toxic]) == ()


def test_a_muscle_is_a_site() -> None:
    found = one("{about: biceps_brachii, value: 100 to 200 units per dose}", "muscle_dose")
    assert found["site"] == {"text": "biceps brachii"}


# Day tables that were worked out


def plan_of(kind: str) -> Plan:
    start, step, every, most = facts(
        block("start: 5 mg per dose, 3 times daily\nstep: 5 mg per dose\nstep_interval: 3 days\nmaximum: 45 mg per day")
    )
    down, apart, over = facts(block("taper_step: 10 mg per day\ntaper_interval: 1 weeks\ntaper_duration: 2 weeks"))
    present = Quantity(Decimal(40), Decimal(40), "mg")
    plan = {
        "up": stepwise_plan(start, step, every, most),
        "down": taper_plan(present, down, apart),
        "over": taper_over(present, over),
    }[kind]
    assert plan is not None
    return plan


def test_a_small_dose_of_a_day_table_is_exported_as_it_is_shown() -> None:
    each = (
        "start: 0.125 mg per dose, twice daily\nstep: 0.125 mg per dose\nstep_interval: 3 days\nmaximum: 1 mg per day"
    )
    small = stepwise_plan(*facts(block(each)))
    assert small is not None
    items = regimen((), [small])
    assert [str(item.dose.quantity) for item in items if item.dose][:3] == ["0.125 mg", "0.25 mg", "0.375 mg"]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (
            "up",
            [
                "titration plan, days 1 to 3: 5 mg per dose, 3 times daily for 3 days (15 mg per day)",
                "titration plan, days 4 to 6: 10 mg per dose, 3 times daily for 3 days (30 mg per day)",
                "titration plan, days 7 on: 15 mg per dose, 3 times daily (45 mg per day)",
            ],
        ),
        (
            "down",
            [
                "taper plan, days 1 to 7: 30 mg per day for 7 days",
                "taper plan, days 8 to 14: 20 mg per day for 7 days",
                "taper plan, days 15 to 21: 10 mg per day for 7 days",
                "taper plan, days 22 on: none",
            ],
        ),
        (
            "over",
            [
                "taper plan, days 1 to 7: 26.67 mg per day for 7 days",
                "taper plan, days 8 to 14: 13.33 mg per day for 7 days",
                "taper plan, days 15 on: none",
            ],
        ),
    ],
)
def test_a_day_table_is_a_sequence(kind: str, said: list[str]) -> None:
    items = regimen((), [plan_of(kind)])
    _, found, withheld = exported(items, "us")
    assert withheld == []
    assert [one["text"].partition("spasticity: ")[2] for one in found] == said
    assert [one["sequence"] for one in found] == list(range(1, len(said) + 1))
    for one, item in zip(found, items, strict=True):
        check(one, item, "us")
        assert any("worked out" in line["text"] for line in one["additionalInstruction"])


# In a conversation


def said(*turns: str, locale: str = "us") -> Exchange:
    """The last exchange of a thread."""
    talk = Conversations(shipped(), locale)
    exchanges = [talk.ask(Asked("t", text, START + timedelta(seconds=5 * n))) for n, text in enumerate(turns)]
    return exchanges[-1]


def texts(exchange: Exchange) -> list[str]:
    (document,) = exchange.rendered.files
    return [one["text"] for one in json.loads(document.content)]


def test_fhir_exports_the_doses_of_the_last_answer() -> None:
    last = said("oral baclofen max", "/fhir")
    assert last.reply.kind == "talk"
    assert last.rendered.files[0].name == "baclofen-dosage.json"
    assert last.rendered.files[0].mime == "application/json"
    assert all("baclofen oral" in text and ": MAX" in text for text in texts(last))
    assert last.rendered.withheld == ()
    assert f"{len(texts(last))} entries in baclofen-dosage.json" in last.rendered.plain[0]
    assert {source.id for source in last.reply.sources} == {i.fact.source.id for i in last.reply.regimen}


def test_a_taper_is_exported_as_it_was_shown() -> None:
    turns = ("how do I stop oral baclofen from 60 mg per day",)
    shown = said(*turns).reply.blocks[0].plan
    assert shown is not None
    last = said(*turns, "/fhir")
    assert texts(last)[0].endswith(f"days 1 to 7: {shown.steps[0].per_day} per day for 7 days")
    assert len(texts(last)) == len(shown.steps)
    assert "begins with the dose you gave" in last.rendered.plain[0]
    # A dose said afterwards, in a question that is only asked back, does not change what was shown.
    assert texts(said(*turns, "is 25 mg ok?", "/fhir")) == texts(last)


def test_what_the_thread_has_forgotten_is_not_exported() -> None:
    talk = Conversations(shipped())
    talk.ask(Asked("t", "how do I stop oral baclofen from 60 mg per day", START))
    late = talk.ask(Asked("t", "/fhir", START + timedelta(minutes=31)))
    assert late.rendered.files == ()
    assert late.after.trace.facts
    assert late.after.trace.plans == ()


@pytest.mark.parametrize(
    "turns", [("/fhir",), ("hello", "/fhir"), ("baclofen mechanism", "/fhir"), ("baclofen overdose", "/fhir")]
)
def test_without_a_regimen_it_says_so(turns: tuple[str, ...]) -> None:
    last = said(*turns)
    assert last.rendered.files == ()
    assert "holds no dose to export" in last.rendered.plain[0]


def test_no_other_drugs_doses_are_exported_in_its_place() -> None:
    assert "baclofen" not in str(texts(said("baclofen max", "zanaflex as fhir")))
    unknown = said("baclofen max", "ibuprofen as fhir")
    assert unknown.reply.template == "no_facts"
    assert unknown.rendered.files == ()
    assert said("baclofen max", "ibuprofen max", "/fhir").rendered.files == ()


def test_another_route_named_with_it_is_answered_by_that_route() -> None:
    assert all("intrathecal" in text for text in texts(said("oral baclofen dose", "intrathecal as fhir")))


def test_its_button_exports_too_and_other_talk_has_buttons_that_work() -> None:
    talk, world = Conversations(shipped()), shipped().world
    talk.ask(Asked("t", "oral baclofen max", START))
    for intent, template in (("fhir", "fhir"), ("sources", "sources")):
        data = button(world.version, ("intent", intent), (intent,), ("baclofen",)).data
        pressed = talk.ask(Asked("t", "", START + timedelta(seconds=9), press=data))
        assert pressed.reply.template == template
        assert bool(pressed.rendered.files) is (intent == "fhir")


def test_only_who_confirmed_to_be_a_professional_gets_doses() -> None:
    """Somebody else's answer is replied to."""
    state = said("oral baclofen max").after
    snapshot = Snapshot(state.focus, {}, "u1", state.trace)
    turn = Turn("/fhir", Asker("u2", confirmed=False), START, replying_to=snapshot)
    reply, _ = answer(turn, DialogueState(), shipped().world)
    assert (reply.reason, reply.regimen) == ("not_professional", ())


def test_the_same_answer_is_the_same_file() -> None:
    first, second = (said("baclofen dose", "/fhir").rendered.files[0] for _ in range(2))
    assert first == second
    assert first.key == second.key
    assert len(first.key) == 64


def test_units_follow_the_reader_and_codes_do_not() -> None:
    us, uk = (said("clonazepam dose", "/fhir", locale=locale).rendered.files[0].content for locale in LOCALES)
    assert b"micrograms (0." in uk
    assert b"micrograms" not in us
    codes = [sorted([q["code"] for q in quantities_in(json.loads(content))]) for content in (us, uk)]
    assert codes[0] == codes[1]


def test_a_figure_reads_back_as_the_same_decimal() -> None:
    dose = parse_dose("0.1 mg per dose")
    assert one(str(dose))["doseAndRate"][0]["doseQuantity"]["value"] == 0.1
