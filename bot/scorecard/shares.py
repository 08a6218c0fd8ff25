"""A share of cases with its confidence interval."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

_Z = 1.959964  # of a normal distribution, for 95 %


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @classmethod
    def where(cls, cases: Iterable[bool]) -> "Share":
        """The share of the cases that are true."""
        held = list(cases)
        return cls(sum(held), len(held))

    @property
    def percent(self) -> float:
        """Percent; nothing of nothing is 0."""
        return 100 * self.count / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Low and high percent, 95 %, after Wilson (1927): sound near 0 and 100 too."""
        if not self.of:
            return 0.0, 100.0
        share, square = self.count / self.of, _Z * _Z / self.of
        middle = (share + square / 2) / (1 + square)
        half = _Z / (1 + square) * math.sqrt(share * (1 - share) / self.of + square / (4 * self.of))
        low, high = 100 * max(0.0, middle - half), 100 * min(1.0, middle + half)
        return min(low, self.percent), max(high, self.percent)  # the ends of rounding

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.percent:.1f} % ({low:.1f} to {high:.1f})"
