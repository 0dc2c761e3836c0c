"""Pages to read in: reports, one report, regions, the map of passages."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from embed.structure.report import Role, Section
from service.api.access import DeskOf, Reader, caller_of
from service.api.keys import Scope
from service.api.listing import ReportQuery, list_reports
from service.api.problems import ProblemError
from service.api.readings import reading_of
from service.api.views import PassageLine, ReportDetail, report_detail
from service.similar import reuse
from service.web.frame import LEVELS, ROLES, render
from service.web.profile import profile
from service.web.projection import map_of
from service.web.regions import region_tree
from service.web.search import _digits, _year, region_codes

if TYPE_CHECKING:
    from service.api.desk import Desk

router = APIRouter()
PAGE = 50
REMOVALS = {
    "chrome": ("网页框架", "page chrome"),
    "publication_line": ("发布信息行", "publication line"),
    "clock": ("网页时钟", "page clock"),
    "page_number": ("页码", "page number"),
    "running_head": ("页眉", "running head"),
    "injected": ("植入广告", "injected advertising"),
    "pinyin_gloss": ("拼音注音", "pinyin gloss"),
    "invisible": ("不可见字符", "invisible character"),
    "line_break": ("硬换行", "hard line break"),
    "mojibake": ("乱码", "mojibake"),
    "table": ("表格成句", "table said in sentences"),
    "repeated": ("重复印出", "printed again"),
}
RELATIONS = {
    "own_earlier": ("本单位往年", "own earlier report"),
    "own_other": ("本单位其他报告", "own other report"),
    "upper": ("上级", "upper level"),
    "lower": ("下级", "lower level"),
    "neighbour": ("同一上级的邻近地区", "neighbour"),
    "elsewhere": ("其他地区", "elsewhere"),
}


@router.get("/reports")
async def reports(
    request: Request, desk: DeskOf, caller: Reader, q: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """The list of reports."""
    chosen, year = region_codes(request, "region"), _year(request.query_params.get("year"))
    asked = ReportQuery(
        q=q.strip() or None,
        region=chosen[:100],
        year_from=year,
        year_to=year,
        limit=PAGE,
        cursor=request.query_params.get("cursor"),
    )

    def answer() -> Response:
        with desk.generation() as generation:
            page = list_reports(generation, asked)
            tree = region_tree(generation)
        pairs = [(k, v) for k, v in request.query_params.multi_items() if k not in ("cursor", "lang")]
        following = f"/reports?{urlencode([*pairs, ('cursor', page.cursor)])}" if page.cursor else ""
        return render(request, "reports.html", page=page, q=q, chosen=chosen, year=year, tree=tree, next_page=following)

    return await desk.work(answer)


@dataclass(frozen=True, slots=True)
class FlowItem:
    """A heading or a passage, in document order; exactly one of them is there."""

    section: Section | None = None
    passage: PassageLine | None = None


def flow(detail: ReportDetail) -> list[FlowItem]:
    """Headings and passages by where they begin."""
    items = [(s.start, 0, FlowItem(section=s)) for s in detail.sections]
    items += [(p.start, 1, FlowItem(passage=p)) for p in detail.passages]
    return [item for _, _, item in sorted(items, key=lambda row: row[:2])]


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of the source text: `plain`, `removed`, or the role of the passage that it belongs to."""

    kind: str
    text: str
    note: str = ""


def segments(source: str, detail: ReportDetail, note: Any) -> list[Segment]:  # noqa: ANN401 - reason → words
    """Cut the source text where passages and removals begin and end; a removal wins over the passage around it."""
    cuts = {0, len(source)}
    for p in detail.passages:
        cuts |= {p.start, p.end}
    for r in detail.removals:
        cuts |= {r.start, r.end}
    borders = sorted(cut for cut in cuts if 0 <= cut <= len(source))
    passages, removals = sorted(detail.passages, key=lambda p: p.start), sorted(detail.removals, key=lambda r: r.start)
    result: list[Segment] = []
    at = gone = 0
    for start, end in pairwise(borders):
        while at < len(passages) and passages[at].end <= start:
            at += 1
        while gone < len(removals) and removals[gone].end <= start:
            gone += 1
        text = source[start:end]
        if gone < len(removals) and removals[gone].start <= start and text.strip():
            result.append(Segment("removed", text, note(removals[gone].reason)))
        elif at < len(passages) and passages[at].start <= start:
            result.append(Segment(str(passages[at].role), text))
        else:
            result.append(Segment("plain", text))
    return result


@router.get("/reports/{report}")
async def report_page(request: Request, report: str, desk: DeskOf, caller: Reader) -> Response:
    """One report to read, its source with what was cleaned away, or where its wording comes from."""
    view = request.query_params.get("view", "read")
    view = view if view in ("source", "reuse") else "read"
    return await desk.work(lambda: _report(request, desk, report, view))


def _report(request: Request, desk: Desk, report: str, view: str) -> Response:
    from service.api.language import language_of

    which = 0 if language_of(request) == "zh" else 1
    with desk.generation() as generation:
        detail = report_detail(desk.store, generation, report)
        used = reuse(generation, report) if view == "reuse" else None
        source = reading_of(desk.store, generation, generation.report_row(report)).source_text
    shown: list[Segment] = []
    if view == "source":
        shown = segments(source, detail, lambda reason: REMOVALS.get(str(reason), (str(reason),) * 2)[which])
    counted = Counter(str(p.role) for p in detail.passages)
    caller = caller_of(request)
    return render(
        request,
        "report.html",
        d=detail,
        view=view,
        used=used,
        segments=shown,
        flow=flow(detail),
        roles=list(ROLES),
        levels=list(LEVELS),
        counts=[(role, counted[role]) for role in map(str, Role) if counted[role]],
        removal_name=lambda reason: REMOVALS.get(str(reason), (str(reason),) * 2)[which],
        relation_name=lambda relation: RELATIONS.get(str(relation), (str(relation),) * 2)[which],
        may_write=caller is not None and caller.scope.allows(Scope.WRITE),
    )


@router.get("/regions")
async def regions(request: Request, desk: DeskOf, caller: Reader) -> Response:
    """Every place with reports, as a tree."""

    def answer() -> Response:
        with desk.generation() as generation:
            top = region_tree(generation)
            unknown = int((generation.reports.province == 0).sum())
        return render(request, "regions.html", top=top, unknown=unknown)

    return await desk.work(answer)


@router.get("/regions/{code}")
async def region(request: Request, code: str, desk: DeskOf, caller: Reader) -> Response:
    """What a place does, lacks, copies and repeats."""
    if not _digits(code):
        raise ProblemError(404, f"{code[:40]!r} is no division code")

    def answer() -> Response:
        with desk.clustered() as (generation, clustering):
            found = profile(generation, clustering, code)
        if found is None:
            raise ProblemError(404, f"no report is from a place with the code {code}")
        return render(request, "region.html", p=found)

    return await desk.work(answer)


@router.get("/map")
async def passage_map(request: Request, desk: DeskOf, caller: Reader) -> Response:
    """The passages as points: near ones say similar things."""
    role = request.query_params.get("role", "")
    chosen = role if role in ROLES else ""
    places = region_codes(request, "region")

    def answer() -> Response:
        with desk.generation() as generation:
            points = map_of(generation, chosen, places)
            tree = region_tree(generation)
        return render(request, "map.html", m=points, role=chosen, chosen=places, roles=list(ROLES), tree=tree)

    return await desk.work(answer)
