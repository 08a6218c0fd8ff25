"""What stated products can deliver: whole tablets for a dose, and the volume of a liquid."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from functools import lru_cache

from bot.dosing.facts import Product
from bot.dosing.quantity import NotAQuantity, Quantity, ratio

_STRENGTH = re.compile(
    r"(?P<size>\d+(?:\.\d+)?) (?P<unit>mg|micrograms|g)(?P<liquid>(?: per | in |/)(?:(?P<volume>\d+(?:\.\d+)?) )?mL)?"
)
_CODES = {"mg": "mg", "micrograms": "ug", "g": "g"}
SOLIDS = ("tablet", "capsule")
MOST_AT_ONCE = 12  # tablets at one time; more is no sensible dose of that strength
STEP_OF_VOLUME = Decimal("0.1")  # mL


@dataclass(frozen=True, slots=True)
class Strength:
    """Milligrams in one tablet or capsule, or in one mL of a liquid."""

    product: Product
    mg: Decimal
    liquid: bool


@dataclass(frozen=True, slots=True)
class Delivered:
    """A dose as products give it: so many of each strength, largest first, or a volume in mL."""

    mg: Decimal
    counts: tuple[tuple[Strength, int], ...] = ()
    volume: Decimal | None = None
    liquid: Strength | None = None


def strength_of(product: Product) -> Strength | None:
    """The strength in mg, per piece or per mL; None for forms that are neither or whose words are not one strength.

    Only liquids that are measured by mouth count: a prefilled syringe or an ampoule is no measure.
    """
    found = _STRENGTH.fullmatch(product.strength.strip())
    if not found:
        return None
    mg = Decimal(found["size"]) * ratio(_CODES[found["unit"]], "mg")
    if found["liquid"]:
        return Strength(product, mg / Decimal(found["volume"] or 1), liquid=True) if product.route == "oral" else None
    return Strength(product, mg, liquid=False) if product.form.split(",")[0].endswith(SOLIDS) else None


def solids(products: Iterable[Product]) -> tuple[Strength, ...]:
    """One entry for each form and strength of tablets or capsules, largest first."""
    found = {(s.product.form, s.mg): s for p in products if (s := strength_of(p)) and not s.liquid}
    return tuple(sorted(found.values(), key=lambda s: s.mg, reverse=True))


def whole(mg: Decimal, strengths: Sequence[Strength]) -> Delivered | None:
    """The fewest whole pieces of one form that make exactly this amount; None when none do."""
    made = [one for same in _by_form(strengths) if (one := _of_one_form(mg, same))]
    return min(made, key=_pieces, default=None)


def _by_form(strengths: Sequence[Strength]) -> list[list[Strength]]:
    """Tablets apart from capsules: of some drugs they are not absorbed alike, so they are never mixed in a dose."""
    forms: dict[str, list[Strength]] = {}
    for strength in strengths:
        forms.setdefault(strength.product.form, []).append(strength)
    return list(forms.values())


def _of_one_form(mg: Decimal, strengths: Sequence[Strength]) -> Delivered | None:
    sizes = tuple(s.mg for s in strengths)
    pieces = _fewest(mg, sizes) if sizes and mg > 0 else None
    if pieces is None:
        return None
    counts = Counter(pieces)
    return Delivered(mg, tuple((s, counts[s.mg]) for s in strengths if counts[s.mg]))


def _pieces(one: Delivered) -> int:
    return sum(count for _, count in one.counts)


@lru_cache(maxsize=4096)
def _fewest(mg: Decimal, sizes: tuple[Decimal, ...], left: int = MOST_AT_ONCE) -> tuple[Decimal, ...] | None:
    """The fewest sizes, largest first, that add up exactly."""
    if mg == 0:
        return ()
    best: tuple[Decimal, ...] | None = None
    for index, size in enumerate(sizes):
        if size > mg or not left:
            continue
        rest = _fewest(mg - size, sizes[index:], left - 1)
        if rest is not None and (best is None or len(rest) + 1 < len(best)):
            best = (size, *rest)
    return best


def deliverable(amount: Quantity, products: Sequence[Product]) -> tuple[Delivered, ...]:
    """The most that each kind of product can give without going above the amount: whole pieces, and a volume."""
    try:
        mg = amount.within("mg").low
    except NotAQuantity:
        return ()
    found = list[Delivered]()
    pieces = solids(products)
    if pieces and (given := _at_most(mg, pieces)):
        found.append(given)
    liquids = {s.mg: s for p in products if (s := strength_of(p)) and s.liquid}
    for strength in liquids.values():
        volume = (mg / strength.mg).quantize(STEP_OF_VOLUME, ROUND_DOWN)
        if volume > 0:
            found.append(Delivered(volume * strength.mg, volume=volume, liquid=strength))
    return tuple(found)


def _at_most(mg: Decimal, strengths: Sequence[Strength]) -> Delivered | None:
    """Whole pieces of one form for the largest amount not above `mg`."""
    made = [_of_one_form(_most(mg, [s.mg for s in same]), same) for same in _by_form(strengths)]
    return max((one for one in made if one), key=lambda one: (one.mg, -_pieces(one)), default=None)


def _most(mg: Decimal, sizes: Sequence[Decimal]) -> Decimal:
    """The largest sum of pieces that is not above an amount."""
    sums = {Decimal(0)}
    for _ in range(MOST_AT_ONCE):
        sums |= {more for held in sums for size in sizes if (more := held + size) <= mg}
    return max(sums)
