// Where everything lies: cards into columns and rows by the chosen axes. Arithmetic only, nothing is drawn here.
//
// A layout is {down, across, columns, rows, slots, headHeight, sideWidth, width, height, card}; lengths in pixels.
// A cell holds its cards in lines; without an axis across, as many to a line as there is room for.

const GAP = 10;
const LEVEL_HEIGHT = 30;
const MOST_IN_A_LINE = 4;

function arrange(cards, { down, across }, room) {
  const columns = headsOf(cards, across);
  const rows = headsOf(cards, down);
  fillRows(cards, rows, columns, { down, across });
  const sideWidth = down.length ? room.sideWidth : 0;
  const headHeight = across.length * LEVEL_HEIGHT;
  measureColumns(columns, { room, sideWidth, isFree: !across.length });
  measureRows(rows, columns, room.card, headHeight);
  const lastColumn = columns.at(-1);
  const lastRow = rows.at(-1);
  return {
    down,
    across,
    columns,
    rows,
    sideWidth,
    headHeight,
    card: room.card,
    slots: slotsOf(rows, columns),
    width: lastColumn ? lastColumn.x + lastColumn.width : sideWidth,
    height: lastRow ? lastRow.y + lastRow.height : headHeight,
  };
}

// The combinations of labels that occur, in the order of the axes.
function headsOf(cards, axes) {
  const heads = new Map();
  for (const card of cards) {
    const rank = rankOf(card, axes);
    if (!heads.has(rank)) heads.set(rank, { rank, labels: axes.map((axis) => labelOf(card, axis)) });
  }
  return [...heads.values()].sort((one, other) => one.rank - other.rank);
}

function rankOf(card, axes) {
  let rank = 0;
  for (const axis of axes) rank = rank * (BATCH.axisByName.get(axis).labels.length + 1) + placeOf(card, axis);
  return rank;
}

function fillRows(cards, rows, columns, { down, across }) {
  const rowAt = new Map(rows.map((row) => [row.rank, row]));
  const columnAt = new Map(columns.map((column, index) => [column.rank, index]));
  for (const row of rows) row.cells = new Map();
  for (const column of columns) column.most = 1;
  for (const card of cards) {
    const { cells } = rowAt.get(rankOf(card, down));
    const index = columnAt.get(rankOf(card, across));
    if (!cells.has(index)) cells.set(index, []);
    const cell = cells.get(index);
    cell.push(card);
    columns[index].most = Math.max(columns[index].most, cell.length);
  }
}

function measureColumns(columns, { room, sideWidth, isFree }) {
  const step = room.card.width + GAP;
  const fitting = Math.max(1, Math.floor((room.width - sideWidth - GAP) / step));
  let x = sideWidth;
  let first = sideWidth ? 2 : 1; // as assistive technology counts: from 1, the labels of rows included
  for (const column of columns) {
    column.first = first;
    column.inLine = isFree ? fitting : lineLength(column.most);
    column.x = x;
    column.width = isFree ? Math.max(room.width - sideWidth, step + GAP) : column.inLine * step + GAP;
    x += column.width;
    first += column.inLine;
  }
}

// Takes stand side by side; more cards than that make a block.
function lineLength(most) {
  return most <= 3 ? most : Math.min(MOST_IN_A_LINE, Math.ceil(Math.sqrt(most)));
}

function measureRows(rows, columns, card, headHeight) {
  let y = headHeight;
  for (const row of rows) {
    let lines = 1;
    for (const [column, cards] of row.cells) lines = Math.max(lines, Math.ceil(cards.length / columns[column].inLine));
    row.y = y;
    row.height = lines * (card.height + GAP) + GAP;
    y += row.height;
  }
}

// card -> {row, column, at}: its place in the list of its cell.
function slotsOf(rows, columns) {
  const slots = new Map();
  rows.forEach((row, rowIndex) => {
    for (const [column, cards] of row.cells) cards.forEach((card, at) => slots.set(card, { row: rowIndex, column, at }));
  });
  return slots;
}

function boxOf(layout, card) {
  const { row, column, at } = layout.slots.get(card);
  const { x, inLine } = layout.columns[column];
  return {
    x: x + GAP + (at % inLine) * (layout.card.width + GAP),
    y: layout.rows[row].y + GAP + Math.floor(at / inLine) * (layout.card.height + GAP),
    width: layout.card.width,
    height: layout.card.height,
  };
}

// The rows, columns and cards of which some part lies between two corners: {rows, columns, cards}.
function within(layout, { left, top, right, bottom }) {
  const rows = span(layout.rows, top, bottom, (row) => row.y, (row) => row.y + row.height);
  const columns = span(layout.columns, left, right, (column) => column.x, (column) => column.x + column.width);
  const cards = [];
  for (const rowIndex of rows) {
    const row = layout.rows[rowIndex];
    for (const columnIndex of columns) cards.push(...linesBetween(layout, row, columnIndex, top, bottom));
  }
  return { rows, columns, cards };
}

function linesBetween(layout, row, columnIndex, top, bottom) {
  const cards = row.cells.get(columnIndex) ?? [];
  const { inLine } = layout.columns[columnIndex];
  const step = layout.card.height + GAP;
  const first = Math.max(0, Math.floor((top - row.y - GAP) / step));
  const end = Math.max(0, Math.ceil((bottom - row.y - GAP) / step));
  return cards.slice(first * inLine, end * inLine);
}

// The indices of sorted things that reach into [from, to]: the first one is found by halving.
function span(things, from, to, start, end) {
  let low = 0;
  let high = things.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (end(things[middle]) <= from) low = middle + 1;
    else high = middle;
  }
  const found = [];
  for (let index = low; index < things.length && start(things[index]) < to; index += 1) found.push(index);
  return found;
}
