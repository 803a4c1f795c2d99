// From one card to the next with the keyboard.

const STEPS = {
  ArrowLeft: (layout, card) => sideways(layout, card, -1),
  ArrowRight: (layout, card) => sideways(layout, card, 1),
  ArrowUp: (layout, card) => upright(layout, card, -1),
  ArrowDown: (layout, card) => upright(layout, card, 1),
  Home: (layout) => inOrder(layout)[0],
  End: (layout) => inOrder(layout).at(-1),
  PageUp: (layout, card) => leap(layout, card, -1),
  PageDown: (layout, card) => leap(layout, card, 1),
};

function stepFrom(layout, card, key) {
  return (card && layout.slots.has(card) ? STEPS[key](layout, card) : inOrder(layout)[0]) ?? card;
}

function inOrder(layout) {
  const cards = [];
  for (const row of layout.rows) for (const column of [...row.cells.keys()].sort((a, b) => a - b)) cards.push(...row.cells.get(column));
  return cards;
}

function sideways(layout, card, direction) {
  const slot = layout.slots.get(card);
  const row = layout.rows[slot.row];
  const { inLine } = layout.columns[slot.column];
  const cards = row.cells.get(slot.column);
  const place = (slot.at % inLine) + direction;
  const neighbour = cards[slot.at + direction];
  if (place >= 0 && place < inLine && neighbour) return neighbour;
  const line = Math.floor(slot.at / inLine);
  for (let column = slot.column + direction; column >= 0 && column < layout.columns.length; column += direction) {
    const others = row.cells.get(column);
    if (others) return atLine(others, layout.columns[column].inLine, line, direction > 0 ? 0 : Infinity);
  }
  return layout.across.length ? null : neighbour; // text flows on to the next line, columns do not
}

function upright(layout, card, direction) {
  const slot = layout.slots.get(card);
  const { inLine } = layout.columns[slot.column];
  const cards = layout.rows[slot.row].cells.get(slot.column);
  const place = slot.at % inLine;
  const line = Math.floor(slot.at / inLine) + direction;
  if (line >= 0 && line * inLine < cards.length) return atLine(cards, inLine, line, place);
  for (let row = slot.row + direction; row >= 0 && row < layout.rows.length; row += direction) {
    const others = layout.rows[row].cells.get(slot.column);
    if (others) return atLine(others, inLine, direction > 0 ? 0 : Infinity, place);
  }
  return null;
}

function atLine(cards, inLine, line, place) {
  const lastLine = Math.floor((cards.length - 1) / inLine);
  const start = Math.min(line, lastLine) * inLine;
  return cards[Math.min(start + Math.min(place, inLine - 1), cards.length - 1)];
}

function leap(layout, card, direction) {
  const lines = Math.max(1, Math.floor(innerHeight / (layout.card.height + GAP)) - 2);
  let reached = card;
  for (let line = 0; line < lines; line += 1) reached = upright(layout, reached, direction) ?? reached;
  return reached;
}
