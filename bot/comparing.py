"""Several drugs side by side: rows of cited cells for what was asked, never a verdict of our own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from types import MappingProxyType

from bot.composing import Partner
from bot.dialogue import OF_KIDNEYS, Focus, Held, is_old
from bot.dosing.clearance import Clearance
from bot.dosing.facts import Drug, Fact
from bot.dosing.lookup import CONDITIONS, LIMITS, STRICTNESS
from bot.for_patient import clearance_of, for_patient
from bot.known import World
from bot.reply import AGE, Block, Cell, Line, Row, Section, Table

MOST_SIDE_BY_SIDE = 4
MOST_ALONE = 8  # where a table has one row
# Compared when nothing in particular was asked; fewer where more drugs stand side by side.
GENERAL = ("indications", "start", "maximum", "renal", "hepatic")
GENERAL_OF_MANY = ("maximum", "renal", "hepatic")
SPASTIC = "spasticity"
USES = ("labelled_indication", "start", "usual", "muscle_dose", "maximum", "off_label")
# What a row of figures may hold: notes and durations beside another drug's dose would be no comparison.
FIGURES = {
    "start": frozenset({"start", "usual", "muscle_dose", "screening", "age_limit"}),
    "maximum": LIMITS,
}
ADJUSTING = frozenset({"renal", "dialysis", "hepatic", "older_adult"})


def comparison(
    world: World,
    drugs: Sequence[Drug],
    aspects: Sequence[str],
    focus: Focus,
    locale: str,
    partners: Sequence[Partner],
    patient: Mapping[str, Held] = MappingProxyType({}),
) -> Block:
    """A table of the drugs: one row for each aspect asked, or the general ones; what sources compare comes last.

    Where a value of the patient lies in a drug's bands, its cell shows the band that holds it.
    """
    others = _named(partners, drugs)
    asked = tuple(aspects) or (("interactions",) if others else ())
    drugs = drugs[:MOST_ALONE] if len(asked) == 1 else drugs[:MOST_SIDE_BY_SIDE]
    asked = asked or (GENERAL if len(drugs) < 3 else GENERAL_OF_MANY)
    if "older_adult" not in asked and (focus.population == "older_adult" or is_old(patient)):
        asked = (*asked, "older_adult")
    rows = [
        _row(world, intent, drugs, focus, locale, others if intent == "interactions" else (), patient=patient)
        for intent in asked
    ]
    named = tuple(Partner((drug.name,), world.knowledge.shared.classes_of(drug.name)) for drug in drugs)
    compared = _row(world, "comparison", drugs, focus, locale, named)
    rows.append(replace(compared, cells=tuple(cell for cell in compared.cells if cell.lines)))
    by_kidney = "renal" in asked and "crcl" not in patient
    return _tabled("comparison", drugs[0], rows, clearance_of(patient) if by_kidney else None, bool(patient))


def switch(
    world: World,
    leaving: Drug,
    taking: Drug,
    focus: Focus,
    locale: str,
    patient: Mapping[str, Held] = MappingProxyType({}),
) -> Block:
    """How the one is stopped, how the other is begun, and what sources say of going from one to the other.

    What the thread's condition, or the patient's values, make of the new drug stands before how it is begun.
    """
    pair = (leaving, taking)
    partners = tuple(Partner((drug.name,), world.knowledge.shared.classes_of(drug.name)) for drug in pair)
    rows = [
        _row(world, "stop", (leaving,), focus, locale, (), most=2),
        *(_row(world, one, (taking,), focus, locale, (), 2, patient) for one in _conditions(focus, patient)),
        _row(world, "start", (taking,), focus, locale, (), patient=patient),
        _row(world, "interactions", pair, focus, locale, partners),
    ]
    said = _row(world, "switch", pair, focus, locale, partners, most=3)
    rows.append(replace(said, cells=tuple(cell for cell in said.cells if cell.lines)))
    by_kidney = "renal" in _conditions(focus, patient) and "crcl" not in patient
    return _tabled("switch", leaving, rows, clearance_of(patient) if by_kidney else None, bool(patient))


def _conditions(focus: Focus, patient: Mapping[str, Held]) -> tuple[str, ...]:
    """The conditions that the thread or the patient's values speak of."""
    spoken = [focus.population] if focus.population in CONDITIONS else []
    spoken += ["renal"] if OF_KIDNEYS & patient.keys() else []
    spoken += ["hepatic"] if "child_pugh" in patient else []
    spoken += ["older_adult"] if is_old(patient) else []
    return tuple(dict.fromkeys(spoken))


def instead_of(world: World, drug: Drug, focus: Focus) -> Block | None:
    """The other drugs that we hold as labelled or used for the same; None where there are none."""
    others = [other for other in for_same_use(world, focus) if other.name != drug.name]
    lines = [(other, _lines_of_use(other, focus.indication)) for other in others[:MOST_ALONE]]
    cells = tuple(Cell(other, found[0].fact.at.route, found) for other, found in lines)
    return _tabled("alternatives", drug, [Row("indications", cells)]) if cells else None


def for_same_use(world: World, focus: Focus) -> list[Drug]:
    """The drugs that a fact to show holds as labelled or used for the thread's indication (or for spasticity)."""
    return [drug for drug in world.knowledge.drugs if _lines_of_use(drug, focus.indication)]


def _lines_of_use(drug: Drug, indication: str) -> tuple[Line, ...]:
    """What holds the use: its label first, then a regimen, then a use outside the label."""
    for what in USES:
        for fact in drug.shown.get(what, ()):
            if not (fact.absent or fact.source.local) and fact.at.about != "not_for" and _same_use(fact, indication):
                return (Line((fact,)),)
    return ()


def _same_use(fact: Fact, indication: str) -> bool:
    return fact.at.indication == indication if indication else SPASTIC in fact.at.indication


def _tabled(
    intent: str, drug: Drug, rows: Iterable[Row], clearance: Clearance | None = None, of_patient: bool = False
) -> Block:
    return Block(intent, drug, "", (), table=Table(tuple(row for row in rows if row.cells), clearance, of_patient))


def _named(partners: Sequence[Partner], drugs: Sequence[Drug]) -> tuple[Partner, ...]:
    ours = {drug.name for drug in drugs}
    return tuple(partner for partner in partners if partner.name not in ours)


def _row(
    world: World,
    intent: str,
    drugs: Sequence[Drug],
    focus: Focus,
    locale: str,
    partners: Sequence[Partner],
    most: int = 1,
    patient: Mapping[str, Held] = MappingProxyType({}),
) -> Row:
    cells = []
    for drug in drugs:
        others = tuple(partner for partner in partners if partner.name != drug.name)
        route = focus.route if focus.route in drug.routes else ""
        # A condition of the thread has a row of its own: here it would lead every cell with the same adjustment.
        people = "" if focus.population in CONDITIONS else focus.population
        asked = Focus((), route, focus.indication, people)
        block = world.composer.compose(intent, drug.name, asked, locale, others)
        cells.append(_of_patient(for_patient(block, patient, locale), most) or _cell(block, most))
    return Row(intent, tuple(cells))


def _of_patient(block: Block, most: int) -> Cell | None:
    """The strictest lines of the bands that hold the patient's values; None where none does.

    Bands without an age are made for adults: a child's cell has none of them.
    """
    bands = [one for one in (block.patient.picked if block.patient else ()) if one.metric != AGE]
    picked = [line for one in bands for line in one.inside if block.population != "child" or line.fact.at.age]
    if block.intent not in ADJUSTING or not picked:
        return None
    picked.sort(key=lambda line: _strictness(line.fact))
    return Cell(block.drug, block.route, tuple(picked[:most]), block.no, more=len(picked) > most)


def _cell(block: Block, most: int) -> Cell:
    """The first lines of a block, strictest first; a cell without any says which kind of "no" it is.

    The operator's own lines come before them and take nobody's place.
    """
    figures = FIGURES.get(block.intent)
    sections = [
        section
        for group in block.groups
        for section in group.sections
        if figures is None or section.what in figures or section.local
    ]
    own = list(takewhile(lambda section: section.local and not section.others_speak, sections))
    spoken = [section for section in sections if section.others_speak]
    if block.intent in ADJUSTING:
        spoken.sort(key=lambda section: (section.fact.at.age is not None, _strictness(section.other)))
    chosen = spoken[:most] or [section for section in sections if not section.only_local][:1]
    local = [line for section in sections if section in own or section in chosen for line in section.local]
    local = local or [line for section in sections if _is_for_all(section) for line in section.local][:1]
    lines = (*local, *(line for section in chosen for line in section.lines[len(section.local) :][:1]))
    differ = any(section.conflict for section in chosen)
    adjusts = block.intent in ADJUSTING
    more = any(len(section.lines) > len(section.leading) for section in chosen) or (adjusts and len(spoken) > most)
    return Cell(block.drug, block.route, lines, block.no, differ and not adjusts, more)


def _is_for_all(section: Section) -> bool:
    at = section.fact.at
    return not (at.age or at.weight or at.band)


def _strictness(fact: Fact) -> int:
    return STRICTNESS.index(fact.action if fact.action in STRICTNESS else "")
