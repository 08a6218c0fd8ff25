"""What the bot has told Telegram about itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.botapi.records import Json


@dataclass(slots=True)
class Profile:
    """Commands by (scope, language), texts by language, menu buttons by chat (0: default)."""

    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    description: dict[str, str] = field(default_factory=dict)
    short_description: dict[str, str] = field(default_factory=dict)
    menu_buttons: dict[int, Json] = field(default_factory=dict)
