"""Administrative divisions of the People's Republic of China, from province to town, with GB/T 2260 codes."""

from embed.structure.divisions.mentions import Mention, find_mentions, find_stems, is_within
from embed.structure.divisions.resolve import UnknownRegion, resolve_region
from embed.structure.divisions.table import Chain, Division, Divisions, load_divisions

__all__ = [
    "Chain",
    "Division",
    "Divisions",
    "Mention",
    "UnknownRegion",
    "find_mentions",
    "find_stems",
    "is_within",
    "load_divisions",
    "resolve_region",
]
