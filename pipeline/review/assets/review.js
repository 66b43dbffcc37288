// The review page: which room one is in, and what each key and button does there.

import { CutRoom } from "./cut_room.js";
import { ask, film, follow, shotOf, told } from "./film.js";
import { spellLength, within } from "./frames.js";
import { choose, chosenShot, layGrid, mendCard, neighbour } from "./grid.js";
import { fillKeys, watchKeys } from "./keys.js";
import { $, make, many, refill, show, word } from "./nodes.js";
import { beginNote, endNote, watchNotes } from "./notes.js";
import { hear, hush, say, sayFault } from "./said.js";
import { Takes } from "./takes.js";
import { copyPlace, openText } from "./text.js";
import { layTimeline, moveHead, watchRail } from "./timeline.js";

const takes = new Takes(keepSoon);
const cut = new CutRoom((frame) => {
  moveHead(frame);
  keepSoon();
});
const OFTEN = 400; // milliseconds between two changes of the address: browsers count them
let room = "board";
let undo = null; // [deed, body]s that put back what was before the last one
let muted = false;
let last_fault = null;
let scrolled = 0; // where the board was left
let entered = null; // the address as it was last heeded
let keeps = null; // a change of the address to come

// ---------------------------------------------------------------- rooms

/** The words of the address; none where it is torn. */
function address() {
  try {
    return location.hash.slice(1).split("/").map(decodeURIComponent);
  } catch {
    return [""];
  }
}

/** Go to the room that the address names: "", "cut", "shot/ID", "shot/ID/TAKE/FRAME". */
function enter() {
  if (!film.state) return;
  entered = location.hash;
  const [name, ...rest] = address();
  const wanted = name === "shot" && shotOf(rest[0]) ? "shot" : name === "cut" ? "cut" : "board";
  if (room === "cut" && wanted !== "cut") cut.leave();
  if (room === "shot" && wanted !== "shot") takes.close();
  const moved = wanted !== room;
  if (moved) hush();
  if (moved && room === "board") scrolled = scrollY;
  room = wanted;
  document.body.dataset.view = room;
  for (const node of document.querySelectorAll("[data-room]")) show(node, node.dataset.room === room);
  for (const [id, here] of [["to-board", "board"], ["to-cut", "cut"]]) {
    if (room === here) $(id).setAttribute("aria-current", "page");
    else $(id).removeAttribute("aria-current");
  }
  if (room === "shot") openShot(rest);
  if (room === "cut") cut.open(whole(rest[0]));
  name_page();
  if (!moved) return;
  focusRoom();
  scrollTo(0, room === "board" ? scrolled : 0);
}

function openShot([id, number, frame]) {
  choose(id);
  takes.open(id, { take: whole(number), frame: whole(frame) });
  const { span } = shotOf(id);
  const inside = cut.frame >= span.start && cut.frame < span.start + span.frames;
  if (!inside) cut.moved(Math.max(0, span.start));
}

function focusRoom() {
  if (room === "board") choose(chosenShot(), { focus: true, scroll: false });
  else $(room === "cut" ? "cut-stage" : "takes-stage").focus({ preventScroll: true });
}

/** A number in an address; none where it is something else. */
const whole = (word) => (/^\d{1,9}$/.test(word ?? "") ? Number(word) : undefined);

/** The address tells the moment, so that a page that is loaded again stands there. */
function keepPlace() {
  keeps = null;
  if (room === "board" || location.hash !== entered) return; // one is on the way elsewhere
  const { id, number, step } = takes;
  const place = room === "cut" ? `cut/${cut.frame}` : number && `shot/${encodeURIComponent(id)}/${number}/${step.frame}`;
  if (place) history.replaceState(null, "", `#${place}`);
  entered = location.hash;
}

function keepSoon() { keeps ??= setTimeout(keepPlace, OFTEN); }

const open = (id) => { location.hash = `#shot/${encodeURIComponent(id)}`; };
const go = (hash) => { location.hash = hash; };
const here = () => (room === "shot" ? takes.shot : room === "cut" ? cut.shot : shotOf(chosenShot()));

function name_page() {
  const where = room === "shot" ? `${takes.id} · ` : room === "cut" ? "the cut · " : "";
  document.title = `${where}${film.state.title}`;
}

// ---------------------------------------------------------------- state

function took({ before, now }) {
  word($("title"), now.title);
  show($("draft"), now.draft);
  word($("about"), `${now.path} · ${many(now.shots.length, "shot")} · ${spellLength(now.frames, now.rate)} · ${now.width}×${now.height}`);
  tellFaults(now);
  tellRun();
  layGrid(now);
  layTimeline(now);
  cut.update();
  if (before) tellNew(before, now);
  if (!before || (room === "shot" && !takes.shot)) enter();
  else if (room === "shot") takes.update();
  else name_page();
}

/** Say which takes came in, once, for those who do not see it. */
function tellNew(before, now) {
  const there = new Set(before.shots.flatMap((shot) => shot.takes.map((take) => `${shot.id} ${take.number}`)));
  const fresh = now.shots.flatMap((shot) => shot.takes.filter((take) => !there.has(`${shot.id} ${take.number}`))
    .map((take) => `${shot.id}: take ${take.number} is here.`));
  if (fresh.length) hear(fresh.length > 3 ? `${fresh.length} new takes.` : fresh.join(" "));
  else if (before.running && !now.running) hear("The render is done.");
}

function tellFaults({ faults, good }) {
  const box = $("faults");
  show(box, faults.length > 0);
  refill(box, faults, () => [
    make("p", {}, make("strong", {}, `${many(faults.length, "fault")} in the board.`),
      good ? "" : " What you see is the film as it was before."),
    make("ul", {}, ...faults.map((fault) => make("li", {},
      fault.line && make("button", { type: "button", "data-key": `fault-${fault.line}`, onclick: () => openLine(fault.line) }, `line ${fault.line}`),
      " ", fault.message, fault.hint && make("span.hint", {}, fault.hint)))),
  ]);
  const first = faults[0]?.message ?? null;
  if (first && first !== last_fault) hear(`${many(faults.length, "fault")} in the board: ${first}`);
  last_fault = first;
}

function tellRun() {
  const { running } = film.state;
  show($("run"), Boolean(running || film.cutting));
  if (film.cutting && film.cutting.frames < film.cutting.of) {
    word($("run-words"), "cutting the film");
    $("run-bar").value = film.cutting.frames / Math.max(1, film.cutting.of);
  } else if (running) {
    word($("run-words"), `making: ${running.done} of ${running.of}`);
    $("run-bar").value = running.of ? running.done / running.of : 0;
  }
}

told.addEventListener("state", ({ detail }) => took(detail));
told.addEventListener("progress", ({ detail }) => {
  if (!film.state) return;
  tellRun();
  const shot = detail.shot && shotOf(detail.shot);
  if (!shot) return detail.shot || film.state.shots.forEach(mendCard);
  mendCard(shot);
  if (room === "shot" && takes.id === shot.id) takes.update();
});
told.addEventListener("link", ({ detail }) => {
  show($("link"), detail !== "open");
  word($("link"), detail === "refused"
    ? "This page's link is no longer good. Open the one that storyreel review printed last."
    : "The server does not answer; trying again.");
});

// ---------------------------------------------------------------- deeds

/** Have something written to the lock, and tell what the tool says to it. */
async function write(deed, body) {
  try {
    const { said } = await ask(deed, body);
    return said;
  } catch (fault) {
    sayFault(fault);
    return null;
  }
}

async function choice(deed, hold = false) {
  const { shot, take } = takes;
  if (!take) return;
  const back = backFrom(deed, shot, take, hold);
  const said = await write(...bodyOf(deed, shot, take, hold));
  if (!said) return;
  undo = back.length ? back : null;
  say(said.length ? said : ["Done."], { undo: undo && "u takes that back." });
}

/** What is sent for a deed: its address and its body. */
function bodyOf(deed, shot, take, hold = false) {
  const body = { shot: shot.id, take: take.number };
  if (deed === "unpick") return ["pick", { shot: shot.id, clear: true }];
  if (deed === "accept") return ["reject", { ...body, undo: true }];
  return [deed, hold ? { ...body, hold } : body];
}

/** What puts a shot's pick and a take's rejection back as they are now, once the deed is done. */
function backFrom(deed, shot, take, hold) {
  const pick = shot.takes.find((one) => one.picked);
  const again = pick && bodyOf("pick", shot, pick, pick.held);
  if (deed === "unpick") return pick ? [again] : [];
  if (deed === "accept") return [bodyOf("reject", shot, take)];
  if (deed === "reject") return take.picked ? [again] : take.rejected ? [] : [bodyOf("accept", shot, take)];
  if (take.picked && take.held === hold) return [];
  return [again ?? bodyOf("unpick", shot, take), ...(take.rejected ? [bodyOf("reject", shot, take)] : [])];
}

async function undoChoice() {
  if (!undo) return say(["There is nothing to take back."]);
  const back = undo;
  undo = null;
  const all = [];
  for (const [at, one] of back.entries()) {
    const said = await write(...one);
    if (!said) return void (undo = back.slice(at));
    all.push(...said);
  }
  say(all);
}

function note() {
  const place = room === "shot" ? takes.take && { shot: takes.shot, take: takes.take, frame: takes.step.frame } : cut.underneath();
  if (!place) return say([room === "cut" && cut.older
    ? "This film is older than the takes that serve now: f shows those, to write a note on."
    : "There is no clip here to write a note on."]);
  takes.step.pause();
  cut.player.pause();
  beginNote(place.shot.id, place.take, place.frame);
}

watchNotes(async ({ shot, take, frame, text }) => {
  const said = await write("note", { shot, take, frame, text });
  if (said) say(said.length ? said : ["Noted."]);
  return Boolean(said);
});

function openLine(line) {
  return openText(line, film.state.shots.map((shot) => shot.line)).catch(sayFault);
}

function mute() {
  muted = !muted;
  takes.step.mute(muted);
  cut.player.mute(muted);
  for (const button of document.querySelectorAll(".mute")) {
    button.setAttribute("aria-pressed", String(muted));
    word(button, muted ? "Sound is off" : "Sound");
  }
}

function escape() {
  if (endNote()) return true;
  if (!$("said").hidden) return hush();
  return room === "board" ? false : go("");
}

// what plays in this room
const playing = () => (room === "cut" ? cut.player : takes.step);
const second = () => Math.round(film.state.rate[0] / film.state.rate[1]);

function toggle() {
  if (room === "board") {
    cut.moved(Math.max(0, here()?.span.start ?? 0));
    go("cut");
    return void setTimeout(() => cut.player.play()); // once the room is open
  }
  if (playing().playing) playing().pause();
  else playing().play();
}

function faster(sign) {
  const { speed } = playing();
  playing().play(Math.sign(speed) === sign ? Math.max(-8, Math.min(8, speed * 2)) : sign);
}

function beside(places) {
  if (room === "cut") return cut.jump(places);
  const { shots } = film.state;
  const to = shots[shots.indexOf(takes.shot) + places];
  return to ? open(to.id) : false;
}

const move = (way) => {
  const id = neighbour(way);
  if (id) choose(id, { focus: true });
};
const step = (frames) => playing().seek(playing().frame + frames);

const DEEDS = {
  keys: () => $("keys").showModal(),
  escape, undo: undoChoice, mute, note, hush,
  unnote: endNote,
  skip: () => focusRoom(),
  board: () => go(""),
  cut: () => { if (room === "board" && here()) cut.moved(Math.max(0, here().span.start)); go("cut"); },
  text: () => here() && openLine(here().line),
  copy: async () => { word($("text-place").nextElementSibling, await copyPlace()); },
  left: () => move("left"), right: () => move("right"), up: () => move("up"), down: () => move("down"),
  open: () => here() && open(here().id),
  play: toggle,
  back: () => step(-1), on: () => step(1),
  "far-back": () => step(-second()), "far-on": () => step(second()),
  backwards: () => faster(-1), forwards: () => faster(1), stop: () => playing().pause(),
  home: () => (room === "board" ? choose(film.state.shots[0]?.id, { focus: true }) : playing().seek(0)),
  end: () => (room === "board" ? choose(film.state.shots.at(-1)?.id, { focus: true }) : playing().seek(playing().frames - 1)),
  before: () => beside(-1), after: () => beside(1),
  take: (key) => takes.select(Number(key), true),
  side: () => takes.side(), wipe: () => takes.wipe(),
  "take-before": () => takes.next(-1), "take-after": () => takes.next(1),
  pick: () => choice("pick"), hold: () => choice("pick", true), reject: () => choice("reject"),
  unpick: () => choice("unpick"), accept: () => choice("accept"),
  source: () => cut.source(),
};

watchKeys(() => room, (deed, key) => (film.state || deed === "keys" ? DEEDS[deed](key) : false));
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (!button || !film.state) return;
  if (button.tagName === "A") event.preventDefault();
  DEEDS[button.dataset.do]();
  // a pointer leaves the keyboard where it was: Space plays, it does not press again
  if (event.detail > 0 && button.closest(".transport, .deeds") && $("noting").hidden) focusRoom();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) playing().pause();
});
addEventListener("hashchange", enter);
watchRail((frame) => {
  if (room === "cut") return void cut.player.seek(frame);
  cut.frame = frame;
  go("cut");
});
$("rail").addEventListener("keydown", (event) => {
  if (!film.state) return;
  const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: second(), PageDown: -second() }[event.key];
  const to = { Home: 0, End: film.state.frames - 1 }[event.key] ?? (by && cut.frame + by);
  if (to === undefined) return;
  event.preventDefault();
  const frame = within(to, film.state.frames);
  if (room === "cut") cut.player.seek(frame);
  else cut.moved(frame);
});
history.scrollRestoration = "manual";
fillKeys();
follow();
