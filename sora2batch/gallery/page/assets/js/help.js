// What the keys do.

const KEYS_TOLD = [
  ["← → ↑ ↓", "move; Home and End, Page Up and Page Down as well"],
  ["Enter", "open a clip; there ← and → go to its neighbours"],
  ["Space", "play or stop a clip; while all play, pause them"],
  ["p", "play all clips on the screen in step, or stop them"],
  ["f", "favourite"],
  ["1 … 5, 0", "rate, or take the rating back"],
  ["u, d", "to what it is made from, to what became of it"],
  ["l", "the lineage: beside each job what became of it"],
  ["c, Shift+C", "pick a clip for comparison; compare two to four"],
  ["w", "two of them under one slider; there ← and → move the line, x swaps"],
  ["m", "in a comparison: the sound of the next one"],
  ["/", "search"],
  ["e", "export favourites, ratings and notes"],
  ["Ctrl+P", "print every card that is shown, with its poster"],
  ["?", "this help"],
  ["Esc", "close"],
];

const ONLY_STAGED = new Set(["u, d", "l"]);

function showHelp() {
  const told = KEYS_TOLD.filter(([keys]) => LINEAGE.exists || !ONLY_STAGED.has(keys));
  const rows = told.map(([keys, text]) => make("tr", {}, make("th", { scope: "row" }, keys.split(", ").map((key) => make("kbd", {}, key))), make("td", {}, text)));
  const kept = SERVED.picks === null ? "stay in this browser until you export them" : `are saved in ${[...SERVED.gates, SERVED.picks].join(" and ")}`;
  const words = `Move the pointer across a clip to scrub through it; rest and it plays on. Favourites, ratings and notes ${kept}.`;
  openDialog("Keys", make("div", { class: "help" }, make("table", {}, make("tbody", {}, rows)), make("p", {}, words)), { class: "narrow" });
}
