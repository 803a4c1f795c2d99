// The size of cards that fills the screen: all of them on it where that can be, else whole lines of small ones.

const SIZES = { s: 132, m: 208, l: 328 };
const LEAST_SIZE = 104; // all on one screen may be a little smaller than small
const MOST_SIZE = 900;
const SIZE_STEP = 4;
const MOST_SMALL = 172;
const FEW = 200; // so many cards may be larger than small though they do not fit on one screen

function fittingSize(tables, room) {
  const isOnScreen = (size) => {
    const { width, height } = measure(tables, room, size);
    return width <= room.width && height <= room.height;
  };
  return isOnScreen(LEAST_SIZE) ? sizes(LEAST_SIZE, MOST_SIZE).find(isOnScreen) : scrollingSize(tables, room, NARROW.matches ? LEAST_SIZE : SIZES.s);
}

// Not all are seen at once: then no column is out of sight if that can be, and lines are filled.
function scrollingSize(tables, room, least) {
  const amount = tables.reduce((sum, { cards }) => sum + cards.length, 0);
  const measured = sizes(least, amount > FEW ? MOST_SMALL : SIZES.m).map((size) => ({ size, unused: unusedWidths(tables, room, size) }));
  const possible = measured.filter(({ unused }) => unused.every((width) => width >= 0));
  const [first, ...others] = possible.map(({ size, unused }) => ({ size, lost: unused.reduce((sum, width) => sum + width, 0) }));
  return first ? others.reduce((best, one) => (one.lost < best.lost ? one : best), first).size : SIZES.s;
}

// From the largest down.
function sizes(least, most) {
  const amount = Math.floor((most - least) / SIZE_STEP) + 1;
  return Array.from({ length: amount }, (_, place) => least + (amount - 1 - place) * SIZE_STEP);
}

// What stays empty at the end of each table's lines; negative where a table is wider than the screen.
function unusedWidths(tables, room, size) {
  measureAcross(tables, room, size);
  return tables.map((table) => {
    const step = table.card.width + GAP;
    return room.width - (table.across.length ? table.width : table.sideWidth + GAP + table.columns[0].inLine * step);
  });
}
