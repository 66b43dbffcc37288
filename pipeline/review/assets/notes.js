// Notes at a frame of a take: written in one line, listed, and gone to.

import { timecode } from "./frames.js";
import { $, make, show, word } from "./nodes.js";

let at = null; // {shot, take, frame, rate, back: who had the focus}

/** Ask for words about a frame; `take` is the take's own document. */
export function beginNote(shot, take, frame) {
  at = { shot, take: take.number, frame, back: document.activeElement };
  word($("note-label"), `Note on ${shot} take ${take.number} at ${timecode(frame, take.rate)}`);
  show($("said"), false); // it would lie under the line
  show($("noting"), true);
  $("note-words").value = "";
  $("note-words").focus();
}

/** Leave the line; the focus goes back to where it was. */
export function endNote() {
  if ($("noting").hidden) return false;
  show($("noting"), false);
  at?.back?.focus?.({ preventScroll: true });
  at = null;
  return true;
}

/** Hear of what was written: `write({shot, take, frame, text})` throws where it is not kept. */
export function watchNotes(write) {
  $("noting").addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = $("note-words").value.trim();
    if (!at || !text) return;
    const { shot, take, frame } = at;
    if (await write({ shot, take, frame, text })) endNote();
  });
}

/** The notes of takes as a list; `go(take, frame)` is asked for the one chosen. */
export function noteList(takes, go) {
  const notes = takes.flatMap((take) => take.notes.map((note) => ({ ...note, take })));
  if (!notes.length) return null;
  return make("section.notes", { "aria-label": "Notes" }, make("h3", {}, "Notes"),
    make("ul", {}, ...notes.map(({ take, frame, text }) =>
      make("li", {}, make("button", {
        type: "button", "data-key": `note-${take.number}-${frame}-${text}`,
        onclick: () => go(take.number, frame),
      }, `take ${take.number} `, make("b", {}, timecode(frame, take.rate))), " ", text))));
}
