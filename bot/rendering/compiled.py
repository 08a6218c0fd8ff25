"""Compiled templates kept between starts, keyed by their text and by the versions that compiled them."""

import marshal
import sys
from typing import Any

import jinja2
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.sandbox import SandboxedEnvironment

from bot.documents import DocumentCache, content_key, sealed, unsealed

_COMPILER = f"{sys.implementation.cache_tag}-{jinja2.__version__}".encode()


class Sandbox(SandboxedEnvironment):
    """Jinja's sandbox; its verdict depends on the kind of a thing and the attribute's name alone, and is kept."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._verdicts = dict[tuple[type, str], bool]()

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """As the sandbox decides, once for each kind of thing."""
        verdict = self._verdicts.get((type(obj), attr))
        if verdict is None:
            verdict = self._verdicts[type(obj), attr] = super().is_safe_attribute(obj, attr, value)
        return verdict


class CompiledTemplates(BytecodeCache):
    """Jinja's byte code in the documents' cache; a damaged or missing entry is compiled again."""

    def __init__(self, documents: DocumentCache) -> None:
        self._documents = documents

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fills the bucket when its template was compiled before."""
        content = self._documents.fetch(_name(bucket))
        if content is None:
            return
        code = unsealed(content)
        if code is None:
            self._documents.complain_of_damage()
        else:
            bucket.code = marshal.loads(code)  # our own cache folder, as with .pyc files

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps what was compiled."""
        self._documents.store(_name(bucket), sealed(marshal.dumps(bucket.code)))


def _name(bucket: Bucket) -> str:
    return f"template-{content_key([_COMPILER, bucket.key.encode(), bucket.checksum.encode()])}.bin"
