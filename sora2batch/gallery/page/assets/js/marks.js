// Favourites, ratings and notes: kept in the browser, above those that the page was made with. Where the page is
// served the browser keeps only what the server has not written yet: its file is what counts.

const MARKS = (() => {
  const place = `sora2batch:${BATCH.manifest}${BATCH.simulated ? ":simulated" : ""}`;
  let given = byFingerprint(BATCH.marks ?? []);
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
    keep();
    tellAll(card);
  }

  function keep() {
    try {
      localStorage.setItem(place, JSON.stringify(own));
    } catch {
      isKept = false;
    }
  }

  function tellAll(card) {
    for (const listener of listeners) listener(card);
  }

  // What the server has written is no longer this browser's own, unless it was marked anew meanwhile.
  function settle(written) {
    if (isKept) own = { ...own, ...read() };
    for (const [card, mark] of written) {
      given.set(card.fingerprint, mark);
      if (JSON.stringify(own[card.fingerprint]) === JSON.stringify(mark)) delete own[card.fingerprint];
    }
    keep();
  }

  // By card; what is no job of this batch waits for its own page.
  function unsaved() {
    const cards = Object.keys(own).length ? BATCH.cards.filter((card) => Object.hasOwn(own, card.fingerprint) && !card.isPast) : [];
    return new Map(cards.map((card) => [card, own[card.fingerprint]]));
  }

  // In the order of the batch. Nearly all cards have no mark at all.
  function picked() {
    const marked = new Set([...given.keys(), ...Object.keys(own)]);
    return marked.size ? BATCH.cards.filter((card) => marked.has(card.fingerprint) && isPicked(of(card))) : [];
  }

  // What the picks file says now.
  function give(marks) {
    given = byFingerprint(marks);
    tellAll(null);
  }

  addEventListener("storage", (event) => {
    if (event.key !== place) return;
    const before = own;
    own = read();
    // What another window had written into the file is gone from here, and not forgotten.
    for (const [fingerprint, mark] of Object.entries(before)) if (!own[fingerprint] && SERVED.picks !== null) given.set(fingerprint, mark);
    tellAll(null);
  });

  return {
    of,
    set,
    settle,
    give,
    unsaved,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    picked,
    get isKept() {
      return isKept;
    },
  };
})();

function byFingerprint(marks) {
  return new Map(marks.map((mark) => [mark.fingerprint, mark]));
}

function isPicked({ favourite, rating, note }) {
  return favourite || rating > 0 || note !== "";
}

// What only the other moment knows can be looked at, and cannot be made again from this batch.
function canBeMarked(card) {
  if (card.isPast) tell(`${card.key} is no longer in this batch`);
  else if (!card.fingerprint) tell(`${card.key} cannot be marked yet: it ${STATES[card.state] === "blocked" ? "is blocked" : "waits for what it is made from"}`);
  return isMarkable(card);
}

function isMarkable(card) {
  return !card.isPast && card.fingerprint !== null;
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
