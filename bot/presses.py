"""What a button carries: a short, self-contained order, stamped with the facts version it was made for."""

from dataclasses import dataclass

from bot.reply import Button

LIMIT = 64
NO_ROUTE = "-"  # the page turned was composed without a route: its next one must be as well, or lines get lost
SEPARATOR = "|"
_CODES = {
    "ask": "a", "confirm": "c", "patient": "p", "role": "r", "locale": "l", "keep": "k", "wrong": "w",
    "forget": "f", "new": "n", "drugs": "d", "dose": "x",
}  # fmt: skip
# Routes and populations are short in a button's data, so that drugs and questions have room.
_SHORT = {
    "oral": "po", "intrathecal": "it", "intravenous": "iv", "intramuscular": "im", "subcutaneous": "sc",
    "rectal": "pr", "oromucosal": "om", "nasal": "na", "any": "an", "adult": "ad", "child": "ch",
    "older_adult": "oa", "renal": "re", "dialysis": "di", "hepatic": "he", "pregnancy": "pg", "breast_feeding": "bf",
}  # fmt: skip
_LONG = {short: long for long, short in _SHORT.items()}
_FROM_CODE = {code: kind for kind, code in _CODES.items()}


@dataclass(frozen=True, slots=True)
class Order:
    """A press read back. For `ask`: intents, drugs, route, population, partners; for the rest `args`."""

    kind: str
    args: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()
    route: str = ""
    population: str = ""
    page: int = 1
    stale: bool = False
    partners: tuple[str, ...] = ()


def stamp(version: str) -> str:
    """The part of the facts version that every button carries."""
    return version[:4] or "0000"


def ask(
    version: str,
    label: tuple[str, ...],
    intents: tuple[str, ...],
    drugs: tuple[str, ...],
    route: str = "",
    population: str = "",
    page: int = 1,
    partners: tuple[str, ...] = (),
) -> Button:
    """A button that asks these intents of these drugs; `page` turns a long answer's pages, about the same partners.

    What does not fit 64 bytes is asked of the first drugs or as the first questions only; a route is never dropped.
    """
    turned = str(page) if page > 1 else ""
    kept_intents, kept_drugs, kept_partners = list(intents), list(drugs), list(partners)
    while True:
        parts = [stamp(version), _CODES["ask"], "+".join(kept_intents), "+".join(kept_drugs)]
        parts += [_SHORT.get(route, route), _SHORT.get(population, population), turned, "+".join(kept_partners)]
        data = SEPARATOR.join(parts).rstrip(SEPARATOR)
        longer = kept_drugs if len(kept_drugs) >= len(kept_intents) else kept_intents
        if len(data.encode()) <= LIMIT or (len(longer) < 2 and not kept_partners):
            return Button(label, data)
        (kept_partners or longer).pop()


def button(version: str, kind: str, *args: str, label: tuple[str, ...] = ()) -> Button:
    """A button of another kind; its label defaults to the kind and its arguments."""
    return Button(label or (kind, *args), SEPARATOR.join((stamp(version), _CODES[kind], *args)))


def read(data: str, version: str) -> Order | None:
    """The order in a button's data; None when it never was one of ours."""
    made_for, _, rest = data.partition(SEPARATOR)
    code, *args = rest.split(SEPARATOR)
    if code not in _FROM_CODE:
        return None
    kind, stale = _FROM_CODE[code], made_for != stamp(version)
    if kind != "ask":
        return Order(kind, tuple(args), stale=stale)
    intents, drugs, route, population, page, partners = (*args, "", "", "", "", "", "")[:6]
    turned = int(page) if page.isdecimal() and len(page) < 3 else 1
    route, population = _LONG.get(route, route), _LONG.get(population, population)
    return Order(kind, (), _split(intents), _split(drugs), route, population, max(turned, 1), stale, _split(partners))


def _split(words: str) -> tuple[str, ...]:
    return tuple(word for word in words.split("+") if word)
