"""Plain calls to the server, as a bot without a library would make them."""

from __future__ import annotations

from typing import Any

import httpx

from tests.botapi.server import BotApi


class RawClient:
    """Calls methods by name and looks at the bare answers."""

    def __init__(self, api: BotApi) -> None:
        self.api = api
        self.http = httpx.Client(base_url=f"{api.url}/bot{api.token}/", timeout=10)

    def raw(self, method: str, **params: Any) -> dict[str, Any]:
        """The whole answer."""
        answer: dict[str, Any] = self.http.post(method, json=params).json()
        return answer

    def ok(self, method: str, **params: Any) -> Any:
        """The result of a call that must work."""
        answer = self.raw(method, **params)
        assert answer["ok"], answer
        return answer["result"]

    def refused(self, method: str, **params: Any) -> str:
        """The description of a call that must be refused with 400."""
        answer = self.raw(method, **params)
        assert not answer["ok"], answer
        assert answer["error_code"] == 400
        return str(answer["description"]).removeprefix("Bad Request: ")
