"""The app: one factory, one lifespan that owns everything long-lived."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import AsyncIterator

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

import embed
from service.api import problems
from service.api.desk import Desk
from service.api.middleware import Frame
from service.api.routes import clusters, comparison, embeddings, jobs, reports, similar, system
from service.settings import Settings

__all__ = ["app_from_environment", "create_app"]

DESCRIPTION = """
比鉴：法治政府建设年度报告的相似段落与聚类。
Similar passages and clusters of local governments' annual reports on law-based government.

Every id is stable: a report's id comes from its bytes, a passage's from its report and number. Lists are paged by
cursors that belong to one generation of the index. Errors are problem details (RFC 9457), in Chinese or English by
`Accept-Language`. `X-Request-ID` comes back with every answer.
"""


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    desk = Desk(app.state.settings, alone=app.state.alone)
    app.state.desk = desk
    # The model is loaded beside the event loop: the server listens at once and is ready when this is through.
    watcher = threading.Thread(target=desk.warm, name="warm", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        desk.close()
        watcher.join(timeout=10)


def create_app(settings: Settings) -> FastAPI:
    """The whole service on one store. Opens nothing before the lifespan begins."""
    from service.web import pages

    app = FastAPI(
        title="比鉴 Bijian",
        version=embed.__version__,
        description=DESCRIPTION,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        # FastAPI's own spans carry the query string, which is what somebody searched for, and its log the message of
        # any exception: where a process is set up for OpenTelemetry, neither may leave it.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.settings = settings
    app.state.alone = False
    problems.install(app)
    for routes in (similar, comparison, reports, clusters, jobs, embeddings, system):
        app.include_router(routes.router, responses=problems.RESPONSES)
    pages.install(app)
    _describe_problem(app)
    origins = [part.strip() for part in settings.cors_origins.split(",") if part.strip()]
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST", "PATCH", "DELETE"],
            allow_headers=["authorization", "content-type", "x-api-key", "x-request-id"],
        )
    app.add_middleware(
        GZipMiddleware,
        minimum_size=1024,
        compresslevel=4,
        exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/x-ndjson", "text/event-stream"),
    )
    app.add_middleware(Frame, settings=settings)
    return app


def _describe_problem(app: FastAPI) -> None:
    """Put the problem's schema and the ways to show a key into the OpenAPI document."""
    plain = app.openapi

    def described() -> dict[str, object]:
        if app.openapi_schema is None:
            schema = plain()
            components = schema.setdefault("components", {})
            schemas = components.setdefault("schemas", {})
            schemas.pop("HTTPValidationError", None)
            schemas.pop("ValidationError", None)
            shape = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= shape.pop("$defs", {})
            schemas["Problem"] = shape
            components["securitySchemes"] = {
                "bearer": {"type": "http", "scheme": "bearer", "description": "`bijian keys create NAME`"},
                "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            }
            schema["security"] = [{}, {"bearer": []}, {"header": []}]
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def app_from_environment() -> FastAPI:
    """The factory that serving processes start from: settings from the environment, the log set up."""
    settings = Settings.read()
    form = "%(message)s" if settings.log_format == "json" else "%(asctime)s %(levelname)s %(name)s %(message)s"
    logging.basicConfig(level=logging.INFO, format=form, force=True)
    app = create_app(settings)
    app.state.alone = True
    return app
