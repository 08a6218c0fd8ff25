"""Arrays kept in the cache as npz files, and used where they lie: what nobody looks at takes no memory."""

import io
import math
import mmap
import struct
import sys
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import IO, Any, cast
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bot.documents import DocumentCache

# Of the zip format: the local header's length, the lengths of name and extra field at its end, a field that only pads.
_LOCAL_HEADER, _LENGTHS = 30, struct.Struct("<HH")
_PADDING, _PADDING_ID = struct.Struct("<HH"), 0xD935
_ALIGNED = 64  # bytes, on which numpy's own headers end too
_DAMAGE = (ValueError, KeyError, EOFError, OSError, struct.error, zipfile.BadZipFile)

Arrays = Mapping[str, NDArray[Any]]


def kept(cache: DocumentCache, entry: str, names: Sequence[str], make: Callable[[], Arrays]) -> Arrays:
    """The named arrays of a cache entry; made, and kept, when there are none or they are damaged."""
    held = unpack(cache.mapped(entry), names)
    if held is not None:
        return held
    cache.prepare()
    made = make()
    cache.store(entry, pack(made))
    return unpack(cache.mapped(entry), names) or made


def pack(arrays: Arrays) -> bytes:
    """Arrays as the bytes of one npz file, each where it can be used without being copied out."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, array in arrays.items():
            member, info = io.BytesIO(), zipfile.ZipInfo(f"{name}.npy")
            np.lib.format.write_array(member, array, allow_pickle=False)
            room = -(buffer.tell() + _LOCAL_HEADER + len(info.filename) + _PADDING.size) % _ALIGNED
            info.extra = _PADDING.pack(_PADDING_ID, room) + bytes(room)
            file.writestr(info, member.getvalue())
    return buffer.getvalue()


def unpack(content: mmap.mmap | None, names: Iterable[str]) -> dict[str, NDArray[Any]] | None:
    """The named arrays of an npz file, read only, where they lie; None when there is none or it is damaged."""
    if content is None:
        return None
    try:
        with zipfile.ZipFile(cast(IO[bytes], content)) as file:
            arrays = {name: _lying(content, file.getinfo(f"{name}.npy")) for name in names}
    except _DAMAGE:
        return None
    if sys.platform == "linux":
        content.madvise(mmap.MADV_DONTNEED)  # what was only looked at for damage takes no memory
    return arrays


def _lying(content: mmap.mmap, info: zipfile.ZipInfo) -> NDArray[Any]:
    """One array of an npz file; ValueError when its bytes are not those that were written."""
    name, extra = _LENGTHS.unpack_from(content, info.header_offset + _LOCAL_HEADER - _LENGTHS.size)
    start = info.header_offset + _LOCAL_HEADER + name + extra
    with memoryview(content)[start : start + info.file_size] as member:
        if info.compress_type != zipfile.ZIP_STORED or crc32(member) != info.CRC:
            raise ValueError(info.filename)
    content.seek(start)
    version = np.lib.format.read_magic(content)
    shape, _, kind = np.lib.format.read_array_header_1_0(content)
    if version != (1, 0) or content.tell() % _ALIGNED:
        raise ValueError(info.filename)
    return np.frombuffer(content, kind, math.prod(shape), content.tell()).reshape(shape)
