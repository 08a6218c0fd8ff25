"""Updates that wait for the bot, with Telegram's offset rules."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from tests.botapi.records import Json

_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(frozen=True, slots=True)
class Queued:
    """One update as it goes over the wire; a lane is delivered in order."""

    update_id: int
    lane: str
    body: bytes


class Mailbox:
    """Unconfirmed updates in order; the caller holds the lock."""

    def __init__(self, first_id: int) -> None:
        self.next_id = first_id
        self.pending: dict[int, Queued] = {}
        self.fresh: deque[Queued] | None = None
        self.allowed: frozenset[str] | None = None

    def add(self, kind: str, lane: str, payload: Json) -> int | None:
        """Queue an update; None if the bot did not ask for its kind."""
        if kind in _ON_REQUEST if self.allowed is None else kind not in self.allowed:
            return None
        update_id = self.next_id
        self.next_id += 1
        body = json.dumps({"update_id": update_id, kind: payload}).encode()
        queued = Queued(update_id, lane, body)
        self.pending[update_id] = queued
        if self.fresh is not None:
            self.fresh.append(queued)
        return update_id

    def allow(self, kinds: Iterable[str]) -> None:
        """Keep only these kinds from now on; an empty list means Telegram's default."""
        self.allowed = frozenset(kinds) or None

    def confirm(self, offset: int) -> None:
        """Forget updates below the offset; a negative one counts from the end."""
        if offset < 0:
            known = list(self.pending)
            offset = known[max(len(known) + offset, 0)] if known else 0
        for update_id in list(_below(self.pending, offset)):
            del self.pending[update_id]

    def batch(self, limit: int) -> bytes:
        """The first unconfirmed updates as a JSON array."""
        return b"[" + b",".join(queued.body for queued in islice(self.pending.values(), limit)) + b"]"

    def clear(self) -> None:
        """Drop everything, as drop_pending_updates does."""
        self.pending.clear()
        if self.fresh is not None:
            self.fresh.clear()

    def start_lanes(self) -> None:
        """Collect pending and new updates for webhook delivery."""
        self.fresh = deque(self.pending.values())

    def stop_lanes(self) -> None:
        """Leave updates to getUpdates again."""
        self.fresh = None


def _below(pending: Iterable[int], offset: int) -> Iterator[int]:
    for update_id in pending:
        if update_id >= offset:
            return
        yield update_id
