"""All pages of the service, put into the app."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from service.web import browse, cluster_pages, manage, search
from service.web.frame import FOLDER, error_page, wants_page

__all__ = ["install"]


def install(app: FastAPI) -> None:
    """Add the pages and their static files; let errors that a browser meets be pages."""
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    for module in (search, browse, cluster_pages, manage):
        app.include_router(module.router, include_in_schema=False)
    app.state.wants_page = wants_page
    app.state.error_page = error_page
