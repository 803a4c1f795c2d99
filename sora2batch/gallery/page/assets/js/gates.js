// Where people choose what is made next: what the picks of now cost, and how many more there is room for. The numbers
// are the plan's own: each pick brings its jobs, and some only together with others.

const GATES = (() => {
  let known = null; // {of: what the batch told, cards, offers, picks}

  function found() {
    if (known?.of !== BATCH.gates || known?.cards !== BATCH.cards) known = { of: BATCH.gates, cards: BATCH.cards, ...readOffers(BATCH.gates.offers) };
    return known;
  }

  return {
    get exists() {
      return Boolean(BATCH.gates);
    },
    // What the marks of now come to: {jobs, credits, left, more, others, isKnown, counts: [{picked, all}] by gate}.
    sums: () => sumsOf(found()),
  };
})();

// The picks files of the gates, each once.
function gateFiles() {
  return [...new Set((BATCH.gates?.gates ?? []).map(({ file }) => file))];
}

// The picks file in which a mark of this job counts; null where no gate asks for it.
function gateFileOf(card) {
  return BATCH.gates?.gates.find(({ group }) => group === groupOf(card))?.file ?? null;
}

// A pick is a gate and a job; each job that it brings may need others, too.
function readOffers({ count: amount, jobs, credits, clauses, keys }) {
  const clausesBegin = beginningsOf(clauses.count, amount);
  const keysBegin = beginningsOf(keys.count, clausesBegin(amount));
  const picks = new Map(); // "gate key" -> {gate, key, clauses}
  const offers = Array.from({ length: amount }, (_, row) => {
    const offer = { jobs: valueIn(jobs, row), credits: valueIn(credits, row), clauses: clausesBegin(row + 1) - clausesBegin(row) };
    for (let at = clausesBegin(row); at < clausesBegin(row + 1); at += 1) {
      const clause = { offer };
      for (const key of listIn(keysBegin, at, (place) => valueIn(keys.key, place))) pickFor(picks, valueIn(clauses.gate, at), key).clauses.push(clause);
    }
    return offer;
  });
  const cards = new Map(BATCH.cards.filter((card) => !card.isOrphan).map((card) => [card.key, card]));
  return { offers, picks: [...picks.values()].map((pick) => ({ ...pick, card: cards.get(pick.key) })) };
}

function pickFor(picks, gate, key) {
  const name = `${gate} ${key}`;
  if (!picks.has(name)) picks.set(name, { gate, key, clauses: [] });
  return picks.get(name);
}

function isPickedAt(gate, card) {
  const { favourite, rating } = MARKS.of(card);
  return gate.minRating ? rating >= gate.minRating : favourite;
}

// In the gate's whole group, be what comes of it paid already or not.
function countsOf(gate) {
  const cards = BATCH.cards.filter((card) => !card.isOrphan && groupOf(card) === gate.group);
  return { picked: cards.filter((card) => isPickedAt(gate, card)).length, all: cards.length };
}

// What becomes possible as one pick after the other is made.
function makeTally() {
  const met = new Set(); // clauses
  const open = new Map(); // offer -> how many of its clauses are not met yet
  const sums = { jobs: 0, credits: 0 };
  const add = ({ clauses }) => {
    for (const clause of clauses) {
      if (met.has(clause)) continue;
      met.add(clause);
      const { offer } = clause;
      const left = (open.get(offer) ?? offer.clauses) - 1;
      open.set(offer, left);
      if (left) continue;
      sums.jobs += offer.jobs;
      sums.credits += offer.credits;
    }
  };
  return { sums, add, worth: ({ clauses }) => clauses.reduce((sum, clause) => sum + (met.has(clause) || (open.get(clause.offer) ?? clause.offer.clauses) > 1 ? 0 : clause.offer.credits), 0) };
}

// How many more fit: so many whichever they are, for the dearest are counted first.
function sumsOf(known) {
  const { gates, free } = known.of;
  const isPicked = ({ gate, card }) => card !== undefined && isPickedAt(gates[gate], card);
  const picked = known.picks.filter(isPicked);
  const others = known.picks.filter((pick) => !isPicked(pick));
  const tally = makeTally();
  picked.forEach(tally.add);
  const { jobs, credits } = tally.sums;
  const left = free - credits;
  const next = others.map((pick) => ({ pick, worth: tally.worth(pick) })).sort((one, other) => other.worth - one.worth);
  let more = 0;
  for (const { pick } of next) {
    tally.add(pick);
    if (tally.sums.credits > free) break;
    more += 1;
  }
  return { jobs, credits, left, more, others: others.length, isKnown: known.offers.length > 0, counts: gates.map(countsOf) };
}

// A line for each gate and one for what it comes to, drawn anew with every mark.
function gatesPlace() {
  if (!GATES.exists) return null;
  const lines = make("div", { role: "status" });
  const place = make("section", { id: "gates", "aria-label": "Picks for what is made next" }, lines, textButton("What next", () => showExport(), { class: "next", title: "The picks file and the next command (e)" }));
  let isDue = false;
  const draw = () => {
    isDue = false;
    place.hidden = !GATES.exists;
    if (GATES.exists) lines.replaceChildren(...gateLines());
  };
  const soon = () => {
    if (!isDue) requestAnimationFrame(draw);
    isDue = true;
  };
  MARKS.listen(soon);
  SERVED.listen(soon);
  draw();
  return place;
}

function gateLines() {
  const sums = GATES.sums();
  const lines = BATCH.gates.gates.map((gate, place) => {
    const { picked, all } = sums.counts[place];
    const rule = gate.minRating ? (gate.minRating < 5 ? `${"★".repeat(gate.minRating)} and more` : "★★★★★") : "favourites";
    return make("p", {}, make("b", {}, gate.file), ` takes ${rule} of ${gate.group}: `, make("b", {}, NUMBERS.format(picked)), ` of ${NUMBERS.format(all)} picked`);
  });
  return sums.isKnown ? [...lines, sumLine(sums)] : lines; // a matrix that is too large as long as nothing is picked
}

function sumLine({ jobs, credits, left, more, others, counts }) {
  const none = counts.some(({ picked }) => picked) ? "nothing more to pay for them" : "nothing is picked yet";
  const cost = jobs ? `${count(jobs, "job")} for ${creditsText(credits)}${moneyText(credits)}` : none;
  const rest = left < 0 ? `${NUMBERS.format(-left)} over the budget` : `${NUMBERS.format(left)} left`;
  const room = left < 0 ? null : !others ? null : more === others ? "all the others fit, too" : `${count(more, "more pick")} ${more === 1 ? "fits" : "fit"}`;
  return make("p", { class: left < 0 ? "sum over" : "sum" }, [cost, rest, room].filter(Boolean).join(" · "));
}
