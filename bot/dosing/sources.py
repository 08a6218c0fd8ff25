"""The documents that facts cite, as a file lists them."""

import re

from bot.dosing.facts import ANY, LOCAL, Source
from bot.dosing.vocabulary import Vocabulary
from bot.nodes import Node

SOURCE_KINDS = frozenset({"label", "leaflet", "guideline", "review", "trial", "study", "reference"})
_DATE = re.compile(r"\d{4}(-\d{2}){0,2}|undated")


def build_sources(node: Node, vocabulary: Vocabulary) -> dict[str, Source]:
    """The sources of one file by their id."""
    part = node.child("sources")
    if part.has(LOCAL):
        part.fault(repr(LOCAL), "another id: this one is kept for an operator's own document", LOCAL)
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
    _check_link(source, node)
    node.finish()
    return source


def local_source(node: Node, operator: str) -> Source:
    """An operator's own document as a source: the head of a local file. It is dated, and its link may be left out."""
    version = node.text("version")
    if version == "undated" or not _DATE.fullmatch(version):
        node.fault(repr(version), "the date of the policy: YYYY, YYYY-MM or YYYY-MM-DD", "version")
    source = Source(LOCAL, LOCAL, node.text("title"), operator, LOCAL, ANY, version, "", node.text("link", ""))
    if source.link:
        _check_link(source, node)
    return source


def _check_link(source: Source, node: Node) -> None:
    if not re.match(r"https?://[^/]+\.[^/]+", source.link):
        node.fault(repr(source.link), "a full link", "link")
