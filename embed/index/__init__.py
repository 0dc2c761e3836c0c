"""The store on disk and what is found in it: the only package that writes a store."""

from embed.index.filter import Filter
from embed.index.generation import Generation
from embed.index.lexical import LexicalIndex
from embed.index.manifest import IndexSettings, Manifest, ModelStamp
from embed.index.neighbours import Neighbours
from embed.index.store import Store
from embed.index.tables import KINDS, LEVELS, ROLES, PassageTable, ReportTable, StoredPassage, StoredReport

__all__ = [
    "KINDS",
    "LEVELS",
    "ROLES",
    "Filter",
    "Generation",
    "IndexSettings",
    "LexicalIndex",
    "Manifest",
    "ModelStamp",
    "Neighbours",
    "PassageTable",
    "ReportTable",
    "Store",
    "StoredPassage",
    "StoredReport",
]
