"""Kidney, liver and pregnancy values of one patient."""

import re

from intents.expressions import Expression
from intents.numbers import IS, NUMBER, is_bound, plain, read_number
from intents.sheet import VALUE, Sheet
from intents.understanding import Measure

_ML_MIN = r"\s*mls?\s*(?:/|per)\s*min(?:ute)?s?\b(?:\s*/\s*1[.,]73\s*m\^?2?)?"
_CRCL_NAMES = r"\b(?:crcl|ccr|clcr|cr\s?cl|creatinine clearance|creat clearance|clearance|cockcroft(?:[- ]gault)?)\b"
_EGFR_NAMES = r"\b(?:egfr|gfr|ckd-epi|mdrd)\b"
# Name first ("CrCl 25"), or the number with its unit ("25 mL/min CrCl"), unless the name has its own ("…, eGFR 30").
_NAME_AFTER = rf"(?:{_ML_MIN})[\s(]*(?:of\s+)?(?:%s)(?!{IS}{NUMBER})"
_CRCL = Expression(rf"{_CRCL_NAMES}{IS}(?P<n>{NUMBER})(?:{_ML_MIN})?")
_CRCL_AFTER = Expression(rf"(?P<n>{NUMBER}){_NAME_AFTER % _CRCL_NAMES}")
_EGFR = Expression(rf"{_EGFR_NAMES}{IS}(?P<n>{NUMBER})(?:{_ML_MIN})?")
_EGFR_AFTER = Expression(rf"(?P<n>{NUMBER}){_NAME_AFTER % _EGFR_NAMES}")
_UNNAMED = Expression(rf"(?P<n>{NUMBER}){_ML_MIN}")
_OF_KIDNEYS = Expression(r"\b(?:renal|renally|kidneys?|ckd|nephro\w*)\b")
_CLEARANCES = (("egfr", _EGFR, _EGFR_AFTER, "mL/min/{1.73_m2}"), ("crcl", _CRCL, _CRCL_AFTER, "mL/min"))
_STAGE = r"[1-5][ab]?|iv|v|i{1,3}[ab]?"
# What may stand between the organ and its stage; another word is another illness ("renal cell carcinoma stage 4").
_OF_FUNCTION = r"(?:chronic|failure|impairment|disease|insufficiency|function|dose|dosing|adjustment|in|at|is|with|for)"
_CKD = Expression(
    rf"\b(?:ckd|kidney disease)\s*(?:stage|st|grade|g)?\s*-?\s*(?P<a>{_STAGE})\b"
    rf"|\bstage\s*(?P<b>{_STAGE})\s*(?:ckd|(?:chronic )?kidney disease|renal (?:disease|failure|impairment))"
    rf"|\b(?:renal|kidneys?)\b(?:[\s,]+{_OF_FUNCTION})*[\s,]+stage\s*(?P<c>{_STAGE})\b"
)
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iiia": "3a", "iiib": "3b", "iv": "4", "v": "5"}
_PUGH = Expression(
    r"\bchild'?s?(?:[- ]turcotte)?[- ]?pugh\s*(?:class|grade|score|stage)?\s*[-:]?\s*"
    r"(?:(?P<c>[abc])|(?P<s>1[0-5]|[5-9]))\b"
    r"|\bchild'?s?\s*(?:(?:class|grade)\s*(?P<d>[abc])|(?P<e>[bc]))\b"
)
_CREATININE = Expression(
    rf"\b(?:serum creatinine|s-?creatinine|creatinine|kreatinin|creat|crea|krea|scr|cr)\b{IS}(?P<n>{NUMBER})\s*"
    r"(?P<u>umols?(?:\s*/?\s*l)?\b|micromol\w*(?:\s*/?\s*l)?\b|mg\s*/\s*dl\b|mg%|mmol\s*/\s*l\b)?"
)
_CREATININE_UNITS = {"u": "umol/L", "mi": "umol/L", "mg": "mg/dL", "mm": "mmol/L"}
_WEEKS = r"\s*(?:weeks?|wks?|wk)\b"
# "20/40" is weeks of forty; "80/40" and "bp 30/40" are none.
_OF_FORTY = r"(?<!\d)(?<![/.,])(?<!bp )(?<!rr )(?P<c>4[0-4]|[1-3]?\d)(?:\s?\+\s?[0-6])?/40\b"
_PREGNANT = Expression(
    rf"(?P<a>{NUMBER}){_WEEKS}\s+(?:of\s+)?(?:gestation|pregnan\w*|gravid)"
    rf"|\b(?:pregnan\w*|gestation)\W{{0,2}}{IS}(?P<b>{NUMBER})(?:{_WEEKS}|/40)|{_OF_FORTY}"
)
_SHE_IS = Expression(r"\b(?:she|patient|pt|woman|lady|who)\b(?! not\b)[^.?!;]{0,20}\bpregnant\b")


def read_clearance(sheet: Sheet) -> dict[str, Measure]:
    """Creatinine clearance and estimated filtration rate, each in the unit that its name carries.

    A rate without a name, of kidneys, is asked: the two are never exchanged.
    """
    found = dict[str, Measure]()
    named = {name: _unbound(sheet, before) for name, before, _, _ in _CLEARANCES}
    # A number with a name before it has its name: the one that follows ("CrCl 45 mL/min, eGFR pending") has none yet.
    taken = {match.start("n") for matches in named.values() for match in matches}
    for name, _, after, unit in _CLEARANCES:
        matches = [*named[name], *(match for match in _unbound(sheet, after) if match.start("n") not in taken)]
        values = [match["n"] for match in matches]
        if not matches or sheet.differ([match.span() for match in matches], values, VALUE):
            continue
        match = matches[0]
        number = read_number(sheet, *match.span("n"))
        if number is not None:
            found[name] = Measure(number, unit, sheet.written(*match.span()))
        sheet.take(*match.span("n"), VALUE)
    unnamed = None if found or not _OF_KIDNEYS.search(sheet.text) else next(iter(_unbound(sheet, _UNNAMED)), None)
    if unnamed:
        written = sheet.written(*unnamed.span())
        sheet.ask("clearance_name", *unnamed.span(), (f"CrCl {written}", f"eGFR {written}"))
        sheet.take(*unnamed.span(), VALUE)
    return found


def _unbound(sheet: Sheet, pattern: Expression) -> list[re.Match[str]]:
    return [m for m in pattern.finditer(sheet.text) if not is_bound(sheet.text, m.start("n"), m.end())]


def read_ckd_stage(sheet: Sheet) -> str | None:
    """A stage of chronic kidney disease, in arabic figures."""
    match = _CKD.search(sheet.text)
    if not match:
        return None
    group = next(name for name in ("a", "b", "c") if match[name])
    sheet.take(*match.span(group), VALUE)
    return _ROMAN.get(match[group], match[group])


def read_child_pugh(sheet: Sheet) -> str | None:
    """The Child-Pugh class; a score is turned into its class."""
    match = _PUGH.search(sheet.text)
    if not match:
        return None
    letter = match["c"] or match["d"] or match["e"]
    text = letter.upper() if letter else _class_of(int(match["s"]))
    group = next(name for name in ("c", "d", "e", "s") if match[name])
    sheet.take(*match.span(group), VALUE)
    return text


def _class_of(score: int) -> str:
    return "A" if score < 7 else "B" if score < 10 else "C"


def read_creatinine(sheet: Sheet) -> Measure | None:
    """Serum creatinine; without a unit it is asked."""
    matches = _unbound(sheet, _CREATININE)
    values = [match["n"] for match in matches]
    if not matches or sheet.differ([match.span() for match in matches], values, VALUE):
        return None
    match = matches[0]
    number, unit = read_number(sheet, *match.span("n")), match["u"]
    if number is not None and not unit:
        written = sheet.written(*match.span("n"))
        sheet.ask("creatinine_unit", *match.span(), (f"{written} mg/dL", f"{written} micromol/L"))
    sheet.take(match.start("n"), match.end(), VALUE)
    if number is None or not unit:
        return None
    code = next(code for start, code in _CREATININE_UNITS.items() if unit.startswith(start))
    return Measure(number, code, sheet.written(match.start("n"), match.end()))


def read_weeks_pregnant(sheet: Sheet) -> str | None:
    """How many weeks a pregnancy is old."""
    match = _PREGNANT.search(sheet.text)
    if not match:
        return None
    group = next(name for name in ("a", "b", "c") if match[name])
    number = read_number(sheet, *match.span(group))
    sheet.take(*match.span(group), VALUE)
    return None if number is None else f"{plain(number)} weeks"


def is_pregnant(sheet: Sheet) -> bool:
    """Whether one person is said to be pregnant."""
    return "pregnant" in sheet.text and _SHE_IS.search(sheet.text) is not None
