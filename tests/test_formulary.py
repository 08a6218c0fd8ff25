"""Local formulary: an operator's own files under the same checks, first everywhere and in nobody's place."""

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest

from bot.asking import Asked, Conversations
from bot.checking import check_dose
from bot.checks import faults_of_data
from bot.composing import compose
from bot.dialogue import Focus
from bot.documents import DocumentCache, Fault, FaultyDocuments, parse_document
from bot.dosing.facts import Drug, Status
from bot.dosing.formulary import Formulary, build_policy, read_policies, with_policies
from bot.dosing.loading import load_knowledge
from bot.dosing.quantity import parse_quantity
from bot.jsonl import START
from bot.rendering.assembling import LIMIT, length
from bot.rendering.rendered import Rendered
from bot.reply import Asker, Block, DoseCheck
from bot.stated_dose import _taper
from bot.world import Loaded, load
from intents.understanding import Measure, ProposedDose
from tests.invented import VOCABULARY, block, composed, drug, faults_of, intent, lines_of, rendered, reply_of
from tests.loaded import CACHE, shipped
from tests.test_answers import asked, check_end, check_sources, clinical, pages
from tests.test_cli import dosethread

OPERATOR = "Example Hospital"
OURS = f"Local policy of {OPERATOR}"
HEAD = "drug: zorvexil\nversion: 2026-01\ntitle: Ward policy\n"
MAXIMUM, DOSE = intent("maximum", "maximum"), intent("dose", "start", "usual", "maximum")
RENAL = intent("renal", "adjustment", "dose_note", populations=("renal",))
WARNINGS = intent("warnings", "warning")


def local(said: str, **coordinates: str) -> str:
    """One block of a local file."""
    where = {"place": "page 1", "route": "oral", "indication": "spasticity", "population": "adult", **coordinates}
    lines = "".join(f"{key}: {value}\n" for key, value in where.items() if value) + said.strip("\n") + "\n"
    return "- " + indent(lines, "  ").lstrip()


def local_text(*blocks: str, head: str = HEAD) -> str:
    return head + ("facts:\n" + indent("".join(blocks), "  ") if blocks else "")


def told(text: str, about: Drug, operator: str = OPERATOR) -> tuple[Drug, list[Fault]]:
    """The drug with what a local file says, and everything that is wrong with the file."""
    faults: list[Fault] = []
    raw = parse_document(text, "local.yaml")
    policy = build_policy(raw, "local.yaml", operator, {about.name: about}, VOCABULARY, faults)
    return with_policies([about], [policy])[0], faults


def beside(about: Drug, *blocks: str, operator: str = OPERATOR) -> Drug:
    """The drug with these local blocks."""
    found, faults = told(local_text(*blocks), about, operator)
    assert not faults, [str(fault) for fault in faults]
    return found


def maxima(*doses: tuple[str, str]) -> Drug:
    return drug(*(block(f"maximum: {dose}", source) for source, dose in doses))


LABELS = maxima(("us-label", "80 mg per day"), ("uk-label", "100 mg per day"))
OWN_MAXIMUM = local('maximum: {value: 90 mg per day, text: "On the ward."}')


def conflicts(found: Block) -> dict[str, bool]:
    return {section.what: section.conflict for group in found.groups for section in group.sections}


def text_of(found: Block, **more: Any) -> str:
    return "\n".join(rendered(reply_of(found), **more).plain)


def first_line(found: Block) -> str:
    return rendered(reply_of(found)).summary.replace("\xa0", " ")


# --- the file -----------------------------------------------------------------------------------------------


def test_a_local_file_is_a_source_of_its_own() -> None:
    head = HEAD + "link: https://example.org/policy\n"
    found, faults = told(local_text(OWN_MAXIMUM, head=head), LABELS)
    assert not faults
    line = found.facts[-1]
    assert (line.id, line.place) == ("zorvexil/oral/spasticity/adult/local/maximum", "page 1")
    assert (line.source.kind, line.source.jurisdiction, line.source.publisher) == ("local", "local", OPERATOR)
    assert (line.source.title, line.source.version, line.source.link) == (
        "Ward policy",
        "2026-01",
        "https://example.org/policy",
    )
    assert (line.status, line.status_words, line.status_date) == (Status.LOCAL_POLICY, OURS, "2026-01")
    assert line.shown
    assert found.source("local") is line.source
    assert found.facts[:-1] == LABELS.facts


BROKEN = [
    (local_text(OWN_MAXIMUM, head=HEAD.replace("zorvexil", "zorvexill")), "drug: 'zorvexill'"),
    (local_text(OWN_MAXIMUM, head=HEAD.replace("version: 2026-01\n", "")), "version: nothing"),
    (local_text(OWN_MAXIMUM, head=HEAD.replace("2026-01", "undated")), "version: 'undated'"),
    (local_text(OWN_MAXIMUM, head=HEAD.replace("2026-01", "January")), "version: 'January'"),
    (local_text(OWN_MAXIMUM, head=HEAD.replace("title: Ward policy\n", "")), "title: nothing"),
    (local_text(OWN_MAXIMUM, head=HEAD + "link: intranet\n"), "link: 'intranet'"),
    (local_text(OWN_MAXIMUM, head=HEAD + "jurisdiction: us\n"), "jurisdiction: unknown key 'jurisdiction'"),
    (local_text(OWN_MAXIMUM, head=HEAD + "names: {exact: [zorvex]}\n"), "names: unknown key 'names'"),
    (local_text(), "facts: no fact"),
    ("", ": None"),
    (local_text(local("maximum: 60")), "facts[0].maximum: '60' does not begin with a quantity"),
    (local_text(local("maximum: 60 mg")), "facts[0].maximum: '60 mg' needs one of per dose"),
    (local_text(local('food: "Take 5."')), "facts[0].food: 'Take 5.' has a figure outside braces"),
    (local_text(local("maximum: 60 mg per day", route="by mouth")), "facts[0].route: 'by mouth'"),
    (local_text(local("maximum: 60 mg per day", route="intravenous")), "facts[0].route: 'intravenous'"),
    (local_text(local("maximum: 60 mg per day", place="")), "facts[0].place: nothing"),
    (local_text(local("maximum: 60 mg per day", source="us-label")), "facts[0].source: 'us-label'"),
    (local_text(local("most: 60 mg per day")), "facts[0].most: unknown key 'most'"),
    (local_text(local("maximum: 60 mg per day", population="grown-ups")), "facts[0].population: 'grown-ups'"),
]


@pytest.mark.parametrize(("text", "fault"), BROKEN)
def test_what_a_local_file_may_not_say(text: str, fault: str) -> None:
    faults = [f"{one.place}: {one.found}" for one in told(text, LABELS)[1]]
    assert [one for one in faults if one.startswith(fault)], faults


@pytest.mark.parametrize("said", ["maximum: 60", "maximum: 60 mg", "usual: {value: 1 mg}", "food: Take 5.", "most: 1"])
def test_the_words_of_a_fault_are_those_of_drug_files(said: str) -> None:
    assert [f"{one.place}: {one.found}" for one in told(local_text(local(said)), LABELS)[1]] == faults_of(block(said))


def test_a_fault_says_what_is_allowed() -> None:
    (fault,) = told(local_text(local("maximum: 60 mg per day", route="nasal")), LABELS)[1]
    assert str(fault) == "local.yaml facts[0].route: 'nasal'; allowed: any, oral"


@pytest.mark.parametrize(
    ("kind", "jurisdiction", "name", "fault"),
    [
        ("local", "us", "own", "sources.own.kind: 'local'"),
        ("label", "local", "own", "sources.own.jurisdiction: 'local'"),
        ("label", "us", "local", "sources.local: 'local'"),
    ],
)
def test_no_drug_file_can_claim_to_be_local(kind: str, jurisdiction: str, name: str, fault: str) -> None:
    sources = (
        f"sources:\n  {name}: {{kind: {kind}, title: x, publisher: x, jurisdiction: {jurisdiction}, route: oral,"
        " version: 2024, read: 2026-01-01, link: https://example.org/x}\n"
    )
    assert fault in faults_of(block("maximum: 60 mg per day", name), sources=sources)


# --- the folder ---------------------------------------------------------------------------------------------


def read(folder: Path, *drugs: Drug) -> tuple[list[str], list[str]]:
    """The drugs that the files of a folder are about, and every fault as `name place: found`."""
    faults: list[Fault] = []
    held = {drug.name: drug for drug in drugs or (LABELS,)}
    found = read_policies(Formulary(folder, OPERATOR), held, DocumentCache(None), VOCABULARY, faults)
    return [one.drug for one in found], [f"{Path(one.file).name} {one.place}: {one.found}" for one in faults]


def test_every_fault_of_every_file_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(local_text(local("maximum: 60 mg\nstart: 5")))
    (tmp_path / "b.yaml").write_text("drug: zorvexil\n  version: 2026\n")
    (tmp_path / "c.yaml").write_bytes(b"drug: \xff\n")
    (tmp_path / "d.yaml").mkdir()
    (tmp_path / "e.yaml").write_text(local_text(OWN_MAXIMUM))
    (tmp_path / "f.yml").write_text(local_text(OWN_MAXIMUM))
    faults = read(tmp_path)[1]
    for one in (
        "a.yaml facts[0].maximum: '60 mg' needs",
        "a.yaml facts[0].start: '5' does",
        "b.yaml line 2",
        "c.yaml : 'utf-8'",
        "d.yaml : cannot be read",
        "e.yaml drug: 'zorvexil', as in a.yaml",
        "f.yml : a name in .yml",
    ):
        assert [fault for fault in faults if fault.startswith(one)], (one, faults)
    assert len(faults) == 7


@pytest.mark.parametrize("name", ["nowhere", "file"])
def test_a_folder_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    assert [fault for fault in read(tmp_path / name)[1] if f"{name} : cannot be read" in fault]


def test_an_empty_folder_is_a_fault_and_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("Ours")
    (tmp_path / ".#zorvexil.yaml").write_text("half written")
    assert read(tmp_path)[1] == [f"{tmp_path.name} : no *.yaml file"]
    (tmp_path / "zorvexil.yaml").write_text(local_text(OWN_MAXIMUM))
    assert read(tmp_path) == (["zorvexil"], [])


# --- first, and in nobody's place ---------------------------------------------------------------------------


@pytest.mark.parametrize("own", ["40 mg per day", "90 mg per day", "200 mg per day"])
def test_a_local_line_stands_first_whatever_it_says_and_sources_differ(own: str) -> None:
    found = composed(MAXIMUM, beside(LABELS, local(f"maximum: {own}")))
    assert lines_of(found, "maximum") == [["local"], ["us-label"], ["uk-label"]]
    assert conflicts(found) == {"maximum": True}


def test_a_local_line_that_says_the_same_is_a_line_of_its_own_and_no_conflict() -> None:
    found = composed(MAXIMUM, beside(maxima(("us-label", "80 mg per day")), local("maximum: 80 mg per day")))
    assert lines_of(found, "maximum") == [["local"], ["us-label"]]
    assert conflicts(found) == {"maximum": False}
    assert "MAX 80 mg per day · US label" in text_of(found).replace("\xa0", " ")


def test_two_local_lines_are_never_joined() -> None:
    twice = "maximum: [{value: 60 mg per day, text: On the ward.}, {value: 60 mg per day, text: At home.}]"
    found = composed(MAXIMUM, beside(LABELS, local(twice)))
    assert lines_of(found, "maximum") == [["local"], ["local"], ["us-label"], ["uk-label"]]


def test_all_that_stood_there_without_a_local_line_stands_there_with_it() -> None:
    shown = drug(
        block("maximum: 80 mg per day"),
        block("maximum: 120 mg per day", "us-guideline"),
        block("maximum: 100 mg per day", "paper"),
        block("adjustment: {action: reduce}", "us-guideline", population="renal"),
        block("adjustment: {action: caution}", population="renal"),
    )
    own = (local("maximum: 60 mg per day"), local("adjustment: {action: do_not_use}", population="renal"))
    for asked_for, what in ((MAXIMUM, "maximum"), (RENAL, "adjustment")):
        without = lines_of(composed(asked_for, shown), what)
        assert lines_of(composed(asked_for, beside(shown, *own)), what) == [["local"], *without]


def test_a_local_regimen_is_no_countrys_own_text() -> None:
    paper = drug(block("usual: 40 mg per day", "paper"))
    assert lines_of(composed(DOSE, beside(paper, local("usual: 30 mg per day"))), "usual") == [["local"], ["paper"]]


def test_what_is_for_everybody_stands_beside_what_is_for_adults_and_keeps_its_people() -> None:
    own = local("maximum: 60 mg per day", population="any", indication="any")
    found = composed(MAXIMUM, beside(LABELS, own))
    assert lines_of(found, "maximum") == [["local"], ["us-label"], ["uk-label"]]
    assert conflicts(found) == {"maximum": True}
    assert (found.facts[0].at.population, found.facts[0].at.indication) == ("any", "any")
    assert "Sources differ, oral, adult" in text_of(found)


def test_a_band_of_any_use_stands_beside_the_same_band() -> None:
    band = "CrCl less than 30 mL/min"
    labels = drug(block("adjustment: {action: reduce}", population="renal", band=band))
    own = local("adjustment: {action: avoid}", population="renal", indication="any", band=band)
    assert lines_of(composed(RENAL, beside(labels, own)), "adjustment") == [["local"], ["us-label"]]


def test_lines_for_other_people_keep_their_groups() -> None:
    own = local("maximum: 20 mg per day", population="child", age="2 to 7 years")
    found = composed(MAXIMUM, beside(LABELS, own))
    assert [group.population for group in found.groups] == ["adult", "child"]
    assert first_line(found) == "zorvexil oral, maximum: 80 mg per day (US label, strictest)"


def test_a_local_group_opens_without_closing_another() -> None:
    labels = drug(block('warning: {about: sedation, text: "Sleepy."}', indication="any", population="any"))
    found = composed(WARNINGS, beside(labels, local('warning: {about: falls, text: "Rails up."}')))
    assert [group.local for group in found.groups] == [True, False]
    text = text_of(found)
    assert text.index("Rails up.") < text.index("Sleepy.")


def test_a_statement_is_told_beside_the_first_of_the_others() -> None:
    labels = drug(block('warning: {about: sedation, text: "Sleepy."}'))
    text = text_of(composed(WARNINGS, beside(labels, local('warning: {about: sedation, text: "Ask us."}'))))
    assert f"Ask us. · {OURS} 2026-01" in text
    assert text.index("Ask us.") < text.index("Sleepy. · US label") < text.index("\nSources\n")


def test_a_local_line_that_gives_none_does_not_lead() -> None:
    found = composed(MAXIMUM, beside(LABELS, local("maximum: {absent: true}")))
    assert lines_of(found, "maximum") == [["us-label"], ["uk-label"], ["local"]]


def test_a_local_line_cannot_make_a_labelled_use_off_label() -> None:
    own = (local("off_label: {text: Not ours.}"), local("off_label: {text: Ours.}", indication="hiccups"))
    assert beside(LABELS, *own).off_label == {"hiccups"}


def test_a_local_line_does_not_change_the_route_that_is_answered() -> None:
    shown = drug(
        block("usual: 40 mg per day"),
        block("usual: 300 micrograms per day\nmaximum: 900 micrograms per day", "us-pump", "intrathecal"),
    )
    found = composed(MAXIMUM, beside(shown, local("maximum: 60 mg per day")))
    assert found.route == "intrathecal"
    assert [other.route for other in found.other_routes] == ["oral"]
    assert lines_of(composed(MAXIMUM, beside(shown, local("maximum: 60 mg per day")), route="oral"), "maximum") == [
        ["local"]
    ]


# --- words --------------------------------------------------------------------------------------------------


def test_every_local_line_is_labelled_with_operator_and_date() -> None:
    text = text_of(composed(MAXIMUM, beside(LABELS, OWN_MAXIMUM))).replace("\xa0", " ")
    assert f"{OURS} 2026-01: MAX 90 mg per day: On the ward. [1]" in text
    assert f"[1] Ward policy ({OURS}), 2026-01; page 1" in text
    assert "figures from US, UK, none" not in text


def test_the_first_line_names_the_local_figure_and_the_strictest_of_the_others() -> None:
    found = composed(MAXIMUM, beside(LABELS, OWN_MAXIMUM))
    assert first_line(found) == (
        f"zorvexil oral, maximum: 90 mg per day ({OURS}); 80 mg per day (US label, strictest of the others)"
    )
    one = composed(MAXIMUM, beside(maxima(("us-label", "80 mg per day")), OWN_MAXIMUM))
    assert first_line(one) == f"zorvexil oral, maximum: 90 mg per day ({OURS}); 80 mg per day, US label"


def test_a_long_name_gives_way_in_the_first_line_and_no_figure_does() -> None:
    long = "The Royal and Ancient Teaching Hospitals of Somewhere Far Off"
    found = composed(MAXIMUM, beside(LABELS, OWN_MAXIMUM, operator=long))
    assert first_line(found) == (
        "zorvexil oral, maximum: 90 mg per day (local policy); 80 mg per day (US label, strictest of the others)"
    )
    assert f"Local policy of {long} 2026-01: MAX" in text_of(found)


def test_an_operator_may_be_called_anything_printable() -> None:
    odd = "St John's & <2nd> 5mg QD Clinic"
    shown = rendered(reply_of(composed(MAXIMUM, beside(LABELS, OWN_MAXIMUM, operator=odd))))
    assert shown.withheld == ()
    assert f"Local policy of {odd} 2026-01: MAX" in shown.plain[0]
    assert "<2nd>" not in shown.html[0]


def test_adjustments_lead_with_the_local_one_and_the_strictest_of_the_others() -> None:
    labels = drug(
        block("adjustment: {action: do_not_use}", "uk-label", population="renal"),
        block("adjustment: {action: reduce}", population="renal"),
    )
    found = composed(RENAL, beside(labels, local("adjustment: {action: reduce}", population="renal")))
    line = first_line(found)
    assert line.startswith(f"zorvexil oral, kidney impairment: reduce the dose, {OURS}; do not use, UK label")
    assert line.endswith("reduce the dose, US label")


def test_a_statement_in_the_first_line_says_that_it_is_local() -> None:
    stop = intent("stop", "stop_advice")
    found = composed(stop, beside(LABELS, local('stop_advice: "Ask the pharmacist."')))
    assert first_line(found) == "zorvexil oral, stopping: local policy: Ask the pharmacist"


STATUS = re.compile(r"^Status: (.*)$", re.MULTILINE)


@pytest.mark.parametrize("status", [Status.UNDER_REVIEW, Status.APPROVED])
def test_a_local_line_leaves_the_status_of_the_others(status: Status) -> None:
    shown = drug(block("maximum: 80 mg per day"), status=status)
    text = text_of(composed(MAXIMUM, beside(shown, OWN_MAXIMUM)))
    assert STATUS.findall(text)[0].startswith(f"{status.words} · 2026-02-01: ")
    assert len(STATUS.findall(text)) == 1


def test_local_lines_alone_have_a_status_of_their_own() -> None:
    text = text_of(composed(MAXIMUM, beside(drug(block("usual: 40 mg per day")), OWN_MAXIMUM)))
    assert STATUS.findall(text) == [
        f"{OURS} · 2026-01: the operator of this bot answers for it; not keyed twice and not reviewed by us"
    ]


# --- doses --------------------------------------------------------------------------------------------------


def proposed(text: str) -> ProposedDose:
    found = parse_quantity(text)
    return ProposedDose(Measure(found.low, found.unit, text), "day")


def checked(text: str, about: Drug, **focus: str) -> DoseCheck:
    found = compose(DOSE, about, Focus((about.name,), **focus), "us")
    return check_dose(proposed(text), found.facts, None, found.population)


def verdicts(found: DoseCheck) -> list[tuple[str, str]]:
    return [(one.fact.source.id, one.verdict) for one in found.findings]


def test_a_dose_is_checked_against_the_local_limit_too() -> None:
    found = checked("70 mg", beside(LABELS, local("maximum: 60 mg per day")))
    assert verdicts(found) == [("local", "above"), ("us-label", "within"), ("uk-label", "within")]
    assert verdicts(checked("70 mg", LABELS)) == [("us-label", "within"), ("uk-label", "within")]


def test_a_childs_own_limits_count_beside_a_local_limit_for_everybody() -> None:
    shown = drug(block("maximum: 40 mg per day", population="child", age="2 to 7 years"))
    everybody = beside(shown, local("maximum: 60 mg per day", population="any"))
    assert [one.verdict for one in checked("50 mg", everybody, population="child").deciding] == ["within", "above"]


def test_a_taper_takes_the_longest_length_whoever_gives_it() -> None:
    stop = intent("stop", "taper_duration")
    for own, longest in (("1 week", "us-label"), ("6 weeks", "local")):
        labels = drug(block("taper_duration: 3 weeks"), block("taper_duration: 2 weeks", "uk-label"))
        found = composed(stop, beside(labels, local(f"taper_duration: {own}", population="any")))
        plan = _taper(found, parse_quantity("60 mg"), "")
        assert lines_of(found, "taper_duration")[0] == ["local"]
        assert plan is not None
        assert plan.facts[0].source.id == longest


@pytest.mark.parametrize(("use", "weeks"), [("", "4"), ("seizures", "2"), ("muscle_spasm", "4")])
def test_a_taper_is_of_the_use_that_was_asked_about_or_of_any(use: str, weeks: str) -> None:
    stop = intent("stop", "taper_duration")
    one = drug(
        block("taper_duration: 2 weeks", indication="seizures"),
        block("taper_duration: 4 weeks", "uk-label", indication="any"),
    )
    plan = _taper(composed(stop, one), parse_quantity("60 mg"), use)
    assert plan is not None
    assert str(plan.facts[0].value) == f"{weeks} weeks"


def test_a_local_schedule_is_the_day_table() -> None:
    titration = intent("titration", "schedule")
    steps = "schedule: {steps: [5 mg per dose 3 times daily for 3 days, 10 mg per dose 3 times daily]}"
    own = steps.replace("3 days", "7 days")
    found = composed(titration, beside(drug(block(steps)), local(own)), route="oral")
    assert found.plan is not None
    assert found.plan.facts[0].source.id == "local"
    assert lines_of(found, "schedule") == [["local"], ["us-label"]]


# --- with what ships ----------------------------------------------------------------------------------------

BACLOFEN = """\
drug: baclofen
version: 2026-01
title: Ward policy on muscle relaxants
facts:
  - place: section 4
    route: oral
    indication: any
    population: any
    start: 5 mg per dose, 2 times daily
    maximum: {value: 60 mg per day, text: "On the ward."}
    stop_advice: {about: abrupt, text: "Ask the pharmacist first."}
    warning: {about: sedation, text: "Watch closely."}
    interaction: {about: alcohol, text: "None."}
    adverse_effect: {terms: [{term: falls, frequency: common}]}
    withdrawal_treatment: {about: first_action, text: "Call the pharmacist."}
    overdose_treatment: {about: first_action, text: "Call the intensive care unit."}
    monitoring: {about: sedation, text: "Score every {4 hours}."}
    food: "With a meal."
  - place: section 5
    route: oral
    indication: any
    population: renal
    adjustment: {action: reduce, value: 5 mg per day, text: "Ask the renal pharmacist."}
  - place: section 6
    route: intrathecal
    indication: any
    population: adult
    maximum: 900 micrograms per day
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("formulary")
    (path / "baclofen.yaml").write_text(BACLOFEN)
    return path


@pytest.fixture(scope="module")
def loaded(folder: Path) -> Loaded:
    return load(CACHE, True, Formulary(folder, OPERATOR))


def answered(loaded: Loaded, *lines: str) -> Rendered:
    conversations = Conversations(loaded)
    return [conversations.ask(Asked("a", text, START)).rendered for text in lines][-1]


def test_the_version_changes_with_the_local_files(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "baclofen.yaml").write_text(BACLOFEN.replace("60 mg", "55 mg"))
    other = load_knowledge(DocumentCache(CACHE), formulary=Formulary(tmp_path, OPERATOR))
    again = load_knowledge(DocumentCache(CACHE), formulary=Formulary(folder, OPERATOR))
    versions = {shipped().world.version, loaded.world.version, other.version}
    assert len(versions) == 3
    assert again.version == loaded.world.version


def test_local_files_are_served_from_the_cache(folder: Path, monkeypatch: pytest.MonkeyPatch, loaded: Loaded) -> None:
    def refuse(text: str, file: str) -> Any:
        raise AssertionError(file)

    monkeypatch.setattr("bot.documents.parse_document", refuse)
    assert load_knowledge(DocumentCache(CACHE), formulary=Formulary(folder, OPERATOR)).version == loaded.world.version


def test_asked_about_the_maximum_the_bot_gives_both(loaded: Loaded) -> None:
    found = answered(loaded, "baclofen oral max?")
    text = found.plain[0].replace("\xa0", " ")
    assert found.summary.replace("\xa0", " ").startswith(f"baclofen oral, maximum: 60 mg per day ({OURS}); ")
    assert f"{OURS} 2026-01: MAX 60 mg per day: On the ward. [1]\n" in text
    assert "US label" in text
    assert STATUS.findall(text)[0].startswith("Under review")


def test_a_dose_above_the_local_limit_is_said_to_be(loaded: Loaded) -> None:
    text = answered(loaded, "is oral baclofen 25 mg tid ok?").plain[0].replace("\xa0", " ")
    assert "above the limit of local policy; within that of the others" in text
    assert f"Above: MAX 60 mg per day · {OURS} 2026-01 [1]: On the ward." in text


def test_a_comparison_gives_the_local_line_and_the_others(loaded: Loaded) -> None:
    drugs, intents = ("baclofen", "tizanidine"), ("comparison", "maximum")
    reply, turn = asked(loaded, Asker("u1"), intents=intents, drugs=drugs)
    text = loaded.renderer.render(reply, turn).plain[0].replace("\xa0", " ")
    assert re.search(
        rf"baclofen oral: 60 mg per day: On the ward\. · {OURS} 2026-01 \[1\]; \d+ mg per day .* label", text
    )


def test_the_talk_knows_of_local_lines(loaded: Loaded) -> None:
    assert (
        f"Ward policy on muscle relaxants · {OURS} · version 2026-01\n"
        in answered(loaded, "baclofen oral max?", "/sources").plain[0] + "\n"
    )
    assert "baclofen: local policy 12, under review" in answered(loaded, "/status").plain[0]
    assert "local lines: 12" in answered(loaded, "/drugs").plain[0]
    assert "local lines" not in answered(shipped(), "/drugs").plain[0]


def every_baclofen_answer(loaded: Loaded) -> Iterator[tuple[str, tuple[Rendered, ...]]]:
    for name in clinical(loaded):
        if name != "comparison":
            for route in ("oral", "intrathecal"):
                reply, turn = asked(loaded, Asker("u1"), intents=(name,), drugs=("baclofen",), route=route)
                yield f"{name} {route}", tuple(pages(loaded, reply, turn))


def test_every_answer_stays_whole_and_safe(loaded: Loaded) -> None:
    before = dict(every_baclofen_answer(shipped()))
    local_seen = 0
    for name, found in every_baclofen_answer(loaded):
        shown = {one for page in found for one in page.shown}
        held = {one for page in before[name] for one in page.shown}
        assert held <= shown, (name, sorted(held - shown)[:3])
        local_seen += any("/local/" in one for one in shown)
        for page in found:
            assert page.withheld == (), name
            for html, plain in zip(page.html, page.plain, strict=True):
                assert 0 < length(html) <= LIMIT
                if "Status: " in plain:
                    check_end(name, plain)
                    check_sources(name, plain)
    assert local_seen > 10


# --- the commands -------------------------------------------------------------------------------------------


def test_ask_with_a_formulary(folder: Path) -> None:
    done = dosethread("ask", "baclofen oral max?", FORMULARY_PATH=str(folder), OPERATOR=OPERATOR)
    assert done.returncode == 0, done.stderr
    assert f"{OURS} 2026-01: MAX 60" in done.stdout


@pytest.mark.parametrize("command", [("ask", "max?"), ("chat",), ("run",), ("check",)])
def test_every_command_names_the_faults_of_local_files(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "baclofen.yaml").write_text(BACLOFEN.replace("60 mg per day", "60 mg"))
    (tmp_path / "nothing.yaml").write_text(BACLOFEN.replace("drug: baclofen", "drug: baclofenn"))
    done = dosethread(*command, FORMULARY_PATH=str(tmp_path), OPERATOR=OPERATOR)
    assert done.returncode in (1, 2)
    assert f"{tmp_path / 'baclofen.yaml'} facts[0].maximum.value: '60 mg' needs" in done.stderr
    assert f"{tmp_path / 'nothing.yaml'} drug: 'baclofenn'; allowed: baclofen, " in done.stderr
    assert "Traceback" not in done.stderr


def test_check_looks_at_sound_local_files_and_finds_nothing(folder: Path) -> None:
    assert faults_of_data(DocumentCache(CACHE), Formulary(folder, OPERATOR)) == ()
    with pytest.raises(FaultyDocuments, match="cannot be read"):
        load_knowledge(DocumentCache(CACHE), formulary=Formulary(folder / "nowhere", OPERATOR))
