// The page follows its batch: every second it asks what is new, and changes just that.

const FOLLOWING = (() => {
  const PAUSE = 1000; // milliseconds
  const HIDDEN_PAUSE = 5000;
  const state = make("span", { class: "following" });
  const saved = make("span", { class: "saving" });
  const line = make("p", { class: "live", role: "status" }, state, saved);
  const notice = make("p", { class: "outdated", role: "alert", hidden: true });
  let known = null; // cards by fingerprint
  let { version, edition } = SERVED;
  let waits = null;

  document.getElementById("head").append(line, notice);
  SAVING.listen(draw);
  addEventListener("visibilitychange", () => document.hidden || look());
  look();

  async function look() {
    clearTimeout(waits);
    try {
      const response = await fetch(`changes?version=${version}&edition=${encodeURIComponent(edition)}`);
      if (!response.ok) throw new Error(response.statusText);
      const [head, text] = (await response.text()).split("\n");
      takeIn(JSON.parse(head), text);
    } catch {
      say("not followed: the server does not answer", "away");
    }
    clearTimeout(waits);
    waits = setTimeout(look, document.hidden ? HIDDEN_PAUSE : PAUSE);
  }

  function takeIn(head, text) {
    version = head.version;
    if (text && head.isWhole) replaceBatch(readBatch(text));
    else if (text) renewBatch(readBatch(text), head.hasMarks);
    if (head.isWhole) ({ edition } = head);
    say(...(head.complaints.length ? [head.complaints.join("; "), "away"] : head.run ? ["a run is under way", "runs"] : ["up to date", ""]));
    state.title = head.run ?? "";
    if (!head.isOutdated || !notice.hidden) return;
    notice.append("The manifest has changed since this page was loaded. ", textButton("Load it again", () => location.reload()));
    notice.hidden = false;
  }

  function renewBatch(later, hasMarks) {
    known ??= cardsByIdentity();
    const changed = [];
    for (const news of later.cards) {
      const card = known.get(news.identity);
      if (!card) continue;
      card.become(news); // it stays the same card for all who hold it
      changed.push(card);
    }
    BATCH.money = later.money;
    BATCH.gates = later.gates;
    if (hasMarks) MARKS.give(later.marks);
    SERVED.announce(withWaiting(changed));
  }

  // Other jobs than before: some became possible, or were picked. Those that stay keep their cards, wherever these are
  // looked at, and nothing scrolls.
  function replaceBatch(later) {
    const before = cardsByIdentity();
    const cards = later.cards.map((news) => {
      const card = before.get(news.identity);
      if (!card) return news;
      card.become(news, { isWhole: true });
      return card;
    });
    Object.assign(BATCH, later, { cards });
    addDerivedAxes();
    known = null;
    MARKS.give(later.marks);
    BOARD.stay(() => CHOICE.set({}));
    SERVED.announce(cards);
  }

  function cardsByIdentity() {
    return new Map(BATCH.cards.map((card) => [card.identity, card]));
  }

  // A job that waits shows the picture of what it is made from.
  function withWaiting(changed) {
    const waiting = changed.flatMap((card) => LINEAGE.childrenOf(card)).filter(({ state }) => state === "waiting");
    return [...new Set([...changed, ...waiting])];
  }

  function say(news, kind) {
    if (state.textContent !== news) state.textContent = news;
    state.dataset.kind = kind;
    draw();
  }

  function draw() {
    if (saved.textContent !== SAVING.words) saved.textContent = SAVING.words;
    saved.dataset.kind = SAVING.isFine ? "" : "away";
  }

  return { look };
})();
