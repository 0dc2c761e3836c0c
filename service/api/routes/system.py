"""Health, readiness, metrics, models and what the store holds."""

from __future__ import annotations

import os
import time
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

import embed
from service.api import metrics
from service.api.access import DeskOf, Reader
from service.api.facts import StoreFacts, store_facts
from service.api.reply import reply

router = APIRouter()


class Health(BaseModel):
    """That the process answers."""

    status: Literal["ok"] = Field(description="Always `ok`.")
    version: str = Field(description="Bijian's version.")
    uptime_s: float = Field(description="Seconds since the start.")


class Readiness(BaseModel):
    """Whether questions can be answered now."""

    ready: bool = Field(description="Model and index are warm; an empty store is ready for uploads.")
    checks: dict[str, str] = Field(description="Each part: `ok`, `loading`, `empty`, `closing` or what failed.")


class ServedModel(BaseModel):
    """A model that this server answers with, in the form of the OpenAI API."""

    id: str = Field(description="Its name in models.txt.")
    object: Literal["model"] = "model"
    created: int = Field(default=0, description="Always 0.")
    owned_by: str = Field(default="bijian", description="Always `bijian`.")
    dimension: int = Field(description="Length of a vector.")
    fingerprint: str = Field(description="Names everything that decides the vectors.")


class ServedModels(BaseModel):
    """The served models."""

    object: Literal["list"] = "list"
    data: list[ServedModel] = Field(description="One entry a model.")


@router.get("/healthz", response_model=Health, tags=["system · 系统"], summary="Is the process alive?")
async def healthz(desk: DeskOf) -> Health:
    """Answers as long as the process runs, whatever it is doing."""
    return Health(status="ok", version=embed.__version__, uptime_s=round(time.time() - desk.started, 1))


@router.get(
    "/readyz",
    response_model=Readiness,
    tags=["system · 系统"],
    summary="Can it answer?",
    responses={503: {"model": Readiness, "description": "Not yet, or not any more"}},
)
async def readyz(desk: DeskOf) -> Response:
    """200 when model and index are warm, 503 before that and while closing."""
    checks = desk.state()
    ready = checks["model"] == "ok" and checks["index"] in ("ok", "empty") and checks["server"] == "ok"
    body = Readiness(ready=ready, checks=checks)
    return JSONResponse(body.model_dump(), status_code=200 if ready else 503)


@router.get(
    "/metrics",
    tags=["system · 系统"],
    summary="Figures for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def prometheus(desk: DeskOf, caller: Reader) -> Response:
    """Counters and histograms by route, and what the server holds."""
    facts = desk.figures()
    metrics.set_gauges(**facts)
    text = metrics.render(shared="PROMETHEUS_MULTIPROC_DIR" in os.environ)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/v1/models", response_model=ServedModels, tags=["models · 模型"], summary="The served models")
async def models(desk: DeskOf, caller: Reader) -> ServedModels:
    """The model that texts are encoded with."""
    encoder = desk.encoder
    return ServedModels(
        data=[ServedModel(id=encoder.model, dimension=encoder.dimension, fingerprint=encoder.fingerprint)]
    )


@router.get("/v1/stats", response_model=StoreFacts, tags=["system · 系统"], summary="What the store holds")
async def stats(request: Request, desk: DeskOf, caller: Reader) -> Response:
    """Reports and passages by role, level, year and province, and how the index was made."""
    return await desk.ask(lambda generation: reply(request, store_facts(generation), StoreFacts))
