"""XML and HTML trees: the safe parser, and the name of their elements in signatures."""

from __future__ import annotations

from typing import Any, TypeAlias

from embed.reading.kinds import refuse

__all__ = ["Element", "parse_xml"]

# lxml ships no types; an element of its trees.
Element: TypeAlias = Any


def parse_xml(data: bytes) -> Element:
    """The root of an XML part: no entities, no network, no document type."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise refuse(
            "corrupt",
            f"文档内部的 XML 已损坏（{error}）",
            f"the XML inside is damaged ({error})",
            "重新保存 · save it again",
        ) from error
