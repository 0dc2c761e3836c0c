"""Vectors of texts, in the form of the OpenAI API."""

from __future__ import annotations

import base64

from fastapi import APIRouter
from pydantic import BaseModel, Field

from embed.models.encoder import Side
from service.api.access import DeskOf, Reader
from service.api.problems import ProblemError
from service.api.schemas import EmbeddingsRequest

router = APIRouter(prefix="/v1", tags=["models · 模型"])


class Embedding(BaseModel):
    """One vector."""

    object: str = Field(default="embedding", description="Always `embedding`.")
    index: int = Field(description="Number of the text.")
    embedding: list[float] | str = Field(description="The unit vector; with `base64`, its float32 bytes.")


class Usage(BaseModel):
    """As the OpenAI API has it; characters are counted, as the tokens are the engine's own affair."""

    prompt_tokens: int = Field(description="Characters of all texts.")
    total_tokens: int = Field(description="The same.")


class Embeddings(BaseModel):
    """The vectors in the order of the texts."""

    object: str = Field(default="list", description="Always `list`.")
    data: list[Embedding] = Field(description="One entry a text.")
    model: str = Field(description="The model that made them.")
    usage: Usage = Field(description="How much was asked for.")


@router.post("/embeddings", response_model=Embeddings, summary="Vectors of texts (OpenAI-compatible)")
async def embeddings(asked: EmbeddingsRequest, desk: DeskOf, caller: Reader) -> Embeddings:
    """Unit vectors of up to 256 texts. A text that begins with `query: ` gets the model's query side, others the
    passage side; `passage: ` in front is taken off, as the model adds its own prompt.
    """
    encoder = desk.encoder
    if asked.model not in (encoder.model, desk.settings.model):
        raise ProblemError(404, f"model {asked.model[:80]!r} is not served", hint=f"Served: {encoder.model}")
    if asked.dimensions not in (None, encoder.dimension):
        raise ProblemError(422, f"the model has {encoder.dimension} dimensions, not {asked.dimensions}")
    texts = [asked.input] if isinstance(asked.input, str) else asked.input
    sides = [Side.QUERY if text.startswith("query: ") else Side.PASSAGE for text in texts]
    bare = [text.removeprefix("query: ").removeprefix("passage: ") or " " for text in texts]

    def encode() -> list[Embedding]:
        rows: list[Embedding] = []
        parts = {
            side: iter(encoder.encode([t for t, s in zip(bare, sides, strict=True) if s is side], side=side))
            for side in Side
        }
        for number, side in enumerate(sides):
            vector = next(parts[side])
            form = base64.b64encode(vector.tobytes()).decode() if asked.encoding_format == "base64" else vector.tolist()
            rows.append(Embedding(index=number, embedding=form))
        return rows

    size = sum(map(len, texts))
    data = await desk.work(encode)
    return Embeddings(data=data, model=encoder.model, usage=Usage(prompt_tokens=size, total_tokens=size))
