// What the tool says to a deed: in its own words, seen and read out once.

import { $, make, show } from "./nodes.js";

/** Say lines; `undo` tells how to go back. */
export function say(lines, { undo = null } = {}) {
  const inside = lines.map((line) => make("p", {}, line));
  if (undo) inside.push(make("p.faint", {}, undo));
  put(inside, false);
}

/** Say what went wrong, what to do, and the command that would go on. */
export function sayFault({ message, details, hint, retry_with }) {
  put([
    make("p", {}, make("strong", {}, message)),
    details && make("p.details", {}, details),
    hint && make("p", {}, hint),
    ...(retry_with ?? []).map(({ command, costs, why }) => make("p", {}, make("code", {}, command.map(quoted).join(" ")),
      make("span.faint", {}, [why, costs].filter(Boolean).map((words) => ` ${words}`).join(";")))),
  ].filter(Boolean), true);
}

/** A word as a shell takes it. */
const quoted = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`);

/** Read something out that is seen elsewhere. */
export function hear(words) { $("heard").textContent = words; }

export function hush() { show($("said"), false); }

function put(inside, fault) {
  const box = $("said");
  box.classList.toggle("fault", fault);
  const words = $("said-words");
  words.setAttribute("role", fault ? "alert" : "status");
  show(box, true);
  words.replaceChildren(...inside);
}
