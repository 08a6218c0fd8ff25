"""The store, on real SQLite and real PostgreSQL."""

import asyncio
import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import text

from bot.dialogue import DialogueState, Focus, Held, ShownPlan, Trace
from bot.dosing.plan import PlanStep
from bot.dosing.quantity import Quantity
from bot.dosing.regimen import Dose
from bot.store import migrating
from bot.store.locks import ThreadLocks
from bot.store.records import (
    Journalled,
    Opening,
    Outcome,
    Person,
    ThreadKey,
    decode_state,
    encode_state,
)
from bot.store.store import Store
from intents.understanding import Measure

NOW = datetime(2026, 5, 4, 14, 5, tzinfo=UTC)
KEY = ThreadKey(-100, 7, 1 << 33)
MG = Quantity(Decimal("7.5"), Decimal("7.5"), "mg")
PLAN = ShownPlan("taper", ("f1",), (PlanStep(1, 7, None, MG), PlanStep(8, None, Dose(MG, "dose"), MG)))
STATE = DialogueState(
    Focus(("baclofen",), "oral", "", "renal", ("renal",)),
    ("tizanidine",),
    {"weight": Held(Measure(Decimal("70.5"), "kg", "70.5 kg"), NOW), "sex": Held("male", NOW)},
    Trace(("renal",), 91.5, 3.25, "dose", "renal dose", ("f1",), ("s1",), ("route",), (PLAN,)),
    touched=NOW,
)


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    opened = Store(database)
    opened.open()
    yield opened
    opened.close()


def opening(number: int, *, replies_to: int = 0, edits: int = 0, mark: str = "m") -> Opening:
    return Opening(number, mark, KEY, time.time(), replies_to, edits)


def outcome(**changes: object) -> Outcome:
    given: dict[str, object] = {
        "key": KEY, "at": time.time(), "question_id": 50, "before": None, "after": STATE,
        "message_ids": (51, 52), "facts": ("f1",), "facts_version": "v1",
    }  # fmt: skip
    return Outcome(**(given | changes))  # type: ignore[arg-type]


def seen(number: int, mark: str = "m", raw: str = "{}") -> tuple[Journalled, None]:
    return Journalled(number, mark, raw, time.time()), None


def count(store: Store, table: str) -> int:
    with store.engine.begin() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_a_state_comes_back_as_it_was() -> None:
    assert decode_state(encode_state(STATE)) == STATE
    assert decode_state(None) == decode_state("{broken") == DialogueState()


def test_an_update_is_journalled_once(store: Store) -> None:
    assert set(store.journal([seen(1), seen(2)])) == {1, 2}
    assert set(store.journal([seen(1), seen(3)])) == {3}
    assert [kept.update_id for kept in store.unfinished()] == [1, 2, 3]


def test_the_same_number_of_another_update_is_new(store: Store) -> None:
    store.journal([seen(1, "chat 1 message 1")])
    store.begin(opening(1, mark="chat 1 message 1"))
    store.finish(1, outcome())
    assert store.begin(opening(1, mark="chat 1 message 1")) is None
    again = store.begin(opening(1, mark="chat 2 message 9"))
    assert again is not None
    assert again.attempts == 1


def test_begun_with_the_journal_or_after(store: Store) -> None:
    journalled = store.journal([(seen(1)[0], opening(1)), seen(2)])
    first = journalled[1]
    assert first is not None
    assert (first.attempts, first.state, first.person) == (1, None, Person())
    assert journalled[2] is None
    assert store.begin(opening(2)) is not None


def test_attempts_are_counted_and_taken_back(store: Store) -> None:
    store.journal([seen(1)])
    attempts = [begun.attempts for _ in range(2) if (begun := store.begin(opening(1)))]
    store.release(1)
    again = store.begin(opening(1))
    assert attempts == [1, 2]
    assert again is not None
    assert again.attempts == 2


def test_a_finished_update_leaves_no_words(store: Store) -> None:
    store.journal([seen(1, raw="words of a person")])
    store.begin(opening(1))
    store.finish(1, outcome())
    assert store.begin(opening(1)) is None
    assert store.unfinished() == ()
    with store.engine.begin() as connection:
        assert connection.execute(text("SELECT raw FROM updates")).scalar() is None
    store.journal([seen(2, raw="more words")])
    store.fail(2)
    assert store.unfinished() == ()


def test_state_person_and_answer_are_found_again(store: Store) -> None:
    store.begin(opening(1))
    store.finish(1, outcome(person=Person(True, "nurse", "uk"), before='{"asked_back": "drug"}'))
    begun = store.begin(opening(2, replies_to=52, edits=50))
    assert begun is not None
    assert decode_state(begun.state) == STATE
    assert begun.person == Person(True, "nurse", "uk", False)
    assert begun.replied is not None
    assert begun.replied.snapshot.focus == STATE.focus
    assert begun.replied.snapshot.user == str(KEY.person)
    assert begun.edited is not None
    assert begun.edited.message_ids == (51, 52)
    assert decode_state(begun.edited.before).asked_back == "drug"
    assert not begun.edited.followed
    assert store.topic_of(KEY.chat, 51) == KEY.topic


def test_an_answer_that_was_followed_says_so(store: Store) -> None:
    for number, question in ((1, 50), (2, 60)):
        store.begin(opening(number))
        store.finish(number, outcome(question_id=question, message_ids=(question + 1,)))
        time.sleep(0.002)
    first, last = store.begin(opening(3, edits=50)), store.begin(opening(4, edits=60))
    assert first is not None
    assert last is not None
    assert first.edited is not None
    assert first.edited.followed
    assert last.edited is not None
    assert not last.edited.followed


def test_forgetting_leaves_nothing_of_a_person(store: Store) -> None:
    store.begin(opening(1))
    store.finish(1, outcome())
    store.begin(opening(2))
    store.finish(2, outcome(forget=True))
    assert [count(store, name) for name in ("states", "answers", "shown")] == [0, 0, 0]


def test_what_is_old_is_dropped(store: Store) -> None:
    month = 31 * 24 * 3600
    store.begin(opening(1))
    store.finish(1, outcome(at=time.time() - month, pictures=(("chart", "file"),)))
    store.begin(opening(2))
    store.finish(2, outcome(key=ThreadKey(1, 0, 1), question_id=70, message_ids=(71,)))
    assert store.picture("chart") == "file"
    store.purge(time.time())
    assert [count(store, name) for name in ("states", "answers", "shown", "pictures")] == [1, 1, 1, 0]
    assert count(store, "updates") == 2
    store.purge(time.time() + 3 * 24 * 3600)
    assert count(store, "updates") == 0


def test_a_group_that_moved_keeps_its_threads(store: Store) -> None:
    store.begin(opening(1))
    store.finish(1, outcome())
    store.rekey(KEY.chat, -200)
    store.rekey(KEY.chat, -200)
    moved = store.begin(Opening(2, "m", ThreadKey(-200, KEY.topic, KEY.person), time.time()))
    assert moved is not None
    assert decode_state(moved.state) == STATE


def test_people_are_let_in(store: Store) -> None:
    store.admit(5)
    assert store.person(5) == Person(admitted=True)
    store.begin(opening(1))
    store.finish(1, outcome(key=ThreadKey(5, 0, 5), person=Person(True, "physician", "us")))
    assert store.person(5) == Person(True, "physician", "us", True)


async def test_calls_come_back_in_order_and_with_their_errors(store: Store) -> None:
    def fails() -> None:
        raise LookupError

    results = await asyncio.gather(*(store.run(int, str(n)) for n in range(50)))
    assert results == list(range(50))
    with pytest.raises(LookupError):
        await store.run(fails)


def test_processes_that_start_together_migrate_once(database: str) -> None:
    faults: list[Exception] = []

    def start() -> None:
        try:
            store = Store(database)
            store.open()
            store.close()
        except Exception as error:
            faults.append(error)

    starts = [Thread(target=start) for _ in range(3)]
    for one in starts:
        one.start()
    for one in starts:
        one.join()
    assert faults == []


def test_tables_and_migrations_agree(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from bot.store.tables import metadata

    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == migrating.NEWEST
    folder = Path(migrating.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_current_head() == migrating.NEWEST


def test_nothing_of_a_question_rests_on_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "store.db"
    store = Store(f"sqlite:///{path}")
    store.open()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    store.journal([seen(1, raw="the patient is called Zebulon")])
    store.begin(opening(1))
    store.finish(1, outcome())
    store.settle()
    store.settle()
    left = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert store.begin(opening(2)) is not None
    store.close()
    assert b"Zebulon" not in left


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    from bot.store.database import UnusableDatabase

    (tmp_path / "file").write_text("")
    with pytest.raises(UnusableDatabase, match="cannot write"):
        Store(f"sqlite:///{tmp_path / 'file' / 'store.db'}")


async def test_threads_are_locked_across_processes(postgres: str) -> None:
    address = postgres.replace("postgresql://", "postgresql+psycopg://")
    stores = [Store(address) for _ in range(2)]
    locks = [ThreadLocks(store.engine) for store in stores]
    order: list[str] = []

    async def turn(lock: ThreadLocks, name: str, key: ThreadKey, seconds: float) -> None:
        async with lock.held(key):
            order.append(f"{name} in")
            await asyncio.sleep(seconds)
            order.append(f"{name} out")

    async with asyncio.TaskGroup() as group:
        group.create_task(turn(locks[0], "first", KEY, 0.3))
        await asyncio.sleep(0.1)
        group.create_task(turn(locks[1], "second", KEY, 0))
        group.create_task(turn(locks[1], "other", ThreadKey(1, 0, 1), 0))
    for lock, store in zip(locks, stores, strict=True):
        lock.close()
        store.close()
    assert order == ["first in", "other in", "other out", "first out", "second in", "second out"]
