"""Words that leave the project hold no link that lets somebody in, and no path of the machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.reporting.discreet import discreet


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("see https://cdn.example.com/a.mp4?sig=SECRET now", "see cdn.example.com/… now"),
        ("/srv/films/one/refs/fox.png cannot be used: x", "refs/fox.png cannot be used: x"),
        ("/home/ann/.cache/ffmpeg/bin/ffmpeg failed", "…/ffmpeg failed"),
        (r"C:\Users\Ann\clip.mp4 is torn", "…/clip.mp4 is torn"),
        ("~/films/a/b.mp4, and more", "…/b.mp4, and more"),
        ("12 f/s and/or 24", "12 f/s and/or 24"),
        ("it is 4 s long, the shot 5 s", "it is 4 s long, the shot 5 s"),
    ],
)
def test_links_and_paths_are_cut(said, told):
    """Of a link its host stays, of a path what lies in the project, else its last name."""
    assert discreet(said, Path("/srv/films/one")) == told
