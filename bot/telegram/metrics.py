"""What an operator can watch; numbers only."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """Counters of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._turns = Counter("dosethread_turns", "Turns by how they ended", ["outcome"], registry=self._registry)
        self._seconds = Histogram(
            "dosethread_turn_seconds",
            "Seconds from taking up a turn to its committed answer",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._waiting = Gauge("dosethread_waiting_turns", "Turns not settled yet", registry=self._registry)
        self._refused = Counter(
            "dosethread_refused_deliveries", "Webhook requests refused", ["why"], registry=self._registry
        )

        self._withheld = Counter(
            "dosethread_withheld_lines", "Lines withheld by the lint", ["rule_and_facts"], registry=self._registry
        )

    def withheld(self, lines: Iterable[str]) -> None:
        """Count lines that could not be shown safely, by the rule they broke and the facts they cite."""
        for line in lines:
            self._withheld.labels(line).inc()

    def turn(self, outcome: str, seconds: float) -> None:
        """Count one turn."""
        self._turns.labels(outcome).inc()
        self._seconds.observe(seconds)

    def refused(self, why: str) -> None:
        """Count a webhook request that was not taken."""
        self._refused.labels(why).inc()

    def exposition(self, waiting: int) -> bytes:
        """Everything in Prometheus' text format."""
        self._waiting.set(waiting)
        return generate_latest(self._registry)
