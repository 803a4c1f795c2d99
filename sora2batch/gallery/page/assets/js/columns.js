// Fields of many cards, as column.py writes them: each form of a column, and the tables that are made of them.

const BLOCK = 256; // front_coding.py has the same

function valueIn(column, row) {
  if (Array.isArray(column)) return column[row];
  if (column.edits) return textIn(column, row);
  if (column.at) return valueIn(column.of, column.at[row]);
  return column.is;
}

// A text is made from the one before it, so a block of them is read at once, and kept.
function textIn(column, row) {
  const block = Math.floor(row / BLOCK);
  column.blocks ??= new Map();
  if (!column.blocks.has(block)) column.blocks.set(block, readBlock(column, block * BLOCK));
  return column.blocks.get(block)[row % BLOCK];
}

function readBlock({ edits, at }, first) {
  let text = "";
  return at.slice(first, first + BLOCK).map((place) => {
    const [start, end, between] = edits[place];
    text = text.slice(0, start) + between + text.slice(text.length - end);
    return text;
  });
}

// What a column holds, each value once or more: [values, the place of a row's value].
function tableOf(column) {
  if (Array.isArray(column) || column.edits) return null;
  if (!column.at) return [[column.is], () => 0];
  return [Array.from({ length: sizeOf(column.of) }, (_, place) => valueIn(column.of, place)), (row) => column.at[row]];
}

function sizeOf(column) {
  return Array.isArray(column) ? column.length : column.at.length;
}

// A text that continues another, or stands for itself.
function continuing(base, told) {
  return told[0] === "+" ? base + told.slice(1) : told.slice(1);
}

// Lists one after the other in a table: where that of a row begins. A list ends where the next begins.
function beginningsOf(column, rows) {
  if (column.is !== undefined) return (row) => row * column.is;
  const beginnings = new Uint32Array(rows + 1);
  for (let row = 0; row < rows; row += 1) beginnings[row + 1] = beginnings[row] + valueIn(column, row);
  return (row) => beginnings[row];
}

function listIn(begins, row, read) {
  const found = [];
  for (let at = begins(row); at < begins(row + 1); at += 1) found.push(read(at));
  return found;
}

// Objects that have the same names stand together: {names, valueOf(row, name), objectOf(row)}.
function readRecords({ kind, kinds }, rows) {
  const ranks = kind.is === undefined ? ranksOf(kind, rows) : null;
  const columns = kinds.map((fields) => new Map(fields));
  const placeOf = (row) => (ranks ? ranks[row] : row);
  return {
    columnsOf: (row) => columns[valueIn(kind, row)],
    placeOf,
    valueOf(row, name) {
      const column = this.columnsOf(row).get(name);
      return column === undefined ? undefined : valueIn(column, placeOf(row));
    },
    valuesOf: (row) => kinds[valueIn(kind, row)].map(([, column]) => valueIn(column, placeOf(row))),
    objectOf: (row) => Object.fromEntries(kinds[valueIn(kind, row)].map(([name, column]) => [name, valueIn(column, placeOf(row))])),
  };
}

function ranksOf(kind, rows) {
  const seen = new Map();
  return Uint32Array.from({ length: rows }, (_, row) => {
    const rank = seen.get(valueIn(kind, row)) ?? 0;
    seen.set(valueIn(kind, row), rank + 1);
    return rank;
  });
}
