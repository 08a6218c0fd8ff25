"""What decides a reply before any question is read: identifiers, harm, patients who ask for themselves."""

import re
from collections.abc import Callable, Sequence, Set
from importlib.resources import files

from bot.documents import DocumentCache, Fault, FaultyDocuments
from bot.nodes import Node
from intents.expressions import Expression
from intents.patterns import Patterns
from intents.tokens import Token
from intents.understanding import Alarm

_SECTIONS = ("self_harm", "not_self_harm", "patient", "professional", "surely_patient")
_LISTS = (
    "titles", "unsure_titles", "people", "no_names", "thing_words", "birth_words", "phone_words", "record_words",
    "dark_words", "adjective_endings",
)  # fmt: skip
_EMAIL = Expression(r"[\w.+-]+@[\w-]+\.[a-z]{2,}")
_DATE = (
    r"\d{1,2}[./\s-](?:\d{1,2}|[a-z]{3,9})[./\s,-]\s?(?:19|20)?\d{2}\b"
    r"|(?:19|20)\d{2}[./-]\d{1,2}[./-]\d{1,2}\b"
)
_OLD_DATE = Expression(r"(?<![\d/])(?:\d{1,2}[./-]\d{1,2}[./-]19\d{2}|19\d{2}[./-]\d{1,2}[./-]\d{1,2})\b")
_PHONE = Expression(
    r"(?<![\w.])(?:\+\d{1,3}[\s().-]*|\(?0)\d(?:[\s().-]{0,2}\d){7,12}(?!\w)"
    r"|\(\d{3}\)\s?\d{3}[-\s]\d{4}\b|\b\d{3}-\d{3}-\d{4}\b"
)
_RECORD = Expression(r"(?<![\w.])(?:\d{3}[ -]\d{3}[ -]\d{4}|\d{3}-\d{2}-\d{4}|\d{7,})(?![\w.])")
DRUG = "DRUG"  # stands in the patterns for any name of a drug; no token has capitals
_NAMING = frozenset({"named", "called", "name", "surname"})
LONGEST_GAP = 2  # signs between "Mrs." or "patient:" and a name
LONGEST_SHORT_FORM = 4  # letters of capitals that are a short form ("pt NPO")
_NEAR = 3  # words before "named" that may say that a thing is named


class Guard:
    """Raises the alarm that decides a reply, or none."""

    def __init__(self, patterns: dict[str, Patterns], lists: dict[str, tuple[str, ...]]) -> None:
        self._patterns = patterns
        self._sets = {name: frozenset(words) for name, words in lists.items()}
        self._adjective_endings = lists["adjective_endings"]
        self._birth = Expression(rf"\b(?:{_any(lists['birth_words'])})\W*(?:on|is|in|:)?\W*(?:{_DATE}|(?:19|20)\d\d\b)")
        self._phone = Expression(
            rf"\b(?:{_any(lists['phone_words'])})\W{{0,3}}(?:no|number|nr|is|on|at|me|:)?\W{{0,3}}\+?\d(?:[\s().-]?\d){{5,}}"
        )
        self._record = Expression(
            rf"\b(?:{_any(lists['record_words'])})\b\W{{0,3}}(?:is|no|number|nr)?\W{{0,3}}[a-z]{{0,3}}[-\s]?\d(?:[\s-]?\d){{3,}}"
        )

    def alarm(
        self,
        text: str,
        written: Sequence[str],
        tokens: Sequence[Token],
        known: Callable[[int], bool],
        drugs: Set[int],
    ) -> Alarm:
        """The alarm; `known`: is a token an ordinary word or a name; `drugs`: the tokens where drugs begin."""
        detail = self._identifier(text, written, tokens, known)
        if detail:
            return Alarm("identifier", detail)
        key = " ".join(DRUG if place in drugs else token.text for place, token in enumerate(tokens))
        if self._says("self_harm", key) and not self._says("not_self_harm", key):
            return Alarm("self_harm")
        own = any(place and tokens[place - 1].text == "my" for place in drugs) or self._says("patient", key)
        if self._says("surely_patient", key) or (own and not self._says("professional", key)):
            return Alarm("patient")
        return Alarm()

    def lifts(self, kind: str, key: str, clearly: bool) -> bool:
        """Whether the words rule out what a likeness to examples of `kind` suggests; less where not clear."""
        if kind == "patient":
            return not clearly or self._says("professional", key)
        dark = clearly or self._sets["dark_words"] & set(key.split())
        return not dark or self._says("not_self_harm", key)

    def _says(self, section: str, key: str) -> bool:
        return self._patterns[section].found(key)

    def _identifier(
        self, text: str, written: Sequence[str], tokens: Sequence[Token], known: Callable[[int], bool]
    ) -> str:
        if "@" in text and _EMAIL.search(text):
            return "email"
        if any(sign.isdecimal() for sign in text):
            number = self._number(text)
            if number:
                return number
        return "name" if self._name(written, tokens, known) else ""

    def _number(self, text: str) -> str:
        if self._birth.search(text) or _OLD_DATE.search(text):
            return "birth_date"
        if self._record.search(text):
            return "record_number"
        if _PHONE.search(text) or self._phone.search(text):
            return "phone"
        return "record_number" if _RECORD.search(text) else ""

    def _name(self, written: Sequence[str], tokens: Sequence[Token], known: Callable[[int], bool]) -> bool:
        return any(
            self._is_name_after(place, written, tokens, known)
            for place, token in enumerate(tokens[:-1])
            if token.text in self._sets["titles"] or token.text in self._sets["people"]
        )

    def _is_name_after(
        self, place: int, written: Sequence[str], tokens: Sequence[Token], known: Callable[[int], bool]
    ) -> bool:
        word, cue, after = tokens[place].text, written[place], place + 1
        titled = word in self._sets["titles"]
        while not titled and after < len(tokens) - 1 and tokens[after].text in ("is", "s", "name", "named", "called"):
            after += 1
        following = written[after]
        far = tokens[after].start - tokens[after - 1].end > LONGEST_GAP
        if far or not following.isalpha() or len(following) < 2:
            return False
        if following.isupper() and len(following) <= LONGEST_SHORT_FORM:
            return False
        if tokens[after].text in self._sets["no_names"] or self._is_thing(place, tokens):
            return False
        capital = following[0].isupper() and not following.isupper()
        if titled:
            written_so = cue[0].isupper() and not cue.isupper()
            sure = word not in self._sets["unsure_titles"] or capital
            return (capital and written_so) or (sure and not known(after))
        if known(after) or capital:
            return capital and not known(after)
        if following.isupper():
            return not following.lower().endswith(self._adjective_endings)
        named = tokens[after - 1].text in _NAMING or word in _NAMING
        return named and len(following) > 2 and not tokens[after].breaks

    def _is_thing(self, place: int, tokens: Sequence[Token]) -> bool:
        if tokens[place].text not in ("named", "called", "name"):
            return False
        return any(token.text in self._sets["thing_words"] for token in tokens[max(0, place - _NEAR) : place])


def load_guard(cache: DocumentCache, language: str = "en") -> Guard:
    """The guard with the words of a language; FaultyDocuments names every fault."""
    file = f"intents/{language}/_guard.yaml"
    faults = list[Fault]()
    root = Node(cache.read(files("intents") / language / "_guard.yaml", file), file, "", faults)
    patterns = {section: Patterns(root.texts(section)) for section in _SECTIONS}
    lists = {name: root.texts(name) for name in _LISTS}
    root.finish()
    if faults:
        raise FaultyDocuments(faults)
    return Guard(patterns, lists)


def _any(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in words)
