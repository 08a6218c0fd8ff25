"""What goes into the store and comes out of it, as frozen data."""

from dataclasses import dataclass

from pydantic import TypeAdapter

from bot.dialogue import DialogueState, Snapshot

SEEN, SENDING, DONE, FAILED = "seen", "sending", "done", "failed"

_STATE = TypeAdapter(DialogueState)


@dataclass(frozen=True, slots=True)
class ThreadKey:
    """Whose memory a turn belongs to."""

    chat: int
    topic: int
    person: int


@dataclass(frozen=True, slots=True)
class Journalled:
    """An update as it came, kept until it is answered; `at` is when it came."""

    update_id: int
    mark: str
    raw: str
    at: float


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of a person; empty texts mean the operator's defaults."""

    confirmed: bool = False
    role: str = ""
    locale: str = ""
    admitted: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer found again: its thread, what it was about, what was held before it, and its messages."""

    key: ThreadKey
    snapshot: Snapshot
    before: str | None
    message_ids: tuple[int, ...] = ()
    followed: bool = False


@dataclass(frozen=True, slots=True)
class Opening:
    """What `Store.begin` needs to know of an update."""

    update_id: int
    mark: str
    key: ThreadKey
    at: float
    replies_to: int = 0
    edits: int = 0


@dataclass(frozen=True, slots=True)
class Begun:
    """A turn that may be answered now. `attempts` counts this one; `state` is the JSON held before it."""

    attempts: int
    state: str | None
    person: Person
    replied: Shown | None = None
    edited: Shown | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything one answered turn leaves behind. `person`: set when the turn changed it."""

    key: ThreadKey
    at: float
    question_id: int
    before: str | None
    after: DialogueState
    message_ids: tuple[int, ...] = ()
    facts: tuple[str, ...] = ()
    facts_version: str = ""
    person: Person | None = None
    forget: bool = False
    pictures: tuple[tuple[str, str], ...] = ()


def encode_state(state: DialogueState) -> str:
    """A dialogue state as JSON; it holds no words of the asker but their patient values."""
    return _STATE.dump_json(state).decode()


def decode_state(text: str | None) -> DialogueState:
    """A dialogue state from its JSON; a fresh one when there is none or it is of an older shape."""
    if text is None:
        return DialogueState()
    try:
        return _STATE.validate_json(text)
    except ValueError:
        return DialogueState()


def snapshot_of(text: str, person: int) -> Snapshot:
    """What an answer was about, from the state it left."""
    state = decode_state(text)
    return Snapshot(state.focus, state.patient, str(person), state.trace)
