"""The words of a message without what only addresses the bot: its mention, its name after a command."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from telegram import Message, MessageEntity, User

UTF16 = "utf-16-le"
START = "start"
# What the button above inline results brings along: only the confirmation is wanted.
CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What is left to be understood, and whether the bot was named or commanded."""

    text: str
    addressed: bool


def own_words(message: Message, bot: User, commands: Collection[str], *, private: bool) -> OwnWords | None:
    """The words for the core; None for a command meant for another bot.

    In a group, a command that we do not know and that does not name us is another bot's.
    """
    text = message.text or message.caption or ""
    entities = message.entities or message.caption_entities
    if not entities:
        return OwnWords(text.strip(), addressed=False)
    mentions = [entity for entity in entities if _names(entity, text, bot)]
    text_left = _without(text, mentions)
    first = entities[0]
    if first.type != MessageEntity.BOT_COMMAND or first.offset:
        return OwnWords(text_left.strip(), addressed=bool(mentions))
    command, _, name = _cut(text, first)[1:].partition("@")
    if name and name.lower() != (bot.username or "").lower():
        return None
    if not (name or private or mentions or command.lower() in commands):
        return None
    rest = _without(text, [first, *mentions])
    return OwnWords(_commanded(command.lower(), rest.strip()), addressed=True)


def _commanded(command: str, rest: str) -> str:
    """A command with what follows it; a link's parameter is a question, as in `?start=baclofen_renal`."""
    if command == START and rest and rest != CONFIRM:
        return rest.replace("_", " ").replace("-", " ")
    return f"/{command} {rest}".strip() if command != START else f"/{START}"


def _names(entity: MessageEntity, text: str, bot: User) -> bool:
    if entity.type == MessageEntity.TEXT_MENTION:
        return entity.user is not None and entity.user.id == bot.id
    return entity.type == MessageEntity.MENTION and _cut(text, entity).lower() == f"@{bot.username}".lower()


def _cut(text: str, entity: MessageEntity) -> str:
    """The text of an entity, whose place Telegram counts in UTF-16 units."""
    units = text.encode(UTF16)
    return units[entity.offset * 2 : (entity.offset + entity.length) * 2].decode(UTF16, "ignore")


def _without(text: str, entities: Iterable[MessageEntity]) -> str:
    units = text.encode(UTF16)
    for entity in sorted(entities, key=lambda found: found.offset, reverse=True):
        units = units[: entity.offset * 2] + units[(entity.offset + entity.length) * 2 :]
    return units.decode(UTF16, "ignore")
