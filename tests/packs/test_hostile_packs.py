"""Packs from strangers: damaged, forged, or not packs at all; nothing is ever written for one."""

from __future__ import annotations

import json
import os
import random
import zipfile

import pytest
from travelling import archive_of, forged, members, packed, project, render, tree, unpack_film

from pipeline.errors import StoryreelError, UsageError
from pipeline.packs.errors import PackError

BOARD = "project/storyboards/film.storyboard.yaml"


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    folder = tmp_path_factory.mktemp("here")
    board = project(folder)
    render(board)
    return packed(board, folder / "film.zip")


def refused(path, tmp_path):
    """Unpacking is refused in our words, and nothing is written anywhere."""
    there = tmp_path / "a" / "there"
    before = tree(tmp_path)
    with pytest.raises(PackError) as error:
        unpack_film(path, there)
    assert tree(tmp_path) == before
    assert not there.exists()
    assert error.value.hint
    return error.value.brief


def named(name):
    """A forger who puts a file of this name into a pack."""

    def change(inside, _manifest):
        inside[name] = b"evil"

    return change


@pytest.mark.parametrize(
    "name",
    ["project/../../evil", "/evil", "project/../evil", "..\\evil", "project/C:/evil",
     "project/.env", "project/.git/hooks/pre-commit", "project/output/journal.db",
     "project/con.png", "../evil", "clips/../../evil", "project/evil/"],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_refused(pack, tmp_path, name):
    """Zip slip in all its spellings."""
    refused(forged(pack, tmp_path / "evil.zip", named(name)), tmp_path)


@pytest.mark.parametrize(
    "name", ["project/setup.py", "project/storyboards/refs/other.png", "project/Makefile"]
)
def test_a_file_that_the_board_does_not_refer_to_is_refused(pack, tmp_path, name):
    """A pack brings its film and no programs."""
    path = forged(pack, tmp_path / "evil.zip", named(name))
    assert "does not refer to" in refused(path, tmp_path)


def test_two_names_of_one_place_are_refused(pack, tmp_path):
    """On a disk that does not tell capitals apart the one would be the other."""
    path = forged(pack, tmp_path / "evil.zip", named("project/storyboards/FILM.storyboard.yaml"))
    assert "one place" in refused(path, tmp_path)


def test_two_files_of_one_name_are_refused(pack, tmp_path):
    """What one reader checks another would take."""
    path = tmp_path / "evil.zip"
    path.write_bytes(pack.read_bytes())
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("lock.toml", "lock = 1\n")
    assert "two files of one name" in refused(path, tmp_path)


def test_links_and_folders_are_refused(pack, tmp_path):
    """Only plain files."""

    def link(entry):
        if entry.filename == "lock.toml":
            entry.external_attr = 0o120777 << 16

    path = forged(pack, tmp_path / "evil.zip", lambda *_: None, entry=link)
    assert "no plain file" in refused(path, tmp_path)


def test_compressed_files_are_refused(pack, tmp_path):
    """Nothing in a pack is larger than the pack: a bomb cannot be built."""

    def squeezed(entry):
        entry.compress_type = zipfile.ZIP_DEFLATED

    def bomb(inside, _):
        inside["project/storyboards/refs/hero.png"] = bytes(50_000_000)

    path = forged(pack, tmp_path / "evil.zip", bomb, entry=squeezed)
    assert path.stat().st_size < 1_000_000
    assert "compressed" in refused(path, tmp_path)


def test_files_that_share_their_bytes_are_refused(pack, tmp_path):
    """The other kind of bomb: many entries that lie over one another."""
    data = bytearray(pack.read_bytes())
    big = max(members(pack).items(), key=lambda member: len(member[1]))[0].encode()
    with zipfile.ZipFile(pack) as archive:
        entry = archive.getinfo(big.decode())
    at = data.rindex(big) - 46  # its entry in the directory: sizes at 20 and 24
    for place in (at + 20, at + 24):
        data[place : place + 4] = (entry.file_size + 10**6).to_bytes(4, "little")
    path = tmp_path / "evil.zip"
    path.write_bytes(data)
    assert "claims to hold more" in refused(path, tmp_path)


def test_an_encrypted_archive_is_refused(pack, tmp_path):
    """Its flag is enough."""
    data = bytearray(pack.read_bytes())
    at = data.rindex(b"lock.toml") - 46
    data[at + 8] |= 1
    path = tmp_path / "evil.zip"
    path.write_bytes(data)
    assert "encrypted" in refused(path, tmp_path)


def test_a_pack_cut_anywhere_is_refused(pack, tmp_path):
    """A download that broke off, at forty places."""
    whole, chance = pack.read_bytes(), random.Random(4)
    for size in sorted(chance.randrange(len(whole)) for _ in range(40)):
        path = tmp_path / "cut.zip"
        path.write_bytes(whole[:size])
        refused(path, tmp_path)


def test_a_pack_with_a_changed_byte_is_refused_or_means_the_same(pack, tmp_path):
    """Two hundred flipped bytes: never a traceback, never another film."""
    whole, chance = pack.read_bytes(), random.Random(5)
    sound = None
    for number in range(200):
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path = tmp_path / "flipped.zip"
        path.write_bytes(data)
        there = tmp_path / f"there-{number}"
        try:
            unpack_film(path, there)
        except StoryreelError:
            assert not there.exists()
            continue
        # a date, a version number: bits that mean nothing
        clips = {p.name for p in there.rglob("*.mp4")} | {
            p.read_bytes() for p in there.glob("storyboards/**/*.*")
        }
        sound = sound or clips
        assert clips == sound


@pytest.mark.parametrize(
    "inside",
    [{}, {"a.txt": b"a"}, {"manifest.json": b"[]"}, {"manifest.json": b"{"},
     {"manifest.json": b"[" * 100_000}, {"manifest.json": b'{"kind": "storyreel-pack"}'},
     {"manifest.json": b'{"kind": "storyreel-pack", "schema": 2, "storyreel": "9.0"}'},
     {"manifest.json": b'{"kind": "storyreel-pack", "schema": 1}'},
     {"manifest.json": b'{"kind": "storyreel-pack", "schema": 1, "members": 3}'}],
)  # fmt: skip
def test_a_foreign_zip_is_no_pack(tmp_path, inside):
    """Any other archive, or one of a newer storyreel."""
    refused(archive_of(inside, tmp_path / "foreign.zip"), tmp_path)


@pytest.mark.parametrize("data", [b"", b"PK", b"hello", b"PK\5\6" + bytes(18)], ids=repr)
def test_what_is_no_zip_is_no_pack(tmp_path, data):
    """An empty file, a text, an empty archive."""
    (tmp_path / "no.zip").write_bytes(data)
    refused(tmp_path / "no.zip", tmp_path)


def test_there_is_no_such_file(tmp_path):
    """Neither a name for nothing, nor a folder, nor a pipe that nobody writes to."""
    os.mkfifo(tmp_path / "pipe")
    for name in ("nothing.zip", ".", "pipe"):
        with pytest.raises(UsageError, match="There is no file"):
            unpack_film(tmp_path / name, tmp_path / "there")


def rewritten(name, old, new):
    def change(inside, _):
        assert old in inside[name], name
        inside[name] = inside[name].replace(old, new)

    return change


def of_some(inside, kind):
    return next(name for name in inside if name.startswith(kind) and name.endswith(".json"))


def test_a_record_whose_key_is_a_path_is_refused(pack, tmp_path):
    """A key becomes a file's name in the store."""

    def change(inside, _):
        name = of_some(inside, "clips/")
        record = json.loads(inside[name])
        record["made"][0]["key"] = "../../evil"
        inside[name] = json.dumps(record).encode()

    assert "record" in refused(forged(pack, tmp_path / "evil.zip", change), tmp_path)


@pytest.mark.parametrize("value", [[], {}, 3, None, "x", [{}], [{"key": 3}]], ids=repr)
def test_a_record_of_another_shape_is_refused(pack, tmp_path, value):
    """Whatever stands where it was made for should stand."""

    def change(inside, _):
        name = of_some(inside, "clips/")
        inside[name] = json.dumps({**json.loads(inside[name]), "made": value}).encode()

    assert "record" in refused(forged(pack, tmp_path / "evil.zip", change), tmp_path)


@pytest.mark.parametrize("part", ["clip", "record", "frame", "frame's record"])
def test_a_pack_that_lacks_half_of_something_is_refused(pack, tmp_path, part):
    """A clip without its record, a frame without its picture, or the other way round."""
    kind, end = {
        "clip": ("clips/", ".mp4"), "record": ("clips/", ".json"),
        "frame": ("frames/", ".png"), "frame's record": ("frames/", ".json"),
    }[part]  # fmt: skip

    def change(inside, _):
        del inside[next(n for n in inside if n.startswith(kind) and n.endswith(end))]

    refused(forged(pack, tmp_path / "evil.zip", change), tmp_path)


def test_a_clip_under_anothers_digest_is_refused(pack, tmp_path):
    """Its manifest agrees with its bytes; its name does not."""

    def change(inside, _):
        clip = next(name for name in inside if name.endswith(".mp4"))
        inside[clip] = inside[clip] + b"more"

    assert "not whole" in refused(forged(pack, tmp_path / "evil.zip", change), tmp_path)


@pytest.mark.parametrize("field", ["bytes", "digest"])
def test_a_manifest_that_lies_is_refused(pack, tmp_path, field):
    """Another size, or another digest, than a member has."""

    def change(inside, manifest):
        listed = manifest["members"]
        manifest["forged"] = listed
        listed["lock.toml"][field] = 7 if field == "bytes" else "0" * 64
        assert "lock.toml" in inside

    refused(forged(pack, tmp_path / "evil.zip", change), tmp_path)


def test_settings_that_a_project_may_not_have_are_refused(pack, tmp_path):
    """A pack chooses no program to run, nor where clips are written."""
    for line in (b'ffmpeg = "/tmp/evil"\n', b'store = "../../elsewhere"\n', b"nonsense\n"):
        change = rewritten("project/storyreel.toml", b"jobs = 2\n", line)
        assert "storyreel.toml" in refused(forged(pack, tmp_path / "evil.zip", change), tmp_path)


def test_a_board_or_a_lock_that_cannot_be_read_is_refused(pack, tmp_path):
    """Before anything of it lies anywhere."""
    change = rewritten(BOARD, b"shots:", b"shoots:")
    assert "storyboard has faults" in refused(forged(pack, tmp_path / "e.zip", change), tmp_path)
    change = rewritten("lock.toml", b"lock = 2", b"lock = 99")
    assert "lock" in refused(forged(pack, tmp_path / "e.zip", change), tmp_path)


def test_a_picture_that_leads_out_of_the_project_is_refused(pack, tmp_path):
    """The board of a stranger names a file outside: no member can be it."""

    def change(inside, _):
        inside[BOARD] = inside[BOARD].replace(b"refs/hero.png", b"../../hero.png")
        inside["project/../hero.png"] = inside.pop("project/storyboards/refs/hero.png")

    refused(forged(pack, tmp_path / "evil.zip", change), tmp_path)


def test_what_is_no_clip_is_refused_and_not_kept(pack, tmp_path):
    """All digests right, and the clip is a text: it does not come into the store."""
    text = b"this is no film"

    def change(inside, _):
        clip = next(name for name in inside if name.endswith(".mp4"))
        record = json.loads(inside.pop(clip.replace(".mp4", ".json")))
        frames = [name for name in inside if name.startswith(f"frames/{clip[6:-4]}")]
        for name in (clip, *frames):
            del inside[name]
        import hashlib

        digest = hashlib.sha256(text).hexdigest()
        inside[f"clips/{digest}.mp4"] = text
        inside[f"clips/{digest}.json"] = json.dumps({**record, "digest": digest}).encode()

    path = forged(pack, tmp_path / "evil.zip", change)
    with pytest.raises(PackError, match="is no clip"):
        unpack_film(path, tmp_path / "there")
    kept = {p.name for p in (tmp_path / "there").rglob("*.mp4")}
    assert all((tmp_path / "there" / "output/store/clips" / n[:2] / n).exists() for n in kept)
    assert not (tmp_path / "there" / "storyboards" / "film.storyboard.yaml").exists()
    assert not any(p.read_bytes() == text for p in (tmp_path / "there").rglob("*") if p.is_file())
