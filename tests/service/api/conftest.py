"""A store of the seeds, an app on it in this process, and a real server process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from embed.index import Store
from embed.models.encoder import Encoder
from embed.pipeline import index_files
from service.api import create_app
from service.settings import Settings

ROOT = Path(__file__).parent.parent.parent.parent
PATIENCE = 90.0


@pytest.fixture(scope="session")
def seed_store(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder, seeds: Path) -> Path:
    """A store of the five seeds, indexed once; copy it before writing to it."""
    path = tmp_path_factory.mktemp("seeds") / "store"
    store = Store.open(path, create=True)
    index_files(store, [seeds], encoder)
    return path


@pytest.fixture(scope="session")
def settings(seed_store: Path) -> Settings:
    return replace(Settings.read(environment={}), store=seed_store, port=0, rate_limit=0)


@pytest.fixture(scope="session")
def client(settings: Settings) -> Iterator[TestClient]:
    """The app in this process, warm, with nobody's keys."""
    app = create_app(settings)
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        wait_until_ready(client)
        yield client


def wait_until_ready(client: TestClient | httpx.Client) -> None:
    end = time.monotonic() + PATIENCE
    while client.get("/readyz").status_code != 200:
        assert time.monotonic() < end, client.get("/readyz").text
        time.sleep(0.05)


@dataclass
class Server:
    """A real `bijian serve` process."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def client(self, **options: object) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, trust_env=False, **options)  # type: ignore[arg-type]


def start_server(store: Path, folder: Path, *flags: str, rate_limit: int = 0) -> Server:
    folder.mkdir(parents=True, exist_ok=True)
    port_file, log = folder / "port", folder / "log"
    command = [sys.executable, "-m", "service.cli.main", "serve", "--port", "0", "--store", str(store)]
    environment = {**os.environ, "BIJIAN_RATE_LIMIT": str(rate_limit), "BIJIAN_PATIENCE_S": "2"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--port-file", str(port_file), *flags],
            stdout=output,
            stderr=output,
            cwd=ROOT,
            env=environment,
        )
    end = time.monotonic() + PATIENCE
    while not port_file.exists():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.05)
    return Server(process, f"http://127.0.0.1:{port_file.read_text()}", log)


def stop_server(server: Server) -> int:
    server.process.terminate()
    return server.process.wait(timeout=40)


@pytest.fixture(scope="session")
def server(seed_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server process on a copy of the seeds, which tests may write to."""
    folder = tmp_path_factory.mktemp("server")
    shutil.copytree(seed_store, folder / "store")
    running = start_server(folder / "store", folder, "--log-format", "json")
    with running.client() as client:
        wait_until_ready(client)
    yield running
    stop_server(running)
