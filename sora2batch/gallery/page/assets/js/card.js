// One job as a card: its poster, its state, its cost, what was thought of it.

const REST = 350; // milliseconds after which a pointer that rests lets the clip play on

function makeCardView(card, { size, isShown, open }) {
  const view = { card, clip: mainClip(card), video: null };
  const isHalved = card.change === "replaced";
  view.canvas = posterCanvas(size, isHalved);
  view.frame = make("div", { class: "frame", on: { click: open } }, view.canvas, noticeOf(card), badgesOf(card));
  if (!isHalved) addSources(view, view.frame, card, size);
  view.element = make("div", { class: "card", role: "gridcell", tabindex: -1, "data-state": card.state, "data-key": card.key }, view.frame, compareButton(card), favouriteButton(card), captionOf(card, isShown));
  if (isHalved) addFormer(view, size);
  if (view.clip) showPoster(view, view.clip, view.canvas);
  if (view.clip?.kind === "video") scrubOnHover(view);
  view.update = () => updateMarks(view);
  view.end = () => endView(view);
  view.update();
  return view;
}

// Of several files the one that moves.
function mainClip({ clips }) {
  return clips.find(({ kind }) => kind === "video") ?? clips[0] ?? null;
}

function endView(view) {
  closeVideo(view);
  for (const canvas of view.element.querySelectorAll("canvas")) POSTERS.forget(canvas);
  view.element.remove();
}

function showPoster(view, clip, canvas) {
  POSTERS.draw(clip, canvas, (isShown) => {
    if (isShown) return;
    closeVideo(view);
    view.clip = null;
    view.frame.append(lostNotice(clip));
  });
}

const POSTER_STEP = 48;

// Half a poster fills its place, a whole one is seen to its edges. Its pixels grow in steps: while a window is made
// larger clips are not opened anew for every size of cards.
function posterCanvas({ width, frame }, isHalved) {
  const whole = Math.ceil((width * 1.5) / POSTER_STEP) * POSTER_STEP;
  return make("canvas", { width: isHalved ? whole / 2 : whole, height: Math.round((whole * frame) / width), "data-fills": isHalved, "data-blank": true, "aria-hidden": true });
}

// What was there before, beside what is there now.
function addFormer(view, size) {
  const { before } = view.card;
  const canvas = posterCanvas(size, true);
  const clip = mainClip(before);
  view.frame.classList.add("halved");
  const half = make("div", { class: "former" }, canvas, !clip && notice(before.state, STATES[before.state], ""));
  view.frame.prepend(half);
  addSources(view, half, before, size);
  addSources(view, view.frame, view.card, size);
  if (clip) POSTERS.draw(clip, canvas, () => {});
}

function noticeOf(card) {
  if (card.state === "completed") return null;
  return notice(card.state, STATES[card.state], card.complaint);
}

function notice(state, words, more) {
  return make("div", { class: `notice ${state}` }, drawIcon(state), make("strong", {}, words), more && make("span", {}, more));
}

function lostNotice(clip) {
  return notice("no_file", "cannot be shown", `missing or damaged: ${clip.path}`);
}

function badgesOf(card) {
  const badges = [];
  if (card.change && card.change !== "same") badges.push(make("span", { class: `badge ${card.change}`, title: CHANGES[card.change] }, drawIcon(card.change), CHANGES[card.change]));
  if (card.alsoPaid.length) badges.push(make("span", { class: "badge paid", title: "more than one task was paid for this job" }, `paid ${card.alsoPaid.length + 1}×`));
  if (card.looks.length) badges.push(lookBadge(card));
  const made = childrenBadge(card);
  if (made) badges.push(made);
  if (card.clips.length > 1) badges.push(make("span", { class: "badge", title: card.clips.map(({ path }) => path).join("\n") }, count(card.clips.length, "file")));
  if (card.isOrphan && !card.change) badges.push(make("span", { class: "badge orphan", title: "no longer in the manifest" }, "orphan"));
  return badges.length ? make("div", { class: "badges" }, badges) : null;
}

function favouriteButton(card) {
  return cardButton("star", "Favourite", "favourite", () => toggleFavourite(card));
}

function compareButton(card) {
  return cardButton("compare", "Compare", "pick-out", () => COMPARISON.toggle(card));
}

const CARD_BUTTONS = new Map(); // class -> the button of every card, of which each is a copy

function cardButton(icon, name, kind, click) {
  if (!CARD_BUTTONS.has(kind)) CARD_BUTTONS.set(kind, iconButton(icon, name, null, { class: `icon ${kind}`, tabindex: -1 }));
  const button = CARD_BUTTONS.get(kind).cloneNode(true);
  button.addEventListener("click", click);
  return button;
}

// What the place of a card does not say already.
function captionOf(card, isShown) {
  const names = SECTIONS.ownOf(card).axes.filter((axis) => !axis.isDerived && hasLabel(card, axis.name) && !isShown.has(axis.name) && !isTold(card, axis.name));
  const name = isShown.size ? names.map(({ name: axis }) => labelOf(card, axis)).join(" · ") : card.key;
  return make(
    "div",
    { class: "caption" },
    make("span", { class: "name", title: card.key }, name || card.key.split("/").at(-1)),
    make("span", { class: "stars" }),
    make("span", { class: "cost", title: card.result ? "credits spent" : "price in credits" }, card.isPriced ? NUMBERS.format(card.cost) : NO_LABEL),
  );
}

// In a line the job with which it began names all others.
function isTold(card, axis) {
  if (!CHOICE.get().lineage) return false;
  const [parent] = LINEAGE.parentsOf(card);
  return parent !== undefined && parent === LINEAGE.rootOf(card) && stageAxesOf(card).includes(axis);
}

function stageAxesOf(card) {
  return (BATCH.stageAxes ?? []).filter(({ group }) => group === groupOf(card)).map(({ axis }) => axis);
}

function updateMarks(view) {
  const mark = MARKS.of(view.card);
  change(view.element.querySelector(".favourite"), { "aria-pressed": mark.favourite });
  change(view.element.querySelector(".pick-out"), { "aria-pressed": COMPARED.has(view.card) });
  view.element.querySelector(".stars").textContent = mark.rating ? "★".repeat(mark.rating) : "";
  view.element.toggleAttribute("data-favourite", mark.favourite);
  view.element.toggleAttribute("data-compared", COMPARED.has(view.card));
  change(view.element, { "aria-label": nameOf(view.card, mark), "aria-selected": COMPARED.has(view.card) });
}

function nameOf(card, mark) {
  const words = [card.key, STATES[card.state], card.isPriced ? creditsText(card.cost) : priceText(0)];
  if (card.complaint) words.push(card.complaint);
  if (card.looks.length) words.push(`to look at: ${reasonsOf(card)}`);
  if (card.sources.length) words.push(`from ${card.sources.map((sent) => sent.file).join(" and ")}`);
  const made = LINEAGE.childrenOf(card).length;
  if (made) words.push(`${count(made, "job")} made from it`);
  if (card.change && card.change !== "same") words.push(CHANGES[card.change]);
  if (mark.rating) words.push(`rated ${mark.rating} of 5`);
  if (mark.favourite) words.push("favourite");
  return words.join(", ");
}

// The pointer's place across the frame is a place in the clip; once it rests, the clip plays on from there.
function scrubOnHover(view) {
  const line = make("i", { class: "scrub" });
  let rest = null;
  const scrub = (event) => {
    if (event.pointerType === "touch" || ENSEMBLE.isOn) return;
    const video = openVideo(view, { loop: true });
    if (!video) return;
    const box = view.frame.getBoundingClientRect();
    const place = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 0.999);
    line.style.setProperty("left", `${place * 100}%`);
    view.frame.append(line);
    const seek = () => (video.currentTime = place * video.duration);
    if (video.readyState) seek();
    else video.onloadedmetadata = seek;
    video.pause();
    clearTimeout(rest);
    if (!CALM.matches) rest = setTimeout(() => view.video?.play().catch(() => {}), REST);
  };
  const leave = () => {
    clearTimeout(rest);
    line.remove();
    if (!ENSEMBLE.isOn) closeVideo(view);
  };
  change(view.frame, { on: { pointerenter: scrub, pointermove: scrub, pointerleave: leave } });
}
