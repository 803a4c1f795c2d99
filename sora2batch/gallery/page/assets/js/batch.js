// The batch as the page was given it, with what can be told from it once for all.

const STATES = {
  completed: "done",
  submitted: "generating",
  pending: "not submitted",
  waiting: "waiting",
  blocked: "blocked",
  no_file: "no file yet",
  in_doubt: "in doubt",
  failed: "failed",
  rejected: "rejected",
  dropped: "never submitted",
};
const EXPLANATIONS = {
  submitted: "The task is under way. `sora2batch run` waits for it.",
  pending: "Not submitted yet. `sora2batch run` submits it.",
  waiting: "It is made from what is not there yet. `sora2batch run` submits it once that is, unless somebody has to pick first.",
  blocked: "What it is made from cannot be had as things are. `sora2batch plan` says what would help.",
  no_file: "Done and paid, but its file was not fetched. `sora2batch download` fetches it.",
  in_doubt: "The answer to its create call was lost: it may have been charged. `sora2batch reconcile` settles it.",
  failed: "The generation failed. It was charged.",
  rejected: "The API refused the request. It was not charged.",
  dropped: "It was asked for once, and is no longer; it was never submitted.",
};
const CHANGES = { added: "added", replaced: "replaced", changed: "changed", removed: "removed", same: "unchanged" };
const PICTURE = /\.(png|jpe?g|gif|webp|avif)$/i;
const FILM = /\.(mp4|m4v|mov|webm)$/i;
const SOUND = /\.(mp3|wav|m4a|aac|ogg|oga|opus|flac)$/i;
const NO_LABEL = "–";

const BATCH = readBatch(document.getElementById("data").textContent);

function readBatch(text) {
  const batch = JSON.parse(text);
  batch.files.forEach(readSentFile);
  batch.axisByName = new Map(batch.axes.map((axis) => [axis.name, readAxis(axis)]));
  const table = readTable(batch.cards, batch.files, batch.axisByName);
  batch.cards = Array.from({ length: table.rows }, (_, row) => new Card(table, row, row));
  batch.isStaged = table.isStaged;
  return batch;
}

function readAxis(axis) {
  axis.places = new Map(axis.labels.map((label, place) => [label, place]));
  return axis;
}

// A picture is shown as one whatever it is called: browsers look at the bytes.
function readSentFile(sent) {
  sent.kind = FILM.test(sent.file) ? "video" : SOUND.test(sent.file) ? "audio" : "image";
}

function aspectOf(card) {
  const [width, height] = String(card.inputOf("aspect_ratio") ?? "").split(":").map(Number);
  return width > 0 && height > 0 ? width / height : null;
}

function commonAspect(cards) {
  const counts = new Map();
  for (const aspect of cards.map(aspectOf)) if (aspect) counts.set(aspect, (counts.get(aspect) ?? 0) + 1);
  return [...counts].sort((one, other) => other[1] - one[1])[0]?.[0] ?? 16 / 9;
}

function hasLabel(card, axis) {
  return labelOn(card, axis) !== null;
}

function labelOf(card, axis) {
  return labelOn(card, axis) ?? NO_LABEL;
}

// Some axes are the page's own: these know the places of cards themselves.
function labelOn(card, axis) {
  const { at, labels } = BATCH.axisByName.get(axis) ?? {};
  return at ? (labels[at[card.index]] ?? null) : card.labelOn(axis);
}

function placeOf(card, axis) {
  const { at, labels } = BATCH.axisByName.get(axis);
  const place = at ? at[card.index] : card.placeOn(axis);
  return place < 0 ? labels.length : place;
}

function labelsOf(axis) {
  const { labels } = BATCH.axisByName.get(axis);
  return BATCH.cards.every((card) => hasLabel(card, axis)) ? labels : [...labels, NO_LABEL];
}

function searchTextOf(card) {
  return card.searchText;
}
