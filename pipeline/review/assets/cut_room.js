// The cut: every shot's serving take one after the other, or the film on disk, and where one is.

import { anchorAt, clipFrame, filmPiece, frameOf, pieceAt, piecesOf } from "./cut.js";
import { film, serving, shotOf } from "./film.js";
import { timecode, within } from "./frames.js";
import { $, refill, show, word } from "./nodes.js";
import { Player } from "./player.js";
import { cutSide, shotCard } from "./shot_told.js";

export class CutRoom {
  /** `onmove(frame)` hears of each film frame. */
  constructor(onmove) {
    this.from_disk = false;
    this.opened = false;
    this.frame = 0;
    this.anchor = null;
    this.heard = onmove;
    this.player = new Player($("cut-stage"), {
      card: (piece) => (piece.shot ? shotCard(shotOf(piece.shot), piece) : ["The film on disk cannot be played."]),
      onmove: (frame) => this.moved(frame),
      onplay: (speed) => this.turned(speed),
    });
  }

  get shot() {
    const { state } = film;
    if (!state?.shots.length) return null;
    return state.shots[pieceAt(state.shots.map(({ span }) => span), this.frame)];
  }

  /** Come in at a film frame; clips are asked for only now. */
  open(frame = this.frame) {
    this.opened = true;
    this.frame = within(frame, film.state.frames);
    this.load(this.frame);
  }

  leave() {
    this.player.pause();
    this.opened = false;
  }

  /** The state changed: stay at the same moment of the same shot, playing on if it played. */
  update() {
    const { state } = film;
    const frame = frameOf(state, this.anchor, this.frame);
    show($("source"), Boolean(state.film));
    if (!state.film) this.from_disk = false;
    word($("source"), state.film_is_current ? "Film on disk" : "Film on disk (older)");
    this.tellOlder();
    if (this.opened) this.load(frame);
    else this.frame = frame;
  }

  load(frame) {
    const { state } = film;
    $("cut-stage").style.setProperty("--shape", String(state.width / state.height));
    const pieces = this.from_disk ? filmPiece(state) : piecesOf(state);
    this.player.load(pieces, state.rate, state.frames, frame);
    this.tell();
  }

  /** The film as it lies on disk instead of the takes, or the takes again; same moment. */
  source() {
    if (!film.state.film) return false;
    this.from_disk = !this.from_disk;
    $("source").setAttribute("aria-pressed", String(this.from_disk));
    this.tellOlder();
    this.load(this.frame);
    return true;
  }

  /** Whether the stage shows a film that was cut before takes or board became what they are. */
  get older() { return this.from_disk && !film.state.film_is_current; }

  tellOlder() { show($("older"), this.older); }

  /** To the beginning of the shot so many places on; back goes to this shot's own first. */
  jump(places) {
    const { shots } = film.state;
    const at = shots.indexOf(this.shot);
    const own = places < 0 && this.frame - shots[at].span.start > film.state.rate[0] / film.state.rate[1];
    const to = shots[Math.max(0, Math.min(shots.length - 1, own ? at : at + places))];
    const { playing, speed } = this.player;
    this.player.seek(to.span.start + (to === shots[0] ? 0 : to.span.overlap))
      .then((there) => there && playing && this.player.play(speed));
  }

  /** Which frame of which take is on the screen; none where a card is. */
  underneath() {
    const { shot } = this;
    const take = shot && serving(shot);
    if (!take || this.older) return null;
    const piece = piecesOf(film.state).find((one) => one.shot === shot.id);
    return { shot, take, frame: clipFrame(piece, this.frame - piece.start, film.state.rate) };
  }

  moved(frame) {
    this.frame = frame;
    this.anchor = anchorAt(film.state, frame);
    this.tell();
    this.heard(frame);
  }

  tell() {
    const { state } = film;
    const { shot, frame } = this;
    if (!shot) return;
    word($("cut-code"), timecode(frame, state.rate));
    word($("cut-frame"), `frame ${frame} of ${state.frames} · ${shot.id} ${timecode(Math.max(0, frame - shot.span.start), state.rate)}`);
    $("cut-room").dataset.frame = String(frame);
    $("cut-room").dataset.shot = shot.id;
    refill($("cut-side"), shot, () => cutSide(shot, serving(shot), (number, at) => {
      location.hash = `#shot/${encodeURIComponent(shot.id)}/${number}/${at}`;
    }));
  }

  turned(speed) {
    const button = document.querySelector("#cut-room .play");
    button.setAttribute("aria-label", speed ? "Stop" : "Play");
    button.classList.toggle("playing", speed !== 0);
  }
}
