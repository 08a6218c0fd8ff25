"""The last look at every outgoing line: error-prone dose notation, and digits that nobody vouched for.

Rules after ISMP's list of error-prone abbreviations and the Joint Commission's "Do Not Use" list. A line that
violates one is withheld, never repaired.
"""

import re

from bot.rendering.marks import CITED, FIGURE, FIGURE_END, VERBATIM, VERBATIM_END, clean

RULES: dict[str, re.Pattern[str]] = {
    "trailing_zero": re.compile(r"\d\.\d*0(?!\d)"),
    "naked_decimal": re.compile(r"(?<!\d)\.\d"),
    "no_comma": re.compile(r"(?<![\d.,])\b\d{4,}\s?(?:mg|g|mcg|micrograms|units|mL)\b"),
    "no_space": re.compile(r"\d(?:mg|g|mL|mcg|micrograms|units)\b"),
    "unit_full_stop": re.compile(r"\b(?:mg|mL|mcg)\.(?=\s+[a-z0-9])"),
    "U_or_IU": re.compile(r"\d\s?[Uu]\b|\bIU\b"),
    "micro_sign": re.compile(r"[µμ]g"),
    "abbreviation": re.compile(
        r"\b(?:QD|q\.d\.|qd|QOD|q\.o\.d\.|qod|OD|o\.d\.|HS|hs|qhs|BT|TIW|tiw|SC|SQ|IT|cc|D/C|MS|MSO4|MgSO4|UD)(?!\w)"
    ),
    "shorthand": re.compile(
        r"(?i)\bq\d+h\b|\b[tbq]\.i\.d\.|\b(?:bid|tid|qid|bd|tds|qds|prn|per os)\b"
    ),
    "unit_case": re.compile(r"\d\s?(?:ug|ml|MM|mls|cc)\b"),
    "fraction": re.compile(r"[¼-¾⅐-⅟]"),
    "slash": re.compile(r"\d/\d+(?:\.\d+)?\s?(?:mg|g|mcg|micrograms|units|mL)\b|\b(?:mg|mcg|micrograms|g|units)/\d"),
    "name_run_on": re.compile(r"[A-Za-z]{3,}\d[\d,.]*\s?(?:mg|g|mcg|micrograms|units|mL)\b"),
    "dash_range": re.compile(r"\d\s?[-–]\s?\d+(?:\.\d+)?\s?(?:(?:mg|g|mcg|micrograms|units|mL|days|weeks|hours)\b|%)"),
    "slash_day": re.compile(r"\b(?:mg|mcg|micrograms|g|units)/(?:day|d|dose)\b"),
    "symbol": re.compile(r"[<>≤≥&@°↑↓]"),
    "step_basis": re.compile(
        r"(?i)(?:\b(?:raise[sd]?|increase[sd]?|steps?)\b[^.\n]*?|\+\s?)\d[\d,.]*\s?(?:mg|mcg|micrograms|units|mL)\b"
        r"(?!(?:\s*per (?:kg|square metre))?\)?\s*(?:\([^()]*\)\s*)?"
        r"(?:per (?:dose|day)|per (?:kg|square metre) per))"
    ),
}  # fmt: skip
_TAG = re.compile(r"<[^>]*>")
_ENTITY = {"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&#34;": '"', "&#39;": "'"}
_VERBATIM = re.compile(f"{VERBATIM}[^{VERBATIM_END}]*{VERBATIM_END}")
_FIGURE = re.compile(f"{FIGURE}[^{FIGURE_END}]*{FIGURE_END}")
# A digit inside a name (CYP1A2, GABA-B, B12) is part of that name; other signs for numbers never are.
_LOOSE_DIGIT = re.compile(r"[²³¹¼-¾⁰-⁹₀-₉⅐-ↈ①-⓿❶-➓]|(?<![A-Za-z0-9-])\d|(?<![A-Za-z])(?<=-)\d")


def violations(line: str) -> tuple[str, ...]:
    """The names of the rules that a marked HTML line breaks."""
    text = unescape(_TAG.sub("", CITED.sub("", _VERBATIM.sub("", line))))
    cleaned = clean(text)
    broken = [name for name, rule in RULES.items() if rule.search(cleaned)]
    if _LOOSE_DIGIT.search(_FIGURE.sub("", text)):
        broken.append("unvouched_digit")
    return tuple(broken)


def unescape(text: str) -> str:
    """HTML entities of Telegram's small set back to characters."""
    for entity, character in _ENTITY.items():
        text = text.replace(entity, character)
    return text


def plain_text(html: str) -> str:
    """A message without markup, as it reads."""
    return unescape(_TAG.sub("", html))
