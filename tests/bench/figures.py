"""Numbers from samples: quantiles, and a median with its spread."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

Results = dict[str, dict[str, float]]


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all does not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of some runs, with the least and the most."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """The spread of these values."""
        return cls(statistics.median(values), min(values), max(values))

    def named(self, name: str) -> dict[str, float]:
        """Three entries of a result, headed by this name."""
        return {name: self.median, f"{name}_low": self.low, f"{name}_high": self.high}
