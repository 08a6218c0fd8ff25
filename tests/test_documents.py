"""Strict YAML: what is refused and where, exact decimals, and a cache that never changes what is read."""

import json
import os
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.documents import DocumentCache, Fault, FaultyDocuments, content_key, parse_document
from tests.invented import QUICK, decimals

DOCUMENT = "name: zorvexil\nfigures: [5, 2.50, -0.125]\nwhen: 2024-01-02\nnested: {deep: {dose: 0.1}}\n"
PARSED = {
    "name": "zorvexil",
    "figures": [Decimal("5"), Decimal("2.50"), Decimal("-0.125")],
    "when": "2024-01-02",
    "nested": {"deep": {"dose": Decimal("0.1")}},
}


def fault_of(text: str) -> Fault:
    with pytest.raises(FaultyDocuments) as refused:
        parse_document(text, "drugs/zorvexil.yaml")
    (fault,) = refused.value.faults
    return fault


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: 2\na: 3", 3),
        ("a:\n  b: 1\n  b: 2", 3),
        ("{a: 1, a: 1}", 1),
        ("a: 1\nb: &x 2", 2),
        ("a: &x {b: 1}\nc: *x", 1),
        ("base: &x {b: 1}\nc: {<<: *x, d: 2}", 1),
        ("<<: {b: 1}\nc: 2", 1),
        ("a: 1\nb: {<<: [{b: 1}, {d: 2}], c: 3}", 2),
        ("ok: 1\na: 1_000", 2),
        ("a: 1_0.5", 1),
        ("a: 007", 1),
        ("a: 00", 1),
        ("a: 01.5", 1),
        ("a: 0o17", 1),
        ("a: 0x1F", 1),
        ("a: 1e3", 1),
        ("a: 1.5E-3", 1),
        ("a: .5", 1),
        ("a: 5.", 1),
        ("a: +5", 1),
        ("a: .inf", 1),
        ("a: -.INF", 1),
        ("a: .nan", 1),
        ("a: !!float '1e3'", 1),
        ("a: 1\nb: !invented x", 2),
        ("a: !!python/object:os.system x", 1),
        ("a: 1\n---\nb: 2", 2),
        ("a: [1, 2\nb: 3", 2),
    ],
)
def test_refused_with_file_and_line(text: str, line: int) -> None:
    fault = fault_of(text)
    assert (fault.file, fault.place) == ("drugs/zorvexil.yaml", f"line {line}")
    assert str(fault).startswith(f"drugs/zorvexil.yaml line {line}: ")


def test_a_control_character_is_a_fault_like_any_other() -> None:
    assert fault_of("a: 1\nb: \x07").file == "drugs/zorvexil.yaml"


def test_a_file_that_is_not_utf8_is_a_fault_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "zorvexil.yaml"
    path.write_bytes(b"a: \xff\xfe")
    with pytest.raises(FaultyDocuments):
        DocumentCache(None).read(path, "drugs/zorvexil.yaml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", Decimal("5")),
        ("-5", Decimal("-5")),
        ("0.1", Decimal("0.1")),
        ("2.50", Decimal("2.50")),
        ("2024", Decimal("2024")),
        ("2024-01", "2024-01"),
        ("2024-01-02", "2024-01-02"),
        ("2024-13-45", "2024-13-45"),
        ("yes", "yes"),
        ("true", True),
        ("1,000", "1,000"),
        ("0.1.2", "0.1.2"),
        ('"007"', "007"),
        ("null", None),
    ],
)
def test_what_a_value_is_read_as(text: str, value: object) -> None:
    found = parse_document(f"a: {text}", "x.yaml")["a"]
    assert (found, type(found)) == (value, type(value))


@QUICK
@given(decimals("-99999", "99999"))
def test_decimals_keep_every_digit(number: Decimal) -> None:
    found = parse_document(f"a: {number:f}", "x.yaml")["a"]
    assert str(found) == f"{number:f}"
    assert type(found) is Decimal


def test_numbers_do_not_pass_through_binary() -> None:
    found = parse_document("[0.1, 0.2, 0.3]", "x.yaml")
    assert found[0] + found[1] == found[2]


def test_all_faults_are_in_one_message() -> None:
    faults = [Fault("a.yaml", "facts[0]", "x", "y"), Fault("b.yaml", "", "p", "q")]
    error = FaultyDocuments(iter(faults))
    assert str(error) == "a.yaml facts[0]: x; allowed: y\nb.yaml: p; allowed: q"
    assert error.faults == tuple(faults)


def test_keys_name_the_exact_bytes() -> None:
    assert content_key([b"a", b"b"]) == content_key(iter([b"a", b"b"]))
    keys = [content_key(parts) for parts in ([b"a", b"b"], [b"b", b"a"], [b"ab"], [b"a"], [])]
    assert len(set(keys)) == len(keys)


def test_without_a_folder_nothing_is_kept() -> None:
    cache = DocumentCache(None)
    assert cache.read_text(DOCUMENT, "x.yaml") == PARSED
    assert cache.fetch("anything") is None
    assert cache.mapped("anything") is None
    assert cache.complaint is None


def test_cold_then_warm_reads_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cold = DocumentCache(tmp_path / "new" / "folder").read_text(DOCUMENT, "x.yaml")
    monkeypatch.setattr(YAML, "load", lambda *_: pytest.fail("a warm cache parses nothing"))
    warm = DocumentCache(tmp_path / "new" / "folder").read_text(DOCUMENT, "x.yaml")
    assert cold == warm == PARSED
    assert [str(number) for number in warm["figures"]] == ["5", "2.50", "-0.125"]


def test_that_something_takes_seconds_is_said_once_and_only_then(tmp_path: Path) -> None:
    said = list[str]()
    for _ in range(2):
        cache = DocumentCache(tmp_path, lambda: said.append("preparing"))
        cache.read_text(DOCUMENT, "x.yaml")
        cache.read_text("a: 5", "y.yaml")
    assert said == ["preparing"]


def test_a_large_entry_is_mapped(tmp_path: Path) -> None:
    cache = DocumentCache(tmp_path)
    for name, content in (("full.npz", b"zorvexil"), ("empty.npz", b"")):
        cache.store(name, content)
    mapped = cache.mapped("full.npz")
    assert mapped is not None
    assert mapped[:] == b"zorvexil"
    assert cache.mapped("empty.npz") is None
    assert cache.mapped("nothing.npz") is None


def test_a_changed_text_is_read_again(tmp_path: Path) -> None:
    cache = DocumentCache(tmp_path)
    assert cache.read_text("a: 5", "x.yaml") != cache.read_text("a: 50", "x.yaml")


def test_a_faulty_text_is_never_kept(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(FaultyDocuments):
            DocumentCache(tmp_path).read_text("a: 1\na: 2", "x.yaml")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe\x00", b'{"name": "zorv'])
def test_a_damaged_entry_is_said_and_done_without(tmp_path: Path, damage: bytes) -> None:
    DocumentCache(tmp_path).read_text(DOCUMENT, "x.yaml")
    (entry,) = tmp_path.iterdir()
    entry.write_bytes(damage)
    cache = DocumentCache(tmp_path)
    assert cache.read_text(DOCUMENT, "x.yaml") == PARSED
    assert cache.complaint is not None
    assert "damaged" in cache.complaint
    again = DocumentCache(tmp_path)
    assert again.read_text(DOCUMENT, "x.yaml") == PARSED
    assert again.complaint is None


def test_a_damaged_number_is_done_without(tmp_path: Path) -> None:
    DocumentCache(tmp_path).read_text(DOCUMENT, "x.yaml")
    (entry,) = tmp_path.iterdir()
    whole = entry.read_bytes()
    for changed in (b"2.5O", b"2.51", b"9.50"):
        entry.write_bytes(whole.replace(b"2.50", changed))
        cache = DocumentCache(tmp_path)
        assert cache.read_text(DOCUMENT, "x.yaml") == PARSED
        assert cache.complaint is not None


def test_an_unwritable_folder_is_said_and_done_without(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    cache = DocumentCache(blocked)
    assert cache.read_text(DOCUMENT, "x.yaml") == PARSED
    assert cache.complaint is not None
    assert str(blocked) in cache.complaint


def test_an_entry_is_whole_or_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "replace", fails)
    cache = DocumentCache(tmp_path)
    cache.store("entry.json", b"{}")
    assert cache.fetch("entry.json") is None
    assert cache.complaint is not None


def test_entries_are_json(tmp_path: Path) -> None:
    DocumentCache(tmp_path).read_text(DOCUMENT, "x.yaml")
    (entry,) = tmp_path.iterdir()
    checksum, content = map(json.loads, entry.read_text().split("\n"))
    assert len(checksum) == 64
    assert content["name"] == "zorvexil"


def nested(leaves: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    keys = st.sampled_from(["dose", "a b", "x", "unit"])
    return st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=8)


def as_yaml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}": {as_yaml(part)}' for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_yaml, value)) + "]"
    return f"{value:f}" if isinstance(value, Decimal) else json.dumps(value)


@QUICK
@given(nested(decimals("-99", "99") | st.booleans() | st.none() | st.text("abc 5.é", max_size=6)))
def test_warm_equals_cold_for_any_document(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    folder, text = tmp_path_factory.mktemp("cache"), as_yaml(value)
    cold = DocumentCache(folder).read_text(text, "x.yaml")
    assert cold == value
    assert DocumentCache(folder).read_text(text, "x.yaml") == cold


@pytest.mark.parametrize("text", ['{decimal: "5"}', "{decimal: comma or point?}"])
def test_no_mapping_is_mistaken_for_a_number(tmp_path: Path, text: str) -> None:
    cold = DocumentCache(tmp_path).read_text(text, "x.yaml")
    assert DocumentCache(tmp_path).read_text(text, "x.yaml") == cold


@pytest.mark.parametrize("text", ["1: a", "true: a", "? [1, 2]\n: a", "a: !!binary aGk=", "a: !!set {b}"])
def test_what_json_cannot_hold_is_a_fault(tmp_path: Path, text: str) -> None:
    with pytest.raises(FaultyDocuments):
        DocumentCache(tmp_path).read_text(text, "x.yaml")
