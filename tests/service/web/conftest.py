"""Headless Chromium on a real server process."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from embed.models.encoder import Encoder
from tests.service.api.conftest import Server, seed_store, start_server, stop_server, wait_until_ready

__all__ = ["seed_store"]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def site(seed_store: Path, encoder: Encoder, gold: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on the seeds and some annotated reports, so that clusters and copies show."""
    from embed.index import Store
    from embed.pipeline import index_files

    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(seed_store, folder / "store")
    index_files(Store.open(folder / "store"), sorted((gold / "dev").glob("r0[0-5].txt")), encoder)
    running = start_server(folder / "store", folder)
    with running.client() as client:
        wait_until_ready(client)
        assert client.get("/v1/clusters").status_code == 200
    yield running
    stop_server(running)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    assert executable, "Chromium is needed: apt-get install chromium fonts-noto-cjk"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def new_page(browser: Browser, site: Server) -> Iterator[Callable[..., Page]]:
    """Makes pages; in the end, no page may have complained on its console or broken its content policy."""
    pages: list[Page] = []
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    def make(**options: object) -> Page:
        context = browser.new_context(base_url=site.url, locale="zh-CN", **options)  # type: ignore[arg-type]
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        pages.append(page)
        return page

    yield make
    for page in pages:
        page.context.close()
    assert complaints == []


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()
