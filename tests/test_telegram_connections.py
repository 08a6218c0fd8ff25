"""Requests as they leave: parameters as JSON, files as a form, buttons as plain data."""

import json

import httpx
import pytest
from telegram import InputFile
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.rendering.rendered import Rendered, RenderedButton
from bot.telegram.connections import JsonRequest
from bot.telegram.sending import keyboard

URL = "http://127.0.0.1:1/bot1/sendMessage"


async def sent(data: RequestData | None) -> httpx.Request:
    """The request that these parameters become."""
    seen: list[httpx.Request] = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"ok": True, "result": True})

    client = JsonRequest(httpx_kwargs={"transport": httpx.MockTransport(note)})
    assert await client.post(URL, data) is True
    await client.shutdown()
    return seen[0]


def parameters(**values: object) -> RequestData:
    return RequestData([RequestParameter.from_input(name, value) for name, value in values.items()])


async def test_parameters_leave_as_json() -> None:
    rendered = Rendered(("x",), ("x",), ((RenderedButton("Kidney · µ", "a:1"),),))
    request = await sent(parameters(chat_id=7, text="5 µg “é” 🙂\n&=%", reply_markup=keyboard(rendered)))
    assert request.headers["content-type"] == "application/json"
    assert request.headers["content-length"] == str(len(request.content))
    assert "python-telegram-bot" in request.headers["user-agent"]
    body = json.loads(request.content)
    assert body["text"] == "5 µg “é” 🙂\n&=%"
    assert body["chat_id"] == "7"
    buttons = [[{"text": "Kidney · µ", "callback_data": "a:1"}]]
    assert json.loads(body["reply_markup"]) == {"inline_keyboard": buttons}


async def test_files_leave_as_a_form() -> None:
    request = await sent(parameters(chat_id=7, caption="x", photo=InputFile(b"png", "a.png")))
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b"png" in request.content


@pytest.mark.parametrize("data", [None, RequestData([])])
async def test_without_parameters_there_is_no_body(data: RequestData | None) -> None:
    request = await sent(data)
    assert request.content == b""
    assert "content-type" not in request.headers


def test_no_buttons_are_no_keyboard() -> None:
    assert keyboard(Rendered(("x",), ("x",))) is None
