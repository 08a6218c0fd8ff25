"""The shipped facts, intents and templates, loaded once for all tests that need the real ones."""

from functools import cache
from pathlib import Path
from tempfile import gettempdir

from bot.documents import DocumentCache
from bot.world import Loaded, load

CACHE = Path(gettempdir()) / "dosethread-test-cache"


@cache
def shipped() -> Loaded:
    """Everything that ships, from a cache of the tests' own."""
    return load(CACHE)


def shipped_cache() -> DocumentCache:
    """The cache that it was loaded from."""
    return DocumentCache(CACHE)
