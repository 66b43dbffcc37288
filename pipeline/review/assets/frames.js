// Frames on a rational rate, [numerator, denominator] frames a second. Nothing here touches the page.

const NEARLY = 1e-6; // of a frame: what floating seconds may be short of

/** The seconds to seek to for a frame: its middle. Its start shows the frame before now and then. */
export const middleOf = (frame, [numerator, denominator]) =>
  ((2 * frame + 1) * denominator) / (2 * numerator);

/** The seconds at which a frame begins. */
export const startOf = (frame, [numerator, denominator]) => (frame * denominator) / numerator;

/** The frame that is on the screen so many seconds after the start. */
export const frameAt = (seconds, [numerator, denominator]) =>
  Math.max(0, Math.floor((seconds * numerator) / denominator + NEARLY));

/** The whole frame nearest to a frame's own start, as players tell it, rounded to microseconds. */
export const frameStarting = (seconds, [numerator, denominator]) =>
  Math.max(0, Math.round((seconds * numerator) / denominator));

/** HH:MM:SS:FF, non-drop, counted at the nearest whole rate, as the commands write it. */
export function timecode(frame, [numerator, denominator]) {
  const base = Math.floor(numerator / denominator + 0.5);
  const seconds = Math.floor(frame / base);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60, frame % base];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

/** A frame within 0 .. frames - 1. */
export const within = (frame, frames) => Math.min(Math.max(0, frame), Math.max(0, frames - 1));

/** Minutes and seconds for people: 0:55, 12:03. */
export function spellLength(frames, [numerator, denominator]) {
  const seconds = Math.round((frames * denominator) / numerator);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
