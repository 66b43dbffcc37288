"""GitHub's comments of one pull request, on loopback; docs.github.com/rest/issues/comments."""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

ROBOT = "github-actions[bot]"
LONGEST = 65_536


class GitHub:
    """Lists, makes and renews comments; a context manager.

    ``comments`` are what stands there, oldest first; ``asked`` is every method and path;
    ``read_only`` answers as GitHub does a fork's token.
    """

    def __init__(self, repository="owner/films", pull_request=7, known="ghs_job"):
        self.issues = f"/repos/{repository}/issues"
        self.listed = f"{self.issues}/{pull_request}/comments"
        self.known = known
        self.comments = []
        self.asked = []
        self.read_only = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Of", (_Handler,), {"of": self}))

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self):
        """What a runner has in GITHUB_API_URL."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def write(self, login, body):
        """A comment of somebody."""
        comment = {"id": 1000 + len(self.comments), "body": body, "user": {"login": login}}
        self.comments.append(comment)
        return comment

    def of_the_robot(self):
        """The texts of the robot's comments."""
        return [one["body"] for one in self.comments if (one["user"] or {}).get("login") == ROBOT]


class _Handler(BaseHTTPRequestHandler):
    of: GitHub

    def do_GET(self):
        if self._refused():
            return
        url = urlsplit(self.path)
        if url.path != self.of.listed:
            self._answer(404, {"message": "Not Found"})
            return
        query = {name: int(values[0]) for name, values in parse_qs(url.query).items()}
        size, page = min(query.get("per_page", 30), 100), query.get("page", 1)
        shown = self.of.comments[(page - 1) * size : page * size]
        more = len(self.of.comments) > page * size
        following = f"<{self.of.url}{url.path}?per_page={size}&page={page + 1}>"
        self._answer(200, shown, {"Link": f'{following}; rel="next"'} if more else {})

    def do_POST(self):
        if self._refused() or (body := self._body()) is None:
            return
        if self.path != self.of.listed:
            self._answer(404, {"message": "Not Found"})
            return
        self._answer(201, self.of.write(ROBOT, body))

    def do_PATCH(self):
        if self._refused() or (body := self._body()) is None:
            return
        number = re.fullmatch(re.escape(self.of.issues) + r"/comments/(\d+)", self.path)
        found = [one for one in self.of.comments if number and one["id"] == int(number[1])]
        if not found:
            self._answer(404, {"message": "Not Found"})
            return
        found[0]["body"] = body
        self._answer(200, found[0])

    def _refused(self):
        self.of.asked.append((self.command, self.path))
        if self.headers["Authorization"] != f"Bearer {self.of.known}":
            self._answer(401, {"message": "Bad credentials"})
        elif self.of.read_only and self.command != "GET":
            self._answer(403, {"message": "Resource not accessible by integration"})
        else:
            return False
        return True

    def _body(self):
        data = self.rfile.read(int(self.headers["Content-Length"]))
        body = json.loads(data).get("body")
        if isinstance(body, str) and 0 < len(body) <= LONGEST:
            return body
        self._answer(422, {"message": "Validation Failed"})
        return None

    def _answer(self, status, document, headers=None):
        data = json.dumps(document).encode()
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        """Nothing on the terminal."""
