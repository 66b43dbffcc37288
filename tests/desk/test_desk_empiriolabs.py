"""The desk is as strict as EmpirioLabs' documents, and where they are silent it forgives least."""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import threading
from fractions import Fraction
from urllib.parse import urlsplit

import pytest
from calling import Caller, EmpirioCaller, generation, picture
from PIL import Image

from pipeline.desk.empiriolabs_body import Wish, Wrong, read_wish
from pipeline.desk.server import Desk
from pipeline.media.frames import frame_at
from pipeline.media.probe import check_decodable, probe

LINK = "https://x.org/a.png"
JOB = {"job_id", "status", "progress", "created_at", "completed_at", "result", "error"}


@contextlib.contextmanager
def web(files):
    """A server of files elsewhere; a name that is not in ``files`` is a 404."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            data = files.get(self.path.lstrip("/"))
            self.send_response(404 if data is None else 200)
            self.send_header("content-length", str(len(data or b"")))
            self.end_headers()
            self.wfile.write(data or b"")

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def plain(kept_clips):
    """A client of a desk that answers in one shape, with real limits of sides."""
    with Desk("empiriolabs", clips=kept_clips, most_requests=10_000, variety=False) as one:
        yield EmpirioCaller(one)


def wrong(body, **options):
    read = read_wish(body, **options)
    assert isinstance(read, Wrong), read
    return read


def right(body, **options):
    read = read_wish(body, **options)
    assert isinstance(read, Wish), read
    return read


def test_a_job_is_taken_told_and_delivered(empirio, tmp_path):
    """A 2xx with an id, every documented field, a link that gives an MP4 without a key."""
    said = empirio.submit(aspect_ratio="9:16")
    job = empirio.job(said.content["job_id"])
    clip = empirio.get(empirio.link(job["job_id"]))
    path = tmp_path / "clip.mp4"
    path.write_bytes(clip.body)
    facts = probe(path)
    check_decodable(path)

    assert set(job) == JOB
    assert (clip.status, clip.headers["content-type"]) == (200, "video/mp4")
    assert (facts.width, facts.height, facts.frames) == (64, 114, 72)
    assert empirio.desk.traffic().leaks == 0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"prompt": None}, "prompt"), ({"prompt": ""}, "prompt"), ({"prompt": 5}, "prompt"),
        ({"prompt": "x" * 2501}, "prompt"), ({"prompt": "🦊" * 1251}, "prompt"),
        ({"duration": 2}, "duration"), ({"duration": 16}, "duration"),
        ({"duration": 4.5}, "duration"), ({"duration": 5.0}, "duration"),
        ({"duration": "5"}, "duration"), ({"duration": True}, "duration"),
        ({"resolution": "480p"}, "resolution"), ({"resolution": "720P"}, "resolution"),
        ({"aspect_ratio": "21:9"}, "aspect_ratio"), ({"aspect_ratio": ["16:9"]}, "aspect_ratio"),
        ({"seed": -1}, "seed"), ({"seed": 2**31}, "seed"), ({"seed": "1"}, "seed"),
        ({"watermark": "false"}, "watermark"), ({"watermark": 0}, "watermark"),
        ({"mode": "text"}, "mode"), ({"mode": "i2v"}, "mode"), ({"mode": "r2v"}, "mode"),
        ({"mode": "t2v", "image": LINK}, "mode"), ({"mode": "r2v", "image": LINK}, "mode"),
        ({"mode": "i2v", "reference_images": [LINK]}, "mode"),
        ({"mode": "i2v", "images": [LINK, LINK]}, "mode"),
        ({"mode": "r2v", "images": [LINK]}, "mode"),
        ({"image": [LINK]}, "image"), ({"image": "file:///etc/passwd"}, "image"),
        ({"image": "https://"}, "image"), ({"image": "a.png"}, "image"),
        ({"image": "data:image/png;base64,AAAA"}, "image"),
        ({"images": []}, "images"), ({"reference_images": LINK}, "reference_images"),
        ({"reference_images": [LINK] * 10}, "reference_images"),
        ({"reference_images": [LINK, 5]}, "reference_images"),
        ({"image": LINK, "reference_images": [LINK]}, "reference_images"),
        ({"image": LINK, "image_url": LINK}, "image_url"),
        ({"generate_audio": False}, "generate_audio"), ({"fps": 24}, "fps"),
        ({"extend_from": {"job_id": "x"}}, "extend_from"),
        ({"prompt": "character1 runs"}, "prompt"), ({"model": None}, "model"),
    ],
)  # fmt: skip
def test_what_is_not_documented_is_refused_by_field(changed, field):
    """400 and the field: kinds, ranges, words, pictures against the mode, names nobody sent."""
    said = wrong(generation(**changed))

    assert (said.status, said.code, said.field) == (400, "invalid_request", field)


def test_a_model_and_a_template_have_codes_of_their_own():
    """404 `model_not_found` for Apiframe's spelling, 404 `template_not_found` for any template."""
    said = [wrong(generation(model="happyhorse-1.1")), wrong(generation(template="noir"))]

    assert [one.status for one in said] == [404, 404]
    assert [one.code for one in said] == ["model_not_found", "template_not_found"]


def test_what_is_left_out_has_the_documented_default():
    """720p, 5 seconds, the mode by the pictures sent: one image is a frame, two are references."""
    least = {"model": "happyhorse-1-1", "prompt": "a fox"}
    read = right(least)

    assert (read.resolution, read.seconds, read.mode) == ("720p", 5, "t2v")
    assert right({**least, "image": LINK}).mode == "i2v"
    assert right({**least, "image_url": LINK}).pictures == (LINK,)
    assert right({**least, "images": [LINK]}).mode == "i2v"
    assert right({**least, "images": [LINK, LINK]}).mode == "r2v"
    assert right({**least, "reference_images": [LINK]}).mode == "r2v"


def test_references_are_named_in_the_order_sent():
    """`character1` to `character2` of two; `character3`, `character0` and `character10` are not."""

    def read(words):
        asked = generation(words, mode="r2v", reference_images=[LINK, LINK])
        return read_wish(asked)

    assert isinstance(read("character2 meets character1"), Wish)
    for words in ("character3 waits", "character0 waits", "character10 waits"):
        assert isinstance(read(words), Wrong)
    assert isinstance(read("characters and character 3 and mycharacter3"), Wish)


@pytest.mark.parametrize("resolution", ["720p", "1080p"])
@pytest.mark.parametrize("seconds", range(3, 16))
def test_the_price_is_exact(resolution, seconds):
    """14 and 18 cents a second, whatever the mode; no cent is lost in a sum."""
    price = right(generation(duration=seconds, resolution=resolution)).price

    assert price == Fraction({"720p": 14, "1080p": 18}[resolution] * seconds, 100)


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"{", "application/json"), (b"[]", "application/json"), (b"", "application/json"),
     (b'{"seed": NaN}', "application/json"), (json.dumps(generation()), "text/plain")],
)  # fmt: skip
def test_a_body_that_is_no_json_object_is_refused(empirio, body, kind):
    """400, and nothing is charged."""
    assert empirio.ask("POST", "/v1/videos/generations", body, content_type=kind).status == 400
    assert empirio.desk.ledger() == []


def test_keys_are_checked_in_both_headers(plain):
    """Bearer or `x-api-key`, on every path; 401 with its code for none or a wrong one."""
    desk = plain.desk
    bearer = EmpirioCaller(desk, key="")
    paths = ("/v1/models", "/api/v1/account/usage", "/v1/jobs/x")

    assert bearer.get("/v1/models", authorization=f"Bearer {desk.key}").status == 200
    assert plain.get("/v1/models").status == 200
    for key, code in (
        ("", "missing_api_key"),
        ("sk-wrong", "invalid_api_key"),
        ("sk-empiriolabs-off", "invalid_api_key"),
    ):
        said = [EmpirioCaller(desk, key=key).get(path) for path in paths]
        assert [one.status for one in said] == [401] * 3
        assert {one.error["code"] for one in said} == {code}


def test_everything_together_is_fifty_a_minute(kept_clips):
    """Of whatever kind; then 429 without `Retry-After`, until the minute is over."""
    with Desk("empiriolabs", size=64, clips=kept_clips, variety=False) as desk:
        caller = EmpirioCaller(desk)
        job = caller.taken()
        paths = [f"/v1/jobs/{job}", "/v1/models", "/api/v1/account/usage"]
        statuses = [caller.get(paths[turn % 3]).status for turn in range(49)]
        over = caller.submit()
        before = desk.spent()
        desk.advance(60)

        assert statuses == [200] * 49
        assert (over.status, over.error["code"]) == (429, "rate_limit_exceeded")
        assert "retry-after" not in over.headers
        assert before == desk.spent() == Fraction("0.42")
        assert caller.get(paths[0]).status == 200


def test_a_job_is_its_owners(kept_clips):
    """404 for an unknown job and for another account's."""
    keys = {"sk-a": 5, "sk-b": 5}
    with Desk("empiriolabs", size=64, clips=kept_clips, accounts=keys) as desk:
        first, second = EmpirioCaller(desk, "sk-a"), EmpirioCaller(desk, "sk-b")
        job = first.taken()

        assert first.get("/v1/jobs/42").status == 404
        assert second.get(f"/v1/jobs/{job}").status == 404
        assert first.get(f"/v1/jobs/{job}").status == 200


def test_a_job_is_forgotten_an_hour_after_its_end(slow_empirio):
    """By the desk's clock, however long it took; its clip is there for seven days."""
    job = slow_empirio.taken()
    slow_empirio.desk.advance(101)
    link = slow_empirio.link(job)
    slow_empirio.desk.advance(3500)
    before = slow_empirio.get(f"/v1/jobs/{job}").status
    slow_empirio.desk.advance(100)
    after = slow_empirio.get(f"/v1/jobs/{job}").status
    slow_empirio.desk.advance(6 * 24 * 3600)
    clip = slow_empirio.get(link).status
    slow_empirio.desk.advance(24 * 3600)

    assert (before, after, clip) == (200, 404, 200)
    assert slow_empirio.get(link).status == 403


def test_a_link_counts_only_as_it_was_signed(empirio):
    """Without its query, or with another, it is a 403."""
    link = empirio.link(empirio.taken())

    assert empirio.get(link).status == 200
    assert empirio.get(link.partition("?")[0]).status == 403
    assert empirio.get(link[:-1] + "x").status == 403


def test_a_job_goes_through_its_states(kept_clips):
    """Waiting, at work with a fraction of 1, done with a link and the time of its end."""
    with Desk("empiriolabs", size=64, clips=kept_clips, time=100, variety=False) as desk:
        caller = EmpirioCaller(desk)
        job = caller.taken()
        states = []
        for forward in (0, 50, 51):
            desk.advance(forward)
            told = caller.job(job)
            states.append((told["status"], told["progress"], told["result"] is None))
            assert (told["completed_at"] is None) == (told["status"] != "completed")

    assert states == [("queued", 0.0, True), ("processing", 0.5, True), ("completed", 1.0, False)]


def test_the_account_and_the_models_are_told(plain):
    """The balance goes down by the price; the model's parameters are a schema."""
    plain.taken()
    usage = plain.get("/api/v1/account/usage").content
    (model,) = plain.get("/v1/models").content["data"]

    assert Fraction(str(usage["balance"])) == 1000 - Fraction("0.42") == plain.desk.left()
    assert [one["amount"] for one in usage["events"]] == [0.42]
    assert model["id"] == "happyhorse-1-1"
    assert model["parameters"]["resolution"]["default"] == "720p"


def test_what_was_never_found_is_not_there(plain):
    """No uploads, no list of jobs, no cancelling: 404."""
    for method, path in (("POST", "/v1/files"), ("GET", "/v1/jobs"), ("GET", "/v2/jobs"),
                         ("DELETE", f"/v1/jobs/{plain.taken()}"), ("GET", "/")):  # fmt: skip
        assert plain.ask(method, path).status == 404


def test_pictures_are_read_where_they_lie(plain, tmp_path):
    """By the desk itself: one reference does not become the first frame, one image does."""
    with web({"red.png": picture(480, 480), "tall.png": picture(360, 540)}) as host:
        red = f"{host}/red.png"
        reference = plain.taken("character1 runs", mode="r2v", reference_images=[red])
        frame = plain.taken(mode="i2v", image=f"{host}/tall.png")
        read = plain.desk.traffic().pictures
    sizes = []
    for job in (reference, frame):
        path = tmp_path / f"{job}.mp4"
        path.write_bytes(plain.get(plain.link(job)).body)
        facts = probe(path)
        sizes.append((facts.width, facts.height))
        frame_at(path, 0, tmp_path / "first.png")
    with Image.open(tmp_path / "first.png") as image:
        left, right_side = (image.convert("RGB").getpixel((x, 500)) for x in (100, 600))

    assert read == [red, f"{host}/tall.png"]
    assert sizes == [(1280, 720), (720, 1080)]
    assert left[2] > left[0]
    assert right_side[0] > right_side[2]


@pytest.mark.parametrize(
    ("data", "asked", "words"),
    [
        (None, "image", "Failed to download image 1"),
        (b"hello", "image", "image 1 cannot be read"),
        (picture(299, 400), "image", "at least 300 pixels"),
        (picture(399, 500), "references", "at least 400 pixels"),
        (picture(1000, 390), "image", "aspect ratio"),
        (picture(kind="GIF"), "image", "unsupported format"),
        (picture() + b"\0" * 10 * 1024 * 1024, "image", "larger than 10 MB"),
    ],
    ids=["none", "text", "frame", "reference", "wide", "gif", "large"],
)  # fmt: skip
@pytest.mark.parametrize("when", ["refused", "failed"])
def test_pictures_nobody_can_use_are_told_at_once_or_later(plain, data, asked, words, when):
    """[unknown] which: 400 and no charge, or a job that fails and, as is feared, costs."""
    plain.desk.fault(do="shape", shape={"bad_picture": when})
    with web({} if data is None else {"a": data}) as host:
        link = f"{host}/a"
        pictures = {"image": {"image": link}, "references": {"reference_images": [link]}}[asked]
        said = plain.submit(mode=None, **pictures)

    if when == "refused":
        assert said.status == 400
        assert words in said.error["message"]
        assert plain.desk.ledger() == []
    else:
        job = plain.job(said.content["job_id"])
        assert job["status"] == "failed"
        assert words in job["error"]["message"]
        assert plain.desk.spent() == Fraction("0.42")


def test_pictures_inside_the_request_are_an_option(kept_clips):
    """`data_uris`: taken and decoded; what is no base64 of a picture is a 400."""
    coded = "data:image/png;base64," + base64.b64encode(picture()).decode()
    with Desk("empiriolabs", size=64, clips=kept_clips, data_uris=True) as desk:
        caller = EmpirioCaller(desk)
        caller.taken(mode="i2v", image=coded)
        refused = [
            caller.submit(mode="i2v", image=uri).status
            for uri in (
                "data:image/png;base64,!!",
                "data:text/plain;base64,aGk=",
                "data:image/png,abc",
            )
        ]

        assert refused == [400] * 3
        assert desk.traffic().pictures == []
        assert len(desk.ledger()) == 1


def test_another_desks_upload_is_a_picture_here(desk, empirio):
    """Apiframe's links are plain: what was put there, EmpirioLabs reads; both desks at once."""
    link = Caller(desk).published(picture())
    job = empirio.taken(mode="i2v", image=link)

    assert empirio.job(job)["result"]
    assert empirio.desk.traffic().pictures == [link]
    assert urlsplit(desk.url).port != urlsplit(empirio.desk.url).port
    assert not set(desk.environment) & set(empirio.desk.environment)
