// What was marked at a gate becomes the picks file that the manifest names, and a run goes on from there.

// A part for each picks file of the gates.
function gateParts() {
  return gateFiles().map(gatePart);
}

function gatePart(file) {
  const cards = cardsForFile(file);
  const gates = BATCH.gates.gates.filter((gate) => gate.file === file);
  const what = [...new Set(gates.map(({ group }) => group))].join(" and ");
  const command = make("code", {});
  const copy = make("span", {});
  const draw = () => {
    const text = runCommand(file, picks.path);
    command.replaceChildren(...wordsToBreak(text));
    copy.replaceChildren(copyButton(text, "command"));
  };
  const picks = gatePicksPlace(file, draw);
  const save = SERVED.picks === null && textButton(`Download ${baseName(file)}`, () => download(baseName(file), picksText(cards)), { class: "primary", disabled: cards.length === 0 });
  draw();
  return make("section", { class: "steps gate-part" }, make("h3", {}, `${file}: what is made of ${what}`), save, picks.words, picks.box, make("p", {}, "Then the run goes on with what is picked. ", folderWords()), make("pre", {}, command, copy));
}

// All that was thought of the results that are chosen there: the file is written anew, and nothing of it must be lost.
function cardsForFile(file) {
  return MARKS.picked().filter((card) => gateFileOf(card) === file || (gateFileOf(card) === null && file === picksName()));
}

function gatePicksPlace(file, changed) {
  if (SERVED.picks !== null && !SERVED.gates.includes(file)) return { path: SERVED.picks, words: make("p", {}, "The marks are saved in ", make("b", {}, SERVED.picks), ", as the server was told: the command copies it to where the manifest looks for it."), box: null };
  if (SERVED.picks !== null) return { path: null, words: make("p", {}, "The marks are saved in ", make("b", {}, file), ", where the manifest looks for it."), box: null };
  const name = baseName(file);
  const field = make("input", { type: "text", "aria-label": `Where ${name} was put`, value: DOWNLOADS + name, spellcheck: false, autocomplete: "off", on: { input: changed } });
  return {
    get path() {
      return field.value.trim() || DOWNLOADS + name;
    },
    words: make("p", { class: "where" }, "The manifest looks for it as ", make("b", {}, file), " in its folder: the command puts it there first. If your browser puts downloads elsewhere, or has given it a number, change where it was put:"),
    box: make("p", { class: "path" }, make("span", { "aria-hidden": true }, "Was put"), field),
  };
}

function baseName(path) {
  return path.split("/").at(-1);
}
