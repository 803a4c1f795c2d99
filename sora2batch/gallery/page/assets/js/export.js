// What was marked becomes a picks file, and the picks file the next manifest.

// A text in YAML's double quotes. What JSON leaves as it is and YAML does not like is spelled out.
function quoted(text) {
  const odd = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;
  return JSON.stringify(text.toWellFormed()).replace(odd, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function picksText(cards) {
  const lines = ["# What was marked in the gallery. `sora2batch promote` makes the next manifest of it.", "version: 1", `manifest: ${quoted(BATCH.manifest)}`];
  lines.push(cards.length ? "picks:" : "picks: []");
  for (const card of cards) {
    const { favourite, rating, note } = MARKS.of(card);
    lines.push(`  - key: ${quoted(card.key)}`, `    fingerprint: ${quoted(card.fingerprint)}`);
    if (favourite || !rating) lines.push(`    favourite: ${favourite}`);
    if (rating) lines.push(`    rating: ${rating}`);
    if (note) lines.push(`    note: ${quoted(note)}`);
  }
  return `${lines.join("\n")}\n`;
}

function promoteCommand(settings = "") {
  const simulated = BATCH.simulated ? " --simulate" : "";
  return `sora2batch promote ${shellWord(BATCH.manifest)}${simulated} --picks picks.yaml${settings} -o next.yaml`;
}

function shellWord(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function showExport() {
  const cards = MARKS.picked();
  const save = textButton("Download picks.yaml", () => download("picks.yaml", picksText(cards)), { class: "primary", disabled: cards.length === 0 });
  const body = make("div", { class: "exported" }, summaryOf(cards), save, cards.length > 0 && nextSteps(cards), !MARKS.isKept && make("p", { class: "warning" }, "This browser keeps nothing for this page: download the picks before you close it."), listOf(cards));
  openDialog("Picks", body, { class: "narrow" });
  save.focus();
}

function summaryOf(cards) {
  if (!cards.length) return make("p", {}, "Nothing is marked yet: f makes the clip under the cursor a favourite, 1 to 5 rate it.");
  const favourites = cards.filter((card) => MARKS.of(card).favourite).length;
  const rated = cards.filter((card) => MARKS.of(card).rating).length;
  return make("p", {}, `${count(favourites, "favourite")}, ${NUMBERS.format(rated)} rated.`);
}

const GOOD = 3; // stars from which `promote` takes a clip where nothing is a favourite

// Ways to make the favourites again, with their prices: as they are, or with another value of the field that decides.
function nextSteps(cards) {
  const marked = cards.filter((card) => MARKS.of(card).favourite);
  const good = cards.filter((card) => MARKS.of(card).rating >= GOOD);
  const taken = marked.length ? marked : good;
  if (!taken.length) return make("p", {}, `None of them is a favourite or has ${GOOD} stars: there is nothing to make again.`);
  const ways = waysToRemake(taken);
  const command = make("code", {});
  const choose = ({ settings }) => {
    const text = promoteCommand(settings);
    command.replaceChildren(...text.split(" ").flatMap((word, place) => [place ? " " : "", make("span", {}, word)]));
    copy.replaceChildren(copyButton(text, "command"));
  };
  const copy = make("span", {});
  const buttons = ways.map((way, index) => {
    const box = make("input", { type: "radio", name: "way", on: { change: () => choose(way) } });
    box.checked = index === ways.length - 1;
    return make("label", { class: "tick" }, box, make("span", {}, way.name), make("b", {}, priceText(way.credits)));
  });
  choose(ways.at(-1));
  return make("div", { class: "steps" }, make("p", {}, `Then ${marked.length ? "the favourites" : `those with ${GOOD} stars and more`} become the next manifest:`), buttons, make("pre", {}, command, copy));
}

function waysToRemake(cards) {
  const tools = [...new Set(cards.map((card) => card.tool))];
  const tariff = tools.length === 1 ? BATCH.tariffs.find(({ tool }) => tool === tools[0]) : null;
  const now = (card) => (tariff ? String(card.input[tariff.field]) : "");
  const asTheyAre = { name: "as they are", settings: "", credits: sumOnce(cards, now, (card) => card.price) };
  const others = Object.entries(tariff?.rates ?? {}).filter(([value]) => cards.some((card) => now(card) !== value));
  const ways = others.map(([value, rate]) => ({
    name: `${tariff.field}: ${value}`,
    settings: ` --set ${shellWord(`${tariff.field}=${value}`)}`,
    credits: sumOnce(cards, () => value, (card) => rate * (tariff.seconds ? card.input[tariff.seconds] : 1)),
  }));
  return [asTheyAre, ...ways];
}

// Takes, and what becomes the same request, are made once. Nothing where one price is not known.
function sumOnce(cards, settingOf, priceOf) {
  const requests = new Map(cards.map((card) => [`${card.kin} ${settingOf(card)}`, priceOf(card)]));
  const prices = [...requests.values()];
  return prices.every((price) => price > 0) ? prices.reduce((sum, price) => sum + price, 0) : 0;
}

function listOf(cards) {
  const lines = cards.slice(0, 200).map((card) => {
    const { favourite, rating, note } = MARKS.of(card);
    return make("li", {}, make("b", {}, card.key), `${favourite ? " favourite" : ""}${rating ? ` ${starsText(rating)}` : ""}`, note && make("q", {}, note));
  });
  return make("ul", { class: "picked" }, lines, cards.length > 200 && make("li", {}, `… and ${NUMBERS.format(cards.length - 200)} more`));
}

function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/yaml" }));
  const link = make("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
  tell(`${name} is downloaded`);
}
