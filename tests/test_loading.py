"""Drug files: every fault named at once with file and place, and nothing without source, place and basis."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.checks import cross_references
from bot.documents import DocumentCache, FaultyDocuments, parse_document
from bot.dosing.facts import ANY, Band, Fact, Figure, Status, Text
from bot.dosing.loading import Standing, build_drug, with_standing, with_standings
from bot.dosing.quantity import NotAQuantity, parse_quantity
from bot.dosing.regimen import Dose, parse_dose
from bot.dosing.statements import parse_band, parse_figure, parse_text
from intents.catalogue import Catalogue
from tests.invented import (
    SOURCES,
    VOCABULARY,
    block,
    drug,
    drug_text,
    fact,
    facts,
    faults_of,
    intent,
    knowledge,
    read,
    source_text,
    sources_text,
    standing_at,
)

START = "start: 5 mg per dose, 3 times daily"


def one_source(name: str = "us-label", **changed: str | None) -> str:
    """A `sources:` part whose one entry has keys replaced (or, None, left out)."""
    lines = source_text(name, *SOURCES[name]).splitlines()
    kept = [line for line in lines if line.strip().partition(":")[0] not in changed]
    kept += [f"  {key}: {value}" for key, value in changed.items() if value is not None]
    return "sources:\n" + "\n".join(f"  {line}" for line in kept)


def test_a_whole_file() -> None:
    names = (
        "names: {exact: [zorvexil, zorvexilum], brands: {us: [Zorvex], uk: [Zorvexa]}, misspellings: [zorvexyl],"
        ' other_products: [zorvex xr], confusable: [{name: zorvamil, source: us-label, place: "5.1"}]}'
    )
    products = (
        'products:\n  - {form: tablet, strength: 10 mg, route: oral, country: us, source: us-label, place: "3"}\n'
    )
    found = drug(block(START), names=names, products=products, codes='codes: {atc: M03, rxnorm: "007"}')
    assert (found.name, found.drug_class, found.renally_cleared) == (
        "zorvexil",
        "imaginary muscle relaxant",
        False,
    )
    assert found.codes == (("atc", "M03"), ("rxnorm", "007"))
    assert found.names.exact == ("zorvexil", "zorvexilum")
    assert dict(found.names.brands)["uk"] == ("Zorvexa",)
    assert "de" not in dict(found.names.brands)
    assert found.names.confusable[0].source is found.source("us-label")
    assert found.source("nobody") is None
    assert (found.products[0].form, found.products[0].strength) == ("tablet", "10 mg")
    assert found.routes == ("oral",)


def test_a_fact_stands_at_its_coordinates() -> None:
    found = fact(START, indication="any", population="child", age="2 to 7 years", weight="at least 12 kg")
    assert found.id == "zorvexil/oral/any/child/2_to_7_years/at_least_12_kg/us-label/start"
    assert (found.what, found.topic, found.place, found.source.id) == ("start", "start", "2.1", "us-label")
    assert found.at.age == parse_quantity("2 to 7 years")
    assert found.value == parse_dose("5 mg per dose, 3 times daily")


def test_an_item_is_a_value_a_mapping_or_a_list_of_them() -> None:
    found = facts(
        block(
            "start: 5 mg per day\n"
            'usual: {value: 40 mg per day, text: "At most {4 times} a day.", about: hospital, place: "2.9"}\n'
            "maximum: [80 mg per day, {absent: true, about: child}]\n"
            "food: With food.\n"
            "adverse_effect: {terms: [nausea, {term: sleep, frequency: 10 to 63 %}, {term: rash, frequency: rare}]}\n"
            "schedule: {steps: [5 mg per dose 3 times daily for 3 days, 10 mg per dose 3 times daily]}"
        )
    )
    said = {(each.what, each.at.about): each for each in with_distinct_ids(found)}
    assert said["usual", "hospital"].place == "2.9"
    assert str(said["usual", "hospital"].text) == "At most 4 times a day."
    assert said["maximum", "child"].absent
    assert not said["maximum", ""].absent
    assert str(said["food", ""].text) == "With food."
    assert said["adverse_effect", "nausea"].value is None
    assert said["adverse_effect", "sleep"].value == parse_quantity("10 to 63 %")
    assert said["adverse_effect", "rash"].frequency == "rare"
    assert [str(step) for step in said["schedule", ""].steps] == [
        "5 mg per dose, 3 times daily for 3 days",
        "10 mg per dose, 3 times daily",
    ]
    assert len(found) == 9


def with_distinct_ids(found: tuple[Fact, ...]) -> tuple[Fact, ...]:
    assert len({each.id for each in found}) == len(found)
    return found


def test_equal_coordinates_get_ids_of_their_own() -> None:
    found = facts(block("food: [With food., Or without.]"), block("food: At noon."))
    assert [each.id.rpartition("/")[2] for each in found] == ["food", "food#2", "food#3"]
    assert list(knowledge(drug(block(START))).by_fact) == ["zorvexil/oral/spasticity/adult/us-label/start"]


# Every rule proven by a fixture that breaks it: what is in the file → where the fault is and what was found.
BROKEN = [
    # a dose needs unit and basis
    (block("start: 5"), "facts[0].start: '5' does not begin with a quantity"),
    (block("start: 5 mg"), "facts[0].start: '5 mg' needs one of per dose"),
    (block("start: 5 mg daily"), "facts[0].start: '5 mg daily' needs one of per dose"),
    (block("start: 5 tablets per day"), "facts[0].start: '5 tablets per day' does not begin"),
    (block("start: 5 mL/min per day"), "facts[0].start: '5 mL/min per day': mL/min is no unit of a dose"),
    (block("start: {value: 5 mg}"), "facts[0].start.value: '5 mg' needs one of"),
    (
        block("schedule: {steps: [5 mg per day, 10 mg]}"),
        "facts[0].schedule.steps[1]: '10 mg' needs one of",
    ),
    (block("adjustment: {action: reduce, value: 5 mg}"), "facts[0].adjustment.value: '5 mg' needs one of"),
    # every other figure needs a unit
    (block("half_life: 5"), "facts[0].half_life: '5' is not a quantity"),
    (block("bioavailability: 70 to 80"), "facts[0].bioavailability: '70 to 80' is not a quantity"),
    (block("step_interval: three days"), "facts[0].step_interval: 'three days' is not a quantity"),
    (block("half_life: [3 hours, 5]"), "facts[0].half_life[1]: '5' is not a quantity"),
    # figures in words stand in braces, masses with their basis
    (block("food: Take 5 with food."), "facts[0].food: 'Take 5 with food.' has a figure outside braces"),
    (block('food: {text: "Take {5 mg}."}'), "facts[0].food.text: '5 mg' needs 'per dose' or 'per day'"),
    (block("food: 'Take {5 mg daily}.'"), "facts[0].food: '5 mg daily' is not a dose with its basis"),
    (block("food: 'Take {5 mg per day with 5.'"), "facts[0].food: "),
    # a place in a source that is there and is about this route
    (block(START, source="nowhere"), "facts[0].source: 'nowhere'"),
    (block(START, source=""), "facts[0].source: nothing"),
    (block(START, place=""), "facts[0].place: nothing"),
    (
        block("start: 50 micrograms per day", route="intrathecal"),
        "facts[0].route: route intrathecal cited to",
    ),
    (block(START, source="us-pump"), "facts[0].route: route oral cited to us-pump"),
    (block(START, route="any"), "facts[0].route: route any cited to us-label"),
    # closed lists
    (block(START, route="ocular"), "facts[0].route: 'ocular'"),
    (block(START, route=""), "facts[0].route: nothing"),
    (block(START, population="everyone"), "facts[0].population: 'everyone'"),
    (block(START, population=""), "facts[0].population: nothing"),
    (block(START, indication="boredom"), "facts[0].indication: 'boredom'"),
    (block("adjustment: {action: double}"), "facts[0].adjustment.action: 'double'"),
    (block("startt: 5 mg per day"), "facts[0].startt: unknown key 'startt'"),
    (block("start: {value: 5 mg per day, vlaue: 6}"), "facts[0].start.vlaue: unknown key 'vlaue'"),
    (block("adverse_effect: {terms: [{term: rash, often: rare}]}"), "facts[0].adverse_effect.terms[0].often"),
    (
        block("adverse_effect: {terms: [{term: rash, frequency: often}]}"),
        "facts[0].adverse_effect.terms[0].frequency",
    ),
    # people
    (block(START, age="seven years"), "facts[0].age: 'seven years' is not a quantity"),
    (block(START, weight="20"), "facts[0].weight: '20' is not a quantity"),
    (block(START, band="less than 30 mL/min"), "facts[0].band: 'less than 30 mL/min' does not begin with"),
    (block(START, band="CrCl low"), "facts[0].band: 'low' is not a quantity"),
    # the shape of a value
    (block("food: {value: 5 mg per day}"), "facts[0].food.value: a value for a statement"),
    (block("adverse_effect: nausea"), "facts[0].adverse_effect: a value for a terms"),
    (block("schedule: 5 mg per day"), "facts[0].schedule: a value for a schedule"),
    (block("maximum: {about: adult}"), "facts[0].maximum: nothing said"),
    (block("food: {about: 'grade 2', text: x}"), "facts[0].food.about: 'grade 2'"),
    (block("food: {about: With meals, text: x}"), "facts[0].food.about: 'With meals'"),
    (block("maximum: {absent: maybe}"), "facts[0].maximum.absent: 'maybe'"),
    ("- nothing\n", "facts[0]: 'nothing'"),
]


@pytest.mark.parametrize(("broken", "fault"), BROKEN)
def test_a_broken_block_is_named_with_its_place(broken: str, fault: str) -> None:
    assert any(found.startswith(fault) for found in faults_of(broken)), faults_of(broken)


BROKEN_PARTS = [
    ({"drug": "drug: zorvexol"}, "drug: 'zorvexol'"),
    ({"drug": ""}, "drug: nothing"),
    ({"class": ""}, "class: nothing"),
    ({"renally_cleared": "renally_cleared: often"}, "renally_cleared: 'often'"),
    ({"renally_cleared": "renally_cleared: true"}, "facts: no fact for population renal"),
    ({"more": "manufacturer: Acme"}, "manufacturer: unknown key 'manufacturer'"),
    ({"codes": "codes: [M03]"}, "codes: ["),
    ({"names": "names: {exact: zorvexil}"}, "names.exact: 'zorvexil'"),
    ({"names": "names: {also: [zorvexil]}"}, "names.also: unknown key 'also'"),
    ({"names": "names: {confusable: [{name: zorvamil, place: x}]}"}, "names.confusable[0].source: nothing"),
    ({"names": "names: {confusable: [{name: zorvamil, source: us-label}]}"}, "names.confusable[0].place: nothing"),
    ({"products": "products: [{form: tablet}]"}, "products[0].strength: nothing"),
    (
        {"products": "products: [{form: a, strength: b, route: oral, country: c, source: us-label, place: x}]"},
        "products[0].country: 'c'",
    ),
    ({"facts": "facts: {start: 5 mg per day}"}, "facts: {"),
    ({"sources": ""}, "sources: None"),
    ({"sources": one_source(kind="blog")}, "sources.us-label.kind: 'blog'"),
    ({"sources": one_source(title=None)}, "sources.us-label.title: nothing"),
    ({"sources": one_source(jurisdiction="mars")}, "sources.us-label.jurisdiction: 'mars'"),
    ({"sources": one_source(route="ocular")}, "sources.us-label.route: 'ocular'"),
    ({"sources": one_source(version=None)}, "sources.us-label.version: nothing"),
    ({"sources": one_source(version="May 2024")}, "sources.us-label.version: 'May 2024'"),
    ({"sources": one_source(read="yesterday")}, "sources.us-label.read: 'yesterday'"),
    ({"sources": one_source(link="example.org")}, "sources.us-label.link: 'example.org'"),
    ({"sources": one_source(link=None)}, "sources.us-label.link: nothing"),
    ({"sources": one_source(author="me")}, "sources.us-label.author: unknown key 'author'"),
]


@pytest.mark.parametrize(("parts", "fault"), BROKEN_PARTS)
def test_a_broken_part_is_named_with_its_place(parts: dict[str, str], fault: str) -> None:
    found = faults_of(block(START), **parts)
    assert any(each.startswith(fault) for each in found), found


def test_every_fault_at_once_with_file_and_place() -> None:
    text = drug_text(
        block("start: 5 mg\nusual: 40 mg\nfood: Take 5."),
        block(START, source="us-pump"),
        block("half_life: 5", source="nowhere"),
        sources=sources_text() + "  bad: {kind: label}\n",
        more="colour: blue",
    )
    found = read(text)[1]
    places = [fault.place for fault in found]
    assert {fault.file for fault in found} == {"drugs/zorvexil.yaml"}
    for place in (
        "facts[0].start",
        "facts[0].usual",
        "facts[0].food",
        "facts[1].route",
        "facts[2].half_life",
        "facts[2].source",
        "sources.bad.title",
        "sources.bad.link",
        "colour",
    ):
        assert place in places
    message = str(FaultyDocuments(found))
    assert len(message.splitlines()) == len(found)
    assert "drugs/zorvexil.yaml facts[0].start: '5 mg' needs" in message


def test_faults_of_several_files_come_together() -> None:
    faults = []
    for name in ("zorvexil", "quillamide"):
        file = f"drugs/{name}.yaml"
        build_drug(parse_document(drug_text(block("start: 5 mg"), name=name), file), file, VOCABULARY, faults)
    assert [fault.file for fault in faults] == ["drugs/zorvexil.yaml", "drugs/quillamide.yaml"]


@pytest.mark.parametrize("text", ["", "[]", "zorvexil", "5"])
def test_a_file_that_is_no_mapping_is_a_fault_too(text: str) -> None:
    assert read(text)[1]


def test_a_renally_cleared_drug_with_a_renal_fact() -> None:
    blocks = block(START), block("adjustment: {action: reduce}", population="renal")
    assert not faults_of(*blocks, renally_cleared="renally_cleared: true")


def test_a_label_for_every_route_may_be_cited_for_any() -> None:
    assert not faults_of(block(START, source="us-book"), block(START, source="us-book", route="any"))


def test_any_source_about_one_route_is_held_to_it() -> None:
    sources = sources_text({**SOURCES, "pump-paper": ("review", "us", "intrathecal", "2020")})
    assert faults_of(block(START, source="pump-paper"), sources=sources)


def test_a_product_is_held_to_the_route_of_its_source() -> None:
    row = "{form: tablet, strength: 10 mg, route: oral, country: us, source: us-pump, place: x}"
    assert faults_of(block(START), products=f"products: [{row}]")


def test_a_source_cannot_give_none_and_a_value() -> None:
    assert faults_of(block("maximum: {value: 80 mg per day, absent: true}"))


def test_an_impossible_frequency_is_a_fault_like_any_other() -> None:
    assert faults_of(block("start: 5 mg per dose, every 0 hours"))


@pytest.mark.parametrize(
    "text",
    [
        "No figure at all.",
        "CYP1A2 and GABA-B2 and B12 are names.",
        "At most {20 mg per dose, 4 times daily}, then {3 days} off.",
        "{40 to 80 mg per day}",
        "In {63%} of {24 patients}.",
        "Dissolve {5 mL}.",
        "One {20 mg tablet}, or {5 mg in 5 mL}.",
        "At a plasma level of {80 to 400 ng/mL}.",
        "In {2 of 24} people.",
        "Prescribe in mg, in one unit alone.",
    ],
)
def test_texts_that_may_stand(text: str) -> None:
    assert str(parse_text(text)) == text.replace("{", "").replace("}", "")


@pytest.mark.parametrize(
    "text",
    [
        "5 mg per day",
        "Take 5.",
        "Take {5 mg per day} or 10.",
        "Between 2-3 days.",
        "{5 mg}",
        "{5 to 10 mg}",
        "{0.5 mg/kg}",
        "{5 units}",
        "{5 mg daily}",
        "{20 micrograms 3 times daily}",
        "{1.5 g daily}",
        "Take {5 mg per day.",
        "At 5°.",
        "type 2",
        "Take ٥.",
        "Lower it by -5.",
        "Take ½.",
        "Take five mg.",
        "Half a mg more.",
        "{}",
        "{unclosed",
    ],
)
def test_texts_that_are_refused(text: str) -> None:
    with pytest.raises(NotAQuantity):
        parse_text(text)


@pytest.mark.parametrize(
    "figure",
    [
        "2 mg/kg daily",
        "5 mg/day",
        "5 mg/kg/day",
        "5 units daily",
        "500 ng daily",
        "500 nanograms daily",
        "5 mcg/kg daily",
        "3000 IU daily",
        "5 MG daily",
        "300 ug daily",
        "20 mg tablets 3 times daily",
    ],
)
def test_no_mass_without_a_basis_hides_among_words(figure: str) -> None:
    with pytest.raises(NotAQuantity):
        parse_figure(figure)


def test_a_text_keeps_its_figures_apart() -> None:
    found = parse_text("Over {1 to 2 weeks}, by {5 mg per day}; {2 of 24} people.")
    assert [figure.words for figure in found.figures] == ["1 to 2 weeks", "5 mg per day", "2 of 24"]
    assert isinstance(found.figures[1].value, Dose)
    assert found.figures[2] == Figure("2 of 24", None)
    assert isinstance(found, Text)


@pytest.mark.parametrize(
    ("text", "metric", "quantity"),
    [
        ("CrCl less than 30 mL/min", "CrCl", "less than 30 mL/min"),
        ("eGFR 30 to 60 mL/min/1.73 m2", "eGFR", "30 to 60 mL/min/1.73 m2"),
        ("CKD stage 4", "CKD stage", None),
        ("Child-Pugh C", "Child-Pugh", None),
        ("serum creatinine more than 2 mg/dL", "serum creatinine", "more than 2 mg/dL"),
    ],
)
def test_bands_name_their_metric(text: str, metric: str, quantity: str | None) -> None:
    assert parse_band(text) == Band(metric, parse_quantity(quantity) if quantity else None, text)


@pytest.mark.parametrize("text", ["30 mL/min", "clearance 30 mL/min", "eGFR severe", "CrCl 30", "crcl 30 mL/min"])
def test_bands_without_metric_or_figure_are_refused(text: str) -> None:
    with pytest.raises(NotAQuantity):
        parse_band(text)


# --- status: computed from the keyings, bound to the content -------------------------------------------------


def test_a_fact_keyed_once_is_submitted_and_never_shown() -> None:
    found, faults = read(drug_text(block(START)))
    assert not faults
    assert {each.status for each in found.facts} == {Status.SUBMITTED}
    assert not any(each.shown for each in found.facts)
    assert found.routes == ()


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (Status.WITHDRAWN, False),
        (Status.SUBMITTED, False),
        (Status.UNDER_REVIEW, True),
        (Status.APPROVED, True),
    ],
)
def test_only_what_two_keyings_agree_on_is_shown(status: Status, shown: bool) -> None:
    found = standing_at(drug(block(START)), status)
    assert found.facts[0].shown is shown
    assert found.routes == (("oral",) if shown else ())


def test_statuses_in_words() -> None:
    assert [status.words for status in sorted(Status)] == [
        "Withdrawn",
        "Submitted",
        "Under review",
        "Approved",
        "Local policy",
    ]


def test_an_agreed_fact_takes_its_standing_and_date() -> None:
    (found,) = read(drug_text(block(START)))[0].facts
    (shown,) = with_standing([found], {found.hash: Standing(Status.UNDER_REVIEW, "2026-02-01")})
    assert (shown.status, shown.status_date) == (Status.UNDER_REVIEW, "2026-02-01")
    assert replace(shown, status=found.status, status_date="") == found


CHANGED = [
    block("start: 6 mg per dose, 3 times daily"),
    block("start: 5 mg per dose, 4 times daily"),
    block("start: 5 mg per day, 3 times daily"),
    block("start: 5 micrograms per dose, 3 times daily"),
    block("start: {value: '5 mg per dose, 3 times daily', text: At night.}"),
    block("start: {value: '5 mg per dose, 3 times daily', about: hospital}"),
    block("start: {value: '5 mg per dose, 3 times daily', action: caution}"),
    block("usual: 5 mg per dose, 3 times daily"),
    block("start: {absent: true}"),
    block(START, place='"2.2"'),
    block(START, indication="any"),
    block(START, population="older_adult"),
    block(START, age="2 years"),
    block(START, weight="20 kg"),
    block(START, band="CKD stage 4"),
    block(START, source="us-book"),
    block(START, source="uk-label"),
]


@pytest.mark.parametrize("changed", CHANGED)
def test_a_changed_fact_loses_its_standing(changed: str) -> None:
    agreed = read(drug_text(block(START)))[0].facts[0]
    found = with_standings(read(drug_text(changed))[0], {agreed.hash: Standing(Status.UNDER_REVIEW, "2026")})
    assert [each.status for each in found.facts] == [Status.SUBMITTED]


EDITIONS = [
    {"version": "2024-02"},
    {"link": "https://example.org/other"},
    {"jurisdiction": "uk"},
    {"kind": "reference"},
]


@pytest.mark.parametrize("edition", EDITIONS)
def test_another_edition_of_the_source_loses_the_standing(edition: dict[str, str]) -> None:
    agreed = read(drug_text(block(START), sources=one_source()))[0].facts[0]
    changed = read(drug_text(block(START), sources=one_source(**edition)))[0].facts[0]
    assert changed.hash != agreed.hash


def test_what_does_not_change_a_fact_keeps_its_standing() -> None:
    agreed = read(drug_text(block(START)))[0].facts[0]
    moved = read(drug_text(block("food: With food."), block("start: 5.0 mg per dose, 3 times daily")))[0].facts[1]
    assert moved.hash == agreed.hash


def test_the_same_words_about_another_drug_are_another_fact() -> None:
    one, other = (read(drug_text(block(START), name=name), name)[0].facts[0] for name in ("zorvexil", "quillamide"))
    assert one.hash != other.hash


PRODUCTS = "products: [{form: tablet, strength: 10 mg, route: oral, country: us, source: us-label, place: x}]"


def test_a_product_keyed_once_is_not_shown() -> None:
    found = read(drug_text(block(START), products=PRODUCTS))[0]
    assert not found.products[0].shown
    shown = with_standings(found, {found.products[0].hash: Standing(Status.UNDER_REVIEW, "2026")})
    assert shown.products[0].shown


def test_a_product_of_each_drug_is_cited_to_its_own_source() -> None:
    held = knowledge(*(drug(block(START), name=name, products=PRODUCTS) for name in ("zorvexil", "quillamide")))
    assert len(held.cited) == 4 + len(held.shared.formulas)


def test_a_product_of_one_drug_does_not_vouch_for_anothers() -> None:
    one, other = (
        read(drug_text(block(START), name=name, products=PRODUCTS), name)[0].products[0]
        for name in ("zorvexil", "quillamide")
    )
    assert one.hash != other.hash


def test_facts_hold_decimals_only() -> None:
    value = fact(START).value
    assert isinstance(value, Dose)
    assert {type(number) for number in (value.quantity.low, value.quantity.high)} == {Decimal}


def test_knowledge_finds_drugs_and_facts() -> None:
    held = knowledge(drug(block(START)), drug(block(START), name="quillamide"))
    assert list(held.by_name) == ["zorvexil", "quillamide"]
    assert all(held.by_fact[each.id] is each for one in held.drugs for each in one.facts)


# --- what spans files ---------------------------------------------------------------------------------------


def crossed(*intents, drugs=(), roles=None) -> list[str]:
    catalogue = Catalogue({each.id: each for each in intents}, (), roles or {}, "of a test")
    return [str(fault) for fault in cross_references(DocumentCache(None), knowledge(*drugs), catalogue)]


def test_an_intent_wants_facts_of_the_closed_list_and_has_a_template() -> None:
    assert crossed(intent("dose", "start", "usual")) == []
    (unknown,) = crossed(intent("dose", "strat"))
    assert unknown.startswith("intents/en/dose.yaml wants.what: 'strat'")
    (missing,) = crossed(intent("levitation"))
    assert missing.startswith("templates/en/levitation.html.j2")


def test_an_intent_wants_facts_about_known_people() -> None:
    assert crossed(intent("renal", "adjustment", populations=("renal", "any"))) == []
    (unknown,) = crossed(intent("renal", "adjustment", populations=("renal", "kidney")))
    assert unknown.startswith("intents/en/renal.yaml wants.populations: 'kidney'")
    assert "breast_feeding" in unknown


def test_a_role_is_offered_known_intents() -> None:
    dose = intent("dose", "start")
    assert crossed(dose, roles={"nurse": ("dose",)}) == []
    (unknown,) = crossed(dose, roles={"nurse": ("dose", "dosage"), "trainee": ()})
    assert unknown.startswith("intents/en/_roles.yaml nurse: 'dosage'")


def test_an_exact_name_belongs_to_one_drug() -> None:
    names = "names: {exact: [quillamide], misspellings: [ZORVEXIL]}"
    found = crossed(drugs=(drug(block(START)), drug(block(START), name="quillamide", names=names)))
    assert ["also names zorvexil" in each for each in found] == [True]


def test_the_order_of_a_closed_list_ranks_its_entries() -> None:
    found = facts(block("mechanism: [{about: effect, text: Less tone.}, {about: receptor, text: Binds.}]"))
    assert found[1].rank < found[0].rank


def test_any_is_a_route_of_its_own() -> None:
    assert fact(START, source="us-book", route="any").at.route == ANY
    assert drug(block(START, source="us-book", route="any")).routes == ()


# --- nothing that can stand in a YAML file stops the loader ---------------------------------------------------

WHOLE = drug_text(
    block(
        "start: {value: 5 mg per day, text: 'At most {4 times} a day.', place: '2.9'}\n"
        "adverse_effect: {terms: [nausea, {term: rash, frequency: rare, text: Itchy.}]}\n"
        "schedule: {steps: [5 mg per day for 3 days, 10 mg per day]}",
        age="2 to 7 years",
        band="CKD stage 4",
    ),
    names="names: {exact: [zorvexil], brands: {us: [Zorvex]}, confusable: [{name: z, source: us-label, place: x}]}",
    products="products: [{form: tablet, strength: 10 mg, route: oral, country: us, source: us-label, place: x}]",
    sources=one_source(),
)
JUNK = [None, True, Decimal(5), "junk", [], ["junk"], [["junk"]], {}, {"junk": "junk"}, [None]]


def places(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, part in parts for found in places(part, (*path, key)))]


def with_junk(value, path: tuple[object, ...], junk: object):
    if not path:
        return junk
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[path[0]] = with_junk(value[path[0]], path[1:], junk)
    return changed


RAW = parse_document(WHOLE, "x.yaml")


def test_the_whole_file_is_without_fault() -> None:
    assert not read(WHOLE)[1]


@pytest.mark.parametrize("path", places(RAW), ids=lambda path: ".".join(map(str, path)) or "all")
def test_junk_anywhere_is_a_fault_and_never_a_crash(path: tuple[object, ...]) -> None:
    for junk in JUNK:
        faults: list = []
        build_drug(with_junk(RAW, path, junk), "drugs/zorvexil.yaml", VOCABULARY, faults)
        assert all(str(fault) for fault in faults)
