"""Says of one reply whether it answers what was asked, and about the right drug."""

from dataclasses import dataclass

from bot.reply import Reply
from bot.scorecard.sets import Question

ASKS_WHICH = "which_question"
NEW_PATIENT = "new_patient"  # a notice that stands before the answer to what else was asked
OF_OTHERS = frozenset({"alternatives", "comparison", "coverage"})  # answers that speak of other drugs by their nature


@dataclass(frozen=True, slots=True)
class Judged:
    """One reply judged.

    `outcome`: right, part (of several things asked, some) · wrong (something else was taken for certain) · asked back
    · refused · not understood. `first`: the likeliest intent, or why it was refused. `likely`: whether that is right,
    answered or asked. `offered`: asked back with the right one among the choices. `drug`: found · asked (offered, or
    the drug is asked for) · part or more (of several, not just those) · wrong · none (nothing to find, or nothing said
    of it).
    """

    question: Question
    outcome: str
    first: str
    likely: bool
    offered: bool
    drug: str
    strangeness: float


def judged(question: Question, reply: Reply, strangeness: float) -> Judged:
    """The reply to one question; `strangeness` as the recogniser measured it."""
    outcome = _refusal(question, reply) if question.refusal else _outcome(question, reply)
    first = reply.reason or next(iter(reply.intents), reply.kind)
    asked = outcome == "asked back"
    likely = outcome in ("right", "part") or (asked and first in question.wanted)
    offered = asked and bool(set(question.wanted) & set(reply.intents))
    return Judged(question, outcome, first, likely, offered, _drug(question, reply), strangeness)


def misspelt(drug: str, reply: Reply) -> str:
    """What a misspelt name came to: resolved · offered (by a button) · wrong (another drug is answered) · missed."""
    if reply.kind == "answer":
        return "resolved" if reply.drugs == (drug,) else "wrong"
    named = {*reply.drugs, *(reply.detail if reply.kind == "not_covered" else ())}
    return "offered" if drug in named else "missed"


def _refusal(question: Question, reply: Reply) -> str:
    if reply.kind == "refusal":
        return "right" if reply.reason == question.refusal else "refused"
    return "wrong" if reply.kind in ("answer", "talk") else _without_answer(reply) or "asked back"


def _outcome(question: Question, reply: Reply) -> str:
    if reply.kind == "refusal":
        return "refused"
    if question.no_facts:
        return "right" if not reply.drugs and reply.others else _without_answer(reply) or "wrong"
    missing = _without_answer(reply)
    if missing:
        return missing
    said = set(reply.intents) | ({NEW_PATIENT} if any(one.kind == NEW_PATIENT for one in reply.notices) else set())
    found = set(question.wanted) & said
    if not found:
        return "wrong" if reply.intents and reply.kind != "did_you_mean" else "asked back"
    return "right" if question.either or found == set(question.intents) else "part"


def _without_answer(reply: Reply) -> str:
    if reply.kind == "no_match":
        return "not understood"
    return "asked back" if reply.template == ASKS_WHICH else ""


def _drug(question: Question, reply: Reply) -> str:
    wanted, found = set(question.drugs), set(reply.drugs)
    # Where no drug is named, one may still follow ("the pump ran dry"), but not where another drug is.
    if reply.kind == "answer" and not OF_OTHERS & set(reply.intents) and (wanted or question.no_facts):
        if found and not found & wanted:
            return "wrong"
        if found - wanted:
            return "more"
    if not wanted or reply.kind in ("refusal", "talk", "no_match"):
        return "none"
    if reply.kind == "did_you_mean" or not found:
        return "asked"
    if not found & wanted and not OF_OTHERS & set(reply.intents):
        return "wrong"
    return "found" if wanted <= found else "part"
