// Two results under one line: left of it is A, right of it B, in step on one clock. The line is a slider that lies
// over the whole picture. What has another shape is seen whole, in the frame of the wider one.

const FARTHER = 2; // percent that a press of an arrow moves the line
const MUCH_FARTHER = 10;

// Names stand for keys where both are the same job at two moments.
function showWipe(cards = [...COMPARED], names = null) {
  if (cards.length < 2) {
    tell("Pick two to four clips with c first");
    return;
  }
  const nameOf = (card) => names?.[cards.indexOf(card)] ?? card.key;
  const layers = new Map(cards.map((card) => [card, comparedLayer(card, () => measure())]));
  const videos = cards.filter((card) => layers.get(card).shown.tagName === "VIDEO");
  const transport = makeTransport(videos.map((card) => ({ name: nameOf(card), video: layers.get(card).shown })));
  const tags = ["a", "b"].map((side) => make("span", { class: `side-${side}` }));
  const line = makeLine((at) => stage.style.setProperty("--at", `${at}%`));
  const stage = make("div", { class: "wipe-stage", style: { "--at": "50%" } }, [...layers.values()].map(({ element }) => element), tags, line.element, make("i", { class: "line", "aria-hidden": true }));
  const about = make("div", { class: "wipe-about" });
  const sides = makeSides(cards, nameOf, () => draw());
  const turn = () => {
    dialog.close();
    showComparison();
  };
  const turnButton = names === null && textButton("Side by side", turn, { title: "Side by side (w)" });
  if (turnButton) turnButton.prepend(drawIcon("compare"));
  const tools = make("div", { class: "wipe-tools" }, sides.element, turnButton);
  const dialog = openDialog("Two under one slider", make("div", { class: "wipe" }, stage, make("div", { class: "wipe-bar" }, transport.element, tools), about), { class: "wide" });

  const measure = () => stage.style.setProperty("--aspect", Math.max(layers.get(sides.a).aspect, layers.get(sides.b).aspect));
  const draw = () => {
    const both = [sides.a, sides.b];
    for (const [card, { element }] of layers) change(element, { "data-side": ["a", "b"][both.indexOf(card)] ?? null, hidden: !both.includes(card) });
    const short = names ? nameOf : shortNames(both);
    tags.forEach((tag, index) => tag.replaceChildren(make("kbd", {}, "AB"[index]), short(both[index])));
    const isHeld = about.contains(document.activeElement);
    about.replaceChildren(...both.map((card, index) => sideAbout(card, { letter: "AB"[index], name: nameOf(card), soundButton: transport.soundButton(layers.get(card).shown), isMarked: names === null })), differenceTable(...both));
    if (isHeld) line.element.focus();
    measure();
  };
  dialog.addEventListener("keydown", (event) => {
    if (hasModifier(event) || isTyping(event.target)) return;
    if (event.key === "x") sides.swap();
    else if (event.key === "w" && turnButton) turn();
    else if (!line.press(event)) return;
    event.preventDefault();
  });
  draw();
  transport.attach(dialog);
  line.element.focus();
}

// One result in its layer: {element, shown, aspect}. Its shape is known for certain once it is there.
function comparedLayer(card, changed) {
  const shown = comparedClip(card);
  const layer = { shown, aspect: aspectOf(card) ?? 16 / 9, element: make("div", { class: "layer" }, shown) };
  const measure = () => {
    const [width, height] = [shown.videoWidth ?? shown.naturalWidth, shown.videoHeight ?? shown.naturalHeight];
    if (!width || !height) return;
    layer.aspect = width / height;
    changed();
  };
  for (const event of ["loadedmetadata", "load"]) shown.addEventListener(event, measure);
  return layer;
}

// {element, press}: a slider, and what the arrow keys do to it wherever in the dialog one is.
function makeLine(moved) {
  const element = make("input", { type: "range", class: "divider", min: 0, max: 100, step: 0.1, value: 50, "aria-label": "Line between A and B", title: "Drag, or ← and →" });
  const update = () => {
    const at = Number(element.value);
    change(element, { "aria-valuetext": `A ${Math.round(at)} percent, B ${Math.round(100 - at)} percent` });
    moved(at);
  };
  const steps = { ArrowLeft: -1, ArrowRight: 1 };
  const press = ({ key, shiftKey, target }) => {
    if (!Object.hasOwn(steps, key) || (isSlider(target) && target !== element)) return false;
    element.value = Number(element.value) + steps[key] * (shiftKey ? MUCH_FARTHER : FARTHER);
    update();
    return true;
  };
  change(element, { "aria-valuetext": "A 50 percent, B 50 percent", on: { input: update } });
  return { element, press };
}

// Who is A and who is B: {element, a, b, swap}. Where more than two were picked each side has a list.
function makeSides(cards, nameOf, changed) {
  let [a, b] = cards;
  const options = cards.map((card, index) => [String(index), nameOf(card)]);
  const set = (nextA, nextB) => {
    [a, b] = [nextA, nextB];
    [a, b].forEach((card, index) => (lists[index].querySelector("select").value = String(cards.indexOf(card))));
    changed();
  };
  const swap = () => set(b, a);
  const chooseA = (card) => set(card, card === b ? a : b);
  const chooseB = (card) => set(card === a ? b : a, card);
  const lists = [
    selectBox("A, left", options, "0", (place) => chooseA(cards[Number(place)]), "A"),
    selectBox("B, right", options, "1", (place) => chooseB(cards[Number(place)]), "B"),
  ];
  const button = textButton("Swap", swap, { title: "Swap A and B (x)" });
  button.prepend(drawIcon("swap"));
  return {
    element: make("div", { class: "sides" }, cards.length > 2 ? [lists[0], button, lists[1]] : button),
    swap,
    get a() {
      return a;
    },
    get b() {
      return b;
    },
  };
}

// What tells two cards apart: the labels that are different; their keys where none are.
function shortNames(cards) {
  const axes = BATCH.axes.map(({ name }) => name).filter((axis) => new Set(cards.map((card) => labelOf(card, axis))).size > 1);
  return (card) => axes.filter((axis) => hasLabel(card, axis)).map((axis) => labelOf(card, axis)).join(" · ") || card.key;
}

function sideAbout(card, { letter, name, soundButton, isMarked }) {
  const labels = BATCH.axes.filter((axis) => hasLabel(card, axis.name)).map((axis) => `${axis.name}: ${labelOf(card, axis.name)}`);
  return make(
    "section",
    { "aria-label": `${letter}: ${name}` },
    make("h3", {}, make("kbd", {}, letter), name),
    make("p", { class: "labels" }, labels.join(" · ")),
    furtherFiles(card),
    lookCallout(card),
    make("p", { class: "opinion" }, isMarked && starsOf(card), soundButton, isMarked && favouriteToggle(card)),
  );
}

function differenceTable(a, b) {
  const names = [...differencesOf([a, b])];
  if (!names.length) return make("p", { class: "same" }, "Both were asked for in the same words.");
  const cell = (card, other, name) => {
    const fact = factOf(card, name);
    return make("td", {}, fact ? markedWords(withDigests(fact, [factOf(other, name)]), name, [other]) : NO_LABEL);
  };
  const rows = names.map((name) => make("tr", {}, make("th", { scope: "row" }, name), cell(a, b, name), cell(b, a, name)));
  const heads = ["", "A", "B"].map((head) => make(head ? "th" : "td", { scope: head ? "col" : null }, head));
  return make("table", { class: "differences" }, make("caption", {}, "What is different"), make("thead", {}, make("tr", {}, heads)), make("tbody", {}, rows));
}
