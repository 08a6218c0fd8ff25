"""What was understood of one utterance, as frozen data. Decisions about it are made elsewhere."""

from dataclasses import dataclass, field
from decimal import Decimal

ADULT_FROM, OLDER_FROM = 18, 65  # years
CERTAIN = 100.0  # the score of what was said to the letter


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name of a drug with facts, as the drug files give it. `kind`: exact, brand, misspelling, other_product."""

    name: str
    drug: str
    kind: str
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DrugMention:
    """A drug with facts found in the utterance; `slip` when one edit was mended, to be echoed."""

    drug: str
    written: str
    name: str
    slip: bool = False


@dataclass(frozen=True, slots=True)
class OtherName:
    """A name that must not be answered as if it were one of our drugs.

    `kind`: unknown (stands where a name would, near to none) · offered (may be one of `candidates`, ask) ·
    no_facts (known, of `substance`) · combination (holds
    `parts`) · other_product (a brand or release form of `candidates[0]` that is dosed differently).
    """

    kind: str
    written: str
    name: str = ""
    substance: str = ""
    candidates: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """A number somebody said, with its UCUM unit (empty for a word such as a stage) and as it was written."""

    value: Decimal
    unit: str
    written: str


@dataclass(frozen=True, slots=True)
class PatientValues:
    """Values of one patient found in one utterance; absent ones are None. `stage` and `child_pugh` are words."""

    age: Measure | None = None
    weight: Measure | None = None
    height: Measure | None = None
    sex: str | None = None
    creatinine: Measure | None = None
    crcl: Measure | None = None
    egfr: Measure | None = None
    ckd_stage: str | None = None
    dialysis: str | None = None
    child_pugh: str | None = None
    pregnancy: str | None = None


@dataclass(frozen=True, slots=True)
class ProposedDose:
    """A dose the asker proposes: `amount` in UCUM `unit`; `basis` dose or day, None when not said."""

    amount: Measure
    basis: str | None = None
    times_daily: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    """A number whose meaning is not certain; `question` names what to ask (weight_unit, age_or_sex, decimal …)."""

    question: str
    written: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Slots:
    """All that was lifted out of one utterance."""

    drugs: tuple[DrugMention, ...] = ()
    others: tuple[OtherName, ...] = ()
    joined: tuple[tuple[str, str], ...] = ()  # names side by side as one product might be: "X with Y", "X/Y"
    with_classes: tuple[str, ...] = ()  # interacting classes or substances named, snake_case
    routes: tuple[str, ...] = ()
    indications: tuple[str, ...] = ()
    populations: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()  # populations that somebody is said not to be of ("not pregnant")
    patient: PatientValues = field(default_factory=PatientValues)
    doses: tuple[ProposedDose, ...] = ()
    relative: Decimal | None = None  # so many times a dose that was spoken of ("double it")
    unclear: tuple[Unclear, ...] = ()
    new_patient: bool = False
    correction: bool = False  # "no, I meant …"
    back: bool = False  # "back to baclofen"
    agrees: bool = False  # "yes", and nothing else
    comparing: bool = False  # "which is safer …", "versus"
    taken: bool = False  # "she takes …", "is on …": the drugs named are what somebody already has
    takes: tuple[str, ...] = ()  # substances without facts that the patient takes now ("she is on ciprofloxacin")
    dosing: bool = False  # a word for how much is given: "dose", "max"
    labelling: bool = False  # a word for what a label allows: "off label", "licensed"
    with_it: bool = False  # "and tizanidine with it?": together with what was spoken of
    instead: bool = False  # "tizanidine instead?": the drugs named are what could be given
    switch: tuple[str, str] | None = None  # (from, to) when the direction is said
    read_as: tuple[tuple[str, str], ...] = ()  # error-prone spellings and the safe form they were read as


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that decides the reply before any intent: identifier, self_harm, patient, or none ("")."""

    kind: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """One intent with its score (0 to 100), distance to the next intent, and the nearest example."""

    intent: str
    score: float
    margin: float
    runner_up: str
    nearest: str


@dataclass(frozen=True, slots=True)
class Understanding:
    """One utterance understood: accepted intents best first (empty: none), else the likeliest to ask back.

    `bare`: nothing is said but names, slots and words that ask nothing ("baclofen?", "and tizanidine please").
    `strangeness`: how much likelier talk out of scope is than the likeliest question, in points of the score.
    """

    alarm: Alarm
    slots: Slots
    intents: tuple[Match, ...]
    likely: tuple[Match, ...] = ()
    out_of_scope: bool = False
    empty: bool = False
    bare: bool = False
    strangeness: float = -100.0
