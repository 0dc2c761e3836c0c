"""From settings to an open store and an encoder that is loaded only when used."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from service.settings import Settings

if TYPE_CHECKING:
    from embed.models.encoder import Encoder

__all__ = ["encoder_opener"]


def encoder_opener(settings: Settings) -> Callable[[], Encoder]:
    """A function that opens the settings' model; nothing heavy is imported before it is called."""

    def open_it() -> Encoder:
        from embed.models import find_entry, open_encoder

        entry = find_entry(settings.model, settings.models_file)
        return open_encoder(entry, cache=settings.cache, engine=settings.engine, threads=settings.threads)

    return open_it
