// What stands above cards: the title of a section, and the labels of its columns.

// {element, grid, update(part, room), drawHead(part, columns)}: a section as it stands in the page, without its rows.
function makeSectionView(section) {
  const isAlone = SECTIONS.all.length === 1;
  const name = make("h2", { title: section.groups.join(", ") }, section.name);
  const amount = make("p", {});
  const axes = make("div", { class: "axes", role: "group", "aria-label": `Axes of ${section.name}` });
  const head = make("div", { class: "columns", role: "row", "aria-rowindex": 1 });
  const grid = make("div", { class: "grid", role: "grid", "aria-label": isAlone ? "Jobs" : section.name, "aria-readonly": true, "aria-multiselectable": true }, head);
  const title = make("div", { class: "section-title" }, make("div", {}, name, amount, section.axes.length > 0 && !section.isLineal && axes));
  const element = make("div", { class: "section", role: "presentation" }, !isAlone && title, grid);
  let drawn = null;

  function update(part) {
    drawn = null;
    const all = section.cards.filter((card) => isAskedFor(card) || CHOICE.get().orphans).length;
    amount.textContent = part.cards.length === all ? count(all, "job") : `${NUMBERS.format(part.cards.length)} of ${count(all, "job")}`;
    if (!isAlone) keepFocus(axes, () => axes.replaceChildren(...axisBoxes(section)));
    const last = part.columns.at(-1);
    const style = { left: `${part.x}px`, top: `${part.y}px`, width: widthOf(part), height: `${part.bandHeight}px`, "--side": `${part.sideWidth}px`, "--head": `${part.headHeight}px`, "--title": `${part.titleHeight}px` };
    change(element, { style });
    change(grid, { "aria-rowcount": part.rows.length + 1, "aria-colcount": last ? last.first + last.inLine - 1 : 1 });
  }

  function drawHead(part, columns) {
    const seen = `${columns[0]} ${columns.at(-1)}`;
    if (drawn === seen) return;
    drawn = seen;
    head.hidden = !part.across.length;
    head.replaceChildren(
      make("div", { class: "corner", role: "columnheader", "aria-colindex": 1 }, part.down.join(" › "), make("small", {}, part.across.join(" › "))),
      ...part.across.flatMap((axis, level) => spansOf(part, level, columns).map((one) => columnLabel(axis, level, one))),
    );
  }

  return { element, grid, update, drawHead };
}

// The last one of a band reaches to the edge.
function widthOf({ x, width, isLast }) {
  return isLast ? `calc(100% - ${x}px)` : `${Math.max(width, LEAST_PART)}px`;
}

// Columns next to each other that share a label, and all labels above it, share its cell.
function spansOf(part, level, seen) {
  const spans = [];
  for (const index of seen) {
    const { labels, x, width, first, inLine } = part.columns[index];
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

function rowLabel(part, labels) {
  const words = labels.map((label, level) => make("span", { title: `${part.down[level]}: ${label}` }, label));
  return make("div", { class: "side", role: "rowheader", "aria-colindex": 1 }, make("div", {}, words));
}
