"""What tests of boards share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.storyboard.project import make_project


@pytest.fixture(scope="session")
def boards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``storyboards`` folder of a project with pictures of every kind."""
    return make_project(tmp_path_factory.mktemp("outer") / "project")
