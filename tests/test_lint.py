"""The last look at every line: error-prone notation and unvouched digits are withheld, never repaired."""

import re
from dataclasses import replace

import pytest

from bot.dialogue import Focus
from bot.dosing.facts import Drug
from bot.rendering.assembling import FOLD, FOLD_END, Numbering
from bot.rendering.figures import NBSP
from bot.rendering.lint import RULES, plain_text, violations
from bot.rendering.marks import (
    CITE,
    CITE_END,
    FIGURE,
    FIGURE_END,
    KINDS,
    VERBATIM,
    VERBATIM_END,
    Ledger,
    clean,
)
from bot.rendering.rendered import Rendered
from bot.rendering.renderer import _Making
from bot.rendering.views import View
from bot.reply import DoseCheck, Notice
from intents.catalogue import Intent
from tests.invented import block, composed, drug, held, intent, rendered, renderer, reply_of, turn


def figure(text: str) -> str:
    """The whole text vouched for, so that only its notation is looked at."""
    return f"{FIGURE}{text}{FIGURE_END}"


def verbatim(text: str) -> str:
    return f"{VERBATIM}{text}{VERBATIM_END}"


# rule → texts that break it, texts that do not; after presentation.md.
EXAMPLES: dict[str, tuple[list[str], list[str]]] = {
    "trailing_zero": (
        ["5.0 mg", "0.50 mL", "1.10 mg per day", "5.00 mg", "10.0"],
        ["5 mg", "0.5 mL", "10 mg", "0.05 mg", "100 mg", "1.01 mg", "1,000.5 mg"],
    ),
    "naked_decimal": ([".5 mg", "about .25 mg", "(.5 mg)", "-.5"], ["0.5 mg", "5 mg. Then", "1,000.5 mg"]),
    "no_comma": (
        ["5000 units", "1500 mg", f"1000{NBSP}mcg", "12000 micrograms", "1000 mL", "2000 g"],
        ["5,000 units", "1,500 mg", "999 mg", "in 2024", "2024 guidelines", "0.0735 mg", "1.3245 mg"],
    ),
    "no_space": (["10mg", "5mL", "50mcg", "5g", "100units", "50micrograms"], ["10 mg", f"5{NBSP}mL", "5 g"]),
    "unit_full_stop": (
        ["5 mg. then stop", "5 mL. in water", "50 mcg. 3 times daily"],
        ["5 mg", "Take 5 mg.", "5 mg. Then stop", "5 mg per day. stop"],
    ),
    "U_or_IU": (["100 U", "100U", "5u", "100 IU", "IU per mL"], ["100 units", "1 unit", "US label", "UK"]),
    "micro_sign": (["50 µg", "50 μg", "µg per mL"], ["50 mcg", "50 micrograms"]),
    "abbreviation": (
        [
            "5 mg QD", "5 mg q.d.", "5 mg qd", "QOD", "q.o.d.", "qod", "5 mg OD", "o.d.", "5 mg HS", "hs",
            "qhs", "BT", "TIW", "tiw", "by SC injection", "SQ", "5 cc", "D/C slowly", "in MS", "MSO4", "MgSO4",
            "UD", "50 mcg IT",
        ],
        [
            "daily", "every other day", "at bedtime", "3 times weekly", "subcutaneously", "5 mL", "discontinue",
            "multiple sclerosis", "morphine sulfate", "SCORE", "ODD", "MSc", "CSF", "UDP", "ITB", "WITH",
        ],
    ),
    "shorthand": (
        ["5 mg q6h", "5 mg t.i.d.", "b.i.d.", "5 mg tds", "5 mg BID", "qid", "5 mg prn", "PRN", "5 mg per os"],
        ["5 mg every 6 hours", "3 times daily", "as needed", "by mouth", "bidding", "per osmole"],
    ),
    "unit_case": (["5 ml", "50 ug", "5 MM units", "5 mls", "5cc"], ["5 mL", "50 mcg", "5 million units"]),
    "fraction": (["½ tablet", "take ⅓", "1¼ mL"], ["half a tablet", "0.5 mL"]),
    "slash": (
        ["5/10 mg", "25 units/10 mL", "10 mg/5 mL", "5/2.5 mL"],
        ["10 mg per 5 mL", "60 mL/min", f"60 mL/min/1.73{NBSP}m²", "2 of 24"],
    ),
    "name_run_on": (
        ["Zorvexil5 mg", "Zorvexil10mg", f"zorvexil1,000{NBSP}units"],
        ["Zorvexil 5 mg", "CYP1A2", "B12 5 mg", "Type2"],
    ),
    "dash_range": (
        ["5-10 mg", "5 – 10 mg", "2-3 days", "1–2 weeks", "10-63%", "6-8 hours"],
        ["5 to 10 mg", "2024-01", "beta-2", "GABA-B2"],
    ),
    "slash_day": (["5 mg/day", "5 mg/d", "100 units/dose", "50 mcg/day"], ["5 mg per day", "5 mg/dL", "mg/daL"]),
    "symbol": (
        ["&lt; 5 mg", "&gt; 5 mg", "≤ 5 mg", "≥ 5 mg", "5 &amp; 10 mg", "5 mg @ night", "25°", "dose ↑", "dose ↓"],
        ["less than 5 mg", "at least 5 mg", "5 and 10 mg", "5 mg at night", "25 degrees Celsius", "<b>5 mg</b>"],
    ),
    "step_basis": (
        [
            "raise by 5 mg every 3 days", "STEP 5 mg every 3 days", "increase by 50 mcg",
            "Increased by 5 to 10 mg weekly", "increases of 5 micrograms", "raise by 0.5 mg every 3 days",
            "raise by 1,000 units a week", "raise by 5 mL every 3 days", "+5 mg every 3 days", "steps of 5 mg",
            "raised by 5 mg every 3 days", "raise by 5 mg per kg every 3 days",
        ],
        [
            "raise by 5 mg per dose every 3 days", "STEP 5 mg per dose (15 mg per day)",
            "increase by 50 mcg per day",
            "increases of 5 to 10 mg per day", f"raise by 5{NBSP}mg per dose", "5 mg every 3 days",
            "raise the dose. Then 5 mg", "STEP EVERY 3 days", "raise by 5 mg per kg per day",
            "STEP 500 micrograms per kg (0.5 mg per kg) per dose", "STEP 5 mg per square metre per day",
        ],
    ),
}  # fmt: skip


def test_every_rule_has_examples() -> None:
    assert set(EXAMPLES) == set(RULES)


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, (bad, _) in EXAMPLES.items() for text in bad])
def test_what_breaks_a_rule_is_caught(rule: str, text: str) -> None:
    assert rule in violations(figure(text))


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, (_, good) in EXAMPLES.items() for text in good])
def test_what_keeps_the_rules_passes(rule: str, text: str) -> None:
    assert violations(figure(text)) == ()


# --- digits -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["5", "take 5", "5 mg", "in 2024", "(3)", "x-5", "stage 4", "٥", "5 <b>mg</b>", "&lt;5"]
)
def test_a_digit_that_nobody_vouched_for_is_caught(text: str) -> None:
    assert "unvouched_digit" in violations(text)
    assert "unvouched_digit" in violations(f"{figure('5 mg')} {text}")


@pytest.mark.parametrize(
    "text", ["CYP1A2", "B12", "GABA-B2", "T3", "no digit", figure("5 mg"), figure("80") + " to " + figure("90")]
)
def test_names_and_vouched_digits_pass(text: str) -> None:
    assert violations(text) == ()


def test_a_mark_left_open_vouches_for_nothing() -> None:
    assert "unvouched_digit" in violations(f"{FIGURE}5 mg")
    assert "unvouched_digit" in violations(f"5 mg{FIGURE_END}")


def test_digits_of_citations_are_no_figures() -> None:
    assert violations(f"Sleepy. {CITE}zorvexil/2_to_7_years{CITE_END}") == ()


@pytest.mark.parametrize("text", ["½ tablet", "take ⅓", "x²", "Ⅳ doses", "①"])
def test_other_signs_for_numbers_are_caught(text: str) -> None:
    assert "unvouched_digit" in violations(text)


# --- verbatim zones -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["QD", "5.0mg", ".5", "<i>Version 2.0</i>", "10.1000/xyz", "µg", "≥ 5"])
def test_words_of_others_are_not_linted(text: str) -> None:
    assert violations(f"Read “{verbatim(text)}” as daily.") == ()
    assert violations(f"Read “{verbatim(text)}” as QD.") == ("abbreviation",)
    assert violations(f"{verbatim(text)} and 5 and {verbatim(text)}") == ("unvouched_digit",)


def test_tags_and_their_links_are_not_linted() -> None:
    assert violations('<a href="https://example.org/5000mg?a=1&amp;b=.5">Text</a>') == ()
    assert violations('<a href="https://example.org">QD</a>') == ("abbreviation",)


def test_marks_typed_by_somebody_open_no_zone() -> None:
    assert clean(f"{VERBATIM}QD{VERBATIM_END}") == "QD"
    assert clean("a" + "".join(map(chr, range(0xE000, 0xE007))) + "b") == "ab"


def test_the_ledger_knows_every_number() -> None:
    ledger = Ledger()
    marked = [ledger.mark("5 mg", kind, "origin") for kind in KINDS]
    assert [entry.kind for entry in ledger.entries] == ["fact", "derived", "said", "meta"]
    assert set(marked) == {figure("5 mg")}
    assert violations(" ".join(marked)) == ()


def test_plain_text() -> None:
    assert plain_text("<b>a</b> &lt;b&gt; &amp;amp; &quot;c&quot; &#39;d&#39;") == "a <b> &amp; \"c\" 'd'"


# --- through the renderer -------------------------------------------------------------------------------------

GIVING = intent("administration", "food", "crushing", "giving")
UNSAFE = [
    ("Take it QD.", "abbreviation"),
    ("Used in MS.", "abbreviation"),
    ("Only ≥ one hour apart.", "symbol"),
    ("Take {5.0 parts}.", "trailing_zero"),
    ("Bound to beta-2 sites.", "unvouched_digit"),
]


def giving(unsafe: str) -> tuple[Drug, Rendered]:
    """An answer whose first statement is safe and whose second is this one."""
    one = drug(block("food: With food."), block(f"crushing: '{unsafe}'", "uk-label", place='"4.2"'))
    return one, rendered(reply_of(composed(GIVING, one)))


@pytest.mark.parametrize(("unsafe", "rule"), UNSAFE)
def test_an_unsafe_line_is_withheld_and_its_source_named(unsafe: str, rule: str) -> None:
    one, found = giving(unsafe)
    fact = next(each for each in one.facts if each.what == "crushing")
    (text,) = found.plain
    assert unsafe.replace("{", "").replace("}", "") not in text
    assert "This line could not be shown safely: see [2]" in text
    assert "[2] Imaginary text called uk-label (UK label), 2023-05; 4.2" in text
    assert "FOOD With food. · US label [1]" in text
    assert found.withheld == (f"{rule}: {fact.id}",)


def test_a_safe_answer_withholds_nothing() -> None:
    assert giving("May be crushed.")[1].withheld == ()


def test_an_unsafe_first_line_keeps_drug_and_route_alone() -> None:
    found = rendered(reply_of(composed(GIVING, drug(block("food: Take it QD.")))))
    (text,) = found.plain
    assert found.summary == "zorvexil oral"
    assert "zorvexil oral\n" in text
    assert "This line could not be shown safely: see [1]" in text
    assert "QD" not in text
    assert len(found.withheld) == 2


def test_a_withheld_line_without_a_source_points_nowhere() -> None:
    line = "Days 1 to 3: take it QD."
    one = renderer(drug(block("food: With food.")))
    making = _Making(View(one.words, "us"), {}, Numbering({}))
    assert one._checked(line, making) == "This line could not be shown safely."
    assert one._checked(f"{FOLD}{line}{FOLD_END}", making) == f"{FOLD}This line could not be shown safely.{FOLD_END}"
    assert making.withheld == ["abbreviation,unvouched_digit: no fact"] * 2


def test_remembered_blocks_withhold_and_record_the_same_again() -> None:
    """With values of a patient an answer is made anew each time, of blocks that are not."""
    one = drug(block("food: Take it QD.\ncrushing: 'Not within {2 hours}, ≥ that.'"))
    kept, made = renderer(one), composed(GIVING, one)
    replies = [reply_of(made, patient={"age": held(age, "a")}) for age in ("40", "43.25")]
    first, second = (kept.render_recorded(reply, turn()) for reply in replies)
    assert len(kept._worded) == 1
    assert "43.25" in second[0].plain[0]
    assert "43.25" not in repr([words for _, words in kept._worded.values()])
    assert first[0].withheld == second[0].withheld != ()
    assert [e for e in first[1] if e.kind != "said"] == [e for e in second[1] if e.kind != "said"]
    assert second == renderer(one).render_recorded(replies[1], turn())


def test_words_of_a_block_are_remembered_for_locale_and_focus_apart() -> None:
    made = composed(intent("dose", "screening"), WHOLE, route="intrathecal")
    one = renderer(WHOLE)
    for locale, route, population in (("us", "intrathecal", ""), ("uk", "intrathecal", ""), ("us", "", "renal")):
        focus = Focus(("zorvexil",), route, population=population)
        reply = reply_of(made, focus=focus, patient={"age": held("40", "a")})
        found = one.render_recorded(reply, turn(locale=locale))
        assert found == renderer(WHOLE).render_recorded(reply, turn(locale=locale))
    assert len(one._worded) == 3


def test_what_somebody_typed_is_never_remembered() -> None:
    made = composed(intent("dose_check", "maximum"), WHOLE, route="oral")
    checked = replace(made, check=DoseCheck("77", "mg", "", "", ()))
    one = renderer(WHOLE)
    reply = reply_of(checked, patient={"age": held("40", "a")})
    found = one.render(reply, turn())
    assert "77 mg" in found.plain[0].replace(NBSP, " ")
    assert (one._worded, one._remembered) == ({}, {})


def test_no_more_than_so_many_blocks_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.rendering.renderer.REMEMBERED_BLOCKS", 2)
    one, patient = renderer(WHOLE), {"age": held("40", "a")}
    for asked in ASKED:
        one.render(reply_of(composed(asked, WHOLE), patient=patient), turn())
    assert [made.intent for made, _ in one._worded.values()] == [asked.id for asked in ASKED[-2:]]


# --- every digit on screen is in the record ---------------------------------------------------------------------

WHOLE = drug(
    block(
        "start: 5 mg per dose, 3 times daily\nstep: 5 mg per dose\nstep_interval: 3 days\nusual: 40 to 80 mg per day\n"
        "maximum: {value: 80 mg per day, text: 'as {20 mg per dose, 4 times daily}'}\n"
        "schedule: {steps: [5 mg per dose 3 times daily for 3 days, 10 mg per dose 3 times daily]}\n"
        "taper_duration: 1 to 2 weeks\ntaper_step: 5 mg per day\ntaper_interval: 1 week\n"
        "stop_advice: 'Lower it over {1 to 2 weeks}, never at once.'\nhalf_life: 3 to 4 hours\n"
        "adverse_effect: {terms: [{term: drowsiness, frequency: 10 to 63 %}, {term: nausea, frequency: common}]}\n"
        "interaction: [{about: alcohol, text: 'Sedation adds up within {2 hours}.'}]"
    ),
    block("maximum: 0.5 g per day\nstart: 0.25 mg per dose, twice daily", "uk-label"),
    block("start: 2.5 mg per day", population="child", age="2 to 7 years", weight="at least 12 kg"),
    block("adjustment: {action: reduce, value: 5 mg per day}", population="renal", band="CrCl less than 30 mL/min"),
    block("screening: 50 micrograms per dose\nusual: 300 to 800 micrograms per day", "us-pump", "intrathecal"),
    products="products: [{form: tablet, strength: 10 mg, route: oral, country: us, source: us-label, place: '3'}]",
)
ASKED = [
    intent("dose", "start", "step", "step_interval", "usual", "maximum", "screening"),
    intent("maximum", "maximum"),
    intent("titration", "schedule", "step", "step_interval", "maximum"),
    intent("stop", "stop_advice", "taper_duration", "taper_step", "taper_interval"),
    intent("renal", "adjustment", populations=("renal",)),
    intent("child", "start", "maximum", populations=("child",)),
    intent("adverse_effects", "adverse_effect"),
    intent("interactions", "interaction"),
    intent("pharmacokinetics", "half_life"),
    intent("overview", "start", "usual", "maximum", "adjustment", "stop_advice"),
]
RENDERER = renderer(WHOLE)


@pytest.mark.parametrize("route", ["oral", "intrathecal", ""])
@pytest.mark.parametrize("locale", ["us", "uk"])
@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.id)
def test_every_digit_of_an_answer_is_in_the_record(asked: Intent, locale: str, route: str) -> None:
    patient = {"age": held("40", "a", minutes_ago=3), "weight": held("70.5", "kg")}
    notices = (Notice("slip", ("zorvexl 5", "zorvexil")), Notice("read_as", ("QD .5", "daily 0.5")))
    made = composed(asked, WHOLE, locale, route=route)
    reply = reply_of(made, patient=patient, notices=notices, focus=Focus(("zorvexil",), route))
    found, entries = RENDERER.render_recorded(reply, turn(locale=locale))
    assert found.withheld == ()
    assert {entry.kind for entry in entries} <= set(KINDS)
    known = {plain_text(entry.words) for entry in entries}
    for text in found.plain:
        for words in sorted(known, key=len, reverse=True):
            text = text.replace(words, "")
        left = re.sub(r"\[\d+\]", "", text)
        assert not re.search(r"\d", left), left


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.id)
def test_every_figure_of_a_fact_names_its_fact(asked: Intent) -> None:
    _, entries = RENDERER.render_recorded(reply_of(composed(asked, WHOLE)), turn())
    for entry in entries:
        if entry.kind in ("fact", "derived"):
            assert "zorvexil/" in entry.origin


@pytest.mark.parametrize("locale", ["us", "uk"])
@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.id)
def test_no_dose_line_is_without_its_route(asked: Intent, locale: str) -> None:
    """Every paragraph that shows a figure of a fact names its route in its first line."""
    for route in ("oral", "intrathecal"):
        made = composed(asked, WHOLE, locale, route=route)
        if not made.groups:
            continue
        for text in rendered(reply_of(made), locale=locale).plain:
            for paragraph in text.split("\n\n"):
                first = paragraph.split("\n")[0].lower()
                if re.search(r"\d\s(mg|mcg|micrograms?|g)\b", paragraph) and not first.startswith("["):
                    assert route in first, paragraph
