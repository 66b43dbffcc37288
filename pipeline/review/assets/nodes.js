// Making and mending elements. Words go in as text, never as markup.

export const $ = (id) => document.getElementById(id);

/** An element: its tag with classes ("p.tag.good"), its attributes, what is in it. */
export function make(kind, attributes = {}, ...inside) {
  const [tag, ...classes] = kind.split(".");
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...inside.filter((one) => one !== null && one !== undefined && one !== false));
  return node;
}

/** Change an element's words only where they differ: nothing is drawn or read out again. */
export function word(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

/** Show or hide an element. */
export function show(node, shown) {
  if (node.hidden === shown) node.hidden = !shown;
}

/** A place along the film as a share of 100, for CSS. */
export const percent = (part, whole) => `${((100 * part) / Math.max(1, whole)).toFixed(4)}%`;

/** "3 takes", "1 take". */
export const many = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

const written = new WeakMap();

/** Fill a node anew where what it tells has changed; who had the focus by its data-key keeps it. */
export function refill(node, tells, build) {
  const told = JSON.stringify(tells);
  if (written.get(node) === told) return;
  written.set(node, told);
  const key = node.contains(document.activeElement) && document.activeElement.dataset.key;
  node.replaceChildren(...build().filter(Boolean));
  if (key) node.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}
