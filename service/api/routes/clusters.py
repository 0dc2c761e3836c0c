"""Clusters: common measures, recurring problems, how they develop, and what people do to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from embed.structure.report import Role
from service.api.access import Caller, DeskOf, Reader, Writer
from service.api.cluster_views import (
    ClusterChanges,
    ClusterDetail,
    ClusterList,
    ClusterPassage,
    cluster_changes,
    cluster_detail,
    cluster_list,
    cluster_passages,
    found_cluster,
)
from service.api.desk import Desk
from service.api.problems import ProblemError
from service.api.reply import cursor, read_cursor, reply
from service.api.schemas import FilterFields, MergeRequest, RenameRequest, SplitRequest
from service.api.statistics import ClusterTrend, Coverage, Recurring, coverage, recurring, trends
from service.clusters import Clustering
from service.clusters.editing import merge, pin, rename_cluster, split, unpin

router = APIRouter(prefix="/v1", tags=["clusters · 聚类"])


@dataclass(frozen=True, slots=True)
class Done:
    """A change to a cluster that was recorded. `cluster`: the id that it concerns, a new one after a split."""

    cluster: str
    action: str


async def _change(
    request: Request,
    desk: Desk,
    caller: Caller,
    action: str,
    change: Callable[[Clustering], str],
    *,
    detail: str = "",
) -> Response:
    def act() -> Response:
        name = change(desk.clustering())
        desk.ledger.audit(caller.name, f"cluster-{action}", name, request=request.state.request_id, detail=detail)
        return reply(request, Done(name, action), Done)

    return await desk.work(act)


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


@router.get("/clusters/diff", response_model=ClusterChanges, summary="What the newest clustering changed")
async def diff(
    request: Request,
    desk: DeskOf,
    caller: Reader,
    role: Annotated[Role, Query(description="The role that is looked at.")] = Role.MEASURE,
) -> Response:
    """Clusters kept, born, split, merged and ended since the clustering before; old ids are named."""

    def answer() -> Response:
        desk.clustering()
        return reply(request, cluster_changes(desk.store, role), ClusterChanges)

    return await desk.work(answer)


@router.post("/clusters/merge", response_model=Done, summary="Merge clusters")
async def merge_clusters(request: Request, asked: MergeRequest, desk: DeskOf, caller: Writer) -> Response:
    """The first one takes in the passages of the others; it holds after a re-index."""

    def change(clustering: Clustering) -> str:
        for name in asked.clusters:
            found_cluster(clustering, name)
        merge(desk.store, clustering, asked.clusters[0], asked.clusters[1:])
        return asked.clusters[0]

    return await _change(request, desk, caller, "merge", change, detail=",".join(asked.clusters))


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


@router.patch("/clusters/{cluster}", response_model=Done, summary="Rename or pin a cluster")
async def change_cluster(
    request: Request, cluster: ClusterPath, asked: RenameRequest, desk: DeskOf, caller: Writer
) -> Response:
    """The name and the pin hold after a re-index."""
    if asked.name is None and asked.pinned is None:
        raise ProblemError(422, "a name or `pinned` was expected")

    def change(clustering: Clustering) -> str:
        found_cluster(clustering, cluster)
        if asked.name is not None:
            rename_cluster(desk.store, clustering, cluster, asked.name)
        if asked.pinned is not None:
            (pin if asked.pinned else unpin)(desk.store, clustering, cluster)
        return cluster

    return await _change(request, desk, caller, "change", change)


@router.post("/clusters/{cluster}/split", response_model=Done, summary="Split a cluster")
async def split_cluster(
    request: Request, cluster: ClusterPath, asked: SplitRequest, desk: DeskOf, caller: Writer
) -> Response:
    """These passages become a cluster of their own; its id is in the answer."""

    def change(clustering: Clustering) -> str:
        found_cluster(clustering, cluster)
        return split(desk.store, clustering, cluster, asked.passages)

    return await _change(request, desk, caller, "split", change, detail=cluster)


@router.get("/trends", response_model=list[ClusterTrend], summary="How clusters develop over the years")
async def trends_of(
    request: Request,
    desk: DeskOf,
    caller: Reader,
    role: Annotated[Role, Query(description="The role that is looked at.")] = Role.MEASURE,
    least: Annotated[int, Query(ge=1, le=1_000_000, description="In at least so many reports.")] = 2,
) -> Response:
    """For each cluster the share of each year's reports with its interval, whether it rises or falls, its spread."""

    def answer() -> Response:
        with desk.clustered() as (generation, clustering):
            return reply(request, trends(generation, clustering, role, least=least), list[ClusterTrend])

    return await desk.work(answer)


@router.get("/recurring", response_model=list[Recurring], summary="Problems that come back")
async def recurring_problems(request: Request, desk: DeskOf, caller: Reader) -> Response:
    """Problem clusters that the same organ reports in two years or more, the most frequent first."""

    def answer() -> Response:
        with desk.clustered() as (generation, clustering):
            return reply(request, recurring(generation, clustering), list[Recurring])

    return await desk.work(answer)


@router.get("/outline", response_model=Coverage, summary="Which items of the official outline are reported on")
async def outline_coverage(
    request: Request, desk: DeskOf, caller: Reader, asked: Annotated[FilterFields, Query()]
) -> Response:
    """For each item of the outline the reports that mention it; for each report the items that it never mentions."""

    def answer() -> Response:
        with desk.clustered() as (generation, clustering):
            return reply(request, coverage(generation, clustering, asked.to_filter()), Coverage)

    return await desk.work(answer)
