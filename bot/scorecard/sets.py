"""The test questions and threads as frozen data, read strictly: every fault is named at once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.documents import Fault, FaultyDocuments, parse_document
from bot.nodes import Node

REFUSALS = frozenset({"patient", "self_harm", "identifier", "out_of_scope"})


@dataclass(frozen=True, slots=True)
class Question:
    """One thing said and what a reader says it asks.

    `intents`: all of them are asked. `either`: readers differ, one suffices. `refusal`: it must be refused for this
    reason. `no_facts`: another drug is asked about. `drugs`: generics of ours it is about. `near`: out of scope, yet
    of the ward.
    """

    said: str
    intents: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    refusal: str = ""
    no_facts: str = ""
    drugs: tuple[str, ...] = ()
    near: bool = False

    @property
    def wanted(self) -> tuple[str, ...]:
        """Every intent that is right."""
        return self.intents or self.either


@dataclass(frozen=True, slots=True)
class Thread:
    """One conversation: what is said turn by turn."""

    id: str
    turns: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Sets:
    """All that is measured; `misspellings` are pairs of one of our drugs and what was typed for a name of it."""

    questions: tuple[Question, ...]
    strangers: tuple[Question, ...]
    threads: tuple[Thread, ...]
    misspellings: tuple[tuple[str, str], ...]


def load_sets(folder: Path, intents: Iterable[str], drugs: Iterable[str]) -> Sets:
    """The sets of a folder; FaultyDocuments names what is unknown, said twice or missing."""
    reader = _Reader(frozenset(intents), frozenset(drugs))
    questions = [one for file in _files(folder, "questions") for one in reader.questions(file)]
    threads = [one for file in _files(folder, "threads") for one in reader.threads(file)]
    misspellings = tuple(reader.misspellings(folder / "misspellings.yaml")) if questions and threads else ()
    if not misspellings:
        allowed = "questions/*.yaml, threads/*.yaml and misspellings.yaml"
        reader.faults.append(Fault(str(folder), "", "no questions, no threads or no misspellings", allowed))
    if reader.faults:
        raise FaultyDocuments(reader.faults)
    known = tuple(one for one in questions if one.refusal != "out_of_scope")
    return Sets(known, tuple(one for one in questions if one.refusal == "out_of_scope"), tuple(threads), misspellings)


def _files(folder: Path, kind: str) -> list[Path]:
    return sorted((folder / kind).glob("*.yaml"))


class _Reader:
    def __init__(self, intents: frozenset[str], drugs: frozenset[str]) -> None:
        self._intents, self._drugs = intents, drugs
        self._said = set[str]()
        self.faults: list[Fault] = []

    def questions(self, file: Path) -> Iterator[Question]:
        for node in self._root(file).each():
            question = self._question(node)
            if question.said in self._said:
                node.fault(repr(question.said), "a question that stands nowhere else", "said")
            self._said.add(question.said)
            yield question

    def threads(self, file: Path) -> Iterator[Thread]:
        for node in self._root(file).each():
            thread = Thread(node.text("id"), tuple(self._question(turn) for turn in node.child("turns").each()))
            node.finish()
            yield thread

    def misspellings(self, file: Path) -> Iterator[tuple[str, str]]:
        root = self._root(file)
        for drug in root.keys():
            if drug not in self._drugs:
                root.fault(repr(drug), ", ".join(sorted(self._drugs)), drug)
            yield from ((drug, typed) for typed in root.texts(drug))

    def _root(self, file: Path) -> Node:
        name = f"{file.parent.name}/{file.name}"
        return Node(parse_document(file.read_text(encoding="utf-8"), name), name, "", self.faults)

    def _question(self, node: Node) -> Question:
        question = Question(
            node.text("said"),
            self._among(node, "intents", self._intents),
            self._among(node, "either", self._intents),
            node.text("refusal", "", among=REFUSALS) if node.has("refusal") else "",
            node.text("no_facts", ""),
            self._among(node, "drugs", self._drugs),
            node.flag("near"),
        )
        node.finish()
        if sum(map(bool, (question.intents, question.either, question.refusal, question.no_facts))) != 1:
            node.fault(repr(question.said), "exactly one of intents, either, refusal, no_facts")
        return question

    def _among(self, node: Node, key: str, allowed: frozenset[str]) -> tuple[str, ...]:
        return tuple(item.as_text(among=allowed) for item in node.child(key).each())
