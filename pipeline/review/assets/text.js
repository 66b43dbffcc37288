// The board's own text, open at a line.

import { $, make, word } from "./nodes.js";

/** Show the board from `line` on; the lines up to the next shot's are marked. Throws a fault. */
export async function openText(line, lines) {
  const answer = await fetch("/api/board", { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) throw { message: "The board's text cannot be read now.", hint: "See whether storyreel review still runs." };
  const { path, text } = await answer.json();
  const rows = text.split("\n");
  const next = Math.min(...lines.filter((one) => one > line), rows.length + 1);
  const end = lastOf(rows, line, next);
  word($("text-place"), `${path}:${line}`);
  $("text-sheet").replaceChildren(
    make("pre.numbers", { "aria-hidden": "true" }, rows.map((_, row) => row + 1).join("\n")),
    make("pre.rows", {},
      rows.slice(0, line - 1).map((row) => `${row}\n`).join(""),
      make("mark", {}, rows.slice(line - 1, end).map((row) => `${row}\n`).join("")),
      rows.slice(end).join("\n")));
  const dialog = $("text");
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("mark").scrollIntoView({ block: "center" });
  $("text-sheet").focus({ preventScroll: true });
}

/** The last line that is the shot's own: blank ones and comments before the next are not. */
function lastOf(rows, line, next) {
  let end = next - 1;
  while (end > line && /^\s*(#.*)?$/.test(rows[end - 1])) end -= 1;
  return end;
}

/** Copy `path:line`; where the browser does not let us, it is selected instead. */
export async function copyPlace() {
  const place = $("text-place");
  try {
    await navigator.clipboard.writeText(place.textContent);
    return "Copied.";
  } catch {
    getSelection().selectAllChildren(place);
    return "Selected; copy it with Ctrl+C.";
  }
}
