"""``python -m pipeline.desk``: what it refuses before it starts, and what it leaves behind."""

from __future__ import annotations

import json
import socket

import pytest
from calling import Caller
from click.testing import CliRunner

from pipeline.desk.__main__ import main
from pipeline.desk.server import Desk


def refused(*arguments):
    done = CliRunner().invoke(main, ["apiframe", "--port", "0", *map(str, arguments)])
    assert done.exit_code == 2, done.output
    return done.output


def test_wrong_words_are_refused(tmp_path):
    """A time, an account, a rule that mean nothing: exit 2 and a sentence, no traceback."""
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps([{"do": "explode"}]))

    assert "write 5, 2-20 or x0.5" in refused("--time", "soon")
    assert "KEY:AMOUNT" in refused("--account", "afk_x")
    assert "no fault is called 'explode'" in refused("--faults", rules)
    assert "Error:" in refused("--faults", tmp_path / "none.json")
    assert "Error:" in refused("--ledger", tmp_path)


def test_a_port_that_is_taken_is_told():
    """Exit 2, not a hanging thread."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = CliRunner().invoke(main, ["apiframe", "--port", str(taken.getsockname()[1])])

    assert done.exit_code == 2
    assert "Error:" in done.output


def test_a_desk_has_no_unknown_options():
    """A slip of the pen in a test is told, not ignored."""
    with pytest.raises(TypeError, match="sise"):
        Desk(sise=64)


def test_the_environment_points_the_route_here(desk):
    """The three variables that make a route come to this desk, with a key of its own."""
    assert desk.environment == {
        "STORYREEL_APIFRAME_URL": desk.url,
        "STORYREEL_APIFRAME_KEY_VARIABLE": "DESK_KEY",
        "DESK_KEY": "afk_desk",
    }


def test_a_closed_desk_can_still_be_asked(kept_clips):
    """The book can be read after the ``with`` block; nothing answers any more."""
    with Desk(size=64, clips=kept_clips) as desk:
        Caller(desk).taken()

    assert desk.spent() == 72
    with pytest.raises(ConnectionRefusedError):
        Caller(desk).get("/v2/me")


def test_requests_are_told_as_they_come(kept_clips):
    """One line each with what it was, what was answered, and which rule was met."""
    lines = []
    rules = [{"on": "me", "do": "status"}]
    with Desk(size=64, clips=kept_clips, tell=lines.append, rules=rules) as desk:
        Caller(desk).taken("a very red fox")
        Caller(desk).get("/v2/me")

    assert any("202" in line and "'a very red fox'" in line for line in lines)
    assert any("rule: status on me" in line for line in lines)
