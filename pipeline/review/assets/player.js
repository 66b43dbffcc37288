// Plays the cut without rendering it: two layers, one seen, the other ready with what comes next.

import { blendOf, transitionWords } from "./blends.js";
import { clipSeconds, movingFrames, offsetAt, pieceAt } from "./cut.js";
import { within } from "./frames.js";
import { Layer } from "./layer.js";

const AHEAD = 0.008; // seconds: what is drawn now is seen so much later; no frame too many at a cut
const FASTEST = 4; // as fast as videos play; beyond that, and backwards, frames are looked up

export class Player {
  /** `stage` holds the layers; `onmove(frame)` and `onplay(speed)` are told. */
  constructor(stage, { card, onmove, onplay }) {
    this.stage = stage;
    this.layers = [new Layer(stage, card), new Layer(stage, card)];
    this.pieces = [];
    this.rate = [24, 1];
    this.frames = 0;
    this.frame = 0;
    this.speed = 0; // 0 stands still; 2 is twice as fast; below 0 runs backwards
    this.muted = false;
    this.clock = null; // {frame, since} where no clip tells the time
    this.busy = false; // a frame is being looked up
    this.turn = this.reached = 0; // counts what was asked for, so that late answers are dropped
    this.settled = null; // the promise of the frame asked for last
    this.resuming = 0; // the speed it goes on at once other pieces are there
    this.looking = false; // whether the next picture of the screen is waited for
    Object.assign(this, { onmove, onplay });
    this.front.raise(true);
    this.look = this.look.bind(this);
  }

  get front() { return this.layers[0]; }
  get back() { return this.layers[1]; }
  get playing() { return this.speed !== 0; }

  /** Take other pieces and go to `frame`; what is on the screen and fits goes on undisturbed. */
  load(pieces, rate, frames, frame) {
    const was = this.front.piece;
    Object.assign(this, { pieces, rate, frames });
    const now = within(frame, frames);
    const piece = pieces[pieceAt(pieces, now)];
    const same = was && piece && alike(was, piece) && now - piece.start === this.frame - was.start;
    if (same) this.front.piece = piece;
    this.back.piece = null; // it is made ready again for what comes next now
    if (!piece) return;
    if (same) return this.moved(now, true);
    const speed = this.speed || this.resuming;
    this.seek(now).then((there) => there && speed && this.play(speed));
    this.resuming = speed;
  }

  /** Show a film frame and stand still there; resolves once it is on the screen. */
  async seek(frame) {
    this.halt();
    this.resuming = 0;
    return this.place(within(frame, this.frames));
  }

  /** Put a film frame on the screen, whatever plays; the last one asked for wins. */
  place(frame) {
    this.settled = this.reach(frame, ++this.turn);
    return this.settled;
  }

  async reach(frame, turn) {
    const at = pieceAt(this.pieces, frame);
    const piece = this.pieces[at];
    if (!piece) return false;
    this.moved(frame);
    const offset = frame - piece.start;
    const layer = this.front.holds(piece) || !this.front.piece ? this.front : this.back;
    await layer.cue(piece, clipSeconds(piece, offset, this.rate));
    if (turn !== this.turn) return false;
    if (layer === this.back) this.swap();
    this.back.rest();
    if (at && offset < piece.overlap) await this.underlay(this.pieces[at - 1], frame);
    if (turn !== this.turn) return false;
    this.blend(at, offset);
    this.reached = turn;
    return true;
  }

  /** What is still seen beneath a shot that comes in. */
  underlay(piece, frame) {
    return this.back.cue(piece, clipSeconds(piece, frame - piece.start, this.rate));
  }

  pause() {
    this.resuming = 0;
    if (!this.playing) return;
    this.halt();
    this.place(this.frame); // the very frame that is told
  }

  halt() {
    if (!this.playing) return;
    this.speed = 0;
    this.clock = null;
    for (const layer of this.layers) layer.pause();
    this.onplay(0);
  }

  /** Play from here at a speed; from the start again where the end was reached. */
  async play(speed = 1) {
    if (!this.frames) return;
    this.speed = speed;
    this.resuming = 0;
    this.onplay(speed);
    if (speed > 0 && this.frame >= this.frames - 1) this.place(0);
    await this.settled;
    if (this.speed !== speed) return; // somebody was quicker
    const by_clock = speed < 0 || speed > FASTEST;
    this.clock = by_clock ? { frame: this.frame, since: performance.now() } : null;
    if (by_clock) for (const layer of this.layers) layer.pause();
    else this.run(this.front);
    if (!this.looking) requestAnimationFrame(this.look);
    this.looking = true;
  }

  run(layer) {
    const { piece } = layer;
    const offset = Math.max(0, this.frame - piece.start);
    if (offset >= movingFrames(piece, this.rate)) {
      this.clock = { frame: piece.start + offset, since: performance.now() };
      return;
    }
    this.clock = null;
    layer.play(piece.speed * this.speed, this.muted || piece.muted || this.speed > 2);
  }

  mute(muted) {
    this.muted = muted;
    for (const layer of this.layers) layer.mute(muted || Boolean(layer.piece?.muted));
  }

  /** Once for each picture of the screen, while it plays. */
  look(now) {
    this.looking = this.playing;
    if (!this.playing) return;
    requestAnimationFrame(this.look);
    if (this.speed < 0 || this.speed > FASTEST) return this.shuttle(now);
    const { piece } = this.front;
    if (!piece || this.front.waits || this.reached !== this.turn) return;
    let frame = this.told(now);
    const moving = movingFrames(piece, this.rate);
    if (!this.clock && (frame - piece.start >= moving || this.front.ended)) {
      this.front.pause();
      frame = piece.start + moving;
      this.clock = { frame, since: now };
    }
    this.follow(Math.max(frame, piece.start));
  }

  told(now) {
    if (this.clock) {
      const seconds = Math.max(0, now - this.clock.since) / 1000;
      return this.clock.frame + Math.floor((seconds * this.rate[0] * this.speed) / this.rate[1]);
    }
    return this.front.piece.start + offsetAt(this.front.piece, this.front.seconds + AHEAD, this.rate);
  }

  follow(frame) {
    const at = this.pieces.indexOf(this.front.piece);
    const piece = this.pieces[at];
    const next = this.pieces[at + 1];
    if (frame >= this.frames && !next) return this.ended();
    if (next && frame >= next.start) return this.advance(next);
    const shown = Math.min(frame, piece.start + piece.frames - 1);
    if (this.blend(at, shown - piece.start) && next && !this.back.holds(next)) {
      this.back.cue(next, clipSeconds(next, 0, this.rate));
    }
    this.moved(shown);
  }

  advance(next) {
    if (!this.back.holds(next)) this.back.cue(next, clipSeconds(next, 0, this.rate));
    if (!this.back.ready) return this.front.pause(); // the last frame stays until the next is here
    this.swap();
    if (!next.overlap) this.back.pause();
    this.moved(next.start);
    this.run(this.front);
  }

  ended() {
    this.frame = this.frames - 1;
    this.pause();
  }

  shuttle(now) {
    if (!this.clock) return;
    const { frame, since } = this.clock;
    const seconds = Math.max(0, now - since) / 1000;
    const wanted = Math.round(frame + (seconds * this.rate[0] * this.speed) / this.rate[1]);
    const there = within(wanted, this.frames);
    if (there !== this.frame && !this.busy) {
      this.busy = true;
      this.place(there).finally(() => { this.busy = false; });
    }
    if (wanted <= 0 || wanted >= this.frames) this.seek(there);
  }

  swap() {
    this.layers.reverse();
    this.front.raise(true);
    this.back.raise(false);
    this.back.wear({});
  }

  /** The share of two pieces seen together; whether the one beneath is done with. */
  blend(at, offset) {
    const { overlap, transition } = this.pieces[at];
    const whole = !at || offset >= overlap || !this.back.holds(this.pieces[at - 1]);
    const { comes, goes, ground } = whole ? PLAIN : blendOf(transition, offset / overlap);
    this.front.wear(comes);
    this.back.wear(goes);
    this.stage.style.backgroundColor = ground;
    this.stage.title = whole ? "" : transitionWords(transition, overlap);
    if (whole && this.back.holds(this.pieces[at - 1])) this.back.pause();
    return whole;
  }

  moved(frame, anyway = false) {
    if (frame === this.frame && !anyway) return;
    this.frame = frame;
    this.onmove(frame);
  }
}

const PLAIN = { comes: {}, goes: {}, ground: "" };
const alike = (a, b) =>
  a.url === b.url && a.shot === b.shot && a.first === b.first && a.speed === b.speed;
