"""Drug files in the cache: valid ones are believed by their bytes, facts are made when asked for, damage is mended."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents import DocumentCache, FaultyDocuments
from bot.dosing import loading
from bot.dosing.compiled import Facts, packed, unpacked
from bot.dosing.facts import Drug, Fact, Knowledge, Status
from bot.dosing.loading import load_knowledge
from tests.invented import QUICK, block, drug, drug_text, fact
from tests.loaded import CACHE, shipped

START = "start: 5 mg per dose, 3 times daily"
PRODUCTS = 'products:\n  - {form: tablet, strength: 10 mg, route: oral, country: us, source: us-label, place: "3"}\n'
NAMES = (
    "names: {exact: [zorvexil, zorvexilum], brands: {us: [Zorvex], uk: [Zorvexa]}, misspellings: [zorvexyl],"
    ' other_products: [zorvex xr], confusable: [{name: zorvamil, source: us-label, place: "5.1"}]}'
)
EVERYTHING = block(
    "start: 2.50 mg per dose, every 6 to 8 hours as needed for 1 to 2 weeks\n"
    'usual: {value: 40 to 80 mg per day, text: "At most {4 times} a day, {5 mg per day} each.", place: "2.9"}\n'
    "maximum: {absent: true, about: child}\n"
    "schedule: {steps: [5 mg per dose 3 times daily for 3 days, 10 mg per dose 3 times daily]}\n"
    "adverse_effect: {terms: [nausea, {term: sleep, frequency: 10 to 63 %}, {term: rash, frequency: rare}]}\n"
    "adjustment: {action: reduce, value: 5 mg per day}",
    age="2 to 7 years",
    weight="at least 12.50 kg",
    band="CrCl less than 30 mL/min",
)


def same(one: Drug, other: Drug) -> bool:
    """Whether two drugs are equal to the last digit, facts and all; 5 and 5.0 are not."""
    whole = [repr(replace(each, facts=tuple(each.facts))) for each in (one, other)]
    return whole[0] == whole[1] and replace(one, facts=tuple(one.facts)) == replace(other, facts=tuple(other.facts))


def read_back(content: bytes) -> Drug:
    found = unpacked(content)
    assert found is not None
    return found


@pytest.mark.parametrize("status", Status)
def test_a_drug_comes_back_as_it_was(status: Status) -> None:
    one = drug(EVERYTHING, block("food: With food.", population="child"), names=NAMES, products=PRODUCTS, status=status)
    assert same(read_back(packed(one)), one)


def test_a_drug_without_anything_comes_back_too() -> None:
    one = drug()
    assert same(read_back(packed(one)), one)


def test_every_drug_that_ships_comes_back_as_it_was() -> None:
    for one in shipped().world.knowledge.drugs:
        assert same(read_back(packed(one)), one)


def test_entries_are_the_same_every_time() -> None:
    assert packed(drug(EVERYTHING)) == packed(drug(EVERYTHING))
    assert packed(drug(EVERYTHING)) == packed(read_back(packed(drug(EVERYTHING))))


def test_an_entry_is_lines_of_json_and_says_equal_things_once() -> None:
    content = packed(drug(block(START), block("food: [With food., At noon.]"), products=PRODUCTS))
    checksum, *lines = map(json.loads, content.splitlines())
    rows = [json.dumps(row) for _, part in lines for row in part]
    assert len(checksum) == 64
    assert len(set(rows)) == len(rows)
    assert content.count(b"Imaginary text called us-label") == 1


@pytest.mark.parametrize("damage", [b"", b"{", b'""\n[0,[]]\n[0,[]]', b"\xff\xfe"])
def test_what_is_no_entry_is_none(damage: bytes) -> None:
    assert unpacked(damage) is None


@QUICK
@given(st.data())
def test_no_changed_byte_gives_another_drug(data: st.DataObject) -> None:
    content = packed(drug(EVERYTHING))
    place = data.draw(st.integers(0, len(content) - 1))
    changed = bytes([content[place] ^ data.draw(st.integers(1, 255))])
    assert unpacked(content[:place] + changed + content[place + 1 :]) is None
    assert unpacked(content[:place]) is None


# --- facts are made when somebody looks ------------------------------------------------------------------------------


def test_facts_are_made_once_however_many_ask() -> None:
    made, ready = list[str](), Barrier(8)

    def make() -> tuple[Fact, ...]:
        made.append("made")
        return (fact(START),)

    facts = Facts(make)

    def ask() -> Fact:
        ready.wait()
        return facts[0]

    with ThreadPoolExecutor(8) as workers:
        found = [each.result() for each in [workers.submit(ask) for _ in range(8)]]
    assert len(made) == 1
    assert all(each is found[0] for each in found)


def test_facts_are_a_sequence() -> None:
    one = drug(block("food: [With food., At noon., In bed.]"))
    facts = read_back(packed(one)).facts
    assert isinstance(facts, Facts)
    assert not facts.are_made
    assert len(facts) == 3
    assert facts.are_made
    assert (facts[0], facts[1:], tuple(facts)) == (one.facts[0], one.facts[1:], one.facts)
    assert one.facts[2] in facts


USES: dict[str, Callable[[Drug], object]] = {
    "shown": lambda one: one.shown,
    "off_label": lambda one: one.off_label,
    "routes": lambda one: one.routes,
    "cited": lambda one: one.cited,
    "by_id": lambda one: one.by_id,
}


@pytest.mark.parametrize("name", [each.name for each in fields(Drug) if each.name != "facts"])
def test_all_else_is_there_without_them(name: str) -> None:
    one = drug(EVERYTHING, names=NAMES, products=PRODUCTS)
    found = read_back(packed(one))
    assert getattr(found, name) == getattr(one, name)
    assert found.source("us-label") == one.source("us-label")
    assert not made_of(Knowledge((found,)))


@pytest.mark.parametrize("use", USES)
def test_every_use_of_them_finds_what_was_there(use: str) -> None:
    one = drug(EVERYTHING, names=NAMES, products=PRODUCTS)
    assert USES[use](read_back(packed(one))) == USES[use](one)


# --- a folder of drug files ------------------------------------------------------------------------------------------


class Folder:
    """Drug files and agreements of a test's own, with a cache beside them."""

    def __init__(self, place: Path) -> None:
        self.place, self.cache_place = place, place / "cache"
        (place / "drugs").mkdir()
        self.agree({})

    def write(self, name: str, *blocks: str, **parts: str) -> None:
        text = drug_text(*blocks, name=name, **parts)
        (self.place / "drugs" / f"{name}.yaml").write_text(text, encoding="utf-8")

    def agree(self, agreed: dict[str, dict[str, str]]) -> None:
        (self.place / "agreed.json").write_text(json.dumps(agreed), encoding="utf-8")

    def load(self) -> tuple[Knowledge, DocumentCache]:
        cache = DocumentCache(self.cache_place)
        return load_knowledge(cache, self.place), cache

    def entries(self) -> list[Path]:
        return sorted(self.cache_place.glob("drug-*.json"))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path)
    made.write("quillamide", block(START), products=PRODUCTS)
    made.write("zorvexil", EVERYTHING, names=NAMES)
    return made


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were read from end to end."""
    files, build = list[str](), loading.build_drug

    def noting(raw: Any, file: str, *rest: Any) -> Drug:
        files.append(file.rpartition("/")[2])
        return build(raw, file, *rest)

    monkeypatch.setattr(loading, "build_drug", noting)
    return files


def made_of(knowledge: Knowledge) -> list[str]:
    """The drugs whose facts were made."""
    return [one.name for one in knowledge.drugs if not isinstance(one.facts, Facts) or one.facts.are_made]


def test_a_warm_start_is_a_cold_one_without_the_work(folder: Folder, looked_at: list[str]) -> None:
    cold, _ = folder.load()
    assert looked_at == ["quillamide.yaml", "zorvexil.yaml"]
    warm, cache = folder.load()
    assert len(looked_at) == 2
    assert cache.complaint is None
    assert warm.version == cold.version
    assert not made_of(cold)
    assert not made_of(warm)
    assert all(same(one, other) for one, other in zip(cold.drugs, warm.drugs, strict=True))


def test_only_what_changed_is_looked_at_again(folder: Folder, looked_at: list[str]) -> None:
    before, _ = folder.load()
    folder.write("zorvexil", block("start: 50 mg per day"))
    after, _ = folder.load()
    assert looked_at[2:] == ["zorvexil.yaml"]
    assert after.version != before.version
    assert [str(each.value) for each in after.by_name["zorvexil"].facts] == ["50 mg per day"]


def test_other_code_looks_at_every_file_again(
    folder: Folder, looked_at: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.load()
    monkeypatch.setattr(loading, "rules", lambda: b"stricter")
    folder.load()
    assert len(looked_at) == 4


def test_an_agreement_counts_from_the_next_start(folder: Folder) -> None:
    before, _ = folder.load()
    (one,) = before.by_name["quillamide"].facts
    product = before.by_name["quillamide"].products[0]
    assert not one.shown
    folder.agree({"quillamide": {one.hash: "2026-02-01", product.hash: "2026-02-01"}})
    after, _ = folder.load()
    (found,) = after.by_name["quillamide"].facts
    assert (found.status, found.status_date) == (Status.UNDER_REVIEW, "2026-02-01")
    assert after.by_name["quillamide"].products[0].shown
    folder.agree({})
    assert not folder.load()[0].by_name["quillamide"].facts[0].shown


def test_every_fault_is_named_whatever_the_cache_holds(folder: Folder) -> None:
    folder.load()
    folder.write("dolbrane", block("start: 5 mg"))
    folder.write("zorvexil", block("start: 5 tablets per day"), block("usual: 7"))
    (folder.place / "drugs" / "arbane.yaml").write_text("drug: [", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(FaultyDocuments) as found:
            folder.load()
        assert [each.file.rpartition("/")[2] for each in found.value.faults] == [
            "arbane.yaml",
            "dolbrane.yaml",
            "zorvexil.yaml",
            "zorvexil.yaml",
        ]
    for name in ("arbane", "dolbrane"):
        (folder.place / "drugs" / f"{name}.yaml").unlink()
    folder.write("zorvexil", EVERYTHING, names=NAMES)
    assert len(folder.load()[0].drugs) == 2


def test_agreements_that_cannot_be_read_are_one_fault(folder: Folder) -> None:
    folder.load()
    (folder.place / "agreed.json").write_text("{", encoding="utf-8")
    folder.write("zorvexil", block("start: 5 mg"))
    with pytest.raises(FaultyDocuments) as found:
        folder.load()
    assert [each.file for each in found.value.faults] == [loading.AGREED, f"{loading.DRUGS}/zorvexil.yaml"]


@pytest.mark.parametrize("damage", [b"", b"{", b'"0"\n[0,[[0]]]\n[0,[[0]]]'])
def test_a_damaged_entry_is_said_and_made_again(folder: Folder, looked_at: list[str], damage: bytes) -> None:
    whole, _ = folder.load()
    folder.entries()[0].write_bytes(damage)
    mended, cache = folder.load()
    assert "damaged" in (cache.complaint or "")
    assert len(looked_at) == 3
    assert all(same(one, other) for one, other in zip(whole.drugs, mended.drugs, strict=True))
    assert folder.load()[1].complaint is None
    assert len(looked_at) == 3


def test_a_figure_that_changed_in_the_cache_is_not_believed(folder: Folder) -> None:
    folder.load()
    for entry in folder.entries():
        entry.write_bytes(entry.read_bytes().replace(b'"5"', b'"9"'))
    mended, cache = folder.load()
    assert cache.complaint is not None
    assert str(mended.by_name["quillamide"].facts[0].value) == "5 mg per dose, 3 times daily"


def test_nothing_is_read_again_once_loaded(folder: Folder) -> None:
    held, _ = folder.load()
    for path in (*folder.entries(), *(folder.place / "drugs").iterdir()):
        path.unlink()
    assert str(held.by_name["quillamide"].facts[0].value) == "5 mg per dose, 3 times daily"


def test_without_a_cache_facts_are_made_late_too(folder: Folder) -> None:
    held = load_knowledge(DocumentCache(None), folder.place)
    assert not made_of(held)
    assert len(held.by_name["quillamide"].facts) == 1


def test_asking_for_a_fact_makes_those_of_its_drug_alone(folder: Folder) -> None:
    wanted = folder.load()[0].by_name["quillamide"].facts[0]
    held, _ = folder.load()
    assert held.by_fact[wanted.id] == wanted
    assert made_of(held) == ["quillamide"]
    held, _ = folder.load()
    assert held.cited[wanted.id] == (wanted.source, wanted.place)
    assert made_of(held) == ["quillamide"]


def test_a_product_is_found_by_the_drug_in_its_id(folder: Folder) -> None:
    held, _ = folder.load()
    product = held.by_name["quillamide"].products[0]
    assert held.cited[product.id] == (product.source, product.place)
    assert "zorvexil" not in made_of(held)


def test_what_nobody_holds_is_not_found_and_makes_nothing(folder: Folder) -> None:
    held, _ = folder.load()
    for name in ("", "product", "product/nobody/us", "nobody/oral", "class/nobody"):
        assert name not in held.cited
        assert name not in held.by_fact
    assert not made_of(held)


def test_all_ids_of_all_drugs_are_listed(folder: Folder) -> None:
    held, _ = folder.load()
    facts = [each.id for one in held.drugs for each in one.facts]
    assert list(held.by_fact) == facts
    assert len(held.by_fact) == len(facts)
    shared = [one.id for one in held.shared.formulas]
    products = [each.id for one in held.drugs for each in one.products]
    assert set(held.cited) == {*facts, *products, *shared}
    assert len(held.cited) == len(set(held.cited))
    assert all(held.cited[one] for one in held.cited)


# --- what ships ------------------------------------------------------------------------------------------------------


def test_a_start_makes_no_facts_and_a_question_those_of_its_drug() -> None:
    from bot.asking import Asked, Conversations
    from bot.jsonl import START as THEN
    from bot.world import load

    loaded = load(CACHE)
    knowledge = loaded.world.knowledge
    assert not made_of(knowledge)
    people = Conversations(loaded)
    for text in ("hello", "help", "zzz qqq", "who are you"):
        people.ask(Asked("t", text, THEN))
    assert not made_of(knowledge)
    people.ask(Asked("t", "tizanidine dose?", THEN))
    people.ask(Asked("t", "and in renal failure?", THEN))
    people.ask(Asked("t", "sources", THEN))
    assert made_of(knowledge) == ["tizanidine"]
