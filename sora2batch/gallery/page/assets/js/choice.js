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
  let chosen = null;

  function set(news) {
    Object.assign(get(), news);
    try {
      history.replaceState(null, "", toAddress(chosen));
    } catch {
      // A browser may not let a page from disk change its address; the choice still holds.
    }
    for (const listener of listeners) listener();
  }

  // Read when it is first asked for: by then the rest of this file has been.
  function get() {
    chosen ??= { ...standard(), ...fromAddress(location.hash) };
    return chosen;
  }

  return { get, set, listen: (listener) => listeners.add(listener) };
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
    looks: false,
    orphans: false,
  };
}

// Groups down, then the axes that half of the cards have: the first one down, the second across, and a third beside
// it while that stays narrow. Takes stand side by side in their cell unless nothing else could go across.
function standardAxes() {
  const groups = BATCH.axisByName.has("group") ? ["group"] : [];
  const covered = (axis) => BATCH.cards.filter((card) => hasLabel(card, axis.name)).length;
  const own = BATCH.axes.filter(({ name, labels }) => name !== "group" && name !== "take" && labels.length > 1);
  const main = own.filter((axis) => 2 * covered(axis) >= BATCH.cards.length);
  const takes = BATCH.axes.filter(({ name }) => name === "take");
  const [first, second, third] = main;
  if (!first) return { down: groups, across: takes.map(({ name }) => name) };
  if (!second && takes.length) return { down: [...groups, first.name], across: ["take"] };
  if (!second) return { down: groups, across: groups.length ? [first.name] : [] };
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
  const chosen = {};
  for (const [name, text] of new URLSearchParams(hash.slice(1))) {
    try {
      const value = CHECKS[name]?.(JSON.parse(text));
      if (value !== undefined) chosen[name] = value;
    } catch {
      // An address that somebody cut short still opens the page.
    }
  }
  return chosen;
}

// What an address may say of each choice: the part of it that this batch knows, or undefined.
const CHECKS = {
  down: (axes) => known(axes, (axis) => BATCH.axisByName.has(axis))?.slice(0, 2),
  across: (axes) => known(axes, (axis) => BATCH.axisByName.has(axis))?.slice(0, 2),
  sort: (sort) => (Object.hasOwn(SORTS, sort) ? sort : undefined),
  size: (size) => (Object.hasOwn(SIZES, size) ? size : undefined),
  query: (query) => (typeof query === "string" ? query : undefined),
  states: (states) => known(states, (state) => BATCH.cards.some((card) => card.state === state)),
  changes: (changes) => known(changes, (change) => BATCH.cards.some((card) => card.change === change)),
  hidden: (hidden) => knownLabels(hidden),
  favourites: (isOn) => isOn === true,
  rating: (rating) => (Number.isInteger(rating) && rating >= 0 && rating <= 5 ? rating : undefined),
  looks: (isOn) => isOn === true,
  orphans: (isOn) => isOn === true,
};

function known(values, isKnown) {
  return Array.isArray(values) ? [...new Set(values.filter(isKnown))] : undefined;
}

function knownLabels(hidden) {
  const axes = BATCH.axes.map(({ name }) => name).filter((axis) => Object.hasOwn(hidden, axis));
  return Object.fromEntries(axes.map((axis) => [axis, known(hidden[axis], (label) => labelsOf(axis).includes(label)) ?? []]));
}
