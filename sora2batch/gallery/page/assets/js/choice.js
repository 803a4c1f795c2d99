// What the person at the page chose to see. It stands in the address, so that it survives a reload.

const SORTS = {
  plan: "manifest order",
  key: "key",
  cost: "dearest first",
  time: "slowest first",
  rating: "best rated first",
};
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
    axes: {},
    together: false,
    lineage: false,
    sort: "plan",
    size: "fit",
    empty: false,
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

// {down, across} of a section: as it was chosen, else as it usually is.
function axesOf(section, { axes }) {
  section.usual ??= standardAxes(section);
  return Object.hasOwn(axes, section.key) ? axes[section.key] : section.usual;
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
  axes: (axes) => knownAxes(axes),
  together: (isOn) => isOn === true,
  lineage: (isOn) => isOn === true && LINEAGE.exists,
  sort: (sort) => (Object.hasOwn(SORTS, sort) ? sort : undefined),
  size: (size) => (size === "fit" || Object.hasOwn(SIZES, size) ? size : undefined),
  query: (query) => (typeof query === "string" ? query : undefined),
  states: (states) => known(states, (state) => BATCH.cards.some((card) => card.state === state)),
  changes: (changes) => known(changes, (change) => BATCH.cards.some((card) => card.change === change)),
  hidden: (hidden) => knownLabels(hidden),
  favourites: (isOn) => isOn === true,
  rating: (rating) => (Number.isInteger(rating) && rating >= 0 && rating <= 5 ? rating : undefined),
  looks: (isOn) => isOn === true,
  orphans: (isOn) => isOn === true,
  empty: (isOn) => isOn === true,
};

function known(values, isKnown) {
  return Array.isArray(values) ? [...new Set(values.filter(isKnown))] : undefined;
}

function knownAxes(axes) {
  const sections = SECTIONS.every.filter(({ key }) => Object.hasOwn(axes, key));
  return Object.fromEntries(sections.map((section) => [section.key, knownSides(section, axes[section.key])]));
}

// An axis stands in one place only.
function knownSides(section, { down, across }) {
  const isKnown = (name) => section.axes.some((axis) => axis.name === name);
  const first = known(down, isKnown)?.slice(0, 2) ?? [];
  return { down: first, across: known(across, (name) => isKnown(name) && !first.includes(name))?.slice(0, 2) ?? [] };
}

function knownLabels(hidden) {
  const axes = BATCH.axes.map(({ name }) => name).filter((axis) => Object.hasOwn(hidden, axis));
  return Object.fromEntries(axes.map((axis) => [axis, known(hidden[axis], (label) => labelsOf(axis).includes(label)) ?? []]));
}
