// From one card to the next with the keyboard, over the borders of sections as if there were none.

const STEPS = {
  ArrowLeft: (layout, card) => sideways(layout, card, -1),
  ArrowRight: (layout, card) => sideways(layout, card, 1),
  ArrowUp: (layout, card) => upright(layout, card, -1),
  ArrowDown: (layout, card) => upright(layout, card, 1),
  Home: (layout) => outermost(layout, 1),
  End: (layout) => outermost(layout, -1),
  PageUp: (layout, card) => leap(layout, card, -1),
  PageDown: (layout, card) => leap(layout, card, 1),
};

function stepFrom(layout, card, key) {
  return (card && layout.slots.has(card) ? STEPS[key](layout, card) : outermost(layout, 1)) ?? card;
}

// The first card that there is from the beginning on, or from the end.
function outermost(layout, direction) {
  for (const part of inDirection(layout.parts, direction)) {
    for (const row of inDirection(part.rows, direction)) {
      const columns = [...row.cells.keys()];
      if (columns.length) return row.cells.get(direction > 0 ? Math.min(...columns) : Math.max(...columns)).at(direction > 0 ? 0 : -1);
    }
  }
  return null;
}

function inDirection(things, direction) {
  return direction > 0 ? things : things.toReversed();
}

function sideways(layout, card, direction) {
  const { part, ...slot } = layout.slots.get(card);
  const row = part.rows[slot.row];
  const { inLine } = part.columns[slot.column];
  const cards = row.cells.get(slot.column);
  const place = (slot.at % inLine) + direction;
  const neighbour = cards[slot.at + direction];
  if (place >= 0 && place < inLine && neighbour) return neighbour;
  const line = Math.floor(slot.at / inLine);
  for (let column = slot.column + direction; column >= 0 && column < part.columns.length; column += direction) {
    const others = row.cells.get(column);
    if (others) return atLine(others, part.columns[column].inLine, line, direction > 0 ? 0 : Infinity);
  }
  if (!part.across.length && neighbour) return neighbour; // text flows on to the next line, columns do not
  return besideTheBorder(layout, card, direction);
}

function upright(layout, card, direction) {
  const { part, ...slot } = layout.slots.get(card);
  const { inLine } = part.columns[slot.column];
  const cards = part.rows[slot.row].cells.get(slot.column);
  const place = slot.at % inLine;
  const line = Math.floor(slot.at / inLine) + direction;
  if (line >= 0 && line * inLine < cards.length) return atLine(cards, inLine, line, place);
  for (let row = slot.row + direction; row >= 0 && row < part.rows.length; row += direction) {
    const others = part.rows[row].cells.get(slot.column);
    if (others) return atLine(others, inLine, direction > 0 ? 0 : Infinity, place);
  }
  return overTheBorder(layout, card, direction);
}

// Into the next band that has cards: to the one of its nearest lines that lies nearest.
function overTheBorder(layout, card, direction) {
  const { part } = layout.slots.get(card);
  const { x } = boxOf(layout, card);
  const bands = inDirection(layout.parts, direction).filter(({ band, rows }) => (band - part.band) * direction > 0 && rows.some(({ cells }) => cells.size));
  const next = bands.filter(({ band }) => band === bands[0].band);
  return nearest(next.flatMap((other) => edgeLine(other, direction)), (one) => Math.abs(boxOf(layout, one).x - x));
}

// Into the section beside: to the line at the same height.
function besideTheBorder(layout, card, direction) {
  const { part } = layout.slots.get(card);
  const { x, y } = boxOf(layout, card);
  const others = layout.parts.filter(({ band, index }) => band === part.band && (index - part.index) * direction > 0);
  const [next] = inDirection(others, direction).filter(({ rows }) => rows.some(({ cells }) => cells.size));
  const cards = next ? next.rows.flatMap(({ cells }) => [...cells.values()].flat()) : [];
  return nearest(cards, (one) => 1000 * Math.abs(boxOf(layout, one).y - y) + Math.abs(boxOf(layout, one).x - x));
}

function nearest(cards, distance) {
  return cards.length ? cards.reduce((best, card) => (distance(card) < distance(best) ? card : best)) : null;
}

function edgeLine(part, direction) {
  const row = inDirection(part.rows, direction).find(({ cells }) => cells.size);
  return [...row.cells].flatMap(([column, cards]) => lineOf(cards, part.columns[column].inLine, direction));
}

// The first line of a cell, or the last.
function lineOf(cards, inLine, direction) {
  return direction > 0 ? cards.slice(0, inLine) : cards.slice(Math.floor((cards.length - 1) / inLine) * inLine);
}

function atLine(cards, inLine, line, place) {
  const lastLine = Math.floor((cards.length - 1) / inLine);
  const start = Math.min(line, lastLine) * inLine;
  return cards[Math.min(start + Math.min(place, inLine - 1), cards.length - 1)];
}

function leap(layout, card, direction) {
  const { part } = layout.slots.get(card);
  const lines = Math.max(1, Math.floor(innerHeight / (part.card.height + GAP)) - 2);
  let reached = card;
  for (let line = 0; line < lines; line += 1) reached = upright(layout, reached, direction) ?? reached;
  return reached;
}
