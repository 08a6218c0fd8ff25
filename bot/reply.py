"""The turn's two ends as frozen data: what came in, and what is to be said. No words of ours yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import takewhile
from typing import TYPE_CHECKING

from bot.dialogue import Focus, Held, Snapshot, Trace
from bot.dosing.by_weight import Weighed
from bot.dosing.clearance import Clearance
from bot.dosing.facts import Drug, Fact, Product, Source
from bot.dosing.lookup import CONDITIONS, leads
from bot.dosing.plan import Plan
from bot.dosing.quantity import Quantity

if TYPE_CHECKING:
    from bot.fhir import Item

ROLES = ("physician", "pharmacist", "nurse", "trainee")
LOCALES = ("us", "uk")


@dataclass(frozen=True, slots=True)
class Asker:
    """The person as the bot knows them; nothing here ever changes a figure."""

    user: str
    confirmed: bool = True
    role: str = ""
    locale: str = "us"


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing a person did: typed `text`, or pressed a button whose data is `press`.

    With a press of the professional confirmation, `text` is the question it was waiting for.
    """

    text: str
    asker: Asker
    at: datetime
    press: str = ""
    replying_to: Snapshot | None = None
    attachment: str = ""
    quotes_others: bool = False
    addressed_in_group: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """What one or several sources say alike: equal facts, strictest jurisdiction order kept."""

    facts: tuple[Fact, ...]

    @property
    def fact(self) -> Fact:
        return self.facts[0]

    @property
    def one_text(self) -> bool:
        """Whether all sources add the same words to the figure (or none any)."""
        return len({str(fact.text) for fact in self.facts}) == 1

    @property
    def remarks(self) -> tuple[Fact, ...]:
        """Where their words differ: one fact for each text, to be cited to its own source alone."""
        if self.one_text:
            return ()
        return tuple({str(fact.text): fact for fact in reversed(self.facts) if fact.text}.values())[::-1]


@dataclass(frozen=True, slots=True)
class Section:
    """Lines that answer the same question for the same people; more than one line: sources differ.

    `near`: for people near whose border of age the patient stands.
    """

    what: str
    lines: tuple[Line, ...]
    conflict: bool = False
    near: bool = False

    @property
    def local(self) -> tuple[Line, ...]:
        """The operator's own lines at its head."""
        return tuple(takewhile(lambda line: leads(line.fact), self.lines))

    @property
    def other(self) -> Fact:
        """The first fact after the operator's own lines; the first of all where there is none."""
        return next((line.fact for line in self.lines if not leads(line.fact)), self.fact)

    @property
    def others_differ(self) -> bool:
        """Whether sources differ, the operator's own lines aside."""
        others = {fact.source.id for line in self.lines[len(self.local) :] for fact in line.facts}
        return self.conflict and (not self.local or len(others) > 1)

    @property
    def only_local(self) -> bool:
        """Whether nothing but the operator's own lines stands in it."""
        return all(line.fact.source.local for line in self.lines)

    @property
    def others_speak(self) -> bool:
        """Whether a source that is not the operator's says something here."""
        return any(not line.fact.absent for line in self.lines[len(self.local) :])

    @property
    def leading(self) -> tuple[Line, ...]:
        """The first line, after the operator's own where there are any: these never stand in another's place."""
        return self.lines[: len(self.local) + 1]

    @property
    def fact(self) -> Fact:
        return self.lines[0].facts[0]


@dataclass(frozen=True, slots=True)
class Group:
    """Sections for one population (with its age, weight or band)."""

    population: str
    sections: tuple[Section, ...]

    @property
    def fact(self) -> Fact:
        """A fact for just these people; an operator's line may be for more."""
        facts = [line.fact for section in self.sections for line in section.lines]
        return next((fact for fact in facts if not fact.source.local), facts[0])

    @property
    def local(self) -> bool:
        """Whether nothing but the operator's own lines stands in it."""
        return all(section.only_local for section in self.sections)


@dataclass(frozen=True, slots=True)
class OtherRoute:
    """A route that is not shown here, and how it is dosed; `far` when unit or size differs tenfold."""

    route: str
    unit: str
    far: bool
    same_unit: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """A proposed dose against one source's limit: within or above it, do_not_use, toxic, or not comparable.

    `scope`: general, or band and weight where the limit is this patient's own; `limit` is then what it comes to.
    """

    fact: Fact
    verdict: str
    scope: str = "general"
    limit: Quantity | None = None


@dataclass(frozen=True, slots=True)
class DoseCheck:
    """A proposed dose, made absolute per dose and per day, against every limit we hold.

    `amount` (to `high`) of `unit` is what was said, `whole_day` of it as per day; `weight` in kg, where a dose per kg
    was made absolute by it.
    """

    amount: str
    unit: str
    times_daily: str
    per_day: str
    findings: tuple[Checked, ...]
    slip: str = ""
    high: str = ""
    per_dose: str = ""
    whole_day: bool = False
    weight: str = ""
    small: bool = False  # the weight can only be a child's, whatever age was (not) said
    population: str = ""  # whom the thread is about

    @property
    def needs_weight(self) -> bool:
        """Whether a dose per kg meets limits in mg and no weight is known."""
        return "/kg" in self.unit and not self.weight

    @property
    def deciding(self) -> tuple[Checked, ...]:
        """The comparable findings that the first line is about: this patient's own limits before general ones.

        The operator's limits are never passed over, nor is any limit for a usual dose.
        """
        comparable = [finding for finding in self.findings if finding.verdict not in ("not_comparable", "toxic")]
        own = tuple(f for f in comparable if f.scope != "general" and f.verdict != "above_usual")
        grown = [finding for finding in comparable if finding.fact.at.population != "child"]
        people = grown if grown and self.population != "child" and not self.small else comparable
        local = (finding for finding in people if finding.scope == "general" and finding.fact.source.local)
        return (*local, *own) if own else tuple(people)


# What was looked up without a cut-off: for older people, and what poor kidneys forbid.
AGE, POOR_KIDNEYS = "age", "kidney"


@dataclass(frozen=True, slots=True)
class Picked:
    """The bands by one `metric` that hold a patient's `value`, and those near whose border it lies.

    `gap`: no source's band holds the value; `between`: the bands on both sides of such a gap, which
    decide as well. A value beyond all bands of a source has only `near` ones.
    """

    metric: str
    value: Decimal | None
    inside: tuple[Line, ...]
    near: tuple[Line, ...]
    gap: bool
    between: tuple[Line, ...] = ()
    weight: str = ""  # ideal or adjusted, where the value is not the one by actual weight

    @property
    def deciding(self) -> tuple[Line, ...]:
        """What may be said to be this patient's: the bands that hold the value, or those it lies between."""
        return (*self.inside, *self.between)


@dataclass(frozen=True, slots=True)
class ForPatient:
    """What follows for one patient; `wanted` values are missing, `left_out` factors were not taken into account.

    `of_others`: no age or weight that our facts name holds this child. `creatinine_unused`: it is a child's.
    """

    clearance: Clearance | None
    picked: tuple[Picked, ...]
    weighed: tuple[Weighed, ...]
    wanted: tuple[str, ...]
    left_out: tuple[str, ...]
    of_others: bool = False
    creatinine_unused: bool = False

    @property
    def condition(self) -> str:
        """The condition that these values are of, where a band that holds them changes the dose; else empty."""
        lines = (line for one in self.picked if one.metric != AGE for line in one.deciding)
        adjusted = (line.fact for line in lines if line.fact.action not in ("", "no_adjustment", "silent"))
        return next((fact.at.population for fact in adjusted), "")

    @property
    def unplaced(self) -> bool:
        """Whether values are missing before any band can be picked."""
        return bool(self.wanted) and not self._by_value

    @property
    def outside(self) -> bool:
        """Whether no band holds any of the values by which bands were looked up."""
        return bool(self._by_value) and not any(one.inside for one in self._by_value)

    @property
    def _by_value(self) -> tuple[Picked, ...]:
        return tuple(one for one in self.picked if one.metric not in (AGE, POOR_KIDNEYS))

    @property
    def facts(self) -> tuple[Fact, ...]:
        bands = tuple(fact for one in self.picked for line in (*one.inside, *one.near) for fact in line.facts)
        ceilings = tuple(fact for one in self.weighed for fact in (one.ceiling, one.above) if fact)
        return (*bands, *(fact for one in self.weighed for fact in one.facts), *ceilings)


@dataclass(frozen=True, slots=True)
class Cell:
    """What is held of one drug for one row of a table; no lines: `no` says which kind of "no" it is.

    `more`: its own answer holds further lines on the same.
    """

    drug: Drug
    route: str
    lines: tuple[Line, ...]
    no: str = ""
    conflict: bool = False
    more: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One question of a table: its intent, and a cell for each drug."""

    intent: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Drugs side by side in cited cells; nothing in it ranks them. `clearance`: of the patient whose bands it shows.

    `of_patient`: values that somebody typed may have chosen what stands in its cells.
    """

    rows: tuple[Row, ...]
    clearance: Clearance | None = None
    of_patient: bool = False

    @property
    def drugs(self) -> tuple[Drug, ...]:
        return tuple({cell.drug.name: cell.drug for row in self.rows for cell in row.cells}.values())

    @property
    def facts(self) -> tuple[Fact, ...]:
        return tuple(f for row in self.rows for cell in row.cells for line in cell.lines for f in line.facts)


@dataclass(frozen=True, slots=True)
class Block:
    """The answer to one intent about one drug by one route."""

    intent: str
    drug: Drug
    route: str
    groups: tuple[Group, ...]
    other_routes: tuple[OtherRoute, ...] = ()
    no: str = ""
    about: tuple[str, ...] = ()  # for interactions: what was asked about and found; see `missing`
    missing: tuple[str, ...] = ()
    looked_up_as: tuple[tuple[str, ...], ...] = ()  # partners that a class stood in for, each with its classes
    plan: Plan | None = None
    unplannable: bool = False  # a present dose was said, and no source gives enough for a day table
    check: DoseCheck | None = None
    products: tuple[Product, ...] = ()
    population: str = ""  # whom the thread was about when this was composed
    off_label: str = ""  # the indication, when the thread is about one outside the label
    patient: ForPatient | None = None
    table: Table | None = None

    @property
    def condition(self) -> str:
        """The condition that leads the answer: the thread's, or the one that the patient's values are of."""
        of_values = self.patient.condition if self.patient else ""
        return self.population if self.population in CONDITIONS else of_values

    @property
    def answers(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.groups or self.products or (self.patient and self.patient.facts) or self.table)

    @property
    def facts(self) -> tuple[Fact, ...]:
        listed = tuple(
            fact for group in self.groups for section in group.sections for line in section.lines for fact in line.facts
        )
        beside = (*(self.patient.facts if self.patient else ()), *(self.table.facts if self.table else ()))
        return (*listed, *beside)


@dataclass(frozen=True, slots=True)
class Button:
    """A choice: `label` is a key of the button words with its arguments, `data` what a press brings back."""

    label: tuple[str, ...]
    data: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something said at the head before the answer: a slip that was read, a new patient, a name without facts."""

    kind: str
    args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back, as data. `template` names the words; `kind`, `no`, `reason` are the stable interface."""

    kind: str
    template: str
    no: str = ""
    reason: str = ""
    intents: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    blocks: tuple[Block, ...] = ()
    focus: Focus = field(default_factory=Focus)
    patient: Mapping[str, Held] = field(default_factory=dict)
    detail: tuple[str, ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
    score: float | None = None
    margin: float | None = None
    trace: Trace = field(default_factory=Trace)
    asker: Asker | None = None  # set when the turn changed what is known of the person
    sources: tuple[Source, ...] = ()
    listed: tuple[Drug, ...] = ()
    calendar: tuple[Plan, ...] = ()  # day tables to be sent as calendar files
    regimen: "tuple[Item, ...]" = ()  # what is exported
    forget: bool = False
    page: int = 1
    plain: bool = False
