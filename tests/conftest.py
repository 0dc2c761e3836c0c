"""Fixtures that every test may use. The real model is loaded once a session."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from embed.models.encoder import Encoder

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def seeds() -> Path:
    return ROOT / "seeds"


@pytest.fixture(scope="session")
def gold() -> Path:
    return ROOT / "tests" / "gold"


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The real default model on the engine that the product chooses by itself, from the user's own cache."""
    from embed.models import open_encoder, read_models
    from service.settings import Settings

    settings = Settings.read(environment=None)
    return open_encoder(
        read_models(settings.models_file)[settings.model],
        cache=settings.cache,
        engine=settings.engine,
        threads=settings.threads,
    )


_skipped: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything must run (CI is set), a skipped test is a failed run."""
    if os.environ.get("CI") and _skipped:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if os.environ.get("CI") and _skipped:
        terminalreporter.write_line(f"skipped where nothing may skip: {', '.join(_skipped)}", red=True)
