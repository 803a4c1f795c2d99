// What the person at the page chose to see. It stands in the address, so that it survives a reload.

const SORTS = {
  plan: "manifest order",
  key: "key",
  cost: "dearest first",
  time: "slowest first",
  rating: "best rated first",
};
const SIZES = { s: 132, m: 208, l: 328 };
const NARROW = matchMedia("(max-width: 40rem)");

const CHOICE = (() => {
  const listeners = new Set();
  const chosen = { ...standard(), ...fromAddress(location.hash) };

  function set(news) {
    Object.assign(chosen, news);
    try {
      history.replaceState(null, "", toAddress(chosen));
    } catch {
      // A browser may not let a page from disk change its address; the choice still holds.
    }
    for (const listener of listeners) listener();
  }

  return { get: () => chosen, set, listen: (listener) => listeners.add(listener), reset: () => set(standard()) };
})();

function standard() {
  return {
    ...standardAxes(),
    sort: "plan",
    size: NARROW.matches ? "s" : "m",
    query: "",
    states: [],
    changes: [],
    hidden: {},
    favourites: false,
    rating: 0,
    orphans: false,
  };
}

// Groups down, then the axes that half of the cards have: the first one down, the second across, and a third beside
// it while that stays narrow. Takes stand side by side in their cell unless nothing else could go across.
function standardAxes() {
  const groups = BATCH.axisByName.has("group") ? ["group"] : [];
  const covered = (axis) => BATCH.cards.filter((card) => axis.name in card.labels).length;
  const own = BATCH.axes.filter(({ name }) => name !== "group" && name !== "take");
  const main = own.filter((axis) => 2 * covered(axis) >= BATCH.cards.length);
  const takes = BATCH.axes.filter(({ name }) => name === "take");
  const [first, second, third] = main;
  if (!first) return { down: groups, across: takes.map(({ name }) => name) };
  if (!second) return groups.length || takes.length ? { down: [...groups, ...(takes.length ? [first.name] : [])], across: [(takes[0] ?? first).name] } : { down: [], across: [] };
  const beside = third && second.labels.length * third.labels.length <= 8 ? [third.name] : [];
  return { down: [...groups, first.name], across: [second.name, ...beside] };
}

function toAddress(chosen) {
  const usual = standard();
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(chosen)) {
    const text = JSON.stringify(value);
    if (text !== JSON.stringify(usual[name])) words.set(name, text);
  }
  return `#${words}`;
}

function fromAddress(hash) {
  const usual = standard();
  const chosen = {};
  for (const [name, text] of new URLSearchParams(hash.slice(1))) {
    try {
      const value = JSON.parse(text);
      if (name in usual && typeof value === typeof usual[name] && Array.isArray(value) === Array.isArray(usual[name])) chosen[name] = value;
    } catch {
      // An address that somebody cut short still opens the page.
    }
  }
  return withKnownAxes(chosen);
}

function withKnownAxes(chosen) {
  for (const side of ["down", "across"]) if (side in chosen) chosen[side] = chosen[side].filter((axis) => BATCH.axisByName.has(axis)).slice(0, 2);
  if ("sort" in chosen && !(chosen.sort in SORTS)) delete chosen.sort;
  if ("size" in chosen && !(chosen.size in SIZES)) delete chosen.size;
  return chosen;
}
