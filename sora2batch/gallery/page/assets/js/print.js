// Printing: posters first, then the browser's own dialog.

function showPrint() {
  const all = BOARD.cards.length;
  if (PAPER.isReady() && all <= MOST_PRINTED) return print();
  const news = make("p", { role: "status" }, "Drawing the posters …");
  const bar = make("progress", { "aria-label": "Posters drawn", value: 0 });
  let isAwaited = true;
  let isPrinted = false;
  const end = () => {
    isPrinted = true;
    dialog.close();
  };
  const limit = all > MOST_PRINTED && make("p", { class: "warning" }, `Only the first ${NUMBERS.format(MOST_PRINTED)} of ${NUMBERS.format(all)} cards are printed: filter for the others.`);
  const now = textButton("Print now", end, { title: "Print with the posters that are ready" });
  const dialog = openDialog("Print", make("div", { class: "printing" }, limit, bar, news, now), { class: "narrow" });
  // A dialog that is closed has given back the focus, and what the paper needs is drawn: only then print.
  dialog.addEventListener("close", () => {
    isAwaited = false;
    if (isPrinted) print();
    else PAPER.release();
  });
  const progressed = (ready, of) => {
    change(bar, { value: ready, max: of });
    if (ready % 20 === 0 || ready === of) news.textContent = `${NUMBERS.format(ready)} of ${count(of, "poster")} drawn`;
  };
  PAPER.prepare(progressed, () => isAwaited).then(() => {
    if (!isAwaited) return;
    news.textContent = "All posters are drawn.";
    now.textContent = "Print";
    if (!limit) end();
  });
}

// The browser's key for printing draws the posters first; pressed again it prints what there is.
function listenToPrint() {
  document.addEventListener("keydown", (event) => {
    const isPrint = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "p";
    if (!isPrint || document.querySelector("dialog .printing") || (PAPER.isReady() && BOARD.cards.length <= MOST_PRINTED)) return;
    event.preventDefault();
    showPrint();
  });
}
