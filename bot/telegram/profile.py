"""How the bot introduces itself: commands, description."""

import structlog
from telegram import BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeDefault
from telegram.error import TelegramError

from bot.telegram.client import Client
from bot.telegram.mind import Mind
from bot.telegram.trouble import where

log = structlog.get_logger()


async def introduce(client: Client, mind: Mind) -> None:
    """Tell Telegram what to show; a bot that could not is none the worse."""
    lines = {name: _line(mind, f"command_{name}") for name in mind.commands}
    menu = [BotCommand(name, line) for name, line in lines.items() if line]
    try:
        await client.set_my_commands(menu, scope=BotCommandScopeDefault())
        await client.set_my_commands(menu, scope=BotCommandScopeAllGroupChats())
        await client.set_my_description(_line(mind, "description"))
        await client.set_my_short_description(_line(mind, "short_description"))
    except TelegramError as error:
        log.warning("not introduced", **where(error))


def _line(mind: Mind, key: str) -> str:
    """The words for a key; none for a command that works without being listed."""
    line = mind.words.say(key)
    return "" if line == key else line
