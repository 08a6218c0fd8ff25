"""Trains the linear model from the examples: one support vector machine a class, repeatably, in numpy."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from intents.features import row_of

RIDGE = 0.3  # weight of the penalty; see the curve in matcher.py
ROUNDS = 12  # of the majorised squared hinge; the weights change by under 1 % after it
COMMON = 64  # examples from which a feature is multiplied as a dense column

Codes = tuple[list[int], list[int], list[int]]
Floats = NDArray[np.float32]


def train(
    examples: Sequence[Codes], classes: Sequence[int], count: int
) -> tuple[NDArray[np.uint32], Floats, Floats, Floats]:
    """Known feature codes, the rarity of each, a row of weights by class for each, a threshold a class."""
    known, rarity = _rarity(examples)
    rows = [row_of(codes, known, rarity) for codes in examples]
    signs = np.full((len(examples), count), -1, np.float64)
    signs[np.arange(len(examples)), list(classes)] = 1
    shares = _dual(_kernel(rows, len(known)), signs)
    weights = np.zeros((len(known), count), np.float32)
    for (columns, values), share in zip(rows, shares, strict=True):
        weights[columns] += values[:, None] * share.astype(np.float32)[None, :]
    return known, rarity, weights, shares.sum(axis=0).astype(np.float32)


def _rarity(examples: Sequence[Codes]) -> tuple[NDArray[np.uint32], Floats]:
    every = np.concatenate([np.array(codes, np.uint32) for example in examples for codes in example])
    known, often = np.unique(every, return_counts=True)
    rarity = np.log((1 + len(examples)) / (1 + often)) + 1
    return known, rarity.astype(np.float32)


def _kernel(rows: Sequence[tuple[NDArray[np.intp], Floats]], width: int) -> NDArray[np.float64]:
    """The inner product of every two examples; common features as dense columns, rare ones pair by pair."""
    count = len(rows)
    owner = np.concatenate([np.full(len(columns), row, np.int64) for row, (columns, _) in enumerate(rows)])
    column = np.concatenate([columns for columns, _ in rows])
    value = np.concatenate([values for _, values in rows]).astype(np.float64)
    often = np.bincount(column, minlength=width)
    dense_of = np.cumsum(often >= COMMON) - 1
    common = often[column] >= COMMON
    dense = np.zeros((count, int((often >= COMMON).sum())))
    dense[owner[common], dense_of[column[common]]] = value[common]
    kernel: NDArray[np.float64] = dense @ dense.T
    order = np.argsort(column[~common], kind="stable")
    owner, value, column = owner[~common][order], value[~common][order], column[~common][order]
    flat = kernel.reshape(-1)
    for gap in range(COMMON):
        same = column[gap:] == column[: len(column) - gap] if gap else np.ones(len(column), bool)
        if not same.any():
            break
        one, other = owner[: len(column) - gap][same], owner[gap:][same]
        product = value[: len(column) - gap][same] * value[gap:][same]
        flat += np.bincount(one * count + other, product, minlength=len(flat))
        if gap:
            flat += np.bincount(other * count + one, product, minlength=len(flat))
    return kernel


def _dual(kernel: NDArray[np.float64], signs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared hinge by majorisation: a point beyond the margin gets its own value as target; solved again."""
    kernel = kernel + 1  # a constant feature, as the threshold of each class
    inverse = np.linalg.inv(kernel + RIDGE * np.eye(len(kernel)))
    targets, shares = signs, inverse @ signs
    for _ in range(ROUNDS):
        reached = kernel @ shares
        targets = signs * np.maximum(1, signs * reached)
        shares = inverse @ targets
    result: NDArray[np.float64] = shares
    return result
