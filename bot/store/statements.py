"""The statements, compiled once for the database in use."""

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any

from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    Connection,
    CursorResult,
    Dialect,
    Table,
    and_,
    bindparam,
    case,
    delete,
    exists,
    literal,
    null,
    or_,
    select,
    update,
)

from bot.store.records import DONE, FAILED, SEEN, SENDING
from bot.store.tables import answers, people, pictures, shown, states, updates

_open = or_(updates.c.status == SEEN, updates.c.status == SENDING)


class Prepared:
    """A statement as the driver takes it: a third of the cost of `execute`."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self._sql = str(compiled)
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        self._order: list[str] | None = getattr(compiled, "positiontup", None)

    def __call__(self, connection: Connection, values: Mapping[str, object]) -> CursorResult[Any]:
        """Execute with these values."""
        given = {**self._fixed, **values}
        if self._order is None:
            return connection.exec_driver_sql(self._sql, given)
        return connection.exec_driver_sql(self._sql, tuple([given[name] for name in self._order]))


class Statements:
    """Every statement of the store. `on conflict` is spelled alike by SQLite and PostgreSQL."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._insert: Callable[[Table], Any] = import_module(f"sqlalchemy.dialects.{dialect.name}").insert
        self.journal = self._made(self._journal())
        self.begin = self._made(self._begin())
        self.memory = self._made(_memory())
        self.save_state = self._upsert(states, "state", "touched")
        self.save_person = self._upsert(people, "confirmed_at", "role", "locale")
        self.admit = self._upsert(people, "admitted")
        self.save_answer = self._upsert(answers, *(c.name for c in answers.c if not c.primary_key))
        self.save_shown = self._upsert(shown, "update_id")
        self.save_picture = self._upsert(pictures, "file_id", "at")
        self.finish, self.release, self.unfinished = map(self._made, (_finish, _release, _unfinished))
        self.answer_by_message = self._made(_answer_by_message)
        self.answer_by_question = self._made(_answer_by_question)
        self.messages_of, self.followed = self._made(_messages_of), self._made(_followed)
        self.picture, self.purge_updates = self._made(_picture), self._made(_purge_updates)
        self.forget = tuple(map(self._made, _forget))
        self.purge = tuple(map(self._made, _purge))
        self.rekey = tuple(map(self._made, _rekey))

    def _made(self, statement: ClauseElement) -> Prepared:
        return Prepared(statement, self._dialect)

    def _upsert(self, table: Table, *changed: str) -> Prepared:
        names = [*(column.name for column in table.primary_key), *changed]
        made = self._insert(table).values(_named(names))
        new = {name: made.excluded[name] for name in changed}
        return self._made(made.on_conflict_do_update(index_elements=list(table.primary_key), set_=new))

    def _journal(self) -> ClauseElement:
        """Keeps an update not seen before, and names it."""
        names = ("update_id", "mark", "at", "raw")
        values = _named(names) | _of(SEEN, 0)
        made = self._insert(updates).values(values)
        new = {name: made.excluded[name] for name in ("mark", "at", "raw", "status", "attempts")}
        result: ClauseElement = made.on_conflict_do_update(
            index_elements=[updates.c.update_id], set_=new, where=updates.c.mark != made.excluded.mark
        ).returning(updates.c.update_id)
        return result

    def _begin(self) -> ClauseElement:
        """Marks an update as being sent and counts the attempt; no row comes back when it is finished."""
        names = ("update_id", "mark", "at")
        values = {name: bindparam(name) for name in names} | {
            "status": literal(SENDING),
            "attempts": literal(1),
        }
        made = self._insert(updates).values(values)
        same = updates.c.mark == made.excluded.mark
        again = case((same, updates.c.attempts + 1), else_=1)
        result: ClauseElement = made.on_conflict_do_update(
            index_elements=[updates.c.update_id],
            set_={"status": SENDING, "attempts": again, "mark": made.excluded.mark},
            where=or_(_open, ~same),
        ).returning(updates.c.attempts)
        return result


def _named(names: Iterable[str]) -> dict[str, ColumnElement[Any]]:
    return {name: bindparam(name) for name in names}


def _of(status: str, attempts: int) -> dict[str, ColumnElement[Any]]:
    return {"status": literal(status), "attempts": literal(attempts)}


def _memory() -> ClauseElement:
    """The thread's state and the person, whether or not either is known."""
    one = select(literal(1).label("one")).subquery()
    mine = and_(
        states.c.chat == bindparam("chat"),
        states.c.topic == bindparam("topic"),
        states.c.person == bindparam("person"),
    )
    joined = one.outerjoin(states, mine).outerjoin(people, people.c.person == bindparam("person"))
    return select(states.c.state, people.c.confirmed_at, people.c.role, people.c.locale, people.c.admitted).select_from(
        joined
    )


def _found(condition: ColumnElement[bool]) -> ClauseElement:
    columns = ("update_id", "chat", "topic", "person", "state_before", "snapshot", "at")
    return select(*(answers.c[name] for name in columns)).where(condition).order_by(answers.c.at.desc()).limit(1)


_numbered = updates.c.update_id == bindparam("number")

_finish = update(updates).where(_numbered).values(status=bindparam("new_status"), raw=null())
_release = update(updates).where(_numbered).values(status=SEEN, attempts=updates.c.attempts - 1)
_unfinished = (
    select(updates.c.update_id, updates.c.mark, updates.c.raw, updates.c.at)
    .where(_open, updates.c.raw.is_not(None))
    .order_by(updates.c.update_id)
)
_answer_by_message = _found(
    and_(
        answers.c.chat == bindparam("chat"),
        answers.c.update_id
        == select(shown.c.update_id)
        .where(shown.c.chat == bindparam("chat"), shown.c.message_id == bindparam("message_id"))
        .scalar_subquery(),
    )
)
_answer_by_question = _found(
    and_(
        answers.c.chat == bindparam("chat"),
        answers.c.question_id == bindparam("question_id"),
        answers.c.person == bindparam("person"),
    )
)
_messages_of = (
    select(shown.c.message_id)
    .where(shown.c.chat == bindparam("chat"), shown.c.update_id == bindparam("number"))
    .order_by(shown.c.message_id)
)
_followed = select(
    exists().where(
        answers.c.chat == bindparam("chat"),
        answers.c.topic == bindparam("topic"),
        answers.c.at > bindparam("at"),
    )
)
_picture = select(pictures.c.file_id).where(pictures.c.key == bindparam("key"))
_of_person = select(answers.c.update_id).where(answers.c.person == bindparam("who"))
_forget = (
    delete(states).where(states.c.person == bindparam("who")),
    delete(shown).where(shown.c.update_id.in_(_of_person)),
    delete(answers).where(answers.c.person == bindparam("who")),
)
_old = select(answers.c.update_id).where(answers.c.at < bindparam("before"))
_purge = (
    delete(shown).where(shown.c.update_id.in_(_old)),
    delete(answers).where(answers.c.at < bindparam("before")),
    delete(states).where(states.c.touched < bindparam("before")),
    delete(pictures).where(pictures.c.at < bindparam("before")),
)
_purge_updates = delete(updates).where(
    updates.c.at < bindparam("before"), or_(updates.c.status == DONE, updates.c.status == FAILED)
)
# A group that became a supergroup: what the new chat holds already is newer and stays.
_newer = states.alias("newer")
_rekey = (
    delete(states).where(
        states.c.chat == bindparam("old"),
        exists().where(
            _newer.c.chat == bindparam("new"),
            _newer.c.topic == states.c.topic,
            _newer.c.person == states.c.person,
        ),
    ),
    update(states).where(states.c.chat == bindparam("old")).values(chat=bindparam("new")),
)
