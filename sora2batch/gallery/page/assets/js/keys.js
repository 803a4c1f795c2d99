// The keyboard, all the way.

function hasModifier(event) {
  return event.ctrlKey || event.metaKey || event.altKey;
}

function isTyping(target) {
  return target.matches("input:not([type=checkbox]):not([type=range]), textarea, select");
}

function isSlider(target) {
  return target.matches("input[type=range]");
}

// Rate, favour or pick a card; tells whether the key meant any of it.
function markByKey(card, key) {
  if (/^[0-5]$/.test(key)) rate(card, Number(key));
  else if (key === "f") toggleFavourite(card);
  else if (key === "c") COMPARISON.toggle(card);
  else return false;
  return true;
}

const PAGE_KEYS = {
  "/": () => document.getElementById("search").focus(),
  "?": showHelp,
  p: () => (ENSEMBLE.isOn ? ENSEMBLE.stop() : ENSEMBLE.start()),
  e: showExport,
  C: showComparison,
  w: () => showWipe(),
  l: toggleLineage,
};

function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    if (hasModifier(event) || document.querySelector("dialog[open]")) return;
    if (isTyping(event.target)) {
      if (["Escape", "Enter"].includes(event.key) && event.target.id === "search") BOARD.focus(BOARD.active);
      return;
    }
    const isDone = onPage(event) || onBoard(event);
    if (isDone) event.preventDefault();
  });
}

// Where a filter hides what one would go to, the full view still shows it.
function goInLine(direction) {
  const next = stepInLine(BOARD.active, direction);
  if (next && BOARD.cards.includes(next)) BOARD.focus(next);
  else if (next) showDetail(next);
}

function onPage({ key }) {
  PAGE_KEYS[key]?.();
  return key in PAGE_KEYS;
}

function onBoard({ key, target }) {
  // To a button arrows mean nothing: they lead back to the cards.
  const isOnBoard = BOARD.hasFocus() || target === document.body || (key in STEPS && target.matches("button, summary"));
  if (!isOnBoard || !BOARD.active) return false;
  if (target.tagName === "BUTTON" && (key === "Enter" || key === " ")) return false;
  if (key in STEPS) BOARD.walk(key);
  else if (key === "u" || key === "d") goInLine(key === "u" ? -1 : 1);
  else if (key === "Enter") showDetail(BOARD.active);
  else if (key === " ") togglePlay(BOARD.activeView ?? {});
  else return markByKey(BOARD.active, key);
  return true;
}
