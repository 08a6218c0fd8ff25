"""What came out: sends, calls, refusals, and waiting for them."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable

from tests.botapi.places import Places
from tests.botapi.profile_state import Profile
from tests.botapi.records import Call, Chat, Injected, Json, Sent, Upload

_TIMEOUT = 5.0
_LOOK_AGAIN = 0.003


class Watch(Places):
    """Reads records; waiting blocks the calling thread (use asyncio.to_thread next to a bot)."""

    @property
    def sent(self) -> list[Sent]:
        """Sends and edits that were carried out, in order."""
        return self.sent_after(0)

    @property
    def calls(self) -> list[Call]:
        """All requests in order, except answered getUpdates."""
        with self._core.lock:
            return list(self._core.call_log)

    @property
    def refusals(self) -> list[Call]:
        """Requests refused by Telegram's rules: no injected faults, no getUpdates conflicts."""
        return [call for call in self.calls if call.status >= 400 and not call.injected and call.method != "getUpdates"]

    @property
    def errors(self) -> list[str]:
        """Misuse of the Bot API: unknown methods or parameters, unreadable requests; own failures."""
        with self._core.lock:
            return list(self._core.error_log)

    @property
    def pending(self) -> list[int]:
        """Identifiers of updates not yet confirmed, or not yet taken by the webhook."""
        with self._core.lock:
            return list(self._core.mailbox.pending)

    @property
    def profile(self) -> Profile:
        """Commands, descriptions and menu buttons the bot has set."""
        return self._core.profile

    def sent_after(self, position: int) -> list[Sent]:
        """The sends and edits from a position on."""
        with self._core.lock:
            return self._core.sent_log[position:]

    def history(self, chat: Chat | int) -> list[Json]:
        """The messages of a chat as people see them now, after edits and deletions."""
        with self._core.lock:
            return list(self._room(chat).messages.values())

    def file(self, file_id: str) -> Upload:
        """A file the bot uploaded."""
        with self._core.lock:
            return self._core.world.files[file_id]

    def reaction(self, message: Injected | Sent) -> str | None:
        """The bot's own reaction to a message."""
        with self._core.lock:
            key = (message.chat_id, message.message_id, self._core.world.bot["id"])
            reactions = self._core.world.reactions.get(key, [])
        return str(reactions[0]["emoji"]) if reactions else None

    def wait(self, n: int = 1, timeout: float = _TIMEOUT) -> list[Sent]:
        """Wait until at least ``n`` sends and edits are recorded, and return all."""
        self.wait_until(lambda: len(self._core.sent_log) >= n, timeout, f"{n} sends")
        return self.sent

    def wait_for(self, predicate: Callable[[Sent], bool], timeout: float = _TIMEOUT) -> Sent:
        """Wait for a send or edit with a property, and return the first."""
        seen = 0
        found: list[Sent] = []

        def look() -> bool:
            nonlocal seen
            found.extend(sent for sent in self._core.sent_log[seen:] if predicate(sent))
            seen = len(self._core.sent_log)
            return bool(found)

        self.wait_until(look, timeout, "a matching send")
        return found[0]

    def wait_call(self, method: str, n: int = 1, timeout: float = _TIMEOUT) -> list[Call]:
        """Wait until a method was called ``n`` times, and return these calls."""

        def enough() -> bool:
            return sum(call.method == method for call in self._core.call_log) >= n

        self.wait_until(enough, timeout, f"{n} calls of {method}")
        return [call for call in self.calls if call.method == method]

    def wait_idle(self, timeout: float = _TIMEOUT) -> None:
        """Wait until every update is confirmed."""
        self.wait_until(lambda: not self._core.mailbox.pending, timeout, "an empty queue")

    def wait_until(self, condition: Callable[[], bool], timeout: float = _TIMEOUT, what: str = "") -> None:
        """Wait for a condition over the records; on time-out say what did happen."""
        deadline = time.monotonic() + timeout
        core = self._core
        while True:
            with core.lock:
                if condition():
                    return
            if time.monotonic() > deadline:
                break
            time.sleep(_LOOK_AGAIN)
        with core.lock:
            last = [sent.text[:80] for sent in core.sent_log[-3:]]
            refused = [call.description for call in core.call_log if call.status >= 400][-3:]
            raise AssertionError(
                f"waited {timeout} s for {what or 'a condition'}: {len(core.sent_log)} sends, last {last}, "
                f"refused {refused}, errors {core.error_log[-3:]}, pending {len(core.mailbox.pending)}"
            )

    def on_sent(self, hook: Callable[[Sent], object] | None) -> None:
        """Call this on the server's thread for every send; it may inject the next message."""
        with self._core.lock:
            self._core.sent_hook = hook

    def round_trips(self) -> list[float]:
        """Seconds from each message to its answer, the n-th send of a chat answering its n-th message."""
        asked: defaultdict[int, deque[float]] = defaultdict(deque)
        with self._core.lock:
            for injected in self._core.said_log:
                if injected.kind == "message":
                    asked[injected.chat_id].append(injected.time)
            answers = [sent for sent in self._core.sent_log if sent.method.startswith("send")]
        return [sent.time - asked[sent.chat_id].popleft() for sent in answers if asked[sent.chat_id]]

    def clear(self) -> None:
        """Forget all records; chats, messages and waiting updates stay."""
        core = self._core
        with core.lock:
            for log in (core.sent_log, core.call_log, core.said_log, core.error_log):
                log.clear()
