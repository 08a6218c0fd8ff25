"""What stands beside a name can make it another product: a release form, a second drug, two strengths."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from intents.expressions import Expression
from intents.lexicon import NameSpan
from intents.tokens import Token
from intents.understanding import DrugMention, OtherName
from intents.words import Words

# "400/325" is two strengths; "120/80 mmHg", "10/h", "25 mg/5 mL" and "1/2 tablet" are not.
_TWO_STRENGTHS = Expression(
    r"[\s-]*(?!1/2\b|1/4\b|3/4\b)\d+(?:\.\d+)?\s*(?:mg|mcg|ug)?\s*/\s*\d+(?:\.\d+)?(?![\d.]*\s*(?:h|hrs?|hours?|d|days?|ml|kg|mmhg|min|/)\b)(?!\S*/)"
)
_JOINING = frozenset({"+", "&", "/"})
BRACKET = Expression(r"[()\[\]]")


@dataclass(frozen=True, slots=True)
class Settled:
    """Names after a look at their neighbours, and pairs that might be one product."""

    spans: tuple[NameSpan, ...]
    joined: tuple[tuple[str, str], ...]


class Neighbours:
    """Reads what stands before, after and between names."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._joiners = words.sets["joiners"] - {""}  # signs have no key: they are looked for in the text

    def settle(self, spans: Sequence[NameSpan], tokens: Sequence[Token], text: str) -> Settled:
        """The names as products; a name that is part of a combination is no longer a drug asked about."""
        grown = [self._grown(_with_possessive(span, tokens, text), tokens, text) for span in spans]
        fused = grown if self._compares(grown, tokens) else list(self._fused(grown, tokens, text))
        return Settled(tuple(fused), tuple(self._joined(fused, tokens, text)))

    def _grown(self, span: NameSpan, tokens: Sequence[Token], text: str) -> NameSpan:
        if not isinstance(span.name, DrugMention):
            return span
        drug, end = span.name.drug, tokens[span.last - 1].end
        if _follows_co(span, tokens, text):
            return _combined(span, span.first - 1, span.last, (drug,), f"co-{span.name.name}")
        if _TWO_STRENGTHS.match(text, end):
            return _combined(span, span.first, span.last, (drug,), span.name.name)
        for size in (2, 1):
            after = tokens[span.last : span.last + size]
            if len(after) < size or any(token.breaks for token in after):
                continue
            key = " ".join(token.text for token in after)
            if key in self._words.sets["compounds"]:
                return _combined(span, span.first, span.last + size, (drug,), f"{span.name.name} {key}")
            if key in self._words.sets["release_forms"] and not _is_value(tokens, span.last + size):
                other = OtherName("other_product", span.name.written, f"{span.name.name} {key}", candidates=(drug,))
                return NameSpan(span.first, span.last + size, other)
        return span

    def _compares(self, spans: Sequence[NameSpan], tokens: Sequence[Token]) -> bool:
        """ "Skelaxin/Robaxin, which is safer": ours on both sides, and words that set them against each other."""
        ours = len(spans) > 1 and all(isinstance(span.name, DrugMention) for span in spans)
        said = self._words.find(tokens, set()) if ours else ()
        return any(kind == "comparing" for found in said for kind, _ in found.tags)

    def _fused(self, spans: Sequence[NameSpan], tokens: Sequence[Token], text: str) -> Iterator[NameSpan]:
        """Names with a slash or hyphen between them are one combination, if one of ours is in it."""
        waiting: NameSpan | None = None
        for span in spans:
            if waiting is None:
                waiting = span
                continue
            gap = text[tokens[waiting.last - 1].end : tokens[span.first].start]
            if _is_one_product(gap, waiting, span):
                parts = tuple(dict.fromkeys((*_parts(waiting), *_parts(span))))
                name = f"{_written(waiting)}/{_written(span)}"
                waiting = _combined(waiting, waiting.first, span.last, parts, name)
            else:
                yield waiting
                waiting = span
        if waiting is not None:
            yield waiting

    def _joined(self, spans: Sequence[NameSpan], tokens: Sequence[Token], text: str) -> Iterator[tuple[str, str]]:
        for one, other in pairwise(spans):
            between = " ".join(token.text for token in tokens[one.last : other.first])
            gap = text[tokens[one.last - 1].end : tokens[other.first].start].strip()
            if (between not in self._joiners and gap not in _JOINING) or BRACKET.search(gap):
                continue
            if one.weak or other.weak or any(token.breaks for token in tokens[one.last : other.first + 1]):
                continue
            if isinstance(one.name, DrugMention) and _is_stranger(other):
                yield one.name.drug, other.name.name
            elif isinstance(other.name, DrugMention) and _is_stranger(one):
                yield one.name.name, other.name.drug


def _with_possessive(span: NameSpan, tokens: Sequence[Token], text: str) -> NameSpan:
    """The span with the "s" of "baclofen's"."""
    after = tokens[span.last] if span.last < len(tokens) else None
    if after and after.text == "s" and text[tokens[span.last - 1].end : after.start] == "'":
        return replace(span, last=span.last + 1)
    return span


def _combined(span: NameSpan, first: int, last: int, parts: tuple[str, ...], name: str) -> NameSpan:
    return NameSpan(first, last, OtherName("combination", span.name.written, name, parts=parts))


def _follows_co(span: NameSpan, tokens: Sequence[Token], text: str) -> bool:
    before = tokens[span.first - 1] if span.first else None
    return bool(before and before.text == "co" and text[before.end : tokens[span.first].start] in ("", "-", " "))


def _is_value(tokens: Sequence[Token], place: int) -> bool:
    return place < len(tokens) and tokens[place].text.isdecimal() and tokens[place - 1].text == "cr"


def _is_stranger(span: NameSpan) -> bool:
    return isinstance(span.name, OtherName) and span.name.kind == "no_facts"


def _is_one_product(gap: str, one: NameSpan, other: NameSpan) -> bool:
    if gap.strip() not in ("/", "-") or (gap.strip() == "-" and gap != "-"):
        return False
    ours = [isinstance(span.name, DrugMention) for span in (one, other)]
    return any(ours) and (gap == "/" or gap == "-" or not all(ours))


def _parts(span: NameSpan) -> tuple[str, ...]:
    name = span.name
    if isinstance(name, DrugMention):
        return (name.drug,)
    return name.parts or (name.name or name.written,)


def _written(span: NameSpan) -> str:
    return span.name.written
