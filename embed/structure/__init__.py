"""From clean text to a report: metadata with evidence, outline, passages and their roles."""

from embed.structure.facts import Facts, read_manifest
from embed.structure.masking import Masked, mask
from embed.structure.understand import understand

__all__ = ["Facts", "Masked", "mask", "read_manifest", "understand"]
