"""Compiled templates kept between starts, keyed by their text and by the versions that compiled them."""

import marshal
import sys

import jinja2
from jinja2.bccache import Bucket, BytecodeCache

from bot.documents import DocumentCache, content_key

_COMPILER = f"{sys.implementation.cache_tag}-{jinja2.__version__}".encode()


class CompiledTemplates(BytecodeCache):
    """Jinja's byte code in the documents' cache; a damaged or missing entry is compiled again."""

    def __init__(self, documents: DocumentCache) -> None:
        self._documents = documents

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fills the bucket when its template was compiled before."""
        content = self._documents.fetch(_name(bucket))
        if content is None:
            return
        try:
            bucket.code = marshal.loads(content)  # our own cache folder, as with .pyc files
        except (EOFError, ValueError, TypeError):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps what was compiled."""
        self._documents.store(_name(bucket), marshal.dumps(bucket.code))


def _name(bucket: Bucket) -> str:
    return f"template-{content_key([_COMPILER, bucket.key.encode(), bucket.checksum.encode()])}.bin"
