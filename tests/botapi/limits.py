"""Flood control: who has to wait, and for how long."""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from dataclasses import dataclass

from tests.botapi.records import RefusedError


@dataclass(frozen=True, slots=True)
class Rate:
    """Telegram's documented limits; ``private_burst`` messages may come at once."""

    private_per_second: float = 1.0
    private_burst: int = 5
    group_per_minute: int = 20
    overall_per_second: int = 30


class FloodControl:
    """Counts sends and edits; the caller holds the lock."""

    def __init__(self) -> None:
        self.rate: Rate | None = None
        self._buckets: dict[int, tuple[float, float]] = {}
        self._groups: defaultdict[int, deque[float]] = defaultdict(deque)
        self._overall: deque[float] = deque()

    def set_rate(self, rate: Rate | None) -> None:
        """Start counting anew with these limits, or stop."""
        self.rate = rate
        self._buckets.clear()
        self._groups.clear()
        self._overall.clear()

    def admit(self, chat_id: int, private: bool) -> None:
        """Count one message to a chat, or refuse it with the time to wait."""
        if self.rate is None:
            return
        now = time.monotonic()
        wait = _window_wait(self._overall, self.rate.overall_per_second, 1.0, now)
        if private:
            level = self._level(chat_id, self.rate, now)
            wait = max(wait, (1.0 - level) / self.rate.private_per_second)
        else:
            level = 0.0
            wait = max(wait, _window_wait(self._groups[chat_id], self.rate.group_per_minute, 60.0, now))
        if wait > 0:
            seconds = max(1, math.ceil(wait))
            raise RefusedError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
        self._overall.append(now)
        if private:
            self._buckets[chat_id] = (level - 1.0, now)
        else:
            self._groups[chat_id].append(now)

    def _level(self, chat_id: int, rate: Rate, now: float) -> float:
        level, then = self._buckets.get(chat_id, (float(rate.private_burst), now))
        return min(float(rate.private_burst), level + (now - then) * rate.private_per_second)


def _window_wait(times: deque[float], most: int, seconds: float, now: float) -> float:
    while times and times[0] <= now - seconds:
        times.popleft()
    return times[0] + seconds - now if len(times) >= most else 0.0
