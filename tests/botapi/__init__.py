"""A strict local Bot API server for tests of the Telegram edge."""

from tests.botapi.limits import Rate
from tests.botapi.records import Call, Chat, Injected, Sent, Upload, User
from tests.botapi.server import BotApi

__all__ = ["BotApi", "Call", "Chat", "Injected", "Rate", "Sent", "Upload", "User"]
