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

function showExport() {
  const cards = MARKS.picked();
  const name = picksName();
  const others = cards.filter((card) => gateFileOf(card) === null);
  const isOwn = !GATES.exists || (others.length > 0 && !gateFiles().some((file) => baseName(file) === name));
  const save = isOwn && textButton(`Download ${name}`, () => download(name, picksText(others)), { class: SERVED.picks === null && "primary", disabled: others.length === 0 });
  const body = make("div", { class: "exported" }, summaryOf(cards), gateParts(), save, others.length > 0 && nextSteps(others), !MARKS.isKept && make("p", { class: "warning" }, "This browser keeps nothing for this page: download the picks before you close it."), listOf(cards));
  openDialog("Picks", body, { class: "narrow" });
  document.querySelector("dialog[open] .exported button:not(:disabled)")?.focus();
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
  const copy = make("span", {});
  let { settings } = ways.at(-1);
  const draw = () => {
    const text = promoteCommand(picks.path, settings);
    command.replaceChildren(...wordsToBreak(text));
    copy.replaceChildren(copyButton(text, "command"));
  };
  const picks = picksPlace(draw);
  const buttons = ways.map((way, index) => {
    const choose = () => {
      settings = way.settings;
      draw();
    };
    const box = make("input", { type: "radio", name: "way", on: { change: choose } });
    box.checked = index === ways.length - 1;
    return make("label", { class: "tick" }, box, make("span", {}, way.name), make("b", {}, priceText(way.credits)));
  });
  draw();
  return make("div", { class: "steps" }, picks.words, make("p", {}, `Then ${marked.length ? "the favourites" : `those with ${GOOD} stars and more`} become the next manifest:`), buttons, picks.box, make("p", {}, folderWords()), make("pre", {}, command, copy));
}

// Where the picks lie: {path, words, box}. Only whoever downloaded them knows it for certain, so it can be mended.
function picksPlace(changed) {
  const saved = SERVED.picks;
  if (saved !== null) return { path: saved, words: make("p", {}, "They are saved as ", make("b", {}, saved), " in the folder of the manifest."), box: null };
  const name = picksName();
  const field = make("input", { type: "text", "aria-label": "Picks file", value: DOWNLOADS + name, spellcheck: false, autocomplete: "off", on: { input: changed } });
  return {
    get path() {
      return field.value.trim() || DOWNLOADS + name;
    },
    words: make("p", { class: "where" }, "The browser puts it where it puts downloads, as a rule in ", make("b", {}, DOWNLOADS), ". If that has one already, the new one gets a number, such as ", make("b", {}, numbered(name)), ": then change “Picks file” below, or an older choice is taken."),
    box: make("p", { class: "path" }, make("span", { "aria-hidden": true }, "Picks file"), field),
  };
}

// A long command is broken between its words.
function wordsToBreak(text) {
  return text.split(" ").flatMap((word, place) => [place ? " " : "", make("span", {}, word)]);
}

function numbered(name) {
  return name.replace(/\.yaml$/, " (1).yaml");
}

function folderWords() {
  if (SERVED.picks !== null) return "In a shell in the folder of the manifest:";
  const folder = pageFolder();
  return folder === null ? "In a shell in the folder of this page:" : ["In a shell in the folder of this page, ", make("b", {}, folder), ":"];
}

function waysToRemake(cards) {
  const tools = [...new Set(cards.map((card) => card.tool))];
  const tariff = tools.length === 1 ? BATCH.tariffs.find(({ tool }) => tool === tools[0]) : null;
  const now = (card) => (tariff ? String(card.input[tariff.field]) : "");
  const asTheyAre = { name: "as they are", settings: [], credits: sumOnce(cards, now, (card) => card.price) };
  const others = Object.entries(tariff?.rates ?? {}).filter(([value]) => cards.some((card) => now(card) !== value));
  const ways = others.map(([value, rate]) => ({
    name: `${tariff.field}: ${value}`,
    settings: [`${tariff.field}=${value}`],
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
