"""The working copy of one utterance: what was lifted is blanked and leaves a mark for the matcher."""

from collections.abc import Sequence

from intents.normalise import Spoken
from intents.understanding import Unclear

BLANK = "\x01"
# What stands in the place of a lifted part when intents are scored: capitals, which plain text has none of.
DRUG, CLASS, ROUTE, INDICATION, NUMBER, DOSE, FREQUENCY, AGE, WEIGHT, VALUE = "DCRINMFAWV"
CHILD_AGE, OLDER_AGE = "KO"
MARKS = frozenset("DCRINMFAWVKO")


class Sheet:
    """Lifts parts out of a text once each; collects what is unclear and what was read differently."""

    def __init__(self, spoken: Spoken) -> None:
        self.spoken, self.text = spoken, spoken.text
        self.unclear: list[Unclear] = []
        self.read_as: list[tuple[str, str]] = []
        self._marks: list[tuple[int, int, str]] = []

    def take(self, start: int, end: int, mark: str) -> None:
        """Blank a part and leave a mark (or nothing) in its place."""
        self.text = self.text[:start] + BLANK * (end - start) + self.text[end:]
        self._marks.append((start, end, mark))

    def is_followed_by(self, mark: str, end: int) -> bool:
        """Whether a part that was lifted with this mark begins right after a place."""
        return any(
            found == mark and not self.text[end:start].strip(" ,") for start, _, found in self._marks if start >= end
        )

    def written(self, start: int, end: int) -> str:
        """A part as the asker wrote it."""
        return self.spoken.written(start, end)

    def ask(self, question: str, start: int, end: int, choices: Sequence[str] = ()) -> None:
        """Note a number whose meaning must be asked."""
        self.unclear.append(Unclear(question, self.written(start, end), tuple(choices)))

    def differ(self, spans: Sequence[tuple[int, int]], values: Sequence[str], mark: str) -> bool:
        """Whether one thing is said with several values; then all are lifted out and which one holds is asked."""
        if len(set(values)) < 2:
            return False
        self.ask("two_values", spans[0][0], spans[-1][1], tuple(self.written(*span) for span in spans))
        for span in spans:
            self.take(*span, mark)
        return True

    def echo(self, start: int, end: int, safe: str) -> None:
        """Note an error-prone spelling and the safe form it was read as."""
        pair = (self.written(start, end), safe)
        if pair not in self.read_as:
            self.read_as.append(pair)

    def masked(self) -> str:
        """The text with a mark for every part that was lifted."""
        parts, done = list[str](), 0
        for start, end, mark in sorted(self._marks):
            if start >= done:
                parts += [self.spoken.text[done:start], f" {mark} " if mark else " "]
                done = end
        return "".join((*parts, self.spoken.text[done:]))
