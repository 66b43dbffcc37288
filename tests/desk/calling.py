"""A plain client for the desk's tests: http.client, no retries, no opinions."""

from __future__ import annotations

import http.client
import io
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from PIL import Image


@dataclass(frozen=True)
class Said:
    """One answer; ``content`` is its JSON where it is some."""

    status: int
    headers: dict
    body: bytes

    @property
    def content(self):
        return json.loads(self.body)

    @property
    def error(self):
        return self.content["error"]


class Caller:
    """Talks to a desk with one key; one connection a call, so that faults stay apart."""

    def __init__(self, desk, key=None):
        self.desk = desk
        self.key = desk.key if key is None else key

    def ask(self, method, path, body=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key and not path.startswith(("/cdn/", "/uploads/", "/desk/")):
            named.setdefault("x-api-key", self.key)
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            named.setdefault("content-type", "application/json")
        parts = urlsplit(self.desk.url)
        line = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
        try:
            line.request(method, path, body, named)
            answer = line.getresponse()
            return Said(
                answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
            )
        finally:
            line.close()

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def submit(self, prompt="a fox", *, key=None, model="happyhorse-1.1", **parameters):
        headers = {"idempotency_key": key} if key else {}
        return self.ask("POST", "/v2/videos/generate", wish(prompt, model, **parameters), **headers)

    def taken(self, *args, **parameters):
        """Submit; the job's id."""
        said = self.submit(*args, **parameters)
        assert said.status == 202, said
        return said.content["jobId"]

    def job(self, name):
        return self.get(f"/v2/jobs/{name}").content

    def link(self, name):
        """The path of a finished job's clip."""
        return urlsplit(self.job(name)["result"]["videoUrl"]).path

    def clip(self, *args, **parameters):
        """Submit and download."""
        return self.get(self.link(self.taken(*args, **parameters))).body

    def upload(self, data, name="picture.png", field="file"):
        mark = "a-mark-that-is-in-no-file"
        head = f'Content-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
        body = f"--{mark}\r\n{head}".encode() + data + f"\r\n--{mark}--\r\n".encode()
        return self.ask(
            "POST", "/v2/uploads", body, content_type=f"multipart/form-data; boundary={mark}"
        )

    def published(self, data):
        """Upload; the link."""
        said = self.upload(data)
        assert said.status == 201, said
        return said.content["url"]


def wish(prompt="a fox", model="happyhorse-1.1", **parameters):
    """A body with a short clip asked, unless told otherwise."""
    block = model.replace("-", "").replace(".", "") + "Params"
    asked = {"duration": 3, "resolution": "720p", "seed": 1, **parameters}
    return {"model": model, "prompt": prompt, block: asked}


def picture(width=400, height=400, colour=(200, 60, 40), kind="PNG"):
    """A picture's bytes: a field of colour with a darker half."""
    page = Image.new("RGB", (width, height), colour)
    page.paste((30, 30, 60), (0, 0, width // 2, height // 2))
    out = io.BytesIO()
    page.save(out, kind)
    return out.getvalue()


class EmpirioCaller(Caller):
    """The same for a desk that speaks EmpirioLabs."""

    def submit(self, prompt="a fox", **parameters):
        return self.ask("POST", "/v1/videos/generations", generation(prompt, **parameters))

    def taken(self, *args, **parameters):
        """Submit; the job's id."""
        said = self.submit(*args, **parameters)
        assert said.status in (200, 201, 202), said
        return said.content["job_id"]

    def job(self, name):
        return self.get(f"/v1/jobs/{name}").content

    def link(self, name):
        """The path of a finished job's clip, with its signature."""
        (link,) = links_in(self.job(name)["result"])
        parts = urlsplit(link)
        return f"{parts.path}?{parts.query}"


def generation(prompt="a fox", **parameters):
    """A body with a short clip asked, unless told otherwise; ``None`` leaves a field out."""
    asked = {"model": "happyhorse-1-1", "prompt": prompt, "duration": 3, "resolution": "720p",
             "mode": "t2v", "seed": 1, **parameters}  # fmt: skip
    return {name: value for name, value in asked.items() if value is not None}


def links_in(result):
    """Every link in a result, whatever its shape."""
    if isinstance(result, str):
        return [result] if "://" in result else []
    inner = result.values() if isinstance(result, dict) else result
    return [link for one in inner if isinstance(one, (str, dict, list)) for link in links_in(one)]
