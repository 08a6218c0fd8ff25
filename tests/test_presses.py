"""What a button carries: it reads back whole, fits Telegram's 64 bytes, and knows when it is of another version."""

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import presses
from bot.presses import LIMIT, Order, ask, button, read, stamp
from tests.invented import QUICK, VERSION, VOCABULARY

OTHER_KINDS = ("confirm", "patient", "role", "locale", "keep", "wrong", "forget", "new", "drugs", "dose")
INTENTS = sorted(
    path.name.removesuffix(".yaml")
    for path in (files("intents") / "en").iterdir()
    if path.name.endswith(".yaml") and not path.name.startswith("_")
)
ROUTES = ("", *sorted(VOCABULARY.routes))
POPULATIONS = ("", *sorted(VOCABULARY.populations))
LONGEST = "hyperzorvexilamide"  # 18 letters, as long as the longest generic names in use


def order(data: str, version: str = VERSION) -> Order:
    found = read(data, version)
    assert found is not None
    return found


def asking(*intents: str, drugs: tuple[str, ...] = ("zorvexil",), **rest) -> Order:
    return order(ask(VERSION, ("intent",), intents, drugs, **rest).data)


@pytest.mark.parametrize("page", [1, 2, 9, 99])
def test_the_page_reads_back(page: int) -> None:
    assert asking("dose", page=page).page == page
    assert asking("dose", route="oral", population="child", page=page).page == page


def test_several_intents_and_drugs_read_back() -> None:
    found = asking("dose", "renal", drugs=("zorvexil", "quillamide"))
    assert (found.intents, found.drugs) == (("dose", "renal"), ("zorvexil", "quillamide"))


def test_the_partners_of_a_page_read_back_where_they_fit() -> None:
    assert asking("interactions", route="oral", page=2, partners=("fluvexone", "alcohol")).partners == (
        "fluvexone",
        "alcohol",
    )
    cut = asking("interactions", "dose", drugs=(LONGEST,), route="oral", page=2, partners=("a" * 40,))
    assert (cut.partners, cut.intents, cut.page) == ((), ("interactions", "dose"), 2)


def test_nothing_asked_reads_back_as_nothing() -> None:
    assert asking(drugs=()) == Order("ask")


@pytest.mark.parametrize("kind", OTHER_KINDS)
@pytest.mark.parametrize("args", [(), ("nurse",), ("a", "b")])
def test_other_kinds_read_back(kind: str, args: tuple[str, ...]) -> None:
    made = button(VERSION, kind, *args)
    assert order(made.data) == Order(kind, args)
    assert made.label == (kind, *args)
    assert len(made.data.encode()) <= LIMIT


def test_a_label_of_its_own() -> None:
    assert button(VERSION, "dose", "3", label=("dose_basis", "3")).label == ("dose_basis", "3")


def test_no_two_kinds_share_a_code() -> None:
    data = [button(VERSION, kind).data for kind in OTHER_KINDS] + [ask(VERSION, (), ("dose",), ()).data]
    assert len({text.split("|")[1] for text in data}) == len(data)


@pytest.mark.parametrize("intent", INTENTS)
def test_nothing_of_one_question_is_lost_with_the_longest_names(intent: str) -> None:
    for route in ROUTES:
        for population in POPULATIONS:
            for page in (1, 2):
                made = ask(VERSION, (), (intent,), (LONGEST,), route, population, page)
                assert len(made.data.encode()) <= LIMIT
                assert order(made.data) == Order("ask", (), (intent,), (LONGEST,), route, population, page)


@pytest.mark.parametrize(
    ("intents", "drugs"),
    [
        (("contraindications",), (LONGEST, "hypoquillamidinol")),
        (("contraindications",), (LONGEST, "hypoquillamidinol", "paramirvastatinol")),
        (("contraindications", "pharmacokinetics", "adverse_effects"), (LONGEST,)),
    ],
)
def test_too_many_drugs_or_questions_fit_without_losing_the_route(
    intents: tuple[str, ...], drugs: tuple[str, ...]
) -> None:
    made = ask(VERSION, (), intents, drugs, "subcutaneous")
    assert len(made.data.encode()) <= LIMIT
    found = order(made.data)
    assert (found.route, found.intents[0], found.drugs[0]) == ("subcutaneous", intents[0], drugs[0])


@pytest.mark.parametrize("version", ["abce1234", "", "0000", "ABCD1234"])
def test_a_button_of_another_version_is_stale(version: str) -> None:
    assert order(ask(VERSION, (), ("dose",), ("zorvexil",)).data, version).stale
    assert order(button(VERSION, "new").data, version).stale


def test_a_button_of_this_version_is_not() -> None:
    assert not order(ask(VERSION, (), ("dose",), ("zorvexil",)).data).stale
    assert not order(ask("", (), ("dose",), ("zorvexil",)).data, "").stale
    assert stamp(VERSION) == VERSION[:4]


def test_a_stale_button_still_says_what_it_asked() -> None:
    found = order(ask("9999ffff", (), ("dose",), ("zorvexil",), "oral").data)
    assert (found.stale, found.intents, found.drugs, found.route) == (True, ("dose",), ("zorvexil",), "oral")


@pytest.mark.parametrize(
    "data",
    [
        "",
        "|",
        "||",
        "abcd",
        "abcd|",
        "abcd|z",
        "abcd|aa|dose",
        "abcd|A|dose",
        "a|abcd",
        "dose",
        "\x00",
        "💊|💊",
        "abcd |a ",
    ],
)
def test_what_was_never_ours_is_not_read(data: str) -> None:
    assert read(data, VERSION) is None


@pytest.mark.parametrize("page", ["0", "-1", "x", "100", "1e9", "٢٢٢", "9" * 40, "²"])
def test_a_page_that_cannot_be_is_the_first(page: str) -> None:
    assert order(f"abcd|a|dose|zorvexil|||{page}").page == 1


@QUICK
@given(st.text(max_size=64) | st.text("abcd|+axpcrlkwfnd0129é", max_size=64))
def test_garbage_never_raises(data: str) -> None:
    for text in (data, f"abcd|a|{data}", f"abcd|{data}"):
        found = read(text, VERSION)
        assert found is None or (isinstance(found, Order) and found.page >= 1)


names = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=17)


@QUICK
@given(
    st.lists(names, max_size=2).map(tuple),
    st.lists(names, max_size=2).map(tuple),
    st.sampled_from(ROUTES),
    st.sampled_from(POPULATIONS),
    st.integers(1, 99),
)
def test_whatever_fits_reads_back_and_only_the_last_drugs_or_questions_do_not(
    intents, drugs, route: str, population: str, page: int
) -> None:
    whole = "|".join([stamp(VERSION), "a", "+".join(intents), "+".join(drugs), route, population, str(page)])
    found = asking(*intents, drugs=drugs, route=route, population=population, page=page)
    assert (found.route, found.population, found.page) == (route, population, page)
    if len(whole.encode()) <= LIMIT:
        assert (found.intents, found.drugs) == (intents, drugs)
    for kept, wanted in ((found.intents, intents), (found.drugs, drugs)):
        assert kept == wanted[: max(len(kept), min(len(wanted), 1))]


def test_the_kinds_are_the_ones_tested_here() -> None:
    assert set(presses._CODES) == {"ask", *OTHER_KINDS}
