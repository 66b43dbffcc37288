"""``pack`` and ``unpack`` as a user meets them: what is said, JSON, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import stories
from commands import storyreel


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    root = tmp_path_factory.mktemp("pack-cli")
    (root / "storyboards").mkdir()
    (root / "storyboards" / "film.storyboard.yaml").write_text(
        stories.text("sh010", "sh020 first_frame: sh010.last")
    )
    return root


def test_a_film_travels_by_the_command_line(project):
    """Refused until it is rendered; then packed, unpacked, rendered: the same film."""
    early = storyreel("pack", "film", cwd=project)
    assert early.returncode == 1
    assert "2 of 2 shots have no clip here" in early.stderr
    assert "storyreel render film" in early.stderr
    assert storyreel("render", "film", cwd=project).returncode == 0
    packed = storyreel("pack", "film", cwd=project)
    assert packed.returncode == 0, packed.stderr
    assert packed.stdout.strip() == "film.storyreel-pack.zip"
    assert "2 clips and 2 files" in packed.stderr
    there = storyreel("unpack", "film.storyreel-pack.zip", "-d", "else where", cwd=project)
    assert there.returncode == 0, there.stderr
    assert "2 clips and 2 files unpacked" in there.stderr
    words = there.stdout.strip().removeprefix("see it: storyreel ")
    assert words == "render 'else where/storyboards/film.storyboard.yaml'"
    again = storyreel("render", "film", "--json", cwd=project / "else where")
    told = json.loads(again.stdout.splitlines()[-1])
    assert (told["made"], told["reused"]) == (0, 2)
    film = project / "output" / "film" / "film.mp4"
    assert Path(told["film"]).read_bytes() == film.read_bytes()


@pytest.mark.long
def test_both_speak_json(project):
    """One document each, errors too."""
    storyreel("render", "film", cwd=project)
    packed = storyreel("pack", "film", "-o", "a.zip", "--json", cwd=project)
    document = json.loads(packed.stdout)
    assert (document["schema"], document["pack"], document["clips"]) == (1, "a.zip", 2)
    assert document["bytes"] == (project / "a.zip").stat().st_size
    first = json.loads(storyreel("unpack", "a.zip", "-d", "j", "--json", cwd=project).stdout)
    assert (first["clips"], first["files"], first["there"]) == (2, 2, 0)
    assert first["film"] == document["film"]
    (project / "a.zip").write_bytes(b"PK nonsense")
    bad = storyreel("unpack", "a.zip", "-d", "k", "--json", cwd=project)
    assert bad.returncode == 1
    assert json.loads(bad.stdout)["error"]["code"] == "pack"
    assert storyreel("unpack", "nothing.zip", cwd=project).returncode == 2
