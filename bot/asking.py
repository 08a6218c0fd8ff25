"""Whole conversations in memory: what `dosethread ask`, the terminal chat and the tests share."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.answering import answer
from bot.dialogue import DialogueState, Snapshot
from bot.rendering.rendered import Rendered
from bot.reply import Asker, Reply, Turn
from bot.world import Loaded


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of a conversation; `edit_of` and `reply_to` name an earlier one, `press` a button's data."""

    thread: str
    text: str
    at: datetime
    user: str = "u1"
    role: str = ""
    locale: str = ""
    id: str = ""
    reply_to: str = ""
    edit_of: str = ""
    press: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What came back, before and after rendering, and what the thread held before."""

    reply: Reply
    rendered: Rendered
    before: DialogueState
    after: DialogueState


@dataclass(slots=True)
class Conversations:
    """All threads of one run, kept in memory: no database is read or written."""

    loaded: Loaded
    locale: str = "us"
    _states: dict[tuple[str, str], DialogueState] = field(default_factory=dict)
    _askers: dict[str, Asker] = field(default_factory=dict)
    _exchanges: dict[str, Exchange] = field(default_factory=dict)
    _owners: dict[str, str] = field(default_factory=dict)

    def ask(self, asked: Asked, confirmed: bool = True) -> Exchange:
        """One turn of one person in one thread."""
        key = (asked.thread, asked.user)
        asker = self._asker(asked, confirmed)
        before = self._states.get(key, DialogueState())
        if asked.edit_of in self._exchanges:
            before = self._exchanges[asked.edit_of].before
        turn = Turn(asked.text, asker, asked.at, asked.press, self._snapshot(asked.reply_to))
        reply, after = answer(turn, before, self.loaded.world)
        self._states[key] = after
        if reply.asker is not None:
            self._askers[asked.user] = reply.asker
            turn = replace(turn, asker=reply.asker)
        exchange = Exchange(reply, self.loaded.renderer.render(reply, turn), before, after)
        if asked.id:
            self._exchanges[asked.id] = exchange
            self._owners[asked.id] = asked.user
        return exchange

    def knows(self, exchange_id: str) -> bool:
        """Whether an earlier line of this run had this id."""
        return exchange_id in self._exchanges

    def _asker(self, asked: Asked, confirmed: bool) -> Asker:
        known = self._askers.get(asked.user, Asker(asked.user, confirmed, "", self.locale))
        return replace(known, role=asked.role or known.role, locale=asked.locale or known.locale)

    def _snapshot(self, exchange_id: str) -> Snapshot | None:
        if exchange_id not in self._exchanges:
            return None
        after = self._exchanges[exchange_id].after
        return Snapshot(after.focus, after.patient, self._owners[exchange_id], after.trace)


def context_of(reply: Reply) -> Mapping[str, object]:
    """The context of a reply in the stable form of the interface: units with every value, decimals as strings."""
    from intents.understanding import Measure

    focus = reply.focus
    patient: dict[str, object] = {}
    for name, held in reply.patient.items():
        value = held.value
        patient[name] = (
            {"value": f"{value.value.normalize():f}", "unit": value.unit} if isinstance(value, Measure) else value
        )
    found: dict[str, object] = {
        "drugs": list(focus.drugs),
        "route": focus.route,
        "indication": focus.indication,
        "population": focus.population,
        "patient": patient,
    }
    return {name: value for name, value in found.items() if value}
