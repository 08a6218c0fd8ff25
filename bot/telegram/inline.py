"""Inline mode: cards for `@bot baclofen renal` in any chat; no thread, no patient, no guessed name."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import structlog
from telegram import (
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
)
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.dialogue import DialogueState
from bot.reply import Reply, Turn
from bot.settings import Settings
from bot.store.store import Store
from bot.telegram.client import Client
from bot.telegram.mind import Mind
from bot.telegram.sending import NO_PREVIEW
from bot.telegram.trouble import where
from bot.telegram.turns import asker_of

CACHE_SECONDS = 5
# Figures of an overdose are not for passing on in a chat.
NEVER_INLINE = frozenset({"overdose"})
READINGS = frozenset({"slip", "did_you_mean"})

log = structlog.get_logger()


class Cards:
    """Answers inline queries."""

    def __init__(self, client: Client, store: Store, mind: Mind, settings: Settings) -> None:
        self._client = client
        self._store = store
        self._mind = mind
        self._settings = settings

    async def handle(self, query: InlineQuery) -> bool:
        """Answer one query; one that fails is simply not answered."""
        try:
            results, button = await self._found(query)
            await self._client.answer_inline_query(
                query.id, results, cache_time=CACHE_SECONDS, is_personal=True, button=button
            )
        except TelegramError as error:
            log.info("inline query not answered", **where(error))
        except Exception as error:
            log.error("inline query failed", **where(error))
        return True

    async def _found(
        self, query: InlineQuery
    ) -> tuple[list[InlineQueryResultArticle], InlineQueryResultsButton | None]:
        known = await self._store.run(self._store.person, query.from_user.id)
        settings = self._settings
        if settings.access == "invited" and not (known.admitted or query.from_user.id in settings.admins):
            return [], None
        if not known.confirmed:
            words = self._mind.words.say("inline_confirm")
            return [], InlineQueryResultsButton(words, start_parameter="confirm")
        if not query.query.strip():
            return [], None
        asker = asker_of(query.from_user.id, known, settings)
        turn = Turn(query.query, asker, datetime.now(UTC))
        return self._cards(turn), None

    def _cards(self, turn: Turn) -> list[InlineQueryResultArticle]:
        """One card for each thing answered; for everything else a card that leads to the chat."""
        reply, _ = self._mind.answer(turn, DialogueState())
        cards = []
        if _may_be_passed_on(reply):
            for block in reply.blocks:
                if block.groups and block.intent not in NEVER_INLINE:
                    one = replace(reply, blocks=(block,), intents=(block.intent,), drugs=(block.drug.name,))
                    cards += self._card(turn, one, block.drug.name, block.intent)
        return cards or [self._ask_in_chat()]

    def _card(self, turn: Turn, reply: Reply, drug: str, intent: str) -> list[InlineQueryResultArticle]:
        """The whole answer with its sources and disclaimer; none when it does not fit one message."""
        rendered = self._mind.words.render(reply, turn)
        if len(rendered.html) != 1:
            return []
        title = self._mind.words.say("inline_title", drug=drug, intent=intent)
        return [_article(title, rendered.summary, rendered.html[0], ParseMode.HTML)]

    def _ask_in_chat(self) -> InlineQueryResultArticle:
        say = self._mind.words.say
        return _article(say("inline_ask"), say("inline_ask_text"), say("inline_ask_text"), None)


def _may_be_passed_on(reply: Reply) -> bool:
    """Whether an answer stands by itself: certain names, no patient, no figures that could harm."""
    read = any(notice.kind in READINGS for notice in reply.notices)
    return reply.kind == "answer" and not read and not reply.patient


def _article(title: str, summary: str, text: str, parse_mode: str | None) -> InlineQueryResultArticle:
    content = InputTextMessageContent(text, parse_mode=parse_mode, link_preview_options=NO_PREVIEW)
    key = hashlib.blake2b(f"{title}\n{text}".encode(), digest_size=16).hexdigest()
    return InlineQueryResultArticle(key, title, content, description=summary)
