"""Words in, understanding out: the one entrance to this package for whoever answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.documents import DocumentCache
from intents.catalogue import Catalogue
from intents.commands import Command, Commands, load_commands
from intents.compiling import compiled
from intents.features import SIGNS
from intents.guard import Guard, load_guard
from intents.lexicon import Lexicon
from intents.names import load_names
from intents.normalise import Spoken, normalise
from intents.reading import Reader, Reading
from intents.sheet import MARKS
from intents.splitting import PATIENTS, Decider, Decision, says_something
from intents.understanding import (
    CERTAIN,
    Alarm,
    DrugMention,
    KnownName,
    Match,
    OtherName,
    PatientValues,
    Slots,
    Understanding,
)
from intents.words import Words, load_words

# An alarm by likeness alone, without a pattern of the guard, needs a first person; a patient, or harm without a dark
# word, a clear case.
ALARM_SCORE, ALARM_MARGIN = 60.0, 25.0
FIRST_PERSON = frozenset({"i", "im", "my", "me", "myself", "ive"})
NEW_PATIENT = "new_patient"
POLITE = frozenset({"greeting", "thanks"})  # beside anything else it is that which is asked
SAID_BY_NAMES = frozenset({"overview", NEW_PATIENT})


class Recogniser:
    """Understands utterances with one lexicon and one trained model; the same words, the same result."""

    def __init__(
        self, reader: Reader, decider: Decider, commands: Commands, guard: Guard, catalogue: Catalogue, words: Words
    ) -> None:
        self._reader, self._decider, self._commands = reader, decider, commands
        self._guard, self._catalogue = guard, catalogue
        self._refusals = frozenset(i.id for i in catalogue.intents.values() if i.kind == "refusal")
        self._small_talk, self._words = words.sets["small_talk"], words
        announcing = (tuple(key.split()) for key, tags in words.tags.items() if any(k == NEW_PATIENT for k, _ in tags))
        self._announcing = sorted(announcing, key=len, reverse=True)

    def understand(self, utterance: str, in_thread: bool = False) -> Understanding:
        """What was asked, about what, and whether it may be answered; `in_thread`: a drug is spoken of already."""
        spoken = normalise(utterance)
        command = self._commands.at_head(spoken.text)
        if command and command.intents is not None:
            return self._commanded(spoken, command, command.intents)
        if not any(map(str.isalnum, spoken.text)):
            return Understanding(Alarm(), Slots(), (), empty=True)
        return self._understood(self._reader.read(spoken), in_thread)

    def names_in(self, utterance: str) -> tuple[DrugMention | OtherName, ...]:
        """The names of drugs in an utterance, before anything else is made of them."""
        return self._reader.names(normalise(utterance))

    def _commanded(self, spoken: Spoken, command: Command, intents: tuple[str, ...]) -> Understanding:
        rest = spoken.written(command.end, len(spoken.text))
        if not intents:
            return self.understand(rest or "/help")
        certain = tuple(Match(intent, CERTAIN, CERTAIN, "", f"/{command.name}") for intent in intents)
        if not rest:
            return Understanding(Alarm(), Slots(), certain)
        reading = self._reader.read(normalise(rest))
        return Understanding(reading.alarm, reading.slots, certain)

    def _understood(self, reading: Reading, in_thread: bool) -> Understanding:
        if reading.strange:
            return Understanding(reading.alarm, reading.slots, ())
        without = self._small_talk if reading.slots.drugs else frozenset[str]()
        asks = bool(reading.slots.drugs or reading.slots.doses)
        if asks and reading.slots.new_patient:
            without |= {NEW_PATIENT}
        decision = self._decided(reading, without, in_thread)
        if reading.slots.new_patient and not asks:
            # "Next patient: 60 years, dialysis, dose?": who it is about is said by the slot, what is asked by the rest.
            decision = self._beside_patient(reading, without) or decision
        if decision.accepted and decision.accepted[0].intent in self._refusals:
            alarm = self._likened(reading, decision.accepted[0])
            if alarm.kind and reading.alarm.kind not in ("identifier", "self_harm"):
                return Understanding(alarm, reading.slots, ())
            decision = self._decided(reading, without | self._refusals, in_thread)
        slots = reading.slots
        if not slots.new_patient and NEW_PATIENT in (match.intent for match in decision.accepted):
            # However it was said: no value of the last patient may stand beside these words.
            slots = replace(slots, new_patient=True)
            decision = self._decided(reading, without | {NEW_PATIENT}, in_thread) if asks else decision
        accepted, likely = self._answerable(decision.accepted), self._answerable(decision.likely)
        if slots.new_patient:
            accepted = self._with_new_patient(reading, accepted)
        if len(accepted) > 1:
            accepted = tuple(match for match in accepted if not self._is_talk(match)) or accepted
            accepted = tuple(match for match in accepted if match.intent not in POLITE) or accepted
        if reading.bare and (slots.drugs or slots.indications):
            # "Back to tizanidine", "malignant hyperthermia now, 70 kg": what is asked is what was asked before.
            accepted = tuple(match for match in accepted if match.intent not in SAID_BY_NAMES)
        bare = reading.bare and not accepted
        likely = () if bare or accepted else likely
        strange = decision.out_of_scope and not bare
        return Understanding(
            reading.alarm, slots, accepted, likely, strange, bare=bare, strangeness=decision.strangeness
        )

    def _beside_patient(self, reading: Reading, without: frozenset[str]) -> Decision | None:
        """What is asked of a new patient, where anything but the patient is spoken of."""
        words = self._without_announcement(reading.words)
        decision = self._decided(replace(reading, words=words), without | {NEW_PATIENT})
        asked = {match.intent for match in decision.accepted if not self._is_talk(match)}
        return decision if asked - PATIENTS or (asked and not self._only_describes(words)) else None

    def _only_describes(self, words: Sequence[str]) -> bool:
        """Whether words say who somebody is and ask nothing: "has an eGFR of 60", "girl of 12 years"."""
        sets = self._words.sets
        silent = MARKS | SIGNS | sets["person"] | sets["sex_words"] | sets["connecting"]
        return all(word in silent or self._words.populations([word]) for word in words)

    def _without_announcement(self, words: Sequence[str]) -> tuple[str, ...]:
        """The words without those that say that somebody new is spoken of."""
        for phrase in self._announcing:
            for place in range(len(words) - len(phrase) + 1):
                if tuple(words[place : place + len(phrase)]) == phrase:
                    return (*words[:place], *words[place + len(phrase) :])
        return tuple(words)

    def _decided(self, reading: Reading, without: frozenset[str], in_thread: bool = False) -> Decision:
        return self._decider.decide(reading.words, reading.concepts, reading.is_clinical, without, in_thread)

    def _likened(self, reading: Reading, match: Match) -> Alarm:
        """An alarm that only the likeness to examples raises."""
        clear = match.score >= ALARM_SCORE and match.margin >= ALARM_MARGIN
        lifted = self._guard.lifts(match.intent, reading.key, clear) or not FIRST_PERSON & set(reading.key.split())
        return Alarm() if lifted else Alarm(match.intent)

    def _answerable(self, matches: tuple[Match, ...]) -> tuple[Match, ...]:
        return tuple(match for match in matches if match.intent not in self._refusals)

    def _is_talk(self, match: Match) -> bool:
        return self._catalogue.intents[match.intent].kind == "talk"

    def _with_new_patient(self, reading: Reading, accepted: tuple[Match, ...]) -> tuple[Match, ...]:
        """A new patient is the whole message only when nothing is asked about them."""
        others = tuple(match for match in accepted if match.intent != NEW_PATIENT)
        if reading.slots.drugs or reading.slots.doses or NEW_PATIENT not in self._catalogue.intents:
            return others
        said = says_something(reading.words) and not accepted and not reading.bare
        described = reading.bare and reading.slots.patient != PatientValues()
        if (others and not described) or said:
            return others
        own = (match for match in accepted if match.intent == NEW_PATIENT)
        return (next(own, Match(NEW_PATIENT, CERTAIN, CERTAIN, "", "")),)


def build_recogniser(
    names: Iterable[KnownName],
    catalogue: Catalogue,
    cache: DocumentCache,
    confusable: Iterable[tuple[str, str]] = (),
    members: Mapping[str, Sequence[str]] | None = None,
) -> Recogniser:
    """A recogniser of these names and intents; what takes long is compiled once and kept in the cache.

    `members`: generic name → the classes it belongs to, as interactions name them.
    """
    words, guard = load_words(cache, members), load_guard(cache)
    known = load_names(names, confusable, cache)
    spelling, matcher = compiled(catalogue, known, words, guard, cache)
    reader = Reader(Lexicon(known, words, spelling), words, guard)
    commands = load_commands(cache, catalogue.intents)
    return Recogniser(reader, Decider(matcher, words), commands, guard, catalogue, words)
