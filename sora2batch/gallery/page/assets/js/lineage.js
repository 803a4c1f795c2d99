// What jobs are made from, and what became of them. A batch without stages has nothing of it.
//
// The page has axes of its own for that: "lineage", the job with which a line began; "stage", the group, in the order
// in which groups rest on each other; and the axes of what a job is made from, such as "still.subject".

const LINEAGE = (() => {
  let known = null;
  const cameFrom = new Map(); // a job -> the one of its own from which somebody went to it

  function found() {
    if (known?.cards !== BATCH.cards) known = { cards: BATCH.cards, ...trace(BATCH.cards) };
    return known;
  }

  function up(card) {
    const [parent] = found().parents.get(card) ?? [];
    if (parent) remember(card, parent);
    return parent ?? null;
  }

  function remember(from, to) {
    if (found().parents.get(from)?.includes(to)) cameFrom.set(to, from);
  }

  function down(card) {
    const children = found().children.get(card) ?? [];
    const last = cameFrom.get(card);
    return children.includes(last) ? last : (children[0] ?? null);
  }

  return {
    get exists() {
      return found().parents.size > 0;
    },
    parentsOf: (card) => found().parents.get(card) ?? [],
    childrenOf: (card) => found().children.get(card) ?? [],
    rootOf: (card) => rootOf(card, found().parents),
    up,
    down,
    // Somebody went from one job to another: the way back leads there again.
    remember,
  };
})();

function trace(cards) {
  const parents = new Map();
  const children = new Map();
  if (!BATCH.isStaged) return { parents, children };
  // A key names what is asked for, a fingerprint what is not any more.
  const byName = new Map(cards.map((card) => [card.isOrphan ? card.fingerprint : card.key, card]));
  for (const card of cards) {
    const mine = card.needs.map((name) => byName.get(name)).filter((one) => one && one !== card);
    if (mine.length) parents.set(card, mine);
    for (const parent of mine) {
      if (!children.has(parent)) children.set(parent, []);
      children.get(parent).push(card);
    }
  }
  return { parents, children };
}

// Of several that a job is made from, the first counts. What a broken lockfile says may go in a circle.
function rootOf(card, parents) {
  const seen = new Set();
  let root = card;
  while (parents.has(root) && !seen.has(root)) {
    seen.add(root);
    [root] = parents.get(root);
  }
  return root;
}

const LINE = "lineage";
const STAGE = "stage";

// Axes that no manifest writes down: {name, labels, places, at}, where at has the place of each card, -1 for none.
function derivedAxes(cards) {
  if (!LINEAGE.exists) return [];
  const rows = Array.from({ length: cards.length }, () => null);
  const lines = rows.slice();
  const stages = rows.slice();
  const groups = familiesOf(cards);
  for (const card of cards) {
    if (!groups.has(groupOf(card))) continue;
    lines[card.index] = LINEAGE.rootOf(card).key;
    stages[card.index] = groupOf(card);
  }
  const own = [makeAxis(LINE, lines), makeAxis(STAGE, stages, groupsInOrder(cards))];
  return [...own.map((axis) => Object.assign(axis, { isOfLineage: true })), ...upstreamAxes(cards)];
}

// They stand with the axes of the batch, but for those of the lineage, which only its own view has.
function addDerivedAxes() {
  const axes = derivedAxes(BATCH.cards);
  for (const axis of axes) BATCH.axisByName.set(axis.name, axis);
  const before = BATCH.axes.at(-1)?.name === "take" ? BATCH.axes.length - 1 : BATCH.axes.length;
  BATCH.axes.splice(before, 0, ...axes.filter(({ isOfLineage }) => !isOfLineage));
  [BATCH.line, BATCH.stage] = axes.filter(({ isOfLineage }) => isOfLineage);
}

function makeAxis(name, column, order = []) {
  const present = new Set(column.filter((label) => label !== null));
  const labels = [...new Set([...order.filter((label) => present.has(label)), ...present])];
  const axis = readAxis({ name: freeName(name), labels, isDerived: true });
  axis.at = Int32Array.from(column, (label) => (label === null ? -1 : axis.places.get(label)));
  return axis;
}

// A manifest may have an axis of this name.
function freeName(name) {
  return BATCH.axes.some((axis) => axis.name === name && !axis.isDerived) ? `${name}′` : name;
}

// Group -> the first group of those that it is related to; only groups that are related to others.
function familiesOf(cards) {
  const heads = new Map();
  const headOf = (group) => (heads.has(group) && heads.get(group) !== group ? headOf(heads.get(group)) : group);
  for (const card of cards) {
    for (const parent of LINEAGE.parentsOf(card)) {
      const [mine, theirs] = [groupOf(card), groupOf(parent)];
      for (const group of [mine, theirs]) if (!heads.has(group)) heads.set(group, group);
      heads.set(headOf(mine), headOf(theirs));
    }
  }
  return new Map([...heads.keys()].map((group) => [group, headOf(group)]));
}

// What others rest on comes first, wherever the manifest has it.
function groupsInOrder(cards) {
  const depths = new Map();
  for (const card of cards) {
    const depth = depthOf(card);
    depths.set(groupOf(card), Math.max(depths.get(groupOf(card)) ?? 0, depth));
  }
  return [...depths].sort(([, one], [, other]) => one - other).map(([group]) => group);
}

function depthOf(card) {
  let depth = 0;
  const root = LINEAGE.rootOf(card);
  for (let at = card; at !== root && depth < BATCH.cards.length; [at] = LINEAGE.parentsOf(at)) depth += 1;
  return depth;
}

// The axes of what jobs are made from, at their end of the line: still.subject, clip.still.subject.
function upstreamAxes(cards) {
  const columns = new Map();
  const isDone = new Set();
  const byGroup = Map.groupBy(cards, groupOf);
  const fill = (group) => {
    if (isDone.has(group)) return;
    isDone.add(group);
    for (const stage of (BATCH.stageAxes ?? []).filter((one) => one.group === group)) {
      fill(stage.upstream);
      for (const card of byGroup.get(group) ?? []) putLabels(columns, card, stage);
    }
  };
  for (const { group } of BATCH.stageAxes ?? []) fill(group);
  return [...columns].map(([name, column]) => makeAxis(name, column, orderOfLabels(name))).filter(({ labels }) => labels.length > 1);
}

function putLabels(columns, card, { axis, upstream }) {
  const parent = parentOn(card, axis, upstream);
  if (!parent) return;
  const put = (name, label) => {
    if (!columns.has(name)) columns.set(name, Array.from({ length: BATCH.cards.length }, () => null));
    columns.get(name)[card.index] = label;
  };
  for (const [name, label] of Object.entries(parent.labels)) if (name !== "group") put(`${axis}.${name}`, label);
  for (const [name, column] of [...columns]) if (column[parent.index] !== null && groupOf(parent) !== groupOf(card)) put(`${axis}.${name}`, column[parent.index]);
}

// The one whose label is the label on this axis; of a set that is made from together, the first.
function parentOn(card, axis, upstream) {
  const label = card.labelOn(axis);
  const mine = LINEAGE.parentsOf(card).filter((parent) => groupOf(parent) === upstream);
  return mine.find(({ key }) => key === label || key === `${upstream}/${label}`) ?? mine[0];
}

function orderOfLabels(name) {
  return BATCH.axisByName.get(name.split(".").at(-1))?.labels ?? [];
}

// Go to what a job is made from, or to what became of it.
function stepInLine(card, direction) {
  const next = direction < 0 ? LINEAGE.up(card) : LINEAGE.down(card);
  if (!next && LINEAGE.exists) tell(direction < 0 ? `${card.key} is made from no other job` : `nothing is made from ${card.key} yet`);
  return next;
}

const MOST_RELATIVES = 24;

// What a job is made from and what became of it, as small pictures that lead there.
function relativesOf(card, show) {
  const [parents, children] = [LINEAGE.parentsOf(card), LINEAGE.childrenOf(card)];
  if (!parents.length && !children.length) return null;
  const lists = [["Made from", parents, "u"], ["Made from it", children, "d"]].filter(([, cards]) => cards.length);
  return make("nav", { class: "relatives", "aria-label": "Lineage" }, lists.map(([title, cards, key]) => relativeList(title, cards, key, show)));
}

function relativeList(title, cards, key, show) {
  const more = cards.length - MOST_RELATIVES;
  const items = cards.slice(0, MOST_RELATIVES).map((card) => make("li", {}, relative(card, show)));
  return make("section", {}, make("h3", {}, `${title} `, make("kbd", { title: `the key ${key} leads there` }, key)), make("ul", {}, items), more > 0 && make("p", {}, `and ${count(more, "more job")}`));
}

function relative(card, show) {
  const canvas = make("canvas", { width: 144, height: 81, "data-blank": true, "aria-hidden": true });
  const picture = make("span", { class: "picture" }, drawIcon(card.state), canvas);
  const clip = mainClip(card);
  if (clip) POSTERS.draw(clip, canvas, (isShown) => isShown || canvas.remove());
  else canvas.remove();
  const go = () => show(card);
  return make("button", { type: "button", class: "relative", "data-state": card.state, "data-relative": card.key, title: `${card.key}: ${STATES[card.state]}`, on: { click: go } }, picture, make("span", {}, card.key));
}

function childrenBadge(card) {
  const children = LINEAGE.childrenOf(card);
  if (!children.length) return null;
  return make("span", { class: "badge made", title: `${count(children.length, "job")} made from it: ${statesInWords(children)}` }, drawIcon("line"), NUMBERS.format(children.length));
}

function statesInWords(cards) {
  const counts = new Map();
  for (const { state } of cards) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, amount]) => `${NUMBERS.format(amount)} ${STATES[state]}`).join(", ");
}

addDerivedAxes();
