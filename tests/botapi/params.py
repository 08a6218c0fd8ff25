"""Parameters of one request, whatever encoding they came in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from email.parser import BytesHeaderParser
from typing import Any
from urllib.parse import parse_qsl

from tests.botapi.records import Upload, bad_request

_TRUE = frozenset({"true", "yes", "1"})
_BOUNDARY = re.compile(r'boundary="?([^";,]+)"?')


class Params:
    """Typed access to the values of a request; missing ones count as empty."""

    def __init__(self, values: Mapping[str, Any], files: Mapping[str, Upload] | None = None) -> None:
        self.values = values
        self.files = files or {}

    def text(self, name: str) -> str:
        """The value as text."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int = 0) -> int:
        """The value as a whole number; what is no number counts as the default, as with Telegram."""
        try:
            return int(self.text(name) or default)
        except ValueError:
            return default

    def flag(self, name: str) -> bool:
        """The value as a boolean."""
        return self.text(name).lower() in _TRUE

    def decoded(self, name: str, what: str) -> Any:
        """The value as JSON; None if it is missing."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            raise bad_request(f"can't parse {what} JSON object") from None


def read_params(query: bytes, content_type: str, body: bytes) -> Params:
    """Parameters from the query string and a form, JSON or multipart body."""
    values: dict[str, Any] = _form(query) if query else {}
    files: dict[str, Upload] = {}
    if not body:
        return Params(values)
    if content_type.startswith("application/x-www-form-urlencoded"):
        values |= _form(body)
    elif content_type.startswith("application/json"):
        values |= _json_object(body)
    elif content_type.startswith("multipart/form-data"):
        _read_multipart(content_type, body, values, files)
    else:
        raise bad_request(f"unsupported content type {content_type!r}")
    return Params(values, files)


def _form(source: bytes) -> dict[str, Any]:
    return dict(parse_qsl(source.decode(), keep_blank_values=True))


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        decoded = json.loads(body)
    except ValueError:
        raise bad_request("can't parse request JSON object") from None
    if not isinstance(decoded, dict):
        raise bad_request("request JSON must be an Object")
    return decoded


def _read_multipart(content_type: str, body: bytes, values: dict[str, Any], files: dict[str, Upload]) -> None:
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise bad_request("boundary is missing in the multipart request")
    delimiter = b"\r\n--" + match.group(1).encode()
    for part in (b"\r\n" + body).split(delimiter)[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = BytesHeaderParser().parsebytes(head + b"\r\n\r\n")
        name = headers.get_param("name", "", "content-disposition")
        if headers.get_filename() is None:
            values[str(name)] = content.decode()
        else:
            file_name = headers.get_filename() or "file"
            files[str(name)] = Upload("", file_name, headers.get_content_type(), content)
