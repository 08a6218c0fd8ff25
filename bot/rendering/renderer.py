"""Reply → Rendered: templates give the words, this module the order that no template can leave out."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from jinja2 import StrictUndefined, Template
from jinja2.loaders import FunctionLoader
from markupsafe import escape

from bot import presses
from bot.dialogue import Focus
from bot.documents import DocumentCache
from bot.dosing.facts import Fact, Knowledge, Source, Status
from bot.dosing.lookup import EMERGENCIES
from bot.rendering import assembling
from bot.rendering.assembling import FOLD, FOLD_END, Numbering
from bot.rendering.compiled import CompiledTemplates, Sandbox
from bot.rendering.lint import plain_text, violations
from bot.rendering.marks import CITE, CITE_END, CITED, CLAUSE, SHORTER, STATEMENT, Entry, clean
from bot.rendering.plans import chart_of
from bot.rendering.rendered import Chart, Document, Rendered, RenderedButton
from bot.rendering.selecting import sections_of, strictest_adjustments, term_lists
from bot.rendering.views import MINOR, TERM_KINDS, TITLE, View
from bot.rendering.words import Words, load_words
from bot.reply import Block, Button, Reply, Turn

REMEMBERED = 1024
REMEMBERED_BLOCKS = 256  # each about as large as all the pages of an answer
TITRATION = "titration"  # the plan that is of facts alone; a taper begins with a dose that somebody typed
_SPACES = re.compile(" {2,}")
HEADLINE = 140
BUTTON_LABEL = 40


class Renderer:
    """Turns replies into messages of one language. Holds compiled templates and words, nothing of any person."""

    def __init__(self, documents: DocumentCache, knowledge: Knowledge, language: str = "en") -> None:
        self.words: Words = load_words(documents, language)
        self._cited = knowledge.cited
        self._remembered: dict[tuple[object, ...], tuple[tuple[Block, ...], Rendered]] = {}
        self._worded: dict[tuple[object, ...], tuple[Block, _Worded]] = {}
        self._version = knowledge.version
        self._drugs = knowledge.drugs
        self._templates = Sandbox(
            loader=FunctionLoader(_reader(language)),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
            auto_reload=False,
            bytecode_cache=CompiledTemplates(documents),
        )

    def render(self, reply: Reply, turn: Turn) -> Rendered:
        """The messages of one reply; a line that breaks a rule is withheld and named in `withheld`.

        Answers that hold nothing of a person are remembered: the same blocks read the same every time.
        """
        if reply.patient or reply.notices or not reply.blocks or any(map(_holds_typed, reply.blocks)):
            return self.render_recorded(reply, turn)[0]
        key = (reply.kind, reply.page, reply.plain, reply.focus, reply.drugs, reply.buttons, *map(id, reply.blocks),
               turn.asker.locale, turn.asker.role)  # fmt: skip
        held = self._remembered.get(key)
        if held is None:
            if len(self._remembered) >= REMEMBERED:
                self._remembered.pop(next(iter(self._remembered)))
            # The blocks are kept beside what they read as, so that no other block can take their identity.
            self._remembered[key] = held = (reply.blocks, self.render_recorded(reply, turn)[0])
        return held[1]

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
        making = _Making(view, names, Numbering(self._cited))
        names["files"] = files = tuple(self._files(reply, making))
        if reply.blocks:
            html, summary, turns = self._answer(reply, making)
        else:
            text = self._template(reply.template).render(names)
            parts = assembling.pack(_paragraphs(text), assembling.ROOM, self._entry)
            html = [self._finished(part, None, making, making.numbering) for part in parts]
            summary, turns = "", ()
        if reply.plain:
            html = [str(escape(plain_text(part))) for part in html]
        rendered = Rendered(
            tuple(part for part in html if part),
            tuple(plain_text(part) for part in html if part),
            tuple(tuple(self._button(b) for b in row) for row in self._rows(reply, turns)),
            tuple(self._charts(reply, view)),
            plain_text(clean(summary)),
            tuple(making.withheld),
            tuple(making.numbering.numbers),
            tuple(dict.fromkeys(making.numbering.facts)),
            files,
        )
        return rendered, tuple(view.ledger.entries)

    def say(self, key: str, **args: object) -> str:
        """One of the few lines that only the edge needs, by its key."""
        view = View(self.words, "us")
        return clean(self._template("_edge").render({"key": key, "args": args, "v": view, "w": view.w})).strip()

    def _template(self, name: str) -> Template:
        return self._templates.get_template(f"{name}.html.j2")

    def _answer(self, reply: Reply, making: "_Making") -> tuple[list[str], str, tuple[int, ...]]:
        """The messages of an answer, its first line, and how many pages each block has; one of each is sent.

        The head takes its room beside the pages: what a turn reads as one's own must not move them.
        """
        head = _paragraphs(self._template("_head").render(making.names))
        worded = [self._block(block, making.view.locale, reply.focus) for block in reply.blocks]
        for one in worded:
            making.add(one)
        messages, turns = self._messages(reply, [one.paragraphs for one in worded])
        last = {one: index for index, part in enumerate(messages) for one in part.blocks}
        end = self._template("_end").render(
            {
                **making.names,
                "shown": any(block.facts or block.products for block in reply.blocks),
                "status": _status(_facts(reply), making.view),
            }
        )
        html = []
        for index, part in enumerate(messages):
            numbering = making.numbering.next_message()
            ended = [one for one in part.blocks if last[one] == index]
            closing = "\n\n".join([*self._pages(reply, ended, turns, making), end.strip()])
            of = [reply.blocks[one] for one in part.blocks]
            again = self._template("_again").render({**making.names, "blocks": of}).strip()
            opening = head if index == 0 and reply.page == 1 else [again]
            html.append(self._finished([*opening, *part.paragraphs], closing, making, numbering))
        return html, worded[0].headline, turns

    def _messages(self, reply: Reply, bodies: Sequence[Sequence[str]]) -> tuple[Sequence["_Part"], tuple[int, ...]]:
        """The page that was asked for, or the first page of each of several blocks in as few messages as hold them.

        Where one message does not hold all, each is of one drug, and none ends on the first line of a block.
        """
        pages = [assembling.pack(body, assembling.ROOM, self._entry) for body in bodies]
        turns = tuple(map(len, pages))
        every = range(len(bodies))
        if len(bodies) == 1:
            number = min(reply.page, turns[0])
            return [_Part(pages[0][number - 1], (0,))], turns
        whole = self._packed([pages[one][0] for one in every])
        if len(whole) == 1:
            return [_Part(whole[0], tuple(every))], turns
        by_drug: dict[str, list[int]] = {}
        for one in every:
            by_drug.setdefault(reply.blocks[one].drug.name, []).append(one)
        return [
            _Part(part, tuple(of)) for of in by_drug.values() for part in self._packed([pages[one][0] for one in of])
        ], turns

    def _packed(self, bodies: Sequence[Sequence[str]]) -> list[list[str]]:
        """Blocks in as few messages as hold them; what two of them say alike (the patient's bands) is said once."""
        parts = assembling.pack(dict.fromkeys(one for body in bodies for one in body), assembling.ROOM, self._entry)
        openings = {body[0] for body in bodies}
        for part, following in pairwise(parts):
            if len(part) > 1 and part[-1] in openings:
                following.insert(0, part.pop())
        return parts

    def _pages(self, reply: Reply, ended: Sequence[int], turns: Sequence[int], making: "_Making") -> list[str]:
        """For each block that ends here and has several pages, which of them this is."""
        several = len(turns) > 1
        return [
            self._template("_page")
            .render(
                {
                    **making.names,
                    "page": min(reply.page, turns[one]),
                    "pages": turns[one],
                    "of": reply.blocks[one] if several else None,
                }
            )
            .strip()
            for one in ended
            if turns[one] > 1
        ]

    def _rows(self, reply: Reply, turns: Sequence[int]) -> tuple[tuple[Button, ...], ...]:
        """The reply's buttons, headed by the next page of every block that has one."""
        more = zip(reply.blocks, turns, strict=False)
        return (*((self._more(reply, block, pages),) for block, pages in more if reply.page < pages), *reply.buttons)

    def _more(self, reply: Reply, block: Block, pages: int) -> Button:
        drugs = {one.drug.name for one in reply.blocks}
        of = (block.intent, *([block.drug.name] if len(drugs) > 1 else [])) if len(reply.blocks) > 1 else ()
        return presses.ask(
            self._version,
            ("more", str(reply.page + 1), str(pages), *of),
            (block.intent,),
            (block.drug.name,),
            reply.focus.route or presses.NO_ROUTE,
            reply.focus.population,
            reply.page + 1,
            block.about,
        )

    def _entry(self, token: str) -> tuple[str, int]:
        """Which source a citation is of, and what its entry takes: title, country, version and places."""
        ids = token.split("|")
        source = self._cited[ids[0]][0]
        named = len(source.publisher) if source.local else 0
        entry = min(len(source.title), TITLE) + named + 60 + len(self._cited[ids[0]][1])
        return f"{source.id} {source.title} {source.link}", entry

    def _block(self, block: Block, locale: str, focus: Focus) -> "_Worded":
        """The words of a block; remembered unless it holds something that somebody typed.

        A turn with values of a patient is never remembered whole, but its blocks are of facts alone.
        """
        if _holds_typed(block):
            return self._word(block, locale, focus)
        key = (id(block), locale, focus.route, focus.indication, focus.population)
        held = self._worded.get(key)
        if held is None:
            if len(self._worded) >= REMEMBERED_BLOCKS:
                self._worded.pop(next(iter(self._worded)))
            self._worded[key] = held = (block, self._word(block, locale, focus).linted())
        return held[1]

    def _word(self, block: Block, locale: str, focus: Focus) -> "_Worded":
        """A block's first line and paragraphs; a first line that breaks a rule keeps drug and route alone.

        The template is given what the words are remembered by, and nothing else of the turn.
        """
        view = View(self.words, locale)
        known = {
            "v": view,
            "w": view.w,
            "drugs": self._drugs,
            "version": self._version,
            "b": block,
            "sections": lambda *whats: sections_of(block, *whats),
            "terms": lambda *whats: term_lists(block, locale, *whats),
            "focus": {"route": focus.route, "indication": focus.indication, "population": focus.population},
            "all_whats": {section.what for group in block.groups for section in group.sections},
            "term_whats": TERM_KINDS,
            "minor_whats": MINOR if block.intent in ("dose", "start", "overview") else frozenset(),
            "adjustments": strictest_adjustments(block),
            "emergencies": EMERGENCIES,
        }
        template = self._template(block.intent if block.answers else "not_in_facts")
        first, *rest = _paragraphs(template.render(known))
        opening, *beside = first.split("\n")
        beside = [whole(line) for line in beside]
        headline, withheld = cut(opening), tuple[str, ...]()
        if broken := violations(headline):
            withheld = (f"{','.join(broken)}: the first line",)
            route = view.w("routes", block.route) if block.route else ""
            headline = f"{block.drug.name} {route}".strip()
        rest.sort(key=lambda paragraph: paragraph.startswith(FOLD))
        paragraphs = ("\n".join([f"<b>{headline}</b>", *beside]), *rest)
        return _Worded(headline, paragraphs, withheld, tuple(view.ledger.entries))

    def _finished(self, paragraphs: Sequence[str], end: str | None, making: "_Making", numbering: Numbering) -> str:
        """One message: lines checked, citations numbered, sources, status and disclaimer at the end."""
        body = "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
        checked = "\n".join(self._checked(line, making) for line in body.split("\n"))
        text = assembling.numbered(checked, numbering)
        if end is None:
            return clean(text).strip()
        sources = self._template("_sources").render({**making.names, "cited": self._listed(numbering)})
        closing = f"{sources.strip()}\n\n{end.strip()}".split("\n")
        checked = "\n".join(self._checked(line, making) for line in closing)
        return clean(f"{text}\n\n{checked.strip()}").strip()

    def _listed(self, numbering: Numbering) -> list[tuple[int, Source, list[str]]]:
        listed = [(numbering.numbers[source], source, places) for source, places in numbering.places.items()]
        return sorted(listed, key=lambda one: one[0])

    def _checked(self, line: str, making: "_Making") -> str:
        """The line, or what stands in its place when it breaks a rule; counted by what it cites."""
        if line in making.sound or not (broken := violations(line)):
            return line
        tokens = CITED.findall(line)
        making.withheld.append(f"{','.join(broken)}: {' '.join(tokens) or 'no fact'}")
        marks = "".join(f"{CITE}{token}{CITE_END}" for token in tokens)
        opening = FOLD if line.startswith(FOLD) else ""
        closing = FOLD_END if line.endswith(FOLD_END) else ""
        words = f"{self.say('withheld')} {marks}" if tokens else self.say("withheld_uncited")
        return f"{opening}{words}{closing}"

    def _button(self, button: Button) -> RenderedButton:
        group, *args = button.label
        label = self._template("_button").render({"group": group, "args": args, "w": self.words.of}).strip()
        return RenderedButton(plain_text(label)[:BUTTON_LABEL], button.data)

    def _files(self, reply: Reply, making: "_Making") -> Iterator[Document]:
        if reply.regimen:
            from bot.rendering.exports import dosage_file

            yield dosage_file(reply.regimen, making.view, self._template("_dosage"), making.withheld)
        if reply.calendar:
            from bot.rendering.calendars import calendar_file

            for plan in reply.calendar:
                yield calendar_file(plan, making.view, making.names["turn"].at, making.withheld)

    def _charts(self, reply: Reply, view: View) -> list[Chart]:
        if reply.page > 1:
            return []
        return [
            chart_of(block, view, self.say, self._template("_caption").render({"b": block, "v": view, "w": view.w}))
            for block in reply.blocks
            if block.plan is not None
        ]


@dataclass(frozen=True, slots=True)
class _Part:
    """The paragraphs of one message, and which blocks they are of."""

    paragraphs: Sequence[str]
    blocks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Worded:
    """A block in words, with the record of its numbers; `sound` are lines known to break no rule."""

    headline: str
    paragraphs: tuple[str, ...]
    withheld: tuple[str, ...]
    entries: tuple[Entry, ...]
    sound: frozenset[str] = frozenset()

    def linted(self) -> "_Worded":
        """The same with every line looked at once and for all."""
        lines = (line for paragraph in self.paragraphs for line in paragraph.split("\n"))
        return replace(self, sound=frozenset(line for line in lines if not violations(line)))


@dataclass(slots=True)
class _Making:
    """One reply while it is being worded."""

    view: View
    names: dict[str, Any]
    numbering: Numbering
    withheld: list[str] = field(default_factory=list)
    sound: set[str] = field(default_factory=set)

    def add(self, worded: _Worded) -> None:
        """Take over what a block withheld, put on record and had linted."""
        self.withheld += worded.withheld
        self.view.ledger.entries += worded.entries
        self.sound |= worded.sound


def _reader(language: str) -> Callable[[str], str | None]:
    folder = files("templates") / language

    @cache
    def read(name: str) -> str | None:
        path = folder / name
        return path.read_text(encoding="utf-8") if path.is_file() else None

    return read


def _paragraphs(text: str) -> list[str]:
    """A template's output as paragraphs: blank lines part them, stray spaces go."""
    lines = (_SPACES.sub(" ", line).strip(" ") for line in text.strip().split("\n"))
    paragraphs, current = list[str](), list[str]()
    for line in [*lines, ""]:
        if line:
            current.append(line)
        elif current:
            paragraphs.append("\n".join(current))
            current = []
    return paragraphs


def _holds_typed(block: Block) -> bool:
    """Whether a block was made from what somebody typed: a dose's check, a taper down from it, a patient's values."""
    if block.patient is not None or (block.table is not None and block.table.of_patient):
        return True
    return block.check is not None or (block.plan is not None and block.plan.kind != TITRATION)


def whole(line: str) -> str:
    """A line that need not be cut: every clause in its longest form."""
    return " ".join(clause.split(SHORTER)[0].strip() for clause in line.split(CLAUSE)).strip(" ;")


def cut(headline: str) -> str:
    """A headline of at most 140 characters: figures while they fit, then the first statement that fits."""
    figures, *statements = headline.split(STATEMENT)
    kept, *clauses = figures.split(CLAUSE)
    kept = kept.strip()
    for clause in clauses:
        kept = _with_first_fitting(kept, clause.split(SHORTER))
    kept = _with_first_fitting(kept, [form for statement in statements for form in statement.split(SHORTER)])
    return kept.rstrip(" ;,:.")


def _with_first_fitting(kept: str, forms: Sequence[str]) -> str:
    longer = (f"{kept} {form.strip()}" for form in forms)
    return next((headline for headline in longer if _fits(headline)), kept)


def _fits(headline: str) -> bool:
    return assembling.length(CITED.sub("", headline)) <= HEADLINE


def _facts(reply: Reply) -> tuple[Fact, ...]:
    return tuple(fact for block in reply.blocks for fact in block.facts)


def _status(facts: Sequence[Fact], view: View) -> tuple[str, str, str]:
    """The one status of an answer: the lowest among its facts, with its words and the oldest date."""
    if not facts:
        return Status.UNDER_REVIEW.words, Status.UNDER_REVIEW.words, ""
    lowest = min(facts, key=lambda fact: fact.status)
    dates = [fact.status_date for fact in facts if fact.status == lowest.status and fact.status_date]
    return lowest.status.words, view.standing(lowest), min(dates, default="")
