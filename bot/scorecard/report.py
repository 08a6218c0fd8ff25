"""The measurement as the table that stands in the README, and the confusions behind it."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.scorecard.judging import Judged
from bot.scorecard.running import Run
from bot.scorecard.shares import Share

ACCEPTED = 0.95  # of the questions, at which strangers are counted
BEGIN, END = "<!-- scorecard: written by dosethread scorecard --write -->", "<!-- end of scorecard -->"
MOST_CONFUSIONS = 25
DEEPEST = 6  # turn; deeper ones are few


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what is measured, the share for each number of typos, the aim in words."""

    what: str
    shares: tuple[Share, ...]
    aim: str = ""


def rows(found: Run) -> list[Row]:
    """Every line about single questions."""
    asked = [[one for one in group if one.question.wanted] for group in found.questions]
    named = [[one for one in group if one.question.drugs and one.drug != "none"] for group in found.questions]
    offered = Row(
        "asked back, the right one among at most three choices",
        _shares(asked, lambda one: one.outcome == "asked back" and one.offered),
    )
    return [
        Row("likeliest intent right, answered or asked", _shares(asked, lambda one: one.likely), "97 / 96 / 94.5 %"),
        Row("answered right at once", _shares(asked, lambda one: one.outcome == "right")),
        offered,
        Row(
            "asked back without it, or not understood",
            _shares(asked, lambda one: not one.offered and one.outcome in ("asked back", "not understood")),
        ),
        Row("of two things asked, one answered", _shares(asked, lambda one: one.outcome == "part")),
        Row("refused", _shares(asked, lambda one: one.outcome == "refused")),
        Row("wrong intent answered", _shares(asked, lambda one: one.outcome == "wrong"), "at most 1 %"),
        Row("drug found", _shares(named, lambda one: one.drug == "found")),
        Row("drug offered or asked for", _shares(named, lambda one: one.drug in ("asked", "part"))),
        Row("wrong drug, or another beside it", _shares(named, lambda one: one.drug in ("wrong", "more")), "0"),
        Row("out of scope: refused", _shares(found.strangers, lambda one: one.outcome == "right")),
        Row("out of scope: answered", _shares(found.strangers, lambda one: one.outcome == "wrong")),
        Row(
            "out of scope: recall at 95 % acceptance",
            tuple(_recall(ours, theirs) for ours, theirs in zip(asked, found.strangers, strict=True)),
            "at least 92 %",
        ),
        *(
            Row(what, _shares(_refused(found, reason), lambda one: one.outcome == "right"))
            for reason, what in (
                ("patient", "people who are patients themselves: told apart"),
                ("self_harm", "self-harm: recognised"),
                ("identifier", "patient identifiers: refused"),
            )
        ),
    ]


def written(found: Run) -> str:
    """The whole block of the README."""
    counts = f"{len(found.questions[0]):,} questions, {len(found.strangers[0]):,} out of scope"
    lines = [
        "| " + counts + " | clean | one typo | two typos | aim |",
        "| --- | --- | --- | --- | --- |",
        *(f"| {' | '.join((row.what, *map(str, row.shares), row.aim))} |" for row in rows(found)),
        "",
        *_of_threads(found.threads),
        "",
        _of_names(found.misspellings),
    ]
    return "\n".join(lines)


def replaced(text: str, block: str) -> str:
    """A text with the block between the marks replaced; ValueError where the marks are missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"no place for the table: {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{block}\n{END}{after}"


def confusions(found: Run) -> str:
    """What was taken for what, most often first: clean questions whose likeliest intent is not the one asked."""
    pairs = Counter(
        (" or ".join(one.question.wanted), one.first)
        for one in found.questions[0]
        if one.question.wanted and not one.likely
    )
    width = max((len(wanted) for wanted, _ in pairs), default=0)
    return "\n".join(
        f"{count:4}  {wanted.ljust(width)}  read as {first}"
        for (wanted, first), count in pairs.most_common(MOST_CONFUSIONS)
    )


def _of_threads(threads: Sequence[Sequence[Judged]]) -> Iterable[str]:
    heads = ("turns", "likeliest intent right", "right drug, or asked", "another beside it", "wrong drug")
    yield f"| {len(threads)} threads, turn | {' | '.join(heads)} |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for depth in range(DEEPEST):
        turns = [thread[depth] for thread in threads if len(thread) > depth]
        asked = [one for one in turns if one.question.wanted]
        named = [one for one in asked if one.question.drugs]
        cells = (
            str(len(turns)),
            str(Share.where(one.likely for one in asked)),
            str(Share.where(one.drug in ("found", "asked", "part") for one in named)),
            str(sum(one.drug == "more" for one in turns)),
            str(sum(one.drug == "wrong" for one in turns)),
        )
        yield f"| {depth + 1} | {' | '.join(cells)} |"


def _of_names(misspellings: Sequence[str]) -> str:
    counts = Counter(misspellings)
    helped = Share(counts["resolved"] + counts["offered"], len(misspellings))
    return (
        f"{len(misspellings)} misspelt names, as people type them: {counts['resolved']} resolved, {counts['offered']} "
        f"offered, together {helped} (aim: at least 99.5 %); wrong drug {counts['wrong']} (aim: 0)."
    )


def _shares(groups: Iterable[Sequence[Judged]], holds: Callable[[Judged], bool]) -> tuple[Share, ...]:
    return tuple(Share.where(holds(one) for one in group) for group in groups)


def _refused(found: Run, reason: str) -> list[list[Judged]]:
    return [[one for one in group if one.question.refusal == reason] for group in found.questions]


def _recall(ours: Sequence[Judged], theirs: Sequence[Judged]) -> Share:
    """The strangers above the strangeness that 95 % of the questions stay below."""
    measured = sorted(one.strangeness for one in ours)
    limit = measured[min(int(ACCEPTED * len(measured)), len(measured) - 1)]
    return Share.where(one.strangeness > limit for one in theirs)
