// Groups that share their axes make a section: a table of its own, with its own columns and rows.
//
// A section is {key, name, groups, cards, axes}: its axes are those that leave a choice in it.

const NOT_OF_A_GROUP = new Set(["group", "take"]);
const MOST_NAMES = 3;

const TOGETHER = "\n"; // the key of the one section that holds all groups, whatever their axes

// The sections that are seen, in the order of the manifest; found again only where the batch itself became another.
const SECTIONS = (() => {
  let known = null;

  function found() {
    if (known?.cards !== BATCH.cards || known.amount !== BATCH.cards.length) known = { cards: BATCH.cards, amount: BATCH.cards.length, ...divide(BATCH.cards) };
    return known;
  }

  return {
    get all() {
      if (CHOICE.get().lineage) return found().lineal;
      return CHOICE.get().together ? [found().together] : found().apart;
    },
    // Also those that are not seen just now.
    get every() {
      return [...new Set([...found().apart, found().together, ...found().lineal])];
    },
    get areSeveral() {
      return found().apart.length > 1;
    },
    // Of its own group, whatever is seen.
    ownOf: (card) => (CHOICE.get().lineage ? found().byGroup.get(groupOf(card)) : SECTIONS.of(card)),
    of: (card) => (CHOICE.get().lineage ? found().linealByGroup.get(groupOf(card)) : CHOICE.get().together ? found().together : found().byGroup.get(groupOf(card))),
  };
})();

function divide(cards) {
  const axesByGroup = axesOfGroups(cards);
  const sections = new Map();
  const byGroup = new Map();
  for (const card of cards) {
    const group = groupOf(card);
    if (!byGroup.has(group)) byGroup.set(group, sectionOf(group, axesByGroup.get(group), sections));
    byGroup.get(group).cards.push(card);
  }
  const { lineal, linealByGroup } = divideByLineage(cards, byGroup);
  const together = { key: TOGETHER, groups: [...byGroup.keys()], cards, heads: new Map() };
  for (const section of [...sections.values(), together]) finish(section);
  for (const section of lineal) if (section.isLineal) finish(section);
  return { apart: [...sections.values()], together, byGroup, lineal, linealByGroup };
}

// Groups that are made from each other make one section; the others stay as they are, as far as they can.
function divideByLineage(cards, byGroup) {
  const heads = LINEAGE.exists ? familiesOf(cards) : new Map();
  const families = new Map();
  const linealByGroup = new Map();
  for (const card of cards) {
    const group = groupOf(card);
    if (!heads.has(group)) {
      linealByGroup.set(group, byGroup.get(group));
      continue;
    }
    const head = heads.get(group);
    if (!families.has(head)) families.set(head, { key: `\n${LINE}\n${head}`, groups: [], cards: [], heads: new Map(), isLineal: true });
    const family = families.get(head);
    if (!linealByGroup.has(group)) family.groups.push(group);
    linealByGroup.set(group, family);
    family.cards.push(card);
  }
  for (const { groups } of families.values()) groups.sort((one, other) => BATCH.stage.places.get(one) - BATCH.stage.places.get(other));
  const lineal = [...new Set(linealByGroup.values())];
  return { lineal, linealByGroup };
}


function groupOf(card) {
  return labelOf(card, "group");
}

// A job that is no longer asked for may not know the axes that its group has today.
function axesOfGroups(cards) {
  const found = new Map();
  for (const card of cards) {
    const group = groupOf(card);
    if (!found.has(group)) found.set(group, new Set());
    for (const { name } of BATCH.axes) if (!NOT_OF_A_GROUP.has(name) && hasLabel(card, name)) found.get(group).add(name);
  }
  return found;
}

function sectionOf(group, names, sections) {
  const key = BATCH.axes.map(({ name }) => name).filter((name) => names.has(name)).join("\n");
  if (!sections.has(key)) sections.set(key, { key, groups: [], cards: [], heads: new Map() });
  const section = sections.get(key);
  section.groups.push(group);
  return section;
}

function finish(section) {
  const { groups, cards } = section;
  const others = groups.length - MOST_NAMES;
  section.name = others > 1 ? `${groups.slice(0, MOST_NAMES).join(", ")} and ${others} more` : groups.join(", ");
  section.axes = BATCH.axes.filter((axis) => cards.some((card) => placeOf(card, axis.name) !== placeOf(cards[0], axis.name)));
  section.aspect = Math.min(Math.max(commonAspect(cards), 0.5), 2.4);
}

// Groups down, then the axes that half of the cards have: the first one down, the second across, and a third beside
// it while that stays narrow. Takes stand side by side in their cell unless nothing else could go across.
function standardAxes({ groups, cards, axes, isLineal = false }) {
  if (isLineal) return { down: [BATCH.line.name], across: [BATCH.stage.name] };
  if (groups.length === cards.length) return { down: [], across: [] };
  const down = axes.some(({ name }) => name === "group") ? ["group"] : [];
  const covered = (axis) => cards.filter((card) => hasLabel(card, axis.name)).length;
  const main = axes.filter((axis) => !axis.isDerived && !NOT_OF_A_GROUP.has(axis.name) && 2 * covered(axis) >= cards.length);
  const takes = axes.filter(({ name }) => name === "take");
  const [first, second, third] = main;
  if (!first) return { down, across: takes.map(({ name }) => name) };
  if (!second && takes.length) return { down: [...down, first.name], across: ["take"] };
  if (!second) return { down, across: down.length ? [first.name] : [] };
  const beside = third && second.labels.length * third.labels.length <= 8 ? [third.name] : [];
  return { down: [...down, first.name], across: [second.name, ...beside] };
}
