"""The README's conversation is what this code says: nobody has to take it on trust."""

import re
from datetime import UTC, datetime
from pathlib import Path

from bot.asking import Asked, Conversations
from bot.rendering.figures import NBSP
from tests.loaded import shipped

README = Path(__file__).parent.parent / "README.md"
AT = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
FEWEST = 5  # turns; fewer would mean that the conversation was not found


def conversation() -> list[tuple[str, list[str]]]:
    """Each question of the printed conversation with the lines printed below it, without cuts and buttons."""
    block = README.read_text(encoding="utf-8").split("## A conversation", 1)[1].split("```")[1]
    turns = [part.strip().split("\n") for part in re.split(r"(?m)^> ", block) if part.strip()]
    return [
        (said, [line for line in lines if line and line != "…" and not line.startswith("[")]) for said, *lines in turns
    ]


def test_every_line_of_the_conversation_is_in_the_answer() -> None:
    turns = conversation()
    assert len(turns) >= FEWEST
    running = Conversations(shipped())
    for said, printed in turns:
        text = "\n".join(running.ask(Asked("readme", said, AT)).rendered.plain).replace(NBSP, " ")
        assert printed, said
        assert [line for line in printed if line not in text.split("\n")] == [], said
