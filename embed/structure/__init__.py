"""From clean text to a report: metadata with evidence, outline, passages and their roles.

What the door offers is imported when it is first asked for: commands that only list what a store holds need the types
of `embed.structure.report`, and not the rules and tables behind `understand`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from embed.structure.facts import Facts, read_manifest
    from embed.structure.masking import Masked, mask
    from embed.structure.understanding import understand

__all__ = ["Facts", "Masked", "mask", "read_manifest", "understand"]

_PLACES = {
    "Facts": "embed.structure.facts",
    "Masked": "embed.structure.masking",
    "mask": "embed.structure.masking",
    "read_manifest": "embed.structure.facts",
    "understand": "embed.structure.understanding",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the door offers
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
