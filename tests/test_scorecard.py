"""The measurement measures what it says, and the README's table is of this code."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from bot.documents import FaultyDocuments
from bot.reply import Notice, Reply
from bot.scorecard.judging import judged, misspelt
from bot.scorecard.report import BEGIN, END, confusions, replaced, rows, written
from bot.scorecard.running import Run, run
from bot.scorecard.sets import Question, Sets, load_sets
from bot.scorecard.shares import Share
from bot.scorecard.typos import with_typos
from tests.loaded import shipped

QUICK = settings(derandomize=True, deadline=None, max_examples=200)
SETS, README = Path(__file__).parent / "scorecard", Path(__file__).parent.parent / "README.md"
NUMBER = re.compile(r"\d[\d,]*\.?\d*")
CLOSE = 0.3  # points by which another processor's rounding may move a share
FEWEST_QUESTIONS, FEWEST_THREADS, FEWEST_STRANGERS = 1_500, 150, 400


@cache
def sets() -> Sets:
    world = shipped().world
    return load_sets(SETS, world.catalogue.intents, world.knowledge.by_name)


@cache
def measured() -> Run:
    return run(shipped().world, sets())


def test_the_sets_are_large_enough_and_cover_every_intent_and_drug() -> None:
    assert len(sets().questions) >= FEWEST_QUESTIONS
    assert len(sets().threads) >= FEWEST_THREADS
    assert len(sets().strangers) >= FEWEST_STRANGERS
    world = shipped().world
    refusals = {one.id for one in world.catalogue.intents.values() if one.kind == "refusal"}
    asked = {intent for one in sets().questions for intent in one.wanted} | {one.refusal for one in sets().questions}
    assert set(world.catalogue.intents) - asked == set()
    assert refusals <= asked
    assert {drug for one in sets().questions for drug in one.drugs} == set(world.knowledge.by_name)


def test_the_table_in_the_readme_is_of_this_code() -> None:
    _, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    printed, fresh = rest.partition(END)[0].strip(), written(measured())
    assert NUMBER.sub("#", printed) == NUMBER.sub("#", fresh), "dosethread scorecard --write"
    pairs = zip(NUMBER.findall(printed), NUMBER.findall(fresh), strict=True)
    apart = [(old, new) for old, new in pairs if abs(float(old.replace(",", "")) - float(new.replace(",", ""))) > CLOSE]
    # Counts of misspelt names may move by a few where shares move by a little.
    assert [pair for pair in apart if "." in "".join(pair)] == [], "dosethread scorecard --write"


def test_no_wrong_drug_is_answered() -> None:
    everything = [one for group in (*measured().questions, *measured().threads) for one in group]
    assert [one.question.said for one in everything if one.drug == "wrong"] == []
    assert "wrong" not in measured().misspellings


def test_confusions_name_what_was_asked_and_what_was_read() -> None:
    lines = confusions(measured()).split("\n")
    assert all(re.fullmatch(r" *\d+  [a-z_ ]+ read as [a-z_]+", line) for line in lines)


ASKED = Question("zorvexil max", intents=("maximum",), drugs=("zorvexil",))
BOTH = Question("zorvexil dose and max", intents=("dose", "maximum"), drugs=("zorvexil",))
EITHER = Question("zorvexil in asthma", either=("warnings", "contraindications"), drugs=("zorvexil",))
PATIENT = Question("i take zorvexil", refusal="patient", drugs=("zorvexil",))
STRANGER = Question("weather", refusal="out_of_scope")
OTHER = Question("ibuprofen dose", no_facts="ibuprofen")


def replied(kind: str, *intents: str, drugs: tuple[str, ...] = ("zorvexil",), **more: object) -> Reply:
    return Reply(kind, str(more.pop("template", kind)), intents=intents, drugs=drugs, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "reply", "outcome", "likely", "offered", "drug"),
    [
        (ASKED, replied("answer", "maximum"), "right", True, False, "found"),
        (ASKED, replied("answer", "dose"), "wrong", False, False, "found"),
        (ASKED, replied("answer", "maximum", drugs=("quilmarin",)), "right", True, False, "wrong"),
        (ASKED, replied("answer", "maximum", drugs=("zorvexil", "quilmarin")), "right", True, False, "more"),
        (ASKED, replied("ask_back", "maximum", "dose", template="which_question"), "asked back", True, True, "found"),
        (ASKED, replied("ask_back", "dose", "maximum", template="which_question"), "asked back", False, True, "found"),
        (ASKED, replied("ask_back", "dose", template="which_question"), "asked back", False, False, "found"),
        (ASKED, replied("did_you_mean", "maximum"), "right", True, False, "asked"),
        (ASKED, replied("no_match"), "not understood", False, False, "none"),
        (ASKED, replied("refusal", reason="out_of_scope"), "refused", False, False, "none"),
        (ASKED, replied("ask_back", "maximum", drugs=("quilmarin",)), "right", True, False, "wrong"),
        (BOTH, replied("answer", "maximum"), "part", True, False, "found"),
        (BOTH, replied("answer", "maximum", "dose"), "right", True, False, "found"),
        (EITHER, replied("answer", "warnings"), "right", True, False, "found"),
        (PATIENT, replied("refusal", reason="patient"), "right", True, False, "none"),
        (PATIENT, replied("refusal", reason="identifier"), "refused", False, False, "none"),
        (PATIENT, replied("answer", "dose"), "wrong", False, False, "found"),
        (STRANGER, replied("talk", "help", drugs=()), "wrong", False, False, "none"),
        (STRANGER, replied("did_you_mean"), "asked back", False, False, "none"),
        (OTHER, replied("not_covered", drugs=(), others=("ibuprofen",)), "right", True, False, "none"),
        (OTHER, replied("answer", "dose"), "wrong", False, False, "wrong"),
    ],
)
def test_judging(question: Question, reply: Reply, outcome: str, likely: bool, offered: bool, drug: str) -> None:
    found = judged(question, reply, 0.0)
    assert (found.outcome, found.likely, found.offered, found.drug) == (outcome, likely, offered, drug)


def test_a_new_patient_is_answered_by_its_notice() -> None:
    question = Question("next patient, max", intents=("new_patient", "maximum"))
    reply = replied("answer", "maximum", notices=(Notice("new_patient", ("said",)),))
    assert judged(question, reply, 0.0).outcome == "right"


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (replied("answer", "dose"), "resolved"),
        (replied("did_you_mean"), "offered"),
        (replied("not_covered", drugs=(), detail=("zorvexil",)), "offered"),
        (replied("answer", "dose", drugs=("quilmarin",)), "wrong"),
        (replied("ask_back", "dose", drugs=()), "missed"),
    ],
)
def test_misspelt_names(reply: Reply, outcome: str) -> None:
    assert misspelt("zorvexil", reply) == outcome


@given(st.text("abcdefghij ", min_size=1, max_size=40), st.integers(1, 2), st.integers(0, 5))
@QUICK
def test_typos_are_few_seeded_and_in_long_words_only(text: str, count: int, seed: int) -> None:
    typed = with_typos(text, count, seed)
    assert typed == with_typos(text, count, seed)
    assert OSA.distance(text, typed) <= 2 * count
    if not re.search(r"[a-j]{4}", text):
        assert typed == text
    short = [word for word in text.split() if len(word) < 4]
    assert [word for word in short if word not in typed.split()] == []


def test_two_typos_stand_in_two_words() -> None:
    for seed in range(20):
        words = with_typos("maximum zorvexil dosage", 2, seed).split()
        assert sum(new != old for new, old in zip(words, ("maximum", "zorvexil", "dosage"), strict=True)) == 2


@pytest.mark.parametrize(
    ("share", "low", "high"), [(Share(0, 0), 0.0, 100.0), (Share(0, 100), 0.0, 3.7), (Share(50, 100), 40.4, 59.6)]
)
def test_intervals_are_wilsons(share: Share, low: float, high: float) -> None:
    assert share.interval == pytest.approx((low, high), abs=0.05)


@given(st.integers(1, 3000), st.data())
@QUICK
def test_an_interval_holds_its_share(of: int, data: st.DataObject) -> None:
    share = Share(data.draw(st.integers(0, of)), of)
    low, high = share.interval
    assert 0 <= low <= share.percent <= high <= 100


def faulty(tmp_path: Path, change: Callable[[Path], object]) -> str:
    for kind in ("questions", "threads"):
        (tmp_path / kind).mkdir()
    (tmp_path / "questions" / "a.yaml").write_text('- {said: "max", intents: [maximum], drugs: [zorvexil]}\n')
    (tmp_path / "threads" / "a.yaml").write_text('- id: one\n  turns:\n    - {said: "max", intents: [maximum]}\n')
    (tmp_path / "misspellings.yaml").write_text("zorvexil: [zorvexl]\n")
    assert load_sets(tmp_path, ["maximum"], ["zorvexil"]).misspellings == (("zorvexil", "zorvexl"),)
    change(tmp_path)
    with pytest.raises(FaultyDocuments) as found:
        load_sets(tmp_path, ["maximum"], ["zorvexil"])
    return str(found.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{said: "x", intents: [dose]}', "'dose'; allowed: maximum"),
        ('{said: "x", intents: [maximum], drugs: [aspirin]}', "'aspirin'; allowed: zorvexil"),
        ('{said: "x", refusal: rude}', "'rude'; allowed"),
        ('{said: "x"}', "exactly one of intents, either, refusal, no_facts"),
        ('{said: "max", intents: [maximum]}', "a question that stands nowhere else"),
        ('{said: "x", intents: [maximum], role: nurse}', "unknown key 'role'"),
    ],
)
def test_faults_in_the_sets_are_named(tmp_path: Path, line: str, said: str) -> None:
    assert said in faulty(tmp_path, lambda folder: (folder / "questions" / "b.yaml").write_text(f"- {line}\n"))


def test_a_folder_without_sets_is_a_fault(tmp_path: Path) -> None:
    assert "no questions, no threads or no misspellings" in faulty(
        tmp_path, lambda folder: (folder / "misspellings.yaml").write_text("{}\n")
    )


def test_the_table_is_written_between_its_marks() -> None:
    assert replaced(f"before {BEGIN} old {END} after", "new") == f"before {BEGIN}\nnew\n{END} after"
    with pytest.raises(ValueError, match="no place for the table"):
        replaced("no marks", "new")


def test_every_row_has_a_share_for_each_number_of_typos() -> None:
    assert all(len(row.shares) == 3 for row in rows(measured()))
