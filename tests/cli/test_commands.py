"""The command as a user meets it: exit codes, streams, JSON, and errors without tracebacks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import stories
from commands import storyreel

PROJECT = Path(__file__).parent.parent.parent


@pytest.fixture
def project(tmp_path):
    """A project with one small board."""
    boards = tmp_path / "storyboards"
    boards.mkdir()
    (boards / "film.storyboard.yaml").write_text(
        stories.text("sh010", "sh020 first_frame: sh010.last", "sh030 scene: End")
    )
    return tmp_path


def lines(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_film_from_an_empty_folder(tmp_path):
    """init, check, plan, render, render again: a film, and the second time nothing to do."""
    assert storyreel("init", cwd=tmp_path).returncode == 0
    board = tmp_path / "storyboards" / "first-film.storyboard.yaml"
    board.write_text(board.read_text().replace("720p", "96p"))  # quicker
    assert storyreel("check", "first-film", cwd=tmp_path).returncode == 0
    assert storyreel("plan", "first-film", "--exit-code", cwd=tmp_path).returncode == 4
    made = storyreel("render", "first-film", cwd=tmp_path)
    film = tmp_path / made.stdout.strip()
    before = film.read_bytes(), film.stat().st_mtime_ns
    again = storyreel("render", "first-film", cwd=tmp_path)

    assert made.returncode == again.returncode == 0, made.stderr
    assert film == tmp_path / "output" / "first-film" / "first-film.mp4"
    assert (film.read_bytes(), film.stat().st_mtime_ns) == before
    assert "0 made, 3 reused" in again.stderr
    assert storyreel("plan", "first-film", "--exit-code", cwd=tmp_path).returncode == 0
    assert (tmp_path / "storyboards" / "first-film.lock.toml").exists()


def test_init_leaves_what_is_there_alone(tmp_path):
    """A file that exists is not overwritten, and git's ignore file keeps its lines."""
    (tmp_path / "storyreel.toml").write_text("jobs = 1\n")
    (tmp_path / ".gitignore").write_text("mine")
    result = storyreel("init", cwd=tmp_path)

    assert result.returncode == 0
    assert (tmp_path / "storyreel.toml").read_text() == "jobs = 1\n"
    assert (tmp_path / ".gitignore").read_text().splitlines()[:2] == ["mine", "/output/"]


def test_render_speaks_json_lines_and_rerender_too(project):
    """Every line is a document; the last one tells the film."""
    events = lines(storyreel("render", "film", "--json", cwd=project))
    again = lines(storyreel("render", "film", "--json", cwd=project))

    assert {event["schema"] for event in events} == {1}
    stored = [event["shot"] for event in events if event["event"] == "stored"]
    assert sorted(stored) == ["sh010", "sh020", "sh030"]
    assert stored.index("sh010") < stored.index("sh020")
    assert events[-1]["event"] == "finished"
    assert events[-1]["made"] == 3
    assert events[-1]["frames"] == 12 * 3 - 1  # the joint's doubled frame is dropped
    assert [event["event"] for event in again] == ["finished"]
    assert (again[0]["made"], again[0]["reused"]) == (0, 3)


def test_faults_go_to_standard_error_with_exit_code_3(project):
    """A faulty board: the place and the word, nothing made; as JSON on standard output."""
    board = project / "storyboards" / "film.storyboard.yaml"
    board.write_text(board.read_text().replace("sh010.last", "sh01.last"))
    text = storyreel("render", "film", cwd=project)
    document = json.loads(storyreel("check", "film", "--json", cwd=project).stdout)

    assert text.returncode == 3
    assert text.stdout == ""
    assert "film.storyboard.yaml:7:" in text.stderr
    assert "did you mean `sh010`" in text.stderr
    assert not (project / "output").exists()
    assert document["ok"] is False
    assert document["boards"][0]["faults"][0]["line"] == 7


def test_check_reads_standard_input(project):
    """``check -``: good and bad."""
    good = storyreel("check", "-", cwd=project, stdin=stories.text("sh010"))
    bad = storyreel("check", "-", cwd=project, stdin="storyboard: 1\n")

    assert good.returncode == 0
    assert bad.returncode == 3
    assert "Traceback" not in bad.stderr


def test_a_route_without_its_key_is_planned_but_not_rendered(project):
    """The price is known; exit code 6, nothing ordered, and that route's own variable is named."""
    board = project / "storyboards" / "film.storyboard.yaml"
    text = board.read_text().replace("model: animatic, duration: 0.5s", "model: happyhorse-1.1")
    board.write_text(text.replace("64p", "720p").replace("1.1", "1.1, routes: [empiriolabs]"))
    planned = json.loads(storyreel("plan", "film", "--json", cwd=project).stdout)
    rendered = storyreel("render", "film", cwd=project)

    assert planned["totals"]["at_most"] == {"usd": 2.1, "unknown": 0, "text": "$2.10"}
    assert rendered.returncode == 6
    assert "EMPIRIOLABS_API_KEY" in rendered.stderr
    assert "Traceback" not in rendered.stderr


def test_a_missing_key_is_told_before_anybody_is_asked(project):
    """Exit code 6, and the variable it belongs in."""
    board = project / "storyboards" / "film.storyboard.yaml"
    text = board.read_text().replace("model: animatic, duration: 0.5s", "model: happyhorse-1.1")
    board.write_text(text.replace("64p", "720p"))
    rendered = storyreel("render", "film", cwd=project, env={"APIFRAME_API_KEY": ""})

    assert rendered.returncode == 6
    assert "APIFRAME_API_KEY" in rendered.stderr
    assert "Nothing was ordered" in rendered.stderr


def test_a_saved_plan_is_carried_out_exactly_or_refused(project):
    """It renders what was planned; when the board moved it refuses with exit code 5."""
    assert storyreel("plan", "film", "-o", "plan.json", cwd=project).returncode == 0
    rendered = storyreel("render", "plan.json", cwd=project)
    assert rendered.returncode == 0, rendered.stderr
    again = storyreel("render", "plan.json", cwd=project)
    assert again.returncode == 5
    assert "sh010" in again.stderr

    board = project / "storyboards" / "film.storyboard.yaml"
    storyreel("plan", "film", "-o", "plan.json", cwd=project)
    board.write_text(board.read_text() + "# a word\n")
    moved = storyreel("render", "plan.json", cwd=project)
    assert moved.returncode == 5
    assert "edited" in moved.stderr


def test_a_selection_makes_only_its_shots_and_leaves_the_film(project):
    """--shot makes the shot and what it starts from; the film waits for the rest."""
    result = storyreel("render", "film", "--shot", "sh020", "--json", cwd=project)
    end = lines(result)[-1]

    assert result.returncode == 0
    assert (end["made"], end["left_out"], end["film"]) == (2, ["sh030"], None)
    rest = lines(storyreel("render", "film", "--scene", "end", "--json", cwd=project))[-1]
    assert (rest["made"], rest["left_out"]) == (1, [])
    assert rest["film"]


def test_force_makes_one_shot_again(project):
    """A forced shot is made though nothing changed; a deterministic maker gives the same clip."""
    storyreel("render", "film", cwd=project)
    planned = json.loads(
        storyreel("plan", "film", "--force", "sh030", "--json", cwd=project).stdout
    )
    result = lines(storyreel("render", "film", "--force", "sh030", "--json", cwd=project))

    assert [s["reason"] for s in planned["steps"]] == ["take 1", "take 1", "forced"]
    assert [e["shot"] for e in result if e["event"] == "stored"] == ["sh030"]


def test_show_tells_exactly_what_a_shot_asks(project):
    """Prompt, pictures and settings, as JSON too."""
    document = json.loads(storyreel("show", "film", "sh020", "--json", cwd=project).stdout)

    assert document["prompts"] == {"animatic": "sh020 happens"}
    assert document["pictures"][0]["from"] == "sh010.last"
    assert document["settings"]["width"] == 114
    unknown = storyreel("show", "film", "sh02", cwd=project)
    assert unknown.returncode == 2
    assert "sh020" in unknown.stderr


@pytest.mark.parametrize("form", ["text", "mermaid", "dot", "json"])
def test_the_graph_in_every_form_names_every_shot(project, form):
    """Text, Mermaid, DOT, JSON."""
    result = storyreel("graph", "film", "--as", form, cwd=project)

    assert result.returncode == 0
    assert all(name in result.stdout for name in ("sh010", "sh020", "sh030"))


def test_models_and_routes_as_json(tmp_path):
    """What each model can do, for machines."""
    models = json.loads(storyreel("models", "--json", cwd=tmp_path).stdout)["models"]
    by_name = {model["name"]: model for model in models}

    assert by_name["happyhorse-1.1"]["routes"] == ["apiframe", "empiriolabs"]
    assert by_name["happyhorse-1.1"]["durations"] == {"least": "3", "most": "15", "step": "1"}
    assert by_name["animatic"]["connected"] is True
    assert storyreel("models", cwd=tmp_path).returncode == 0
    assert "apiframe" in storyreel("routes", cwd=tmp_path).stdout


def test_doctor_is_well_here(project):
    """Every check passes on a machine with nothing but the dependencies."""
    result = storyreel("doctor", "--json", cwd=project)
    document = json.loads(result.stdout)

    assert result.returncode == 0, document
    assert {check["name"] for check in document["checks"]} >= {"ffmpeg", "encoders", "fonts"}


def test_doctor_says_which_keys_are_here_and_asks_the_vendor_only_online(project):
    """No key is shown; --online tells the balance, and a refused key."""
    from pipeline.desk.server import Desk

    with Desk(size=64) as desk:
        environment = {
            "STORYREEL_APIFRAME_URL": desk.url,
            "STORYREEL_APIFRAME_KEY_VARIABLE": "DESK_KEY",
        }
        none = storyreel("doctor", cwd=project, env=environment)
        here = storyreel("doctor", cwd=project, env={**environment, "DESK_KEY": desk.key})
        asked = desk.traffic().requests.total()
        online = storyreel(
            "doctor", "--online", cwd=project, env={**environment, "DESK_KEY": desk.key}
        )
        wrong = storyreel(
            "doctor", "--online", cwd=project, env={**environment, "DESK_KEY": "afk_wrongwrong"}
        )

    assert asked == 0
    assert "no key (DESK_KEY is not set)" in none.stdout
    assert "DESK_KEY is set" in here.stdout
    assert "balance 100000 credits" in online.stdout
    assert wrong.returncode == 1
    shown = here.stdout + online.stdout + wrong.stdout + wrong.stderr
    assert desk.key not in shown
    assert "afk_wrongwrong" not in shown


def test_doctor_says_what_is_wrong_with_a_wrong_ffmpeg(project):
    """A program that is no ffmpeg fails the check, with a way out."""
    result = storyreel("doctor", "--ffmpeg", "/no/such/ffmpeg", cwd=project)

    assert result.returncode == 1
    assert "fail  ffmpeg" in result.stdout
    assert "Traceback" not in result.stderr


def test_a_wrong_ffmpeg_fails_the_render_in_words(project):
    """No traceback, the way out, exit code 1."""
    result = storyreel("render", "film", "--ffmpeg", "/no/such/ffmpeg", cwd=project)

    assert result.returncode == 1
    assert "STORYREEL_FFMPEG" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_project_may_not_choose_what_runs(project):
    """An ffmpeg named in the project's file is refused; a store there is fine."""
    (project / "storyreel.toml").write_text('ffmpeg = "./evil"\n')
    refused = storyreel("render", "film", cwd=project)
    (project / "storyreel.toml").write_text('store = "clips here"\n')
    accepted = storyreel("render", "film", cwd=project)

    assert refused.returncode == 2
    assert "a project may not set" in refused.stderr
    assert accepted.returncode == 0, accepted.stderr
    assert (project / "clips here" / "clips").is_dir()


def test_stand_ins_complete_a_film_with_missing_shots(project):
    """While a shot has no clip assemble refuses; with stand-ins it cuts a film beside the real."""
    storyreel("render", "film", "--shot", "sh020", cwd=project)
    refused = storyreel("assemble", "film", cwd=project)
    result = storyreel("assemble", "film", "--stand-ins", "--json", cwd=project)
    film = json.loads(result.stdout)["films"][0]

    assert refused.returncode == 1
    assert "sh030" in refused.stderr
    assert film["stand_ins"] == ["sh030"]
    assert film["film"].endswith("film.stand-ins.mp4")
    assert Path(film["film"]).stat().st_size > 1000
    lock = (project / "storyboards" / "film.lock.toml").read_text()
    assert "sh030" not in lock


def test_clean_asks_and_says_what(project):
    """Without a terminal it removes nothing unless told; a dry run removes nothing at all."""
    storyreel("render", "film", cwd=project)
    board = project / "storyboards" / "film.storyboard.yaml"
    board.write_text(board.read_text().replace("sh030 happens", "sh030 changes"))
    storyreel("render", "film", cwd=project)
    clips = project / "output" / "store" / "clips"
    before = len(list(clips.rglob("*.mp4")))
    dry = json.loads(storyreel("clean", "--dry-run", "--json", cwd=project).stdout)
    unsaid = storyreel("clean", cwd=project)

    assert [clip["shot"] for clip in dry["clips"]] == ["sh030"]
    assert unsaid.returncode == 2
    assert len(list(clips.rglob("*.mp4"))) == before
    assert storyreel("clean", "--yes", cwd=project).returncode == 0
    assert len(list(clips.rglob("*.mp4"))) == before - 1
    again = storyreel("plan", "film", "--exit-code", cwd=project)
    assert again.returncode == 0, again.stdout


def test_colour_only_where_it_is_wanted(project):
    """No escape codes into a pipe; FORCE_COLOR and --color always bring them; NO_COLOR wins."""
    plain = storyreel("plan", "film", cwd=project)
    forced = storyreel("--color", "always", "plan", "film", cwd=project)
    environment = storyreel("plan", "film", cwd=project, env={"FORCE_COLOR": "1"})
    none = storyreel("--color", "never", "plan", "film", cwd=project, env={"FORCE_COLOR": "1"})

    assert "\x1b[" not in plain.stdout + none.stdout
    assert "\x1b[" in forced.stdout
    assert "\x1b[" in environment.stdout


def test_a_slip_in_a_name_is_answered_with_the_nearest(project):
    """Boards and commands: did you mean."""
    assert "film" in storyreel("plan", "flim", cwd=project).stderr
    assert "render" in storyreel("rendr", cwd=project).stderr


def test_several_boards_in_one_command(project):
    """Each is rendered; the gravest exit code counts."""
    boards = project / "storyboards"
    (boards / "two.storyboard.yaml").write_text(stories.text("a"))
    (boards / "bad.storyboard.yaml").write_text("storyboard: 1\n")
    good = storyreel("render", "film", "two", cwd=project)
    bad = storyreel("check", "film", "bad", cwd=project)

    assert good.returncode == 0
    assert len(good.stdout.splitlines()) == 2
    assert bad.returncode == 3


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
def test_ctrl_c_keeps_what_is_finished_and_the_next_run_goes_on(project):
    """One interrupt: exit code 130, finished clips kept and remembered, nothing half-made left."""
    board = project / "storyboards" / "film.storyboard.yaml"
    shots = [
        f"sh{n:03}" + ("" if n == 1 else f" first_frame: sh{n - 1:03}.last") for n in range(1, 31)
    ]
    board.write_text(stories.text(*shots))
    environment = {
        **os.environ, "PYTHONPATH": str(PROJECT), "STORYREEL_CONFIG": str(project / "none")
    }  # fmt: skip
    command = [sys.executable, "-m", "pipeline", "render", "film", "--json"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    stored = 0
    with subprocess.Popen(command, cwd=project, env=environment, **pipes) as running:
        for line in running.stdout:
            stored += json.loads(line)["event"] == "stored"
            if stored == 2:
                running.send_signal(signal.SIGINT)
                break
        rest = [json.loads(line) for line in running.stdout.read().splitlines()]
    stored += sum(event["event"] == "stored" for event in rest)
    assert running.returncode == 130
    assert rest[-1]["event"] == "finished"
    assert stored < 30
    lock = (project / "storyboards" / "film.lock.toml").read_text()
    assert lock.count(".takes.") == stored
    assert not list((project / "output" / "store" / "incoming").iterdir())
    planned = json.loads(storyreel("plan", "film", "--json", cwd=project).stdout)
    assert planned["totals"]["reuse"] == stored


def test_a_board_that_is_not_here_is_told_with_the_way_on(project):
    """Those that there are; where there is none, that this may be the wrong folder."""
    assert "There are: film." in storyreel("plan", "zzz", cwd=project).stderr
    elsewhere = project.with_name(f"{project.name} elsewhere")
    elsewhere.mkdir()
    lost = storyreel("plan", "film", cwd=elsewhere)
    assert "go to your project's folder" in lost.stderr


def test_faults_of_a_render_name_the_board_as_it_was_named(project):
    """As `check` does: a path from here, not the whole path of this machine."""
    (project / "storyboards" / "bad.storyboard.yaml").write_text("storyboard: 1\n")
    told = storyreel("render", "bad", cwd=project)
    assert "--> storyboards/bad.storyboard.yaml:1:1" in told.stderr.replace("\\", "/")
    assert str(project) not in told.stderr
    assert told.returncode == 3


def test_no_take_yet_is_told_with_what_makes_one(project):
    """The command that would make it, for the draft the draft's."""
    told = storyreel("takes", "film", "--draft", "--resolution", "64p", cwd=project)
    assert "storyreel render film --draft --resolution 64p makes one" in told.stderr
