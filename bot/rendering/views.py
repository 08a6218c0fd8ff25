"""What templates may say about a block: its facts as marked text, its sources as citations."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import takewhile

from markupsafe import Markup, escape

from bot.dialogue import Held
from bot.dosing.by_weight import WHOLE, Weighed
from bot.dosing.facts import ANY, Band, Drug, Fact, Figure, Product, Source, Text
from bot.dosing.lookup import EMERGENCIES, LIMITS, severity
from bot.dosing.plan import Plan
from bot.dosing.quantity import UNITS, Quantity, cut_down, parse_quantity
from bot.dosing.regimen import Dose
from bot.dosing.strengths import Delivered
from bot.rendering import figures
from bot.rendering.marks import (
    CITE,
    CITE_END,
    CLAUSE,
    SHORTER,
    STATEMENT,
    VERBATIM,
    VERBATIM_END,
    Ledger,
    clean,
)
from bot.rendering.words import Words
from bot.reply import Block, Checked, DoseCheck, Group, Line, Reply, Section
from intents.understanding import Measure

_PRINTED = re.compile(
    r"(?P<size>\d+(?:\.\d+)?) (?P<unit>mg|micrograms|mL|units|g)(?![a-z])"
    r"(?:/(?P<volume>\d+(?:\.\d+)? )?(?P<per>mL|spray|g))?"
)
TITLE = 70  # of a source in the list below an answer; /sources gives it whole
PARTICULAR = frozenset({"child", "pregnancy", "breast_feeding"})  # people of whom a first line speaks when asked
MANY_USES = 5  # from which on a first line singles none of them out
SHORT_PERIOD = 30  # signs of a statement that says over which time a total is
CELL = 160  # characters of a statement in a table
CUT = " …"
OPEN_LINES = 9
EMERGENCY = frozenset({"withdrawal_treatment", "overdose_treatment"})
_STOP = re.compile(r"[;.](?= )")
REGIMEN_TOPICS = frozenset({"dose", "overview", "start", "titration", "maximum"})
# Statements that mean little in the headline without what they are about.
NAMED_IN_HEADLINE = frozenset(
    {"interaction", "storage", "giving", "feeding_tube", "off_label", "switch", "dose_note", "pump_start"}
)
# Figures of which the lowest or longest is the strictest; of others it is only said that sources differ.
RANKED = frozenset({
    "start", "usual", "maximum", "maximum_exceptional", "screening",
    "screening_maximum", "screening_interval", "taper_duration", "taper_step", "taper_percent", "taper_interval",
})  # fmt: skip
TERM_KINDS = frozenset({"adverse_effect", "withdrawal_signs", "overdose_signs"})
# Figures of a regimen: those of one use and of one group of people belong together.
FIGURES_OF_USE = frozenset({
    "start", "usual", "step", "step_interval", "maximum", "maximum_exceptional", "screening", "screening_maximum",
    "muscle_dose",
})  # fmt: skip
# Differences between sources that stay folded: they change a dose less than its size and its ceiling.
MINOR = frozenset({"step", "step_interval", "step_percent", "schedule", "divided", "trial_length"})


class View:
    """The words of one reply in the making: every number through the ledger, every source cited."""

    def __init__(self, words: Words, locale: str) -> None:
        self.words, self.locale, self.ledger = words, locale, Ledger()

    def w(self, group: str, code: str) -> str:
        """The words for a coded value."""
        return self.words.of(group, code)

    def fact(self, words: str, fact: Fact, kind: str = "fact", origin: str = "") -> Markup:
        """Words with a figure of a fact, marked."""
        return Markup(self.ledger.mark(str(escape(words)), kind, origin or fact.id))

    def meta(self, words: object, origin: str = "meta") -> Markup:
        """A date, count, place or version, marked as such."""
        return Markup(self.ledger.mark(str(escape(str(words))), "meta", origin))

    def said(self, words: str) -> Markup:
        """An echo of what the asker typed: kept as it is, out of the lint's reach."""
        marked = self.ledger.mark(str(escape(clean(words))), "said", "asker")
        return Markup(f"{VERBATIM}{marked}{VERBATIM_END}")

    def verbatim(self, words: str, origin: str = "title") -> Markup:
        """Words of others that are not linted, such as the title of a source."""
        marked = self.ledger.mark(str(escape(clean(words))), "meta", origin)
        return Markup(f"{VERBATIM}{marked}{VERBATIM_END}")

    def title(self, source: Source) -> Markup:
        """A source's title for the list below an answer, cut at a word when it is long."""
        cut = source.title if len(source.title) <= TITLE else source.title[:TITLE].rpartition(" ")[0] + " …"
        return self.verbatim(cut)

    def value(self, fact: Fact) -> Markup:
        """The figure of a fact; a dose per dose with its derived daily total in brackets."""
        if isinstance(fact.value, Dose):
            return self.dose(fact.value, fact)
        if fact.value is not None:
            return self.fact(figures.quantity(fact.value, self.locale), fact)
        return Markup("")

    def brief(self, fact: Fact) -> Markup:
        """The figure of a fact without its daily total, for a first line that has little room."""
        if isinstance(fact.value, Dose):
            return self.fact(figures.dose(fact.value, self.locale), fact)
        return self.value(fact)

    def dose(self, dose: Dose, fact: Fact, kind: str = "fact") -> Markup:
        """A dose of a fact, or one worked out from it, with its daily total where that follows."""
        text = self.fact(figures.dose(dose, self.locale), fact, kind)
        total = figures.per_day(dose, self.locale)
        if not total:
            return text
        return text + " (" + self.fact(total, fact, "derived", "dose times frequency: " + fact.id) + ")"

    def text(self, fact: Fact) -> Markup:
        """The statement of a fact, its figures in the reader's units and marked."""
        return self._text(fact.text, fact) if fact.text else Markup("")

    def short_text(self, fact: Fact) -> Markup:
        """The statement of a fact for a cell of a table: whole, or cut at a stop and marked so when it is long."""
        if fact.text is None:
            return Markup("")
        forms = self._forms(fact.text, fact)
        return next((form for form in forms if len(clean(form)) <= CELL), forms[-1])

    def _forms(self, text: Text, fact: Fact) -> list[Markup]:
        """A statement whole, then cut at each of its stops, longest first; what is cut says so."""
        whole, *cut = (self._text(Text(tuple(parts)), fact) for parts in _prefixes(text))
        return [whole, *(form + CUT for form in cut)]

    def _text(self, text: Text, fact: Fact) -> Markup:
        parts = (self._figure(p, fact) if isinstance(p, Figure) else escape(p) for p in text.parts)
        return Markup("").join(parts)

    def _figure(self, figure: Figure, fact: Fact) -> Markup:
        if isinstance(figure.value, Dose):
            return self.fact(figures.dose(figure.value, self.locale), fact)
        if figure.value is not None:
            return self.fact(figures.quantity(figure.value, self.locale), fact)
        return self.fact(figure.words, fact)

    def cites(self, line: Line) -> Markup:
        """The citation marks of a line, one a source, numbered when the message is put together."""
        by_source: dict[str, list[str]] = {}
        for fact in line.facts:
            by_source.setdefault(fact.source.id, []).append(fact.id)
        return Markup("".join(f"{CITE}{'|'.join(ids)}{CITE_END}" for ids in by_source.values()))

    def where(self, line: Line) -> Markup:
        """Whose words a line is: countries for labels, the kind of document for papers; local lines with their date."""
        if line.fact.source.local:
            return self.led(line)
        return Markup(", ").join(dict.fromkeys(self.whose(fact) for fact in line.facts))

    def whose(self, fact: Fact) -> Markup:
        """Country and kind: `US label`, `UK guideline`; papers without a country by their kind; or the operator."""
        if fact.source.local:
            return self.policy(fact.source)
        kind = self.w("kinds", fact.source.kind)
        if fact.source.jurisdiction == "international":
            return escape(self.w("kinds_elsewhere", fact.source.kind).capitalize())
        return escape(f"{self.w('jurisdictions', fact.source.jurisdiction)} {kind}")

    def whose_short(self, fact: Fact) -> Markup:
        """As `whose`, without the operator's name, where a first line has no room for it."""
        return escape(self.w("kinds", fact.source.kind)) if fact.source.local else self.whose(fact)

    def standing(self, fact: Fact) -> Markup:
        """The review status of a fact; a local line's names its operator."""
        return self.policy(fact.source) if fact.source.local else escape(fact.status.words)

    def policy(self, source: Source) -> Markup:
        """An operator's own document, by the operator's name."""
        return self.verbatim(source.policy, "operator")

    def led(self, line: Line) -> Markup:
        """Whose words a line is, each with the version date of its own edition."""
        dated = dict.fromkeys((self.whose(fact), fact.source.version) for fact in line.facts)
        return Markup(", ").join(whose + " " + self.meta(version, "version") for whose, version in dated)

    def dated_fact(self, fact: Fact) -> Markup:
        """The version date of a fact's source."""
        return self.meta(fact.source.version, "version")

    def line(self, facts: tuple[Fact, ...]) -> Line:
        """Facts that say the same, as one line."""
        return Line(facts)

    def cite(self, fact: Fact) -> Markup:
        """The citation mark of one fact."""
        return self.cites(Line((fact,)))

    def cite_products(self, products: Iterable[Product]) -> Markup:
        """The citation marks of products, one a source."""
        by_source: dict[str, list[str]] = {}
        for product in products:
            by_source.setdefault(product.source.id, []).append(product.id)
        return Markup("".join(f"{CITE}{'|'.join(ids)}{CITE_END}" for ids in by_source.values()))

    def strength(self, product: Product) -> Markup:
        """What a product holds, in the reader's units: `5 mg per 5 mL`, `1,000 mcg per mL`."""
        words = _PRINTED.sub(self._printed, product.strength)
        return Markup(self.ledger.mark(str(escape(words)), "fact", product.id))

    def _printed(self, found: re.Match[str]) -> str:
        words = figures.unit_words(UNITS[found["unit"]], found["size"] != "1", self.locale)
        amount = figures.number(Decimal(found["size"])) + figures.NBSP + words
        return f"{amount} per {found['volume'] or ''}{found['per']}" if found["per"] else amount

    def counted(self, drug: Drug) -> list[tuple[str, int]]:
        """How many facts of a drug stand at each status, highest first."""
        counts = Counter(fact.status for fact in drug.facts)
        return [(status.words, counts[status]) for status in sorted(counts, reverse=True)]

    def last_date(self, drug: Drug) -> str:
        """The newest date on which two keyings of a fact agreed."""
        dates = (fact.status_date for fact in drug.facts if fact.status_date and not fact.source.local)
        return max(dates, default="never")

    def shown(self, drug: Drug) -> int:
        """How many facts of a drug may be shown, the operator's own lines aside."""
        return sum(fact.shown and not fact.source.local for fact in drug.facts)

    def local_lines(self, drug: Drug) -> int:
        """How many of the operator's own lines there are for a drug."""
        return sum(fact.source.local for fact in drug.facts)

    def abroad(self, reply: Reply) -> tuple[str, ...]:
        """Countries of the labels shown when none is the reader's own; nothing when one is."""
        facts = [fact for block in reply.blocks for fact in block.facts if fact.value or fact.steps]
        countries = dict.fromkeys(fact.source.jurisdiction for fact in facts if not fact.source.local)
        if not countries or self.locale in countries:
            return ()
        return tuple(self.w("jurisdictions", country) for country in countries)

    def waits(self, block: Block) -> bool:
        """Whether facts of this question, or of the whole drug, are keyed once and wait for their second reading."""
        topics = {block.intent, *(("start", "titration", "maximum", "dose") if block.intent in REGIMEN_TOPICS else ())}
        people = {ANY, block.population or ANY} if block.population else None
        hidden = (
            fact
            for fact in block.drug.facts
            if not fact.shown
            and fact.topic in topics
            and fact.at.route in (block.route, ANY)
            and (people is None or fact.at.population in people)
        )
        return not block.drug.shown or any(hidden)

    def taperable(self, block: Block) -> bool:
        """Whether a source gives what a day table down from some dose would need."""
        told = [f for group in block.groups for s in group.sections for line in s.lines for f in line.facts]
        whats = {fact.what for fact in told if not fact.absent and fact.at.about in WHOLE}
        lengths = (fact.value for fact in told if fact.what == "taper_duration" and fact.at.about in WHOLE)
        bounded = any(isinstance(length, Quantity) and length.bound != "at least" for length in lengths)
        return bounded or {"taper_step", "taper_interval"} <= whats

    def sources_shown(self, drug: Drug) -> int:
        """How many sources stand behind the facts of a drug that may be shown."""
        return len({fact.source for fact in drug.facts if fact.shown and not fact.source.local})

    def people(self, group: Group) -> Markup:
        """Whom a group is for: population, age, weight, band."""
        return self.people_of(group.fact)

    def people_of(self, fact: Fact) -> Markup:
        """Whom a fact is for, in words."""
        at = fact.at
        parts = [escape(self.w("populations", at.population))] if at.population != ANY else []
        if at.age:
            parts.append(self.fact(figures.quantity(at.age, self.locale), fact))
        if at.weight:
            parts.append(self.fact(figures.quantity(at.weight, self.locale), fact))
        if at.band:
            parts.append(self.band(at.band, fact))
        return Markup(", ").join(parts)

    def band(self, band: Band, fact: Fact) -> Markup:
        """A cut-off with its metric named."""
        if band.quantity is None:
            return self.fact(band.words, fact)
        return Markup(f"{band.metric} ") + self.fact(figures.quantity(band.quantity, self.locale), fact)

    def first_lines(self, body: Markup) -> Markup:
        """The lines of a group that stay open."""
        return Markup("\n").join(body.split("\n")[:OPEN_LINES])

    def later_lines(self, body: Markup) -> Markup:
        """The lines of a group that fold away."""
        return Markup("\n").join(body.split("\n")[OPEN_LINES:])

    def told(self, section: Section) -> int:
        """How many lines of a statement stay open: in an emergency a second one; of one source's regimens, all.

        The operator's own stand before these.
        """
        if section.what in ("adjustment", "dialysis_supplement") and not section.conflict:
            return len(section.lines)
        return (2 if section.what in EMERGENCY else 1) + len(section.local)

    def opened(self, groups: Sequence[Group], most: int) -> int:
        """How many groups stay open, so that the operator's own never close one that would be open without them."""
        return most + sum(1 for _ in takewhile(lambda group: group.local, groups))

    def whole(self, sections: Iterable[Section]) -> list[Section]:
        """Sections about a treatment as a whole before those about a part of it; those of neighbouring ages last."""
        return sorted(sections, key=lambda section: (section.near, section.fact.at.about not in WHOLE))

    def alone(self, section: Section, sections: Iterable[Section], related: bool = False) -> bool:
        """Whether a figure stands alone: no source differs, and no other section says otherwise for adults at large.

        `related`: of all the uses shown, which belong to the one that was asked about.

        The operator's own lines are not looked at here: they stand before it.
        """
        at, said = section.other.at, str(section.other.value)
        others = (one.other for one in sections if one is not section and not one.fact.absent)
        general = (
            fact
            for fact in others
            if fact.at.population in (ANY, "adult", at.population)
            and not fact.source.local
            and (related or fact.at.indication == at.indication)
            and fact.at.about == at.about
            and not (fact.at.band or fact.at.age or fact.at.weight)
        )
        return not section.others_differ and all(str(fact.value) == said for fact in general)

    def ranked(self, section: Section) -> str:
        """What is said of the first of several differing figures that are no local line."""
        if section.what not in RANKED:
            return self.w("phrases", "differ")
        if section.fact.at.indication in EMERGENCIES:
            return self.w("phrases", "differ")
        return self.w("phrases", "strictest_of_others" if section.local else "strictest")

    def first_figure(self, sections: Sequence[Section], indication: str) -> Section | None:
        """The section whose first figure a first line gives: the first with one, and more than local lines.

        Where a use was said that has parts (spasticity, in multiple sclerosis), the strictest of them.
        """
        told = [section for section in sections if not section.only_local and section.other.value is not None]
        if not told or not indication or told[0].what not in RANKED:
            return told[0] if told else None
        same = [one for one in told if _people_and_part(one) == _people_and_part(told[0])]
        whole = [one for one in same if not (one.fact.at.band or one.fact.at.age or one.fact.at.weight)]
        return min(whole, key=lambda one: severity(one.other)) if whole else told[0]

    def leading(self, block: Block, sections: Sequence[Section]) -> list[Section]:
        """The sections that a first line may speak of.

        Where several uses are shown it speaks of that of the first group alone, and of children only where nothing is
        shown for adults: one patient's start beside another's maximum would read as one regimen. Of a figure that
        every use has of its own, and none in general, it says nothing, nor of children of other ages and weights.
        """
        shown = [section for group in block.groups for section in group.sections if section.what in FIGURES_OF_USE]
        figures = [section for section in shown if section.other.value is not None]
        sections = [one for one in sections if one.what not in LIMITS or one.fact.at.about != "start"]
        if block.patient and block.patient.of_others:
            sections = [one for one in sections if not (one.fact.at.age or one.fact.at.weight)]
        first = next((section.fact.at.indication for section in figures), ANY)
        of_adults = block.population != "child" and any(one.fact.at.population != "child" for one in figures)
        uses = {section.fact.at.indication for section in figures} - {ANY}
        general = any(section.fact.at.indication == ANY for section in sections)
        if first == ANY and len(uses) >= MANY_USES and not general:
            return []
        return [
            section
            for section in sections
            if (first == ANY or section.what not in FIGURES_OF_USE or section.fact.at.indication in (first, ANY))
            and not (of_adults and section.what in FIGURES_OF_USE and section.fact.at.population == "child")
        ]

    def of_people(self, sections: Sequence[Section], population: str) -> Sequence[Section]:
        """The sections without those of children and mothers where nobody spoke of one, unless these are all."""
        others = PARTICULAR - {population}
        kept = [one for one in sections if one.fact.at.population not in others]
        return kept or sections

    def own_dose(self, block: Block, fact: Fact) -> Weighed | None:
        """What a dose by weight comes to for the patient, unless it is above what another source allows at most."""
        weighed = block.patient.weighed if block.patient else ()
        return next((one for one in weighed if fact in one.facts and not one.above), None)

    def above_own(self, block: Block, fact: Fact) -> bool:
        """Whether a limit for everybody is above all that is usual at the patient's weight: it says little of them."""
        weighed = block.patient.weighed if block.patient else ()
        usual = [one.dose.per_day for one in weighed if one.fact.what == "usual" and one.dose.per_day]
        limit = fact.value.per_day if fact.what in LIMITS and isinstance(fact.value, Dose) else None
        if limit is None or not usual or self.own_dose(block, fact):
            return False
        return all(one.unit == limit.unit and one.high < limit.low for one in usual)

    def first_local(self, sections: Sequence[Section], population: str) -> Fact | None:
        """The operator's line that a first line gives before it: one for the same people, or for those asked about."""
        for section in sections:
            for line in section.local:
                at = line.fact.at
                general = at.population in (ANY, population) and not (at.age or at.weight or at.band)
                if section is sections[0] or general:
                    return line.fact
        return None

    def period(self, fact: Fact) -> Markup:
        """What a total, or a maximum, is of, where its source says so in a few words; empty for other figures.

        A total "in 3 months", a maximum "in severe cases".
        """
        if fact.text is None or not isinstance(fact.value, Dose):
            return Markup("")
        words = self.text(fact)
        of_some = fact.what in LIMITS and clean(words).startswith(("In ", "For "))
        if len(clean(words)) > SHORT_PERIOD or not (fact.value.basis == "total" or of_some):
            return Markup("")
        return Markup(" ") + Markup(words[:1].lower() + words[1:].rstrip("."))

    def part(self, fact: Fact) -> str:
        """The part of the treatment, or the degree, that an adjustment is of; empty when it is of the whole."""
        return "" if fact.at.about in WHOLE or fact.at.about.endswith("_column") else self.w("about", fact.at.about)

    def narrow(self, fact: Fact, population: str, own: bool = False) -> Markup:
        """In brackets, where a fact holds only for these: children, age, weight, cut-off, or a part of the treatment.

        `population` is the one asked about, which needs no saying again; nor does a dose of the patient's `own`.
        """
        at, parts = fact.at, list[Markup]()
        people = at.population if at.population == "child" != population else ANY
        if at.about not in WHOLE:
            parts.append(escape(self.w("about", at.about)))
        if not own and (people != ANY or at.age or at.weight or at.band):
            parts.append(self.people_of(replace(fact, at=replace(at, population=people))))
        return Markup(" (") + Markup(", ").join(parts) + Markup(")") if parts else Markup("")

    def abouts(self, sections: Iterable[Section]) -> list[str]:
        """What the sections are about, each once."""
        return list(dict.fromkeys(s.fact.at.about for s in sections if s.fact.at.about))

    def indication(self, fact: Fact) -> str:
        """The indication in words, where it is a particular one."""
        return "" if fact.at.indication == ANY else self.w("indications", fact.at.indication)

    def quantity(self, quantity: Quantity, fact: Fact, kind: str = "derived", origin: str = "") -> Markup:
        """A quantity that was worked out, with how."""
        return self.fact(figures.quantity(quantity, self.locale), fact, kind, origin or fact.id)

    def measure(self, held: Held) -> Markup:
        """A patient value as the asker said it, with a safe unit."""
        if not isinstance(held.value, Measure):
            return self.said(held.value.replace("_", " "))
        value = held.value.value
        return self.said(figures.quantity(Quantity(value, value, held.value.unit), self.locale))

    def age_of(self, held: Held, now: datetime) -> Markup:
        """How long ago a patient value was said, in whole minutes."""
        return self.meta(int((now - held.at).total_seconds() // 60), "minutes since said")

    def clause(self, *forms: object) -> Markup:
        """A part of the headline that may be cut off whole when the line grows too long; of several forms one fits."""
        return Markup(CLAUSE) + Markup(SHORTER).join(dict.fromkeys(map(escape, forms)))

    def statement(self, fact: Fact) -> Markup:
        """A statement as one clause of the headline, whole or cut at one of its stops, whichever fits."""
        if fact.text is None:
            return Markup("")
        about = ""
        if fact.what in NAMED_IN_HEADLINE:
            name = ("about", fact.at.about) if fact.at.about else ("what", fact.what)
            about = f"{self.w(*name).lower()}: "
        if fact.source.local:
            about = f"{self.whose_short(fact)}: {about}"
        forms = [escape(about) + form for form in self._forms(fact.text, fact)]
        if fact.what == "interaction" and about:
            forms.append(escape(about.removesuffix(": ")) + CUT)
        return Markup(STATEMENT) + Markup(SHORTER).join(forms)

    def typed_amount(self, check: DoseCheck) -> Markup:
        """A dose as the asker proposed it, in the safe form."""
        low, high = Decimal(check.amount), Decimal(check.high or check.amount)
        return self.said(figures.quantity(Quantity(low, high, check.unit), self.locale))

    def comes_to(self, quantity: str) -> Markup:
        """What a proposed dose comes to per dose or per day."""
        words = figures.quantity(parse_quantity(quantity), self.locale)
        return Markup(self.ledger.mark(str(escape(words)), "derived", "proposed dose"))

    def times_daily(self, times: str) -> Markup:
        """How often a day, as the asker said: once, twice, so many times."""
        words = {"1": "once daily", "2": "twice daily"}.get(times, f"{times}{figures.NBSP}times daily")
        return self.said(words)

    def number(self, value: Decimal, fact_id: str, kind: str = "derived") -> Markup:
        """A number that was worked out, to one decimal place."""
        rounded = value.quantize(Decimal("0.1"), ROUND_HALF_EVEN)
        return Markup(self.ledger.mark(str(escape(figures.number(rounded))), kind, fact_id))

    def exact(self, value: Decimal, origin: str) -> Markup:
        """A number that the asker said, as it goes into a calculation."""
        return Markup(self.ledger.mark(str(escape(figures.number(value))), "said", origin))

    def precise(self, value: Decimal, origin: str) -> Markup:
        """A number of the asker's, converted where needed, to two decimal places."""
        rounded = value.quantize(Decimal("0.01"), ROUND_HALF_EVEN)
        return Markup(self.ledger.mark(str(escape(figures.number(rounded))), "derived", origin))

    def cite_delivered(self, given: Iterable[Delivered]) -> Markup:
        """The citation marks of the products that a dose was rounded to."""
        solids = (strength.product for one in given for strength, _ in one.counts)
        liquids = (one.liquid.product for one in given if one.liquid)
        return self.cite_products((*solids, *liquids))

    def cite_formula(self, name: str) -> Markup:
        """The citation mark of a formula."""
        return Markup(f"{CITE}formula/{name}{CITE_END}")

    def worked_dose(self, dose: Dose, fact: Fact) -> Markup:
        """A dose that was worked out from a fact, its numbers cut and never rounded up."""
        low, high = cut_down(dose.quantity.low), cut_down(dose.quantity.high)
        shown = Dose(Quantity(low, high, dose.quantity.unit, dose.quantity.bound), dose.basis, dose.frequency)
        return self.fact(figures.dose(shown, self.locale), fact, "derived", "times weight: " + fact.id)

    def whose_all(self, found: Sequence[Checked], above: Sequence[Checked] = ()) -> list[Markup]:
        """Whose words the limits are, the operator's and then the reader's own country first, each once.

        An operator with a limit among those `above` is not named again.
        """
        named = any(one.fact.source.local for one in above)
        facts = [one.fact for one in found if not (named and one.fact.source.local)]
        facts.sort(key=lambda fact: fact.source.jurisdiction != self.locale)
        facts.sort(key=lambda fact: not fact.source.local)
        uses = {one.fact.at.indication for one in (*found, *above)}
        return list(dict.fromkeys(self.whose_short(fact) + self._of_use(fact, len(uses) > 1) for fact in facts))

    def _of_use(self, fact: Fact, several: bool) -> Markup:
        """In brackets, the use that a limit is for, where limits for several uses stand beside each other."""
        return Markup(" ({})").format(self.indication(fact)) if several and self.indication(fact) else Markup("")

    def limit(self, found: Checked) -> Markup:
        """What a limit comes to for this patient."""
        amount = found.limit
        if amount is None or not isinstance(found.fact.value, Dose):
            return Markup("")
        return self.worked_dose(Dose(amount, found.fact.value.basis), found.fact)

    def delivered(self, one: Delivered, fact: Fact) -> Markup:
        """What products give: so many pieces of each strength, or a volume."""
        if one.liquid is not None and one.volume is not None:
            volume = figures.quantity(Quantity(one.volume, one.volume, "mL"), self.locale)
            return (
                self.fact(volume, fact, "derived", "rounded down: " + fact.id)
                + Markup(" of ")
                + self.strength(one.liquid.product)
            )
        parts = (
            self.fact(str(count), fact, "derived", "pieces: " + fact.id)
            + Markup(" × ")
            + self.strength(strength.product)
            + f" {strength.product.form}"
            for strength, count in one.counts
        )
        return Markup(" and ").join(parts)

    def delivered_mg(self, one: Delivered, fact: Fact) -> Markup:
        """How much the products give together."""
        amount = figures.quantity(Quantity(one.mg, one.mg, "mg"), self.locale)
        return self.fact(amount, fact, "derived", "rounded down: " + fact.id)

    def plan_rows(self, plan: Plan) -> list[tuple[str, Markup, Markup, Markup]]:
        """The rows of a day table: one day or several, which, the dose with its daily total, the tablets for it."""
        fact = plan.facts[0]
        rows = []
        for step in plan.steps:
            total = figures.quantity(step.per_day, self.locale) + " per day"
            if step.dose:
                each = Dose(step.dose.quantity, step.dose.basis, step.dose.frequency)
                shown = self.dose(each, fact) if not plan.worked_out else self.worked_dose(each, fact)
            elif step.per_day.high == 0:
                shown = Markup("none")
            else:
                shown = self.fact(total, fact, "derived", f"{plan.kind}: " + fact.id)
            pieces = self.delivered(step.pieces, fact) if step.pieces else Markup("")
            if pieces and not (step.dose and step.dose.basis == "dose"):
                pieces += " " + self.w("phrases", "in_the_day")
            rows.append((*self.days(step.first, step.last), shown, pieces))
        return rows

    def days(self, first: int, last: int | None) -> tuple[str, Markup]:
        """One day or several, and which they are; without a last one: from the first on."""
        if last == first:
            return self.w("phrases", "day"), self.meta(first, "days")
        return self.w("phrases", "days"), self.meta(f"{first} to {last}" if last else f"{first} on", "days")


def _people_and_part(section: Section) -> tuple[str, str, bool]:
    """Whom a section is for, which part of the treatment, and whether its use is named: figures to set side by side."""
    at = section.fact.at
    return at.population, at.about, at.indication == ANY


def _prefixes(text: Text) -> Iterator[tuple[str | Figure, ...]]:
    """The whole text, then what stands before each of its full stops and semicolons, longest first."""
    yield text.parts
    for index in range(len(text.parts) - 1, -1, -1):
        part = text.parts[index]
        if isinstance(part, str):
            for stop in reversed(list(_STOP.finditer(part))):
                yield (*text.parts[:index], part[: stop.start()])
