// The keyboard: one table, which the keys dialog shows as well.

import { $, make } from "./nodes.js";

export const KEYS = [
  ["Everywhere", "any", [
    [["?"], "keys", "show these keys"],
    [["Escape"], "escape", "close, or go back to the board"],
    [["b"], "board", "the board"],
    [["c"], "cut", "the cut, from this shot on"],
    [["y"], "text", "the shot's line in the board"],
    [["u"], "undo", "take back the last pick or rejection"],
    [["m"], "mute", "sound off and on"],
  ]],
  ["On the board", "board", [
    [["ArrowLeft"], "left", "the card to the left"],
    [["ArrowRight"], "right", "the card to the right"],
    [["ArrowUp"], "up", "the card above"],
    [["ArrowDown"], "down", "the card below"],
    [["Home"], "home", "the first card"],
    [["End"], "end", "the last card"],
    [["Enter"], "open", "open the shot"],
    [[" "], "play", "play the cut from here"],
  ]],
  ["A shot, or the cut", "shot cut", [
    [[" "], "play", "play, stop"],
    [[",", "ArrowLeft"], "back", "one frame back"],
    [[".", "ArrowRight"], "on", "one frame on"],
    [["<", "Shift+ArrowLeft"], "far-back", "one second back"],
    [[">", "Shift+ArrowRight"], "far-on", "one second on"],
    [["j"], "backwards", "backwards, faster each time"],
    [["k"], "stop", "stop"],
    [["l"], "forwards", "forwards, faster each time"],
    [["Home"], "home", "the first frame"],
    [["End"], "end", "the last frame"],
    [["["], "before", "the shot before"],
    [["]"], "after", "the shot after"],
    [["n", ";"], "note", "a note at this frame"],
  ]],
  ["A shot's takes", "shot", [
    [["1", "2", "3", "4", "5", "6", "7", "8", "9"], "take", "that take large, same frame"],
    [["0"], "side", "all side by side"],
    [["ArrowUp"], "take-before", "the take before"],
    [["ArrowDown"], "take-after", "the take after"],
    [["w"], "wipe", "wipe between the last two"],
    [["p"], "pick", "pick"],
    [["h"], "hold", "pick and hold"],
    [["x"], "reject", "reject"],
    [["P"], "unpick", "take the pick away"],
    [["X"], "accept", "take the rejection back"],
  ]],
  ["The cut", "cut", [
    [["Enter"], "open", "open the shot"],
    [["f"], "source", "the film on disk, or the takes"],
  ]],
];

const NAMES = { " ": "Space", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc" };

/** Hear keys; `room()` is where one is, `act(deed, key)` does it and says whether it did. */
export function watchKeys(room, act) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const deed = deedOf(event, room());
    if (!deed || isTaken(event, deed)) return;
    if (act(deed, event.key) !== false) event.preventDefault();
  });
}

function deedOf(event, room) {
  const key = event.shiftKey && event.key.startsWith("Arrow") ? `Shift+${event.key}` : event.key;
  for (const [, rooms, rows] of KEYS) {
    if (rooms !== "any" && !rooms.split(" ").includes(room)) continue;
    const row = rows.find(([keys]) => keys.includes(key));
    if (row) return row[1];
  }
  return null;
}

/** Whether the key belongs to what has the focus: words, a button's own Space and Enter. */
function isTaken({ key, target }, deed) {
  if (target.closest("dialog")) return true;
  if (target.matches('input[type="text"], textarea, select')) return deed !== "escape";
  if (target.matches('input[type="range"]')) return /^(Arrow|Home|End|Page)/.test(key);
  if (key === "Enter") return target.matches("a, button, summary");
  return key === " " && target.matches("button, summary");
}

/** The table of keys, once. */
export function fillKeys() {
  $("keys-table").replaceChildren(...KEYS.map(([title, , rows]) =>
    make("table", {}, make("caption", {}, title), make("tbody", {}, ...rows.map(([keys, , what]) =>
      make("tr", {}, make("th", { scope: "row" }, ...spelled(keys)), make("td", {}, what)))))));
}

function spelled(keys) {
  if (keys.length > 3) return [make("kbd", {}, keys[0]), "–", make("kbd", {}, keys.at(-1))];
  return keys.flatMap((key) => {
    const parts = key.split("+").filter(Boolean).map((part) => make("kbd", {}, NAMES[part] ?? part));
    return [...parts, " "];
  });
}
