// How two pictures are seen together within a transition: the film's own law, in CSS. Pure.

/** CSS of the picture that comes in and of the one that goes, and the ground beneath both. */
export function blendOf(kind, share) {
  const left = percent(1 - share);
  const gone = percent(-share);
  switch (kind) {
    case "fade_black": return faded("#000", share);
    case "fade_white": return faded("#fff", share);
    case "wipe_left": return wiped(`0 0 0 ${left}`);
    case "wipe_right": return wiped(`0 ${left} 0 0`);
    case "wipe_up": return wiped(`${left} 0 0 0`);
    case "wipe_down": return wiped(`0 0 ${left} 0`);
    case "slide_left": return slid("X", left, gone);
    case "slide_right": return slid("X", percent(share - 1), percent(share));
    case "slide_up": return slid("Y", left, gone);
    case "slide_down": return slid("Y", percent(share - 1), percent(share));
    default: return { comes: { opacity: String(share) }, goes: {}, ground: "" };
  }
}

const SHOWN = /^(dissolve|fade_(black|white)|(wipe|slide)_(left|right|up|down))$/;

/** What is said of a transition; of one that is only hinted at here, that it is. */
export function transitionWords(kind, frames) {
  const words = `${kind.replaceAll("_", " ")}, ${frames} frames`;
  return SHOWN.test(kind) ? words : `${words}; shown here as a dissolve`;
}

const percent = (share) => `${(100 * share).toFixed(3)}%`;
const wiped = (inset) => ({ comes: { clipPath: `inset(${inset})` }, goes: {}, ground: "" });
const slid = (axis, comes, goes) => ({
  comes: { transform: `translate${axis}(${comes})` }, goes: { transform: `translate${axis}(${goes})` }, ground: "",
});

/** As ffmpeg's fadeblack and fadewhite: one side goes out early, the other comes in late. */
function faded(ground, share) {
  const left = 1 - share;
  const goes = left * smooth(0.8, 1, left);
  const comes = share * (1 - smooth(0.2, 1, left));
  return { comes: { opacity: String(comes) }, goes: { opacity: String(comes < 1 ? goes / (1 - comes) : 0) }, ground };
}

function smooth(from, to, at) {
  const share = Math.min(1, Math.max(0, (at - from) / (to - from)));
  return share * share * (3 - 2 * share);
}
