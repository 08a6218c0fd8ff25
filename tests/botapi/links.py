"""Which links Telegram keeps in a text and in buttons."""

from __future__ import annotations

import re

_WEB = re.compile(r"(?:(https?)://)?([^/?#\s@]+@)?([^/?#:\s]+)(:\d+)?([/?#]\S*)?", re.IGNORECASE)
_OWN = re.compile(r"(tg|ton|tonsite):(?://)?([\w\-.]+)([/?]\S*)?", re.IGNORECASE)
_USER = re.compile(r"tg:(?://)?user\?id=(\d+)", re.IGNORECASE)


def user_of_link(url: str) -> int | None:
    """The user a tg://user link mentions."""
    match = _USER.fullmatch(url)
    return int(match.group(1)) if match else None


def checked_link(url: str) -> str:
    """The link as Telegram stores it; empty if it would be dropped."""
    own = _OWN.fullmatch(url)
    if own:
        return f"{own.group(1).lower()}://{own.group(2)}{own.group(3) or ''}"
    web = _WEB.fullmatch(url)
    if web is None or "." not in web.group(3).strip("."):
        return ""
    scheme, login, host, port, rest = web.groups()
    path = rest or "/"
    if not path.startswith("/"):
        path = f"/{path}"
    return f"{(scheme or 'http').lower()}://{login or ''}{host.lower()}{port or ''}{path}"
