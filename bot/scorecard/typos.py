"""Slips of the finger, seeded: the same words and seed give the same slips on every machine."""

import re
from random import Random

_WORD = re.compile(r"[^\W\d_]{4,}")  # shorter words are typed right, or they would be other words
_TWICE_FROM = 8  # letters of a word that can take two slips and still be known
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _neighbours() -> dict[str, str]:
    found = dict[str, str]()
    for number, row in enumerate(_ROWS):
        for place, key in enumerate(row):
            beside = row[max(0, place - 1) : place] + row[place + 1 : place + 2]
            for other in _ROWS[max(0, number - 1) : number] + _ROWS[number + 1 : number + 2]:
                beside += other[max(0, place - 1) : place + 2]
            found[key] = beside
    return found


_NEIGHBOURS = _neighbours()


def with_typos(text: str, count: int, seed: int = 1) -> str:
    """The text with up to so many slips, each in another word of four letters or more.

    A word of eight letters or more takes a second slip where there are not enough words; shorter ones would not be
    known again by anyone. A slip is a neighbouring key, a letter dropped, an extra one, a doubled one, or two that
    changed places.
    """
    random = Random(f"{seed}:{count}:{text}")
    places = [match.span() for match in _WORD.finditer(text)]
    chosen = random.sample(places, min(count, len(places)))
    chosen += [(start, end) for start, end in places if end - start >= _TWICE_FROM][: count - len(chosen)]
    for start, end in sorted(set(chosen), reverse=True):
        word = text[start:end]
        for _ in range(chosen.count((start, end))):
            word = _slipped(word, random)
        text = text[:start] + word + text[end:]
    return text


def _slipped(word: str, random: Random) -> str:
    place = random.randrange(len(word))
    letter = word[place]
    beside = _NEIGHBOURS.get(letter.lower(), letter)
    kind = random.choice(("neighbour", "drop", "insert", "double", "swap"))
    if kind == "neighbour":
        return word[:place] + random.choice(beside) + word[place + 1 :]
    if kind == "drop":
        return word[:place] + word[place + 1 :]
    if kind == "insert":
        return word[:place] + random.choice(beside) + word[place:]
    if kind == "double":
        return word[:place] + letter + word[place:]
    place = min(place, len(word) - 2)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
