"""The files that go with a reply: the doses of an answer as FHIR R5 Dosage."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Template

from bot.fhir import Item, dosage
from bot.rendering.figures import NBSP
from bot.rendering.lint import plain_text, violations
from bot.rendering.marks import clean
from bot.rendering.rendered import Document
from bot.rendering.views import View

NAMED = 3  # drugs in the name of a file
SITED = frozenset({"muscle_dose"})  # questions whose `about` is a part of the body


def dosage_file(items: Sequence[Item], view: View, words: Template, withheld: list[str]) -> Document:
    """The items as a JSON list of Dosage; a line that breaks a rule is left out and named in `withheld`."""
    found = [one for item in items if (one := _dosage(item, view, words, withheld))]
    drugs = list(dict.fromkeys(item.fact.drug.replace(" ", "-") for item in items))
    content = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    return Document(f"{'-'.join(drugs[:NAMED])}-dosage.json", "application/json", content.encode())


def _dosage(item: Item, view: View, words: Template, withheld: list[str]) -> Mapping[str, Any] | None:
    """One Dosage; none when its own text may not be shown."""
    at, what = item.fact.at, item.fact.what
    first, *rest = words.render({"i": item, "v": view, "w": view.w}).strip().split("\n")
    if not _sound(first, item, withheld):
        return None
    lines = [_plain(line) for line in rest if _sound(line, item, withheld)]
    site = view.w("about", at.about) if what in SITED and at.about else ""
    return dosage(item, _plain(first), lines, view.w("routes", at.route), site, view.locale)


def _sound(line: str, item: Item, withheld: list[str]) -> bool:
    broken = violations(line)
    if broken:
        withheld.append(f"{','.join(broken)}: {item.fact.id}")
    return not broken


def _plain(line: str) -> str:
    return plain_text(clean(line)).replace(NBSP, " ").strip()
