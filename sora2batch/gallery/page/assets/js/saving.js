// Marks go to the server, which writes them into the picks file. What it has not written stays in this browser, and
// is sent again.

const SAVING = (() => {
  const SOON = 200; // milliseconds: a rating and a favourite go together
  const AGAIN = 4000;
  const MOST_AT_ONCE = 2000;
  const listeners = new Set();
  let waits = null;
  let isSending = false;
  let words = "";
  let isFine = true;

  MARKS.listen((card) => card && later(SOON));

  function later(pause) {
    clearTimeout(waits);
    waits = setTimeout(send, pause);
  }

  async function send() {
    if (isSending) return later(SOON);
    const marks = new Map([...MARKS.unsaved()].slice(0, MOST_AT_ONCE));
    if (!marks.size) return;
    isSending = true;
    const { saved, error } = await post([...marks].map(([card, mark]) => pickOf(card, mark)));
    isSending = false;
    if (saved) MARKS.settle(marks);
    say(saved ? `saved in ${saved}` : `not saved: ${error}`, saved !== null);
    if (MARKS.unsaved().size) later(saved ? SOON : AGAIN);
  }

  async function post(picks) {
    try {
      const response = await fetch("picks", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ picks }) });
      return await response.json();
    } catch {
      return { saved: null, error: "the server does not answer; this browser keeps them" };
    }
  }

  function say(news, isGood) {
    if (news !== words && !isGood) tell(`Picks ${news}`);
    words = news;
    isFine = isGood;
    for (const listener of listeners) listener();
  }

  if (MARKS.unsaved().size) later(0);
  return {
    listen: (listener) => listeners.add(listener),
    get words() {
      return words;
    },
    get isFine() {
      return isFine;
    },
  };
})();

function pickOf(card, { favourite, rating, note }) {
  const pick = { key: card.key.toWellFormed(), fingerprint: card.fingerprint };
  if (favourite || !rating) pick.favourite = favourite;
  if (rating) pick.rating = rating;
  if (note) pick.note = note.toWellFormed();
  return pick;
}
