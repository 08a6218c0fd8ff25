"""What the values of one patient make of a block: clearance, the bands that hold them, doses by weight."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from bot.composing import kind_of_no
from bot.dialogue import Held, age_in_years, is_old
from bot.dosing.bands import holds_word, placed
from bot.dosing.by_weight import PER_KG, Weighed, is_for, is_nearly_for, weighed
from bot.dosing.clearance import Clearance, NotForThisPatient, cockcroft_gault, mg_per_dl
from bot.dosing.facts import ANY, Fact
from bot.dosing.lookup import find, forbids, strictest_first
from bot.dosing.plan import Plan
from bot.dosing.regimen import Dose
from bot.reply import AGE, POOR_KIDNEYS, Block, ForPatient, Group, Line, Picked
from intents.understanding import ADULT_FROM, Measure

OF_DOSING = frozenset({"overview", "dose", "start", "titration", "maximum", "dose_check"})
BY_KIDNEY = OF_DOSING | {"renal", "dialysis"}
BY_LIVER = OF_DOSING | {"hepatic"}
BY_WEIGHT = OF_DOSING | {"child"}
ADJUSTED = ("adjustment", "start", "usual", "maximum", "dialysis_supplement")
DOSED_BY_WEIGHT = ("start", "step", "usual", "maximum", "maximum_exceptional")
MONTHS = Decimal(12)
REDUCED = Decimal(60)  # mL/min, below which kidneys are at stage 3 or worse
# What a calculation may have left out, in the order in which it is said.
FACTORS = ("kidney", "liver", "age", "weight", "pregnancy", "medicines", "response")


def for_patient(block: Block, patient: Mapping[str, Held], locale: str) -> Block:
    """The block with what follows for this patient, or as it was where nothing does.

    A question about adults in a thread about a child is not about that child, nor the other way round.
    """
    of_children = "child" in (block.population, block.intent)
    of_adults = block.population in ("adult", "older_adult")
    if "age" in patient and (of_children if not _is_child(patient) else of_adults and not of_children):
        return block
    clearance = clearance_of(patient)
    picked = (
        *_by_kidney(block, patient, clearance, locale),
        *_by_poor_kidneys(block, patient, clearance, locale),
        *_by_liver(block, patient, locale),
        *_by_age(block, patient, locale),
    )
    by_weight = _by_weight(block, patient, locale)
    wanted = _wanted(block, patient, clearance)
    groups, of_others = _of_this_age(block, patient)
    narrowed = groups != block.groups or of_others
    unused = block.intent in BY_KIDNEY and "creatinine" in patient and _is_child(patient)
    if not (picked or by_weight or wanted or narrowed or unused or (clearance and block.intent in BY_KIDNEY)):
        return block if _is_for_all(block.plan, patient) else replace(block, plan=None)
    used = {factor for factor, held in (
        ("kidney", any(one.metric not in ("Child-Pugh", AGE) for one in picked)),
        ("liver", any(one.metric == "Child-Pugh" for one in picked)),
        ("age", clearance is not None or (bool(by_weight or narrowed) and "age" in patient)
         or any(one.metric == AGE for one in picked)),
        ("weight", clearance is not None or (bool(by_weight or narrowed) and "weight" in patient)),
    ) if held}  # fmt: skip
    plan = block.plan if _is_for_all(block.plan, patient) else None
    part = ForPatient(
        clearance if block.intent in BY_KIDNEY and "crcl" not in patient else None,
        picked,
        by_weight,
        wanted,
        tuple(factor for factor in FACTORS if factor not in used),
        of_others,
        unused,
    )
    made = replace(block, patient=part, plan=plan, groups=_not_yet_said(groups, picked))
    if picked and block.intent in ("renal", "dialysis", "hepatic"):
        deciding = [line.fact for one in picked for line in one.deciding]
        unbounded = [fact for fact in block.facts if fact.what == "adjustment" and fact.at.band is None]
        made = replace(made, no=kind_of_no([*deciding, *unbounded]))
    return made


def _is_for_all(plan: Plan | None, patient: Mapping[str, Held]) -> bool:
    """Whether the people of a day table are such as this patient is."""
    months = age_in_years(patient["age"]) * MONTHS if "age" in patient else None
    return plan is None or all(is_for(fact, months, weight_of(patient)) for fact in plan.facts)


def _is_child(patient: Mapping[str, Held]) -> bool:
    return "age" in patient and age_in_years(patient["age"]) < ADULT_FROM


def clearance_of(patient: Mapping[str, Held]) -> Clearance | None:
    """By Cockcroft and Gault, when age, weight, sex and creatinine are known of an adult; never on dialysis."""
    if not {"age", "weight", "sex", "creatinine"} <= patient.keys() or _is_dialysed(patient):
        return None
    creatinine, height = patient["creatinine"].value, patient.get("height")
    if not isinstance(creatinine, Measure):
        return None
    try:
        return cockcroft_gault(
            age_in_years(patient["age"]),
            patient["weight"].number,
            str(patient["sex"].value),
            mg_per_dl(creatinine.value, creatinine.unit),
            height.number if height else None,
        )
    except NotForThisPatient:
        return None


def _is_dialysed(patient: Mapping[str, Held]) -> bool:
    return "dialysis" in patient and patient["dialysis"].value != "no"


def weight_of(patient: Mapping[str, Held]) -> Decimal | None:
    """The patient's weight in kg, where it is known."""
    return patient["weight"].number if "weight" in patient else None


def _by_kidney(
    block: Block, patient: Mapping[str, Held], clearance: Clearance | None, locale: str
) -> tuple[Picked, ...]:
    """The bands by creatinine clearance, eGFR and CKD stage, each by its own metric alone."""
    if block.intent not in BY_KIDNEY:
        return ()
    values = {
        "CrCl": patient["crcl"].number if "crcl" in patient else clearance.value if clearance else None,
        "eGFR": patient["egfr"].number if "egfr" in patient else None,
    }
    facts = _banded(block, ("renal", "dialysis"))
    picked = [
        one for metric, value in values.items() if value is not None for one in _picked(facts, metric, value, locale)
    ]
    if clearance and "crcl" not in patient:
        picked += _by_other_weights(facts, clearance, picked, locale)
    if "ckd_stage" in patient:
        picked += _named(facts, "CKD stage", str(patient["ckd_stage"].value), locale)
    return tuple(picked)


def _by_poor_kidneys(
    block: Block, patient: Mapping[str, Held], clearance: Clearance | None, locale: str
) -> tuple[Picked, ...]:
    """What forbids a drug in poor kidneys without a cut-off, where the patient's values say that these are poor."""
    if block.intent not in BY_KIDNEY or not _are_poor(patient, clearance):
        return ()
    populations = ("renal", "dialysis") if _is_dialysed(patient) else ("renal",)
    facts = [
        fact
        for fact in find(block.drug, ("adjustment",), block.route, populations)
        if fact.at.band is None and forbids(fact)
    ]
    return (Picked(POOR_KIDNEYS, None, _lines(facts, locale), (), gap=False),) if facts else ()


def _are_poor(patient: Mapping[str, Held], clearance: Clearance | None) -> bool:
    rates = [patient[name].number for name in ("crcl", "egfr") if name in patient]
    rates += [clearance.value] if clearance and "crcl" not in patient else []
    stage = str(patient["ckd_stage"].value)[:1] if "ckd_stage" in patient else ""
    return _is_dialysed(patient) or any(rate < REDUCED for rate in rates) or stage in ("3", "4", "5")


def _by_other_weights(
    facts: Iterable[Fact], clearance: Clearance, picked: Sequence[Picked], locale: str
) -> Iterator[Picked]:
    """Other bands that ideal or adjusted weight leads to: far from ideal weight none of them is known to be right."""
    seen = [one.deciding for one in picked]
    for other in clearance.others:
        for one in _picked(facts, "CrCl", other.value, locale):
            if one.deciding and one.deciding not in seen:
                seen.append(one.deciding)
                yield replace(one, weight=other.weight_kind)


def _by_liver(block: Block, patient: Mapping[str, Held], locale: str) -> tuple[Picked, ...]:
    if block.intent not in BY_LIVER or "child_pugh" not in patient:
        return ()
    return tuple(_named(_banded(block, ("hepatic",)), "Child-Pugh", str(patient["child_pugh"].value), locale))


def _by_age(block: Block, patient: Mapping[str, Held], locale: str) -> tuple[Picked, ...]:
    """What is held for older adults, beside a condition that the thread is about: neither may hide the other."""
    if block.intent not in BY_KIDNEY | BY_LIVER or not is_old(patient) or block.population == "older_adult":
        return ()
    facts = [fact for fact in find(block.drug, ("adjustment",), block.route, ("older_adult",)) if not fact.absent]
    return (Picked(AGE, None, _lines(facts, locale), (), gap=False),) if facts else ()


def _banded(block: Block, populations: Sequence[str]) -> tuple[Fact, ...]:
    """The facts with a cut-off for this route; an indication of the thread keeps its own."""
    facts = find(block.drug, ADJUSTED, block.route, populations)
    return tuple(fact for fact in facts if fact.at.band is not None and not fact.absent)


def _by_source(facts: Iterable[Fact], metric: str) -> dict[tuple[str, str], list[Fact]]:
    found: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        if fact.at.band and fact.at.band.metric == metric:
            found.setdefault((fact.source.jurisdiction, fact.source.id), []).append(fact)
    return found


def _picked(facts: Iterable[Fact], metric: str, value: Decimal, locale: str) -> list[Picked]:
    """All sources' bands by one metric, the strictest first; nothing where no source has any."""
    places = [placed(members, value) for members in _by_source(facts, metric).values()]
    inside = [fact for place in places for fact in place.inside]
    # A source that holds one band only leaves most values out: no gap, where another source's band holds the value.
    near = [fact for place in places if not (inside and place.gap and not place.between) for fact in place.near]
    if not inside and not near:
        return []
    gap = not inside
    between = [fact for place in places if place.between for fact in place.near]
    lines = (_lines(inside, locale), _one_of_each(_lines(near, locale)))
    return [Picked(metric, value, *lines, gap, _lines(between, locale))]


def _one_of_each(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The strictest line of each band before the others: both sides of a gap are seen first."""
    first = {line.fact.at.band.words: line for line in reversed(lines) if line.fact.at.band}.values()
    return tuple(sorted(lines, key=lambda line: line not in first))


def _named(facts: Iterable[Fact], metric: str, word: str, locale: str) -> list[Picked]:
    """Bands that are words: a stage or a class."""
    banded = ((fact, fact.at.band) for fact in facts if fact.at.band and fact.at.band.metric == metric)
    inside = [fact for fact, band in banded if holds_word(band, word)]
    return [Picked(metric, None, _lines(inside, locale), (), gap=False)] if inside else []


def _lines(facts: Iterable[Fact], locale: str) -> tuple[Line, ...]:
    """Facts that say the same of the same people on one line."""
    alike: dict[tuple[str, ...], list[Fact]] = {}
    for fact in sorted(strictest_first(facts, locale), key=_is_regimen):
        said = "" if fact.value is not None or fact.action else str(fact.text)
        band = fact.at.band.words if fact.at.band else ""
        apart = fact.id if fact.source.local else ""
        key = (apart, band, fact.what, fact.at.about, fact.at.indication, fact.action, str(fact.value), said)
        alike.setdefault(key, []).append(fact)
    return tuple(Line(tuple(same)) for same in alike.values())


def _uses(block: Block, indication: str) -> frozenset[str]:
    """The uses that the block itself shows; a dose by weight for another use is no answer to it."""
    shown = frozenset(s.fact.at.indication for group in block.groups for s in group.sections)
    if not shown:
        return frozenset({ANY})
    return shown if shown - {ANY} else frozenset({indication})


def _is_regimen(fact: Fact) -> bool:
    """One of several regimens of a band; the band's whole range stands before them."""
    return fact.value is not None and not (isinstance(fact.value, Dose) and fact.value.quantity.is_range)


def _by_weight(block: Block, patient: Mapping[str, Held], locale: str) -> tuple[Weighed, ...]:
    """Every per-kilogram dose that is for such a patient, times the weight."""
    if block.intent not in BY_WEIGHT or "weight" not in patient:
        return ()
    weight = patient["weight"].number
    months = age_in_years(patient["age"]) * MONTHS if "age" in patient else None
    young = "child" in (block.population, block.intent) if months is None else _is_child(patient)
    old = is_old(patient) or block.population == "older_adult"
    populations = ("child", ANY) if young else ("adult", ANY, *(["older_adult"] if old else []))
    facts = [
        fact
        for fact in find(block.drug, (*DOSED_BY_WEIGHT, "adjustment"), block.route, populations)
        if is_for(fact, months, weight)
        and (fact.at.indication not in block.drug.off_label or block.off_label)
        and fact.at.indication in _uses(block, fact.at.indication)
    ]
    products = block.drug.sold(block.route, locale)
    per_kg = [fact for fact in facts if isinstance(fact.value, Dose) and fact.value.quantity.unit in PER_KG]
    asked = {section.what for group in block.groups for section in group.sections}
    per_kg.sort(key=lambda fact: (not fact.source.local, fact.at.population != "older_adult", fact.what not in asked))
    made = [one for fact in per_kg if (one := weighed(fact, weight, facts, products))]
    alike: dict[tuple[str, ...], list[Weighed]] = {}
    for one in made:
        apart = one.fact.id if one.fact.source.local else ""
        key = (apart, one.fact.what, one.fact.at.indication, str(one.fact.value), str(one.dose))
        alike.setdefault(key, []).append(one)
    return tuple(replace(same[0], also=tuple(one.fact for one in same[1:])) for same in alike.values())


def _of_this_age(block: Block, patient: Mapping[str, Held]) -> tuple[tuple[Group, ...], bool]:
    """The groups without the ages and weights that are not this patient's, and whether none of these holds a child.

    Those near whose border the patient stands are kept and marked.
    """
    months = age_in_years(patient["age"]) * MONTHS if "age" in patient else None
    weight = weight_of(patient)
    narrow = [group for group in block.groups if group.fact.at.age or group.fact.at.weight]
    if block.intent not in BY_WEIGHT or not narrow or (months is None and weight is None):
        return block.groups, False
    theirs = [group for group in block.groups if is_nearly_for(group.fact, months, weight)]
    of_others = block.population == "child" and not any(group in theirs for group in narrow)
    marked = (group if is_for(group.fact, months, weight) else _near(group) for group in theirs)
    return tuple(marked) or block.groups, of_others


def _not_yet_said(groups: Sequence[Group], picked: Iterable[Picked]) -> tuple[Group, ...]:
    """The groups but for those whose every line stands in the patient's own bands: nothing is said twice."""
    said = {fact for one in picked for line in one.inside for fact in line.facts}
    return tuple(group for group in groups if not said.issuperset(_facts(group)))


def _facts(group: Group) -> list[Fact]:
    return [fact for section in group.sections for line in section.lines for fact in line.facts]


def _near(group: Group) -> Group:
    return replace(group, sections=tuple(replace(section, near=True) for section in group.sections))


def _wanted(block: Block, patient: Mapping[str, Held], clearance: Clearance | None) -> tuple[str, ...]:
    """What is still needed before a band by clearance can be picked, when the patient's kidneys are spoken of."""
    spoken = {"egfr", "creatinine", "ckd_stage"} & patient.keys()
    if block.intent not in ("renal", "dose_check") or not spoken or clearance or "crcl" in patient:
        return ()
    if _is_dialysed(patient) or _is_child(patient):
        return ()
    if not _by_source(_banded(block, ("renal", "dialysis")), "CrCl"):
        return ()
    return tuple(name for name in ("age", "weight", "sex", "creatinine") if name not in patient)
