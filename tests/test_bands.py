"""A source's own cut-offs: which band holds a value, what stands next to a gap, and the bands that ship."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dosing.bands import Interval, Placed, holds_word, interval, placed
from bot.dosing.facts import Fact
from bot.dosing.lookup import band_order
from bot.dosing.quantity import parse_quantity, plain
from bot.dosing.statements import parse_band
from bot.for_patient import ADJUSTED
from tests.invented import QUICK, block, facts
from tests.loaded import shipped


def stretch(text: str) -> Interval:
    return interval(parse_quantity(text))


def banded(*bands: str, source: str = "us-label") -> tuple[Fact, ...]:
    """One adjustment for each band, named by its place."""
    return facts(
        *(
            block(f"adjustment: {{action: reduce, value: {place} mg per day}}", source, population="renal", band=band)
            for place, band in enumerate(bands, 1)
        )
    )


def found(place: Placed) -> tuple[list[str], list[str]]:
    """The bands that hold a value and those beside it, as their words without the metric."""
    return _words(place.inside), _words(place.near)


def _words(those: tuple[Fact, ...]) -> list[str]:
    return [each.at.band.words.partition(" ")[2].removesuffix(" mL/min") for each in those if each.at.band]


# --- the stretch that words mean ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("band", "inside", "outside"),
    [
        ("less than 30 mL/min", ["0", "29.999"], ["30", "31"]),
        ("up to 30 mL/min", ["0", "30"], ["30.001"]),
        ("more than 60 mL/min", ["60.001", "150"], ["60", "0"]),
        ("at least 60 mL/min", ["60", "150"], ["59.999"]),
        ("30 to 59 mL/min", ["30", "45", "59"], ["29.999", "59.001"]),
        ("15 mL/min", ["15"], ["14.999", "15.001"]),
        ("about 15 mL/min", ["15"], ["14", "16"]),
    ],
)
def test_what_a_band_holds(band: str, inside: list[str], outside: list[str]) -> None:
    assert all(stretch(band).holds(Decimal(value)) for value in inside)
    assert not any(stretch(band).holds(Decimal(value)) for value in outside)


@QUICK
@given(st.decimals("0", "200", places=2), st.decimals("0", "200", places=2))
def test_opposite_bounds_share_the_line_without_gap_or_overlap(border: Decimal, value: Decimal) -> None:
    below, above = stretch(f"less than {border:f} mL/min"), stretch(f"at least {border:f} mL/min")
    assert below.holds(value) is not above.holds(value)
    below, above = stretch(f"up to {border:f} mL/min"), stretch(f"more than {border:f} mL/min")
    assert below.holds(value) is not above.holds(value)


@pytest.mark.parametrize(
    ("band", "near", "far"),
    [
        ("less than 30 mL/min", ["27", "30", "33"], ["26.9", "33.1"]),
        ("30 to 60 mL/min", ["27", "33", "54", "66"], ["26", "45", "67"]),
        ("at least 60 mL/min", ["54", "66"], ["53.9", "66.1"]),
    ],
)
def test_near_is_within_a_tenth_of_a_border(band: str, near: list[str], far: list[str]) -> None:
    assert all(stretch(band).is_near(Decimal(value)) for value in near)
    assert not any(stretch(band).is_near(Decimal(value)) for value in far)


# --- where a value stands -----------------------------------------------------------------------------------------

WHOLE_LINE = ("CrCl less than 15 mL/min", "CrCl 15 to 30 mL/min", "CrCl 30 to 60 mL/min", "CrCl more than 60 mL/min")
WITH_GAPS = ("CrCl less than 15 mL/min", "CrCl 20 to 29 mL/min", "CrCl 40 to 59 mL/min")


@pytest.mark.parametrize(
    ("value", "inside", "near"),
    [
        ("5", ["less than 15"], []),
        ("14", ["less than 15"], ["15 to 30"]),
        ("22", ["15 to 30"], []),
        ("28", ["15 to 30"], ["30 to 60"]),
        ("31", ["30 to 60"], ["15 to 30"]),
        ("62", ["more than 60"], ["30 to 60"]),
        ("150", ["more than 60"], []),
    ],
)
def test_the_band_that_holds_a_value_and_the_neighbour_near_whose_border_it_lies(
    value: str, inside: list[str], near: list[str]
) -> None:
    assert found(placed(banded(*WHOLE_LINE), Decimal(value))) == (inside, near)


@pytest.mark.parametrize(("value", "inside"), [("15", ["15 to 30"]), ("30", ["15 to 30", "30 to 60"])])
def test_a_border_that_two_bands_hold_is_in_both(value: str, inside: list[str]) -> None:
    assert found(placed(banded(*WHOLE_LINE), Decimal(value)))[0] == inside


@pytest.mark.parametrize(
    ("value", "near", "between"),
    [
        ("15", ["less than 15", "20 to 29"], True),
        ("17", ["less than 15", "20 to 29"], True),
        ("29.5", ["20 to 29", "40 to 59"], True),
        ("35", ["20 to 29", "40 to 59"], True),
        ("59.5", ["40 to 59"], False),
        ("150", ["40 to 59"], False),
    ],
)
def test_in_a_gap_both_neighbours_are_given_and_beyond_all_bands_the_last(
    value: str, near: list[str], between: bool
) -> None:
    place = placed(banded(*WITH_GAPS), Decimal(value))
    assert place.gap
    assert found(place) == ([], near)
    assert place.between is between


def test_no_bands_no_place() -> None:
    assert placed((), Decimal(30)) == Placed((), ())
    assert placed(banded("CKD stage 4"), Decimal(30)) == Placed((), ())


@QUICK
@given(
    st.lists(st.integers(1, 150), min_size=1, max_size=5, unique=True).map(sorted),
    st.decimals("0", "160", places=1),
)
def test_bands_that_touch_hold_every_value_once(borders: list[int], value: Decimal) -> None:
    ends = [f"CrCl less than {borders[0]} mL/min", f"CrCl more than {borders[-1]} mL/min"]
    middle = [f"CrCl {low} to {high} mL/min" for low, high in pairwise(borders)]
    place = placed(banded(*ends, *middle), value)
    if len(borders) == 1 and value == borders[0]:
        assert place.gap
        assert place.between
        return
    assert not place.gap
    assert len(place.inside) == 1 or value in borders
    assert not set(place.inside) & set(place.near)


@QUICK
@given(
    st.lists(st.integers(1, 150), min_size=2, max_size=6, unique=True).map(sorted), st.decimals("0", "160", places=1)
)
def test_what_stands_beside_a_gap_is_nearest_on_its_side(borders: list[int], value: Decimal) -> None:
    pairs = list(zip(borders[::2], borders[1::2], strict=False))
    those = banded(*(f"CrCl {low} to {high} mL/min" for low, high in pairs))
    place = placed(those, value)
    inside = [pair for pair in pairs if pair[0] <= value <= pair[1]]
    assert found(place)[0] == [f"{low} to {high}" for low, high in inside]
    if place.gap:
        below = max((high for _, high in pairs if high <= value), default=None)
        above = min((low for low, _ in pairs if low >= value), default=None)
        sides = [(low, high) for low, high in pairs if high == below or low == above]
        assert found(place)[1] == [f"{low} to {high}" for low, high in sides]
        assert place.near
        assert place.between is (None not in (below, above))


# --- stages and classes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("band", "holds", "leaves"),
    [
        ("CKD stage 4", ["4"], ["3", "3a", "3b", "5"]),
        ("CKD stage 4 to 5", ["4", "5"], ["3", "3b", "1"]),
        ("CKD stage 3", ["3", "3a", "3b"], ["2", "4"]),
        ("CKD stage 3a", ["3a", "3"], ["3b", "4"]),
        ("CKD stage 3b to 5", ["3b", "4", "5", "3"], ["3a", "2"]),
        ("Child-Pugh C", ["C"], ["A", "B"]),
        ("Child-Pugh A to B", ["A", "B"], ["C"]),
    ],
)
def test_stages_and_classes(band: str, holds: list[str], leaves: list[str]) -> None:
    parsed = parse_band(band)
    assert all(holds_word(parsed, word) for word in holds)
    assert not any(holds_word(parsed, word) for word in leaves)


# --- what ships ---------------------------------------------------------------------------------------------------

# Where a source's own bands leave values out, in steps of 0.5 from 0 to 150: printed in whole numbers ("15 to 29",
# "30 to 59"), open at a border, or not reaching so far. One that is new here is a slip of the keying until somebody
# has looked at the source and added it.
GAPS: Mapping[tuple[str, str, str], tuple[str, ...]] = {
    ("baclofen", "nz-palliative", "eGFR"): ("15 to 150",),
    ("pregabalin", "ch-fi-mepha", "CrCl"): ("30 to 150",),
    ("baclofen", "pmid-28899601", "eGFR"): ("60.5 to 150",),
    ("baclofen", "pmid-24414993", "CrCl"): ("80.5 to 150",),
    ("gabapentin", "us-label", "CrCl"): ("29.5", "59.5"),
    ("gabapentin", "pmid-32537149", "CrCl"): ("29.5", "49.5", "79.5 to 150"),
    ("gabapentin", "th-label", "CrCl"): ("29.5", "49.5", "79.5"),
    ("pregabalin", "us-reference-minclinic", "CrCl"): ("60.5 to 150",),
    ("pregabalin", "bd-product", "CrCl"): ("0 to 29.5",),
    ("pregabalin", "pmc-gabapentinoid-table", "eGFR"): ("60.5 to 150",),
    ("tizanidine", "medscape", "CrCl"): ("25",),
    ("tizanidine", "smpc-digest", "CrCl"): ("25 to 150",),
    ("tizanidine", "de-leaflet", "CrCl"): ("25 to 150",),
    ("tizanidine", "ch-news", "CrCl"): ("25 to 150",),
    ("tizanidine", "th-label", "CrCl"): ("25 to 150",),
    ("tizanidine", "renal-handbook-copy", "GFR"): ("50.5 to 150",),
}
# Borders that a source prints in two of its bands; never more than the border itself.
SHARED: Mapping[tuple[str, str, str], tuple[str, ...]] = {
    ("baclofen", "pmid-24414993", "CrCl"): ("50",),
    ("gabapentin", "us-label", "CrCl"): ("15",),
    ("pregabalin", "us-reference-minclinic", "CrCl"): ("30",),
    ("pregabalin", "nz-cdhb", "CrCl"): ("30",),
    ("pregabalin", "pmc-gabapentinoid-table", "eGFR"): ("30",),
}
HALF = Decimal("0.5")
HALVES = [HALF * step for step in range(301)]
MEASURED = ("CrCl", "eGFR", "GFR")
Key = tuple[str, str, str]


def shipped_bands() -> dict[Key, tuple[Fact, ...]]:
    """The dosing facts that one source of a drug bands by one metric, whatever their status."""
    found: dict[Key, list[Fact]] = {}
    for drug in shipped().world.knowledge.drugs:
        for fact in drug.facts:
            if fact.what in ADJUSTED and fact.at.band:
                found.setdefault((drug.name, fact.source.id, fact.at.band.metric), []).append(fact)
    return {key: tuple(those) for key, those in found.items()}


BANDS = shipped_bands()
MEASURED_BANDS = [pytest.param(key, id=" ".join(key)) for key in BANDS if key[2] in MEASURED]


def runs(values: Iterable[Decimal]) -> tuple[str, ...]:
    """Values of the steps that follow one another, as `first to last`."""
    together: list[list[Decimal]] = []
    for value in values:
        if together and together[-1][-1] == value - HALF:
            together[-1].append(value)
        else:
            together.append([value])
    return tuple(plain(run[0]) if len(run) == 1 else f"{plain(run[0])} to {plain(run[-1])}" for run in together)


@pytest.mark.parametrize("key", MEASURED_BANDS)
def test_shipped_bands_hold_every_value_or_leave_a_gap_that_is_known(key: Key) -> None:
    places = {value: placed(BANDS[key], value) for value in HALVES}
    assert runs(value for value, place in places.items() if place.gap) == GAPS.get(key, ())
    for value, place in places.items():
        assert place.inside or place.near, value
        assert not set(place.inside) & set(place.near), value


@pytest.mark.parametrize("key", MEASURED_BANDS)
def test_shipped_bands_share_no_more_than_a_border(key: Key) -> None:
    held = {value: {f.at.band.words for f in placed(BANDS[key], value).inside if f.at.band} for value in HALVES}
    assert runs(value for value, bands in held.items() if len(bands) > 1) == SHARED.get(key, ())


@pytest.mark.parametrize("key", MEASURED_BANDS)
def test_shipped_bands_stand_in_the_order_of_the_number_line(key: Key) -> None:
    by_words = {fact.at.band.words: fact.at.band for fact in BANDS[key] if fact.at.band}
    bands = sorted(by_words.values(), key=band_order)
    stretches = [interval(band.quantity) for band in bands if band.quantity]
    assert all(one.low is not None or place == 0 for place, one in enumerate(stretches))
    assert all(one.high is not None or place == len(stretches) - 1 for place, one in enumerate(stretches))
    for one, other in pairwise(stretches):
        assert one.high is not None
        assert other.low is not None
        assert one.high <= other.low


def test_known_gaps_are_of_bands_that_ship() -> None:
    assert set(GAPS) | set(SHARED) <= set(BANDS)


@pytest.mark.parametrize("key", [pytest.param(key, id=" ".join(key)) for key in BANDS if key[2] not in MEASURED])
def test_shipped_stages_and_classes_are_words_that_people_say(key: Key) -> None:
    said = {"CKD stage": ("1", "2", "3a", "3b", "4", "5"), "Child-Pugh": ("A", "B", "C")}[key[2]]
    for fact in BANDS[key]:
        assert fact.at.band
        assert any(holds_word(fact.at.band, word) for word in said), fact.id
