"""Generated requests over the whole OpenAPI document: no 5xx, no answer that the document does not describe."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.service.api.conftest import Server, start_server, stop_server, wait_until_ready

pytestmark = [pytest.mark.model, pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
EXAMPLES = 12
FEW = 6  # of requests that start a process each
CHECKS = [not_a_server_error, response_schema_conformance, content_type_conformance]
JOBS = {"POST /v1/jobs", "POST /v1/reports", "GET /v1/jobs/{job}/events"}  # start or watch processes


@schemathesis.serializer("application/x-ndjson")
def lines(_: object, value: object) -> bytes:
    return str(value).encode("utf-8", "replace")


def ask_everything(server: Server, wanted: Any, examples: int) -> list[str]:
    """Send generated requests to every operation whose label is wanted; their labels."""
    with server.client() as client:
        document = client.get("/v1/openapi.json").json()
    seen = []
    for result in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = result.ok()
        if not wanted(operation.label):
            continue
        seen.append(operation.label)

        @settings(
            max_examples=examples,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: schemathesis.Case) -> None:
            response = case.call(base_url=server.url)
            case.validate_response(response, checks=CHECKS)

        ask()
    return seen


def test_no_request_breaks_the_service(server: Server) -> None:
    assert len(ask_everything(server, lambda label: label not in JOBS, EXAMPLES)) >= 30


def test_no_request_for_long_work_breaks_the_service(seed_store: Path, tmp_path: Path) -> None:
    shutil.copytree(seed_store, tmp_path / "store")
    running = start_server(tmp_path / "store", tmp_path)
    try:
        with running.client() as client:
            wait_until_ready(client)
            assert set(ask_everything(running, JOBS.__contains__, FEW)) == JOBS
            started = client.get("/v1/jobs", params={"limit": 200}).json()
            for job in started:
                assert client.delete(f"/v1/jobs/{job['id']}").status_code == 200
            final = [events_of(client, job["id"]) for job in started]

            assert started
            assert {job["state"] for job in final} <= {"cancelled", "done", "failed"}
            assert all("unexpected" not in job["message"] for job in final)
            assert client.post("/v1/similar", json={"text": "人民调解", "k": 1}).status_code == 200
    finally:
        stop_server(running)


def events_of(client: httpx.Client, job: str) -> dict[str, Any]:
    """The last event of a job's stream, which ends when the job is final."""
    with client.stream("GET", f"/v1/jobs/{job}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        found = [line for line in answer.iter_lines() if line.startswith("data: ")]
    last: dict[str, Any] = json.loads(found[-1].removeprefix("data: "))
    return last
