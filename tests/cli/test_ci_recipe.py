"""The workflow that `init --ci github` writes: of GitHub's shape, and every step of it run."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import stories
import yaml
from github_comments import ROBOT, GitHub
from github_runner import Runner

from pipeline import __version__
from pipeline.cli.main import exit_code_of

PROJECT = Path(__file__).parent.parent.parent
WORKFLOW = Path(".github", "workflows", "storyreel.yml")
MARK = "<!-- storyreel: plan -->"
HEAD = """\
storyboard: 1
title: "Two shots @everyone"
format: {resolution: 64p, fps: 12}
defaults: {model: animatic, duration: 0.5s}
"""

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="the runner's shell is bash")


def storyreel(folder, *words):
    """A command line, in a folder."""
    with contextlib.chdir(folder):
        return exit_code_of([*words])


def git(folder, *words):
    """A git command, with no settings of this machine."""
    clean = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    me = ["-c", "user.name=me", "-c", "user.email=me@films.example", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", *me, *words],
        cwd=folder, env={**os.environ, **clean}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """A folder with this checkout as a wheel, so that the step's own pip installs it."""
    folder = tmp_path_factory.mktemp("wheels")
    info = f"storyreel-{__version__}.dist-info"
    with zipfile.ZipFile(folder / f"storyreel-{__version__}-py3-none-any.whl", "w") as wheel:
        for path in sorted((PROJECT / "pipeline").rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                wheel.write(path, path.relative_to(PROJECT).as_posix())
        wheel.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: storyreel\nVersion: {__version__}\n"
        )
        wheel.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr(
            f"{info}/entry_points.txt", "[console_scripts]\nstoryreel = pipeline.__main__:run\n"
        )
        wheel.writestr(f"{info}/RECORD", "")
    return folder


@pytest.fixture
def origin(tmp_path):
    """A repository with one small board and the workflow, as a project's own."""
    top = tmp_path / "films"
    (top / "storyboards").mkdir(parents=True)
    git(top, "init", "--quiet", "--initial-branch=main")
    (top / ".gitignore").write_text("/output\n.env\n")
    write(top, stories.text("sh010", "sh020", head=HEAD))
    assert storyreel(top, "init", "--ci", "github") == 0
    git(top, "add", ".")
    git(top, "commit", "--quiet", "--message", "The workflow")
    return top


def write(top, text, name="film"):
    """A board, committed."""
    (top / "storyboards" / f"{name}.storyboard.yaml").write_text(text)
    git(top, "add", ".")
    git(top, "commit", "--quiet", "--message", "A board")


@pytest.fixture
def machine(tmp_path, wheels):
    """A runner: python, pip, and a pip that finds this checkout and nothing else."""
    temp = tmp_path / "runner"
    programs = tmp_path / "runner" / "programs"
    programs.mkdir(parents=True)
    for name, words in (("python", ""), ("pip", "-m pip")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        (programs / name).chmod(0o755)
    installed = temp / "installed"
    (programs / "storyreel").symlink_to(installed / "bin" / "storyreel")
    environment = {
        "PIP_FIND_LINKS": str(wheels), "PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1",
        "PIP_TARGET": str(installed), "PIP_UPGRADE": "1", "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONPATH": str(installed),
        "STORYREEL_CONFIG": str(temp / "none.toml"), "GITHUB_REPOSITORY": "owner/films",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }  # fmt: skip
    values = {
        "github.event_name": "pull_request", "github.token": "ghs_job",
        "github.event.pull_request.number": 7,
    }  # fmt: skip
    return Runner(temp, programs, values, environment)


def checkout(origin, number):
    """A fresh clone, as each run has one."""
    folder = origin.parent / f"run {number}"
    git(origin.parent, "clone", "--quiet", str(origin), str(folder))
    return folder


@needs_bash
def test_a_pull_request_is_planned_drafted_and_told_in_one_comment(origin, machine):
    """Two pushes: the comment is made, then renewed; the second draft finds the first's clip."""
    with GitHub() as github:
        for number in range(130):
            github.write("somebody", f"comment {number}")
        github.write("mallory", f"{MARK}\nnot the robot's")
        github.comments[3]["user"] = None  # an account that is gone
        machine.environment["GITHUB_API_URL"] = github.url
        first = machine.run(checkout(origin, 1), origin / WORKFLOW, "plan")
        (comment,) = github.of_the_robot()
        write(origin, stories.text("sh010", "sh020 seed: 9", head=HEAD))
        second = machine.run(checkout(origin, 2), origin / WORKFLOW, "plan")
        (renewed,) = github.of_the_robot()

    assert first.well, first.said
    assert second.well, second.said
    assert set(first.outcomes.values()) == {"success"}
    assert comment.startswith(f"{MARK}\n### `film`: `Two shots @everyone`, 1s\n")
    assert comment == f"{MARK}\n{first.summary}"
    assert "**2 of 2 shots to make: free.**" in comment
    assert "| `sh020` | make | new |" in renewed
    assert [method for method, _ in github.asked if method != "GET"] == ["POST", "PATCH"]
    assert github.comments[130]["body"] == f"{MARK}\nnot the robot's"
    (film,) = first.artifacts["drafts"]
    assert film.name == "film.draft.mp4"
    assert (first.cache, second.cache) == ("missed", "near")
    assert "1 made, 1 reused" in second.said
    assert "installed/pipeline" in installed_at(machine)


def installed_at(machine):
    """Where the steps had storyreel from."""
    words = "import pipeline; print(pipeline.__file__)"
    environment = {**os.environ, "PYTHONPATH": machine.environment["PYTHONPATH"]}
    done = subprocess.run(
        [sys.executable, "-c", words],
        cwd=machine.temp, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return Path(done.stdout).as_posix()


@needs_bash
@pytest.mark.long
def test_faults_are_annotated_and_told_though_the_job_fails(origin, machine):
    """Check fails at the lines; the comment has the faults; nothing is drawn, nothing cached."""
    write(origin, HEAD + "shots:\n  - {id: sh010, promt: x}\n", "bad")
    with GitHub() as github:
        machine.environment["GITHUB_API_URL"] = github.url
        ran = machine.run(checkout(origin, 1), origin / WORKFLOW, "plan")

    assert ran.outcomes["Check"] == ran.outcomes["Plan"] == "failure"
    assert ran.outcomes["Comment"] == "success"
    assert ran.outcomes["Draw the drafts"] == "skipped"
    assert "\n::error file=storyboards/bad.storyboard.yaml,line=6,col=" in f"\n{ran.said}"
    (comment,) = github.of_the_robot()
    assert "`storyboards/bad.storyboard.yaml` has 2 faults" in comment
    assert "1 of 2 boards planned" in comment
    assert not list((machine.temp / "cache").iterdir())


@needs_bash
@pytest.mark.long
def test_a_fork_gets_the_summary_alone(origin, machine):
    """A token that may only read: no comment, a word in the log, and the job does well."""
    with GitHub() as github:
        github.read_only = True
        machine.environment["GITHUB_API_URL"] = github.url
        ran = machine.run(checkout(origin, 1), origin / WORKFLOW, "plan")

    assert ran.well, ran.said
    assert "::notice::This token may not comment" in ran.said
    assert github.comments == []
    assert "2 of 2 shots to make" in ran.summary


@needs_bash
@pytest.mark.long
def test_any_other_refusal_of_the_comment_fails_the_job(origin, machine):
    """A token GitHub does not know is no fork's: it is not passed over."""
    with GitHub(known="another") as github:
        machine.environment["GITHUB_API_URL"] = github.url
        ran = machine.run(checkout(origin, 1), origin / WORKFLOW, "plan")

    assert ran.outcomes["Comment"] == "failure"
    assert "401" in ran.said


@needs_bash
@pytest.mark.long
def test_the_paid_job_keeps_what_was_paid_for_outside_of_the_checkout(origin, machine):
    """The checkout is thrown away and the lock lost: the film is there again, charged once."""
    from pipeline.desk.server import Desk

    paid = HEAD.replace("model: animatic, duration: 0.5s", "model: happyhorse-1.1, duration: 3s")
    paid = paid.replace("64p, fps: 12", "720p, fps: 24")
    write(origin, stories.text("sh010", head=paid))
    machine.values |= {
        "github.event_name": "workflow_dispatch", "inputs.board": "film",
        "inputs.max_cost": "100credits", "secrets.APIFRAME_API_KEY": "",
        "secrets.EMPIRIOLABS_API_KEY": "",
    }  # fmt: skip
    with Desk(size=64, time="0.05") as desk:
        machine.environment |= {
            "STORYREEL_APIFRAME_URL": desk.url, "STORYREEL_APIFRAME_KEY_VARIABLE": "DESK_KEY",
            "DESK_KEY": desk.key,
        }  # fmt: skip
        first = machine.run(checkout(origin, 1), origin / WORKFLOW, "film")
        shutil.rmtree(origin.parent / "run 1")
        branch = git(origin, "branch", "--list", "storyreel-takes-*").split()
        lock = git(origin, "show", f"{branch[0]}:storyboards/film.lock.toml")
        git(origin, "branch", "--quiet", "-D", branch[0])
        second = machine.run(checkout(origin, 2), origin / WORKFLOW, "film")
        charged = len(desk.ledger())

    assert first.well, first.said
    assert second.well, second.said
    assert branch == ["storyreel-takes-4711-1"]
    assert "shots.sh010.takes." in lock
    assert charged == 1
    (film,) = second.artifacts["film"]
    assert film.name == "film.mp4"
    assert desk.key not in first.said + second.said


@needs_bash
def test_the_paid_job_refuses_an_output_that_lies_in_the_checkout(origin, machine):
    """A folder under the name of the link: nothing is ordered."""
    (origin / ".gitignore").unlink()
    (origin / "output").mkdir()
    (origin / "output" / "README.md").write_text("films\n")
    write(origin, stories.text("sh010", head=HEAD))
    machine.values |= {"inputs.board": "film", "inputs.max_cost": "1"}
    machine.values |= {"secrets.APIFRAME_API_KEY": "", "secrets.EMPIRIOLABS_API_KEY": ""}
    ran = machine.run(checkout(origin, 1), origin / WORKFLOW, "film")

    assert "::error::output/ is a folder here" in ran.said
    assert ran.outcomes["Render"] == "skipped"


def test_the_workflow_is_of_githubs_shape(tmp_path):
    """At the top of a repository and for a project inside one: GitHub's own schema accepts it."""
    for name in ("top", "repository/films/one"):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        (tmp_path / name.split("/")[0] / ".git").mkdir()
        assert storyreel(folder, "init", "--ci", "github") == 0
        workflow = tmp_path / name.split("/")[0] / WORKFLOW
        checked = subprocess.run(
            [sys.executable, "-m", "check_jsonschema",
             "--builtin-schema", "vendor.github-workflows", str(workflow)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip

        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert "@in@" not in workflow.read_text()


def test_the_schema_finds_a_wrong_workflow(tmp_path, origin):
    """The check above can fail."""
    wrong = tmp_path / "wrong.yml"
    wrong.write_text((origin / WORKFLOW).read_text().replace("runs-on:", "run-on:"))
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema",
         "--builtin-schema", "vendor.github-workflows", str(wrong)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert checked.returncode == 1


def test_only_the_job_started_by_hand_has_a_secret(origin):
    """The job of pull requests names none, may write comments only, and never runs for money."""
    document = yaml.safe_load((origin / WORKFLOW).read_text())
    plan, film = document["jobs"]["plan"], document["jobs"]["film"]
    triggers = document[True]  # YAML 1.1 reads `on` as true

    assert set(triggers) == {"pull_request", "push", "workflow_dispatch"}
    assert "secrets." not in str(plan)
    assert document["permissions"] == {"contents": "read"}
    assert plan["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert "secrets." in str(film)
    assert film["if"] == "${{ github.event_name == 'workflow_dispatch' }}"
    assert "ubuntu" not in str(film["runs-on"])


def test_a_project_inside_a_repository_is_named_in_every_path(tmp_path):
    """GitHub reads workflows at the top only, and counts paths from there."""
    folder = tmp_path / "films" / "one"
    folder.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    assert storyreel(folder, "init", "--ci", "github") == 0
    document = yaml.safe_load((tmp_path / WORKFLOW).read_text())
    steps = {step.get("uses"): step for step in document["jobs"]["plan"]["steps"]}

    assert document["defaults"]["run"]["working-directory"] == "films/one"
    assert document[True]["pull_request"]["paths"][0] == "films/one/storyboards/**"
    assert steps["actions/cache@v6"]["with"]["path"] == "films/one/output/store"
    assert "hashFiles('films/one/storyboards/**'" in steps["actions/cache@v6"]["with"]["key"]


def test_a_workflow_that_was_changed_is_not_overwritten(tmp_path, capsys):
    """Nothing is written, and what to do is said; one that is the same is left alone."""
    assert storyreel(tmp_path, "init", "--ci", "github") == 0
    assert storyreel(tmp_path, "init", "--ci", "github") == 0
    mine = tmp_path / WORKFLOW
    mine.write_text("mine\n")
    capsys.readouterr()
    refused = storyreel(tmp_path, "init", "other", "--ci", "github")
    (tmp_path / ".git").mkdir()
    shown = storyreel(tmp_path, "init", "other", "--ci", "github")

    assert refused == 0  # no repository around: the other folder is a project of its own
    assert shown == 2
    assert "Rename it" in capsys.readouterr().err
    assert mine.read_text() == "mine\n"


def test_where_boards_are_only_the_workflow_is_written(tmp_path):
    """A project that goes on gets no first film."""
    (tmp_path / "storyboards").mkdir()
    (tmp_path / "storyboards" / "mine.storyboard.yaml").write_text(stories.text("sh010"))
    assert storyreel(tmp_path, "init", "--ci", "github") == 0

    assert (tmp_path / WORKFLOW).is_file()
    assert [path.name for path in (tmp_path / "storyboards").iterdir()] == ["mine.storyboard.yaml"]


def test_the_robot_is_the_one_that_github_names(origin):
    """Only a comment of this login is renewed; anybody can write the mark."""
    assert f'"{ROBOT}"' in (origin / WORKFLOW).read_text()
