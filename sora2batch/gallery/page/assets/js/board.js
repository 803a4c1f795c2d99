// The cards on the screen. Only those that can be seen, and some around them, exist as elements: a hundred thousand
// jobs scroll like ten.

const AROUND = 300; // pixels drawn beyond the edges
const AT_A_TIME = 6; // milliseconds of one frame for cards that are not in sight yet
const ORDER_STEP = 1_000_000; // more cards than a cell can hold

const BOARD = (() => {
  const scroller = document.getElementById("board");
  const canvas = make("div", { class: "canvas" });
  const empty = make("p", { class: "empty", hidden: true });
  const sections = new Map(); // section -> its view
  const rows = new Map(); // row -> element
  const views = new Map(); // card -> view
  const listeners = new Set();
  const fitted = { name: null, size: 0 };
  let layout = null;
  let cards = [];
  let active = null;
  let marked = null; // the view that the keys come to
  let isDrawing = false;

  scroller.append(canvas, empty);
  scroller.addEventListener("scroll", scrolled, { passive: true });
  new ResizeObserver(() => rebuild()).observe(scroller);
  CHOICE.listen(rebuild);
  SERVED.listen(renew);
  MARKS.listen((card) => (card ? views.get(card)?.update() : views.forEach((view) => view.update())));
  ENSEMBLE.watch(look);

  function rebuild() {
    const chosen = CHOICE.get();
    const room = roomOf(scroller);
    const tables = tablesOf(sift(BATCH.cards, chosen), chosen);
    cards = tables.flatMap((table) => table.cards);
    layout = arrange(tables.filter((table) => table.cards.length || chosen.empty), room, SIZES[chosen.size] ?? fittedSize(chosen, room));
    const hadFocus = hasFocus();
    clear();
    change(canvas, { style: { width: `${layout.width}px`, height: `${layout.height}px`, "--room": `${room.width}px` } });
    canvas.hidden = !cards.length;
    empty.hidden = cards.length > 0;
    empty.replaceChildren(...(BATCH.cards.length ? ["No job fits these filters. ", textButton("Show everything", showEverything)] : ["This manifest has no jobs."]));
    if (!layout.slots.has(active)) active = cards[0] ?? null;
    draw();
    if (hadFocus) focus(active);
    for (const listener of listeners) listener(tables);
  }

  // Some jobs are no longer where they were: their cards are drawn anew in their places, and others play on. Only where
  // what is shown, or in which order, hangs on it all is laid out anew; nothing scrolls for it.
  function renew(changed) {
    const { states, query, sort } = CHOICE.get();
    if (states.length || query || sort === "cost" || sort === "time") return stay(rebuild);
    for (const card of changed) if (views.has(card)) redraw(card, views.get(card));
    markActive();
  }

  // Lay out anew, and do not scroll for it.
  function stay(act) {
    const { scrollLeft, scrollTop } = scroller;
    act();
    scroller.scrollTo(scrollLeft, scrollTop);
  }

  function redraw(card, view) {
    const hadFocus = view.element.contains(document.activeElement);
    view.end();
    views.set(card, drawCard(card));
    if (hadFocus) views.get(card).element.focus({ preventScroll: true });
  }

  // The size for the whole batch: cards do not grow and shrink while one searches.
  function fittedSize(chosen, room) {
    const name = JSON.stringify([chosen.axes, chosen.lineage, chosen.together, room]); // also where jobs come and go
    if (fitted.name === name) return fitted.size;
    const asked = BATCH.cards.filter(isAskedFor);
    const tables = tablesOf(asked.length ? asked : BATCH.cards, { ...chosen, empty: false });
    return Object.assign(fitted, { name, size: fittingSize(tables.filter((table) => table.cards.length), room) }).size;
  }

  // Titles stay: whoever walks through a list in one must not lose it.
  function clear() {
    views.forEach((view) => view.end());
    views.clear();
    rows.forEach((row) => row.remove());
    rows.clear();
    sections.forEach((view, section) => {
      const part = partOf(section);
      if (part) return view.update(part);
      view.element.remove();
      sections.delete(section);
    });
  }

  function partOf(section) {
    return layout.parts.find((part) => part.section === section);
  }

  function scrolled() {
    POSTERS.hold();
    soon();
  }

  function soon() {
    if (isDrawing) return;
    isDrawing = true;
    requestAnimationFrame(() => {
      isDrawing = false;
      draw(AT_A_TIME);
    });
  }

  // What is in sight is there at once; of what is only near it, as much as there is time for, and more in the next frame.
  function draw(time = Infinity) {
    const seen = within(layout, corners(AROUND));
    const inSight = new Set(time < Infinity ? within(layout, corners(0)).cards : []);
    // What has the focus stays, wherever one scrolls: with it the focus would go.
    const wanted = active && hasFocus() && !seen.cards.includes(active) ? [...seen.cards, active] : seen.cards;
    const focused = [...sections.keys()].filter((section) => sections.get(section).element.contains(document.activeElement));
    keep(sections, [...seen.parts.map(({ part }) => part.section), ...focused], drawSection, (view) => view.element.remove());
    for (const { part, columns } of seen.parts) sections.get(part.section).drawHead(part, columns);
    keep(rows, [...seen.parts.flatMap(({ part, rows: places }) => places.map((place) => part.rows[place])), ...wanted.map(rowOf)], drawRow, (row) => row.remove());
    const until = performance.now() + time;
    const isDone = keep(views, [...inSight, ...wanted], drawCard, (view) => view.end(), (card) => !inSight.has(card) && performance.now() > until);
    markActive();
    if (!isDone) soon();
  }

  // Readers go by the order of elements, not by where they lie. What is new mostly comes last.
  function insertInOrder(parent, element, order) {
    element.dataset.order = order;
    let before = parent.lastElementChild;
    while (before && Number(before.dataset.order) > order) before = before.previousElementSibling;
    if (before) before.after(element);
    else parent.prepend(element);
  }

  // Make what is new, but for what can wait; end what is no longer wanted. Tells whether nothing waits.
  function keep(things, wanted, begin, end, canWait = () => false) {
    const names = new Set(wanted);
    for (const [name, thing] of things) {
      if (names.has(name)) continue;
      end(thing);
      things.delete(name);
    }
    for (const name of names) if (!things.has(name) && !canWait(name)) things.set(name, begin(name));
    return things.size === names.size;
  }

  function corners(more) {
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = scroller;
    return { left: scrollLeft - more, top: scrollTop - more, right: scrollLeft + clientWidth + more, bottom: scrollTop + clientHeight + more };
  }

  function drawSection(section) {
    const view = makeSectionView(section);
    view.update(partOf(section));
    insertInOrder(canvas, view.element, SECTIONS.all.indexOf(section));
    return view;
  }

  function rowOf(card) {
    const { part, row } = layout.slots.get(card);
    return part.rows[row];
  }

  function drawRow(row) {
    const { part, index, labels, y, height } = row;
    const element = make("div", { class: "row", role: "row", "aria-rowindex": index + 2, style: { top: `${y - part.y - part.titleHeight}px`, height: `${height}px` } });
    if (part.down.length) insertInOrder(element, rowLabel(part, labels), -1);
    insertInOrder(sections.get(part.section).grid, element, index);
    return element;
  }

  function drawCard(card) {
    const { x, y } = boxOf(layout, card);
    const { part, column, at } = layout.slots.get(card);
    const { first, inLine } = part.columns[column];
    const row = rowOf(card);
    const view = makeCardView(card, { size: part.card, isShown: new Set([...part.down, ...part.across]), open: () => showDetail(card) });
    const place = { left: `${x - part.x}px`, top: `${y - row.y}px`, width: `${part.card.width}px`, "--frame": `${part.card.frame}px` };
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
    return canvas.contains(document.activeElement) && document.activeElement.closest(".grid") !== null;
  }

  // Cards are made so that the keys pass them by.
  function markActive() {
    const view = views.get(active) ?? null;
    if (marked && marked !== view) marked.element.tabIndex = -1;
    if (view) view.element.tabIndex = 0;
    marked = view;
  }

  function activate(card) {
    active = card;
    markActive();
  }

  function focus(card) {
    if (!card || !layout.slots.has(card)) return;
    active = card;
    bringIntoView(card);
    draw();
    views.get(card)?.element.focus({ preventScroll: true });
    views.get(card)?.element.scrollIntoView({ block: "nearest", inline: "nearest" }); // where the page itself scrolls
  }

  // Back from the toolbar: nothing moves, a card that is in sight gets the keys.
  function resume() {
    if (!active) return document.activeElement.blur();
    if (!isInSight(active)) activate(within(layout, corners(0)).cards.find(isInSight) ?? active);
    draw();
    if (views.has(active)) views.get(active).element.focus({ preventScroll: true });
    else focus(active);
  }

  function isInSight(card) {
    const { x, y, width, height } = boxOf(layout, card);
    const { part } = layout.slots.get(card);
    const { left, top, right, bottom } = corners(0);
    return x >= left + part.sideWidth && y >= top + coveredBy(part) && x + width <= right && y + height <= bottom;
  }

  function bringIntoView(card) {
    const { x, y, width, height } = boxOf(layout, card);
    const { part } = layout.slots.get(card);
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = scroller;
    scroller.scrollTo(
      Math.min(x - part.sideWidth - GAP, Math.max(scrollLeft, x + width + GAP - clientWidth)),
      Math.min(y - coveredBy(part) - GAP, Math.max(scrollTop, y + height + GAP - clientHeight)),
    );
  }

  return {
    rebuild,
    stay,
    focus,
    resume,
    walk: (key) => focus(stepFrom(layout, active, key)),
    hasFocus,
    listen: (listener) => listeners.add(listener),
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
