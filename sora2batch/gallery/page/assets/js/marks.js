// Favourites, ratings and notes: kept in the browser, above those that the page was made with.

const MARKS = (() => {
  const place = `sora2batch:${BATCH.manifest}${BATCH.simulated ? ":simulated" : ""}`;
  const given = new Map((BATCH.marks ?? []).map((mark) => [mark.fingerprint, mark]));
  const listeners = new Set();
  let own = read();
  let isKept = true;

  function read() {
    try {
      return JSON.parse(localStorage.getItem(place)) ?? {};
    } catch {
      return {};
    }
  }

  function of(card) {
    return { favourite: false, rating: 0, note: "", ...given.get(card.fingerprint), ...own[card.fingerprint] };
  }

  // Another window may have the same page open: what it wrote is read before anything is written.
  function set(card, news) {
    if (isKept) own = { ...own, ...read() };
    own[card.fingerprint] = { ...of(card), ...news };
    try {
      localStorage.setItem(place, JSON.stringify(own));
    } catch {
      isKept = false;
    }
    for (const listener of listeners) listener(card);
  }

  addEventListener("storage", (event) => {
    if (event.key !== place) return;
    own = read();
    for (const listener of listeners) listener(null);
  });

  return {
    of,
    set,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    picked: () => BATCH.cards.filter((card) => isPicked(of(card))),
    get isKept() {
      return isKept;
    },
  };
})();

function isPicked({ favourite, rating, note }) {
  return favourite || rating > 0 || note !== "";
}

// What only the other moment knows can be looked at, and cannot be made again from this batch.
function canBeMarked(card) {
  if (card.isPast) tell(`${card.key} is no longer in this batch`);
  return !card.isPast;
}

function rate(card, rating) {
  if (!canBeMarked(card)) return;
  MARKS.set(card, { rating });
  tell(rating ? `${card.key}: rated ${rating} of 5` : `${card.key}: not rated`);
}

function toggleFavourite(card) {
  if (!canBeMarked(card)) return;
  const favourite = !MARKS.of(card).favourite;
  MARKS.set(card, { favourite });
  tell(favourite ? `${card.key} is a favourite` : `${card.key} is no favourite`);
}
