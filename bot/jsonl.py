"""The batch interface: one JSON object a line in, one a line out, in order (DESIGN: stable interface)."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import IO, Any

from bot.asking import Asked, Conversations, Exchange, context_of
from bot.dosing.facts import Source
from bot.rendering.rendered import Rendered
from bot.reply import LOCALES, ROLES

# One fixed instant for a whole run, plus a second a line: answers stay the same on every day.
START = datetime(2026, 1, 1, 12, tzinfo=UTC)
INPUT_KEYS = {
    "thread": "the thread's name", "text": "what was typed; may be empty", "user": "who asks (default u1)",
    "role": "physician, pharmacist, nurse, trainee", "locale": "us or uk", "at": "ISO 8601",
    "id": "a name for this line", "reply_to": "id of an earlier line", "edit_of": "id of an earlier line",
    "press": "a button's data, instead of text",
}  # fmt: skip
CLOSED = {"role": ROLES, "locale": LOCALES}


class BadLine(ValueError):  # noqa: N818
    """A line that is not a question in the agreed form; its words go to the asker."""


@dataclass(slots=True)
class Batch:
    """One run over many lines; `failed` once a line could not be read."""

    conversations: Conversations
    failed: bool = False

    def run(self, lines: IO[str], out: IO[str]) -> None:
        """Answers every line in order, each flushed at once."""
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            out.write(json.dumps(self._one(number, line), ensure_ascii=False) + "\n")
            out.flush()

    def _one(self, number: int, line: str) -> Mapping[str, Any]:
        try:
            asked = read_line(line, START + timedelta(seconds=number - 1), self.conversations)
        except BadLine as error:
            self.failed = True
            return {"line": number, "kind": "error", "error": str(error)}
        return output(asked, self.conversations.ask(asked))


def read_line(line: str, at: datetime, conversations: Conversations) -> Asked:
    """One input line; BadLine says what was found and what is allowed."""
    try:
        found = json.loads(line)
    except ValueError as error:
        raise BadLine(f"not JSON: {error}") from None
    if not isinstance(found, dict):
        raise BadLine("not a JSON object")
    faults = list(_faults(found, conversations))
    if faults:
        raise BadLine("; ".join(faults))
    when = datetime.fromisoformat(found.pop("at")) if "at" in found else at
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return Asked(at=when, **found)


def _faults(found: dict[str, Any], conversations: Conversations) -> Iterator[str]:
    for key in found.keys() - INPUT_KEYS.keys():
        yield f"unknown key {key!r} (allowed: {', '.join(INPUT_KEYS)})"
    for key in ("thread", "text"):
        if key not in found:
            yield f"missing key {key!r}"
    for key in found.keys() & INPUT_KEYS.keys():
        value = found[key]
        if not isinstance(value, str):
            yield f"{key!r} is {value!r} (allowed: a string)"
        elif key in CLOSED and value not in CLOSED[key]:
            yield f"{key!r} is {value!r} (allowed: {', '.join(CLOSED[key])})"
        elif key in ("reply_to", "edit_of") and not conversations.knows(value):
            yield f"{key!r} is {value!r} (allowed: the id of an earlier line)"
        elif key == "at" and not _is_time(value):
            yield f"'at' is {value!r} (allowed: ISO 8601)"


def _is_time(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def output(asked: Asked, exchange: Exchange) -> Mapping[str, Any]:
    """One exchange in the stable form."""
    reply, rendered = exchange.reply, exchange.rendered
    return {
        "thread": asked.thread,
        "text": asked.text,
        "kind": reply.kind,
        "reason": reply.reason or None,
        "no": reply.no or None,
        "intents": list(reply.intents),
        "drugs": list(reply.drugs),
        "with": list(reply.others),
        "context": context_of(reply),
        "score": None if reply.score is None else round(reply.score, 1),
        "margin": None if reply.margin is None else round(reply.margin, 1),
        "facts": list(rendered.shown),
        "sources": [_source(n, source) for n, source in enumerate(_sources(exchange), 1)],
        "status": _status(exchange),
        "html": list(rendered.html),
        "plain": list(rendered.plain),
        "pictures": [{"kind": c.kind, "sha256": _picture_hash(c.data)} for c in rendered.charts],
        "files": [{"name": document.name, "sha256": document.key} for document in rendered.files],
        "buttons": _buttons(rendered),
    }


def _buttons(rendered: Rendered) -> list[list[dict[str, str]]]:
    return [[{"label": b.label, "data": b.data} for b in row] for row in rendered.buttons]


def _sources(exchange: Exchange) -> list[Source]:
    """The sources cited, in the order of the message."""
    return list(exchange.rendered.cited) or list(exchange.reply.sources)


def _source(number: int, source: Source) -> dict[str, Any]:
    return {
        "n": number,
        "id": source.id,
        "title": source.title,
        "jurisdiction": source.jurisdiction,
        "version": source.version,
        "url": source.link,
    }


def _status(exchange: Exchange) -> str | None:
    facts = (fact for block in exchange.reply.blocks for fact in block.facts)
    lowest = min(facts, key=lambda fact: fact.status, default=None)
    return lowest.status_words if lowest else None


def _picture_hash(data: str) -> str:
    """The hash of a picture's content: what is drawn, not the bytes of one drawing library."""
    return hashlib.sha256(data.encode()).hexdigest()


def schema() -> Mapping[str, Any]:
    """The JSON Schema of both sides."""
    text = {"type": "string"}
    texts = {"type": "array", "items": text}
    number = {"type": ["number", "null"]}
    maybe = {"type": ["string", "null"]}
    asked: dict[str, Any] = {key: {**text, "description": words} for key, words in INPUT_KEYS.items()}
    for key, allowed in CLOSED.items():
        asked[key]["enum"] = list(allowed)
    kinds = ["answer", "ask_back", "did_you_mean", "not_covered", "no_match", "refusal", "talk"]
    nos = [None, "no_adjustment", "do_not_use", "source_silent", "not_in_facts"]
    source = {
        "n": {"type": "integer"},
        **dict.fromkeys(("id", "title", "jurisdiction", "version", "url"), text),
    }
    answered: dict[str, Any] = {
        "thread": text,
        "text": text,
        "kind": {"enum": kinds},
        "reason": maybe,
        "no": {"enum": nos},
        **dict.fromkeys(("intents", "drugs", "with", "facts", "html", "plain"), texts),
        "context": {"type": "object"},
        "score": number,
        "margin": number,
        "sources": {"type": "array", "items": _object(source)},
        "status": maybe,
        "pictures": {"type": "array", "items": _object({"kind": text, "sha256": text})},
        "files": {"type": "array", "items": _object({"name": text, "sha256": text})},
        "buttons": {
            "type": "array",
            "items": {"type": "array", "items": _object({"label": text, "data": text})},
        },
    }
    error = _object({"line": {"type": "integer"}, "kind": {"const": "error"}, "error": text})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "input": {**_object(asked), "required": ["thread", "text"]},
        "output": {"oneOf": [_object(answered), error]},
    }


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
