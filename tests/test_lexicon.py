"""Names: exact ones answer, one certain slip answers and says so, everything else is asked or only known."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from bot.documents import DocumentCache
from intents.normalise import normalise
from intents.recogniser import build_recogniser
from intents.understanding import DrugMention, OtherName
from intents.wordlist import WordList
from tests.heard import CONFUSABLE, NAMES, catalogue, drugs, folder, heard, others, slots
from tests.spellings import LETTERS, one_edit_away

QUICK = settings(derandomize=True, deadline=None, max_examples=200)


@pytest.mark.parametrize(
    "text",
    [
        "zorvexil",
        "ZORVEXIL dose",
        "zorvexil10mg",
        "zorvexil's dose",
        "zorvexils",
        "zórvexil",
        "zorvexil sodium",
        "zor\u200bvexil",
        "zorvexil\u00a0dose",
        "zorvex",
        "zorvexile",
        "(zorvexil)",
        "zorvexildose",
    ],
)
def test_exact_names_however_they_are_typed(text: str) -> None:
    assert drugs(text) == ("zorvexil",)
    assert not slots(text).drugs[0].slip


def test_a_slip_is_answered_and_shown() -> None:
    assert slots("Zorvexl dose").drugs == (DrugMention("zorvexil", "Zorvexl", "zorvexil", slip=True),)
    assert slots("zor vexil dose").drugs == (DrugMention("zorvexil", "zor vexil", "zorvexil", slip=True),)


def test_a_listed_misspelling_answers_and_is_shown() -> None:
    assert slots("sorvexyl").drugs == (DrugMention("zorvexil", "sorvexyl", "zorvexil", slip=True),)


@pytest.mark.parametrize("name", ["zorvexil", "zorvex", "quilmatine", "quilmarin", "tizanidine", "prazosin"])
def test_every_single_edit_is_the_drug_itself_or_no_drug(name: str) -> None:
    owner = next(known.drug for known in NAMES if known.name == name)
    for spelling in set(one_edit_away(name)):
        assert set(drugs(spelling)) <= {owner}, spelling


@pytest.mark.parametrize("name", ["zorvexil", "quilmatine", "pravastatin"])
@given(data=st.data())
@QUICK
def test_two_edits_are_never_answered(name: str, data: st.DataObject) -> None:
    once = data.draw(st.sampled_from(sorted(set(one_edit_away(name)))))
    twice = data.draw(st.sampled_from(sorted(set(one_edit_away(once)))))
    if min(OSA.distance(twice, normalise(known.name).text) for known in NAMES) > 1 and "sorvexyl" not in twice:
        assert not drugs(twice)


def test_two_edits_are_offered() -> None:
    assert slots("zorbexl dose").others == (OtherName("offered", "zorbexl", candidates=("zorvexil",)),)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("pitavastatin", "pravastatin"), ("prazocin", "prazosin"), ("diazepam", ""), ("praziquantel", "")],
)
def test_a_drug_without_facts_never_becomes_one_of_ours(typed: str, meant: str) -> None:
    assert set(drugs(f"{typed} dose")) <= {meant} if typed == "prazocin" else not drugs(f"{typed} dose")


def test_a_name_of_a_look_alike_pair_is_offered_even_over_one_edit() -> None:
    assert others("quilmarine dose") == ("offered",)
    assert others("tizanidne dose") == ("offered",)


def test_a_confusable_name_itself_is_offered() -> None:
    assert slots("quilmadone").others[0].candidates == ("quilmarin",)


def test_a_brand_of_two_drugs_is_asked() -> None:
    assert slots("dolbrane dose").others[0].candidates == ("quilmatine", "quilmarin")


def test_known_names_without_facts() -> None:
    other = slots("ibuprofen dose").others[0]
    assert (other.kind, other.name, other.substance) == ("no_facts", "ibuprofen", "ibuprofen")


@pytest.mark.parametrize(
    "text",
    [
        "zorvexil compound",
        "co-zorvexil",
        "zorvexil/ibuprofen",
        "zorvexil/tizanidine",
        "zorvexil 400/325",
        "zorvexil-ibuprofen",
    ],
)
def test_what_stands_beside_a_name_makes_a_combination(text: str) -> None:
    found = slots(f"{text} dose")
    assert [other.kind for other in found.others] == ["combination"]
    assert "zorvexil" in found.others[0].parts
    assert not found.drugs


@pytest.mark.parametrize("text", ["zorvexil 1/2 tablet", "zorvexil 10 mg/5 ml", "zorvexil 10/h", "zorvexil, BP 120/80"])
def test_other_slashes_make_none(text: str) -> None:
    assert drugs(text) == ("zorvexil",)


@pytest.mark.parametrize("text", ["zorvex xr", "zorvexil ER dose", "zorvexil modified release"])
def test_release_forms_are_their_own_products(text: str) -> None:
    assert others(text) == ("other_product",)
    assert not drugs(text)


@pytest.mark.parametrize("between", ["with", "plus", "and", "+", "&"])
def test_names_side_by_side_are_reported(between: str) -> None:
    assert slots(f"zorvexil {between} ibuprofen").joined == (("zorvexil", "ibuprofen"),)


@pytest.mark.parametrize(
    "text",
    [
        "zorvexil ibuprofen",
        "zorvexil (ibuprofen)",
        "zorvexil (and ibuprofen) dose",
        "dose of zorvexil (ibuprofen like)",
    ],
)
def test_nearness_alone_and_brackets_join_nothing(text: str) -> None:
    assert slots(text).joined == ()


@pytest.mark.parametrize(
    "text",
    [
        "What is the dose for zorvexil (GABA receptor agonist)?",
        "dose of zorvexil [muscle relaxant]",
        "zorvexil (ibuprofen like) dose",
        "what is the dose of zorvexil (zorvex, max 10 tablets",
    ],
)
def test_words_in_brackets_after_a_name_describe_it(text: str) -> None:
    found = heard(text)
    assert [mention.drug for mention in found.slots.drugs] == ["zorvexil"]
    assert (found.slots.others, found.slots.joined, found.slots.with_classes) == ((), (), ())
    assert [match.intent for match in found.intents] == ["dose"]


def test_brackets_keep_routes_partners_and_our_other_drugs() -> None:
    assert slots("zorvexil (intrathecal) dose").routes == ("intrathecal",)
    assert slots("zorvexil (with alcohol) ok?").with_classes == ("alcohol",)
    assert drugs("zorvexil (quilmatine) dose") == ("zorvexil", "quilmatine")
    assert others("zorvexil (tizanidne) dose") == ("offered",)
    assert [match.intent for match in heard("zorvexil (max dose)?").intents] == ["maximum"]


def test_an_english_word_is_a_drug_only_where_one_is_meant() -> None:
    assert others("iron 200 mg") == ("no_facts",)
    assert others("zorvexil today please") == ()
    assert others("zorvexil and morphine") == ("no_facts",)
    assert others("does it cause death") == ()


def test_common_words_are_no_slips() -> None:
    for word in ("zorvexil prevails", "dosing interval", "patient weight", "practical question", "renal function"):
        assert others(word) == (), word


def test_damaged_cache_is_built_again() -> None:
    heard("zorvexil")
    for entry in folder().glob("*.npz"):
        content = entry.read_bytes()
        entry.unlink()  # what is in use stays whole, as when the cache itself replaces an entry
        entry.write_bytes(content[: len(content) // 2] + b"x" + content[len(content) // 2 + 1 :])
    again = build_recogniser(NAMES, catalogue(), DocumentCache(folder()), CONFUSABLE)
    assert again.understand("zorvexl dose") == heard("zorvexl dose")


@given(st.lists(st.text(LETTERS[:4], min_size=4, max_size=9), min_size=1, max_size=30, unique=True), st.data())
@QUICK
def test_the_index_finds_every_word_in_its_band(words: list[str], data: st.DataObject) -> None:
    typed = data.draw(st.one_of(st.sampled_from(words), st.text(LETTERS[:4], min_size=3, max_size=9)))
    listed = WordList.of(words)
    for most in (1, 2):
        found = {listed.word(row) for _, row in listed.near(typed, most)}
        wanted = {word for word in words if OSA.distance(typed, word) <= (most if len(word) >= 7 else 1)}
        assert wanted <= found
        assert all(OSA.distance(typed, word) <= most for word in found)


@given(st.lists(st.text(LETTERS + " ", min_size=1, max_size=12), min_size=1, max_size=40, unique=True))
@QUICK
def test_rows_are_exact(words: list[str]) -> None:
    listed = WordList.of(words)
    assert [listed.row(word) for word in words] == list(range(len(words)))
    assert listed.row("no such word") == -1
