// Which cards are shown, and in which order.

function sift(cards, chosen) {
  const words = chosen.query.toLowerCase().split(/\s+/).filter(Boolean);
  return cards.filter((card) => passes(card, chosen) && passesWords(card, words)).sort(orderOf(chosen.sort));
}

function passes(card, chosen) {
  if (card.isOrphan && !chosen.orphans && card.change !== "removed") return false;
  if (chosen.states.length && !chosen.states.includes(card.state)) return false;
  if (chosen.changes.length && !chosen.changes.includes(card.change)) return false;
  if (chosen.looks && !card.looks.length) return false;
  return passesAxes(card, chosen.hidden) && passesMarks(card, chosen);
}

function passesAxes(card, hidden) {
  return Object.entries(hidden).every(([axis, labels]) => !labels.includes(labelOf(card, axis)));
}

function passesMarks(card, { favourites, rating }) {
  if (!favourites && !rating) return true;
  const mark = MARKS.of(card);
  return (!favourites || mark.favourite) && mark.rating >= rating;
}

function passesWords(card, words) {
  return words.every((word) => searchTextOf(card).includes(word));
}

const LEAST_IDLE = 2; // milliseconds

// What a search looks at in a hundred thousand cards takes a while to put together: begin before it is asked for.
function prepareSearch(from = 0) {
  window.requestIdleCallback?.((idle) => {
    let at = from;
    while (at < BATCH.cards.length && idle.timeRemaining() > LEAST_IDLE) searchTextOf(BATCH.cards[at++]);
    if (at < BATCH.cards.length) prepareSearch(at);
  });
}

function orderOf(sort) {
  const byPlan = (one, other) => one.index - other.index;
  const falling = (value) => (one, other) => value(other) - value(one) || byPlan(one, other);
  switch (sort) {
    case "key":
      return (one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : byPlan(one, other));
    case "cost":
      return falling((card) => card.cost);
    case "time":
      return falling((card) => card.seconds ?? -1);
    case "rating":
      return falling((card) => MARKS.of(card).rating + (MARKS.of(card).favourite ? 0.5 : 0));
    default:
      return byPlan;
  }
}
