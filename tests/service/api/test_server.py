"""A real server process answers truly over HTTP."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.service.api.conftest import ROOT, Server, start_server, stop_server, wait_until_ready

pytestmark = pytest.mark.model


def test_similar_passages_come_from_several_regions_with_exact_citations(server: Server) -> None:
    with server.client() as client:
        answer = client.post("/v1/similar", json={"text": "人民调解", "k": 3, "group_by": "county"}).json()

        assert len(answer["groups"]) == 3
        assert len({group["key"] for group in answer["groups"]}) == 3
        for group in answer["groups"]:
            hit = group["hits"][0]
            passage = client.get(f"/v1/passages/{hit['passage']}").json()
            source = client.get(f"/v1/reports/{hit['report']}/source").text
            assert "纠纷" in passage["passage"]["text"] or "调解" in passage["passage"]["text"]
            assert source[hit["citation"]["start"] : hit["citation"]["end"]] == passage["source"]


def test_reports_are_the_five_seeds(server: Server) -> None:
    with server.client() as client:
        page = client.get("/v1/reports?only_reports=true").json()

    assert page["total"] == 5
    assert {report["place"] for report in page["reports"]} >= {"四川省遂宁市安居区", "湖南省怀化市辰溪县潭湾镇"}


def test_clusters_name_their_denominator(server: Server) -> None:
    with server.client() as client:
        found = client.get("/v1/clusters?role=measure&min_reports=3").json()

    assert found["reports"] == 5
    assert found["clusters"]
    for cluster in found["clusters"]:
        assert cluster["reports"]["of"] == 5
        assert cluster["reports"]["number"] >= 3


def test_the_log_has_request_ids_and_no_report_text(server: Server) -> None:
    with server.client() as client:
        client.get("/", params={"q": "独一无二的查询文字"}, headers={"x-request-id": "seen-in-log-1"})
        client.post("/v1/similar", json={"text": "独一无二的查询文字"}, headers={"x-request-id": "seen-in-log-2"})
    end = time.monotonic() + 10
    while '"seen-in-log-2"' not in (log := server.log.read_text()):
        assert time.monotonic() < end
        time.sleep(0.05)

    lines = [json.loads(line) for line in log.splitlines() if '"seen-in-log-' in line]
    assert [line["route"] for line in lines] == ["/", "/v1/similar"]
    assert "独一无二" not in log


def test_the_log_names_the_trace_that_a_request_belongs_to(server: Server) -> None:
    trace, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    sent = {
        "trace-1": f"00-{trace}-{parent}-01",
        "trace-2": f"00-{trace.upper()}-{parent}-01",
        "trace-3": f"00-{'0' * 32}-{parent}-01",
        "trace-4": f"00-{trace}-{parent}-01 forged=line",
    }
    with server.client() as client:
        for name, value in sent.items():
            client.get("/healthz", headers={"x-request-id": name, "traceparent": value})
    end = time.monotonic() + 10
    while '"trace-4"' not in (log := server.log.read_text()):
        assert time.monotonic() < end
        time.sleep(0.05)

    lines = {line["request_id"]: line for line in map(json.loads, (x for x in log.splitlines() if '"trace-' in x))}
    assert {name: line.get("trace_id") for name, line in lines.items()} == {
        "trace-1": trace,
        "trace-2": None,
        "trace-3": None,
        "trace-4": None,
    }


def test_a_request_without_a_whole_head_is_cut_off(server: Server) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as slow:
        slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Half: ")
        began = time.monotonic()
        assert slow.recv(100) == b""

    assert time.monotonic() - began > 1.5  # it is given its time; the socket's own limit bounds the wait


def test_a_body_that_stops_coming_is_answered_408(server: Server) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as slow:
        slow.sendall(
            b"POST /v1/similar HTTP/1.1\r\nHost: localhost\r\ncontent-type: application/json\r\n"
            b'content-length: 1000\r\n\r\n{"text"'
        )
        answer = slow.recv(1000)

    assert answer.startswith(b"HTTP/1.1 408")


def test_shutting_down_finishes_the_requests_that_run(seed_store: Path, tmp_path: Path) -> None:
    shutil.copytree(seed_store, tmp_path / "store")
    running = start_server(tmp_path / "store", tmp_path)
    lines = "".join(json.dumps({"id": str(i), "text": f"人民调解{i}"}) + "\n" for i in range(40))
    with running.client() as client:
        wait_until_ready(client)
        with client.stream("POST", "/v1/similar/batch", content=lines.encode()) as answer:
            answers = answer.iter_lines()
            seen = [next(answers)]
            running.process.terminate()
            seen += answers

    assert [json.loads(line)["id"] for line in seen] == [str(i) for i in range(40)]
    assert running.process.wait(timeout=40) == 0


def test_without_keys_only_this_machine_is_served(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "service.cli.main", "serve", "--host", "0.0.0.0", "--port", "0"]
    ended = subprocess.run([*command, "--store", str(tmp_path / "s")], cwd=ROOT, capture_output=True, text=True)

    assert ended.returncode == 2
    assert "only this machine" in ended.stderr
    assert "bijian keys create" in ended.stderr


def test_several_processes_share_one_socket_and_one_store(seed_store: Path, tmp_path: Path) -> None:
    shutil.copytree(seed_store, tmp_path / "store")
    running = start_server(tmp_path / "store", tmp_path, "--workers", "2")
    try:
        with running.client() as client:
            wait_until_ready(client)
        answers = []
        for _ in range(8):  # a connection each, so that both processes are asked
            with running.client() as client:
                wait_until_ready(client)
                answers.append(client.post("/v1/similar", json={"text": "人民调解", "k": 3}).json()["hits"])
        with running.client() as client:
            counted = client.get("/metrics").text

        assert answers == [answers[0]] * 8
        assert 'bijian_requests_total{method="POST",route="/v1/similar",status="200"} 8.0' in counted
    finally:
        stop_server(running)
