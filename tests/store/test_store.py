"""The store keeps what was put in, and tells what is not whole."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys

import clips
import pytest
import stories

from pipeline.errors import StoreError
from pipeline.files import digest_of_file
from pipeline.ids import Digest, TakeKey
from pipeline.media.probe import probe
from pipeline.store.cleaning import what_to_clean
from pipeline.store.record import MadeFor, record_from_json, record_to_json
from pipeline.store.store import Store

KEY = TakeKey("k1-one")


def made_for(key=KEY, **facts):
    return MadeFor(key=key, label="sh010", fields={"prompt": "x"}, model="animatic", **facts)


@pytest.fixture(scope="module")
def clip(ffmpeg, tmp_path_factory):
    """One tiny clip with sound."""
    return clips.make(
        ffmpeg, tmp_path_factory.mktemp("clip") / "a.mp4", size=(64, 36), frames=6, sound=0.25
    )


def admit(store, clip, made=None):
    path = store.incoming()
    path.write_bytes(clip.read_bytes())
    return store.admit(path, probe(path), made or made_for())


def test_a_clip_comes_back_as_it_went_in(tmp_path, clip):
    """Same bytes under their digest, read-only, found by key, with its facts."""
    store = Store(tmp_path)
    kept = admit(store, clip)
    fresh = Store(tmp_path)

    assert kept.digest == digest_of_file(clip) == digest_of_file(kept.path)
    assert not kept.path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    assert fresh.clips_for(KEY) == (kept.digest,)
    assert fresh.clip(kept.digest) == kept
    assert kept.facts == probe(clip)
    assert not list((tmp_path / "incoming").iterdir())
    assert "do not edit" in " ".join((tmp_path / "README.md").read_text().split())


def test_one_key_may_have_several_clips_and_one_clip_several_keys(tmp_path, ffmpeg, clip):
    """A forced take adds to a key; the same bytes may answer two requests."""
    store = Store(tmp_path)
    first = admit(store, clip)
    other = clips.make(ffmpeg, tmp_path / "b.mp4", size=(64, 36), frames=6, start=9)
    second = admit(store, other)
    admit(store, clip, made_for(TakeKey("k1-two")))

    assert store.clips_for(KEY) == (first.digest, second.digest)
    assert Store(tmp_path).clips_for(TakeKey("k1-two")) == (first.digest,)
    record = Store(tmp_path).record(first.digest)
    assert record is not None
    assert [made.key for made in record.made] == [KEY, "k1-two"]


def test_a_torn_clip_is_told_and_never_given_out(tmp_path, clip):
    """Cut short or changed in place, by size or by content, it does not count."""
    kept = admit(Store(tmp_path), clip)
    whole = kept.path.read_bytes()
    for torn in (whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1]), b""):
        kept.path.chmod(0o644)
        kept.path.write_bytes(torn)
        store = Store(tmp_path)

        assert store.state(kept.digest) == "torn"
        assert store.clips_for(KEY) == ()
        with pytest.raises(StoreError, match="torn"):
            store.clip(kept.digest)


def test_a_change_that_keeps_size_and_time_is_found_by_verify(tmp_path, clip):
    """Rot that hides from size and time does not hide from the digest."""
    kept = admit(Store(tmp_path), clip)
    before = kept.path.stat()
    data = bytearray(kept.path.read_bytes())
    data[len(data) // 2] ^= 1
    kept.path.chmod(0o644)
    kept.path.write_bytes(data)
    os.utime(kept.path, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert Store(tmp_path).state(kept.digest) == "good"
    assert Store(tmp_path, verify=True).state(kept.digest) == "torn"


def test_a_torn_clip_is_replaced_when_it_is_made_again(tmp_path, clip):
    """The same clip made anew heals the store."""
    kept = admit(Store(tmp_path), clip)
    kept.path.chmod(0o644)
    kept.path.write_bytes(b"torn")

    assert admit(Store(tmp_path), clip) == kept
    assert Store(tmp_path, verify=True).state(kept.digest) == "good"


def test_a_copied_store_is_good_though_its_times_are_new(tmp_path, clip):
    """Where times differ the bytes are read once, and the new time is remembered."""
    kept = admit(Store(tmp_path), clip)
    os.utime(kept.path, ns=(0, 0))

    assert Store(tmp_path).state(kept.digest) == "good"
    record = json.loads(kept.path.with_suffix(".json").read_text())
    assert record["changed_ns"] == 0


def test_a_missing_clip_is_missing(tmp_path, clip):
    """A file that is gone is told as such."""
    kept = admit(Store(tmp_path), clip)
    kept.path.chmod(0o644)
    kept.path.unlink()

    assert Store(tmp_path).state(kept.digest) == "missing"
    assert Store(tmp_path).clips_for(KEY) == ()
    assert Store(tmp_path).state(Digest("0" * 64)) == "missing"


def test_a_crash_between_clip_and_record_costs_nothing(tmp_path, clip):
    """A clip without its record does not count, and is taken in again as it is."""
    kept = admit(Store(tmp_path), clip)
    kept.path.with_suffix(".json").unlink()
    assert Store(tmp_path).clips_for(KEY) == ()

    assert admit(Store(tmp_path), clip) == kept
    assert Store(tmp_path).clips_for(KEY) == (kept.digest,)


def test_a_lost_or_torn_index_is_found_again_in_the_records(tmp_path, clip):
    """Which clips answer a key can always be made anew."""
    kept = admit(Store(tmp_path), clip)
    (tmp_path / "keys" / f"{KEY}.json").write_text('{"clips": ["')

    assert Store(tmp_path).clips_for(KEY) == (kept.digest,)


def test_a_record_survives_being_written_down():
    """A record read is the record written."""
    facts = stories.facts_of_a_clip()
    data = {
        "schema": 1, "digest": "d" * 64, "bytes": 3, "changed_ns": 5,
        "facts": {**record_to_json(_record(facts))["facts"]}, "made": [],
    }  # fmt: skip

    assert record_to_json(record_from_json(json.loads(json.dumps(data)))) == data


def _record(facts):
    from pipeline.store.record import ClipRecord

    return ClipRecord(stories.digest("d"), 3, 5, facts, ())


WRITER = """
import sys
from pathlib import Path
from pipeline.media.probe import probe
from pipeline.store.record import MadeFor
from pipeline.store.store import Store
root, clip, key = sys.argv[1:]
store = Store(Path(root))
for _ in range(8):
    path = store.incoming()
    path.write_bytes(Path(clip).read_bytes())
    store.admit(path, probe(path), MadeFor(key, "sh010", {}, "animatic"))
"""


def test_two_processes_put_the_same_clip_in_at_once(tmp_path, clip):
    """Both succeed, the clip is whole, and its record knows both requests."""
    command = [sys.executable, "-c", WRITER, str(tmp_path), str(clip)]
    running = [subprocess.Popen([*command, key]) for key in ("k1-a", "k1-b")]

    assert [process.wait() for process in running] == [0, 0]
    store = Store(tmp_path, verify=True)
    (found,) = store.digests()
    record = store.record(found)
    assert store.state(found) == "good"
    assert record is not None
    assert {made.key for made in record.made} == {"k1-a", "k1-b"}
    assert store.clips_for(TakeKey("k1-a")) == store.clips_for(TakeKey("k1-b")) == (found,)


def test_a_store_that_cannot_be_written_says_so(tmp_path, clip):
    """A file where the folder should be: an error with the place and what to do."""
    (tmp_path / "store").write_text("in the way")

    with pytest.raises(StoreError) as caught:
        admit(Store(tmp_path / "store"), clip)
    assert caught.value.hint


def test_cleaning_takes_free_clips_that_no_film_uses_and_no_paid_one(tmp_path, ffmpeg, clip):
    """Unused free clips go; used ones, and paid ones without leave, stay."""
    store = Store(tmp_path)
    used = admit(store, clip)
    unused = admit(store, clips.make(ffmpeg, tmp_path / "b.mp4", frames=3, start=1))
    paid = admit(
        store,
        clips.make(ffmpeg, tmp_path / "c.mp4", frames=3, start=2),
        made_for(TakeKey("k1-paid"), price="$0.70"),
    )
    found = what_to_clean(store, {used.digest})
    with_paid = what_to_clean(store, {used.digest}, paid=True)

    assert [item.digest for item in found.clips] == [unused.digest]
    assert found.kept_paid == 1
    assert ("$0.70") in [item.price for item in with_paid.clips]
    found.remove(store)
    assert set(Store(tmp_path).digests()) == {used.digest, paid.digest}


def test_cleaning_leaves_what_is_being_made_right_now(tmp_path):
    """Only what nobody has touched for an hour counts as left over."""
    store = Store(tmp_path)
    path = store.incoming()
    path.write_text("half")
    now = path.stat().st_mtime

    assert what_to_clean(store, (), now=now + 10).leftovers == ()
    assert what_to_clean(store, (), now=now + 7200).leftovers == (path,)
