"""A small Python client of the service: the same types that the engine has, over HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import httpx
from pydantic import TypeAdapter

from embed.exceptions import BijianError, QueryError
from service.api.cluster_views import ClusterDetail, ClusterList
from service.api.jobs import Job
from service.api.views import PassageView, ReportDetail, ReportLine, ReportPage
from service.similar import CompareAnswer, DraftAnswer, ReuseAnswer, SimilarAnswer

__all__ = ["Client", "ServiceError"]

T = TypeVar("T")
LOOK = 0.3  # seconds between two looks at a job


class ServiceError(BijianError):
    """The service refused or failed; `status` is the HTTP status, `problem` the whole answer."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        detail = problem.get("detail") or problem.get("title") or f"HTTP {status}"
        super().__init__(f"{status}: {detail}", hint=problem.get("hint"))
        self.status = status
        self.problem = problem


class Client:
    """One service. Use it as a context manager, or close it.

    url: such as http://127.0.0.1:8765. key: an API key, where the service asks for one. timeout: seconds.
    """

    def __init__(self, url: str = "http://127.0.0.1:8765", *, key: str | None = None, timeout: float = 60.0) -> None:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=timeout)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def similar(self, text: str | None = None, *, passage: str | None = None, **options: Any) -> SimilarAnswer:  # noqa: ANN401
        """Similar passages; `options` are the fields of `POST /v1/similar` (k, where, group_by …)."""
        asked = {"text": text, "passage": passage, **options}
        asked = {name: value for name, value in asked.items() if value is not None}
        return self._ask(SimilarAnswer, "POST", "/v1/similar", json=asked)

    def passage(self, passage: str) -> PassageView:
        return self._ask(PassageView, "GET", f"/v1/passages/{passage}")

    def report(self, report: str) -> ReportDetail:
        return self._ask(ReportDetail, "GET", f"/v1/reports/{report}")

    def reports(self, **filters: Any) -> Iterator[ReportLine]:  # noqa: ANN401
        """Every report that the filters of `GET /v1/reports` keep, page after page."""
        cursor: str | None = None
        while True:
            asked = {**filters, **({"cursor": cursor} if cursor else {})}
            page = self._ask(ReportPage, "GET", "/v1/reports", params=asked)
            yield from page.reports
            if page.cursor is None:
                return
            cursor = page.cursor

    def compare(self, a: str, b: str) -> CompareAnswer:
        return self._ask(CompareAnswer, "POST", "/v1/compare", json={"a": a, "b": b})

    def reuse(self, report: str) -> ReuseAnswer:
        return self._ask(ReuseAnswer, "GET", f"/v1/reports/{report}/reuse")

    def check(self, text: str, *, k: int = 3) -> DraftAnswer:
        """Check a draft; the service keeps nothing of it."""
        return self._ask(DraftAnswer, "POST", "/v1/check", json={"text": text, "k": k})

    def clusters(self, *, role: str | None = None, min_reports: int = 1) -> ClusterList:
        asked = {"min_reports": min_reports, **({"role": role} if role else {})}
        return self._ask(ClusterList, "GET", "/v1/clusters", params=asked)

    def cluster(self, cluster: str) -> ClusterDetail:
        return self._ask(ClusterDetail, "GET", f"/v1/clusters/{cluster}")

    def upload(self, paths: Iterable[Path]) -> Job:
        """Send files into the store; wait for the job to see what became of them."""
        files = [("files", (path.name, path.read_bytes())) for path in paths]
        if not files:
            raise QueryError("at least one file was expected, none came.")
        return self._ask(Job, "POST", "/v1/reports", files=files)

    def remove(self, report: str) -> Job:
        """Take a report out of the store."""
        return self._ask(Job, "DELETE", f"/v1/reports/{report}")

    def correct(self, report: str, fields: dict[str, str | int | None], *, why: str) -> Job:
        """Correct metadata fields; a region is given by its division code."""
        return self._ask(Job, "PATCH", f"/v1/reports/{report}", json={"fields": fields, "why": why})

    def job(self, job: str) -> Job:
        return self._ask(Job, "GET", f"/v1/jobs/{job}")

    def start(self, kind: str, **options: Any) -> Job:  # noqa: ANN401
        """Start a job: `reindex`, `recluster` or `report` (formats, where, lang)."""
        return self._ask(Job, "POST", "/v1/jobs", json={"kind": kind, **options})

    def wait(self, job: Job, *, timeout: float = 600.0) -> Job:
        """Wait until a job is final; TimeoutError when it is not by then."""
        end = time.monotonic() + timeout
        while not job.state.is_final:
            if time.monotonic() > end:
                raise TimeoutError(f"job {job.id} is still {job.state} after {timeout:g} s")
            time.sleep(LOOK)
            job = self.job(job.id)
        return job

    def fetch(self, job: Job, name: str) -> bytes:
        """A file that a job made."""
        return self._send("GET", f"/v1/jobs/{job.id}/files/{name}").content

    def _ask(self, kind: type[T], method: str, path: str, **options: Any) -> T:  # noqa: ANN401
        answer: T = TypeAdapter(kind).validate_json(self._send(method, path, **options).content)
        return answer

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401
        response = self._http.request(method, path, **options)
        if response.is_error:
            try:
                problem = response.json()
            except ValueError:
                problem = {}
            raise ServiceError(response.status_code, problem if isinstance(problem, dict) else {})
        return response
