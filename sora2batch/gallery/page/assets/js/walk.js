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
  return part.across.length ? null : neighbour; // text flows on to the next line, columns do not
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
  return overTheBorder(layout, part, boxOf(layout, card).x, direction);
}

// Into the next section that has cards: to the one of its nearest line that lies nearest.
function overTheBorder(layout, part, x, direction) {
  for (let index = part.index + direction; index >= 0 && index < layout.parts.length; index += direction) {
    const row = inDirection(layout.parts[index].rows, direction).find(({ cells }) => cells.size);
    if (row) return nearestInLine(layout, layout.parts[index], row, x, direction);
  }
  return null;
}

function nearestInLine(layout, part, row, x, direction) {
  const lines = [...row.cells].map(([column, cards]) => lineOf(cards, part.columns[column].inLine, direction));
  const distance = (card) => Math.abs(boxOf(layout, card).x - x);
  return lines.flat().reduce((best, card) => (distance(card) < distance(best) ? card : best));
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
