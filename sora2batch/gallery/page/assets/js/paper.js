// The page on paper: every card that the filters leave, in their order. Cards and posters exist for it only while it
// is printed; what has no poster by then says so.

const MOST_PRINTED = 2000;
const PRINTED = { width: 160 }; // a poster has at most half as many pixels again; a page of paper holds a dozen
const POSTER_PATIENCE = 10_000; // milliseconds for one poster

const PAPER = (() => {
  const AT_ONCE = 4;
  const posters = new Map(); // card -> canvas; null where its file cannot be shown
  const paper = make("section", { id: "paper" });
  document.body.append(paper);
  addEventListener("beforeprint", build);
  addEventListener("afterprint", release);

  function printed() {
    return BOARD.cards.slice(0, MOST_PRINTED);
  }

  function missing() {
    return printed().filter((card) => printedFile(card) && !posters.has(card));
  }

  // Draw what is not drawn yet, while somebody waits for it.
  async function prepare(progressed, isAwaited) {
    const waiting = missing();
    const all = waiting.length;
    let ready = 0;
    const work = async () => {
      while (waiting.length && isAwaited()) {
        const card = waiting.shift();
        const poster = await posterOf(printedFile(card));
        if (!isAwaited()) return;
        posters.set(card, poster);
        ready += 1;
        progressed(ready, all);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  function build() {
    const kept = POSTERS.kept();
    const pictureOf = (card) => {
      const file = printedFile(card);
      if (!file) return undefined;
      if (posters.has(card)) return posters.get(card);
      const poster = kept.get(file.href);
      return poster && copyOf(poster, poster.width, poster.height, PRINTED);
    };
    const cards = printed();
    paper.replaceChildren(paperHead(cards.length), make("ol", {}, cards.map((card) => printedCard(card, pictureOf(card)))));
  }

  function release() {
    for (const canvas of paper.querySelectorAll("canvas")) canvas.width = canvas.height = 0;
    paper.replaceChildren();
    posters.clear();
  }

  return { prepare, release, isReady: () => missing().length === 0 };
})();

// What stands for a job: the file that its card shows; before there is one, the first picture that it starts from.
function printedFile(card) {
  return mainClip(card) ?? (AHEAD.has(card.state) ? shownSources(card)[0] : undefined);
}

function posterOf({ kind, href }) {
  const late = new Promise((resolve) => setTimeout(resolve, POSTER_PATIENCE, null));
  return Promise.race([kind === "image" ? stillOf(href, PRINTED) : frameOf(href, PRINTED), late]);
}

function paperHead(amount) {
  const asked = BATCH.cards.filter((card) => !card.isOrphan);
  const counts = Object.keys(STATES).map((state) => [asked.filter((card) => card.state === state).length, STATES[state]]);
  const states = counts.filter(([jobs]) => jobs).map(([jobs, state]) => `${NUMBERS.format(jobs)} ${state}`);
  const { budget, spent, inDoubt, toSpend, later } = BATCH.money;
  const money = [`${NUMBERS.format(spent)} of ${creditsText(budget)} spent`, inDoubt && `${NUMBERS.format(inDoubt)} in doubt`, toSpend && `${NUMBERS.format(toSpend)} to spend`, later && `${NUMBERS.format(later)} later`];
  const title = [BATCH.manifest, BATCH.simulated && "simulated", BATCH.base && `since ${BATCH.base}`];
  const lines = [[...title, count(asked.length, "job"), ...states], money, paperChoice(amount)];
  return make("header", {}, make("h1", {}, BATCH.name), lines.filter((line) => line.length).map((line) => make("p", {}, line.filter(Boolean).join(" · "))));
}

// What is printed of all, and what was chosen so that only this is.
function paperChoice(amount) {
  const { query, states, changes, hidden, favourites, rating, looks, orphans, sort } = CHOICE.get();
  const words = [
    query && `search: ${query}`,
    states.map((state) => STATES[state]).join(", "),
    changes.map((one) => CHANGES[one]).join(", "),
    ...Object.entries(hidden).map(([axis, labels]) => labels.length > 0 && `without ${axis}: ${labels.join(", ")}`),
    favourites && "favourites",
    rating > 0 && `${starsText(rating)} and more`,
    looks && "to look at",
    orphans && "with orphans",
    sort !== "plan" && SORTS[sort],
  ];
  const all = BOARD.cards.length;
  const some = all > amount ? `only the first ${NUMBERS.format(amount)} of ${NUMBERS.format(all)} cards are printed: filter for the others` : words.some(Boolean) && `shown: ${count(all, "card")}`;
  return [some, ...words].filter(Boolean);
}

function printedCard(card, poster) {
  const labels = BATCH.axes.filter(({ name, isDerived }) => !isDerived && hasLabel(card, name)).map(({ name }) => `${name}: ${labelOf(card, name)}`);
  const { favourite, rating, note } = MARKS.of(card);
  const figures = [STATES[card.state], card.isPriced ? creditsText(card.cost) : priceText(0), favourite && "favourite", rating > 0 && starsText(rating)];
  const more = [card.change && card.change !== "same" && CHANGES[card.change], card.isOrphan && !card.change && "orphan", card.alsoPaid.length > 0 && `paid ${card.alsoPaid.length + 1}×`, card.looks.length > 0 && `to look at: ${reasonsOf(card)}`, card.sources.length > 0 && `from ${card.sources.map(({ file }) => file).join(", ")}`];
  return make(
    "li",
    { "data-state": card.state, "data-favourite": favourite, "data-printed": card.key },
    make("div", { class: "picture" }, printedPicture(card, poster)),
    make("h2", {}, card.key),
    make("p", {}, labels.join(" · ")),
    make("p", { class: "figures" }, drawIcon(card.state), figures.filter(Boolean).join(" · ")),
    more.filter(Boolean).map((words) => make("p", {}, words)),
    note && make("q", {}, note),
  );
}

// A job without a clip says why; the picture that it starts from may stand behind.
function printedPicture(card, poster) {
  const told = card.state === "completed" ? null : notice(card.state, STATES[card.state], card.complaint);
  if (poster) return [poster, told];
  if (told || !card.clips.length) return told;
  return make("p", {}, poster === null ? `cannot be shown: ${mainClip(card).path}` : "no poster yet: the page's own Print draws it first");
}
