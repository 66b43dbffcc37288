"""A small client for a language server over standard input and output."""

from __future__ import annotations

import itertools
import json
import os
import queue
import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any

VARIABLE = "STORYREEL_YAML_LANGUAGE_SERVER"
PATIENCE = 60  # seconds; only a server that hangs needs them


def find_server() -> str | None:
    """The command of yaml-language-server, if it and node are installed."""
    if not shutil.which("node"):
        return None
    return os.environ.get(VARIABLE) or shutil.which("yaml-language-server")


class LanguageServer:
    """A running yaml-language-server that has been told nothing of any schema."""

    def __init__(self, command: str, folder: Path) -> None:
        self._process = subprocess.Popen(
            [command, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, cwd=folder,
        )  # fmt: skip
        self._numbers = itertools.count(1)
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._told: queue.Queue[dict[str, Any]] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.ask("initialize", {
            "processId": os.getpid(), "rootUri": folder.as_uri(),
            "capabilities": {
                "workspace": {"configuration": True},
                "textDocument": {
                    "completion": {"completionItem": {"snippetSupport": True}},
                    "hover": {"contentFormat": ["markdown"]},
                },
            },
        })  # fmt: skip
        self.tell("initialized", {})

    def close(self) -> None:
        self.ask("shutdown", None)
        self.tell("exit", None)
        self._process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()

    def open(self, path: Path, text: str) -> list[dict[str, Any]]:
        """Open a document and return what the server underlines in it."""
        self.tell("textDocument/didOpen", {"textDocument": {
            "uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": text,
        }})  # fmt: skip
        while True:
            told = self._told.get(timeout=PATIENCE)
            if told["uri"] == path.as_uri():
                return list(told["diagnostics"])

    def at(self, method: str, path: Path, line: int, column: int) -> Any:
        """Ask about a place; ``line`` and ``column`` count from 1."""
        return self.ask(f"textDocument/{method}", {
            "textDocument": {"uri": path.as_uri()},
            "position": {"line": line - 1, "character": column - 1},
        })  # fmt: skip

    def ask(self, method: str, params: Any) -> Any:
        number = next(self._numbers)
        self._send({"id": number, "method": method, "params": params})
        while True:
            answer = self._answers.get(timeout=PATIENCE)
            if answer.get("id") == number:
                assert "error" not in answer, answer["error"]
                return answer["result"]

    def tell(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream
        while header := stream.readline():
            length = int(header.split(b":")[1])
            stream.readline()
            self._take(json.loads(stream.read(length)))

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("method") == "workspace/configuration":
            items = message["params"]["items"]
            settings = [_SETTINGS if item["section"] == "yaml" else None for item in items]
            self._send({"id": message["id"], "result": settings})
        elif message.get("method") == "textDocument/publishDiagnostics":
            self._told.put(message["params"])
        elif "id" in message and "method" in message:
            self._send({"id": message["id"], "result": None})
        elif "id" in message:
            self._answers.put(message)


_SETTINGS = {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}
