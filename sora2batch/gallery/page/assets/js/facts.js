// Dialogs, and the tables of facts that stand in them.

function openDialog(title, body, settings = {}) {
  const before = document.activeElement;
  ENSEMBLE.pause();
  const heading = make("h2", { tabindex: -1 }, title);
  const dialog = make("dialog", { "aria-label": title, ...settings }, make("header", {}, heading, iconButton("close", "Close", () => dialog.close(), { class: "icon close" })), body);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    releaseVideos(dialog);
    dialog.remove();
    if (before?.isConnected) before.focus({ preventScroll: true });
    else BOARD.focus(BOARD.active);
  });
  document.body.append(dialog);
  dialog.showModal();
  heading.focus();
  return dialog;
}

function factRow(name, value, { copied = null, isDifferent = false } = {}) {
  return make("div", { class: isDifferent ? "fact different" : "fact" }, make("dt", {}, name), make("dd", {}, value, copied !== null && copyButton(copied, name)));
}

function copyButton(text, name) {
  const button = iconButton("copy", `Copy ${name}`, async () => {
    const isCopied = await copyText(text);
    tell(isCopied ? `${name} copied` : `${name} could not be copied`);
    button.replaceChildren(drawIcon(isCopied ? "check" : "failed"));
    setTimeout(() => button.replaceChildren(drawIcon("copy")), 1500);
  });
  return button;
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text) {
  const field = make("textarea", { class: "unseen" }, text);
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  return isCopied;
}

// Every fact of a job: [name, text, hashes of files]; the prompt first, then what else is sent.
function factsOf(card) {
  const { prompt, ...others } = card.input;
  const sent = prompt === undefined ? others : { prompt, ...others };
  const facts = Object.entries(sent).map(([name, value]) => sentFact(card, name, value));
  facts.push(["tool", card.tool], ["take", String(card.take)], ["price", priceText(card.price)], ["state", STATES[card.state]]);
  if (card.looks.length) facts.push(["to look at", reasonsOf(card)]);
  const { result } = card;
  if (result?.taskId) facts.push(["task", result.taskId]);
  if (result?.submittedAt) facts.push(["submitted", momentText(result.submittedAt)]);
  if (card.result) facts.push([card.state === "in_doubt" ? "in doubt" : "spent", creditsText(card.spent)]);
  if (result?.finishedAt && card.state !== "in_doubt") facts.push(["finished", momentText(result.finishedAt)]);
  if (card.seconds !== null && card.seconds !== undefined) facts.push(["took", secondsText(card.seconds)]);
  for (const clip of result?.clips ?? []) if (clip.path) facts.push(["file", clip.path]);
  const size = (result?.clips ?? []).reduce((sum, clip) => sum + (clip.bytes ?? 0), 0);
  if (size) facts.push(["size", bytesText(size)]);
  if (card.fingerprint) facts.push(["fingerprint", card.fingerprint]);
  return facts;
}

function sentFact(card, name, value) {
  const files = card.sources.filter(({ field }) => field === name);
  if (!files.length) return [name, valueText(value)];
  const text = Array.isArray(value) ? value.map(valueText).join("\n") : valueText(value);
  return [name, text, files.map(({ digest }) => digest).join(" ")];
}

const COPIED = new Set(["prompt", "task", "file", "fingerprint", "image"]);
const WEB_ADDRESS = /^https?:\/\//i;

// Where a fact is different from what it was before, what it was stands above it.
function factList(card, { different = new Set(), before = null, others = [] } = {}) {
  const rows = factsOf(card).map((fact) => {
    const [name, text, digests] = fact;
    const isDifferent = different.has(name);
    const rivals = isDifferent ? [before, ...others].filter(Boolean).map((one) => factOf(one, name)) : [];
    const told = withDigests(fact, rivals);
    const former = isDifferent && before && factOf(before, name);
    const now = isDifferent && others.length ? markedWords(told, name, others) : factValue(told, digests);
    const value = make("div", {}, former && make("del", {}, withDigests(former, [fact])), now);
    return factRow(name, value, { copied: digests || COPIED.has(name) ? text : null, isDifferent });
  });
  return make("dl", { class: "facts" }, rows);
}

function factOf(card, name) {
  return factsOf(card).find(([one]) => one === name);
}

// Where two files share a path, their hashes tell them apart.
function withDigests([, text, digests], rivals) {
  return digests && rivals.some((rival) => rival?.[1] === text && rival[2] !== digests) ? `${text} (sha256 ${digests})` : text;
}

// The words that are not in all the others stand out.
function markedWords(text, name, others) {
  const theirs = others.map((card) => new Set(wordsOf((factOf(card, name) ?? []).slice(1).join(" "))));
  const parts = wordsOf(text).map((word) => (/[\p{L}\p{N}]/u.test(word) && !theirs.every((words) => words.has(word)) ? make("mark", {}, word) : word));
  return make("span", {}, parts);
}

function wordsOf(text) {
  return text.match(/[\p{L}\p{N}_'’:-]+|[^\p{L}\p{N}_'’:-]+/gu) ?? [];
}

// An address from which something secret was taken out leads nowhere.
function factValue(text, digests) {
  if (digests) return make("span", { title: `sha256 ${digests}` }, text);
  if (!WEB_ADDRESS.test(text) || text.includes("…")) return make("span", {}, text);
  return make("a", { href: text, target: "_blank", rel: "noopener noreferrer" }, text);
}

const ALWAYS_DIFFERENT = new Set(["task", "state", "to look at", "spent", "in doubt", "submitted", "finished", "took", "file", "fingerprint", "size"]);

function differencesOf(cards) {
  const names = new Set(cards.flatMap((card) => factsOf(card).map(([name]) => name)).filter((name) => !ALWAYS_DIFFERENT.has(name)));
  const valueOf = (card, name) => factsOf(card).filter(([one]) => one === name).map(([, ...told]) => told.join("\n")).join("\n");
  return new Set([...names].filter((name) => new Set(cards.map((card) => valueOf(card, name))).size > 1));
}
