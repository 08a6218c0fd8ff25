"""A chat in the terminal: the same answers as on Telegram, buttons shown as numbered choices."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from bot.asking import Asked, Conversations, Exchange
from bot.rendering.rendered import Chart, Document, RenderedButton
from bot.world import Loaded

PROMPT = "\n> "
LEAVE = frozenset({"quit", "exit", "/quit", "/exit"})


class Terminal:
    """One person typing; piped input is answered line by line without a prompt."""

    def __init__(self, loaded: Loaded, locale: str, source: IO[str], out: IO[str]) -> None:
        self._conversations = Conversations(loaded, locale)
        self._say = loaded.renderer.say
        self._source, self._out = source, out
        self._choices: list[RenderedButton] = []
        self._waiting = ""  # the question that the professional confirmation holds up
        self._interactive = source.isatty()

    def run(self) -> int:
        """Until the input ends or the person leaves; 0."""
        if self._interactive:
            self._print(self._say("terminal_welcome"))
        while (line := self._read()) is not None:
            if line.strip().lower() in LEAVE:
                break
            if line.strip():
                self._show(self._ask(line.strip()))
        return 0

    def _read(self) -> str | None:
        if self._interactive:
            self._out.write(PROMPT)
            self._out.flush()
        try:
            return self._source.readline() or None
        except KeyboardInterrupt:
            return None

    def _ask(self, line: str) -> Exchange:
        at = datetime.now(UTC)
        if line.isdigit() and 0 < int(line) <= len(self._choices):
            press = self._choices[int(line) - 1].data
            return self._conversations.ask(Asked("terminal", self._waiting, at, press=press), confirmed=False)
        exchange = self._conversations.ask(Asked("terminal", line, at), confirmed=not self._interactive)
        self._waiting = line if exchange.reply.reason == "not_professional" else ""
        return exchange

    def _show(self, exchange: Exchange) -> None:
        rendered = exchange.rendered
        for part in rendered.plain:
            self._print(part)
        for chart in rendered.charts:
            self._print(self._say("terminal_picture", path=self._picture(chart)))
        for document in rendered.files:
            self._print(self._say("terminal_file", path=self._file(document)))
        self._choices = [button for row in rendered.buttons for button in row]
        if self._choices and self._interactive:
            self._print("  ".join(f"({n}) {b.label}" for n, b in enumerate(self._choices, 1)))

    def _picture(self, chart: Chart) -> str:
        from bot.rendering.charts import draw

        path = Path(tempfile.gettempdir()) / f"dosethread-{chart.key}.png"
        path.write_bytes(draw(chart))
        return str(path)

    def _file(self, document: Document) -> str:
        path = Path(tempfile.gettempdir()) / f"dosethread-{document.key[:16]}-{document.name}"
        path.write_bytes(document.content)
        return str(path)

    def _print(self, text: str) -> None:
        self._out.write(text + "\n\n")
        self._out.flush()
