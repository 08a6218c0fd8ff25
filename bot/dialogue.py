"""What a thread remembers, for how long, and what a follow-up inherits. Time is always an argument."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot.dosing.plan import PlanStep
from intents.understanding import OLDER_FROM, Measure, PatientValues, ProposedDose

FOCUS_LASTS = timedelta(minutes=30)
PATIENT_LASTS = timedelta(minutes=15)
SAME_WEIGHT_WITHIN = Decimal("0.10")


@dataclass(frozen=True, slots=True)
class Held:
    """A patient value with the moment it was last said or confirmed."""

    value: Measure | str
    at: datetime

    @property
    def number(self) -> Decimal:
        """The value without its unit; 0 for one in words."""
        return self.value.value if isinstance(self.value, Measure) else Decimal(0)


@dataclass(frozen=True, slots=True)
class ShownPlan:
    """A day table that was shown: its kind, the ids of its facts, and its rows (without the tablets for them)."""

    kind: str
    facts: tuple[str, ...]
    steps: tuple[PlanStep, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """Why the last answer was given and what it showed, for /why, /sources and the like; no words of the asker."""

    intents: tuple[str, ...] = ()
    score: float | None = None
    margin: float | None = None
    runner_up: str = ""
    nearest: str = ""
    facts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    plans: tuple[ShownPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class Focus:
    """What the thread is about: carried into follow-ups and copied when an old answer is replied to."""

    drugs: tuple[str, ...] = ()
    route: str = ""
    indication: str = ""
    population: str = ""
    intents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DialogueState:
    """The memory of one (chat, topic, person)."""

    focus: Focus = field(default_factory=Focus)
    earlier: tuple[str, ...] = ()  # drugs talked of before, newest first, for "back to …"
    patient: Mapping[str, Held] = field(default_factory=dict)
    trace: Trace = field(default_factory=Trace)
    asked_back: str = ""  # what the last reply asked for, so that it is never asked twice in a row
    doses: tuple[ProposedDose, ...] = ()  # a dose that waits for its basis or route
    touched: datetime | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one sent answer was about: a reply to it starts from a copy."""

    focus: Focus
    patient: Mapping[str, Held]
    user: str
    trace: Trace


@dataclass(frozen=True, slots=True)
class PatientChange:
    """The patient values after a turn; `started_over` names why the old ones were dropped, if they were."""

    values: Mapping[str, Held]
    started_over: str = ""
    impossible: tuple[str, ...] = ()


def current(state: DialogueState, now: datetime) -> DialogueState:
    """The state as it still holds at `now`: focus 30 minutes after the last turn, values 15 from being said."""
    if state.touched is not None and now - state.touched > FOCUS_LASTS:
        trace = replace(state.trace, plans=())
        state = replace(state, focus=Focus(), earlier=(), trace=trace, asked_back="", doses=())
    return replace(state, patient=still_held(state.patient, now))


def still_held(values: Mapping[str, Held], now: datetime) -> dict[str, Held]:
    """The patient values said or confirmed within the last 15 minutes."""
    return {name: held for name, held in values.items() if now - held.at <= PATIENT_LASTS}


def confirmed(values: Mapping[str, Held], now: datetime) -> dict[str, Held]:
    """The values still held, their 15 minutes begun again (a tap on the header)."""
    return {name: Held(held.value, now) for name, held in still_held(values, now).items()}


def replying_to(state: DialogueState, snapshot: Snapshot, user: str, now: datetime) -> DialogueState:
    """A state that starts from a copy of the answer replied to; its patient only for the same person."""
    patient = still_held(snapshot.patient, now) if snapshot.user == user else {}
    return replace(state, focus=snapshot.focus, patient=patient, trace=snapshot.trace, touched=now)


def said(values: PatientValues, now: datetime) -> dict[str, Held]:
    """The values of one utterance, as held from now."""
    found = ((part.name, getattr(values, part.name)) for part in fields(values))
    return {name: Held(value, now) for name, value in found if value is not None}


# Values that tell of the kidneys.
OF_KIDNEYS = frozenset({"crcl", "egfr", "ckd_stage", "creatinine"})


def is_old(values: Mapping[str, Held]) -> bool:
    """Whether the patient is of the age from which sources speak of older adults."""
    return "age" in values and age_in_years(values["age"]) >= OLDER_FROM


# What a patient also takes stands among the values: names of our lists, never free text.
TAKEN, AND = "taken", ", "
OFFERED = "name"  # what was asked back when one drug was offered


def taken_of(values: Mapping[str, Held]) -> tuple[str, ...]:
    """The substances that the patient is said to take beside what is asked about."""
    return tuple(str(values[TAKEN].value).split(AND)) if TAKEN in values else ()


def with_patient(
    old: Mapping[str, Held], new: Mapping[str, Held], announced: bool, corrected: bool = False
) -> PatientChange:
    """Old and new values joined, or started over when they cannot be one person's. Two are never merged.

    `corrected`: the words say that a value was wrong ("weight is 80 kg actually"): the same person's is replaced.
    Another age or sex is another person, whatever the words say.
    """
    if announced:
        return _checked(new, "said" if old else "")
    differing = [name for name, held in new.items() if name in old and _other_person(name, old[name], held)]
    if corrected and not {"age", "sex"} & set(differing):
        return _checked({**old, **new}, "")
    if differing:
        return _checked(new, differing[0])
    return _checked({**old, **new}, "")


def _checked(values: Mapping[str, Held], started_over: str) -> PatientChange:
    return PatientChange(values, started_over, impossible(values))


def _other_person(name: str, old: Held, new: Held) -> bool:
    if name == "age":
        return age_in_years(old) != age_in_years(new)
    if name in ("sex", "height"):
        return _plain(old) != _plain(new)
    if name == "weight":
        before, after = old.number, new.number
        return abs(after - before) > before * SAME_WEIGHT_WITHIN
    return False


def _plain(held: Held) -> object:
    return (held.value.value, held.value.unit) if isinstance(held.value, Measure) else held.value


# Rough outer limits of one person's age (years) and weight (kg); outside, the pair is asked about.
_HEAVIEST_BY_AGE = ((1, 18), (3, 30), (6, 50), (9, 65), (12, 110), (15, 180))
YOUNGEST_MOTHER = 9  # years
_LIGHTEST_BY_AGE = ((18, 20), (12, 15), (5, 8), (2, 5))


def impossible(values: Mapping[str, Held]) -> tuple[str, ...]:
    """The names of values that cannot be one person's (8 years and 70 kg), or nothing."""
    if "pregnancy" in values and not _said_as(values, "pregnancy", "no"):
        if _said_as(values, "sex", "male"):
            return ("sex", "pregnancy")
        if "age" in values and age_in_years(values["age"]) < YOUNGEST_MOTHER:
            return ("age", "pregnancy")
    if "age" not in values or "weight" not in values:
        return ()
    years, weight = age_in_years(values["age"]), values["weight"].number
    heaviest = next((limit for age, limit in _HEAVIEST_BY_AGE if years < age), 400)
    lightest = next((limit for age, limit in _LIGHTEST_BY_AGE if years >= age), 0)
    return () if lightest <= weight <= heaviest else ("age", "weight")


def _said_as(values: Mapping[str, Held], name: str, word: str) -> bool:
    return name in values and values[name].value == word


def age_in_years(held: Held) -> Decimal:
    """An age in years, whatever unit it was said in."""
    per_year = {"a": Decimal(1), "mo": Decimal(12), "wk": Decimal(52), "d": Decimal(365)}
    unit = held.value.unit if isinstance(held.value, Measure) else "a"
    return held.number / per_year[unit]
