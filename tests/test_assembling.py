"""Messages put together: within Telegram's limit, every number resolved, nothing lost, every part opened again."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from markupsafe import escape

from bot.dialogue import Focus
from bot.dosing.facts import Drug, Source, Status
from bot.rendering.assembling import FOLD, FOLD_END, LIMIT, ROOM, Numbering, length, numbered, pack
from bot.rendering.marks import CITE, CITE_END, CITED, FIGURE, FIGURE_END
from bot.rendering.rendered import Rendered
from bot.reply import Reply
from tests.invented import (
    QUICK,
    SOURCES,
    block,
    composed,
    drug,
    drug_text,
    intent,
    read,
    rendered,
    renderer,
    reply_of,
    sources_text,
    turn,
)


class Shown(HTMLParser):
    """What Telegram would show of a message; raises when its tags do not close in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.open, self.folds = "", list[str](), 0
        self.feed(html)
        self.close()
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ("b", "i", "a", "blockquote", "code"), tag
        assert tag != "blockquote" or "blockquote" not in self.open, "a fold inside a fold"
        self.open.append(tag)
        self.folds += tag == "blockquote"

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"{tag} closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def units(text: str) -> int:
    """Length as Telegram counts it."""
    return sum(2 if ord(character) > 0xFFFF else 1 for character in text)


# --- length and numbering ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", 0),
        ("abc", 3),
        ("<b>abc</b>", 3),
        ("&lt;&amp;&gt;", 3),
        ("💊", 2),
        ("é²", 2),
        ('<a href="https://example.org/very/long">x</a>', 1),
        ("\ue0005\ue001 mg", 4),
        (f"{FOLD}ab\ncd{FOLD_END}", 5),
    ],
)
def test_length_as_telegram_counts(html: str, expected: int) -> None:
    assert length(html) == expected


@QUICK
@given(st.text("ab <>&\"'💊é\n"))
def test_length_of_any_escaped_text(text: str) -> None:
    assert length(f"<b>{escape(text)}</b>") == units(text)


def source(name: str) -> Source:
    return Source(name, "label", f"Title of {name}", "", "us", "any", "2024", "2026", "https://example.org")


THINGS = {f"fact-{name}{index}": (source(name), f"{index}.1") for name in "abc" for index in (1, 2)}


def cite(*ids: str) -> str:
    return f"{CITE}{'|'.join(ids)}{CITE_END}"


def test_sources_are_numbered_in_order_of_first_citation() -> None:
    numbering = Numbering(THINGS)
    text = f"x {cite('fact-b1')} y {cite('fact-a1')} z {cite('fact-b2')}"
    assert numbered(text, numbering) == "x [1] y [2] z [1]"
    assert numbering.places == {source("b"): ["1.1", "2.1"], source("a"): ["1.1"]}
    assert numbering.facts == ["fact-b1", "fact-a1", "fact-b2"]


def test_one_mark_for_several_facts_of_one_source() -> None:
    numbering = Numbering(THINGS)
    assert numbered(cite("fact-a1", "fact-a2", "fact-a1"), numbering) == "[1]"
    assert numbering.places == {source("a"): ["1.1", "2.1"]}


def test_a_run_of_marks_is_sorted() -> None:
    text = f"{cite('fact-a1')} {cite('fact-b1')} {cite('fact-b1')}{cite('fact-c1')}{cite('fact-a1')}"
    assert numbered(text, Numbering(THINGS)) == "[1] [2] [1][2][3]"


def test_numbers_run_on_through_a_reply_but_places_are_of_one_message() -> None:
    first = Numbering(THINGS)
    numbered(cite("fact-a1"), first)
    second = first.next_message()
    assert numbered(f"{cite('fact-b1')}{cite('fact-a2')}", second) == "[1][2]"
    assert second.places == {source("b"): ["1.1"], source("a"): ["2.1"]}


# --- packing ------------------------------------------------------------------------------------------------

IDS = [f"zorvexil/{index}" for index in range(12)]
line = st.builds(
    lambda size, ids: f"{size}{' word' * size} {''.join(cite(one) for one in ids)}",
    st.integers(0, 60),
    st.lists(st.sampled_from(IDS), max_size=2, unique=True),
)
paragraph = st.builds(
    lambda lines, folded: f"{FOLD}{chr(10).join(lines)}{FOLD_END}" if folded else "\n".join(lines),
    st.lists(line, min_size=1, max_size=10),
    st.booleans(),
)
paragraphs = st.lists(paragraph, min_size=1, max_size=8)


def listed(token: str) -> tuple[str, int]:
    """Every token a source of its own, as long in the list as this."""
    return token, 60 + len(token)


def packed(made: list[str], room: int = 1500) -> list[list[str]]:
    return pack(made, room, listed)


def lines_in(pieces: list[str]) -> list[str]:
    return [one for piece in pieces for one in piece.removeprefix(FOLD).removesuffix(FOLD_END).split("\n")]


def filled(part: list[str]) -> int:
    text = "\n\n".join(part)
    return length(CITED.sub("[00]", text)) + sum(listed(token)[1] for token in set(CITED.findall(text)))


@QUICK
@given(paragraphs)
def test_parts_lose_and_repeat_nothing_but_first_lines(made: list[str]) -> None:
    parts = packed(made)
    for part in parts:
        assert part
        assert filled(part) <= 1500 or len(part) == 1
        for piece in part:
            assert piece.count(FOLD) == piece.count(FOLD_END) == int(piece.startswith(FOLD))
    before, after = lines_in(made), lines_in([piece for part in parts for piece in part])
    in_order = iter(after)
    assert all(one in in_order for one in before)
    heads = {lines_in([one])[0] for one in made}
    for one in after:
        assert one in before
        if one not in heads:
            before.remove(one)
    assert packed(made, room=100_000) == [made]


def test_nothing_makes_one_empty_part() -> None:
    assert packed([]) == [[]]


def test_sources_count_where_they_are_cited() -> None:
    made = [f"x {cite(IDS[0])}", f"y {cite(IDS[0])}", f"z {cite(IDS[1])}"]
    assert packed(made, room=180) == [made]
    assert packed(made, room=150) == [made[:2], made[2:]]
    assert pack(made, 150, lambda token: ("one source", 70)) == [made]


@pytest.mark.parametrize("lead", ["", "RARE · US label: "])
@pytest.mark.parametrize("gap", [" ", ", "])
def test_a_line_longer_than_a_message_is_cut_between_words_and_cited_in_every_part(lead: str, gap: str) -> None:
    terms = [f"<i>word, or</i>:{FIGURE}{number} to 9, odd{FIGURE_END}" for number in range(300)]
    (*pieces,) = lines_in([p for part in packed([f"{lead}{gap.join(terms)} {cite(IDS[0])}"], ROOM) for p in part])
    assert len(pieces) > 2
    for piece in pieces:
        assert length(piece) <= LIMIT // 2
        assert piece.startswith(lead)
        assert piece.endswith(f" {cite(IDS[0])}")
        assert piece.count("<i>") == piece.count("</i>")
        assert piece.count(FIGURE) == piece.count(FIGURE_END)
    assert all(sum(term in piece for piece in pieces) == 1 for term in terms)


# --- whole messages through the renderer ----------------------------------------------------------------------

MANY = {f"s{index}": ("review", "international", "any", "2020") for index in range(40)}


def telling(what: str, texts: list[tuple[str, str]], also: str = "", **parts: str) -> Drug:
    """A drug with one statement a text, each about something else and cited to its own source; `also` with another."""
    blocks = [
        block(f"{one}: {{about: item_{letters(index)}, text: {text}}}", name, indication="any", place=f'"{index}"')
        for one in (what, also)
        for index, (text, name) in enumerate(texts)
        if one
    ]
    return drug(*blocks, sources=sources_text({**SOURCES, **MANY}), **parts)


def letters(number: int) -> str:
    return "".join("abefgijklm"[int(digit)] for digit in str(number))


def pages(made: Reply, *drugs: Drug, locale: str = "us") -> list[Rendered]:
    """Every page of an answer, as a person turns them."""
    known = renderer(*(drugs or [made.blocks[0].drug]))
    found, page = [], 1
    while page < 40:
        found.append(known.render(replace(made, page=page), turn(locale=locale)))
        if not any(
            "|a|" in button.data and button.data.endswith(f"|{page + 1}") for row in found[-1].buttons for button in row
        ):
            return found
        page += 1
    raise AssertionError("pages without end")


def checked(html: str) -> str:
    """What is shown of a message that keeps every rule of this page."""
    shown = Shown(html)
    assert units(shown.text) <= LIMIT
    body, _, listed = shown.text.partition("\nSources\n")
    cited = set(re.findall(r"\[(\d+)\]", body))
    resolved = re.findall(r"^\[(\d+)\] Imaginary text", listed, re.MULTILINE)
    assert sorted(resolved, key=int) == sorted(cited, key=int)
    assert len(set(resolved)) == len(resolved)
    assert shown.text.count("Status: ") == int("not in our facts" not in shown.text)
    for point in (
        "healthcare professionals",
        "clinical judgement",
        "professional discretion",
        "guidelines",
        "primary literature",
    ):
        assert point in shown.text
    return shown.text


words = st.lists(st.sampled_from(["rests", "naps", "sleeps", "yawns", "💤"]), min_size=1, max_size=60)
told = st.lists(
    st.tuples(words.map(" ".join), st.sampled_from(sorted({**SOURCES, **MANY}.keys() - {"us-pump"}))),
    min_size=1,
    max_size=40,
)
LONG = [("rests and naps " * 20, f"s{index}") for index in range(40)]


def all_pages(made: Reply) -> Iterator[str]:
    for index, found in enumerate(pages(made)):
        for html, plain in zip(found.html, found.plain, strict=True):
            text = checked(html)
            assert text == plain
            if index:
                assert text.startswith(f"zorvexil · {made.blocks[0].route}, continued\n")
            yield text


@settings(QUICK, max_examples=30, phases=(Phase.generate,))
@given(
    told,
    st.sampled_from(
        [("interactions", "interaction"), ("contraindications", "contraindication"), ("monitoring", "monitoring")]
    ),
)
def test_every_message_of_a_long_answer_keeps_the_rules(texts: list[tuple[str, str]], asked: tuple[str, str]) -> None:
    name, what = asked
    one = telling(what, [(f"'{text.strip()}'", source) for text, source in texts])
    shown = "\n".join(all_pages(reply_of(composed(intent(name, what), one, route="oral"))))
    for index in range(len(texts)):
        assert f"item {letters(index)}" in shown


def test_a_long_answer_has_pages_and_says_so() -> None:
    one = telling("interaction", LONG)
    found = pages(reply_of(composed(intent("interactions", "interaction"), one)))
    assert len(found) > 2
    for number, page in enumerate(found, 1):
        assert len(page.html) == 1
        assert f"Page {number} / {len(found)}" in page.plain[0]
    assert [row[0].label for page in found[:-1] for row in page.buttons[:1]] == [
        f"More ({number} of {len(found)})" for number in range(2, len(found) + 1)
    ]
    assert found[-1].buttons == ()


def test_several_questions_are_answered_in_messages_that_each_stand_alone() -> None:
    asked = {"interactions": "interaction", "contraindications": "contraindication"}
    one = telling("interaction", LONG, "contraindication")
    blocks = [composed(intent(name, what), one, route="oral") for name, what in asked.items()]
    found = rendered(reply_of(*blocks))
    assert len(found.html) == len(asked)
    for index, html in enumerate(found.html):
        text = checked(html)
        assert not index or text.startswith("zorvexil · oral, continued\n")
    labels = [row[0].label.partition(" (")[0] for row in found.buttons]
    assert labels == ["Interactions: more", "Contraindications: more"]


def test_messages_of_several_drugs_each_name_one() -> None:
    names = ("zorvexil", "quillamide", "mirvastat")
    asked = (intent("interactions", "interaction"), intent("contraindications", "contraindication"))
    drugs = [replace(telling("interaction", LONG, "contraindication"), name=name) for name in names]
    found = rendered(reply_of(*(composed(each, one, route="oral") for one in drugs for each in asked)))
    assert len(found.html) == len(names) * len(asked)
    for index, html in enumerate(found.html):
        opening, *rest = checked(html).split("\n")
        own = names[index // len(asked)]
        assert not index or opening == f"{own} · oral, continued"
        assert any(line.startswith(f"{own} oral, ") for line in rest)
        assert (f"Interactions, {own}: Page 1 / " in "\n".join(rest)) is (index % len(asked) == 1)
        assert not any(name in "\n".join(rest) for name in names if name != own)


def test_no_message_ends_on_the_first_line_of_a_question() -> None:
    asked = {"interactions": "interaction", "contraindications": "contraindication"}
    for count in range(2, len(LONG), 2):
        one = telling("interaction", LONG[:count], "contraindication")
        found = rendered(reply_of(*(composed(intent(n, what), one, route="oral") for n, what in asked.items())))
        for html in found.html:
            body = checked(html).partition("\nSources\n")[0].strip()
            assert not body.split("\n")[-1].startswith("zorvexil oral, ")


def test_what_two_questions_say_alike_is_said_once() -> None:
    one = drug(block("start: 5 mg per day"), block("adjustment: {action: avoid}", population="renal"))
    asked = [intent("renal", "adjustment", populations=("renal",)), intent("contraindications", "adjustment")]
    found = rendered(reply_of(*(composed(each, one, route="oral", population="renal") for each in asked)))
    (text,) = map(checked, found.html)
    assert text.count("• avoid") == 1


def test_a_page_beyond_the_last_is_the_last() -> None:
    made = reply_of(composed(intent("interactions", "interaction"), telling("interaction", LONG)))
    last = pages(made)[-1]
    assert rendered(replace(made, page=99)).html == last.html


def test_a_source_with_very_many_terms_keeps_the_limit() -> None:
    terms = ", ".join(f"imaginary effect of sort {letters(index)}" for index in range(300))
    one = drug(block(f"adverse_effect: {{terms: [{terms}]}}"))
    assert list(all_pages(reply_of(composed(intent("adverse_effects", "adverse_effect"), one))))


@pytest.mark.parametrize("locale", ["us", "uk"])
def test_groups_of_people_and_conflicts_keep_the_rules(locale: str) -> None:
    blocks = [
        block(f"start: {index} mg per day\nmaximum: {index}0 mg per day", name, population="child", age=f"{age} years")
        for index, name in enumerate(("us-label", "uk-label", "de-label"), 1)
        for age in range(1, 12)
    ]
    one = drug(*blocks, block("start: 5 mg per day"), block("start: 6 mg per day", "uk-label"))
    made = reply_of(composed(intent("dose", "start", "maximum"), one, locale))
    assert len(list(all_pages(made))) >= 1


def test_fact_values_are_escaped() -> None:
    one = telling("interaction", [("'<b>bold</b> & <script>'", "s1")])
    (text,) = all_pages(reply_of(composed(intent("interactions", "interaction"), one)))
    assert "This line could not be shown safely: see [1]" in text
    assert "<script>" not in "".join(rendered(reply_of(composed(intent("interactions", "interaction"), one))).html)


def test_plain_copies_hold_no_markup() -> None:
    one = telling("interaction", [("Sleepy.", "s1")])
    found = rendered(reply_of(composed(intent("interactions", "interaction"), one), plain=True))
    assert Shown(found.html[0]).folds == 0
    assert "<b>" not in found.html[0]


def test_the_first_line_is_short_enough_for_a_card() -> None:
    texts = [("Rests. " * 30, f"s{index}") for index in range(6)]
    for name in ("interactions", "contraindications", "monitoring"):
        what = name.removesuffix("s")
        found = rendered(reply_of(composed(intent(name, what), telling(what, texts))))
        assert 0 < len(found.summary) <= 140
        assert found.summary.startswith("zorvexil oral")
        assert found.summary in found.plain[0]


@pytest.mark.parametrize(
    ("statuses", "words"),
    [
        ((Status.UNDER_REVIEW, Status.UNDER_REVIEW), "Under review"),
        ((Status.APPROVED, Status.UNDER_REVIEW), "Under review"),
        ((Status.APPROVED, Status.APPROVED), "Approved"),
    ],
)
def test_an_answer_has_the_lowest_status_of_its_facts_and_the_oldest_date(
    statuses: tuple[Status, ...], words: str
) -> None:
    one = drug(block("interaction: [{about: alcohol, text: a.}, {about: opioids, text: b.}]"))
    dates = ("2026-02-03", "2026-02-01")
    facts = tuple(replace(f, status=s, status_date=d) for f, s, d in zip(one.facts, statuses, dates, strict=True))
    one = replace(one, facts=facts)
    (text,) = all_pages(reply_of(composed(intent("interactions", "interaction"), one)))
    date = min(d for s, d in zip(statuses, dates, strict=True) if s.words == words)
    assert f"Status: {words} · {date}" in text


def test_an_unheld_topic_has_the_disclaimer_and_neither_status_nor_sources() -> None:
    one = drug(block("start: 5 mg per day"))
    (text,) = all_pages(reply_of(composed(intent("interactions", "interaction"), one)))
    assert "not in our facts" in text
    assert "Sources" not in text


def other_drug() -> Drug:
    """A drug whose source has the id of another drug's, as ids are chosen file by file."""
    own = sources_text(SOURCES).replace("Imaginary text called", "Imaginary text of quillamide called")
    blocks = block("maximum: 9 mg per day"), block("maximum: 7 mg per day", "uk-label")
    found, faults = read(drug_text(*blocks, name="quillamide", sources=own), "quillamide")
    assert not faults
    facts = tuple(replace(fact, status=Status.UNDER_REVIEW) for fact in found.facts)
    return replace(found, facts=facts)


def test_two_drugs_in_one_reply_have_their_sources_numbered_apart() -> None:
    """Both drugs call their source us-label, and quillamide is cited to two."""
    zorvexil, quillamide = drug(block("maximum: 80 mg per day")), other_drug()
    asked = intent("maximum", "maximum")
    both = reply_of(composed(asked, zorvexil), composed(asked, quillamide))
    found = rendered(both, zorvexil, quillamide)
    (text,) = found.plain
    assert checked(found.html[0]) == text
    assert re.findall(r"MAX (\d+)\u00a0mg per day.* (\S+)$", text, re.MULTILINE) == [
        ("80", "[1]"),
        ("7", "[2]"),
        ("9", "[3]"),
    ]
    assert re.findall(r"^(\[\d\]) Imaginary text (.*) \(", text, re.MULTILINE) == [
        ("[1]", "called us-label"),
        ("[2]", "of quillamide called uk-label"),
        ("[3]", "of quillamide called us-label"),
    ]
    own = (zorvexil.source("us-label"), quillamide.source("uk-label"), quillamide.source("us-label"))
    assert found.cited == own
    assert found.shown == tuple(fact.id for block in both.blocks for fact in block.facts)
    assert "quillamide" not in "".join(rendered(reply_of(both.blocks[0]), zorvexil, quillamide).plain)


@pytest.mark.parametrize("template", ["sources", "coverage"])
def test_talk_keeps_the_limit_too(template: str) -> None:
    one = telling("interaction", LONG)
    many = tuple(replace(one, name=f"zorvexil number {letters(index)}") for index in range(60))
    reply = Reply("talk", template, sources=one.sources * 2, listed=many, focus=Focus())
    found = renderer(one).render(reply, turn())
    assert all(units(Shown(html).text) <= LIMIT for html in found.html)


def test_the_same_reply_reads_the_same() -> None:
    made = reply_of(composed(intent("interactions", "interaction"), telling("interaction", LONG)))
    assert rendered(made) == rendered(made)
    known = renderer(made.blocks[0].drug)
    assert known.render(made, turn()) == known.render(made, turn())


def test_what_is_remembered_is_never_another_answer() -> None:
    one = drug(block("maximum: 0.5 mg per day"), block("maximum: 50 micrograms per day", "us-pump", "intrathecal"))
    known = renderer(one)
    asked = intent("maximum", "maximum")

    def shown(route: str, locale: str) -> str:
        return known.render(reply_of(composed(asked, one, locale, route=route)), turn(locale=locale)).plain[0]

    texts = [shown(route, locale) for _ in range(2) for route in ("oral", "intrathecal") for locale in ("us", "uk")]
    assert texts[:4] == texts[4:]
    assert len(set(texts)) == 4
