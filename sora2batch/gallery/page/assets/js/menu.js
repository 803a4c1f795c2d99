// Small parts of the toolbar: lists to choose from and boxes to tick.

function selectBox(name, options, chosen, set, shownName = name) {
  const box = make("select", { "aria-label": name, "data-name": name });
  for (const [value, text] of options) box.append(make("option", { value, selected: value === chosen }, text));
  leaveOnceChosen(box, set);
  return make("label", { class: "pick" }, make("span", { "aria-hidden": true }, shownName), box);
}

const LIST_KEYS = new Set([" ", "F4"]);
const ARROWS_OPEN = /^(Mac|iP)/.test(navigator.platform);

// After a choice from the open list, and at Enter, the keys are the cards' again. Who walks through the values of a
// closed list stays in it.
function leaveOnceChosen(box, set) {
  let isOpen = false;
  box.addEventListener("pointerdown", () => (isOpen = true));
  box.addEventListener("blur", () => (isOpen = false));
  box.addEventListener("change", () => {
    const wasOpen = isOpen;
    isOpen = false;
    set(box.value);
    if (wasOpen) BOARD.resume();
  });
  box.addEventListener("keydown", (event) => {
    const opens = LIST_KEYS.has(event.key) || (event.key.startsWith("Arrow") && (event.altKey || ARROWS_OPEN));
    if (opens) isOpen = true;
    else if (event.key === "Escape" || event.key === "Tab") isOpen = false;
    else if (event.key === "Enter" && !isOpen) {
      event.preventDefault();
      BOARD.resume();
    }
  });
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
