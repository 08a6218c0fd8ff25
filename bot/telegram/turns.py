"""One turn from its update to the committed answer: begin, answer, send, commit."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import ParamSpec, TypeVar

import structlog
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.dialogue import DialogueState
from bot.reply import Asker, Reply, Turn
from bot.settings import Settings
from bot.store.records import Begun, Outcome, Person, ThreadKey, decode_state
from bot.store.store import Store
from bot.telegram.client import Client
from bot.telegram.editing import Editor
from bot.telegram.metrics import Metrics
from bot.telegram.mind import Mind
from bot.telegram.reading import Asked
from bot.telegram.sending import Delivery, Sender
from bot.telegram.trouble import Unreachable, where

MOST_ATTEMPTS = 3
KEPT = timedelta(hours=24)
TURN_SECONDS = 120
TYPING_AFTER = 1.0
STORE_PAUSES = (0.2, 1.0, 3.0, 10.0)

Held = Callable[[ThreadKey], AbstractAsyncContextManager[None]]
_P = ParamSpec("_P")
_T = TypeVar("_T")

log = structlog.get_logger()


class Turns:
    """Answers what was asked."""

    def __init__(
        self,
        client: Client,
        store: Store,
        mind: Mind,
        settings: Settings,
        metrics: Metrics,
        held: Held | None,
    ) -> None:
        self._client = client
        self._store = store
        self._mind = mind
        self._settings = settings
        self._metrics = metrics
        self._held: Held = held or (lambda _: nullcontext())
        self._sender = Sender(client, mind, store)
        self._editor = Editor(client)
        self._typing = set[asyncio.Task[None]]()

    def close(self) -> None:
        """Let go of the drawing thread."""
        self._sender.close()

    async def handle(self, asked: Asked, begun: Begun | None = None) -> bool:
        """Answer once, begun already or not; whether the update is settled for good."""
        started = time.monotonic()
        if asked.lost_topic:
            topic = await self._stored(self._store.topic_of, asked.key.chat, asked.question_id)
            asked = replace(asked, key=replace(asked.key, topic=topic))
        delivery = Delivery.of(asked)
        typing = asyncio.get_running_loop().call_later(TYPING_AFTER, self._show_typing, delivery)
        try:
            async with self._held(asked.key):
                outcome = await self._settle(asked, delivery, begun)
        except Exception as error:
            log.error("turn not settled", update=asked.update_id, **where(error))
            outcome = "unsettled"
        finally:
            typing.cancel()
        self._metrics.turn(outcome, time.monotonic() - started)
        return outcome != "unsettled"

    async def acknowledge(self, query_id: str) -> None:
        """Take the waiting mark off a pressed button; too late is no matter."""
        with suppress(TelegramError):
            await self._client.answer_callback_query(query_id)

    async def _settle(self, asked: Asked, delivery: Delivery, first: Begun | None) -> str:
        for attempt in count(1):
            begun, first = first or await self._stored(self._store.begin, asked.opening), None
            if begun is None:
                return "known"
            delivery.repeated = delivery.repeated or (attempt == 1 and begun.attempts > 1)
            if begun.attempts > MOST_ATTEMPTS or delivery.exhausted or datetime.now(UTC) - asked.at > KEPT:
                return await self._give_up(asked, delivery)
            try:
                async with asyncio.timeout(TURN_SECONDS):
                    outcome = await self._answer(asked, begun, delivery)
            except Unreachable:
                log.info("nobody to answer", update=asked.update_id)
                await self._stored(self._store.fail, asked.update_id)
                return "unreachable"
            except asyncio.CancelledError:
                await self._let_go(asked, delivery)
                raise
            except TimeoutError:
                log.warning("turn took too long", update=asked.update_id)
                delivery.repeated = delivery.repeated or delivery.attempt.posted
                await self._let_go(asked, delivery)
            except Exception as error:
                log.error("turn failed", update=asked.update_id, attempt=begun.attempts, **where(error))
            else:
                await self._stored(self._store.finish, asked.update_id, outcome)
                return "answered"
        raise AssertionError

    async def _answer(self, asked: Asked, begun: Begun, delivery: Delivery) -> Outcome:
        """The answer sent, and what it leaves behind."""
        state = decode_state(begun.edited.before if begun.edited else begun.state)
        invited = asked.invited()
        if not self.admitted(asked.key.person, begun.person):
            await self._sender.line(delivery, "not_admitted", user=str(asked.key.person))
            return self._outcome(asked, begun, state, delivery)
        if invited is not None and asked.key.person in self._settings.admins:
            await self._invite(delivery, invited)
            return self._outcome(asked, begun, state, delivery)
        turn = self._turn(asked, begun)
        reply, after = self._mind.answer(turn, state)
        await self._send(asked, begun, delivery, turn, reply)
        return self._outcome(asked, begun, after, delivery, reply)

    def admitted(self, person: int, known: Person) -> bool:
        """Whether this person may ask."""
        settings = self._settings
        return settings.access == "open" or known.admitted or person in settings.admins

    async def _send(self, asked: Asked, begun: Begun, delivery: Delivery, turn: Turn, reply: Reply) -> None:
        if reply.asker is not None:
            turn = replace(turn, asker=reply.asker)
        rendered = self._mind.words.render(reply, turn)
        if rendered.withheld:
            self._metrics.withheld(rendered.withheld)
            log.warning("lines withheld", lines=list(rendered.withheld))
        delivery.facts = rendered.shown
        delivery.quoting = delivery.quoting or reply.template == "gate"
        changed = ""
        if begun.edited:
            changed = self._mind.words.say("edited", time=f"{asked.at:%H:%M}")
            if not begun.edited.followed and await self._editor.edit(
                delivery, begun.edited.message_ids, rendered, changed
            ):
                return
        await self._sender.send(delivery, rendered, changed)

    def _turn(self, asked: Asked, begun: Begun) -> Turn:
        return Turn(
            asked.text,
            asker_of(asked.key.person, begun.person, self._settings),
            asked.at,
            press=asked.press,
            replying_to=begun.replied.snapshot if begun.replied else None,
            attachment=asked.attachment,
            quotes_others=asked.quotes_others,
            addressed_in_group=not asked.private,
        )

    def _outcome(
        self, asked: Asked, begun: Begun, after: DialogueState, delivery: Delivery, reply: Reply | None = None
    ) -> Outcome:
        changed = reply.asker if reply else None
        return Outcome(
            replace(asked.key, chat=delivery.chat),
            time.time(),
            asked.question_id,
            begun.edited.before if begun.edited else begun.state,
            after,
            tuple(delivery.sent),
            delivery.facts,
            self._mind.version,
            Person(changed.confirmed, changed.role, changed.locale) if changed else None,
            forget=reply.forget if reply else False,
            pictures=tuple(delivery.pictures),
        )

    async def _invite(self, delivery: Delivery, person: int) -> None:
        if person:
            await self._stored(self._store.admit, person)
        await self._sender.line(delivery, "invited" if person else "invite_whom", user=str(person))

    async def _give_up(self, asked: Asked, delivery: Delivery) -> str:
        """One kind line instead of an answer; the thread goes on."""
        log.error("given up", update=asked.update_id)
        delivery.quoting, delivery.sent = True, []
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await self._sender.line(delivery, "failed")
        except (TelegramError, Unreachable, TimeoutError) as error:
            log.warning("could not say so", **where(error))
        await self._stored(self._store.fail, asked.update_id)
        return "failed"

    async def _let_go(self, asked: Asked, delivery: Delivery) -> None:
        """Leave a turn that was interrupted as if it had not begun, if nothing left us yet."""
        if not delivery.attempt.posted:
            await asyncio.shield(self._store.run(self._store.release, asked.update_id))

    async def _stored(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """A transaction, tried again while the database is away."""
        for pause in STORE_PAUSES:
            try:
                return await self._store.run(work, *args, **kwargs)
            except Exception as error:
                log.error("database refused", **where(error))
                await asyncio.sleep(pause)
        return await self._store.run(work, *args, **kwargs)

    def _show_typing(self, delivery: Delivery) -> None:
        task = asyncio.create_task(self._type(delivery))
        self._typing.add(task)
        task.add_done_callback(self._typing.discard)

    async def _type(self, delivery: Delivery) -> None:
        with suppress(TelegramError):
            await self._client.send_chat_action(
                delivery.chat, ChatAction.TYPING, message_thread_id=delivery.topic or None
            )


def asker_of(person: int, known: Person, settings: Settings) -> Asker:
    """A person as the core knows them."""
    return Asker(str(person), known.confirmed, known.role, known.locale or settings.locale)
