"""Other people's programs talk to it: the official OpenAI client, an MCP client, our own Python client."""

from __future__ import annotations

import asyncio
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import embed
from embed.models.encoder import Encoder, Side
from service.client import Client, ServiceError
from tests.service.api.conftest import ROOT, Server

pytestmark = pytest.mark.model


def test_the_openai_client_gets_the_encoders_own_vectors(server: Server, encoder: Encoder) -> None:
    from openai import NotFoundError, OpenAI

    texts = ["人民调解", "行政执法人员不足"]
    with OpenAI(base_url=f"{server.url}/v1", api_key="none") as client:
        plain = client.embeddings.create(model=encoder.model, input=texts, encoding_format="float")
        packed = client.embeddings.create(model=encoder.model, input=texts)
        asked = client.embeddings.create(model=encoder.model, input=f"query: {texts[0]}", encoding_format="float")
        assert [model.id for model in client.models.list()] == [encoder.model]
        with pytest.raises(NotFoundError):
            client.embeddings.create(model="text-embedding-3-small", input="a")

    expected = encoder.encode(texts, side=Side.PASSAGE)
    np.testing.assert_allclose([row.embedding for row in plain.data], expected, atol=1e-3)
    np.testing.assert_allclose([row.embedding for row in packed.data], expected, atol=1e-3)
    np.testing.assert_allclose(asked.data[0].embedding, encoder.encode(texts[:1], side=Side.QUERY)[0], atol=1e-3)


def test_an_mcp_client_searches_reads_and_compares(seed_store: Path) -> None:
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client

    command = StdioServerParameters(
        command=sys.executable, args=["-m", "service.cli.main", "mcp", "--store", str(seed_store)], cwd=str(ROOT)
    )

    async def talk() -> None:
        async with stdio_client(command) as (reading, writing), ClientSession(reading, writing) as session:
            begun = await session.initialize()
            assert begun.server_info.version == embed.__version__
            tools = {tool.name: tool for tool in (await session.list_tools()).tools}
            assert set(tools) == {
                "search_passages",
                "compare_reports",
                "read_passage",
                "list_reports",
                "list_clusters",
                "read_cluster",
            }
            assert all(tool.description for tool in tools.values())

            async def call(name: str, **arguments: object) -> dict[str, object]:
                result = await session.call_tool(name, dict(arguments))
                text = result.content[0].text  # type: ignore[union-attr]
                assert not result.is_error, text
                return dict(json.loads(text))

            found = await call("search_passages", text="人民调解", k=3)
            hits = found["hits"]
            assert isinstance(hits, list)
            assert len({hit["citation"]["place"] for hit in hits}) == 3
            narrowed = await call("search_passages", text="人民调解", k=3, outline="20")
            assert 0 < narrowed["searched"] < found["searched"]  # type: ignore[operator]
            read = await call("read_passage", passage=hits[0]["passage"])
            assert read["passage"]["text"] == hits[0]["text"]  # type: ignore[index]
            compared = await call("compare_reports", a=hits[0]["report"], b=hits[1]["report"])
            assert compared["a"]["report"] == hits[0]["report"]  # type: ignore[index]
            clusters = await call("list_clusters", role="measure")
            assert clusters["clusters"]
            assert (await call("list_clusters", role="cause"))["total"] >= 0  # type: ignore[operator]
            refused = await session.call_tool("read_passage", {"passage": "nothing"})
            assert refused.is_error
            assert "nothing" in refused.content[0].text  # type: ignore[union-attr]

    with ThreadPoolExecutor(1) as apart:  # this thread has a running loop once a browser was driven from it
        apart.submit(asyncio.run, asyncio.wait_for(talk(), timeout=120)).result()


def test_the_python_client_gives_the_engines_own_types(server: Server) -> None:
    from service.similar import Kind, SimilarAnswer

    with Client(server.url) as client:
        answer = client.similar("人民调解", k=4, group_by="county")
        reports = list(client.reports(limit=2, only_reports=True))
        view = client.passage(answer.hits[0].passage)

        assert isinstance(answer, SimilarAnswer)
        assert answer.hits[0].kind is Kind.SIMILAR
        assert view.passage.text == answer.hits[0].text
        assert len({r.id for r in reports}) == len(reports) >= 5
        assert client.compare(reports[0].id, reports[1].id).a.report == reports[0].id
        assert client.report(reports[0].id).report == reports[0]
        assert client.clusters(role="measure").reports == len(reports)
        with pytest.raises(ServiceError, match="404") as refused:
            client.passage("nothing")
        assert refused.value.status == 404


def test_an_upload_becomes_a_generation_that_is_served_without_a_restart(server: Server, gold: Path) -> None:
    with Client(server.url) as client:
        before = client.similar("人民调解", k=1).generation
        job = client.wait(client.upload([gold / "dev" / "r07.txt"]), timeout=120)

        assert job.state == "done", job.message
        assert job.result is not None
        (document,) = job.result["documents"]
        for _ in range(100):
            if client.similar("人民调解", k=1).generation > before:
                break
        detail = client.report(document["id"])
        assert detail.report.file.endswith("/r07.txt")
        assert not detail.report.file.startswith("/")
        assert detail.source_length == len((gold / "dev" / "r07.txt").read_text(encoding="utf-8"))
        again = client.wait(client.upload([gold / "dev" / "r07.txt"]), timeout=120)
        assert again.result is not None
        assert (again.result["changed"], again.result["unchanged"]) == (False, 1)
        held = client.similar("人民调解", k=1).generation
        assert client.wait(client.remove(document["id"]), timeout=120).state == "done"
        for _ in range(100):
            if client.similar("人民调解", k=1).generation > held:
                break
        with pytest.raises(ServiceError, match="404"):
            client.report(document["id"])


def test_the_cluster_report_is_written_and_fetched(server: Server) -> None:
    with Client(server.url) as client:
        job = client.wait(client.start("report", formats=["html", "md", "json"]), timeout=180)

        assert job.state == "done", job.message
        assert [name.rsplit(".", 1)[1] for name in job.files] == ["html", "json", "md"]
        page = client.fetch(job, next(name for name in job.files if name.endswith(".html"))).decode()
        assert page[:15].lower() == "<!doctype html>"
        assert "普法" in page
        with pytest.raises(ServiceError, match="404"):
            client.fetch(job, "log.txt")


def test_a_job_tells_its_progress_and_can_be_cancelled(server: Server) -> None:
    with server.client() as client:
        job = client.post("/v1/jobs", json={"kind": "reindex"}).json()
        cancelled = client.delete(f"/v1/jobs/{job['id']}").json()
        states = []
        with client.stream("GET", f"/v1/jobs/{job['id']}/events") as events:
            for line in events.iter_lines():
                if line.startswith("data: "):
                    states.append(json.loads(line.removeprefix("data: "))["state"])

    assert cancelled["id"] == job["id"]
    assert states[-1] in ("cancelled", "done")
    assert set(states) <= {"queued", "running", "cancelled", "done"}


def test_corrections_hold_and_are_named(server: Server) -> None:
    with Client(server.url) as client, server.client() as browser:
        report = next(client.reports(q="荷塘镇")).id
        done = client.wait(client.correct(report, {"year": 2018}, why="封面写明"), timeout=120)
        assert done.state == "done", done.message
        form = {"do": "correct", "why": "核对公章", "year": "2018", "region": "440703", "level": "township"}
        sent = browser.post(f"/reports/{report}", data=form, headers={"accept": "text/html"})
        assert sent.status_code == 303
        job = client.wait(client.job(sent.headers["location"].rsplit("/", 1)[1]), timeout=120)
        assert job.state == "done", job.message
        for _ in range(200):
            line = client.report(report).report
            if line.region.code == "440703":
                break
        refused = client.wait(client.correct(report, {"region": "99"}, why="试"), timeout=120)

    assert (line.year, line.region.code, line.place) == (2018, "440703", "广东省江门市蓬江区")
    assert set(line.corrected) == {"year", "region"}
    assert refused.state == "failed"
    assert "99" in refused.message
