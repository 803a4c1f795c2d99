// Two to four clips side by side, on one clock.

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
  const different = differencesOf(cards);
  const clock = makeClock();
  const columns = cards.map((card) => comparedColumn(card, cards, different));
  const videos = columns.flatMap((column) => [...column.querySelectorAll("video:not(.source)")]);
  const play = iconButton("play", "Play or pause (space)", () => toggle());
  const slide = make("input", { type: "range", min: 0, step: 0.01, value: 0, "aria-label": "Place in all clips", on: { input: () => seek(Number(slide.value)) } });
  const transport = make("div", { class: "transport" }, play, slide);
  const dialog = openDialog(`Compare ${cards.length}`, make("div", { class: "comparison" }, videos.length > 0 && transport, make("div", { class: "columns-of-clips" }, columns)), { class: "wide" });

  const toggle = () => {
    if (clock.runs) clock.stop();
    else clock.run();
    draw();
  };
  const seek = (seconds) => {
    clock.stop();
    clock.seek(seconds);
    draw();
  };
  const draw = () => {
    for (const video of videos) if (video.readyState) followClock(video, clock);
    slide.max = clock.length;
    slide.value = clock.at;
    if (play.dataset.runs === String(clock.runs)) return;
    play.dataset.runs = clock.runs;
    play.replaceChildren(drawIcon(clock.runs ? "pause" : "play"));
  };
  const beat = setInterval(() => {
    for (const video of videos) clock.reach(video.duration);
    if (clock.runs) draw();
  }, BEAT);
  dialog.addEventListener("close", () => clearInterval(beat));
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== " " || event.target.tagName === "BUTTON" || hasModifier(event)) return;
    toggle();
    event.preventDefault();
  });
  if (!CALM.matches) toggle();
}

function comparedColumn(card, cards, different) {
  const [clip] = card.clips;
  const shown = clip ? comparedClip(clip) : notice(card.state, STATES[card.state], card.error?.message ?? "");
  const others = cards.filter((other) => other !== card);
  return make("section", { "aria-label": card.key }, shown, make("h3", {}, card.key), sourceFigures(card), starsLine(card), factList(card, { different, others }));
}

function comparedClip(clip) {
  const lost = () => shown.replaceWith(lostNotice(clip));
  const shown =
    clip.kind === "image"
      ? make("img", { alt: clip.path, on: { error: lost } })
      : make("video", { playsinline: true, preload: "auto", "aria-label": clip.path, on: { error: lost } });
  shown.muted = true;
  shown.src = clip.href;
  return shown;
}

function starsLine(card) {
  const { rating, favourite } = MARKS.of(card);
  const button = textButton("Favourite", () => {
    toggleFavourite(card);
    change(button, { "aria-pressed": MARKS.of(card).favourite });
  });
  change(button, { "aria-pressed": favourite, disabled: card.isPast });
  const takeOut = textButton("Take out", () => {
    COMPARISON.toggle(card);
    takeOut.closest("dialog").close();
    if (COMPARED.size > 1) showComparison();
  });
  return make("p", { class: "opinion" }, make("span", { role: "img", "aria-label": `rated ${rating} of 5` }, starsText(rating)), button, takeOut);
}
