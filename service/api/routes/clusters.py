"""Clusters: common measures, recurring problems, and what people do to them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from embed.structure.report import Role
from service.api.access import DeskOf, Reader
from service.api.cluster_views import (
    ClusterDetail,
    ClusterList,
    ClusterPassage,
    cluster_detail,
    cluster_list,
    cluster_passages,
    found_cluster,
)
from service.api.reply import cursor, read_cursor, reply

router = APIRouter(prefix="/v1", tags=["clusters · 聚类"])
ClusterPath = Annotated[str, Path(description="A cluster's id.", max_length=60)]


@router.get("/clusters", response_model=ClusterList, summary="Common measures and recurring problems")
async def clusters(
    request: Request,
    desk: DeskOf,
    caller: Reader,
    role: Annotated[list[Role] | None, Query(description="Only clusters of these roles.")] = None,
    min_reports: Annotated[int, Query(ge=1, le=1_000_000, description="In at least so many reports.")] = 1,
) -> Response:
    """Clusters of passages that say one kind of thing, the most widespread first, with their denominators."""

    def answer() -> Response:
        return reply(request, cluster_list(desk.clustering(), role or [], least=min_reports), ClusterList)

    return await desk.work(answer)


@router.get("/clusters/{cluster}", response_model=ClusterDetail, summary="One cluster")
async def cluster_by_id(request: Request, cluster: ClusterPath, desk: DeskOf, caller: Reader) -> Response:
    """Counts by report, region, level and year, its place in the outline, central and divergent passages."""

    def answer() -> Response:
        with desk.clustered() as (generation, clustering):
            return reply(request, cluster_detail(generation, clustering, cluster), ClusterDetail)

    return await desk.work(answer)


@router.get(
    "/clusters/{cluster}/passages", response_model=list[ClusterPassage], summary="The passages of a cluster, by pages"
)
async def passages_of_cluster(
    request: Request,
    cluster: ClusterPath,
    desk: DeskOf,
    caller: Reader,
    limit: Annotated[int, Query(ge=1, le=500, description="Passages a page.")] = 100,
    cursor_: Annotated[str | None, Query(alias="cursor", max_length=200, description="From `X-Next-Cursor`.")] = None,
) -> Response:
    """In the order of the passages' ids. The header `X-Next-Cursor` asks for the next page."""

    def answer() -> Response:
        with desk.clustered() as (generation, clustering):
            found = found_cluster(clustering, cluster)
            after = read_cursor(cursor_, generation.number)
            ids = found.passages[after + 1 : after + 1 + limit]
            response = reply(request, list(cluster_passages(generation, found, ids)), list[ClusterPassage])
            last = after + len(ids)
            if last + 1 < len(found.passages):
                response.headers["x-next-cursor"] = cursor(generation.number, last)
            return response

    return await desk.work(answer)
