"""The service over HTTP: `create_app` is the door."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from service.settings import Settings

__all__ = ["create_app"]


def create_app(settings: Settings) -> FastAPI:
    """The app on the store that the settings name; FastAPI is imported here and not before."""
    from service.api.app import create_app as create

    return create(settings)
