"""What tests of several rooms share."""

from __future__ import annotations

import pytest

from pipeline.media.ffmpeg import FFmpeg, find_ffmpeg


@pytest.fixture(scope="session")
def ffmpeg() -> FFmpeg:
    """The real ffmpeg that comes with the dependencies."""
    return find_ffmpeg()
