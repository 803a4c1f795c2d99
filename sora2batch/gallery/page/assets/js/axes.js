// Choose what goes down and what across: in the toolbar, or in the title of each section where there are several.

function axisBoxes(section) {
  return section.axes.length && !section.isLineal ? [...boxesOf(section, "down", "Down"), ...boxesOf(section, "across", "Across")] : [];
}

// One box for the first axis of a side, and a second one once that is chosen.
function boxesOf(section, side, name) {
  const chosen = axesOf(section, CHOICE.get());
  const taken = chosen.down.length + chosen.across.length;
  const places = chosen[side].length && taken < section.axes.length ? 2 : Math.max(1, chosen[side].length);
  const whose = SECTIONS.all.length > 1 ? `${section.name}: ` : "";
  return Array.from({ length: places }, (_, place) => {
    const mine = chosen[side][place] ?? "";
    const options = section.axes.map((axis) => [axis.name, axis.name]);
    const set = (axis) => CHOICE.set({ axes: { ...CHOICE.get().axes, [section.key]: withAxis(axesOf(section, CHOICE.get()), side, place, axis) } });
    return selectBox(whose + (place ? `${name}, then` : name), [["", "–"], ...options], mine, set, place ? "then" : name);
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
