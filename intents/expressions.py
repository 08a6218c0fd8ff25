"""Regular expressions that are compiled when first used: most runs never meet most of them, and starts stay short."""

import re
import sys
from collections.abc import Iterator


class Expression:
    """Looks like a compiled expression, and is one from its first use on."""

    __slots__ = ("_compiled", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._compiled: re.Pattern[str] | None = None

    def _ready(self) -> re.Pattern[str]:
        if self._compiled is None:
            self._compiled = re.compile(self._text)
        return self._compiled

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        return self._ready().search(text, start, end)

    def match(self, text: str, start: int = 0) -> re.Match[str] | None:
        return self._ready().match(text, start)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        return self._ready().fullmatch(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        return self._ready().finditer(text)
