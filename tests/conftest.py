"""What tests of several rooms share."""

from __future__ import annotations

import os

import commands
import pytest

from pipeline.media.ffmpeg import FFmpeg, find_ffmpeg

# What a build server or a user's shell says must not reach a test, a real key least of all.
_FOR_TESTS = ("FFMPEG", "REWRITE_EXPECTED", "YAML_LANGUAGE_SERVER")
for _name in list(os.environ):
    settled = _name.startswith("STORYREEL_") and not _name.endswith(_FOR_TESTS)
    if settled or _name in ("CI", "NO_COLOR", "FORCE_COLOR") or _name.endswith("_API_KEY"):
        del os.environ[_name]


@pytest.fixture(scope="session")
def ffmpeg() -> FFmpeg:
    """The real ffmpeg that comes with the dependencies."""
    return find_ffmpeg()


@pytest.fixture(scope="session")
def stage():
    """Where commands run: a process that has loaded storyreel."""
    return commands.stage()


@pytest.fixture(scope="session", autouse=True)
def _closed_stage():
    """The stage is gone when the tests are."""
    yield
    if commands.stage.cache_info().currsize:
        commands.stage().close()
