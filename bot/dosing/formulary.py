"""An operator's own lines: their YAML files beside ours, under the same checks, each shown as a source of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.documents import DocumentCache, Fault, FaultyDocuments
from bot.dosing.blocks import build_facts
from bot.dosing.facts import ANY, Drug, Fact, Source, Status
from bot.dosing.sources import local_source
from bot.dosing.vocabulary import Vocabulary
from bot.nodes import Node

ENDING = ".yaml"


@dataclass(frozen=True, slots=True)
class Formulary:
    """The folder of an operator's own files, and the name under which their lines are shown."""

    folder: Path
    operator: str


@dataclass(frozen=True, slots=True)
class Policy:
    """One file of an operator's: what it says of one drug, itself as the source, and its bytes."""

    drug: str
    source: Source
    facts: tuple[Fact, ...]
    content: bytes


def read_policies(
    formulary: Formulary,
    drugs: Mapping[str, Drug | None],
    cache: DocumentCache,
    vocabulary: Vocabulary,
    faults: list[Fault],
) -> tuple[Policy, ...]:
    """All the files of the folder; every fault of each is appended to `faults`, and none stops the next file.

    `drugs` are those that are held, by name; None for one whose own file has faults.
    """
    policies, owner = list[Policy](), dict[str, str]()
    for path in _files(formulary.folder, faults):
        file = str(path)
        try:
            content = path.read_bytes()
            raw = cache.read_bytes(content, file)
        except OSError as error:
            faults.append(Fault(file, "", f"cannot be read: {error.strerror}", "a readable file"))
            continue
        except FaultyDocuments as error:
            faults += error.faults
            continue
        policy = build_policy(raw, file, formulary.operator, drugs, vocabulary, faults)
        if policy.drug in drugs and owner.setdefault(policy.drug, path.name) != path.name:
            faults.append(Fault(file, "drug", f"{policy.drug!r}, as in {owner[policy.drug]}", "one file for each drug"))
        policies.append(replace(policy, content=content))
    return tuple(policies)


def build_policy(
    raw: Any, file: str, operator: str, drugs: Mapping[str, Drug | None], vocabulary: Vocabulary, faults: list[Fault]
) -> Policy:
    """One parsed file → Policy (still without its bytes), its faults appended to `faults`.

    It may speak of a drug that we hold, by the routes by which we hold it, and of nothing else.
    """
    node = Node(raw, file, "", faults)
    name = node.text("drug", among=drugs)
    source = local_source(node, operator)
    drug = drugs.get(name)
    if drug:
        vocabulary = replace(vocabulary, routes=frozenset({ANY, *(fact.at.route for fact in drug.facts)}))
    facts = build_facts(node, name, source, vocabulary)
    node.finish()
    if not node.child("facts").value:
        node.fault("no fact", "at least one", "facts")
    standing = tuple(replace(fact, status=Status.LOCAL_POLICY, status_date=source.version) for fact in facts)
    return Policy(name, source, standing, b"")


def with_policies(drugs: Iterable[Drug], policies: Iterable[Policy]) -> tuple[Drug, ...]:
    """The drugs with the operator's lines after their own."""
    said = {policy.drug: policy for policy in policies}
    return tuple(_with(drug, said[drug.name]) if drug.name in said else drug for drug in drugs)


def _with(drug: Drug, policy: Policy) -> Drug:
    return replace(drug, sources=(*drug.sources, policy.source), facts=(*drug.facts, *policy.facts))


def _files(folder: Path, faults: list[Fault]) -> list[Path]:
    """The YAML files of a folder in the order of their names; what an editor or a mount hides there is left alone."""
    try:
        paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        faults.append(Fault(str(folder), "", f"cannot be read: {error.strerror}", f"a folder of *{ENDING} files"))
        return []
    found = [path for path in paths if path.suffix == ENDING]
    misnamed = [path for path in paths if path not in found and path.suffix.lower() in (ENDING, ".yml")]
    faults += [Fault(str(path), "", f"a name in {path.suffix}", f"a name in {ENDING}") for path in misnamed]
    if not found:
        faults.append(Fault(str(folder), "", f"no *{ENDING} file", "at least one, or no FORMULARY_PATH"))
    return found
