// Choose what is seen: search, axes, filters, order, size; play; compare; export.

function drawToolbar() {
  const bar = document.getElementById("tools");
  const axes = make("div", { class: "axes" });
  const filters = make("div", { class: "panel filters" });
  const filterMenu = dropDown("Filter", filters);
  const draw = () => {
    axes.replaceChildren(...axisBoxes("down", "Down"), ...axisBoxes("across", "Across"), sortBox());
    drawFilters(filters);
    filterMenu.querySelector("summary").textContent = filterName();
  };
  CHOICE.listen(() => keepFocus(bar, draw));
  draw();
  bar.append(searchBox(), ...makeFold(axes, filterMenu, sizeButtons()), playButtons());
}

// On a narrow screen what is rarely needed hides behind one button.
function makeFold(...parts) {
  const fold = make("div", { class: "fold", id: "view-options" }, parts);
  const click = () => {
    const isOpen = fold.toggleAttribute("data-open");
    change(button, { "aria-expanded": isOpen });
  };
  const button = textButton("View", click, { class: "unfold", "aria-expanded": false, "aria-controls": "view-options" });
  return [button, fold];
}

// Boxes are drawn anew when something was chosen in them: whoever uses the keyboard stays where they were.
function keepFocus(place, draw) {
  const { name } = document.activeElement?.dataset ?? {};
  const isInside = place.contains(document.activeElement);
  draw();
  if (isInside && name && !place.contains(document.activeElement)) [...place.querySelectorAll("[data-name]")].find((one) => one.dataset.name === name)?.focus();
}

function searchBox() {
  const box = make("input", { type: "search", id: "search", placeholder: "Search  ( / )", title: "Search prompts, keys, errors and task ids", "aria-label": "Search", value: CHOICE.get().query });
  let pause = null;
  box.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => CHOICE.set({ query: box.value }), 120);
  });
  CHOICE.listen(() => {
    if (document.activeElement !== box) box.value = CHOICE.get().query;
  });
  return box;
}

// One box for the first axis of a side, and a second one once that is chosen.
function axisBoxes(side, name) {
  const chosen = CHOICE.get();
  const taken = [...chosen.down, ...chosen.across];
  const places = chosen[side].length && taken.length < BATCH.axes.length ? 2 : Math.max(1, chosen[side].length);
  return Array.from({ length: places }, (_, place) => {
    const mine = chosen[side][place] ?? "";
    const options = BATCH.axes.map((axis) => [axis.name, axis.name]);
    const set = (axis) => CHOICE.set(withAxis(CHOICE.get(), side, place, axis));
    return selectBox(place ? `${name}, then` : name, [["", "–"], ...options], mine, set, place ? "then" : name);
  });
}

// An axis stands in one place only: one that is chosen anew changes places with the one that stood there.
function withAxis(chosen, side, place, axis) {
  const sides = { down: [...chosen.down], across: [...chosen.across] };
  const former = sides[side][place] ?? "";
  for (const other of ["down", "across"]) sides[other] = sides[other].map((one) => (one === axis && axis ? former : one));
  sides[side][place] = axis;
  for (const other of ["down", "across"]) sides[other] = [...new Set(sides[other].filter(Boolean))];
  return sides;
}

function sortBox() {
  return selectBox("Sort", Object.entries(SORTS), CHOICE.get().sort, (sort) => CHOICE.set({ sort }));
}

function filterName() {
  const chosen = CHOICE.get();
  const hidden = Object.values(chosen.hidden).filter((labels) => labels.length).length;
  const active = hidden + chosen.favourites + (chosen.rating > 0) + chosen.orphans + chosen.looks + (chosen.states.length > 0) + (chosen.changes.length > 0);
  return active ? `Filter (${active})` : "Filter";
}

function drawFilters(panel) {
  const chosen = CHOICE.get();
  const hasOrphans = BATCH.cards.some((card) => card.isOrphan && card.change !== "removed");
  const ratings = [["0", "any"], ...[1, 2, 3, 4, 5].map((rating) => [String(rating), `${"★".repeat(rating)} and more`])];
  const kept = panel.scrollTop;
  panel.replaceChildren(
    make(
      "fieldset",
      {},
      make("legend", {}, "Marks"),
      tickBox("Favourites only", chosen.favourites, (favourites) => CHOICE.set({ favourites })),
      selectBox("Rating", ratings, String(chosen.rating), (rating) => CHOICE.set({ rating: Number(rating) })),
      hasOrphans && tickBox("Orphans: paid, no longer in the manifest", chosen.orphans, (orphans) => CHOICE.set({ orphans })),
    ),
    ...BATCH.axes.map((axis) => axisFilter(axis.name, chosen)),
    textButton("Show everything", showEverything),
  );
  panel.scrollTop = kept;
}

function showEverything() {
  CHOICE.set({ states: [], changes: [], hidden: {}, favourites: false, rating: 0, query: "", looks: false, orphans: false });
}

const MOST_LABELS = 60;

function axisFilter(axis, chosen) {
  const hidden = Object.hasOwn(chosen.hidden, axis) ? chosen.hidden[axis] : [];
  const labels = labelsOf(axis);
  const set = (labelsHidden) => CHOICE.set({ hidden: { ...CHOICE.get().hidden, [axis]: labelsHidden } });
  const boxes = labels.slice(0, MOST_LABELS).map((label) =>
    tickBox(label, !hidden.includes(label), (isShown) => set(isShown ? hidden.filter((one) => one !== label) : [...hidden, label]), `${axis}: ${label}`),
  );
  const rest = labels.length > MOST_LABELS && make("p", {}, `… and ${count(labels.length - MOST_LABELS, "more value")}: search finds them`);
  const all = hidden.length ? textButton("All", () => set([]), { "aria-label": `All of ${axis}`, "data-name": `all ${axis}` }) : textButton("None", () => set(labels), { "aria-label": `None of ${axis}`, "data-name": `all ${axis}` });
  return make("fieldset", {}, make("legend", {}, axis, " ", all), make("div", { class: "ticks" }, boxes), rest);
}

function sizeButtons() {
  const box = make("div", { class: "sizes", role: "group", "aria-label": "Size" });
  const names = { s: "Small", m: "Medium", l: "Large" };
  const draw = () =>
    box.replaceChildren(
      ...Object.keys(SIZES).map((size) => textButton(size.toUpperCase(), () => CHOICE.set({ size }), { "aria-pressed": CHOICE.get().size === size, "aria-label": names[size], "data-name": size, title: names[size] })),
    );
  CHOICE.listen(() => keepFocus(box, draw));
  draw();
  return box;
}

function playButtons() {
  const play = textButton("", () => (ENSEMBLE.isOn ? ENSEMBLE.stop() : ENSEMBLE.start()), { class: "play-all", title: "Play all clips on the screen in step (p)" });
  const pause = iconButton("pause", "Pause", () => ENSEMBLE.toggle());
  const slide = make("input", { type: "range", min: 0, step: 0.01, "aria-label": "Place in all clips", on: { input: () => ENSEMBLE.seek(Number(slide.value)) } });
  const box = make("div", { class: "player" }, play, pause, slide);
  const draw = () => {
    play.replaceChildren(drawIcon(ENSEMBLE.isOn ? "close" : "play"), ENSEMBLE.isOn ? "Stop" : "Play all");
    change(play, { "aria-pressed": ENSEMBLE.isOn });
    pause.hidden = slide.hidden = !ENSEMBLE.isOn;
    slide.max = ENSEMBLE.clock.length;
    slide.value = ENSEMBLE.clock.at;
    const name = ENSEMBLE.plays ? "Pause" : "Play";
    if (pause.title === name) return;
    change(pause, { "aria-label": name, title: name });
    pause.replaceChildren(drawIcon(name.toLowerCase()));
  };
  let wasOn = null;
  ENSEMBLE.listen(() => {
    if (wasOn === ENSEMBLE.isOn) slide.value = ENSEMBLE.clock.at;
    if (wasOn !== ENSEMBLE.isOn || pause.title !== (ENSEMBLE.plays ? "Pause" : "Play") || Number(slide.max) !== ENSEMBLE.clock.length) draw();
    wasOn = ENSEMBLE.isOn;
  });
  draw();
  return box;
}

// Beside the title: what one does with what was marked, and the page's own settings.
function markButtons() {
  const compare = textButton("", () => showComparison(), { class: "compare-all", "aria-label": "Compare", title: "Side by side (Shift+C); c picks a clip" });
  const picks = textButton("", () => showExport(), { class: "export", "aria-label": "Picks", title: "Export favourites, ratings and notes (e)" });
  const draw = () => {
    const favourites = BATCH.cards.filter((card) => MARKS.of(card).favourite).length;
    compare.replaceChildren(drawIcon("compare"), make("span", { class: "word" }, "Compare"), String(COMPARED.size || ""));
    change(compare, { disabled: COMPARED.size < 2 });
    picks.replaceChildren(drawIcon("star"), make("span", { class: "word" }, "Picks"), String(favourites || ""));
  };
  MARKS.listen(draw);
  COMPARISON.listen(draw);
  draw();
  return make("div", { class: "marks" }, compare, picks, iconButton("theme", "Light or dark", switchTheme), textButton("?", showHelp, { class: "icon", "aria-label": "Help", title: "Keys (?)" }));
}

function switchTheme() {
  const root = document.documentElement;
  const isDark = getComputedStyle(root).colorScheme === "dark" || (root.dataset.theme === undefined && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = isDark ? "light" : "dark";
  try {
    localStorage.setItem("sora2batch:theme", root.dataset.theme);
  } catch {
    // Then it holds until the page is closed.
  }
}
