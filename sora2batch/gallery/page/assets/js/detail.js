// One job, large: its clip, everything about it, and what one thinks of it.

function showDetail(card) {
  if (!card) return;
  const body = make("div", { class: "detail" });
  const dialog = openDialog(card.key, body, { class: "wide" });
  let shown = card;
  let opinion = null;

  const show = (next) => {
    if (!next) return;
    releaseVideos(body);
    shown = next;
    opinion = makeOpinion(next);
    dialog.querySelector("h2").textContent = next.key;
    change(dialog, { "aria-label": next.key });
    fill(next);
    previous.disabled = !neighbour(-1);
    following.disabled = !neighbour(1);
  };
  const fill = (card) => body.replaceChildren(stageOf(card), make("div", { class: "about" }, opinion.element, explanationOf(card), lookCallout(card), relativesOf(card, goTo), factList(card, differencesFrom(card)), alsoPaidOf(card)));
  const goTo = (next) => {
    LINEAGE.remember(shown, next);
    show(next);
    dialog.querySelector("h2").focus();
  };
  // A job that goes on meanwhile is shown as it is now; what is being written of it stays under the hand.
  const follow = (cards) => {
    if (!cards.includes(shown)) return;
    const hand = opinion.element.contains(document.activeElement) ? document.activeElement : null;
    releaseVideos(body);
    opinion.update();
    fill(shown);
    hand?.focus({ preventScroll: true });
  };
  const neighbour = (direction) => BOARD.cards[BOARD.cards.indexOf(shown) + direction];
  const previous = iconButton("previous", "Previous job (←)", () => show(neighbour(-1)));
  const following = iconButton("next", "Next job (→)", () => show(neighbour(1)));
  dialog.querySelector("header .close").before(previous, following);
  dialog.addEventListener("keydown", (event) => {
    if (isTyping(event.target) || hasModifier(event)) return;
    if (event.key === "ArrowLeft" && !isSlider(event.target)) show(neighbour(-1));
    else if (event.key === "ArrowRight" && !isSlider(event.target)) show(neighbour(1));
    else if (event.key === "u" || event.key === "d") show(stepInLine(shown, event.key === "u" ? -1 : 1));
    else if (event.key === " " && event.target.tagName !== "BUTTON") togglePlayback(body.querySelector("video:not(.source)"));
    else if (!markByKey(shown, event.key)) return;
    event.preventDefault();
  });
  const renew = (marked) => (marked === shown || marked === null) && opinion.update();
  const deaf = [MARKS.listen(renew), COMPARISON.listen(renew), SERVED.listen(follow)];
  dialog.addEventListener("close", () => {
    for (const stopListening of deaf) stopListening();
    BOARD.focus(shown);
  });
  show(card);
}

function togglePlayback(video) {
  if (video?.paused) video.play().catch(() => {});
  else video?.pause();
}

// The clip, or what stands in its place; beside it what was there before.
function stageOf(card) {
  const parts = [];
  if (card.before) parts.push(figureOf(card.before, card.change === "changed" ? "then" : `before: ${BATCH.base}`));
  parts.push(figureOf(card, card.before ? "now" : ""));
  return make("div", { class: "stage" }, parts, card.before && formerWipe(card));
}

function formerWipe(card) {
  const button = textButton("", () => showWipe([card.before, card], ["then", "now"]), { class: "turn", title: "Left of a line what was there, right of it what is" });
  button.append(drawIcon("wipe"), "Under one slider");
  return button;
}

function figureOf(card, caption) {
  const clips = card.clips.length ? card.clips.map(largeClip) : [notice(card.state, STATES[card.state], card.complaint)];
  const isAhead = AHEAD.has(card.state) && shownSources(card).length > 0;
  const figure = make("figure", { class: isAhead ? "ahead" : null }, clips, caption && make("figcaption", {}, caption));
  return card.sources.length ? make("div", { class: "with-sources" }, figure, sourceFigures(card)) : figure;
}

function largeClip(clip) {
  const lost = () => shown.replaceWith(lostNotice(clip));
  const shown =
    clip.kind === "image"
      ? make("img", { alt: clip.path, on: { error: lost } })
      : make("video", { controls: true, loop: true, playsinline: true, preload: "auto", autoplay: !CALM.matches, "aria-label": clip.path, on: { error: lost } });
  shown.src = clip.href;
  return shown;
}

// Stars, favourite, comparison, note. They are changed in place: whoever types or clicks keeps what is under the hand.
function makeOpinion(card) {
  const stars = [1, 2, 3, 4, 5].map((rating) =>
    iconButton("star", `Rate ${rating} of 5`, () => rate(card, rating === MARKS.of(card).rating ? 0 : rating), { class: "icon rating" }),
  );
  const favourite = textButton("Favourite", () => toggleFavourite(card));
  const compared = textButton("Compare", () => COMPARISON.toggle(card));
  const note = make("textarea", { rows: 2, placeholder: "Note, for the picks file", "aria-label": "Note", on: { change: () => MARKS.set(card, { note: note.value.trim() }) } });
  note.value = MARKS.of(card).note;
  const update = () => {
    const mark = MARKS.of(card);
    stars.forEach((star, index) => change(star, { "aria-pressed": index + 1 === mark.rating, "data-on": index < mark.rating }));
    change(favourite, { "aria-pressed": mark.favourite });
    change(compared, { "aria-pressed": COMPARED.has(card) });
    if (document.activeElement !== note) note.value = mark.note;
    for (const control of [...stars, favourite, note]) control.disabled = !isMarkable(card);
  };
  update();
  return { update, element: make("div", { class: "opinion" }, make("div", { class: "stars", role: "group", "aria-label": "Rating" }, stars), favourite, compared, note) };
}

function explanationOf(card) {
  const text = EXPLANATIONS[card.state];
  if (!text && !card.complaint) return null;
  const code = card.error?.code === undefined ? "" : ` (error code ${card.error.code})`;
  return make("div", { class: `explanation ${card.state}` }, text && make("p", {}, text), card.complaint && make("blockquote", {}, card.complaint, code));
}

// What a check saw in its files, in words: somebody should look.
function lookCallout(card) {
  if (!card.looks?.length) return null;
  return make("div", { class: "explanation look" }, make("p", {}, "To look at:"), make("ul", {}, card.looks.map(([, reason]) => make("li", {}, reason))));
}

function differencesFrom(card) {
  if (card.change !== "replaced") return {};
  return { different: differencesOf([card.before, card]), before: card.before };
}

function alsoPaidOf(card) {
  if (!card.alsoPaid.length) return null;
  const lines = card.alsoPaid.map((result) => make("li", {}, `${STATES[result.state]}, ${creditsText(result.credits ?? 0)}${result.taskId ? `, task ${result.taskId}` : ""}`));
  return make("div", { class: "also" }, make("h3", {}, "Also paid for this job"), make("ul", {}, lines));
}
