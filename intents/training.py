"""Trains the linear model from the examples: one support vector machine a class, repeatably, in numpy alone."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from intents.features import Codes, row_of

PENALTY = 0.3  # of the squared length of the weights; 0.1 to 1 give the same accuracy, 2 gives 2 points less
ROUNDS = 8  # over all examples; accuracy no longer changes after
SEED = 1

Floats = NDArray[np.float32]
Row = tuple[NDArray[np.intp], Floats]


def train(
    examples: Sequence[Codes], classes: Sequence[int], count: int
) -> tuple[NDArray[np.uint32], Floats, Floats, Floats]:
    """Known feature codes, the rarity of each, a row of weights by class for each, a threshold a class."""
    known, rarity = _rarity(examples)
    rows = [row_of(codes, known, rarity) for codes in examples]
    weights = _machines(rows, classes, len(known), count)
    return known, rarity, weights[:-1], weights[-1]


def _rarity(examples: Sequence[Codes]) -> tuple[NDArray[np.uint32], Floats]:
    every = np.concatenate([np.array(codes, np.uint32) for example in examples for codes in example])
    known, often = np.unique(every, return_counts=True)
    rarity = np.log((1 + len(examples)) / (1 + often)) + 1
    return known, rarity.astype(np.float32)


def _machines(rows: Sequence[Row], classes: Sequence[int], width: int, count: int) -> Floats:
    """Dual coordinate descent for the squared hinge (Hsieh and others, 2008), all classes side by side.

    The last row of weights belongs to a feature that is always 1: the thresholds.
    """
    weights, shares = np.zeros((width + 1, count), np.float32), np.zeros((len(rows), count), np.float32)
    rows = [(np.append(columns, width), np.append(values, np.float32(1))) for columns, values in rows]
    lengths = [float(values @ values) + PENALTY for _, values in rows]
    order = np.random.default_rng(SEED)
    for _ in range(ROUNDS):
        for place in order.permutation(len(rows)).tolist():
            columns, values = rows[place]
            signs = np.full(count, -1, np.float32)
            signs[classes[place]] = 1
            part = weights[columns]
            slope = signs * (values @ part) - 1 + PENALTY * shares[place]
            after = np.maximum(shares[place] - slope / lengths[place], 0)
            weights[columns] = part + values[:, None] * ((after - shares[place]) * signs)
            shares[place] = after
    return weights
