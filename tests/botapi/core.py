"""The state of one server and the lock that guards it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from tests.botapi.faults import Faults
from tests.botapi.limits import FloodControl
from tests.botapi.mailbox import Mailbox
from tests.botapi.params import Params
from tests.botapi.profile_state import Profile
from tests.botapi.records import Call, Injected, Json, Sent
from tests.botapi.webhook_target import Target
from tests.botapi.world import Room, World

CALLBACK_LIFETIME = 150.0
INLINE_LIFETIME = 30.0
_FIRST_UPDATE = 700_000_001


class Core:
    """Everything request handlers and tests share; hold ``lock`` to touch it."""

    def __init__(self, token: str, username: str, *, privacy: bool = False) -> None:
        self.token = token
        self.lock = threading.RLock()
        bot_id = int(token.partition(":")[0])
        bot: Json = {"id": bot_id, "is_bot": True, "first_name": username, "username": username}
        self.privacy = privacy
        self.world = World(bot)
        self.mailbox = Mailbox(_FIRST_UPDATE)
        self.faults = Faults()
        self.flood = FloodControl()
        self.profile = Profile()
        self.target: Target | None = None
        self.closed = ""
        self.sent_log: list[Sent] = []
        self.call_log: list[Call] = []
        self.said_log: list[Injected] = []
        self.error_log: list[str] = []
        self.sent_hook: Callable[[Sent], object] | None = None
        self.wake: Callable[[], None] = _nobody
        self.abort_poll: Callable[[str], None] = _no_poll

    def error(self, text: str) -> None:
        """Remember a misuse of the Bot API."""
        with self.lock:
            self.error_log.append(text)

    def record_call(self, call: Call) -> None:
        """Remember a request."""
        with self.lock:
            self.call_log.append(call)

    def record_sent(self, sent: Sent) -> None:
        """Remember a send or edit; the caller holds the lock."""
        self.sent_log.append(sent)
        if self.sent_hook is not None:
            self.sent_hook(sent)

    def inject(self, kind: str, lane: str, payload: Json, *, visible: bool = True) -> Injected:
        """Queue an update without waking anybody; the caller holds the lock."""
        update_id = self.mailbox.add(kind, lane, payload) if visible else None
        injected = Injected(update_id, kind, payload, time.monotonic())
        self.said_log.append(injected)
        return injected

    def room(self, params: Params) -> Room:
        """The chat a request is about."""
        return self.world.room_of(params.text("chat_id"))


def _nobody() -> None:
    """Stands in until the server runs."""


def _no_poll(description: str) -> None:
    """Stands in until the server runs."""
