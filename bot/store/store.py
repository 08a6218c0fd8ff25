"""The store: every method below `run` is one transaction, to be called in the store's own threads."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Connection, Row

from bot.store.database import POSTGRES_CONNECTIONS, connect, truncate_log
from bot.store.migrating import migrate
from bot.store.records import (
    DONE,
    FAILED,
    Begun,
    Journalled,
    Opening,
    Outcome,
    Person,
    Shown,
    ThreadKey,
    encode_state,
    snapshot_of,
)
from bot.store.statements import Statements
from bot.store.worker import Worker

KEPT = timedelta(days=30)
# Telegram redelivers for a day; an answered update is remembered a little longer.
UPDATES_KEPT = timedelta(days=2)

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Store:
    """Dialogue states, people, updates and answers in one database."""

    def __init__(self, address: str) -> None:
        self.engine = connect(address)
        self.single_process = self.engine.dialect.name == "sqlite"
        self._worker = Worker(1 if self.single_process else POSTGRES_CONNECTIONS, "store")
        self._say = Statements(self.engine.dialect)
        self._held: Connection | None = None
        self._touched = False

    def open(self) -> None:
        """Bring the tables up to date and drop what is too old."""
        migrate(self.engine)
        if self.single_process:
            self._held = self.engine.connect()
        self.purge(time.time())

    def close(self) -> None:
        """Finish what runs, empty the log, let go of the database."""
        self._worker.close()
        if self._held is not None:
            truncate_log(self._held)
            self._held.close()
        self.engine.dispose()

    async def run(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Do one of the transactions below in a thread of the store."""
        result: _T = await self._worker.do(partial(work, *args, **kwargs))
        return result

    def journal(self, updates: Sequence[tuple[Journalled, Opening | None]]) -> dict[int, Begun | None]:
        """Keep updates as they came: those not known before, begun already where an opening says so."""
        self._touched = True
        fresh = dict[int, Begun | None]()
        with self._transaction() as connection:
            for seen, opening in updates:
                row = {"update_id": seen.update_id, "mark": seen.mark, "at": seen.at, "raw": seen.raw}
                if self._say.journal(connection, row).scalar() is not None:
                    fresh[seen.update_id] = self._begun(connection, opening) if opening else None
        return fresh

    def unfinished(self) -> tuple[Journalled, ...]:
        """What was journalled and not answered, oldest first."""
        with self._transaction() as connection:
            rows = self._say.unfinished(connection, {}).all()
        return tuple(Journalled(row.update_id, row.mark, row.raw, row.at) for row in rows)

    def begin(self, opening: Opening) -> Begun | None:
        """Count an attempt and read what the answer needs; None for an update that is finished."""
        self._touched = True
        with self._transaction() as connection:
            return self._begun(connection, opening)

    def finish(self, update_id: int, outcome: Outcome) -> None:
        """Commit an answer: its words go from the journal, its state and messages stay."""
        self._touched = True
        with self._transaction() as connection:
            self._say.finish(connection, {"number": update_id, "new_status": DONE})
            if outcome.person is not None:
                self._save_person(connection, outcome.key.person, outcome.person, outcome.at)
            if outcome.forget:
                for statement in self._say.forget:
                    statement(connection, {"who": outcome.key.person})
            else:
                self._save_answer(connection, update_id, outcome)

    def fail(self, update_id: int) -> None:
        """Give an update up; its words go."""
        self._touched = True
        with self._transaction() as connection:
            self._say.finish(connection, {"number": update_id, "new_status": FAILED})

    def release(self, update_id: int) -> None:
        """Take back an attempt that sent nothing."""
        with self._transaction() as connection:
            self._say.release(connection, {"number": update_id})

    def admit(self, person: int) -> None:
        """Let a person in."""
        with self._transaction() as connection:
            self._say.admit(connection, {"person": person, "admitted": True})

    def person(self, person: int) -> Person:
        """What is known of a person."""
        with self._transaction() as connection:
            return self._memory(connection, ThreadKey(0, 0, person))[1]

    def topic_of(self, chat: int, message_id: int) -> int:
        """The topic of a message of ours that Telegram no longer shows."""
        with self._transaction() as connection:
            found = self._by_message(connection, chat, message_id)
        return found.key.topic if found else 0

    def rekey(self, old: int, new: int) -> None:
        """A group became a supergroup: its threads go on there."""
        with self._transaction() as connection:
            for statement in self._say.rekey:
                statement(connection, {"old": old, "new": new})

    def picture(self, key: str) -> str | None:
        """The file id of a chart that Telegram has already."""
        with self._transaction() as connection:
            found: str | None = self._say.picture(connection, {"key": key}).scalar()
        return found

    def purge(self, now: float) -> None:
        """Drop answers and states after 30 days, numbers of answered updates after two."""
        with self._transaction() as connection:
            for statement in self._say.purge:
                statement(connection, {"before": now - KEPT.total_seconds()})
            self._say.purge_updates(connection, {"before": now - UPDATES_KEPT.total_seconds()})

    def settle(self) -> None:
        """Called now and then: empties the log when nothing was written since the last call."""
        if self._touched:
            self._touched = False
        elif self._held is not None:
            truncate_log(self._held)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        if self._held is None:
            with self.engine.begin() as connection:
                yield connection
        else:
            with self._held.begin():
                yield self._held

    def _begun(self, connection: Connection, opening: Opening) -> Begun | None:
        key = opening.key
        counted = {"update_id": opening.update_id, "mark": opening.mark, "at": opening.at}
        attempts = self._say.begin(connection, counted).scalar()
        if attempts is None:
            return None
        state, person = self._memory(connection, key)
        replied = self._by_message(connection, key.chat, opening.replies_to)
        return Begun(attempts, state, person, replied, self._by_question(connection, key, opening.edits))

    def _memory(self, connection: Connection, key: ThreadKey) -> tuple[str | None, Person]:
        thread = {"chat": key.chat, "topic": key.topic, "person": key.person}
        row = self._say.memory(connection, thread).one()
        person = Person(row.confirmed_at is not None, row.role or "", row.locale or "", bool(row.admitted))
        return row.state, person

    def _save_person(self, connection: Connection, number: int, known: Person, at: float) -> None:
        confirmed = at if known.confirmed else None
        row = {"person": number, "role": known.role, "locale": known.locale, "confirmed_at": confirmed}
        self._say.save_person(connection, row)

    def _save_answer(self, connection: Connection, update_id: int, outcome: Outcome) -> None:
        key, state = outcome.key, encode_state(outcome.after)
        thread = {"chat": key.chat, "topic": key.topic, "person": key.person}
        self._say.save_state(connection, thread | {"state": state, "touched": outcome.at})
        if not outcome.message_ids:
            return
        about: dict[str, object] = {
            **thread,
            "update_id": update_id,
            "question_id": outcome.question_id,
            "state_before": outcome.before,
            "snapshot": state,
            "facts": json.dumps(outcome.facts),
            "facts_version": outcome.facts_version,
            "at": outcome.at,
        }
        self._say.save_answer(connection, about)
        for message_id in outcome.message_ids:
            sent = {"chat": key.chat, "message_id": message_id, "update_id": update_id}
            self._say.save_shown(connection, sent)
        for name, file_id in outcome.pictures:
            self._say.save_picture(connection, {"key": name, "file_id": file_id, "at": outcome.at})

    def _by_message(self, connection: Connection, chat: int, message_id: int) -> Shown | None:
        if not message_id:
            return None
        row = self._say.answer_by_message(connection, {"chat": chat, "message_id": message_id}).first()
        return _shown(row) if row else None

    def _by_question(self, connection: Connection, key: ThreadKey, question_id: int) -> Shown | None:
        if not question_id:
            return None
        asked = {"chat": key.chat, "question_id": question_id, "person": key.person}
        row = self._say.answer_by_question(connection, asked).first()
        if row is None:
            return None
        numbered = {"chat": key.chat, "number": row.update_id}
        messages = tuple(self._say.messages_of(connection, numbered).scalars())
        later = {"chat": row.chat, "topic": row.topic, "at": row.at}
        return _shown(row, messages, bool(self._say.followed(connection, later).scalar()))


def _shown(row: Row[Any], messages: tuple[int, ...] = (), followed: bool = False) -> Shown:
    key = ThreadKey(row.chat, row.topic, row.person)
    return Shown(key, snapshot_of(row.snapshot, row.person), row.state_before, messages, followed)
