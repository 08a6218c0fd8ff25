"""Every spelling one edit from a name with facts, all of them: its own drug, a question or nothing; never another drug.

A spelling is answered over one edit only. So these are also all the spellings two edits from a look-alike name that
could be answered, and each answered one is held against every name of every pair.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.world import known_names
from intents.names import lookalike_names
from intents.normalise import normalise
from intents.tokens import key_of
from intents.understanding import DrugMention
from tests.loaded import shipped, shipped_cache
from tests.spellings import one_edit_away

FEWEST_NAMES, FEWEST_SPELLINGS, FEWEST_PAIRED = 300, 200_000, 100


@cache
def owners() -> Mapping[str, set[str]]:
    """Each name with facts, as it is looked up, and whose it is."""
    found = defaultdict[str, set[str]](set)
    for known in known_names(shipped().world.knowledge):
        found[key_of(normalise(known.name).text)].add(known.drug)
    return found


@cache
def answered() -> Mapping[str, str]:
    """Every spelling one edit from a name that is answered, with the drug it is answered about."""
    recogniser, meant = shipped().world.recogniser, defaultdict[str, set[str]](set)
    for name, drugs in owners().items():
        for spelling in one_edit_away(name):
            meant[spelling] |= drugs
    spellings = meant.keys() - owners().keys()
    assert len(owners()) >= FEWEST_NAMES
    assert len(spellings) >= FEWEST_SPELLINGS
    found, outcomes = dict[str, str](), Counter[str]()
    for spelling in spellings:
        drugs = {name.drug for name in recogniser.names_in(spelling) if isinstance(name, DrugMention)}
        outcomes["answered" if drugs else "not answered"] += 1
        assert drugs <= meant[spelling], f"{spelling!r} is read as {drugs}"
        found.update(dict.fromkeys(drugs and [spelling], *drugs))
    assert all(outcomes.values())
    return found


def test_one_edit_never_becomes_another_drug() -> None:
    assert answered()


def test_two_edits_from_a_look_alike_name_never_become_another_drug() -> None:
    paired = {name: owners().get(name, set()) for name in lookalike_names(shipped_cache())}
    assert len(paired) >= FEWEST_PAIRED
    keys = list(paired)
    for spelling, drug in answered().items():
        near = process.extract(spelling, keys, scorer=OSA.distance, score_cutoff=2, limit=None)
        others = [name for name, _, _ in near if drug not in paired[name]]
        assert not others, f"{spelling!r}, read as {drug}, is as well {others}"
