"""What the server remembers: frozen records of sends, calls and injected updates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


class RefusedError(Exception):
    """A request that Telegram would answer with ok=false."""

    def __init__(self, status: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def bad_request(reason: str) -> RefusedError:
    """A 400 with Telegram's prefix."""
    return RefusedError(400, f"Bad Request: {reason}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file the bot sent; ``file_id`` can be sent again."""

    file_id: str
    name: str
    mime: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text after entity parsing, with what Telegram would drop without a word."""

    text: str
    entities: tuple[Json, ...] = ()
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """One send or edit that was carried out, as the chat now shows it."""

    method: str
    chat_id: int
    thread_id: int | None
    message_id: int
    kind: str
    text: str
    html: str
    parse_mode: str
    entities: tuple[Json, ...]
    dropped: tuple[str, ...]
    reply_markup: Json | None
    reply_parameters: Json | None
    params: Mapping[str, Any]
    time: float
    file: Upload | None = None
    inline_message_id: str | None = None

    @property
    def buttons(self) -> list[Json]:
        """All inline buttons, row by row."""
        rows = (self.reply_markup or {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]

    @property
    def reply_to(self) -> int | None:
        """The message this one asked to reply to."""
        value = (self.reply_parameters or {}).get("message_id")
        return None if value is None else int(value)


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the server; ``injected`` marks answers made by a fault."""

    method: str
    params: Mapping[str, Any]
    status: int
    description: str
    time: float
    injected: bool = False


@dataclass(frozen=True, slots=True)
class Injected:
    """One update put in by a test; ``update_id`` is None if the bot may not see it."""

    update_id: int | None
    kind: str
    payload: Json
    time: float

    @property
    def message(self) -> Json:
        """The message the update carries."""
        carried: Json = self.payload.get("message", self.payload)
        return carried

    @property
    def message_id(self) -> int:
        """Identifier of the message within its chat."""
        return int(self.message["message_id"])

    @property
    def chat_id(self) -> int:
        """Chat of the message."""
        return int(self.message["chat"]["id"])

    @property
    def thread_id(self) -> int | None:
        """Topic of the message, if any."""
        thread: int | None = self.message.get("message_thread_id")
        return thread

    @property
    def query_id(self) -> str:
        """Identifier of a callback or inline query."""
        return str(self.payload["id"])


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat the bot knows."""

    id: int
    kind: str
    title: str = ""
    username: str = ""
    first_name: str = ""
    forum: bool = False

    def json(self) -> Json:
        """The chat as messages carry it."""
        shown: Json = {"id": self.id, "type": self.kind}
        for key, value in (
            ("title", self.title),
            ("username", self.username),
            ("first_name", self.first_name),
        ):
            if value:
                shown[key] = value
        if self.forum and self.kind == "supergroup":
            shown["is_forum"] = True
        return shown


@dataclass(frozen=True, slots=True)
class User:
    """A person who talks to the bot."""

    id: int
    first_name: str
    username: str = ""
    language_code: str = "en"

    def json(self) -> Json:
        """The user as updates carry it."""
        shown: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.username:
            shown["username"] = self.username
        shown["language_code"] = self.language_code
        return shown
