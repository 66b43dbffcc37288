// One of two pictures that lie over each other: a video, or a card where there is no clip.

import { make } from "./nodes.js";

const NEAR = 1e-4; // seconds

export class Layer {
  constructor(stage, card) {
    this.video = make("video", { playsinline: true, preload: "auto", tabindex: "-1", "aria-hidden": "true" });
    this.card = make("div.card-shown", { hidden: true });
    this.node = make("div.layer", {}, this.video, this.card);
    this.draw = card;
    this.piece = null;
    this.url = null;
    this.order = 0;
    this.ready = false;
    stage.append(this.node);
  }

  get seconds() { return this.video.currentTime; }
  get ended() { return this.url !== null && (this.video.ended || this.video.error !== null); }
  get waits() { return this.url !== null && !this.video.error && this.video.readyState < 2; }

  /** Whether it shows this very piece, or can by seeking alone. */
  holds(piece) { return Boolean(piece) && this.piece === piece; }

  /** Make a piece ready to be seen at `seconds`; resolves when it is, false where it was outrun. */
  async cue(piece, seconds) {
    const order = ++this.order;
    const redraw = this.piece !== piece;
    this.piece = piece;
    this.ready = false;
    this.video.pause();
    if (redraw) this.dress(piece);
    if (this.url) await this.reach(seconds, order);
    if (order !== this.order) return false;
    if (this.url && this.video.error) this.show(false, piece); // it is gone, or cannot be played
    this.ready = true;
    return true;
  }

  show(playable, piece) {
    this.card.hidden = playable;
    this.video.hidden = !playable;
    if (!playable) this.card.replaceChildren(...this.draw(piece));
  }

  dress(piece) {
    this.show(piece.url !== null, piece);
    if (piece.url === this.url) return;
    this.url = piece.url;
    if (piece.url) this.video.src = piece.url;
    else this.video.removeAttribute("src");
  }

  /** Seek, unless something else was asked for meanwhile: only the last one may move the clip. */
  async reach(seconds, order) {
    const { video } = this;
    const wanted = () => order === this.order && !video.error;
    while (wanted() && video.readyState < 1) await one(video, "loadedmetadata");
    if (!wanted()) return;
    if (Math.abs(video.currentTime - seconds) > NEAR) video.currentTime = seconds;
    while (wanted() && (video.seeking || video.readyState < 2)) {
      await one(video, "seeked", "loadeddata", "canplay");
    }
  }

  play(speed, muted) {
    this.video.muted = muted;
    this.video.playbackRate = speed;
    if (this.video.paused && !this.video.ended) this.video.play().catch(() => this.unheard());
  }

  /** Browsers let nobody be startled: without a touch of the page, sound stays off. */
  unheard() {
    if (this.video.muted || this.video.error) return;
    this.video.muted = true;
    this.video.play().catch(() => {});
  }

  pause() { if (!this.video.paused) this.video.pause(); }
  mute(muted) { this.video.muted = muted; }
  rest() { this.pause(); this.wear({}); }

  /** How it lies over or under the other one: nothing, where it is seen whole. */
  wear({ opacity = "", clipPath = "", transform = "" }) {
    Object.assign(this.node.style, { opacity, clipPath, transform });
  }
  raise(over) { this.node.classList.toggle("over", over); }
}

/** Wait for the first of some events of a video, or for its failure, or for another clip. */
export const one = (video, ...events) => new Promise((resolve) => {
  const waited = [...events, "error", "emptied"];
  const done = () => {
    for (const event of waited) video.removeEventListener(event, done);
    resolve();
  };
  for (const event of waited) video.addEventListener(event, done);
});
