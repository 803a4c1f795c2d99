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

// Every fact of a job: [name, text]; the prompt first, then what else is sent.
function factsOf(card) {
  const { prompt, ...others } = card.input;
  const sent = prompt === undefined ? others : { prompt, ...others };
  const facts = Object.entries(sent).map(([name, value]) => [name, valueText(value)]);
  facts.push(["tool", card.tool], ["take", String(card.take)], ["price", priceText(card.price)], ["state", STATES[card.state]]);
  const { result } = card;
  if (result?.taskId) facts.push(["task", result.taskId]);
  if (result?.submittedAt) facts.push(["submitted", momentText(result.submittedAt)]);
  if (card.result) facts.push([card.state === "in_doubt" ? "in doubt" : "spent", creditsText(card.spent)]);
  if (result?.finishedAt && card.state !== "in_doubt") facts.push(["finished", momentText(result.finishedAt)]);
  if (card.seconds !== null && card.seconds !== undefined) facts.push(["took", secondsText(card.seconds)]);
  for (const clip of result?.clips ?? []) if (clip.path) facts.push(["file", clip.path]);
  const size = (result?.clips ?? []).reduce((sum, clip) => sum + (clip.bytes ?? 0), 0);
  if (size) facts.push(["size", bytesText(size)]);
  facts.push(["fingerprint", card.fingerprint]);
  return facts;
}

const COPIED = new Set(["prompt", "task", "file", "fingerprint", "image"]);
const WEB_ADDRESS = /^https?:\/\//i;

// Where a fact is different from what it was before, what it was stands above it.
function factList(card, { different = new Set(), before = null, others = [] } = {}) {
  const former = new Map(before ? factsOf(before) : []);
  const rows = factsOf(card).map(([name, text]) => {
    const isDifferent = different.has(name);
    const value = make("div", {}, isDifferent && former.has(name) && make("del", {}, former.get(name)), isDifferent && others.length ? markedWords(text, name, others) : factValue(text));
    return factRow(name, value, { copied: COPIED.has(name) ? text : null, isDifferent });
  });
  return make("dl", { class: "facts" }, rows);
}

// The words that are not in all the others stand out.
function markedWords(text, name, others) {
  const theirs = others.map((card) => new Set(wordsOf(factsOf(card).find(([one]) => one === name)?.[1] ?? "")));
  const parts = wordsOf(text).map((word) => (/[\p{L}\p{N}]/u.test(word) && !theirs.every((words) => words.has(word)) ? make("mark", {}, word) : word));
  return make("span", {}, parts);
}

function wordsOf(text) {
  return text.match(/[\p{L}\p{N}_'’:-]+|[^\p{L}\p{N}_'’:-]+/gu) ?? [];
}

// An address from which something secret was taken out leads nowhere.
function factValue(text) {
  if (!WEB_ADDRESS.test(text) || text.includes("…")) return make("span", {}, text);
  return make("a", { href: text, target: "_blank", rel: "noopener noreferrer" }, text);
}

const ALWAYS_DIFFERENT = new Set(["task", "state", "spent", "in doubt", "submitted", "finished", "took", "file", "fingerprint", "size"]);

function differencesOf(cards) {
  const names = new Set(cards.flatMap((card) => factsOf(card).map(([name]) => name)).filter((name) => !ALWAYS_DIFFERENT.has(name)));
  const valueOf = (card, name) => factsOf(card).filter(([one]) => one === name).map(([, text]) => text).join("\n");
  return new Set([...names].filter((name) => new Set(cards.map((card) => valueOf(card, name))).size > 1));
}
