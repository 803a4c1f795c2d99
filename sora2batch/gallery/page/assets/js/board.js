// The cards on the screen. Only those that can be seen, and some around them, exist as elements: a hundred thousand
// jobs scroll like ten.

const CAPTION_HEIGHT = 30;
const SIDE_WIDTH = 168;
const NARROW_SIDE_WIDTH = 92;
const AROUND = 300; // pixels drawn beyond the edges

const BOARD = (() => {
  const scroller = document.getElementById("board");
  const head = make("div", { class: "columns", role: "row", "aria-rowindex": 1 });
  const canvas = make("div", { class: "canvas", role: "grid", "aria-label": "Jobs", "aria-readonly": true, "aria-multiselectable": true }, head);
  const empty = make("p", { class: "empty", hidden: true });
  const rows = new Map(); // index -> element
  const views = new Map(); // card -> view
  let layout = null;
  let cards = [];
  let active = null;
  let isDrawing = false;

  scroller.append(canvas, empty);
  scroller.addEventListener("scroll", soon, { passive: true });
  new ResizeObserver(() => rebuild()).observe(scroller);
  CHOICE.listen(rebuild);
  MARKS.listen((card) => (card ? views.get(card)?.update() : views.forEach((view) => view.update())));
  ENSEMBLE.watch(look);

  function rebuild() {
    const chosen = CHOICE.get();
    cards = sift(BATCH.cards, chosen);
    layout = arrange(cards, chosen, roomFor(chosen));
    clear();
    change(canvas, { style: { width: `${layout.width}px`, height: `${layout.height}px` }, "aria-rowcount": layout.rows.length + 1, "aria-colcount": columnCount() });
    scroller.style.setProperty("--side", `${layout.sideWidth}px`);
    scroller.style.setProperty("--head", `${layout.headHeight}px`);
    empty.hidden = cards.length > 0;
    empty.textContent = BATCH.cards.length ? "No job fits these filters." : "This manifest has no jobs.";
    if (!layout.slots.has(active)) active = cards[0] ?? null;
    draw();
  }

  function roomFor({ size }) {
    const width = SIZES[size];
    const frame = Math.round(width / Math.min(Math.max(BATCH.aspect, 0.5), 2.4));
    return { width: scroller.clientWidth, sideWidth: NARROW.matches ? NARROW_SIDE_WIDTH : SIDE_WIDTH, card: { width, frame, height: frame + CAPTION_HEIGHT } };
  }

  function columnCount() {
    return Math.max(1, layout.columns.reduce((sum, column) => sum + column.inLine, layout.sideWidth ? 1 : 0));
  }

  function clear() {
    views.forEach((view) => view.end());
    views.clear();
    rows.forEach((row) => row.remove());
    rows.clear();
    head.replaceChildren();
  }

  function soon() {
    if (isDrawing) return;
    isDrawing = true;
    requestAnimationFrame(() => {
      isDrawing = false;
      draw();
    });
  }

  function draw() {
    const around = corners(AROUND);
    const seen = within(layout, around);
    drawHead(seen.columns);
    keep(rows, seen.rows, drawRow, (row) => row.remove());
    const wanted = active && hasFocus() && !seen.cards.includes(active) ? [...seen.cards, active] : seen.cards;
    for (const card of wanted) if (!rows.has(layout.slots.get(card).row)) rows.set(layout.slots.get(card).row, drawRow(layout.slots.get(card).row));
    keep(views, wanted, drawCard, (view) => view.end());
    markActive();
  }

  // Make what is new, end what is no longer wanted.
  function keep(things, wanted, begin, end) {
    const names = new Set(wanted);
    for (const [name, thing] of things) {
      if (names.has(name)) continue;
      end(thing);
      things.delete(name);
    }
    for (const name of wanted) if (!things.has(name)) things.set(name, begin(name));
  }

  function corners(more) {
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = scroller;
    return { left: scrollLeft - more, top: scrollTop - more, right: scrollLeft + clientWidth + more, bottom: scrollTop + clientHeight + more };
  }

  function drawHead(seen) {
    head.hidden = !layout.across.length;
    head.replaceChildren(
      make("div", { class: "corner", role: "columnheader" }, layout.down.join(" › "), make("small", {}, layout.across.join(" › "))),
      ...layout.across.flatMap((axis, level) => spansOf(level, seen).map(({ label, x, width }) => columnLabel(axis, level, label, x, width))),
    );
  }

  // Columns next to each other that share a label, and all labels above it, share its cell.
  function spansOf(level, seen) {
    const spans = [];
    for (const index of seen) {
      const { labels, x, width } = layout.columns[index];
      const last = spans.at(-1);
      const name = labels.slice(0, level + 1).join("\n");
      if (last?.name === name) last.width = x + width - last.x;
      else spans.push({ name, label: labels[level], x, width });
    }
    return spans;
  }

  function columnLabel(axis, level, label, x, width) {
    const place = { left: `${x}px`, width: `${width}px`, top: `${level * LEVEL_HEIGHT}px` };
    return make("div", { class: "column", role: "columnheader", style: place, title: `${axis}: ${label}` }, make("span", {}, label));
  }

  function drawRow(index) {
    const { labels, y, height } = layout.rows[index];
    const row = make("div", { class: "row", role: "row", "aria-rowindex": index + 2, style: { top: `${y}px`, height: `${height}px` } });
    if (layout.down.length) row.append(make("div", { class: "side", role: "rowheader" }, make("div", {}, labels.map((label, level) => make("span", { title: `${layout.down[level]}: ${label}` }, label)))));
    canvas.append(row);
    return row;
  }

  function drawCard(card) {
    const { x, y } = boxOf(layout, card);
    const { row } = layout.slots.get(card);
    const view = makeCardView(card, { size: layout.card, isShown: new Set([...layout.down, ...layout.across]), open: () => showDetail(card) });
    const place = { left: `${x}px`, top: `${y - layout.rows[row].y}px`, width: `${layout.card.width}px`, "--frame": `${layout.card.frame}px` };
    change(view.element, { style: place, on: { focus: () => activate(card) } });
    rows.get(row).append(view.element);
    return view;
  }

  function look() {
    const inside = new Set(within(layout, corners(0)).cards);
    const all = [...views.values()];
    return { seen: all.filter((view) => inside.has(view.card)), others: all.filter((view) => !inside.has(view.card)) };
  }

  function hasFocus() {
    return canvas.contains(document.activeElement);
  }

  function markActive() {
    views.forEach((view, card) => (view.element.tabIndex = card === active ? 0 : -1));
  }

  function activate(card) {
    active = card;
    markActive();
  }

  function focus(card) {
    if (!card || !layout.slots.has(card)) return;
    active = card;
    bringIntoView(boxOf(layout, card));
    draw();
    views.get(card)?.element.focus({ preventScroll: true });
  }

  function bringIntoView({ x, y, width, height }) {
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = scroller;
    const top = y - layout.headHeight - GAP;
    const left = x - layout.sideWidth - GAP;
    scroller.scrollTo(
      Math.min(left, Math.max(scrollLeft, x + width + GAP - clientWidth)),
      Math.min(top, Math.max(scrollTop, y + height + GAP - clientHeight)),
    );
  }

  return {
    rebuild,
    focus,
    walk: (key) => focus(stepFrom(layout, active, key)),
    hasFocus,
    get active() {
      return active;
    },
    get activeView() {
      return views.get(active);
    },
    get cards() {
      return cards;
    },
    update: (card) => views.get(card)?.update(),
  };
})();
