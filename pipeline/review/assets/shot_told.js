// What is told of a shot beside its pictures: words, standing, facts, what it is made from, notes.

import { film } from "./film.js";
import { timecode } from "./frames.js";
import { make } from "./nodes.js";
import { noteList } from "./notes.js";

/** The tags of a take. */
export function tags(take) {
  const list = [];
  const tag = (kind, words) => list.push(make(`span.tag${kind}`, {}, words));
  if (take.serves) tag(".stands", "serves");
  if (take.picked) tag("", take.held ? "picked, held" : "picked");
  if (take.rejected) tag(".failed", "rejected");
  if (!take.current) tag(".to-do", "older request");
  if (take.state !== "good") tag(".failed", take.state);
  return list;
}

/** The column beside an opened shot; `go(take, frame)` is where its notes lead. */
export function shotSide(shot, progress, go) {
  return [
    make("p.over", {}, shot.scene ?? ""),
    make("h2", { id: "shot-id" }, shot.id),
    shot.beat && make("p.beat", {}, shot.beat),
    standing(shot, progress),
    shot.words && make("p.words", {}, shot.words),
    make("p", {}, make("button", { type: "button", "data-do": "text", "data-key": "text" },
      `Line ${shot.line} of the board`)),
    noteList(shot.takes, go),
    facts(shot),
    pictures(shot),
    prompts(shot),
  ];
}

/** What is told of a shot in the cut: shorter. */
export function cutSide(shot, take, go) {
  return [
    make("p.over", {}, shot.scene ?? ""),
    make("h2", {}, make("a", { href: `#shot/${encodeURIComponent(shot.id)}`, "data-key": "open" }, shot.id)),
    shot.beat && make("p.beat", {}, shot.beat),
    make("p", {}, make("span.tag", {}, take ? `take ${take.number} of ${shot.takes.length}` : "no clip"), " ",
      shot.seconds),
    shot.standing === "stands" ? null : standing(shot, null),
    shot.words && make("p.words", {}, shot.words),
    make("p", {}, make("button", { type: "button", "data-do": "text", "data-key": "text" },
      `Line ${shot.line} of the board`)),
    take && noteList([take], go),
  ];
}

/** A shot that has no clip, as it stands in the cut. */
export function shotCard(shot, piece) {
  return [
    make("b", {}, shot.id),
    shot.beat && make("p", {}, shot.beat),
    make("p.faint", {}, shot.words),
    make("p.faint", {}, piece.url ? "its clip cannot be played" : shot.now ?? "no clip yet"),
  ].filter(Boolean);
}

function standing(shot, progress) {
  const state = progress?.state === "making" ? "making" : shot.standing;
  const why = progress?.why ?? shot.now ?? "";
  const price = shot.price && shot.standing !== "stands" ? `, ${shot.price}` : "";
  return make("p", {}, make(`span.tag.${state.replace(" ", "-")}`, {}, state), " ", why, price);
}

function facts(shot) {
  const { start, frames } = shot.span;
  const rows = [
    ["length", shot.seconds], ["frames", String(frames)], ["at", timecode(Math.max(0, start), film.state.rate)],
    ["model", shot.model], ["mode", shot.mode.replaceAll("_", " ")], ["seed", shot.seed], ["price", shot.price],
  ];
  return make("dl", {}, ...rows.filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, String(value)))));
}

function pictures(shot) {
  if (!shot.pictures.length) return null;
  return make("ul.pictures", { "aria-label": "Made from" }, ...shot.pictures.map((one) =>
    make("li", {}, one.image && make("img", { src: one.image, alt: "" }),
      make("span", {}, `${one.use} `, make("b", {}, one.label || one.what)))));
}

function prompts(shot) {
  if (!shot.prompts.length) return null;
  return make("details", {}, make("summary", {}, "The prompt as it is sent"),
    ...shot.prompts.map(([route, prompt]) => make("p", {}, make("b", {}, route), " ", prompt)));
}
