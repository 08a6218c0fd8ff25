"""Doses that the asker proposes: amount, unit, basis, how often. What is not said is not assumed."""

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from intents.expressions import Expression
from intents.numbers import NUMBER, is_unsafe, plain, read_number
from intents.sheet import BLANK, DOSE, FREQUENCY, Sheet
from intents.tokens import Token
from intents.understanding import Measure, ProposedDose
from intents.words import Tagged, Words

_UNITS = {
    "mg": "mg", "mgs": "mg", "milligram": "mg", "milligrams": "mg", "milligramme": "mg", "milligrammes": "mg",
    "mcg": "ug", "mcgs": "ug", "ug": "ug", "ugs": "ug", "microgram": "ug", "micrograms": "ug",
    "microgramme": "ug", "microgrammes": "ug", "micro": "ug", "gamma": "ug", "ng": "ng", "nanogram": "ng",
    "nanograms": "ng", "g": "g", "gm": "g", "gms": "g", "gram": "g", "grams": "g", "gramme": "g",
    "grammes": "g",
    "units": "[arb'U]", "unit": "[arb'U]", "iu": "[arb'U]", "sprays": "{spray}", "spray": "{spray}",
}  # fmt: skip
_ECHOED = {
    "ug": "micrograms",
    "ugs": "micrograms",
    "mcgs": "micrograms",
    "gm": "g",
    "gms": "g",
    "iu": "units",
}
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_DOSE = Expression(
    rf"(?P<n>{NUMBER})\s*(?:(?:{_UNIT})?\s*(?:-|to|or|and)\s*(?P<high>\d+(?:[.,]\d+)*|\.\d+)\s*)?-?\s*(?P<u>{_UNIT})\b"
    r"(?P<kg>\s*(?:/|per)\s*kg\b(?:\s*bw\b)?)?(?P<m2>\s*(?:/|per)\s*m\^?2\b)?"
)
_TIMES = Expression(r"(?<![\w.,/])(?P<x>\d)\s*(?:x|times)\s*$")
# "10 mg/mL", "mg/dL", "mcg/h" and the strength of a tablet are no doses.
_NO_DOSE = Expression(r"\s*(?:/|per)\s*(?:\d*\s*mls?|dl|l|litre|liter|h|hr|hour|hours|min|minute|tablet|tab)\b")
_STRENGTH = Expression(
    r"\s*(?:tablets?|tabs?|capsules?|caps?|strengths?|ampoules?|amps?|vials?|pills?|sachets?|granules)\b"
)
_UNIT_U = Expression(rf"(?P<n>{NUMBER})\s*u\b(?!\s*/)")
_ENDS_IN_NUMBER = Expression(rf"(?P<n>{NUMBER})\s*$")
_JUDGED = Expression(
    rf"\b(?:is|give|given|giving|gets|take|takes)\s+(?P<n>{NUMBER})"
    r"(?=\s+(?:too (?:much|high|low|little)|ok|okay|enough|safe|fine)\b)"
)
_ADJACENT = Expression(rf"[\s/,(.{BLANK}-]*")
_FAR = Expression(r"[;?!]|\.\s|\d")
_AFTER_SLASH = frozenset({"day", "d", "dose"})
_FREE_STANDING = ("per", "daily", "divided", "in", "every")
MOST_BETWEEN = 24  # signs between a dose and how often it is given ("10 mg by mouth, taken tid")


class DoseReader:
    """Reads the proposed doses of one utterance off a sheet; frequencies come as tagged phrases."""

    def __init__(
        self,
        sheet: Sheet,
        tokens: Sequence[Token],
        tagged: Sequence[Tagged],
        words: Words,
        is_anothers: Callable[[int], bool],
    ) -> None:
        """`is_anothers`: whether a number at a place is the dose of a drug that is none of ours."""
        self._sheet, self._tokens, self._words, self._is_anothers = sheet, tokens, words, is_anothers
        self._often = [found for found in tagged if _says(found, "frequency", "per_day", "per_dose")]

    def read(self) -> tuple[ProposedDose, ...]:
        """Every dose with its unit, in order."""
        for match in _UNIT_U.finditer(self._sheet.text):
            self._sheet.ask("unit_u", *match.span(), (f"{match['n']} units",))
            self._sheet.take(*match.span(), DOSE)
        matches = [
            match for match in _DOSE.finditer(self._sheet.text) if not _NO_DOSE.match(self._sheet.text, match.end())
        ]
        doses = []
        for place, match in enumerate(matches):
            until = matches[place + 1].start() if place + 1 < len(matches) else len(self._sheet.text)
            dose = self._dose(match, until)
            if dose and not self._is_anothers(match.start()):
                doses.append(dose)
        return (*doses, *self._without_unit())

    def _without_unit(self) -> Iterator[ProposedDose]:
        """Numbers that can only be doses ("25 tid", "is 30 too much"); their unit is then asked."""
        for found in self._often:
            start, last = self._tokens[found.first].start, self._tokens[found.last - 1].end
            times, match = (
                dict(found.tags).get("frequency"),
                _ENDS_IN_NUMBER.search(self._sheet.text, 0, start),
            )
            if times and match and self._sheet.text[start] != BLANK:
                yield from self._bare(match, last, Decimal(times))
        judged = _JUDGED.search(self._sheet.text)
        if judged:
            yield from self._bare(judged, judged.end("n"), None)

    def _bare(self, match: re.Match[str], end: int, times: Decimal | None) -> Iterator[ProposedDose]:
        number, written = read_number(self._sheet, *match.span("n")), self._sheet.written(*match.span("n"))
        self._sheet.take(match.start("n"), end, DOSE)
        if number is not None and not self._is_anothers(match.start("n")):
            yield ProposedDose(Measure(number, "", written), "dose" if times else None, times)

    def _dose(self, match: re.Match[str], until: int) -> ProposedDose | None:
        sheet = self._sheet
        times, per_day, per_dose = self._how_often(match.end(), until)
        if times is None and not (per_day or per_dose):
            times = self._said_before(match.start())
        strength = _STRENGTH.match(sheet.text, match.end())
        multiple = _TIMES.search(sheet.text, 0, match.start())
        number, high = self._numbers(match)
        written = sheet.written(*match.span())
        start = multiple.start() if multiple else match.start()
        if number is not None:
            self._echo(match)
        if match["kg"] and not (per_day or per_dose):
            sheet.ask("dose_basis_kg", *match.span())
            number = None
        if multiple and number is not None:
            sheet.ask("dose_basis", start, match.end())
            number = None
        sheet.take(start, match.end(), DOSE)
        if number is None or (strength and times is None and not per_day):
            return None
        unit = _UNITS[match["u"]] + ("/kg" if match["kg"] else "") + ("/m2" if match["m2"] else "")
        basis = "day" if per_day else "dose" if per_dose or times is not None else None
        return ProposedDose(Measure(number, unit, written), basis, times, high)

    def _numbers(self, match: re.Match[str]) -> tuple[Decimal | None, Decimal | None]:
        number = read_number(self._sheet, *match.span("n"))
        high = read_number(self._sheet, *match.span("high")) if match["high"] else None
        if number is None or (match["high"] and high is None):
            return None, None
        return number, high if high is not None and high > number else None

    def _echo(self, match: re.Match[str]) -> None:
        unit = match["u"]
        if is_unsafe(match["n"]) or unit in _ECHOED:
            number = plain(Decimal(f"0{match['n']}" if match["n"].startswith(".") else match["n"]))
            if match["high"]:
                number = f"{number} to {match['high']}"
            safe = f"{number} {_ECHOED.get(unit, unit)}{'/kg' if match['kg'] else ''}"
            self._sheet.echo(*match.span(), safe)

    def _how_often(self, end: int, until: int) -> tuple[Decimal | None, bool, bool]:
        """Times a day, and whether per day or per dose is said."""
        times, per_day, per_dose = None, False, False
        for found in self._often:
            start, last = self._tokens[found.first].start, self._tokens[found.last - 1].end
            if start < end or start >= until:
                continue
            gap = self._sheet.text[end:start]
            adjacent = _ADJACENT.fullmatch(gap) is not None
            if not adjacent and (len(gap) > MOST_BETWEEN or _FAR.search(gap)):
                break
            says = dict(found.tags)
            if (
                "frequency" in says
                and times is None
                and (adjacent or found.key not in self._words.sets["only_after_dose"])
            ):
                times = Decimal(says["frequency"])
                self._say_back(found, start, last)
            elif found.key in _AFTER_SLASH and "/" not in gap:
                continue
            elif "per_day" in says and (adjacent or found.key.startswith(_FREE_STANDING)):
                per_day = True
            elif "per_dose" in says and adjacent:
                per_dose = True
            else:
                continue
            self._sheet.take(start, last, FREQUENCY)
            end = last
        return times, per_day, per_dose

    def _said_before(self, start: int) -> Decimal | None:
        """ "Four times a day 12 mg": how often, where it stands right before the dose."""
        for found in self._often:
            first, last = self._tokens[found.first].start, self._tokens[found.last - 1].end
            often = dict(found.tags).get("frequency")
            if often and last <= start and not self._sheet.text[last:start].strip(" ,") and self._is_free(first, last):
                self._say_back(found, first, last)
                self._sheet.take(first, last, FREQUENCY)
                return Decimal(often)
        return None

    def _is_free(self, start: int, end: int) -> bool:
        return BLANK not in self._sheet.text[start:end]

    def _say_back(self, found: Tagged, start: int, end: int) -> None:
        safe = self._words.pairs["say_back"].get(found.key)
        if safe:
            self._sheet.echo(start, end, safe)


def _says(found: Tagged, *kinds: str) -> bool:
    return any(kind in kinds for kind, _ in found.tags)
