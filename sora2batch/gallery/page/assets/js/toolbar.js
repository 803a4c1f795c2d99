// Choose what is seen: search, axes, filters, order, size; play; compare; export.

function drawToolbar() {
  const bar = document.getElementById("tools");
  const axes = make("div", { class: "axes" });
  const filters = make("div", { class: "panel filters" });
  const filterMenu = dropDown("Filter", filters);
  const draw = () => {
    const boxes = SECTIONS.all.length === 1 ? axisBoxes(SECTIONS.all[0]) : []; // else they stand in the titles
    axes.replaceChildren(...lineageButton(), ...sectionsButton(), ...boxes, sortBox());
    drawFilters(filters);
    filterMenu.querySelector("summary").textContent = filterName();
  };
  CHOICE.listen(() => keepFocus(bar, draw));
  draw();
  bar.append(searchBox(), ...makeFold(axes, filterMenu, sizeButtons()), playButtons(), emptyButton());
}

// On a narrow screen what is rarely needed hides behind one button.
function makeFold(...parts) {
  const fold = make("div", { class: "fold", id: "view-options" }, parts);
  const click = () => {
    const isOpen = fold.toggleAttribute("data-open");
    change(button, { "aria-expanded": isOpen });
    BOARD.rebuild();
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
  box.addEventListener("focus", () => prepareSearch(), { once: true });
  box.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => CHOICE.set({ query: box.value }), 120);
  });
  CHOICE.listen(() => {
    if (document.activeElement !== box) box.value = CHOICE.get().query;
  });
  return box;
}

// Groups with other axes apart, or all in one table: then one can sort them all.
function sectionsButton() {
  if (!SECTIONS.areSeveral) return [];
  const { together, lineage } = CHOICE.get();
  const click = () => CHOICE.set({ together: !lineage && !together, lineage: false });
  return [textButton("Sections", click, { class: "switch", "aria-pressed": !together && !lineage, "data-name": "sections", title: "Groups with other axes in sections of their own" })];
}

// Each line of what is made from each other in a row of its own.
function lineageButton() {
  if (!LINEAGE.exists) return [];
  return [textButton("Lineage", toggleLineage, { class: "switch", "aria-pressed": CHOICE.get().lineage, "data-name": "lineage", title: "Beside each job what became of it (l)" })];
}

function toggleLineage() {
  CHOICE.set({ lineage: LINEAGE.exists && !CHOICE.get().lineage });
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
  const sizes = { fit: ["Fit", "Fill the screen"], s: ["S", "Small"], m: ["M", "Medium"], l: ["L", "Large"] };
  const draw = () =>
    box.replaceChildren(
      ...Object.entries(sizes).map(([size, [text, name]]) => textButton(text, () => CHOICE.set({ size }), { "aria-pressed": CHOICE.get().size === size, "aria-label": size === "fit" ? null : name, "data-name": size, title: name })),
    );
  CHOICE.listen(() => keepFocus(box, draw));
  draw();
  return box;
}

// Rows and columns without a card fold away; here they are counted and called back.
function emptyButton() {
  const button = textButton("", () => CHOICE.set({ empty: !CHOICE.get().empty }), { class: "empties", hidden: true });
  BOARD.listen((tables) => {
    const words = emptyWords(tables);
    const isShown = CHOICE.get().empty;
    button.hidden = !words;
    button.replaceChildren(`${words} ${isShown ? "shown" : "hidden"}`, make("b", {}, isShown ? "Hide" : "Show"));
  });
  return button;
}

function emptyWords(tables) {
  const seen = tables.filter((table) => table.cards.length);
  const sum = (name) => seen.reduce((amount, table) => amount + table[name], 0);
  const amounts = [[sum("emptyRows"), "row"], [sum("emptyColumns"), "column"], [seen.length && tables.length - seen.length, "section"]];
  const words = amounts.filter(([amount]) => amount).map(([amount, noun], place) => count(amount, place ? noun : `empty ${noun}`));
  return words.join(", ");
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
    const favourites = MARKS.picked().filter((card) => MARKS.of(card).favourite).length;
    compare.replaceChildren(drawIcon("compare"), make("span", { class: "word" }, "Compare"), String(COMPARED.size || ""));
    change(compare, { disabled: COMPARED.size < 2 });
    picks.replaceChildren(drawIcon("star"), make("span", { class: "word" }, "Picks"), String(favourites || ""));
  };
  MARKS.listen(draw);
  COMPARISON.listen(draw);
  draw();
  return make("div", { class: "marks" }, compare, picks, iconButton("print", "Print", showPrint, { class: "icon to-print", title: "Print every card that is shown, with its poster" }), iconButton("theme", "Light or dark", switchTheme), textButton("?", showHelp, { class: "icon", "aria-label": "Help", title: "Keys (?)" }));
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
