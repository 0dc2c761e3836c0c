"""The search page, one passage with who else wrote it, drafts, comparison, distinctive passages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from starlette.responses import Response

from embed.exceptions import BijianError, QueryError, StoreMissing
from embed.index import Filter
from embed.index.outline import ITEMS
from service.api.access import DeskOf, Reader
from service.api.desk import Desk
from service.api.problems import ProblemError
from service.api.uploads import documents, safe_name
from service.api.views import passage_view, report_line
from service.clusters.outline import outline
from service.similar import GroupBy, SimilarAnswer, SimilarQuery, check_draft, compare, distinctive, find_similar
from service.web.frame import LEVELS, ROLES, render, said
from service.web.regions import region_tree

router = APIRouter()
GROUPS = (
    ("county", "按县区", "by county"),
    ("city", "按市", "by city"),
    ("province", "按省", "by province"),
    ("report", "按报告", "by report"),
    ("year", "按年份", "by year"),
    ("none", "不分组", "ungrouped"),
)
EXAMPLES = (
    ("人民调解化解矛盾纠纷", "people's mediation of disputes"),
    ("行政执法人员不足怎么解决", "shortage of law enforcement staff"),
    ("村居法律顾问", "legal advisers in villages"),
    ("党政主要负责人述法", "leaders report on their duties under the law"),
)
RESULTS = 10
MOST_REGIONS = 500


@dataclass
class SearchForm:
    """What the search form holds; text that is no number or choice is passed over."""

    region: list[str] = field(default_factory=list)
    not_region: list[str] = field(default_factory=list)
    year_from: int | None = None
    year_to: int | None = None
    role: list[str] = field(default_factory=list)
    level: list[str] = field(default_factory=list)
    outline: list[str] = field(default_factory=list)
    group_by: str = "county"
    cursor: str | None = None

    @property
    def count(self) -> int:
        """How many filters are set."""
        years = self.year_from or self.year_to
        return sum(map(bool, (self.region, self.not_region, years, self.role, self.level, self.outline)))

    @property
    def any(self) -> bool:
        """A filter is set."""
        return self.count > 0

    @classmethod
    def read(cls, request: Request) -> SearchForm:
        given = request.query_params
        group = given.get("group_by", "county")
        return cls(
            region=region_codes(request, "region"),
            not_region=region_codes(request, "not_region"),
            year_from=_year(given.get("year_from")),
            year_to=_year(given.get("year_to")),
            role=[value for value in given.getlist("role") if value in ROLES],
            level=[value for value in given.getlist("level") if value in LEVELS],
            outline=list(dict.fromkeys(code for code in given.getlist("outline") if code in ITEMS)),
            group_by=group if group in list(GroupBy) else "county",
            cursor=given.get("cursor"),
        )

    def to_filter(self) -> Filter:
        return Filter.parse(
            {
                "regions": self.region,
                "exclude_regions": self.not_region,
                "year_from": self.year_from,
                "year_to": self.year_to,
                "roles": self.role,
                "levels": self.level,
                "outline": self.outline,
            }
        )


def region_codes(request: Request, name: str) -> list[str]:
    """The division codes that a form sent under a name; what is none is passed over."""
    return list(dict.fromkeys(code for code in map(_digits, request.query_params.getlist(name)[:MOST_REGIONS]) if code))


def _digits(text: str | None) -> str:
    return text if text and text.isascii() and text.isdigit() and len(text) in (2, 4, 6, 9) else ""


def _year(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and 1949 <= int(text[:5]) < 2200 else None


@router.get("/")
async def search(
    request: Request, desk: DeskOf, caller: Reader, q: Annotated[str, Query(max_length=4000)] = ""
) -> Response:
    """The search form, and the answer when something is asked."""
    form = SearchForm.read(request)
    return await desk.work(lambda: _search(request, desk, q.strip(), form))


def _search(request: Request, desk: Desk, q: str, form: SearchForm) -> Response:
    answer: SimilarAnswer | None = None
    error: str | None = None
    regions: tuple[Any, ...] = ()
    try:
        with desk.searching() as generation:
            regions = region_tree(generation)
            if q:
                query = SimilarQuery(
                    text=q,
                    k=RESULTS,
                    where=form.to_filter(),
                    group_by=GroupBy(form.group_by),
                    per_group=2,
                    cursor=form.cursor,
                )
                answer = find_similar(generation, desk.encoder, query)
    except StoreMissing:
        pass
    except QueryError as problem:
        error = " ".join(part for part in (said(request, problem), problem.hint) if part)
    pairs = [(k, v) for k, v in request.query_params.multi_items() if k not in ("cursor", "lang")]
    return render(
        request,
        "search.html",
        q=q,
        f=form,
        answer=answer,
        error=error,
        regions=regions,
        roles=list(ROLES),
        levels=list(LEVELS),
        outline=outline(),
        group_choices=GROUPS,
        examples=EXAMPLES,
        next_page="/?" + urlencode([*pairs, ("cursor", answer.cursor)]) if answer and answer.cursor else "",
    )


@router.get("/passages/{passage}")
async def passage_page(request: Request, passage: str, desk: DeskOf, caller: Reader) -> Response:
    """One passage with its surroundings, and who else wrote something like it."""

    def answer() -> Response:
        with desk.searching() as generation:
            view = passage_view(desk.store, generation, passage)
            query = SimilarQuery(passage=passage, k=12, group_by=GroupBy.COUNTY, exclude_same_report=True)
            found = find_similar(generation, None, query)
        return render(request, "passage.html", view=view, answer=found)

    return await desk.work(answer)


@router.get("/check")
async def check_form(request: Request, desk: DeskOf, caller: Reader) -> Response:
    """The form for a draft."""
    return await desk.work(lambda: render(request, "check.html", text="", answer=None, error=None))


@router.post("/check")
async def check(
    request: Request,
    desk: DeskOf,
    caller: Reader,
    text: Annotated[str, Form(max_length=500_000)] = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Check a pasted or sent draft; nothing of it is kept."""
    data = await file.read() if file is not None and file.filename else b""
    name = safe_name(file.filename) if file is not None else ""

    def answer() -> Response:
        draft, found, error = text, None, None
        try:
            if data:
                draft = "\n".join(document.text for document in documents(data, name))
            if draft.strip():
                with desk.generation() as generation:
                    found = check_draft(generation, desk.encoder, draft)
        except (QueryError, BijianError) as problem:
            error = said(request, problem)
        shown = draft if len(draft) <= 20_000 else ""
        return render(request, "check.html", text=shown, answer=found, error=error)

    return await desk.work(answer)


@router.get("/compare")
async def compare_page(
    request: Request,
    desk: DeskOf,
    caller: Reader,
    a: Annotated[str, Query(max_length=40)] = "",
    b: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Choose two reports; see them side by side."""

    def answer() -> Response:
        found, error = None, None
        with desk.generation() as generation:
            try:
                if a and b:
                    found = compare(generation, a, b)
            except (QueryError, ProblemError) as problem:
                error = str(problem)
            count = min(len(generation.reports), 2000)
            choices = [report_line(generation.report_at(row)) for row in range(count)]
            texts = {}
            if found is not None:
                ids = [*found.only_a, *found.only_b]
                rows = [generation.row_of(i) for i in ids]
                texts = {p.id: p for p in generation.passages_at(rows)}
        choices.sort(key=lambda line: (line.place, line.year or 0, line.id))
        return render(request, "compare.html", a=a, b=b, answer=found, error=error, choices=choices, texts=texts)

    return await desk.work(answer)


@router.get("/distinctive")
async def distinctive_page(
    request: Request, desk: DeskOf, caller: Reader, report: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """What nobody else does."""

    def answer() -> Response:
        with desk.generation() as generation:
            found = distinctive(generation, report or None, k=50)
            nearest = [p.nearest for p in found.passages if p.nearest]
            rows = generation.passages.report[[generation.row_of(name) for name in nearest]].tolist() if nearest else []
            lines = [report_line(generation.report_at(row)) for row in rows]
        places = {name: f"{line.place} {line.year or ''}".strip() for name, line in zip(nearest, lines, strict=True)}
        return render(request, "distinctive.html", answer=found, report=report, places=places)

    return await desk.work(answer)
