// What a job starts from: pictures of the user's own. Small in the corner of a card, or large in the place of a
// result that is still to come; larger in the full view.

const MOST_THUMBNAILS = 3;
const THUMBNAIL = 0.3; // of the shorter side of a card's frame
const AHEAD = new Set(["pending", "submitted", "waiting"]);

function shownSources(card) {
  const sent = card.sources.filter((one) => one.href && one.kind !== "audio");
  return sent.length || !card.needs.length ? sent : LINEAGE.parentsOf(card).map(mainClip).filter((clip) => clip?.kind === "image");
}

// Before there is a result the first picture stands in its place. The file may be missing: then all is as without it.
function addSources(view, place, card, size) {
  const [first, ...others] = shownSources(card);
  if (!first) return;
  const standsIn = AHEAD.has(card.state) && card === view.card && card.change !== "replaced";
  if (standsIn) standIn(view, first);
  const small = standsIn ? others : [first, ...others];
  if (!small.length) return;
  const strip = make("div", { class: "sources", "aria-hidden": true }, small.slice(0, MOST_THUMBNAILS).map((sent) => thumbnail(sent, size)));
  if (small.length > MOST_THUMBNAILS) strip.append(make("span", {}, `+${small.length - MOST_THUMBNAILS}`));
  place.append(strip);
}

function standIn(view, sent) {
  POSTERS.draw(sent, view.canvas, (isShown) => view.frame.classList.toggle("ahead", isShown));
}

function thumbnail(sent, { width, frame }) {
  const side = Math.round(Math.min(width, frame) * THUMBNAIL * 1.5);
  const canvas = make("canvas", { width: Math.round(side * 1.3), height: side, "data-hugs": true, "data-blank": true });
  POSTERS.draw(sent, canvas, (isShown) => {
    if (!isShown) return canvas.remove();
    canvas.style.setProperty("width", `${canvas.width / 1.5}px`);
  });
  return canvas;
}

// Every file with its name; one that cannot be shown is still named.
function sourceFigures(card) {
  if (!card.sources.length) return null;
  const isOneField = new Set(card.sources.map((sent) => sent.field)).size === 1;
  const figures = card.sources.map((sent) => sourceFigure(sent, isOneField ? `from ${sent.file}` : `${sent.field}: ${sent.file}`));
  return make("div", { class: "source-figures" }, figures);
}

function sourceFigure(sent, words) {
  const lost = () => shown.replaceWith(make("p", { class: "gone" }, `${sent.file} is not there`));
  const settings = { class: "source", on: { error: lost } };
  const shown = sent.href ? largeSource(sent, settings) : make("p", { class: "gone" }, "another picture has this name now");
  if (sent.href) shown.src = sent.href;
  return make("figure", {}, shown, make("figcaption", {}, words));
}

function largeSource(sent, settings) {
  switch (sent.kind) {
    case "audio":
      return make("audio", { controls: true, preload: "none", "aria-label": sent.file, ...settings });
    case "video":
      return make("video", { controls: true, muted: true, playsinline: true, preload: "metadata", "aria-label": sent.file, ...settings });
    default:
      return make("img", { loading: "lazy", decoding: "async", alt: sent.file, ...settings });
  }
}
