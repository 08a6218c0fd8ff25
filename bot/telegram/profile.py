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
    menu, say = _menu(mind), mind.words.say
    try:
        if menu:
            await client.set_my_commands(menu, scope=BotCommandScopeDefault())
            await client.set_my_commands(menu, scope=BotCommandScopeAllGroupChats())
        await client.set_my_description(say("description"))
        await client.set_my_short_description(say("short_description"))
    except TelegramError as error:
        log.warning("not introduced", **where(error))


def _menu(mind: Mind) -> list[BotCommand]:
    """The commands that have a line of their own, in their order; the rest work without being listed."""
    lines = {name: mind.words.say(f"command_{name}") for name in mind.commands}
    return [BotCommand(name, line) for name, line in lines.items() if line != f"command_{name}"]
