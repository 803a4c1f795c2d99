// The cards on the screen. Only those that can be seen, and some around them, exist as elements: a hundred thousand
// jobs scroll like ten.

const CAPTION_HEIGHT = 30;
const SIDE_WIDTH = 168;
const NARROW_SIDE_WIDTH = 92;
const AROUND = 300; // pixels drawn beyond the edges
const ORDER_STEP = 1_000_000; // more cards than a cell can hold

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
    layout = arrange(cards, chosen, roomFor(chosen.size, cards));
    const hadFocus = hasFocus();
    clear();
    change(canvas, { style: { width: `${layout.width}px`, height: `${layout.height}px` }, "aria-rowcount": layout.rows.length + 1, "aria-colcount": columnCount() });
    scroller.style.setProperty("--side", `${layout.sideWidth}px`);
    scroller.style.setProperty("--head", `${layout.headHeight}px`);
    empty.hidden = cards.length > 0;
    empty.replaceChildren(...(BATCH.cards.length ? ["No job fits these filters. ", textButton("Show everything", showEverything)] : ["This manifest has no jobs."]));
    if (!layout.slots.has(active)) active = cards[0] ?? null;
    draw();
    if (hadFocus) focus(active);
  }

  function roomFor(size, shown) {
    const aspect = Math.min(Math.max(commonAspect(shown), 0.5), 2.4);
    const width = Math.round(SIZES[size] * (aspect < 1 ? 0.75 : 1));
    const frame = Math.round(width / aspect);
    return { width: scroller.clientWidth, sideWidth: NARROW.matches ? NARROW_SIDE_WIDTH : SIDE_WIDTH, card: { width, frame, height: frame + CAPTION_HEIGHT } };
  }

  function columnCount() {
    const last = layout.columns.at(-1);
    return last ? last.first + last.inLine - 1 : 1;
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
    const seen = within(layout, corners(AROUND));
    // The card that has the focus stays, wherever one scrolls: with it the focus would go.
    const wanted = active && hasFocus() && !seen.cards.includes(active) ? [...seen.cards, active] : seen.cards;
    drawHead(seen.columns);
    keep(rows, [...seen.rows, ...wanted.map((card) => layout.slots.get(card).row)], drawRow, (row) => row.remove());
    keep(views, wanted, drawCard, (view) => view.end());
    markActive();
  }

  // Readers go by the order of elements, not by where they lie.
  function insertInOrder(parent, element, order) {
    element.dataset.order = order;
    const next = [...parent.children].find((other) => Number(other.dataset.order) > order) ?? null;
    parent.insertBefore(element, next);
  }

  // Make what is new, end what is no longer wanted.
  function keep(things, wanted, begin, end) {
    const names = new Set(wanted);
    for (const [name, thing] of things) {
      if (names.has(name)) continue;
      end(thing);
      things.delete(name);
    }
    for (const name of names) if (!things.has(name)) things.set(name, begin(name));
  }

  function corners(more) {
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = scroller;
    return { left: scrollLeft - more, top: scrollTop - more, right: scrollLeft + clientWidth + more, bottom: scrollTop + clientHeight + more };
  }

  function drawHead(seen) {
    head.hidden = !layout.across.length;
    head.replaceChildren(
      make("div", { class: "corner", role: "columnheader", "aria-colindex": 1 }, layout.down.join(" › "), make("small", {}, layout.across.join(" › "))),
      ...layout.across.flatMap((axis, level) => spansOf(level, seen).map((span) => columnLabel(axis, level, span))),
    );
  }

  // Columns next to each other that share a label, and all labels above it, share its cell.
  function spansOf(level, seen) {
    const spans = [];
    for (const index of seen) {
      const { labels, x, width, first, inLine } = layout.columns[index];
      const last = spans.at(-1);
      const name = labels.slice(0, level + 1).join("\n");
      if (last?.name === name) Object.assign(last, { width: x + width - last.x, end: first + inLine });
      else spans.push({ name, label: labels[level], x, width, first, end: first + inLine });
    }
    return spans;
  }

  function columnLabel(axis, level, { label, x, width, first, end }) {
    const style = { left: `${x}px`, width: `${width}px`, top: `${level * LEVEL_HEIGHT}px` };
    const place = { "aria-colindex": first, "aria-colspan": end - first };
    return make("div", { class: "column", role: "columnheader", style, title: `${axis}: ${label}`, ...place }, make("span", {}, label));
  }

  function drawRow(index) {
    const { labels, y, height } = layout.rows[index];
    const row = make("div", { class: "row", role: "row", "aria-rowindex": index + 2, style: { top: `${y}px`, height: `${height}px` } });
    if (layout.down.length) insertInOrder(row, rowLabel(labels), -1);
    insertInOrder(canvas, row, index);
    return row;
  }

  function rowLabel(labels) {
    const words = labels.map((label, level) => make("span", { title: `${layout.down[level]}: ${label}` }, label));
    return make("div", { class: "side", role: "rowheader", "aria-colindex": 1 }, make("div", {}, words));
  }

  function drawCard(card) {
    const { x, y } = boxOf(layout, card);
    const { row, column, at } = layout.slots.get(card);
    const { first, inLine } = layout.columns[column];
    const view = makeCardView(card, { size: layout.card, isShown: new Set([...layout.down, ...layout.across]), open: () => showDetail(card) });
    const place = { left: `${x}px`, top: `${y - layout.rows[row].y}px`, width: `${layout.card.width}px`, "--frame": `${layout.card.frame}px` };
    change(view.element, { style: place, "aria-colindex": first + (at % inLine), on: { focus: () => activate(card) } });
    insertInOrder(rows.get(row), view.element, column * ORDER_STEP + at);
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
    views.get(card)?.element.scrollIntoView({ block: "nearest", inline: "nearest" }); // where the page itself scrolls
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
