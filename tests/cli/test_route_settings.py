"""What a vendor leaves open is the user's to say: in their own file, and obeyed wherever asked."""

from __future__ import annotations

import asyncio
import json
import subprocess
import threading
from pathlib import Path

import commands
import pytest

from pipeline.desk.server import Desk
from pipeline.errors import SettingsError
from pipeline.models.catalog import route_as_set
from pipeline.run.budget import Budget
from pipeline.run.counters import Ground, paying
from pipeline.settings import Settings, read_settings
from pipeline.store.store import Store


def storyreel(
    *words: str, cwd: Path, user: str, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The real command, with ``user`` as the user's own file."""
    (cwd / "user.toml").write_text(user)
    ours = {"STORYREEL_CONFIG": str(cwd / "user.toml"), **(env or {})}
    return commands.storyreel(*words, cwd=cwd, env=ours)


def test_a_route_tells_what_is_open_and_what_the_user_said(tmp_path: Path) -> None:
    """Each setting with its value, what it may be, and why it is a guess; the file to write to."""
    told = storyreel("routes", "empiriolabs", cwd=tmp_path,
                     user='[routes.empiriolabs]\nauth = "x-api-key"\n')  # fmt: skip
    document = storyreel("routes", "empiriolabs", "--json", cwd=tmp_path,
                         user="[routes.empiriolabs]\ndata_uris = true\n")  # fmt: skip
    (route,) = json.loads(document.stdout)["routes"]

    assert "auth = x-api-key (yours), of bearer, x-api-key" in told.stdout
    assert "references_field = reference_images, of reference_images, images" in told.stdout
    assert str(tmp_path / "user.toml") in told.stdout.replace("\n", "")
    assert route["settings"]["data_uris"]["default"] is True
    assert route["settings"]["auth"]["why"]


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ('[routes.empirolabs]\nauth = "bearer"\n', "There are: apiframe, empiriolabs"),
        ('[routes.empiriolabs]\nauth = "basic"\n', "bearer, x-api-key"),
        ("[routes.empiriolabs]\ncolour = 1\n", "It has: auth"),
        ('[routes.apiframe]\nauth = "bearer"\n', "no setting of the route apiframe"),
        ("routes = 1\n", "[routes.apiframe]"),
    ],
)
def test_what_means_nothing_is_refused_by_name(tmp_path: Path, user: str, words: str) -> None:
    """Exit code 2 and what may be written; never passed over in silence."""
    told = storyreel("routes", cwd=tmp_path, user=user)

    assert told.returncode == 2
    assert words in told.stderr
    assert "Traceback" not in told.stderr


def test_a_project_may_not_say_it(tmp_path: Path) -> None:
    """A board from a stranger does not choose how a vendor is asked."""
    (tmp_path / "storyreel.toml").write_text('[routes.empiriolabs]\nauth = "x-api-key"\n')

    with pytest.raises(SettingsError, match="a project may not set"):
        read_settings(tmp_path, environment={"STORYREEL_CONFIG": str(tmp_path / "none.toml")})


def test_a_run_and_the_doctor_go_by_what_the_user_said(tmp_path: Path) -> None:
    """The run's route has the table's values; the doctor is let in with the other header."""
    said = {"empiriolabs": {"auth": "x-api-key", "charged_on_failure": "no"}}

    async def opened(desk: Desk) -> tuple[object, object]:
        ground = Ground(
            tmp_path, tmp_path / "journal.sqlite", desk.environment, Settings(routes=said)
        )
        store = Store(tmp_path / "store")
        run = paying(ground, ["empiriolabs"], board="b", store=store, budget=Budget(),
                     stop=threading.Event())  # fmt: skip
        async with run as paid:
            counter = paid.ordering.counters["empiriolabs"]
            await counter.vendor.connect()
            return counter.route.setting("auth"), counter.route.setting("charged_on_failure")

    with Desk("empiriolabs", size=64) as desk:
        assert asyncio.run(opened(desk)) == ("x-api-key", "no")
        told = storyreel("doctor", "--online", "--json", cwd=tmp_path, env=desk.environment,
                         user='[routes.empiriolabs]\nauth = "x-api-key"\n')  # fmt: skip
    checks = {one["name"]: one for one in json.loads(told.stdout)["checks"]}

    assert checks["empiriolabs"]["state"] == "ok"
    assert "balance 1000 usd" in checks["empiriolabs"]["text"]


def test_a_route_keeps_its_defaults_where_nothing_is_said() -> None:
    """No table, an empty one, or another route's."""
    for given in ({}, {"empiriolabs": {}}, {"apiframe": {}}):
        assert route_as_set("empiriolabs", given).setting("auth") == "bearer"
