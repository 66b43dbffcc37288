// The film as pieces on film frames, each showing part of a clip. Nothing here touches the page.

import { frameAt, middleOf, within } from "./frames.js";
import { serving } from "./film.js";

/** Pieces in the order of the cut: the takes that serve, or cards where there is no clip. */
export function piecesOf(state) {
  return state.shots.map((shot) => {
    const take = serving(shot);
    const plays = take?.state === "good" ? take.plays : null;
    return {
      shot: shot.id, start: shot.span.start, frames: Math.max(1, shot.span.frames),
      overlap: shot.span.overlap, transition: shot.transition, url: plays ?? null, muted: Boolean(shot.muted),
      rate: take?.rate ?? state.rate, first: take?.cut.in ?? 0,
      end: take?.cut.out ?? 0, speed: ratio(take?.cut.speed), hold: take?.cut.hold ?? 0,
    };
  });
}

/** The film on disk: one piece. */
export const filmPiece = (state) => [{
  shot: null, start: 0, frames: state.frames, overlap: 0, transition: null, url: state.film, muted: false,
  rate: state.rate, first: 0, end: state.frames, speed: 1, hold: 0,
}];

const ratio = (speed) => (speed ? speed[0] / speed[1] : 1);

/** Which piece a film frame shows; where two are seen, the one that comes in. */
export function pieceAt(pieces, frame) {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (pieces[middle].start <= frame) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Which frame of its clip a piece shows, `offset` film frames into it: the film's own law. */
export function clipFrame(piece, offset, filmRate) {
  const moving = Math.min(offset, Math.max(0, piece.frames - 1 - piece.hold));
  const seconds = (moving * piece.speed * filmRate[1]) / filmRate[0];
  const frame = piece.first + frameAt(seconds, piece.rate);
  return Math.max(piece.first, Math.min(frame, piece.end - 1));
}

/** The seconds to seek a piece's clip to, `offset` film frames into it. */
export const clipSeconds = (piece, offset, filmRate) =>
  middleOf(clipFrame(piece, offset, filmRate), piece.rate);

/** How many film frames into a piece its clip's `seconds` are. */
export function offsetAt(piece, seconds, filmRate) {
  const since = seconds - (piece.first * piece.rate[1]) / piece.rate[0];
  return frameAt(Math.max(0, since) / piece.speed, filmRate);
}

/** How many film frames of a piece move; the rest stands still, a card does not move at all. */
export function movingFrames(piece, filmRate) {
  if (!piece.url) return 0;
  const seconds = ((piece.end - piece.first) * piece.rate[1]) / piece.rate[0] / piece.speed;
  const frames = Math.ceil((seconds * filmRate[0]) / filmRate[1] - 1e-6);
  return Math.max(1, Math.min(piece.frames - piece.hold, frames));
}

/** A film frame as the shot it shows and how far into it: this stays when the film changes. */
export function anchorAt(state, frame) {
  if (!state.shots.length) return null;
  const spans = state.shots.map((shot) => shot.span);
  const shot = state.shots[pieceAt(spans, frame)];
  return { shot: shot.id, offset: frame - shot.span.start };
}

/** The film frame of an anchor in a film that may have changed since; `frame` where it is gone. */
export function frameOf(state, anchor, frame) {
  const shot = anchor && state.shots.find((one) => one.id === anchor.shot);
  if (!shot) return within(frame, state.frames);
  return within(shot.span.start + Math.min(anchor.offset, shot.span.frames - 1), state.frames);
}
