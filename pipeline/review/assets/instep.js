// Clips of one shot in step: one of them leads, the others are held to its time.

import { frameAt, middleOf, within } from "./frames.js";
import { one } from "./layer.js";

const FAR = 0.25; // seconds: beyond this a clip is put where it belongs
const LEAN = 0.1; // the most a clip is hurried or held back

export class InStep {
  /** `onmove(frame)` hears of each frame of the leader, `onplay(speed)` of starts and stops. */
  constructor({ onmove, onplay }) {
    this.members = [];
    this.leader = null;
    this.frame = 0;
    this.speed = 0;
    this.muted = false;
    this.since = null; // {frame, now} of a run backwards
    this.busy = false;
    Object.assign(this, { onmove, onplay });
    this.look = this.look.bind(this);
  }

  get playing() { return this.speed !== 0; }
  get frames() { return this.leader?.frames ?? 0; }

  /** Take other members, [{video, rate, frames}]; those that stay are not touched. */
  load(members, leader, frame = this.frame) {
    const stayed = new Set(this.members.map((member) => member.video));
    this.members = members;
    this.lead(leader);
    this.frame = within(frame, this.frames);
    for (const member of members) if (!stayed.has(member.video)) this.join(member);
    this.onmove(this.frame);
  }

  /** Let another member lead; the frame stays. */
  lead(leader) {
    this.leader = leader ?? null;
    for (const { video } of this.members) video.muted = this.muted || video !== leader?.video;
    if (leader && this.playing) this.frame = frameAt(leader.video.currentTime, leader.rate);
  }

  async join(member) {
    while (member.video.readyState < 1 && !member.video.error) await one(member.video, "loadedmetadata");
    if (!this.members.includes(member)) return;
    this.put(member, this.frame);
    if (this.speed > 0) this.start(member);
  }

  /** Every clip to the moment of the leader's frame, each to the middle of its own. */
  put(member, frame) {
    if (member.video.readyState < 1 || !this.leader) return;
    const own = within(frameAt(middleOf(frame, this.leader.rate), member.rate), member.frames);
    member.video.currentTime = middleOf(own, member.rate);
  }

  seek(frame) {
    this.halt();
    this.frame = within(frame, this.frames);
    for (const member of this.members) this.put(member, this.frame);
    this.onmove(this.frame);
  }

  step(frames) { this.seek(this.frame + frames); }

  pause() { if (this.playing) this.seek(this.frame); }

  halt() {
    if (this.speed === 0) return;
    this.speed = 0;
    for (const { video } of this.members) video.pause();
    this.onplay(0);
  }

  play(speed = 1) {
    if (!this.leader) return;
    const stood = this.speed === 0;
    this.speed = speed;
    if (speed > 0) {
      if (this.frame >= this.frames - 1) for (const member of this.members) this.put(member, 0);
      for (const member of this.members) this.start(member);
    } else {
      for (const { video } of this.members) video.pause();
      this.since = { frame: this.frame, now: performance.now() };
    }
    this.onplay(speed);
    if (stood) requestAnimationFrame(this.look);
  }

  start({ video }) {
    video.playbackRate = this.speed;
    if (!video.ended) video.play().catch(() => {
      if (video.muted || video.error) return;
      video.muted = true; // no sound before the page was touched
      video.play().catch(() => {});
    });
  }

  mute(muted) {
    this.muted = muted;
    this.lead(this.leader);
  }

  look(now) {
    if (this.speed === 0 || !this.leader) return;
    requestAnimationFrame(this.look);
    if (this.speed < 0) return this.backwards(now);
    const { video, rate } = this.leader;
    if (video.ended || video.error) return this.round();
    this.hold();
    const frame = within(frameAt(video.currentTime, rate), this.frames);
    if (frame !== this.frame) this.onmove((this.frame = frame));
  }

  /** Round again from the first frame. */
  round() {
    if (this.leader.video.error) return this.halt();
    for (const member of this.members) {
      this.put(member, 0);
      this.start({ video: member.video });
      member.video.play().catch(() => {});
    }
  }

  /** Correct what drifted from the leader: a little by speed, much by a seek. */
  hold() {
    const lead = this.leader.video.currentTime;
    for (const { video, rate } of this.members) {
      if (video === this.leader.video || video.ended || video.seeking || video.readyState < 2) continue;
      const drift = video.currentTime - lead;
      const frame = rate[1] / rate[0];
      if (Math.abs(drift) > FAR && lead < video.duration) video.currentTime = lead;
      const lean = Math.abs(drift) > frame / 2 ? Math.max(-LEAN, Math.min(LEAN, drift * 2)) : 0;
      const speed = this.speed * (1 - lean);
      if (video.playbackRate !== speed) video.playbackRate = speed;
      if (video.paused && lead < video.duration) video.play().catch(() => {});
    }
  }

  backwards(now) {
    const { frame, now: then } = this.since;
    const gone = (Math.max(0, now - then) / 1000) * (this.leader.rate[0] / this.leader.rate[1]);
    const wanted = Math.round(frame + gone * this.speed);
    if (wanted <= 0) return this.seek(0);
    if (wanted === this.frame || this.members.some(({ video }) => video.seeking)) return;
    this.frame = within(wanted, this.frames);
    for (const member of this.members) this.put(member, this.frame);
    this.onmove(this.frame);
  }
}
