// The board as cards: shots in the order of the cut, scenes as headings, posters when they are near.

import { progressOf, serving } from "./film.js";
import { $, make, many, show, word } from "./nodes.js";

const NEAR = "240px"; // how far off the screen a poster is fetched

const cards = new Map(); // shot id -> {item, parts, tells}
let laid = "";
let chosen = null;

const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting) fetchPoster(target);
}, { rootMargin: NEAR });

/** The board as the state has it: only cards that tell something else are touched. */
export function layGrid(state) {
  const layout = JSON.stringify(state.shots.map((shot) => [shot.id, shot.scene]));
  for (const shot of state.shots) if (!cards.has(shot.id)) cards.set(shot.id, newCard(shot.id));
  if (layout !== laid) layOut(state);
  laid = layout;
  for (const shot of state.shots) mend(shot);
  if (!cards.has(chosen)) choose(state.shots[0]?.id ?? null);
  $("board").removeAttribute("aria-busy");
}

/** One card, for what a render tells between two states. */
export const mendCard = (shot) => cards.has(shot.id) && mend(shot);

/** The card that Enter opens and the arrows move from. */
export function choose(id, { focus = false, scroll = true } = {}) {
  for (const key of [chosen, id]) {
    const card = cards.get(key);
    if (!card) continue;
    card.link.tabIndex = key === id ? 0 : -1;
    card.item.classList.toggle("chosen", key === id);
  }
  chosen = id;
  const link = cards.get(id)?.link;
  if (focus && link) link.focus({ preventScroll: !scroll });
}

export const chosenShot = () => chosen;

/** The card to the left, right, above or below, as they lie on the screen. */
export function neighbour(way) {
  const items = [...document.querySelectorAll(".cards > li")];
  const here = items.indexOf(cards.get(chosen)?.item);
  if (here < 0) return items[0]?.dataset.shot ?? null;
  if (way === "left" || way === "right") return items[here + (way === "left" ? -1 : 1)]?.dataset.shot;
  const box = items[here].getBoundingClientRect();
  const rows = way === "up" ? items.slice(0, here).reverse() : items.slice(here + 1);
  const beyond = rows.filter((one) => Math.abs(one.getBoundingClientRect().top - box.top) > 4);
  const row = beyond[0]?.getBoundingClientRect().top;
  const level = beyond.filter((one) => Math.abs(one.getBoundingClientRect().top - row) <= 4);
  const off = (one) => Math.abs(one.getBoundingClientRect().left - box.left);
  return level.sort((a, b) => off(a) - off(b))[0]?.dataset.shot;
}

function layOut(state) {
  const board = $("board");
  const focused = board.contains(document.activeElement);
  const there = new Set(state.shots.map((shot) => shot.id));
  for (const [id, card] of cards) if (!there.has(id)) { near.unobserve(card.poster); cards.delete(id); }
  board.replaceChildren(...scenesOf(state).map(({ name, shots }) =>
    make("section.scene", {},
      state.shots.some((shot) => shot.scene !== null) &&
        make("h2", {}, name ?? "No scene", " ", make("span.faint", {}, many(shots.length, "shot"))),
      make("ol.cards", {}, ...shots.map((shot) => cards.get(shot.id).item)))));
  if (focused) cards.get(chosen)?.link.focus({ preventScroll: true });
}

function scenesOf(state) {
  const scenes = [];
  for (const shot of state.shots) {
    if (!scenes.length || scenes.at(-1).name !== shot.scene) scenes.push({ name: shot.scene, shots: [] });
    scenes.at(-1).shots.push(shot);
  }
  return scenes;
}

function newCard(id) {
  const part = {
    poster: make("img.poster", { alt: "", decoding: "async" }),
    blank: make("span.blank", {}, "no clip yet"),
    id: make("span.id", {}, id), beat: make("span.beat"), standing: make("span.tag"),
    facts: make("span.facts"), bar: make("progress", { max: 1, hidden: true, "aria-label": `${id} is made` }),
  };
  const link = make("a.card", { href: `#shot/${encodeURIComponent(id)}`, tabindex: "-1" },
    make("span.frame", {}, part.poster, part.blank, part.bar),
    make("span.line", {}, part.id, part.standing), part.beat, part.facts);
  link.addEventListener("focus", () => choose(id));
  near.observe(part.poster);
  return { item: make("li", { "data-shot": id }, link), link, ...part, tells: "" };
}

function mend(shot) {
  const card = cards.get(shot.id);
  const take = serving(shot) ?? shot.takes.find((one) => one.poster);
  const progress = progressOf(shot);
  const notes = shot.takes.reduce((sum, one) => sum + one.notes.length, 0);
  const tells = JSON.stringify([shot.beat, shot.standing, shot.price, shot.seconds, take?.poster,
    take?.number, shot.takes.length, notes, progress, shot.words, take?.picked]);
  if (card.tells === tells) return;
  card.tells = tells;
  word(card.beat, shot.beat ?? shot.words);
  const making = progress?.state === "making";
  const standing = making ? "making" : progress?.state === "failed" ? "failed" : shot.standing;
  card.standing.className = `tag ${standing.replace(" ", "-")}`;
  word(card.standing, standing);
  word(card.facts, facts(shot, take, notes, progress));
  show(card.bar, making);
  if (making && progress.done !== null) card.bar.value = progress.done;
  else card.bar.removeAttribute("value");
  setPoster(card, take?.poster ?? null);
}

function facts(shot, take, notes, progress) {
  if (progress?.why) return progress.why;
  const served = take?.serves ? `take ${take.number} of ${shot.takes.length}${take.picked ? ", picked" : ""}` : "";
  return [served, shot.seconds, shot.price, notes && many(notes, "note")].filter(Boolean).join(" · ");
}

function setPoster(card, poster) {
  const wanted = poster ? `${poster}?side=320` : "";
  show(card.poster, Boolean(wanted));
  show(card.blank, !wanted);
  if (card.poster.dataset.src === wanted) return;
  card.poster.dataset.src = wanted;
  if (card.poster.hasAttribute("src") && wanted) card.poster.src = wanted;
  else { near.unobserve(card.poster); near.observe(card.poster); }
}

function fetchPoster(poster) {
  if (poster.dataset.src && poster.getAttribute("src") !== poster.dataset.src) poster.src = poster.dataset.src;
}
