// Two to four results side by side, on one clock.

const MOST_COMPARED = 4;
const COMPARED = new Set();

const COMPARISON = (() => {
  const listeners = new Set();

  function toggle(card) {
    if (COMPARED.delete(card)) tell(`${card.key} is no longer compared`);
    else if (COMPARED.size === MOST_COMPARED) tell(`No more than ${MOST_COMPARED} can be compared`);
    else {
      COMPARED.add(card);
      tell(`${card.key} is compared; ${COMPARED.size} of ${MOST_COMPARED}`);
    }
    BOARD.update(card);
    for (const listener of listeners) listener(card);
  }

  function listen(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  return { toggle, listen };
})();

function showComparison() {
  const cards = [...COMPARED];
  if (cards.length < 2) {
    tell("Pick two to four clips with c first");
    return;
  }
  const shown = cards.map(comparedClip);
  const transport = makeTransport(cards.map((card, index) => ({ name: card.key, video: shown[index] })).filter(({ video }) => video.tagName === "VIDEO"));
  const columns = cards.map((card, index) => comparedColumn(card, cards, shown[index], transport.soundButton(shown[index])));
  const dialog = openDialog(`Compare ${cards.length}`, make("div", { class: "comparison" }, transport.element, make("div", { class: "columns-of-clips" }, columns)), { class: "wide" });
  const turn = () => {
    dialog.close();
    showWipe();
  };
  dialog.querySelector("header .close").before(textButton("", turn, { class: "turn", title: "Left of a line one, right of it the other (w)" }));
  dialog.querySelector(".turn").append(drawIcon("wipe"), "Under one slider");
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "w" || hasModifier(event)) return;
    turn();
    event.preventDefault();
  });
  transport.attach(dialog);
}

function comparedColumn(card, cards, shown, soundButton) {
  const different = differencesOf(cards);
  const others = cards.filter((other) => other !== card);
  return make("section", { "aria-label": card.key }, shown, make("h3", {}, card.key), furtherFiles(card), sourceFigures(card), starsLine(card, soundButton), factList(card, { different, others }));
}

// The clip of a card, or in words why there is none.
function comparedClip(card) {
  const clip = mainClip(card);
  if (!clip) return notice(card.state, STATES[card.state], card.complaint);
  const lost = () => shown.replaceWith(lostNotice(clip));
  const shown =
    clip.kind === "image"
      ? make("img", { alt: clip.path, on: { error: lost } })
      : make("video", { playsinline: true, preload: "auto", "aria-label": clip.path, on: { error: lost } });
  shown.muted = true;
  shown.src = clip.href;
  return shown;
}

// Of a job with several files the one that its card shows is compared.
function furtherFiles(card) {
  const more = card.clips.length - 1;
  return more > 0 && make("p", { class: "further" }, `${mainClip(card).path}; ${count(more, "more file")} in the full view`);
}

function starsLine(card, soundButton) {
  const takeOut = textButton("Take out", () => {
    COMPARISON.toggle(card);
    takeOut.closest("dialog").close();
    if (COMPARED.size > 1) showComparison();
  });
  return make("p", { class: "opinion" }, starsOf(card), soundButton, favouriteToggle(card), takeOut);
}

function starsOf(card) {
  const { rating } = MARKS.of(card);
  return make("span", { class: "stars", role: "img", "aria-label": `rated ${rating} of 5` }, starsText(rating));
}

function favouriteToggle(card) {
  const button = textButton("Favourite", () => {
    toggleFavourite(card);
    change(button, { "aria-pressed": MARKS.of(card).favourite });
  });
  change(button, { "aria-pressed": MARKS.of(card).favourite, disabled: !isMarkable(card) });
  return button;
}
