"""Arrays in the cache: read where they lie, and made again at any damage."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bot.documents import DocumentCache
from intents.arrays import kept, pack, unpack
from tests.invented import QUICK

MADE: dict[str, NDArray[Any]] = {
    "weights": np.arange(300, dtype=np.float16).reshape(100, 3),
    "words": np.frombuffer(b"zorvexil", np.uint8),
    "hashes": np.arange(1000, dtype=np.uint32),
    "nothing": np.zeros(0, np.int32),
}
NAMES = tuple(MADE)
ENTRY = "some.npz"


def mapped(folder: Path, content: bytes) -> dict[str, NDArray[Any]] | None:
    cache = DocumentCache(folder)
    cache.store(ENTRY, content)
    return unpack(cache.mapped(ENTRY), NAMES)


def equal(found: Mapping[str, NDArray[Any]] | None) -> bool:
    return found is not None and all(
        np.array_equal(found[name], array) and found[name].dtype == array.dtype for name, array in MADE.items()
    )


def test_arrays_come_back_as_they_were(tmp_path: Path) -> None:
    assert equal(mapped(tmp_path, pack(MADE)))


def test_numpy_itself_reads_them() -> None:
    with np.load(io.BytesIO(pack(MADE)), allow_pickle=False) as file:
        assert equal(dict(file))


def test_they_are_used_where_they_lie_and_cannot_be_written(tmp_path: Path) -> None:
    found = mapped(tmp_path, pack(MADE))
    assert found is not None
    for array in found.values():
        assert not array.flags.owndata
        assert not array.flags.writeable
        assert array.flags.aligned


def test_what_is_in_use_outlives_its_entry(tmp_path: Path) -> None:
    found = mapped(tmp_path, pack(MADE))
    DocumentCache(tmp_path).store(ENTRY, b"something else")
    assert equal(found)
    (tmp_path / ENTRY).unlink()
    assert equal(found)


@pytest.mark.parametrize("content", [b"", b"not a file", b"PK\5\6" + bytes(18)])
def test_what_is_no_npz_file_is_none(tmp_path: Path, content: bytes) -> None:
    assert mapped(tmp_path, content) is None


def test_nothing_is_none(tmp_path: Path) -> None:
    assert unpack(DocumentCache(tmp_path).mapped(ENTRY), NAMES) is None
    assert unpack(DocumentCache(None).mapped(ENTRY), NAMES) is None


def test_an_array_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert mapped(tmp_path, pack({name: array for name, array in MADE.items() if name != "words"})) is None


def test_a_file_as_numpy_writes_it_is_made_again(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, **MADE)  # type: ignore[arg-type]
    assert mapped(tmp_path, buffer.getvalue()) is None


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    return tmp_path_factory.mktemp("arrays"), pack(MADE)


@QUICK
@given(st.data())
def test_no_changed_byte_gives_another_array(whole: tuple[Path, bytes], data: st.DataObject) -> None:
    folder, content = whole
    place = data.draw(st.integers(0, len(content) - 1))
    changed = bytes([content[place] ^ data.draw(st.integers(1, 255))])
    found = mapped(folder, content[:place] + changed + content[place + 1 :])
    assert found is None or equal(found)


@QUICK
@given(st.data())
def test_a_file_that_was_cut_off_is_none(whole: tuple[Path, bytes], data: st.DataObject) -> None:
    folder, content = whole
    assert mapped(folder, content[: data.draw(st.integers(0, len(content) - 1))]) is None


def test_arrays_are_made_once_and_again_after_damage(tmp_path: Path) -> None:
    said = []
    made = []

    def make() -> Mapping[str, NDArray[Any]]:
        made.append("made")
        return MADE

    for _ in range(2):
        cache = DocumentCache(tmp_path, lambda: said.append("preparing"))
        assert equal(kept(cache, ENTRY, NAMES, make))
    assert (len(made), len(said)) == (1, 1)
    (tmp_path / ENTRY).write_bytes(b"damage")
    assert equal(kept(DocumentCache(tmp_path), ENTRY, NAMES, make))
    assert equal(kept(DocumentCache(tmp_path), ENTRY, NAMES, make))
    assert len(made) == 2


def test_without_a_folder_they_are_made_every_time() -> None:
    assert equal(kept(DocumentCache(None), ENTRY, NAMES, lambda: MADE))
