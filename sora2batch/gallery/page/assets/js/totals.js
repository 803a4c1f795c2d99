// The head of the page: what this is, how far it is, what it costs.

function drawHead() {
  document.getElementById("head").append(
    make("div", { class: "title" }, make("h1", {}, BATCH.name), subtitle()),
    stateChips(),
    budgetPlace(),
  );
}

function subtitle() {
  const amount = make("span", {}, jobsInWords());
  SERVED.listen(() => {
    amount.textContent = jobsInWords();
  });
  return make("p", {}, amount, BATCH.simulated && make("span", { class: "tag", title: "made in the simulator: nothing was spent" }, "simulated"));
}

function jobsInWords() {
  const asked = BATCH.cards.filter((card) => !card.isOrphan).length;
  const words = [BATCH.manifest, count(asked, "job")];
  if (BATCH.base) words.push(`since ${BATCH.base}`);
  return words.join(" · ");
}

// Each state that occurs, with its number; a click shows only these.
function stateChips() {
  const box = make("div", { class: "chips", role: "group", "aria-label": "Jobs by state" });
  const draw = () => box.replaceChildren(...chipsOf("states", STATES, (card) => card.state), ...changeChips(), ...lookChip(), ...orphanChip());
  CHOICE.listen(draw);
  SERVED.listen(() => keepChip(box, draw));
  draw();
  return box;
}

// Whoever is on a chip with the keyboard stays on it.
function keepChip(box, draw) {
  const name = box.contains(document.activeElement) ? document.activeElement.dataset.chip : null;
  draw();
  if (name) [...box.children].find((one) => one.dataset.chip === name)?.focus({ preventScroll: true });
}

function changeChips() {
  return BATCH.base ? chipsOf("changes", CHANGES, (card) => card.change) : [];
}

// What was paid for and is no longer asked for is not lost: one click shows it.
function orphanChip() {
  const amount = BATCH.cards.filter((card) => card.isOrphan && card.change !== "removed").length;
  const isOn = CHOICE.get().orphans;
  const settings = { class: "chip dropped", "data-chip": "orphans", title: "in the lockfile, no longer in the manifest" };
  const click = () => {
    CHOICE.set({ orphans: !isOn });
    document.querySelector("[data-chip=orphans]")?.focus();
  };
  return amount ? [textButton(count(amount, "orphan"), click, { "aria-pressed": isOn, ...settings })] : [];
}

function chipsOf(field, words, valueOf) {
  const chosen = CHOICE.get();
  const counts = new Map();
  for (const card of BATCH.cards) if (!card.isOrphan || card.change || chosen.orphans) counts.set(valueOf(card), (counts.get(valueOf(card)) ?? 0) + 1);
  return Object.keys(words)
    .filter((value) => counts.has(value))
    .map((value) => chip(field, value, words[value], counts.get(value)));
}

function chip(field, value, word, amount) {
  const chosen = CHOICE.get()[field];
  const isOn = chosen.includes(value);
  const click = () => {
    CHOICE.set({ [field]: isOn ? chosen.filter((one) => one !== value) : [...chosen, value] });
    document.querySelector(`[data-chip="${value}"]`)?.focus();
  };
  const icon = value === "same" ? null : drawIcon(value);
  return make("button", { type: "button", class: `chip ${value}`, "data-chip": value, "aria-pressed": isOn, on: { click } }, icon, `${NUMBERS.format(amount)} ${word}`);
}

// The chart, drawn anew where it stands when a run has spent more.
function budgetPlace() {
  let shown = budgetChart();
  const first = shown;
  SERVED.listen(() => {
    const hadFocus = document.activeElement === shown;
    const next = budgetChart();
    shown.replaceWith(next);
    shown = next;
    if (hadFocus) next.focus({ preventScroll: true });
  });
  return first;
}

// Spent, in doubt and to spend, held against the budget.
function budgetChart() {
  const { budget, spent, inDoubt, toSpend, later } = BATCH.money;
  const whole = Math.max(budget, spent + toSpend + later, 1);
  const over = spent + toSpend + later - budget;
  const left = over > 0 ? `${NUMBERS.format(over)} over the budget` : `${NUMBERS.format(budget - spent - toSpend - later)} left`;
  const parts = [["spent", spent - inDoubt, "spent"], ["doubt", inDoubt, "in doubt"], ["ahead", toSpend, "to spend"], ["later", later, "later"]];
  const words = parts.filter(([, amount]) => amount).map(([, amount, word]) => `${NUMBERS.format(amount)} ${word}`);
  const bar = make("div", { class: "bar", "aria-hidden": true });
  bar.append(...parts.map(([name, amount]) => barPart(name, amount, whole)).filter(Boolean));
  if (over > 0) bar.append(make("b", { style: { left: `${(100 * budget) / whole}%` } }));
  return make(
    "button",
    { type: "button", class: `budget${over > 0 ? " over" : ""}`, title: "Credits by axis", on: { click: showCredits } },
    make("span", { class: "sum" }, `${NUMBERS.format(spent)} of ${creditsText(budget)}${moneyText(spent, budget)}`),
    bar,
    make("span", { class: "parts" }, [...words, left].join(" · ")),
  );
}

// Sums in money, where somebody has said what a credit costs: " (1.51 of 7.20 USD)".
function moneyText(...credits) {
  const price = BATCH.creditPrice;
  if (!price) return "";
  const digits = { minimumFractionDigits: price.digits, maximumFractionDigits: price.digits };
  const sums = credits.map((amount) => (amount * price.amount).toLocaleString("en", digits));
  return ` (${sums.join(" of ")} ${price.currency})`;
}

function showCredits() {
  const body = make("div", { class: "credits" });
  for (const axis of BATCH.axes) body.append(creditsByAxis(axis.name));
  const orphans = BATCH.cards.filter((card) => card.isOrphan && !card.isPast).reduce((sum, card) => sum + card.spent, 0);
  if (orphans) body.append(make("p", {}, `${creditsText(orphans)}${moneyText(orphans)} of what was spent went to jobs that are no longer in the manifest.`));
  if (!BATCH.axes.length) body.append(make("p", {}, `${creditsText(BATCH.money.spent)}${moneyText(BATCH.money.spent)} spent. There is no axis to split them by.`));
  openDialog("Credits", body, { class: "narrow" });
}

function creditsByAxis(axis) {
  const sums = new Map();
  for (const card of BATCH.cards.filter(({ isPast }) => !isPast)) {
    const label = labelOf(card, axis);
    const sum = sums.get(label) ?? { jobs: 0, spent: 0, ahead: 0, later: 0 };
    sum.jobs += !card.isOrphan;
    sum.spent += card.spent;
    if (card.state === "waiting") sum.later += card.price;
    else if (card.state === "pending") sum.ahead += card.price;
    sums.set(label, sum);
  }
  const most = Math.max(1, ...[...sums.values()].map((sum) => sum.spent + sum.ahead + sum.later));
  const heads = ["", "jobs", "spent", "to spend", ...(BATCH.money.later ? ["later"] : []), ""].map((word, index) => make("th", { scope: "col", class: index ? "number" : "" }, word));
  const rows = [...sums].map(([label, sum]) => creditsRow(label, sum, most));
  return make("table", {}, make("caption", {}, axis), make("thead", {}, make("tr", {}, heads)), make("tbody", {}, rows));
}

function barPart(name, amount, whole) {
  return amount > 0 && make("i", { class: name, style: { width: `${(100 * amount) / whole}%` } });
}

function creditsRow(label, { jobs, spent, ahead, later }, most) {
  const bar = make("div", { class: "bar", "aria-hidden": true }, barPart("spent", spent, most), barPart("ahead", ahead, most), barPart("later", later, most));
  const numbers = [jobs, spent, ahead, ...(BATCH.money.later ? [later] : [])].map((amount) => make("td", { class: "number" }, NUMBERS.format(amount)));
  return make("tr", {}, make("th", { scope: "row" }, label), numbers, make("td", { class: "chart" }, bar));
}
