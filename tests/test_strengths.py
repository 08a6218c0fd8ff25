"""What products deliver: whole pieces of one form, volumes rounded down, never more than the dose."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dosing.facts import Product
from bot.dosing.quantity import Quantity, parse_quantity
from bot.dosing.strengths import MOST_AT_ONCE, Delivered, deliverable, solids, strength_of, whole
from tests.invented import QUICK, decimals, sold

TABLETS = (("tablet", "5 mg"), ("tablet", "10 mg"), ("tablet", "20 mg"))


def tablets(*sizes: int | str, form: str = "tablet") -> tuple[Product, ...]:
    return sold(*((form, f"{size} mg") for size in sizes))


def counted(made: Delivered | None) -> list[tuple[int, str]]:
    """How many of each strength, as their words."""
    return [] if made is None else [(count, strength.product.strength) for strength, count in made.counts]


def pieces(mg: str, those: tuple[Product, ...]) -> list[tuple[int, str]]:
    return counted(whole(Decimal(mg), solids(those)))


def given_of(amount: str, those: tuple[Product, ...]) -> list[tuple[str, list[tuple[int, str]], str | None]]:
    """What is delivered: milligrams, pieces, and the volume of a liquid."""
    made = deliverable(parse_quantity(amount), those)
    return [(f"{one.mg.normalize():f}", counted(one), str(one.volume) if one.volume else None) for one in made]


# --- the strength of a product -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "strength", "mg", "liquid"),
    [
        ("tablet", "5 mg", "5", False),
        ("tablet", "0.5 mg", "0.5", False),
        ("film-coated tablet", "1500 mg", "1500", False),
        ("orally disintegrating tablet", "0.125 mg", "0.125", False),
        ("capsule", "250 micrograms", "0.25", False),
        ("tablet", "1 g", "1000", False),
        ('"tablet, scored"', "10 mg", "10", False),
        ("oral solution", "5 mg per 5 mL", "1", True),
        ("oral solution", "5 mg/5 mL", "1", True),
        ("oral solution", "5 mg in 5 mL", "1", True),
        ("oral drops", "2.5 mg/mL", "2.5", True),
        ("oral solution", "50 micrograms per mL", "0.05", True),
    ],
)
def test_a_strength_in_milligrams(form: str, strength: str, mg: str, liquid: bool) -> None:
    (product,) = sold((form, strength))
    found = strength_of(product)
    assert found is not None
    assert (found.mg, found.liquid, found.product) == (Decimal(mg), liquid, product)


@pytest.mark.parametrize(
    ("form", "strength", "route"),
    [
        ("granules", "5 mg", "oral"),
        ("oral powder", "5 mg", "oral"),
        ("tablet", "5 mg and 2.5 mg", "oral"),
        ("tablet", "100 units", "oral"),
        ("oral solution", "5%", "oral"),
        ("injection", "50 micrograms/mL", "intrathecal"),
        ("prefilled syringe", "10 mg per 5 mL", "intrathecal"),
        ("rectal gel", "5 mg/mL", "rectal"),
        ("vial (powder for solution)", "20 mg", "intravenous"),
        ("nasal spray", "5 mg/0.1 mL", "nasal"),
    ],
)
def test_what_is_neither_pieces_nor_a_measured_liquid_has_none(form: str, strength: str, route: str) -> None:
    (product,) = sold((form, f'"{strength}"'), route=route)
    assert strength_of(product) is None


def test_strengths_stand_once_a_form_largest_first() -> None:
    those = sold(
        ("tablet", "5 mg"), ("capsule", "10 mg"), ("tablet", "10 mg"), ("tablet", "5 mg"), ("drops", "1 mg/mL")
    )
    assert [(one.product.form, str(one.mg)) for one in solids(those)] == [
        ("capsule", "10"),
        ("tablet", "10"),
        ("tablet", "5"),
    ]


# --- whole pieces -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mg", "made"),
    [
        ("5", [(1, "5 mg")]),
        ("15", [(1, "10 mg"), (1, "5 mg")]),
        ("20", [(1, "20 mg")]),
        ("35", [(1, "20 mg"), (1, "10 mg"), (1, "5 mg")]),
        ("40", [(2, "20 mg")]),
        ("2.5", []),
        ("7", []),
        ("0", []),
        ("260", []),
    ],
)
def test_the_fewest_whole_pieces_that_make_exactly_an_amount(mg: str, made: list[tuple[int, str]]) -> None:
    assert pieces(mg, sold(*TABLETS)) == made


def test_not_always_the_largest_first() -> None:
    assert pieces("500", tablets(250, 350)) == [(2, "250 mg")]
    assert pieces("60", tablets(50, 30)) == [(2, "30 mg")]


def test_tablets_and_capsules_are_never_mixed_in_one_dose() -> None:
    those = (*tablets(4), *tablets(2, 6, form="capsule"))
    assert pieces("10", those) == [(1, "6 mg"), (2, "2 mg")]
    assert pieces("4", those) == [(1, "4 mg")]
    assert pieces("12", those) == [(2, "6 mg")]
    assert pieces("10", (*tablets(4), *tablets(6, form="capsule"))) == []


sizes = st.lists(st.integers(1, 40), min_size=1, max_size=4, unique=True)


@QUICK
@given(sizes, st.integers(1, 200))
def test_pieces_make_exactly_the_amount_and_are_the_fewest(those: list[int], mg: int) -> None:
    found = pieces(str(mg), tablets(*those))
    assert sum(count * int(size.removesuffix(" mg")) for count, size in found) == (mg if found else 0)
    fewest: dict[int, int] = {0: 0}
    for number in range(1, MOST_AT_ONCE + 1):
        for total in [total for total, held in fewest.items() if held == number - 1]:
            for size in those:
                fewest.setdefault(total + size, number)
    assert sum(count for count, _ in found) == fewest.get(mg, 0)


# --- what products give of a dose -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "made"),
    [
        ("12.4 mg", [("10", [(1, "10 mg")], None)]),
        ("15 mg", [("15", [(1, "10 mg"), (1, "5 mg")], None)]),
        ("4.9 mg", []),
        ("5000 micrograms", [("5", [(1, "5 mg")], None)]),
        ("0.03 g", [("30", [(1, "20 mg"), (1, "10 mg")], None)]),
        ("500 mg", [("240", [(12, "20 mg")], None)]),
    ],
)
def test_the_most_that_tablets_give_without_going_above(amount: str, made: list) -> None:
    assert given_of(amount, sold(*TABLETS)) == made


@pytest.mark.parametrize(
    ("amount", "strengths", "made"),
    [("350", (250, 350), "350"), ("640", (400, 640, 800), "640"), ("600", (250, 350), "600"), ("25", (10, 25), "25")],
)
def test_strengths_that_are_no_multiples_of_the_smallest(amount: str, strengths: tuple[int, ...], made: str) -> None:
    assert [one[0] for one in given_of(f"{amount} mg", tablets(*strengths))] == [made]


@pytest.mark.parametrize(
    ("amount", "mg", "volume"),
    [("12.4 mg", "12.4", "12.4"), ("12.45 mg", "12.4", "12.4"), ("0.16 mg", "0.1", "0.1"), ("10 mg", "10", "10.0")],
)
def test_volumes_are_rounded_down_to_a_tenth_of_a_millilitre(amount: str, mg: str, volume: str) -> None:
    assert given_of(amount, sold(("oral solution", "5 mg per 5 mL"))) == [(mg, [], volume)]


def test_every_liquid_strength_and_the_pieces_are_given() -> None:
    those = (*sold(*TABLETS), *sold(("oral solution", "5 mg per 5 mL"), ("oral suspension", "25 mg per 5 mL")))
    assert given_of("12 mg", those) == [
        ("10", [(1, "10 mg")], None),
        ("12", [], "12.0"),
        ("12", [], "2.4"),
    ]


@pytest.mark.parametrize("amount", ["0.05 mg", "0.09 mg"])
def test_less_than_can_be_measured_is_not_given(amount: str) -> None:
    assert given_of(amount, (*sold(*TABLETS), *sold(("oral solution", "1 mg/mL")))) == []


@pytest.mark.parametrize("amount", ["50 units", "2 mg/kg", "5 mL", "3 sprays"])
def test_amounts_that_are_no_mass_are_not_given(amount: str) -> None:
    assert given_of(amount, sold(*TABLETS)) == []


def test_without_products_nothing_is_given() -> None:
    assert given_of("10 mg", ()) == []
    assert whole(Decimal(10), ()) is None


@QUICK
@given(decimals("0.01", "500", 2), sizes, st.sampled_from(["1 mg/mL", "5 mg per 2 mL", "50 micrograms per mL"]))
def test_nothing_that_is_given_is_ever_above_the_dose(mg: Decimal, those: list[int], liquid: str) -> None:
    products = (*tablets(*those), *tablets(*those[:1], form="capsule"), *sold(("oral solution", liquid)))
    for one in deliverable(Quantity(mg, mg, "mg"), products):
        assert 0 < one.mg <= mg
        if one.liquid is not None and one.volume is not None:
            assert one.volume * one.liquid.mg == one.mg
            assert mg - one.mg < one.liquid.mg / 10
        else:
            assert sum(strength.mg * count for strength, count in one.counts) == one.mg
            assert len({strength.product.form for strength, _ in one.counts}) == 1
            assert sum(count for _, count in one.counts) <= MOST_AT_ONCE
