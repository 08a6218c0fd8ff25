"""Examples said once more with a route, an indication or a population, as people say the same question."""

from collections.abc import Iterable, Iterator

from intents.matcher import Example
from intents.sheet import DRUG, INDICATION, MARKS, ROUTE

# Without them "how do I stop oral …" is not accepted, since few examples name a route.
_ROUTES = ("oral", "intrathecal")
_INDICATIONS = ("spasticity", "spasticity", "spasticity", "hiccups", "alcohol_use_disorder", "cerebral_spasticity")


def variants(examples: Iterable[Example]) -> Iterator[Example]:
    """A variant for each example that names one drug and no route, indication or value, in turn."""
    plain = (example for example in examples if [word for word in example.words if word in MARKS] == [DRUG])
    for number, example in enumerate(plain):
        place, route = example.words.index(DRUG), _ROUTES[number % 2]
        indication = _INDICATIONS[number // 4 % len(_INDICATIONS)]
        before, after = example.words[:place], example.words[place + 1 :]
        kind = number % 4
        if kind < 2:
            yield _said(example, (*before, ROUTE, DRUG, *after), "route", f"route:{route}")
        elif kind == 2:
            yield _said(example, (*before, DRUG, "for", INDICATION, *after), "indication", f"indication:{indication}")
        else:
            yield _said(example, (*before, DRUG, *after, "in", "adults"), "population:adult")


def _said(example: Example, words: tuple[str, ...], *concepts: str) -> Example:
    return Example(example.intent, words, (*concepts, *example.concepts), example.written)
