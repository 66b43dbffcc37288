// One shot opened: its takes side by side, one of them large, or two under a wipe; always in step.

import { film, progressOf, serving, shotOf } from "./film.js";
import { timecode, within } from "./frames.js";
import { InStep } from "./instep.js";
import { $, make, percent, refill, show, word } from "./nodes.js";
import { shotSide, tags } from "./shot_told.js";

const MOST = 9; // panes at once: as many as there are keys

export class Takes {
  /** `onmove(frame)` hears of each frame. */
  constructor(onmove) {
    this.heard = onmove;
    this.id = null;
    this.number = null; // the selected take
    this.other = null; // the one selected before: the other side of the wipe
    this.mode = "side"; // side, one, wipe
    this.panes = new Map(); // take number -> {node, video, clip}
    this.step = new InStep({ onmove: (frame) => this.moved(frame), onplay: (speed) => this.turned(speed) });
    $("scrub").addEventListener("input", () => this.step.seek(Number($("scrub").value)));
    $("wipe").addEventListener("input", () => this.wipeTo(Number($("wipe").value)));
    $("takes-stage").addEventListener("pointermove", (event) => this.wipeBy(event));
  }

  get shot() { return shotOf(this.id); }
  get take() { return this.shot?.takes.find((take) => take.number === this.number); }

  /** Open a shot at its serving take; `place` may say which take and frame instead. */
  open(id, place = {}) {
    const fresh = id !== this.id;
    this.id = id;
    const { shot } = this;
    if (!shot) return;
    if (fresh) {
      this.drop();
      this.number = (serving(shot) ?? shot.takes.at(-1))?.number ?? null;
      this.other = null;
      this.mode = shot.takes.length > 1 ? "side" : "one";
      this.step.frame = this.take?.cut?.in ?? 0;
    }
    if (place.take) this.number = place.take;
    this.update();
    if (place.frame !== undefined) this.step.seek(place.frame);
  }

  /** Leave the shot: its clips are let go. */
  close() {
    this.drop();
    this.id = null;
  }

  drop() {
    this.step.halt();
    for (const { video, node } of this.panes.values()) { video.removeAttribute("src"); node.remove(); }
    this.panes.clear();
    this.step.members = [];
  }

  /** The state may have changed: what is the same stays, playing on. */
  update() {
    const { shot } = this;
    if (!shot) return;
    if (!this.take) this.number = (serving(shot) ?? shot.takes[0])?.number ?? null;
    this.layPanes(shot);
    this.join();
    this.tell();
  }

  layPanes(shot) {
    const shown = shot.takes.filter((take) => take.state === "good" && take.plays);
    const there = new Set([...shown.slice(-MOST), ...shown.filter((take) => take === this.take)]);
    for (const [number, pane] of this.panes) {
      const take = [...there].find((one) => one.number === number);
      if (take?.plays === pane.plays) continue;
      pane.node.remove();
      this.panes.delete(number);
    }
    for (const take of shown) if (there.has(take) && !this.panes.has(take.number)) this.newPane(take);
    show($("takes-stage").querySelector(".none") ?? this.newNone(), !this.panes.size);
  }

  newNone() {
    const none = make("p.none", { hidden: true }, "No take of this shot can be played.");
    $("takes-stage").prepend(none);
    return none;
  }

  newPane(take) {
    const video = make("video", {
      src: take.plays, poster: take.poster && `${take.poster}?side=640`, preload: "auto", playsinline: true,
      tabindex: "-1", "aria-label": `${this.id} take ${take.number}`,
    });
    const name = make("span.number", { "aria-hidden": "true" }, `take ${take.number}`);
    const node = make("div.pane", { onclick: () => this.select(take.number) }, video, name);
    video.muted = true;
    this.panes.set(take.number, { node, video, plays: take.plays });
    const after = [...this.panes.keys()].filter((one) => one > take.number).sort((a, b) => a - b)[0];
    $("takes-stage").insertBefore(node, after === undefined ? null : this.panes.get(after).node);
  }

  join() {
    const members = this.shot.takes.filter((take) => this.panes.has(take.number)).map((take) => {
      const { video } = this.panes.get(take.number);
      const was = this.step.members.find((member) => member.video === video);
      return Object.assign(was ?? { video }, { rate: take.rate, frames: take.frames, number: take.number });
    });
    const leader = members.find(({ number }) => number === this.number) ?? members[0];
    this.step.load(members, leader);
  }

  /** Select a take; `large` shows it alone, on the same frame. */
  select(number, large = false) {
    const take = this.shot?.takes.find((one) => one.number === number);
    if (!take) return false;
    if (number !== this.number) [this.other, this.number] = [this.number, number];
    if (large && this.mode !== "wipe") this.mode = "one";
    this.update();
    return true;
  }

  /** The take so many places on in the strip. */
  next(places) {
    const { takes } = this.shot;
    const at = takes.indexOf(this.take) + places;
    return takes[at] ? this.select(takes[at].number) : false;
  }

  side() {
    this.mode = this.mode === "side" ? "one" : "side";
    this.tell();
  }

  wipe() {
    const others = [...this.panes.keys()].filter((number) => number !== this.number);
    if (!others.length) return false;
    if (!others.includes(this.other)) this.other = others[0];
    this.mode = this.mode === "wipe" ? "one" : "wipe";
    this.tell();
    return true;
  }

  wipeTo(share) {
    const pane = this.panes.get(this.number);
    if (pane) pane.node.style.clipPath = this.mode === "wipe" ? `inset(0 0 0 ${share}%)` : "";
    $("takes-stage").style.setProperty("--wipe", `${share}%`);
  }

  wipeBy(event) {
    if (this.mode !== "wipe" || event.pointerType === "touch") return;
    const box = $("takes-stage").getBoundingClientRect();
    $("wipe").value = String((100 * (event.clientX - box.left)) / Math.max(1, box.width));
    this.wipeTo(Number($("wipe").value));
  }

  /** Everything said about the shot and its takes. */
  tell() {
    const { shot, take } = this;
    const stage = $("takes-stage");
    stage.dataset.mode = this.mode;
    const count = columns(this.panes.size, film.state);
    stage.style.setProperty("--columns", String(count));
    stage.style.setProperty("--rows", String(Math.max(1, Math.ceil(this.panes.size / count))));
    stage.style.setProperty("--shape", String(film.state.width / film.state.height));
    for (const [number, { node }] of this.panes) {
      node.classList.toggle("chosen", number === this.number);
      node.classList.toggle("other", this.mode === "wipe" && number === this.other);
      node.style.clipPath = "";
    }
    this.wipeTo(Number($("wipe").value));
    show($("wipe-at"), this.mode === "wipe");
    for (const mode of ["side", "wipe"]) {
      document.querySelector(`#shot-room [data-do=${mode}]`).setAttribute("aria-pressed", String(this.mode === mode));
    }
    this.strip(shot);
    refill($("shot-side"), [shot, progressOf(shot)], () =>
      shotSide(shot, progressOf(shot), (number, frame) => this.jump(number, frame)));
    this.deeds(take);
    this.ticks(take);
    this.moved(this.step.frame);
  }

  strip(shot) {
    refill($("take-strip"), [shot.id, this.number, shot.takes], () => shot.takes.map((take) =>
      make("button.take", {
        type: "button", "data-key": `take-${take.number}`, "aria-pressed": String(take.number === this.number),
        onclick: () => this.select(take.number, true),
      }, make("b", {}, String(take.number)), ...tags(take),
      make("span.faint", {}, [take.seed === null ? "" : `seed ${take.seed}`, take.price].filter(Boolean).join(" · ")))));
  }

  deeds(take) {
    show($("unpick"), Boolean(take?.picked));
    show($("accept"), Boolean(take?.rejected));
    word($("deeds-take"), take ? `Take ${take.number}` : "No take yet");
    for (const deed of ["pick", "hold", "reject", "note"]) {
      document.querySelector(`#shot-room [data-do=${deed}]`).disabled = !take;
    }
  }

  ticks(take) {
    refill($("ticks"), [take?.notes, take?.cut, take?.frames], () => !take ? [] : [
      take.cut && place(make("i.range"), take.cut.in, take.cut.out - take.cut.in, take.frames),
      ...take.notes.map(({ frame }) => place(make("i.note"), frame, 0, take.frames)),
    ]);
  }

  jump(number, frame) {
    this.select(number);
    this.step.seek(frame);
  }

  moved(frame) {
    const take = this.take ?? null;
    const frames = this.step.frames;
    const rate = this.step.leader?.rate ?? film.state.rate;
    const code = timecode(within(frame, Math.max(1, frames)), rate);
    $("scrub").max = String(Math.max(0, frames - 1));
    $("scrub").value = String(frame);
    $("scrub").setAttribute("aria-valuetext", code);
    word($("take-code"), code);
    word($("take-frame"), `frame ${frame} of ${frames}${inFilm(this.shot, take, frame)}`);
    $("shot-room").dataset.frame = String(frame);
    this.heard(frame);
  }

  turned(speed) {
    const button = document.querySelector("#shot-room .play");
    button.setAttribute("aria-label", speed ? "Stop" : "Play");
    button.classList.toggle("playing", speed !== 0);
  }
}

/** Where a take's frame is in the film, if it serves. */
function inFilm(shot, take, frame) {
  if (!shot || !take?.cut) return "";
  if (frame < take.cut.in || frame >= take.cut.out) return " · not in the film";
  const same = take.rate[0] * film.state.rate[1] === film.state.rate[0] * take.rate[1];
  if (!take.serves || !same || take.cut.speed) return "";
  return ` · film ${timecode(Math.max(0, shot.span.start + frame - take.cut.in), film.state.rate)}`;
}

function place(node, start, frames, whole) {
  node.style.left = percent(start, whole);
  if (frames) node.style.width = percent(frames, whole);
  return node;
}

/** As many columns as let pictures be largest on a stage a little wider than high. */
function columns(panes, { width, height }) {
  const wide = width / height;
  let best = 1;
  let largest = 0;
  for (let count = 1; count <= panes; count++) {
    const size = Math.min(16 / count, (9 / Math.ceil(panes / count)) * wide);
    if (size > largest + 1e-9) [largest, best] = [size, count];
  }
  return best;
}
