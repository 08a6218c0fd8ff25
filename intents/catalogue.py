"""The intents as data: one file each in `en/`, read once, every fault named."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files

from bot.documents import DocumentCache, Fault, FaultyDocuments, content_key
from bot.nodes import Node

KINDS = frozenset({"clinical", "talk", "refusal"})


@dataclass(frozen=True, slots=True)
class Want:
    """Which facts an answer wants: `what` in order, the population it is about, and whether products.

    `abouts`: of some `what` only these subjects ("warnings, but only that units are not interchangeable").
    """

    whats: tuple[str, ...]
    populations: tuple[str, ...]
    products: bool = False
    abouts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Intent:
    """One kind of question: how it is said, what facts it wants, what is likely asked next."""

    id: str
    kind: str
    aliases: tuple[str, ...]
    wants: Want
    utterances: tuple[str, ...]
    follow_ups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All intents of one language, utterances out of scope for certain, and what each role asks first.

    `version`: of the files that it was read from.
    """

    intents: Mapping[str, Intent]
    out_of_scope: tuple[str, ...]
    roles: Mapping[str, tuple[str, ...]]
    version: str

    def resolve(self, intent_id: str) -> Intent | None:
        """An intent by its id or by an alias that a merged intent left."""
        if intent_id in self.intents:
            return self.intents[intent_id]
        return next((intent for intent in self.intents.values() if intent_id in intent.aliases), None)


def load_catalogue(cache: DocumentCache, language: str = "en") -> Catalogue:
    """All intent files of a language; FaultyDocuments names every fault."""
    faults: list[Fault] = []
    folder = files("intents") / language
    intents, out_of_scope = dict[str, Intent](), tuple[str, ...]()
    roles = dict[str, tuple[str, ...]]()
    contents = list[bytes]()
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        known = path.name in ("_out_of_scope.yaml", "_roles.yaml")
        if not path.name.endswith(".yaml") or (path.name.startswith("_") and not known):
            continue
        file = f"intents/{language}/{path.name}"
        contents.append(path.read_bytes())
        node = Node(cache.read_bytes(contents[-1], file), file, "", faults)
        if path.name == "_out_of_scope.yaml":
            out_of_scope = node.texts("utterances")
        elif path.name == "_roles.yaml":
            roles = {role: node.texts(role) for role in node.keys()}
        else:
            intent = _intent(node)
            intents[intent.id] = intent
    for intent in intents.values():
        _check_follow_ups(intent, intents, faults, language)
    if faults:
        raise FaultyDocuments(faults)
    return Catalogue(intents, out_of_scope, roles, content_key(contents))


def _intent(node: Node) -> Intent:
    wants = node.child("wants")
    about = wants.child("about")
    abouts = {what: about.texts(what) for what in (about.keys() if about.value is not None else ())}
    wanted = Want(wants.texts("what"), wants.texts("populations"), wants.flag("products"), abouts)
    if wants.value is not None:
        wants.finish()
    intent = Intent(
        node.text("intent"),
        node.text("kind", "clinical", among=KINDS),
        node.texts("aliases"),
        wanted,
        node.texts("utterances"),
        node.texts("follow_ups"),
    )
    if intent.id != node.file.rpartition("/")[2].removesuffix(".yaml"):
        node.fault(repr(intent.id), "the file's own name", "intent")
    if len(set(intent.utterances)) != len(intent.utterances):
        node.fault("an utterance twice", "each once", "utterances")
    node.finish()
    return intent


def _check_follow_ups(intent: Intent, intents: Mapping[str, Intent], faults: list[Fault], language: str) -> None:
    for index, follow_up in enumerate(intent.follow_ups):
        if follow_up not in intents:
            file = f"intents/{language}/{intent.id}.yaml"
            faults.append(Fault(file, f"follow_ups[{index}]", repr(follow_up), ", ".join(sorted(intents))))
