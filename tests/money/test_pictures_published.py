"""A film through a vendor without uploads: its pictures get there by what the user has named."""

from __future__ import annotations

import sys

from bucket import ACCESS, SECRET, bucket_on_loopback
from two_desks import both_desks

BOARD = """\
storyboard: 1
title: Pictures
format: {resolution: 64p}
defaults: {model: happyhorse-1.1, routes: [empiriolabs], duration: 3s, resolution: 720p}
references:
  cup: {kind: prop, image: refs/cup.png, description: a cup}
  woman: {kind: character, image: refs/woman.png, description: a woman}
shots:
  - {id: sh010, prompt: A woman wakes., first_frame: refs/woman.png}
  - {id: sh020, prompt: She turns., first_frame: sh010.last}
  - {id: sh030, prompt: "@woman looks at @cup.", references: [woman, cup]}
  - {id: sh040, prompt: "@woman drinks of @cup.", references: [woman, cup]}
"""
CONFIG = """\
publishers = ["command", "s3"]
[publisher.command]
run = ['{python}', '-c', 'import sys; sys.exit("no room, see https://up.example/?token=5ecret")']
[publisher.s3]
bucket = "films"
endpoint = "{endpoint}"
region = "eu-test-1"
"""
SMALL = {"smallest_picture": 16}  # frames of the desk's own clips are smaller than it would take


def render(folder, stage, clips, config, environment, **desk):
    """A whole film through EmpirioLabs; what it said, and what was charged for each shot."""
    with both_desks(folder, stage, clips, BOARD, second={**SMALL, **desk}, config=config) as one:
        one.environment.update(environment)
        done = one.render()
        assert done.code == 0, done.said
        assert sorted(one.charged_at("empiriolabs").values()) == [1] * 4
        assert one.charged_at("apiframe") == {}
        assert one.run("plan", "tiny", "--exit-code").code == 0
        files = [path.read_bytes() for path in one.output.rglob("*") if path.is_file()]
        committed = (one.root / "storyboards" / "tiny.lock.toml").read_text()
        return done.said, files, committed


def test_the_next_publisher_does_what_the_first_cannot(tmp_path, stage, ready_clips):
    """Each picture is put once and read by the vendor; the failing command is told once."""
    keys = {"AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET}
    with bucket_on_loopback() as bucket:
        config = CONFIG.format(python=sys.executable, endpoint=bucket.url)
        said, files, committed = render(tmp_path, stage, ready_clips, config, keys)
        puts = [path for method, path in bucket.heard if method == "PUT"]
        reads = [path for method, path in bucket.heard if method == "GET"]

    assert len(puts) == len(set(puts)) == 3  # the woman, the cup, a frame of sh010
    assert len({path.partition("?")[0] for path in reads}) == 3
    assert said.count("command did not publish") == 1
    assert "exit code 1" in said
    signed = ("5ecret", "X-Amz-Signature", SECRET)
    assert not any(word in said + committed for word in signed)
    assert not any(SECRET.encode() in data for data in files)


def test_a_vendor_that_takes_data_uris_needs_nobody_else(tmp_path, stage, ready_clips):
    """The user says that it does; the pictures stand in the requests."""
    config = 'publishers = ["data-uri"]\n[routes.empiriolabs]\ndata_uris = true\n'
    said, _, committed = render(tmp_path, stage, ready_clips, config, {}, data_uris=True)

    assert "data:" not in said + committed
    assert "did not publish" not in said
