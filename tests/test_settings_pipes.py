"""Files of settings that are no files."""

from __future__ import annotations

import os
import threading

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import read_settings

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")


def test_a_project_s_settings_in_a_pipe_are_refused_and_not_waited_for(tmp_path):
    """Nobody writes to it: reading it would never end."""
    os.mkfifo(tmp_path / "storyreel.toml")

    with pytest.raises(SettingsError, match="it is a pipe or a device, not a file"):
        read_settings(tmp_path, environment={"STORYREEL_CONFIG": os.devnull})


def test_one_s_own_settings_may_come_from_a_pipe(tmp_path):
    """A program that keeps secrets hands them over so."""
    pipe = tmp_path / "own.toml"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=("jobs = 3\n",), daemon=True)
    writer.start()

    assert read_settings(tmp_path, environment={"STORYREEL_CONFIG": str(pipe)}).jobs == 3
    writer.join()
