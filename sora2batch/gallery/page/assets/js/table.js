// Cards into rows and columns by the chosen axes; what is empty is counted, and kept where it is asked for.
//
// A table is {section, cards, down, across, columns, rows, emptyColumns, emptyRows}; a row or column is {rank, labels, …}.

const MOST_EMPTY = 2000; // more rows or columns without a card than this nobody looks at: they are not even counted

// One table for each section, also for those of which no card is shown.
function tablesOf(cards, chosen) {
  const bySection = new Map(SECTIONS.all.map((section) => [section, []]));
  for (const card of cards) bySection.get(SECTIONS.of(card)).push(card);
  return [...bySection].map(([section, mine]) => tabulate(section, mine, axesOf(section, chosen), chosen.empty));
}

function tabulate(section, cards, { down, across }, showsEmpty) {
  const columns = headsOf(section, cards, across);
  const rows = headsOf(section, cards, down);
  const table = {
    section,
    cards,
    down,
    across,
    columns: showsEmpty ? columns.all : columns.taken,
    rows: showsEmpty ? rows.all : rows.taken,
    emptyColumns: columns.all.length - columns.taken.length,
    emptyRows: rows.all.length - rows.taken.length,
  };
  fillRows(table);
  return table;
}

// The combinations of labels that occur in these cards, and those that could, in the order of the axes.
function headsOf(section, cards, axes) {
  const taken = occurring(cards, axes);
  const all = new Map([...possible(section, axes), ...taken]);
  return { taken: inRank(taken), all: inRank(all) };
}

function inRank(heads) {
  return [...heads.values()].map((head) => ({ ...head })).sort((one, other) => one.rank - other.rank);
}

function occurring(cards, axes) {
  const heads = new Map();
  for (const card of cards) {
    const rank = rankOf(axes, axes.map((axis) => placeOf(card, axis)));
    if (!heads.has(rank)) heads.set(rank, { rank, labels: axes.map((axis) => labelOf(card, axis)) });
  }
  return heads;
}

function rankOf(axes, places) {
  return axes.reduce((rank, axis, level) => rank * (BATCH.axisByName.get(axis).labels.length + 1) + places[level], 0);
}

// Every value of a group with every other: where its matrix leaves something out, nothing stands.
function possible(section, axes) {
  const name = axes.join("\n");
  if (!section.heads.has(name)) section.heads.set(name, combine(section.cards.filter(isAskedFor), axes));
  return section.heads.get(name);
}

function isAskedFor(card) {
  return !card.isOrphan || card.change === "removed";
}

function combine(cards, axes) {
  const heads = new Map();
  for (const values of valuesByGroup(cards, axes)) {
    if (values.reduce((amount, { size }) => amount * size, 1) > MOST_EMPTY) return occurring(cards, axes);
    for (const head of product(axes, values)) heads.set(head.rank, head);
  }
  return heads.size > MOST_EMPTY ? occurring(cards, axes) : heads;
}

// For each group a Map of place -> label for each axis.
function valuesByGroup(cards, axes) {
  const groups = new Map();
  for (const card of cards) {
    const group = groupOf(card);
    if (!groups.has(group)) groups.set(group, axes.map(() => new Map()));
    axes.forEach((axis, level) => groups.get(group)[level].set(placeOf(card, axis), labelOf(card, axis)));
  }
  return groups.values();
}

function product(axes, values) {
  let combined = [{ places: [], labels: [] }];
  for (const value of values) combined = combined.flatMap(({ places, labels }) => [...value].map(([place, label]) => ({ places: [...places, place], labels: [...labels, label] })));
  return combined.map(({ places, labels }) => ({ rank: rankOf(axes, places), labels }));
}

function fillRows({ cards, rows, columns, down, across }) {
  const rowAt = new Map(rows.map((row) => [row.rank, row]));
  const columnAt = new Map(columns.map((column, index) => [column.rank, index]));
  for (const row of rows) row.cells = new Map();
  for (const column of columns) column.most = 0;
  for (const card of cards) {
    const { cells } = rowAt.get(rankOf(down, down.map((axis) => placeOf(card, axis))));
    const index = columnAt.get(rankOf(across, across.map((axis) => placeOf(card, axis))));
    if (!cells.has(index)) cells.set(index, []);
    const cell = cells.get(index);
    cell.push(card);
    columns[index].most = Math.max(columns[index].most, cell.length);
  }
}
