"""Methods about the bot itself."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.botapi.core import Core
from tests.botapi.params import Params
from tests.botapi.records import Json, bad_request

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_MOST_COMMANDS = 100
_DESCRIPTION = 512
_SHORT_DESCRIPTION = 120
_COMMAND_DESCRIPTION = 256
_CHAT_SCOPES = frozenset({"chat", "chat_administrators", "chat_member"})
_SCOPES = _CHAT_SCOPES | {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}
_MENUS = frozenset({"default", "commands", "web_app"})


def get_me(core: Core, params: Params) -> Json:
    """getMe."""
    return {
        **core.world.bot,
        "can_join_groups": True,
        "can_read_all_group_messages": not core.privacy,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": any(room.private and room.chat.forum for room in core.world.rooms.values()),
        "allows_users_to_create_topics": False,
    }


def set_my_commands(core: Core, params: Params) -> bool:
    """setMyCommands."""
    commands = params.decoded("commands", "commands")
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    if len(commands) > _MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not _COMMAND.fullmatch(str(command.get("command", "")).removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= _COMMAND_DESCRIPTION:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    core.profile.commands[_scope(params)] = commands
    return True


def get_my_commands(core: Core, params: Params) -> list[Json]:
    """getMyCommands."""
    return core.profile.commands.get(_scope(params), [])


def delete_my_commands(core: Core, params: Params) -> bool:
    """deleteMyCommands."""
    core.profile.commands.pop(_scope(params), None)
    return True


def set_my_description(core: Core, params: Params) -> bool:
    """setMyDescription."""
    text = params.text("description")
    if len(text) > _DESCRIPTION:
        raise bad_request("description is too long")
    core.profile.description[params.text("language_code")] = text
    return True


def set_my_short_description(core: Core, params: Params) -> bool:
    """setMyShortDescription."""
    text = params.text("short_description")
    if len(text) > _SHORT_DESCRIPTION:
        raise bad_request("short description is too long")
    core.profile.short_description[params.text("language_code")] = text
    return True


def set_chat_menu_button(core: Core, params: Params) -> bool:
    """setChatMenuButton."""
    button: Any = params.decoded("menu_button", "menu button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in _MENUS:
        raise bad_request("can't parse menu button: MenuButton has unsupported type")
    chat_id = core.room(params).chat.id if params.text("chat_id") else 0
    core.profile.menu_buttons[chat_id] = button
    return True


def log_out(core: Core, params: Params) -> bool:
    """logOut: the token is of no use here afterwards."""
    core.closed = "Logged out"
    return True


def close(core: Core, params: Params) -> bool:
    """close: the cloud server would only release the bot."""
    return True


def _scope(params: Params) -> tuple[str, str]:
    scope = params.decoded("scope", "BotCommandScope") or {"type": "default"}
    if not isinstance(scope, dict) or scope.get("type") not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    rest = {key: value for key, value in scope.items() if key != "type"}
    name = f"{scope['type']} {json.dumps(rest, sort_keys=True)}" if rest else str(scope["type"])
    return name, params.text("language_code")
