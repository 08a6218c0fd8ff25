"""What stands in brackets right after the name of a drug describes it: no partner, and no question of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from intents.expressions import Expression
from intents.lexicon import NameSpan
from intents.tokens import Token
from intents.understanding import DrugMention, OtherName

_ASIDE = Expression(r"\s*(?:\([^()]*\)?|\[[^][]*\]?)")


@dataclass(frozen=True, slots=True)
class Asides:
    """Names without those that only describe, and the places of the brackets that do."""

    spans: tuple[NameSpan, ...]
    places: tuple[tuple[int, int], ...] = ()

    def holds(self, place: int) -> bool:
        """Whether a place in the text lies in such brackets."""
        return any(start <= place < end for start, end in self.places)


def set_aside(
    spans: Sequence[NameSpan],
    tokens: Sequence[Token],
    text: str,
    joins: Callable[[str], bool],
    ours: Callable[[str], bool],
) -> Asides:
    """The names and the brackets; a bracket that joins ("(with …)"), or that is all that is said, describes nothing."""
    if "(" not in text and "[" not in text:
        return Asides(tuple(spans))
    places = []
    for span in spans:
        match = _ASIDE.match(text, tokens[span.last - 1].end)
        inner = [token.text for token in tokens if match and match.start() <= token.start < match.end()]
        if match and isinstance(span.name, DrugMention) and inner and not joins(inner[0]):
            places.append(match.span())
    asides = Asides(tuple(spans), tuple(places))
    named = {place for span in spans for place in range(span.first, span.last)}
    if all(place in named or asides.holds(token.start) for place, token in enumerate(tokens)):
        return Asides(tuple(spans))
    kept = [span for span in spans if not (asides.holds(tokens[span.first].start) and _describes(span.name, ours))]
    return Asides(tuple(kept), asides.places)


def _describes(name: DrugMention | OtherName, ours: Callable[[str], bool]) -> bool:
    """Another drug of ours, certain or offered, is never put aside: the asker may mean it."""
    if isinstance(name, DrugMention) or name.kind not in ("no_facts", "offered"):
        return False
    return not any(map(ours, name.candidates))
