// Where everything lies: tables, their columns, rows and cards. Arithmetic only, nothing is drawn here.
//
// A layout is {parts, slots, width, height}; a part is a table with {index, band, isLast, x, y, bandHeight, titleHeight,
// headHeight, sideWidth, card, width, height}; lengths in pixels, seen from the corner of the board. Tables that are
// narrow stand side by side in a band. A cell holds its cards in lines; without an axis across, as many to a line as
// there is room for.

const GAP = 10;
const LEVEL_HEIGHT = 30;
const MOST_IN_A_LINE = 4;
const CAPTION_HEIGHT = 30;
const LEAST_PART = 400; // so wide is a title with its lists
const EMPTY_ROW = 40;
const EMPTY_COLUMN = 104;

function arrange(tables, room, size) {
  const { width, height } = measure(tables, room, size);
  return { parts: tables, slots: slotsOf(tables), width, height };
}

// Lay the tables out with cards of a size; what was measured before is measured anew.
function measure(tables, room, size) {
  measureAcross(tables, room, size);
  tables.forEach((table, index) => Object.assign(table, { index, titleHeight: room.titleHeight, headHeight: table.across.length * LEVEL_HEIGHT }));
  const bands = bandsOf(tables, room);
  let y = 0;
  bands.forEach((parts, band) => {
    for (const part of parts) measureRows(Object.assign(part, { band, y }));
    const bandHeight = Math.max(...parts.map(({ height }) => height));
    for (const part of parts) Object.assign(part, { bandHeight, isLast: part === parts.at(-1) });
    y += bandHeight;
  });
  return { width: Math.max(0, ...tables.map((table) => table.x + table.width)), height: y };
}

// Tables in their order, as words in lines: the next one beside the last while there is room.
function bandsOf(tables, room) {
  const bands = [];
  let x = Infinity;
  for (const table of tables) {
    const width = Math.max(table.width, LEAST_PART);
    if (x + width > room.width) {
      bands.push([]);
      x = 0;
    }
    bands.at(-1).push(Object.assign(table, { x }));
    x += width;
  }
  return bands;
}

function measureAcross(tables, room, size) {
  for (const table of tables) {
    table.card = cardOf(size, table.section.aspect);
    table.sideWidth = table.down.length ? room.sideWidth : 0;
    measureColumns(table, room);
  }
}

function cardOf(size, aspect) {
  const width = Math.round(size * (aspect < 1 ? 0.75 : 1));
  const frame = Math.round(width / aspect);
  return { width, frame, height: frame + CAPTION_HEIGHT };
}

function measureColumns(table, room) {
  const { columns, sideWidth } = table;
  const isFree = !table.across.length;
  const step = table.card.width + GAP;
  const fitting = Math.max(1, Math.floor((room.width - sideWidth - GAP) / step));
  let x = sideWidth;
  let first = sideWidth ? 2 : 1; // as assistive technology counts: from 1, the labels of rows included
  for (const column of columns) {
    column.first = first;
    column.inLine = isFree ? fitting : lineLength(column.most);
    column.x = x;
    column.width = isFree ? Math.max(room.width - sideWidth, step + GAP) : column.most ? column.inLine * step + GAP : EMPTY_COLUMN;
    x += column.width;
    first += column.inLine;
  }
  table.width = x;
}

// Takes stand side by side; more cards than that make a block.
function lineLength(most) {
  return most <= 3 ? Math.max(1, most) : Math.min(MOST_IN_A_LINE, Math.ceil(Math.sqrt(most)));
}

function measureRows(table) {
  const { rows, columns, card } = table;
  let y = table.y + table.titleHeight + table.headHeight;
  rows.forEach((row, index) => {
    let lines = 0;
    for (const [column, cards] of row.cells) lines = Math.max(lines, Math.ceil(cards.length / columns[column].inLine));
    const height = lines ? lines * (card.height + GAP) + GAP : EMPTY_ROW;
    Object.assign(row, { part: table, index, y, height });
    y += height;
  });
  table.height = y - table.y;
}

// card -> {part, row, column, at}: its place in the list of its cell.
function slotsOf(parts) {
  const slots = new Map();
  for (const part of parts) {
    part.rows.forEach((row, index) => {
      for (const [column, cards] of row.cells) cards.forEach((card, at) => slots.set(card, { part, row: index, column, at }));
    });
  }
  return slots;
}

function boxOf(layout, card) {
  const { part, row, column, at } = layout.slots.get(card);
  const { x, inLine } = part.columns[column];
  return {
    x: part.x + x + GAP + (at % inLine) * (part.card.width + GAP),
    y: part.rows[row].y + GAP + Math.floor(at / inLine) * (part.card.height + GAP),
    width: part.card.width,
    height: part.card.height,
  };
}

// What lies between two corners, be it in part: {parts: [{part, rows, columns}], cards}.
function within(layout, { left, top, right, bottom }) {
  const cards = [];
  const parts = span(layout.parts, top, bottom, (part) => part.y, (part) => part.y + part.bandHeight).map((index) => {
    const part = layout.parts[index];
    const rows = span(part.rows, top, bottom, (row) => row.y, (row) => row.y + row.height);
    const columns = span(part.columns, left - part.x, right - part.x, (column) => column.x, (column) => column.x + column.width);
    for (const row of rows) for (const column of columns) cards.push(...linesBetween(part, part.rows[row], column, top, bottom));
    return { part, rows, columns };
  });
  return { parts, cards };
}

function linesBetween(part, row, columnIndex, top, bottom) {
  const cards = row.cells.get(columnIndex) ?? [];
  const { inLine } = part.columns[columnIndex];
  const step = part.card.height + GAP;
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
