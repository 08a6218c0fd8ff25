"""Marks inside text while it is being made: which digits are whose, what is verbatim, where sources go.

Every number enters text between FIGURE marks, with its kind kept in a ledger (product rule 12); the marks are
private-use characters that nobody can type into an answer, and are taken out at the end.
"""

import re
from dataclasses import dataclass, field

FIGURE, FIGURE_END = "\ue000", "\ue001"  # a number: fact, derived, said or meta
VERBATIM, VERBATIM_END = "\ue002", "\ue003"  # not ours to lint: echoes, titles, links
CITE, CITE_END = "\ue004", "\ue005"  # a source id, numbered when the message is put together
CLAUSE = "\ue006"  # a headline may be cut here
SHORTER = "\ue007"  # between the forms of a clause: whole, then ever shorter
STATEMENT = "\ue008"  # begins a clause that is a statement: the headline has room for one
ALL = re.compile("[\ue000-\ue008]")
KINDS = ("fact", "derived", "said", "meta")
CITED = re.compile(f"{CITE}([^{CITE_END}]*){CITE_END}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One number that reached text: its kind, its words, and where it comes from (fact id, formula, name)."""

    kind: str
    words: str
    origin: str


@dataclass(slots=True)
class Ledger:
    """The record of every number of one reply."""

    entries: list[Entry] = field(default_factory=list)

    def mark(self, words: str, kind: str, origin: str) -> str:
        """The words between figure marks, recorded."""
        self.entries.append(Entry(kind, words, origin))
        return f"{FIGURE}{words}{FIGURE_END}"


def clean(text: str) -> str:
    """Text without any mark; marks that somebody typed go the same way."""
    return ALL.sub("", text)
