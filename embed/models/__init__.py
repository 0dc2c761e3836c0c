"""Models: models.txt in, encoders out."""

from __future__ import annotations

from embed.models.cores import cores_given
from embed.models.encoder import Encoder, Side
from embed.models.entry import ModelEntry, find_entry, read_models
from embed.models.opening import open_encoder

__all__ = ["Encoder", "ModelEntry", "Side", "cores_given", "find_entry", "open_encoder", "read_models"]
