// What the server says of the film: fetched whole, told again whenever it changes.

/** Tells "state" (all of it is new), "progress" (one shot), "link" (the line to the server). */
export const told = new EventTarget();

export const film = { state: null, link: "opening", progress: new Map(), cutting: null };

let tag = null;
let fetching = null;
let again = false;

const tell = (kind, detail) => told.dispatchEvent(new CustomEvent(kind, { detail }));

/** Follow the server while somebody looks: every change of the film arrives here. */
export function follow() {
  let line = null;
  // A browser has six lines for all pages of one server: one that nobody sees lets go of its own.
  const look = () => {
    if (!document.hidden) line ??= listen();
    else {
      line?.close();
      line = null;
    }
  };
  document.addEventListener("visibilitychange", look);
  look();
}

/** A line on which the server says what is new, first of all how things stand. */
function listen() {
  const line = new EventSource("/api/events");
  line.addEventListener("open", () => setLink("open"));
  line.addEventListener("error", () => {
    setLink(line.readyState === EventSource.CLOSED ? "refused" : "lost");
  });
  line.addEventListener("film", () => refresh());
  line.addEventListener("happened", (event) => hear(JSON.parse(event.data)));
  return line;
}

function setLink(link) {
  if (film.link === link) return;
  film.link = link;
  tell("link", link);
}

/** Fetch the state where it has changed; calls that come meanwhile become one more. */
export async function refresh() {
  if (fetching) {
    again = true;
    return fetching;
  }
  fetching = (async () => {
    do {
      again = false;
      await fetchOnce();
    } while (again);
  })();
  try {
    await fetching;
  } finally {
    fetching = null;
  }
}

async function fetchOnce() {
  let answer;
  try {
    answer = await fetch("/api/film", { cache: "no-store", headers: tag ? { "If-None-Match": tag } : {} });
  } catch {
    return setLink("lost"); // the line of events opens again by itself, and asks for it then
  }
  if (answer.status === 304) return;
  if (!answer.ok) return setLink(answer.status === 403 ? "refused" : "lost");
  const before = film.state;
  tag = answer.headers.get("ETag");
  film.state = await answer.json();
  if (!film.state.running) {
    film.progress.clear();
    film.cutting = null;
  }
  tell("state", { before, now: film.state });
}

/** One event of a render that runs, as `render --json` prints it. */
function hear(event) {
  const { shot } = event;
  const set = (progress) => film.progress.set(shot, { done: null, why: "", ...progress });
  const was = film.progress.get(shot) ?? {};
  switch (event.event) {
    case "began":
    case "ended":
      film.progress.clear();
      film.cutting = null;
      break;
    case "started": set({ state: "making", why: event.reason }); break;
    case "accepted": set({ ...was, state: "making", why: "ordered" }); break;
    case "generated": set({ ...was, state: "making", why: "its clip is fetched" }); break;
    case "progressed": set({ ...was, state: "making", done: event.done }); break;
    case "failed": set({ state: "failed", why: event.message }); break;
    case "skipped": set({ state: "waiting", why: `waits for ${event.because}` }); break;
    case "stored": case "fetched": case "found": film.progress.delete(shot); break;
    case "cutting": film.cutting = event; break;
    default: return;
  }
  tell("progress", { shot: shot ?? null, event });
}

/** How far a shot is: what was heard last, else what the state says. */
export const progressOf = (shot) => film.progress.get(shot.id) ?? shot.progress ?? null;

/** The shot of an id; absent where the board has none. */
export const shotOf = (id) => film.state?.shots.find((shot) => shot.id === id);

/** The take of a shot that the film shows; absent where there is none. */
export const serving = (shot) => shot.takes.find((take) => take.serves);

/** Have the server do something; throws {message, hint, retry_with} where it does not. */
export async function ask(deed, body) {
  let answer;
  try {
    answer = await fetch(`/api/${deed}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw { message: "The server did not answer; nothing is known to be written.", hint: "See whether storyreel review still runs." };
  }
  const document = await answer.json().catch(() => null);
  if (!answer.ok) throw document?.error ?? { message: `The server refused (${answer.status}).` };
  await refresh();
  return document;
}
