"""Draws the picture that the README shows, from the shipped facts: the titration plan of the first drug."""

from pathlib import Path

from bot.asking import Asked, Conversations
from bot.jsonl import START
from bot.rendering.charts import draw
from bot.world import load

TARGET = Path(__file__).parent / "readme" / "titration.png"


def main() -> None:
    """Ask as a person would, draw the chart that comes back, keep it beside this script."""
    exchange = Conversations(load(None)).ask(Asked("readme", "how do I titrate oral baclofen?", START))
    TARGET.write_bytes(draw(exchange.rendered.charts[0]))


if __name__ == "__main__":
    main()
