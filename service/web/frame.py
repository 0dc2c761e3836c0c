"""What every page shares: templates, words, the menu, errors as pages."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
from fastapi import Request
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, RedirectResponse, Response

import embed
from embed.exceptions import BijianError
from embed.structure.report import Level, Role
from service.api.access import COOKIE
from service.api.facts import StoreFacts, store_facts
from service.api.language import Language, language_of
from service.api.views import ReportLine
from service.similar import ReportCard

__all__ = ["FOLDER", "LEVELS", "ROLES", "error_page", "render", "said", "wants_page"]

FOLDER = Path(__file__).parent
MENU = (
    ("/", "检索", "Search"),
    ("/clusters", "聚类", "Clusters"),
    ("/outline", "纲要", "Outline"),
    ("/reports", "报告", "Reports"),
    ("/regions", "地区", "Regions"),
    ("/map", "地图", "Map"),
    ("/compare", "对比", "Compare"),
    ("/check", "草稿核对", "Check"),
    ("/upload", "上传", "Upload"),
    ("/jobs", "任务与下载", "Jobs"),
)
ROLES: dict[str, tuple[str, str]] = {
    Role.MEASURE: ("举措", "measure"),
    Role.PROBLEM: ("问题", "problem"),
    Role.CAUSE: ("原因", "cause"),
    Role.PLAN: ("打算", "plan"),
    Role.LEADERSHIP: ("第一责任人履职", "leadership"),
    Role.BACKGROUND: ("背景", "background"),
}
LEVELS: dict[str, tuple[str, str]] = {
    Level.PROVINCE: ("省", "province"),
    Level.CITY: ("市", "city"),
    Level.COUNTY: ("县区", "county"),
    Level.TOWNSHIP: ("乡镇街道", "township"),
    Level.DEPARTMENT: ("部门", "department"),
}
KINDS = {
    "verbatim": ("照抄", "verbatim copy"),
    "edited": ("改写", "edited copy"),
    "similar": ("相似", "similar"),
}
DOCUMENTS = {
    "report": ("年度报告", "annual report"),
    "half_year": ("半年报告", "half-year report"),
    "five_year": ("五年报告", "five-year report"),
    "述法": ("述法报告", "duty report"),
    "plan": ("方案或要点", "plan"),
    "news": ("新闻", "news"),
    "interpretation": ("解读", "interpretation"),
    "template": ("范文", "template"),
    "other": ("其他文件", "other"),
}
JOBS = {
    "index": ("编入报告", "Take reports in"),
    "reindex": ("重新编制索引", "Re-index"),
    "recluster": ("重新聚类", "Recluster"),
    "report": ("聚类报告", "Cluster report"),
    "correct": ("更正", "Correction"),
    "remove": ("移除", "Removal"),
}
STATES = {
    "queued": ("等待中", "waiting"),
    "running": ("进行中", "running"),
    "done": ("完成", "done"),
    "failed": ("失败", "failed"),
    "cancelled": ("已取消", "cancelled"),
}


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _named(table: dict[str, tuple[str, str]], lang: Language, key: object) -> str:
    names = table.get(str(key))
    return names[0 if lang == "zh" else 1] if names else str(key)


def outside(url: str) -> Markup:
    """A link to a page elsewhere, for http addresses alone: a report may hold any scheme."""
    shown = escape(url if len(url) <= 60 else url[:57] + "…")
    if not url.startswith(("http://", "https://")):
        return shown
    return Markup('<a href="{0}" rel="noopener noreferrer nofollow">{1}</a>').format(url, shown)


def said(request: Request, problem: BijianError) -> str:
    """What went wrong, for the page: Chinese first unless the reader asked for English."""
    return problem.message if language_of(request) == "en" else problem.bilingual


def heading_of(report: ReportLine | ReportCard) -> str:
    """A report's title, else its place and year, else the name of its file."""
    if report.title:
        return report.title
    place = f"{report.place}{report.year or ''}" if report.place else ""
    return place or report.file.rsplit("/", 1)[-1]


def facts_of(request: Request) -> StoreFacts | None:
    """Counts of the current generation, None while there is none."""
    try:
        with request.app.state.desk.generation() as generation:
            return _facts(generation)
    except BijianError:
        return None


@functools.lru_cache(maxsize=2)
def _facts(generation: Any) -> StoreFacts:  # noqa: ANN401 - a Generation; kept while it is one of the last two
    return store_facts(generation)


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:  # noqa: ANN401
    """One page. `t(zh, en)` in templates chooses the language; everything else is escaped."""
    lang = language_of(request)
    html = (
        _environment()
        .get_template(template)
        .render(
            lang=lang,
            t=lambda zh, en: zh if lang == "zh" else en,
            role_name=functools.partial(_named, ROLES, lang),
            level_name=functools.partial(_named, LEVELS, lang),
            kind_name=functools.partial(_named, KINDS, lang),
            document_name=functools.partial(_named, DOCUMENTS, lang),
            job_name=functools.partial(_named, JOBS, lang),
            state_name=functools.partial(_named, STATES, lang),
            percent=lambda share: f"{share * 100:.0f}%",
            outside=outside,
            heading_of=heading_of,
            menu=MENU,
            here=request.url.path,
            version=embed.__version__,
            facts=facts_of(request),
            other_language=_other_language(request, lang),
            signed_in=COOKIE in request.cookies,
            **context,
        )
    )
    response = HTMLResponse(html, status_code=status, headers={"cache-control": "private, no-cache"})
    if request.query_params.get("lang") in ("zh", "en"):
        response.set_cookie("lang", lang, max_age=31_536_000, samesite="lax", httponly=True)
    return response


def _other_language(request: Request, lang: Language) -> str:
    # A page that answers a POST has no address of its own: the switch leads to the empty form then.
    query = request.query_params if request.method == "GET" else {}
    pairs = [(k, v) for k, v in (query.multi_items() if hasattr(query, "multi_items") else []) if k != "lang"]
    return f"{request.url.path}?{urlencode([*pairs, ('lang', 'en' if lang == 'zh' else 'zh')])}"


def wants_page(request: Request) -> bool:
    """A browser that asks for a page, not a program that asks for JSON."""
    path = request.url.path
    machine = path.startswith(("/v1/", "/static/")) or path in ("/healthz", "/readyz", "/metrics", "/v1")
    return not machine and "text/html" in request.headers.get("accept", "")


def error_page(request: Request, status: int, heading: str, detail: str, hint: str | None, request_id: str) -> Response:
    """A refusal or failure as a page; without a key, the way to sign in."""
    if status == 401:
        return RedirectResponse(f"/sign-in?next={request.url.path}", status_code=303)
    return render(
        request, "message.html", status=status, heading=heading, detail=detail, hint=hint, request_id=request_id
    )
