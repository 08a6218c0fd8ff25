"""Questions find their intent, whole, in parts, mistyped or as a command; strangers are not answered."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.documents import DocumentCache
from intents.catalogue import load_catalogue
from intents.commands import load_commands
from intents.features import features
from intents.recogniser import build_recogniser
from intents.training import train
from tests.heard import CONFUSABLE, EXAMPLES, NAMES, asked, catalogue, heard

QUICK = settings(derandomize=True, deadline=None, max_examples=60)


@pytest.mark.parametrize("intent", sorted(EXAMPLES))
def test_every_example_finds_its_intent(intent: str) -> None:
    for said in EXAMPLES[intent]:
        understood = heard(said.replace("{drug}", "zorvexil"))
        best = [match.intent for match in understood.intents or understood.likely]
        assert intent in best or understood.slots.new_patient, said


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("zorvexil dose", ("dose",)),
        ("zorvexil max?", ("maximum",)),
        ("zorvexil maximun dose", ("maximum",)),
        ("and in renal failure?", ("renal",)),
        ("please, hwo to stop zorvexil", ("stop",)),
        ("is zorvexil 10 mg tid right?", ("dose_check",)),
        ("is 5 mg qds too much", ("dose_check",)),
    ],
)
def test_questions(text: str, intents: tuple[str, ...]) -> None:
    assert asked(text) == intents


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("zorvexil max dose and how to stop it?", {"maximum", "stop"}),
        ("what is the dose? and storage?", {"dose", "storage"}),
        ("renal adjustment, max dose", {"renal", "maximum"}),
        ("hello, max dose of zorvexil", {"maximum"}),
        ("dose and renal adjustment?", {"dose", "renal"}),
        ("how much zorvexil, and with kidney failure?", {"dose", "renal"}),
        ("how do I stop zorvexil in renal failure", {"stop", "renal"}),
    ],
)
def test_two_questions_in_one_message(text: str, intents: set[str]) -> None:
    assert set(asked(text)) == intents


@pytest.mark.parametrize(
    "text", ["zorvexil", "zorvexil 70 kg", "80 kg", "zorvexil PO", "zorvexil, quilmatine", "8 years"]
)
def test_a_bare_name_or_value_asks_nothing(text: str) -> None:
    understood = heard(text)
    assert understood.intents == ()
    assert understood.likely == ()
    assert not understood.out_of_scope


@pytest.mark.parametrize(
    "text",
    [
        "zorvexil?",
        "and quilmatine please",
        "zorvexil po",
        "zorvexil 10 mg tid",
        "hello zorvexil",
        "no, I meant zorvexil",
        "back to zorvexil",
        "8 years 25 kg",
        "zorvexil for the patient, 70 kg",
    ],
)
def test_names_slots_and_politeness_are_bare(text: str) -> None:
    understood = heard(text)
    assert understood.bare
    assert (understood.intents, understood.likely, understood.out_of_scope) == ((), (), False)


@pytest.mark.parametrize(
    "text",
    [
        "deal breakers for zorvexil",
        "zorvexil max",
        "is zorvexil kept cold",
        "zorvexil opioids",
        "and at night?",
        "bolus",
    ],
)
def test_words_that_ask_are_not_bare(text: str) -> None:
    assert not heard(text).bare


@pytest.mark.parametrize("text", ["qwerty asdf", "zzz qqq", "asdkjh zorvexil", "xkcdq wrtzp dose"])
def test_nonsense_is_nothing_and_not_out_of_scope(text: str) -> None:
    understood = heard(text)
    assert (understood.intents, understood.likely) == ((), ())
    assert not understood.out_of_scope
    assert not understood.bare


@pytest.mark.parametrize("text", ["", "   ", "?", "...", "🙏", "!?"])
def test_nothing_said_is_empty(text: str) -> None:
    assert heard(text).empty


def test_strangers_are_refused_but_not_where_a_drug_is_named() -> None:
    assert heard("what is the weather").out_of_scope
    assert not heard("zorvexil, what is").out_of_scope


def test_a_match_says_how_sure_it_is_and_what_it_is_like() -> None:
    match = heard("maximum of zorvexil").intents[0]
    assert 0 <= match.margin <= match.score <= 100
    assert match.runner_up in {*EXAMPLES, "out_of_scope"}
    assert match.nearest == "maximum of {drug}"


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("/renal zorvexil crcl 25", ("renal",)),
        ("/max@dosethread_bot zorvexil", ("maximum",)),
        ("/start", ("greeting", "help")),
        ("/new", ("new_patient",)),
        ("/ask max dose of zorvexil", ("maximum",)),
        ("/ask", ("help",)),
    ],
)
def test_commands(text: str, intents: tuple[str, ...]) -> None:
    assert asked(text) == intents


def test_what_follows_a_command_is_read() -> None:
    understood = heard("/renal zorvexil crcl 25")
    assert [found.drug for found in understood.slots.drugs] == ["zorvexil"]
    assert understood.slots.patient.crcl is not None
    assert heard("/dose Mr Smith zorvexil").alarm.kind == "identifier"


def test_a_new_patient_is_the_question_only_when_nothing_else_is() -> None:
    assert asked("new patient, 70 kg") == ("new_patient",)
    assert asked("bed 4") == ("new_patient",)
    assert asked("new patient, 70 kg, zorvexil") == ()
    assert asked("new patient 70 kg, zorvexil max dose?") == ("maximum",)


def test_every_command_is_of_a_known_intent() -> None:
    cache = DocumentCache(None)
    known = load_catalogue(cache).intents
    loose = load_commands(
        cache, {name: None for names in load_commands(cache, known).intents.values() for name in names}
    )
    assert load_commands(cache, known) == loose
    assert all(names or command == "ask" for command, names in loose.intents.items())


def test_training_twice_gives_the_same_bytes() -> None:
    examples = [features(said.split(), ()) for said in ("max dose", "top dose", "store it", "fridge it")]
    one, other = (train(examples, [0, 0, 1, 1], 2) for _ in range(2))
    assert all((a == b).all() for a, b in zip(one, other, strict=True))


def test_without_a_cache_folder_the_same_is_understood() -> None:
    bare = build_recogniser(NAMES, catalogue(), DocumentCache(None), CONFUSABLE)
    for said in ("zorvexl max", "renal", "what is the weather"):
        assert bare.understand(said) == heard(said)


@given(
    st.sampled_from([said for examples in EXAMPLES.values() for said in examples]),
    st.sampled_from(["", " ", "?", "!!", "\n"]),
)
@QUICK
def test_case_and_signs_at_the_end_change_nothing(said: str, end: str) -> None:
    said = said.replace("{drug}", "zorvexil")
    assert asked(said.title() + end) == asked(said)
