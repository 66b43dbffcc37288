"""A shot whose pictures cannot get to its route is told before anything is made or paid."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import commands
import pytest
import stories
from PIL import Image

from pipeline.errors import SettingsError
from pipeline.plan.step import Plan
from pipeline.publishers.interface import Means
from pipeline.run.counters import usable_routes
from pipeline.run.publishable import (
    UnpublishableError,
    pictures_reach,
    refuse_unpublishable,
    unpublishable,
)
from pipeline.settings import Settings, read_settings

HEAD = """\
storyboard: 1
title: Test
format: {resolution: 64p, fps: 24}
defaults: {model: happyhorse-1.1, routes: [ROUTE], duration: 3s, resolution: 720p}
references:
  fox: {kind: character, image: fox.png, description: a fox}
  owl: {kind: character, image: fox.png, description: an owl}
"""
SHOTS = (
    "sh010",
    "sh020 first_frame: fox.png",
    'sh030 prompt: "@fox runs to @owl", references: [fox, owl]',
    "sh040 first_frame: sh010.last",
)
KEY = {"APIFRAME_API_KEY": "afk_5ecret-0123456789abcdef"}
S3 = {"s3": {"bucket": "films"}}
AWS = {"AWS_ACCESS_KEY_ID": "AKIA1234", "AWS_SECRET_ACCESS_KEY": "5ecret-5ecret"}


def board(route: str) -> str:
    """A board with a shot of words alone, and three that send a picture."""
    lines = stories.text(*SHOTS, head=HEAD.replace("ROUTE", route))
    return lines.replace("prompt: sh030 happens, ", "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Image.new("RGB", (480, 480), "orange").save(tmp_path / "fox.png")
    return tmp_path


def plan(folder: Path, route: str = "empiriolabs") -> Plan:
    return stories.plan_of(stories.film_of(board(route), folder))


def settings(*publishers: str, **more: Any) -> Settings:
    return Settings(publishers=publishers, **more)


def test_the_shots_with_pictures_are_named_and_the_ways_out_the_easiest_first(folder: Path) -> None:
    """One that is made of words alone, and one through another route, are nobody's concern."""
    with pytest.raises(UnpublishableError) as caught:
        refuse_unpublishable(plan(folder), settings(), Means(folder, {}))
    brief, hint = caught.value.brief, caught.value.hint or ""

    assert brief == (
        "EmpirioLabs takes no uploads, and the pictures of sh020, sh030, sh040 are local files."
    )
    assert caught.value.details == "Nothing was ordered."
    assert hint.startswith('Set APIFRAME_API_KEY and write publishers = ["apiframe"] into ')
    assert hint.index("apiframe") < hint.index("[publisher.s3]") < hint.index("[publisher.command]")
    assert caught.value.exit_code == 6
    refuse_unpublishable(plan(folder, "apiframe"), settings(), Means(folder, {}))


def test_with_apiframes_key_one_line_is_enough(folder: Path) -> None:
    """And with that line nothing is refused; its file is named."""
    means = Means(folder, KEY)
    mine = read_settings(folder, environment={}, user_file=folder / "config.toml")
    (found,) = unpublishable(plan(folder), mine, means)

    assert found.hint.startswith(f'Write publishers = ["apiframe"] into {folder / "config.toml"}')
    refuse_unpublishable(plan(folder), settings("apiframe"), means)


@pytest.mark.parametrize(
    ("named", "more", "environment", "lacks"),
    [
        (["apiframe"], {}, {}, "apiframe: APIFRAME_API_KEY is not set"),
        (["s3"], {"publisher": S3}, {}, "s3: there are no keys for it"),
        (["s3"], {"publisher": S3}, AWS, None),
        (["command"], {"publisher": {"command": {"run": ["no-such-program"]}}}, {},
         "command: the program no-such-program is not found"),
        (["command"], {"publisher": {"command": {"run": [sys.executable]}}}, {}, None),
        (["data-uri"], {}, {}, "data-uri: the setting data_uris of empiriolabs is not true"),
        (["data-uri"], {"routes": {"empiriolabs": {"data_uris": True}}}, {}, None),
        (["apiframe", "s3"], {"publisher": S3}, AWS, None),
    ],
)  # fmt: skip
def test_what_each_publisher_lacks_is_told(
    folder: Path, named: list[str], more: dict[str, Any], environment: dict[str, str],
    lacks: str | None,
) -> None:  # fmt: skip
    """One that can is enough."""
    nowhere = {"AWS_SHARED_CREDENTIALS_FILE": str(folder / "a"), "AWS_CONFIG_FILE": str(folder)}
    mine, means = settings(*named, **more), Means(folder, {**nowhere, **environment})
    found = unpublishable(plan(folder), mine, means)

    assert pictures_reach(mine, means)("empiriolabs") == (lacks is None)
    assert pictures_reach(mine, means)("apiframe")
    assert bool(found) == (lacks is not None)
    assert lacks is None or found[0].lacks[0].startswith(lacks)


def test_settings_that_mean_nothing_are_told_only_where_they_count(folder: Path) -> None:
    """A board that goes through Apiframe alone is not held up by them."""
    wrong = settings("ftp")
    refuse_unpublishable(plan(folder, "apiframe"), wrong, Means(folder, {}))

    with pytest.raises(SettingsError, match="ftp"):
        refuse_unpublishable(plan(folder), wrong, Means(folder, {}))


def test_a_shot_with_a_choice_goes_where_its_pictures_get_to(folder: Path) -> None:
    """The first route makes what is words alone; once somebody publishes it makes all."""
    film = stories.film_of(board("empiriolabs, apiframe"), folder)
    keys = {**KEY, "EMPIRIOLABS_API_KEY": "sk-empiriolabs-0123456789"}

    def taken(mine: Settings) -> list[str | None]:
        facts = replace(stories.NOTHING_HELD, usable=usable_routes(folder, keys, mine))
        plan = stories.plan_of(film, facts)
        refuse_unpublishable(plan, mine, Means(folder, keys))
        return [step.route for step in plan.steps]

    assert taken(settings()) == ["empiriolabs", "apiframe", "apiframe", "apiframe"]
    assert taken(settings("apiframe")) == ["empiriolabs"] * 4


def storyreel(
    folder: Path, *words: str, config: str = "", keys: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The real command, for a user with that configuration and those keys alone."""
    (folder / "config.toml").write_text(config)
    clean = {name: value for name, value in os.environ.items() if "STORYREEL" not in name}
    for name in ("APIFRAME_API_KEY", "EMPIRIOLABS_API_KEY", "COLUMNS"):
        clean.pop(name, None)
    own = {"STORYREEL_CONFIG": str(folder / "config.toml"), **(keys or {})}
    return commands.run(*words, cwd=folder, env={**clean, **own})


def test_the_plan_warns_render_refuses_and_doctor_shows_how_they_stand(folder: Path) -> None:
    """A warning is no failure; a table that means nothing is one."""
    (folder / "storyboards").mkdir()
    (folder / "storyboards" / "film.storyboard.yaml").write_text(board("empiriolabs"))
    (folder / "fox.png").rename(folder / "storyboards" / "fox.png")
    warned = storyreel(folder, "plan", "film")
    draft = storyreel(folder, "plan", "film", "--draft")
    keyed = {"EMPIRIOLABS_API_KEY": "sk-empiriolabs-5ecret-012"}
    refused = storyreel(folder, "render", "film", "--yes", keys=keyed)
    named = 'publishers = ["apiframe", "data-uri", "command"]\n'
    command = f"[publisher.command]\nrun = ['{sys.executable}', 'up.py']\n"
    doctor = storyreel(folder, "doctor", "--json", config=named + command)
    checks = [one for one in json.loads(doctor.stdout)["checks"] if one["name"] == "publisher"]
    ftp = 'publishers = ["ftp"]\n'
    wrong = storyreel(folder, "doctor", config=ftp)
    doubtful = storyreel(folder, "plan", "film", config=ftp)

    assert warned.returncode == 0, warned.stderr
    assert "warning: EmpirioLabs takes no uploads, and the pictures of sh020" in warned.stdout
    assert "warning" not in draft.stdout
    assert refused.returncode == 6
    assert "the pictures of sh020, sh030, sh040 are local files" in refused.stderr
    assert "5ecret" not in refused.stderr
    assert not list((folder / "output").rglob("*.sqlite*"))
    assert [(one["state"], one["text"]) for one in checks] == [
        ("warn", "apiframe cannot be used: APIFRAME_API_KEY is not set"),
        ("warn", "data-uri serves no route"),
        ("ok", "command is ready, for EmpirioLabs"),
    ]
    assert doubtful.returncode == 0
    assert "warning: " in doubtful.stdout
    assert "names `ftp` as a publisher" in doubtful.stdout
    assert wrong.returncode == 1
    assert "names `ftp` as a publisher" in wrong.stdout
