// The film to scale: a rail with a piece for each shot; where one points, there it goes.

import { progressOf } from "./film.js";
import { transitionWords } from "./blends.js";
import { timecode, within } from "./frames.js";
import { $, make, percent, refill, word } from "./nodes.js";

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];
const MARKS = 12;
const HUES = 6;

let film = null;
let frame = 0;

/** Follow pointers on the rail; `go(frame)` is asked for each place. */
export function watchRail(go) {
  const rail = $("rail");
  const point = (event) => {
    const box = rail.getBoundingClientRect();
    const share = (event.clientX - box.left) / Math.max(1, box.width);
    if (film) go(within(Math.floor(share * film.frames), film.frames));
  };
  rail.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    rail.setPointerCapture(event.pointerId);
    point(event);
  });
  rail.addEventListener("pointermove", (event) => {
    if (rail.hasPointerCapture(event.pointerId)) point(event);
  });
}

/** Lay the film's shots out; colours go by scene. */
export function layTimeline(state) {
  film = state;
  const hues = new Map();
  for (const { scene } of state.shots) if (!hues.has(scene)) hues.set(scene, hues.size % HUES);
  const tells = state.shots.map((shot) => [shot.id, shot.span, shot.scene, standing(shot), shot.transition]);
  refill($("pieces"), [tells, state.frames], () => state.shots.map((shot) => piece(shot, state, hues)));
  refill($("scenes"), tells.map(([, span, scene]) => [span, scene]), () => scenes(state, hues));
  refill($("marks"), [state.frames, state.rate], () => marks(state));
  $("rail").setAttribute("aria-valuemax", String(Math.max(0, state.frames - 1)));
  moveHead(within(frame, state.frames));
}

/** Put the head on a film frame. */
export function moveHead(to) {
  frame = to;
  if (!film) return;
  $("head").style.left = percent(frame, film.frames);
  const rail = $("rail");
  rail.setAttribute("aria-valuenow", String(frame));
  rail.setAttribute("aria-valuetext", timecode(frame, film.rate));
}

const standing = (shot) => (progressOf(shot)?.state === "making" ? "making" : shot.standing);

function placed(node, start, frames, state) {
  node.style.left = percent(start, state.frames);
  node.style.width = percent(frames, state.frames);
  return node;
}

function piece(shot, state, hues) {
  const { start, frames, overlap } = shot.span;
  const comes = overlap && shot.transition ? `; ${transitionWords(shot.transition, overlap)}` : "";
  const node = make(`div.piece.hue${hues.get(shot.scene)}.${standing(shot).replace(" ", "-")}`,
    { title: `${shot.id}, ${shot.seconds} from ${timecode(Math.max(0, start), state.rate)}${comes}` },
    make("span", {}, shot.id));
  return placed(node, start + overlap, Math.max(1, frames - overlap), state);
}

function scenes(state, hues) {
  const runs = [];
  for (const { scene, span } of state.shots) {
    if (runs.at(-1)?.scene !== scene) runs.push({ scene, start: span.start + span.overlap, end: 0 });
    runs.at(-1).end = span.start + span.frames;
  }
  return runs.filter((run) => run.scene).map(({ scene, start, end }) =>
    placed(make(`span.hue${hues.get(scene)}`, {}, scene), start, end - start, state));
}

function marks(state) {
  const seconds = (state.frames * state.rate[1]) / state.rate[0];
  const step = STEPS.find((one) => seconds / one <= MARKS) ?? STEPS.at(-1);
  const list = [];
  for (let second = 0; second <= seconds * 0.96; second += step) {
    const mark = make("span");
    word(mark, `${Math.floor(second / 60)}:${String(second % 60).padStart(2, "0")}`);
    mark.style.left = percent((second * state.rate[0]) / state.rate[1], state.frames);
    list.push(mark);
  }
  return list;
}
