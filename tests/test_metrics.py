"""What an operator sees of lines that the lint withheld."""

from bot.telegram.metrics import Metrics


def test_withheld_lines_are_counted_by_rule_and_facts() -> None:
    metrics = Metrics()
    metrics.withheld(
        ["trailing_zero: zorvexil/oral/any/any/us-label/start", "trailing_zero: zorvexil/oral/any/any/us-label/start"]
    )
    text = metrics.exposition(0).decode()
    line = next(line for line in text.splitlines() if line.startswith("dosethread_withheld_lines_total"))
    assert "zorvexil/oral/any/any/us-label/start" in line
    assert line.endswith(" 2.0")
