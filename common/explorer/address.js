// The state of the page, kept in its address: a link or a reload shows the
// same. Every value is a text.

/** What the address said when the page was opened. */
export const initial = Object.fromEntries(
  new URLSearchParams(location.hash.slice(1)));
const state = {...initial};
let timer;

/** Changes the state; null takes a value out. */
export function remember(changes) {
  Object.assign(state, changes);
  // Not at every move: browsers allow a few writes in a second.
  clearTimeout(timer);
  timer = setTimeout(() => {
    const kept = Object.entries(state).filter(([, value]) => value !== null);
    history.replaceState(null, '', '#' + new URLSearchParams(kept));
  }, 200);
}

/** Reads a number of the address: one between two others, or else another. */
export function recall(name, least, most, otherwise) {
  const value = parseFloat(initial[name]);
  return value >= least && value <= most ? value : otherwise;
}

/** Makes a generator of random numbers from 0 to 1, the same for a seed:
 * mulberry32 by Tommy Ettinger, in the public domain. */
export function randomOf(seed) {
  return () => {
    seed = seed + 0x6d2b79f5 | 0;
    let mixed = Math.imul(seed ^ seed >>> 15, 1 | seed);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}

/** Draws a new seed. */
export const newSeed = () => Math.floor(2 ** 31 * Math.random());

// Another address in the same window is another state.
window.addEventListener('hashchange', () => location.reload());
