// Small parts of the toolbar: lists to choose from and boxes to tick.

function selectBox(name, options, chosen, set, shownName = name) {
  const box = make("select", { "aria-label": name, "data-name": name, on: { change: () => set(box.value) } });
  for (const [value, text] of options) box.append(make("option", { value, selected: value === chosen }, text));
  return make("label", { class: "pick" }, make("span", { "aria-hidden": true }, shownName), box);
}

// A button that opens a panel under it; it closes when one clicks or moves elsewhere.
function dropDown(name, panel) {
  const menu = make("details", { class: "menu" }, make("summary", {}, name), panel);
  document.addEventListener("pointerdown", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopPropagation();
  });
  return menu;
}

function tickBox(text, isOn, set, name = text) {
  const box = make("input", { type: "checkbox", "data-name": name, on: { change: () => set(box.checked) } });
  box.checked = isOn;
  return make("label", { class: "tick" }, box, make("span", {}, text));
}
