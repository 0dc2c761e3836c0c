"""Pages of clusters: common measures, recurring problems, one cluster with its passages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from embed.index import Filter
from embed.structure.report import Role
from service.api.access import DeskOf, Reader, Writer, caller_of
from service.api.cluster_views import cluster_detail, cluster_list, cluster_passages, found_cluster
from service.api.keys import Scope
from service.api.problems import ProblemError
from service.api.statistics import cluster_trend
from service.api.views import report_line
from service.clusters.editing import merge, pin, rename_cluster, split, unpin
from service.web.coverage import cover, uncovered
from service.web.frame import ROLES, render
from service.web.regions import region_tree
from service.web.search import _year, region_codes

if TYPE_CHECKING:
    from service.clusters import Cluster

router = APIRouter()
PAGE = 50


@router.get("/clusters")
async def clusters(
    request: Request,
    desk: DeskOf,
    caller: Reader,
    role: Annotated[str, Query(max_length=20)] = "measure",
    least: Annotated[int, Query(ge=1, le=10_000)] = 2,
) -> Response:
    """The clusters of one role, the most widespread first."""
    chosen = role if role in ROLES else "measure"

    def answer() -> Response:
        with desk.clustered() as (_, clustering):
            found = cluster_list(clustering, [Role(chosen)], least=least)
            tabs = [str(r) for r in clustering.roles]
        groups = {g.id: g.name for g in found.groups}
        return render(request, "clusters.html", c=found, role=chosen, least=least, tabs=tabs, groups=groups)

    return await desk.work(answer)


@router.get("/outline")
async def outline_page(request: Request, desk: DeskOf, caller: Reader) -> Response:
    """The official outline held against the reports."""
    chosen, year = region_codes(request, "region"), _year(request.query_params.get("year"))

    def answer() -> Response:
        with desk.clustered() as (generation, clustering):
            tree = region_tree(generation)
            covered = cover(generation, clustering, Filter(regions=tuple(chosen), year_from=year, year_to=year))
        never, official = uncovered(covered)
        return render(
            request,
            "outline.html",
            covered=covered,
            never=never,
            official=official,
            of=covered[0].items[0].reports.of,
            tree=tree,
            regions_chosen=chosen,
            year=year,
        )

    return await desk.work(answer)


def year_bars(cluster: Cluster) -> list[tuple[str, int, int, float]]:
    """(year, reports with it, reports of that year, share) in the order of years, known years alone."""
    return [(str(year), c.number, c.of, c.share) for year, c in sorted(cluster.years.items()) if year]


@router.get("/clusters/{cluster}")
async def cluster_page(
    request: Request,
    cluster: str,
    desk: DeskOf,
    caller: Reader,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """One cluster: how widespread it is, since when, and every passage of it."""

    def answer() -> Response:
        with desk.clustered() as (generation, clustering):
            found = found_cluster(clustering, cluster)
            detail = cluster_detail(generation, clustering, cluster)
            ids = found.passages[(page - 1) * PAGE : page * PAGE]
            members = cluster_passages(generation, found, ids)
            others = [c for c in clustering.roles[found.role].clusters if c.id != found.id]
            spread = cluster_trend(generation, found)
            rows = map(generation.report_row, spread.first_reports[:5])
            first = [report_line(generation.report_at(row)) for row in rows]
        asking = caller_of(request)
        return render(
            request,
            "cluster.html",
            d=detail,
            c=found,
            years=year_bars(found),
            spread=spread,
            first=first,
            members=members,
            page=page,
            pages=-(-len(found.members) // PAGE),
            others=[(c.id, c.name) for c in others],
            may_write=asking is not None and asking.scope.allows(Scope.WRITE),
        )

    return await desk.work(answer)


@router.post("/clusters/{cluster}")
async def change_cluster(
    request: Request,
    cluster: str,
    desk: DeskOf,
    caller: Writer,
    do: Annotated[str, Form(max_length=20)],
    name: Annotated[str, Form(max_length=60)] = "",
    other: Annotated[str, Form(max_length=40)] = "",
    passages: Annotated[list[str] | None, Form(max_length=10_000)] = None,
) -> Response:
    """Rename, merge, split or pin a cluster; it is recorded and holds after a re-index."""

    def change() -> Response:
        clustering = desk.clustering()
        found_cluster(clustering, cluster)
        shown = cluster
        if do == "rename":
            rename_cluster(desk.store, clustering, cluster, name)
        elif do == "merge":
            found_cluster(clustering, other)
            merge(desk.store, clustering, cluster, [other])
        elif do == "split":
            shown = split(desk.store, clustering, cluster, passages or [])
        elif do in ("pin", "unpin"):
            (pin if do == "pin" else unpin)(desk.store, clustering, cluster)
        else:
            raise ProblemError(422, "rename, merge, split, pin or unpin was expected")
        desk.ledger.audit(caller.name, f"cluster-{do}", shown, request=request.state.request_id)
        return RedirectResponse(f"/clusters/{shown}", status_code=303)

    return await desk.work(change)
