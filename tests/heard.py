"""A recogniser of drugs that nobody can buy and of a few intents, built once for all tests."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from bot.documents import DocumentCache
from intents.catalogue import Catalogue, Intent, Want
from intents.recogniser import Recogniser, build_recogniser
from intents.understanding import KnownName, Slots, Understanding

NAMES = (
    KnownName("zorvexil", "zorvexil", "exact"),
    KnownName("zorvexil sodium", "zorvexil", "exact"),
    KnownName("zorvéxile", "zorvexil", "exact"),
    KnownName("zorvex", "zorvexil", "brand", ("us",)),
    KnownName("zorvex xr", "zorvexil", "other_product"),
    KnownName("sorvexyl", "zorvexil", "misspelling"),
    KnownName("quilmatine", "quilmatine", "exact"),
    KnownName("quilmarin", "quilmarin", "exact"),
    KnownName("dolbrane", "quilmatine", "brand", ("us",)),
    KnownName("dolbrane", "quilmarin", "brand", ("uk",)),
    KnownName("tizanidine", "tizanidine", "exact"),
    KnownName("pravastatin", "pravastatin", "exact"),
    KnownName("prazosin", "prazosin", "exact"),
)
CONFUSABLE = (("quilmadone", "quilmarin"),)
MEMBERS = {"morphine": ("opioids", "cns_depressants")}
EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "dose": ("{drug} dose", "what is the dose of {drug}", "how much {drug}", "{drug} dosing please", "usual dose?"),
    "maximum": ("max dose {drug}", "maximum of {drug}", "highest dose", "max?", "what is the maximum daily dose"),
    "renal": (
        "{drug} renal",
        "{drug} in kidney failure",
        "renal adjustment of {drug}",
        "CKD dose",
        "renal impairment?",
    ),
    "stop": ("how do i stop {drug}", "taper {drug}", "weaning off {drug}", "how to stop it", "discontinue {drug}"),
    "interactions": (
        "{drug} with {drug}",
        "{drug} interactions",
        "can i combine {drug} and {drug}",
        "{drug} and alcohol",
    ),
    "dose_check": ("is {drug} 10 mg tid ok", "10 mg three times daily, right?", "is 40 mg per day too much"),
    "storage": ("how to store {drug}", "fridge?", "shelf life of {drug}", "storage"),
    "greeting": ("hello", "hi there", "good morning"),
    "help": ("help", "what can you do", "how do i use this"),
    "new_patient": ("new patient", "next patient", "another patient now"),
    "why": ("why", "why this answer", "why did you say that"),
}
TALK = frozenset({"greeting", "help", "new_patient", "why"})
STRANGE = ("what is the weather", "tell me a joke", "who won the match", "book a table for two", "sing a song")


def catalogue() -> Catalogue:
    """The few intents as a catalogue."""
    intents = {
        name: Intent(name, "talk" if name in TALK else "clinical", (), Want((), ()), said, ())
        for name, said in EXAMPLES.items()
    }
    return Catalogue(intents, STRANGE, {}, "few")


@cache
def folder() -> Path:
    """The cache folder that all tests share."""
    return Path(mkdtemp(prefix="heard-"))


@cache
def recogniser() -> Recogniser:
    """The one recogniser of the invented names."""
    return build_recogniser(NAMES, catalogue(), DocumentCache(folder()), CONFUSABLE, MEMBERS)


def heard(text: str) -> Understanding:
    """What is understood of a text."""
    return recogniser().understand(text)


def slots(text: str) -> Slots:
    """The slots of a text."""
    return heard(text).slots


def drugs(text: str) -> tuple[str, ...]:
    """The drugs with facts that a text names."""
    return tuple(mention.drug for mention in slots(text).drugs)


def others(text: str) -> tuple[str, ...]:
    """The kinds of names in a text that are not answered."""
    return tuple(other.kind for other in slots(text).others)


def asked(text: str) -> tuple[str, ...]:
    """The intents that are accepted, best first."""
    return tuple(match.intent for match in heard(text).intents)
