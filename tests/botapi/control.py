"""Remote control of a server in another process: POST /control/<name> with keyword arguments as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

_METHODS = """
user chat topic say inject_many photo voice inline react membership fail drop_before drop_after delay calm
block unblock close_topic delete_topic migrate sent_after history round_trips clear
"""
_NAMES = frozenset(_METHODS.split())
_VALUES = frozenset({"sent", "calls", "refusals", "errors", "pending"})


async def controlled(api: object, request: Request) -> Response:
    """Call a method of the server, or read one of its records."""
    name = request.url.path.removeprefix("/control/")
    if name in _VALUES:
        return _answer(getattr(api, name))
    if name not in _NAMES:
        return _answer({"error": f"no control named {name!r}"}, 404)
    method: Callable[..., object] = getattr(api, name)
    body = await request.body()
    try:
        return _answer(method(**json.loads(body or b"{}")))
    except (LookupError, TypeError, ValueError) as error:
        return _answer({"error": repr(error)}, 400)


def _answer(value: object, status: int = 200) -> Response:
    return Response(json.dumps(_plain(value)).encode(), status, media_type="application/json")


def _plain(value: object) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        fields = asdict(value)
        fields.pop("file", None)
        return fields
    return value
