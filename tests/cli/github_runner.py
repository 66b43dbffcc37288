"""Runs a job of a workflow as GitHub's runner does: each step by its shell, the conditions heeded.

Actions are played as far as a project meets them: a cache that is found by key and prefix and kept
when the job did well, artifacts gathered by their patterns. What is not known here is refused.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import yaml

SHELLS = {
    "bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"],
    "python": ["python"],
}
_EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
_HASHED = re.compile(r"hashFiles\((.+)\)")


@dataclass
class Ran:
    """What a job did: outcomes by step name, all that was printed, artifacts by name."""

    outcomes: dict[str, str] = field(default_factory=dict)
    said: str = ""
    artifacts: dict[str, list[Path]] = field(default_factory=dict)
    summary: str = ""
    cache: str = "missed"

    @property
    def well(self):
        return "failure" not in self.outcomes.values()


@dataclass
class Runner:
    """A machine that runs jobs of one repository.

    Args:
        temp: its own folder.
        programs: what it has installed, before the system's.
        values: what the expressions of a workflow come to, by their text.
        environment: variables every step has.
    """

    temp: Path
    programs: Path
    values: dict[str, object]
    environment: dict[str, str]

    def run(self, workspace: Path, workflow: Path, job: str) -> Ran:
        """Run a job in a checkout."""
        document = yaml.safe_load(workflow.read_text(encoding="utf-8"))
        return _Job(self, workspace, document, document["jobs"][job]).go()


class _Job:
    def __init__(self, runner, workspace, document, job):
        self.runner, self.workspace, self.job = runner, workspace, job
        self.defaults = document["defaults"]["run"]
        self.folder = workspace / self.defaults["working-directory"]
        self.files = {
            name: runner.temp / name.lower()
            for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_PATH", "GITHUB_ENV")
        }
        self.environment = {
            "PATH": f"{runner.programs}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(runner.temp / "home"),
            "RUNNER_TEMP": str(runner.temp),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(workspace),
            "GITHUB_RUN_ID": "4711",
            "GITHUB_RUN_ATTEMPT": "1",
            **{name: str(path) for name, path in self.files.items()},
            **runner.environment,
            **self._filled(document["env"]),
            **self._filled(job.get("env", {})),
        }
        self.ran = Ran()
        self.outputs = {}
        self.ids = {}
        self.kept = None

    def go(self):
        for path in self.files.values():
            path.write_text("")
        (self.runner.temp / "home").mkdir(exist_ok=True)
        for number, step in enumerate(self.job["steps"]):
            name = step.get("name", step.get("uses", f"step {number}"))
            outcome = self._step(step) if self._wanted(step) else "skipped"
            self.ran.outcomes[name] = self.ids[step.get("id", name)] = outcome
        if self.kept and self.ran.well:
            source, target = self.kept
            shutil.copytree(source, target, dirs_exist_ok=True)
        self.ran.summary = self.files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        return self.ran

    def _wanted(self, step):
        """A condition, of the few words that a step's condition is made of here."""
        told = str(step.get("if", "success()"))
        words = _EXPRESSION.fullmatch(told)[1] if told.startswith("${{") else told
        for part in words.split(" && "):
            if part in ("success()", "!cancelled()", "always()"):
                holds = part != "success()" or self.ran.well
            else:
                left, sign, right = re.fullmatch(r"(\S+) (==|!=) '(.+)'", part).groups()
                holds = (str(self._value(left)) == right) == (sign == "==")
            if not holds:
                return False
        return True

    def _step(self, step):
        if "uses" in step:
            return self._action(step["uses"], self._filled(step.get("with", {})))
        shell = step.get("shell", self.defaults["shell"])
        script = self.runner.temp / "script"
        script.write_text(self._fill(step["run"]), encoding="utf-8")
        done = subprocess.run(
            [*SHELLS[shell], str(script)],
            cwd=self.folder,
            env={**self.environment, **self._filled(step.get("env", {}))},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=240,
        )  # fmt: skip
        self.ran.said += done.stdout
        lines = self.files["GITHUB_OUTPUT"].read_text().splitlines()
        self.outputs[step.get("id")] = dict(line.split("=", 1) for line in lines)
        self.files["GITHUB_OUTPUT"].write_text("")
        return "failure" if done.returncode else "success"

    def _action(self, uses, given):
        name, _, version = uses.partition("@")
        assert re.fullmatch(r"v\d+", version), uses
        if name in ("actions/checkout", "actions/setup-python"):
            return "success"
        if name == "actions/cache":
            return self._cache(given)
        assert name == "actions/upload-artifact", uses
        found = [path for path in self.workspace.glob(given["path"]) if path.is_file()]
        self.ran.artifacts[given["name"]] = found
        return "failure" if not found and given["if-no-files-found"] == "error" else "success"

    def _cache(self, given):
        kept = self.runner.temp / "cache"
        kept.mkdir(exist_ok=True)
        there = kept / given["key"]
        near = sorted(
            kept.glob(f"{given['restore-keys']}*"), key=lambda path: path.stat().st_mtime_ns
        )
        found = there if there.exists() else next(reversed(near), None)
        if found:
            shutil.copytree(found, self.workspace / given["path"], dirs_exist_ok=True)
            self.ran.cache = "hit" if found == there else "near"
        if found != there:
            self.kept = self.workspace / given["path"], there
        return "success"

    def _filled(self, values):
        return {name: self._fill(str(value)) for name, value in values.items()}

    def _fill(self, text):
        return _EXPRESSION.sub(lambda found: str(self._value(found[1])), text)

    def _value(self, words):
        if hashed := _HASHED.fullmatch(words):
            patterns = [pattern.strip(" '") for pattern in hashed[1].split(",")]
            return _digest(path for one in patterns for path in _matching(self.workspace, one))
        if outcome := re.fullmatch(r"steps\.(\w+)\.outcome", words):
            return self.ids.get(outcome[1], "skipped")
        if output := re.fullmatch(r"steps\.(\w+)\.outputs\.(\w+)", words):
            return self.outputs.get(output[1], {}).get(output[2], "")
        return self.runner.values[words]


def _matching(folder, pattern):
    """Files by a pattern; in GitHub's ``**`` also means files, in Python's only folders."""
    whole = f"{pattern}/*" if pattern.endswith("**") else pattern
    return sorted(path for path in folder.glob(whole) if path.is_file())


def _digest(paths):
    digest = hashlib.sha256()
    for path in paths:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
