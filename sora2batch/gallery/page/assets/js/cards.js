// Cards, read out of the columns of a table. What every view asks for is there at once; what only some cards are
// asked for is read when it is.

const FINE = Object.freeze([]); // nothing that anybody should look at

class Card {
  #table;
  #row;
  #kept = {};

  constructor(table, row, index) {
    this.index = index;
    this.#read(table, row);
  }

  // The same job as another page's data tell of it, which came later: with those that changed, or with all.
  become(later, { isWhole = false } = {}) {
    this.#kept = isWhole ? {} : { kin: this.kin }; // by rows of the first table, so that all can be told apart
    if (isWhole) this.index = later.index;
    this.#read(later.#table, later.#row);
  }

  #read(table, row) {
    this.#table = table;
    this.#row = row;
    this.tool = valueIn(table.tool, row);
    this.take = valueIn(table.take, row);
    this.price = valueIn(table.price, row);
    this.spent = valueIn(table.spent, row);
    this.isOrphan = valueIn(table.isOrphan, row);
    this.isPast = valueIn(table.isPast, row);
    this.change = valueIn(table.change, row) ?? undefined;
    const isSent = table.results.hasOne(row);
    const wait = table.waitOf(row);
    // What was asked for costs what it cost, be it nothing; what was not, what it would.
    this.isPriced = isSent || this.price > 0;
    this.cost = isSent ? this.spent : this.price;
    this.state = isSent ? table.results.stateOf(row) : this.isOrphan ? "dropped" : wait === null ? "pending" : wait ? "blocked" : "waiting";
  }

  get key() {
    return (this.#kept.key ??= this.#table.keyOf(this.#row));
  }

  get fingerprint() {
    return this.#table.fingerprintOf(this.#row);
  }

  // By what it is known again: one that is made from others by its key, for its fingerprint comes later.
  get identity() {
    return this.fingerprint === null || (!this.isOrphan && this.needs.length) ? this.key : this.fingerprint;
  }

  // What it is made from: keys, and fingerprints of what is no longer asked for.
  get needs() {
    return (this.#kept.needs ??= this.#table.needsOf(this.#row));
  }

  // What a card that shows no clip says beside its state.
  get complaint() {
    return this.error?.message ?? this.#table.reasonOf(this.#row);
  }

  get kin() {
    return (this.#kept.kin ??= this.#row - valueIn(this.#table.kin, this.#row));
  }

  get labels() {
    return (this.#kept.labels ??= Object.fromEntries(this.#table.labels.map(([axis]) => [axis, this.labelOn(axis)]).filter(([, label]) => label !== null)));
  }

  labelOn(axis) {
    const column = this.#table.labelColumns.get(axis);
    return column === undefined ? null : valueIn(column, this.#row);
  }

  // Where it stands among the labels of an axis; -1 where it does not.
  placeOn(axis) {
    return this.#table.placesOn(axis)?.[this.#row] ?? -1;
  }

  get input() {
    return (this.#kept.input ??= this.#table.inputs.objectOf(this.#row));
  }

  // A field of the input, without reading all of it.
  inputOf(name) {
    return this.#table.inputs.valueOf(this.#row, name);
  }

  get inputValues() {
    return this.#table.inputs.valuesOf(this.#row);
  }

  get result() {
    return (this.#kept.result ??= this.#table.results.of(this.#row, this.key)[0]);
  }

  get error() {
    return this.result?.error ?? null;
  }

  get alsoPaid() {
    return (this.#kept.alsoPaid ??= this.#table.alsoPaid.of(this.#row, this.key));
  }

  get files() {
    return (this.#kept.files ??= this.#table.filesOf(this.#row));
  }

  // The files of the result that can be shown.
  get clips() {
    return (this.#kept.clips ??= (this.result?.clips ?? []).filter((clip) => clip.href).map(readClip));
  }

  get looks() {
    if (this.#table.results.areFine) return FINE;
    return (this.#kept.looks ??= looksOf(this.result));
  }

  get sources() {
    return (this.#kept.sources ??= this.files.map(([field, place]) => ({ field, ...this.#table.sent[place] })));
  }

  get seconds() {
    if (this.state === "in_doubt") return null;
    return (this.#kept.seconds ??= secondsBetween(...this.#table.results.timesOf(this.#row)));
  }

  get before() {
    return (this.#kept.before ??= this.#table.beforeOf(this.#row, this.index));
  }

  // All that a search looks at, in small letters.
  get searchText() {
    return (this.#kept.searchText ??= this.#searched());
  }

  #searched() {
    const words = [this.key, this.tool, this.result?.taskId, this.complaint, STATES[this.state], reasonsOf(this), ...this.inputValues.map(valueText)];
    return words.filter(Boolean).join("\n").toLowerCase();
  }
}

function readClip(clip) {
  return { ...clip, kind: PICTURE.test(clip.path) ? "image" : "video" };
}

function secondsBetween(start, end) {
  const seconds = (Date.parse(end) - Date.parse(start)) / 1000;
  return Number.isFinite(seconds) ? seconds : null;
}

// The columns of card_table.py, with what can be told of them once for all rows.
function readTable(table, sent, axisByName) {
  const rows = table.count;
  const labelColumns = new Map(table.labels);
  const stems = table.labels.slice(0, -1).map(([, column]) => column);
  const places = new Map();
  const filesBegin = beginningsOf(table.files.count, rows);
  const beforeBegins = table.before && beginningsOf(table.before.count, rows);
  const formers = table.before && readTable(table.before.cards, sent, axisByName);
  const knownBegin = beginningsOf(table.known, rows);
  const needsBegin = beginningsOf(table.needs.count, rows);
  const waitsBegin = beginningsOf(table.wait.count, rows);
  const inWait = (name, row) => (waitsBegin(row + 1) > waitsBegin(row) ? valueIn(table.wait[name], waitsBegin(row)) : null);
  return {
    ...table,
    rows,
    sent,
    labelColumns,
    inputs: readRecords(table.input, rows),
    results: readResults(table.result, rows),
    alsoPaid: readResults(table.alsoPaid, rows),
    keyOf: (row) => continuing(stems.map((column) => valueIn(column, row)).filter(Boolean).join("/"), valueIn(table.key, row)),
    fingerprintOf: (row) => listIn(knownBegin, row, (at) => (Array.isArray(table.fingerprint) ? table.fingerprint[at] : `sha256:${table.fingerprint.slice(64 * at, 64 * at + 64)}`))[0] ?? null,
    isStaged: needsBegin(rows) > 0,
    needsOf: (row) => listIn(needsBegin, row, (at) => valueIn(table.needs.name, at)),
    waitOf: (row) => inWait("isBlocked", row),
    reasonOf: (row) => inWait("reason", row) ?? "",
    filesOf: (row) => listIn(filesBegin, row, (at) => [valueIn(table.files.field, at), valueIn(table.files.place, at)]),
    beforeOf: (row, index) => (formers ? listIn(beforeBegins, row, (at) => new Card(formers, at, index))[0] : undefined),
    placesOn(axis) {
      if (!places.has(axis)) places.set(axis, placesOf(labelColumns.get(axis), axisByName.get(axis), rows));
      return places.get(axis);
    },
  };
}

function placesOf(column, axis, rows) {
  if (!column || !axis) return null;
  const placeOf = (label) => axis.places.get(label) ?? -1;
  const [values, at] = tableOf(column) ?? [];
  if (!values) return Int32Array.from({ length: rows }, (_, row) => placeOf(valueIn(column, row)));
  const known = values.map(placeOf);
  return Int32Array.from({ length: rows }, (_, row) => known[at(row)]);
}

function readResults(table, rows) {
  const begins = beginningsOf(table.count, rows);
  const clips = readClips(table.clips, begins(rows));
  return {
    areFine: clips.areFine,
    hasOne: (row) => begins(row + 1) > begins(row),
    stateOf(row) {
      const state = valueIn(table.state, begins(row));
      return state === "completed" && !clips.isOneShown(begins(row)) ? "no_file" : state;
    },
    timesOf: (row) => (begins(row + 1) > begins(row) ? ["submittedAt", "finishedAt"].map((name) => valueIn(table[name], begins(row)) ?? undefined) : []),
    of: (row, key) => listIn(begins, row, (at) => readResult(table, at, clips.of(at, key))),
  };
}

function readResult(table, at, clips) {
  const fields = ["state", "credits", "taskId", "submittedAt", "finishedAt", "error"].map((name) => [name, valueIn(table[name], at)]);
  return Object.fromEntries([...fields, ["clips", clips.length && clips]].filter(([, value]) => value));
}

function readClips({ count, folder, path, href, bytes, look }, results) {
  const begins = beginningsOf(count, results);
  const pathOf = (at, key) => continuing(key, valueIn(path, at));
  const hrefOf = (at, key) => (valueIn(href, at) === null ? null : continuing(folder + pathOf(at, key), valueIn(href, at)));
  const read = (at, key) => Object.fromEntries(Object.entries({ path: pathOf(at, key), href: hrefOf(at, key), bytes: valueIn(bytes, at), look: valueIn(look, at) }).filter(([, value]) => value));
  return {
    areFine: look.is === null,
    isOneShown(result) {
      for (let at = begins(result); at < begins(result + 1); at += 1) if (valueIn(href, at) !== null) return true;
      return false;
    },
    of: (result, key) => listIn(begins, result, (at) => read(at, key)),
  };
}
