"""Faults told: as an error, as one line, as JSON (``drawing.py`` shows them in the source)."""

from __future__ import annotations

from pipeline.errors import StoryreelError
from pipeline.storyboard.drawing import harmless, render_fault
from pipeline.storyboard.fault import Fault, Related, Severity, Source, Span

__all__ = ["BoardFaultsError", "Fault", "Related", "Severity", "Source", "Span", "fault_as_json",
           "harmless", "render_fault", "short_form"]  # fmt: skip


class BoardFaultsError(StoryreelError):
    """A board has faults; nothing is made or paid while it has.

    ``faults`` are all of them by place, warnings among them; ``file`` is how the board is named
    to people; ``source`` is its text.
    """

    exit_code = 3
    code = "board-faults"

    def __init__(self, faults: tuple[Fault, ...], *, file: str, source: Source) -> None:
        errors = [fault for fault in faults if fault.severity == "error"]
        count = "a fault" if len(errors) == 1 else f"{len(errors)} faults"
        super().__init__(
            f"{file} has {count}.",
            details="\n".join(short_form(fault, file) for fault in errors),
            hint=f"Run `storyreel explain {errors[0].code}` to read more." if errors else None,
        )
        self.faults = faults
        self.file = file
        self.source = source


def short_form(fault: Fault, file: str) -> str:
    """``file:line:column: code message``, for editors and for annotations in CI."""
    place = f"{file}:{fault.span.line}:{fault.span.column}"
    return harmless(f"{place}: {fault.code} {fault.message}")


def fault_as_json(fault: Fault, file: str) -> dict[str, object]:
    """A fault as a JSON object; ends of spans are just behind the last character."""
    told: dict[str, object] = {
        "file": file, **_span_as_json(fault.span), "code": fault.code,
        "severity": fault.severity, "message": fault.message,
        "hint": fault.help,  # as every error has it
        "help": fault.help, "shot": fault.shot,
    }  # fmt: skip
    if fault.related:
        told["related"] = [{**_span_as_json(fault.related.span), "label": fault.related.label}]
    return told


def _span_as_json(span: Span) -> dict[str, int]:
    return {"line": span.line, "column": span.column,
            "end_line": span.end_line, "end_column": span.end_column}  # fmt: skip
