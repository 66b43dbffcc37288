"""A paid film that travels: with a pack nobody needs a key, a vendor, or the money again."""

from __future__ import annotations

import json

from project import KEY, TWO


def test_a_paid_film_is_cut_elsewhere_without_key_and_network(new_project):
    """Unpacked where no vendor can be reached: the same film; its jobs stay known for later."""
    project = new_project(TWO)
    assert project.render().code == 0
    packed = project.run("pack", "tiny")
    assert packed.code == 0, packed.said
    pack = project.root / "tiny.storyreel-pack.zip"
    assert KEY.encode() not in pack.read_bytes()
    assert b"127.0.0.1" not in pack.read_bytes()
    before = project.desk.traffic()
    project.environment = dict.fromkeys(project.desk.environment, "")
    there = project.root / "there"
    assert project.run("unpack", pack.name, "-d", "there").code == 0
    done = project.run("render", "tiny", "--json", folder=there)
    assert done.code == 0, done.said
    assert json.loads(done.out.splitlines()[-1])["made"] == 0
    assert (there / "output/tiny/tiny.mp4").read_bytes() == project.film()
    assert (there / "storyboards/tiny.lock.toml").read_text() == project.lock()
    assert project.desk.traffic() == before
    assert project.kept == 2
    kept = json.loads(next(there.glob("output/store/clips/*/*.json")).read_text())["made"][0]
    assert (kept["route"], kept["price"]) == ("apiframe", "72 credits")
    assert kept["job"] in project.lock()


def test_a_pack_brings_back_what_the_vendor_has_no_more(new_project):
    """The other way out of a lost clip: a colleague's pack, and nothing is paid again."""
    project = new_project(TWO)
    assert project.render().code == 0
    assert project.run("pack", "tiny").code == 0
    film = project.film()
    for clip in project.output.glob("store/clips/*/*"):
        clip.unlink()
    (project.output / "tiny" / "tiny.mp4").unlink()
    project.desk.advance(30 * 24 * 3600)
    assert project.render().code == 1
    assert project.run("unpack", "tiny.storyreel-pack.zip", "-d", ".").code == 0
    done = project.render()
    assert done.code == 0, done.said
    assert project.film() == film
    assert project.kept == 2
