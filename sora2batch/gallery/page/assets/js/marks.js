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
    own = { ...own, ...read() };
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
    listen: (listener) => listeners.add(listener),
    picked: () => BATCH.cards.filter((card) => isPicked(of(card))),
    get isKept() {
      return isKept;
    },
  };
})();

function isPicked({ favourite, rating, note }) {
  return favourite || rating > 0 || note !== "";
}

function rate(card, rating) {
  MARKS.set(card, { rating });
  tell(rating ? `${card.key}: rated ${rating} of 5` : `${card.key}: not rated`);
}

function toggleFavourite(card) {
  const favourite = !MARKS.of(card).favourite;
  MARKS.set(card, { favourite });
  tell(favourite ? `${card.key} is a favourite` : `${card.key} is no favourite`);
}
