"""A mind for tests of the edge: repeats what was said, and does odd things on order."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape
from types import SimpleNamespace
from typing import Any

from bot import presses
from bot.dialogue import DialogueState, Focus, Trace
from bot.rendering.rendered import Chart, Document, Rendered, RenderedButton
from bot.reply import Notice, Reply, Turn

VERSION = "facts-1"


class EchoWords:
    """Renders an echo."""

    def render(self, reply: Reply, turn: Turn) -> Rendered:
        """What `EchoMind` decided, as messages."""
        text = " ".join(reply.detail)
        parts = text.split(" // ")
        html = tuple(f"<b>{escape(part)}</b>" for part in parts)
        if "<br>" in text:
            html = tuple(f"{part} <br>" for part in parts)
        charts = (Chart("line", f"chart of {text}", "{}", "the chart"),) if "chart" in text else ()
        buttons = tuple(tuple(RenderedButton(b.label[0], b.data) for b in row) for row in reply.buttons)
        names = [word for word in reply.detail[0].split() if word.endswith(".json")]
        files = tuple(Document(name, "application/json", f'"{name}"'.encode()) for name in names)
        return Rendered(html, tuple(parts), buttons, charts, summary=f"in short: {text}"[:140], files=files)

    def say(self, key: str, **args: str) -> str:
        """The key and its arguments, as a line."""
        if key == "command_help":
            return "What I can do"
        if key == "description":
            return "An echo"
        return " ".join((key, *(f"{name}={value}" for name, value in args.items())))


@dataclass
class EchoMind:
    """Counts the questions of a thread, asks for confirmation before a dose, remembers what it was told."""

    words: EchoWords
    version: str = VERSION
    commands: tuple[str, ...] = ("help", "ask", "renal")
    on_answer: Callable[[str], None] = lambda _: None

    def answer(self, turn: Turn, state: DialogueState) -> tuple[Reply, DialogueState]:
        """The echo of a turn."""
        self.on_answer(turn.text)
        order = presses.read(turn.press, VERSION) if turn.press else None
        if order and order.kind == "confirm":
            asker = replace(turn.asker, confirmed=True)
            if not turn.text:
                return Reply("talk", "welcome", detail=("welcome",), asker=asker), state
            reply, after = self.answer(replace(turn, press="", asker=asker), state)
            return replace(reply, asker=asker), after
        if turn.attachment:
            return Reply("talk", "attachment", detail=(f"cannot read {turn.attachment}",)), state
        if "dose" in turn.text and not turn.asker.confirmed:
            rows = ((presses.button(VERSION, "confirm"),), (presses.button(VERSION, "patient"),))
            return Reply("refusal", "gate", detail=("are you a professional?",), buttons=rows), state
        return self._echo(turn, state)

    def _echo(self, turn: Turn, state: DialogueState) -> tuple[Reply, DialogueState]:
        text = turn.text
        if "boom" in text:
            raise ValueError(text)
        if text == "forget":
            return Reply("talk", "forget", detail=("forgotten",), forget=True), DialogueState()
        focus = turn.replying_to.focus if turn.replying_to else state.focus
        drugs = (*focus.drugs, text or turn.press)[-8:]
        after = replace(state, focus=Focus(drugs), trace=Trace(facts=("f1",)), touched=turn.at)
        said = [turn.press and f"pressed {turn.press}", text, f"[{' + '.join(drugs)}]"]
        if turn.quotes_others:
            said.append("(beside others' words)")
        rows = ((presses.ask(VERSION, ("more", ""), ("dose",), ("baclofen",)),),)
        kind = "answer" if "dose" in text else "talk"
        reply = Reply(kind, "echo", detail=tuple(filter(None, said)), buttons=rows, focus=after.focus)
        if kind == "answer":
            notices = (Notice("slip", ("baclofn", "baclofen")),) if "baclofn" in text else ()
            intent = "overdose" if "overdose" in text else "dose"
            block: Any = SimpleNamespace(intent=intent, drug=SimpleNamespace(name="baclofen"), groups=(1,), facts=())
            reply = replace(reply, notices=notices, blocks=(block,), intents=(intent,), trace=after.trace)
        return reply, after

    def draw(self, chart: Chart) -> bytes:
        """A small grey picture."""
        assert chart.kind
        return _png(40, 30)


def echo_mind() -> EchoMind:
    """The usual mind."""
    return EchoMind(EchoWords())


def _png(width: int, height: int) -> bytes:
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body
