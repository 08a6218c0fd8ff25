"""Reply → Rendered: templates give the words, this module the order that no template can leave out."""

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import StrictUndefined, Template
from jinja2.loaders import FunctionLoader
from jinja2.sandbox import SandboxedEnvironment

from bot.documents import DocumentCache
from bot.dosing.facts import Fact, Knowledge, Source, Status
from bot.rendering import assembling
from bot.rendering.assembling import FOLD, FOLD_END, Numbering
from bot.rendering.lint import plain_text, violations
from bot.rendering.marks import CITE, CITED, CLAUSE, Entry, clean
from bot.rendering.rendered import Chart, Rendered, RenderedButton
from bot.rendering.views import MINOR, TERM_KINDS, View, sections_of, strictest_adjustments, term_lists
from bot.rendering.words import Words, load_words
from bot.reply import Block, Button, Reply, Turn

HEADLINE = 140
BUTTON_LABEL = 40


class Renderer:
    """Turns replies into messages of one language. Holds compiled templates and words, nothing of any person."""

    def __init__(self, cache: DocumentCache, knowledge: Knowledge, language: str = "en") -> None:
        self.words: Words = load_words(cache, language)
        self._sources = {source.id: source for drug in knowledge.drugs for source in drug.sources}
        self._language = language
        self._version = knowledge.version
        self._drugs = knowledge.drugs
        self._templates = SandboxedEnvironment(
            loader=FunctionLoader(_reader(language)),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
            auto_reload=False,
        )

    def render(self, reply: Reply, turn: Turn) -> Rendered:
        """The messages of one reply; a line that breaks a rule is withheld and named in `withheld`."""
        return self.render_recorded(reply, turn)[0]

    def render_recorded(self, reply: Reply, turn: Turn) -> tuple[Rendered, tuple[Entry, ...]]:
        """As `render`, with the record of every number that entered the text."""
        view = View(self.words, turn.asker.locale)
        names = {
            "v": view,
            "reply": reply,
            "turn": turn,
            "w": view.w,
            "drugs": self._drugs,
            "version": self._version,
        }
        withheld: list[str] = []
        if reply.blocks:
            html, summary = self._answer(reply, turn, view, names, withheld)
        else:
            text = self._template(reply.template).render(names)
            html = [self._finished([*_paragraphs(text)], None, view, withheld)]
            summary = ""
        html = [part for part in html if part]
        return (
            Rendered(
                tuple(html),
                tuple(plain_text(part) for part in html),
                tuple(tuple(self._button(b) for b in row) for row in reply.buttons),
                tuple(self._charts(reply, view)),
                plain_text(clean(summary)),
                tuple(withheld),
            ),
            tuple(view.ledger.entries),
        )

    def say(self, key: str, **args: object) -> str:
        """One of the few lines that only the edge needs, by its key."""
        view = View(self.words, "us")
        return clean(self._template("_edge").render({"key": key, "args": args, "v": view})).strip()

    def _template(self, name: str) -> Template:
        return self._templates.get_template(f"{name}.html.j2")

    def _answer(
        self, reply: Reply, turn: Turn, view: View, names: dict[str, Any], withheld: list[str]
    ) -> tuple[list[str], str]:
        head = list(_paragraphs(self._template("_head").render(names)))
        summary, body = "", list[str]()
        for block in reply.blocks:
            headline, paragraphs = self._block(block, names)
            summary = summary or headline
            body += paragraphs
        end = self._template("_end").render(
            {**names, "facts": _facts(reply), "status": _status(_facts(reply))}
        )
        room = assembling.ROOM - assembling.length(end)
        parts = assembling.pack([*head, *body], room, self._source_length)
        again = self._template("_again").render(names).strip()
        html = []
        for index, part in enumerate(parts):
            opened = part if index == 0 else [again, *part]
            html.append(self._finished(opened, end, view, withheld))
        return html, summary

    def _source_length(self, token: str) -> int:
        """What one source takes in the list: its title, country, version and place."""
        source_id, *places = token.split("|")
        return len(self._sources[source_id].title) + 45 + len("; ".join(places))

    def _block(self, block: Block, names: dict[str, Any]) -> tuple[str, list[str]]:
        known = {
            **names,
            "b": block,
            "sections": lambda *whats: sections_of(block, *whats),
            "terms": lambda *whats: term_lists(block, *whats),
            "focus": names["reply"].focus,
            "all_whats": {section.what for group in block.groups for section in group.sections},
            "term_whats": TERM_KINDS,
            "minor_whats": MINOR,
            "adjustments": strictest_adjustments(block),
            "products": [p for p in block.drug.products if p.shown and p.route == block.route],
        }
        template = self._template(block.intent if block.groups else "not_in_facts")
        first, *rest = _paragraphs(template.render(known))
        opening, *beside = first.split("\n")
        headline = cut(opening)
        return headline, ["\n".join([f"<b>{headline}</b>", *beside]), *rest]

    def _finished(self, paragraphs: Sequence[str], end: str | None, view: View, withheld: list[str]) -> str:
        """One message: lines checked, citations numbered, sources, status and disclaimer at the end."""
        body = "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
        numbering = Numbering({})
        checked = "\n".join(self._checked(line, withheld) for line in body.split("\n"))
        text = assembling.numbered(checked, numbering)
        if end is None:
            return clean(text).strip()
        sources = self._template("_sources").render({"v": view, "w": view.w, "cited": self._cited(numbering)})
        closing = "\n".join(
            self._checked(line, withheld) for line in f"{sources.strip()}\n\n{end.strip()}".split("\n")
        )
        return clean(f"{text}\n\n{closing.strip()}").strip()

    def _cited(self, numbering: Numbering) -> list[tuple[Source, list[str]]]:
        return [(self._sources[source], places) for source, places in numbering.places.items()]

    def _checked(self, line: str, withheld: list[str]) -> str:
        broken = violations(line)
        if not broken:
            return line
        withheld.append(",".join(broken))
        marks = "".join(CITED.findall(line) and [f"{CITE}{token}\ue005" for token in CITED.findall(line)])
        opening = FOLD if line.startswith(FOLD) else ""
        closing = FOLD_END if line.endswith(FOLD_END) else ""
        return f"{opening}{self.say('withheld')} {marks}{closing}".strip()

    def _button(self, button: Button) -> RenderedButton:
        group, *args = button.label
        label = self._template("_button").render({"group": group, "args": args, "w": self.words.of}).strip()
        return RenderedButton(plain_text(label)[:BUTTON_LABEL], button.data)

    def _charts(self, reply: Reply, view: View) -> list[Chart]:
        charts = []
        for block in reply.blocks:
            if block.plan is not None:
                data = self._chart_data(block, view)
                key = assembling_key(data)
                caption = clean(
                    self._template("_caption").render({"b": block, "v": view, "w": view.w})
                ).strip()
                charts.append(Chart(block.plan.kind, key, data, caption))
        return charts

    def _chart_data(self, block: Block, view: View) -> str:
        from bot.rendering.figures import unit_words

        plan = block.plan
        assert plan is not None  # noqa: S101 - asked only for blocks with a plan
        fact = plan.facts[0]
        steps = [(step.first, step.last, str(step.per_day.high)) for step in plan.steps]
        texts = {key: clean(self.say(key)) for key in ("chart_days", "chart_disclaimer", "chart_per_day")}
        source = fact.source
        return json.dumps(
            {
                "title": f"{block.drug.name} {self.words.of('routes', block.route)}: "
                f"{self.words.of('plans', plan.kind)}",
                "unit": unit_words(plan.steps[0].per_day.unit, True, view.locale),
                "steps": steps,
                "ceiling": str(plan.ceiling.high) if plan.ceiling else None,
                "source": f"{source.title}, {source.version} ({view.whose(fact)})",
                "status": _status(plan.facts)[0],
                **texts,
            },
            sort_keys=True,
        )


def assembling_key(data: str) -> str:
    """The name of a chart's content."""
    from bot.documents import content_key

    return content_key([data.encode()])


def _reader(language: str) -> Callable[[str], str | None]:
    folder = files("templates") / language

    @lru_cache(maxsize=None)
    def read(name: str) -> str | None:
        path = folder / name
        return path.read_text(encoding="utf-8") if path.is_file() else None

    return read


def _paragraphs(text: str) -> list[str]:
    """A template's output as paragraphs: blank lines part them, stray spaces go."""
    lines = (" ".join(line.split(" ")).strip() for line in text.strip().split("\n"))
    paragraphs, current = list[str](), list[str]()
    for line in [*lines, ""]:
        if line:
            current.append(line)
        elif current:
            paragraphs.append("\n".join(current))
            current = []
    return paragraphs


def cut(headline: str) -> str:
    """A headline of at most 140 characters: whole clauses are left off from the end."""
    first, *clauses = headline.split(CLAUSE)
    kept = first
    for clause in clauses:
        bare = CITED.sub("", kept + clause)
        if assembling.length(bare) <= HEADLINE:
            kept += clause
    return kept.rstrip(" ;,:")


def _facts(reply: Reply) -> tuple[Fact, ...]:
    return tuple(fact for block in reply.blocks for fact in block.facts)


def _status(facts: Sequence[Fact]) -> tuple[str, str]:
    """The one status of an answer: the lowest among its facts, with the oldest date."""
    if not facts:
        return Status.UNDER_REVIEW.words, ""
    lowest = min(fact.status for fact in facts)
    dates = [fact.status_date for fact in facts if fact.status == lowest and fact.status_date]
    return lowest.words, min(dates, default="")
