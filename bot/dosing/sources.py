"""The documents that facts cite, as a file lists them."""

import re

from bot.dosing.facts import Source
from bot.dosing.vocabulary import Vocabulary
from bot.nodes import Node

SOURCE_KINDS = frozenset({"label", "leaflet", "guideline", "review", "trial", "study", "reference"})
_DATE = re.compile(r"\d{4}(-\d{2}){0,2}|undated")


def build_sources(node: Node, vocabulary: Vocabulary) -> dict[str, Source]:
    """The sources of one file by their id."""
    part = node.child("sources")
    return {key: _source(key, part.child(key), vocabulary) for key in part.keys()}


def _source(key: str, node: Node, vocabulary: Vocabulary) -> Source:
    source = Source(
        key,
        node.text("kind", among=SOURCE_KINDS),
        node.text("title"),
        node.text("publisher", ""),
        node.text("jurisdiction", among=vocabulary.jurisdictions),
        node.text("route", "any", among=vocabulary.routes),
        node.text("version"),
        node.text("read"),
        node.text("link"),
        node.text("doi", ""),
        node.text("pmid", ""),
        node.text("set_id", ""),
    )
    for name in ("version", "read"):
        if not _DATE.fullmatch(str(getattr(source, name))):
            node.fault(repr(getattr(source, name)), "YYYY, YYYY-MM, YYYY-MM-DD or undated", name)
    if not re.match(r"https?://[^/]+\.[^/]+", source.link):
        node.fault(repr(source.link), "a full link", "link")
    node.finish()
    return source
