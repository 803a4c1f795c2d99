// Pictures for buttons and states, drawn on a field of 16 x 16.

const ICONS = {
  star: ["M8 1.6l2 4.2 4.6.6-3.4 3.2.9 4.6L8 12l-4.1 2.2.9-4.6L1.4 6.4 6 5.8z"],
  play: ["M4.5 2.5v11l9-5.5z"],
  pause: ["M4 2.5h3v11H4zM9 2.5h3v11H9z"],
  close: ["M3.5 3.5l9 9M12.5 3.5l-9 9"],
  previous: ["M10.5 2.5L5 8l5.5 5.5"],
  next: ["M5.5 2.5L11 8l-5.5 5.5"],
  compare: ["M2 3h5v10H2zM9 3h5v10H9z"],
  wipe: ["M2 3h12v10H2z", "M8 1.5v13", "M5.8 6L3.8 8l2 2M10.2 6l2 2-2 2"],
  swap: ["M2.5 5.5h10M9.5 2.5l3 3-3 3", "M13.5 10.5h-10M6.5 7.5l-3 3 3 3"],
  sound: ["M2 6v4h2.5L8 13V3L4.5 6z", "M10.5 5.8a3 3 0 0 1 0 4.4", "M12.3 4a5.6 5.6 0 0 1 0 8"],
  print: ["M4.5 6V1.8h7V6", "M4.5 11H2V6h12v5h-2.5", "M4.5 9h7v5.2h-7z"],
  check: ["M2.5 8.5l3.5 3.5 7.5-8"],
  copy: ["M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3"],
  theme: ["M8 2a6 6 0 1 0 0 12z", "M8 2a6 6 0 0 1 0 12"],
  pending: ["M8 2.5a5.5 5.5 0 1 0 .01 0"],
  waiting: ["M4.5 2h7M4.5 14h7M5.5 2v2.5L8 8l-2.5 3.5V14M10.5 2v2.5L8 8l2.5 3.5V14"],
  blocked: ["M8 2a6 6 0 1 0 .01 0", "M4.5 8h7"],
  line: ["M3 8h4M7 8c2.5 0 2-4.5 4.5-4.5h1.5M7 8c2.5 0 2 4.5 4.5 4.5h1.5"],
  submitted: ["M8 2.5a5.5 5.5 0 1 0 .01 0", "M8 5v3.2l2.2 1.6"],
  failed: ["M8 2a6 6 0 1 0 .01 0", "M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6"],
  rejected: ["M8 2a6 6 0 1 0 .01 0", "M3.9 3.9l8.2 8.2"],
  in_doubt: ["M8 1.8l6.6 12H1.4z", "M8 6v4", "M8 11.7v.6"],
  no_file: ["M4 1.8h5l3.5 3.5v9H4z", "M6 8l4 4M10 8l-4 4"],
  completed: ["M8 2a6 6 0 1 0 .01 0", "M5.2 8.2l2 2 3.8-4.2"],
  dropped: ["M8 2.5a5.5 5.5 0 1 0 .01 0", "M5 8h6"],
  look: ["M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8z", "M8 6.2a1.8 1.8 0 1 0 .01 0"],
  added: ["M8 3v10M3 8h10"],
  removed: ["M3 8h10"],
  replaced: ["M3 5.5h9L9.5 3M13 10.5H4L6.5 13"],
  changed: ["M8 2.8l2.8 10.4M3 8l10 0"],
};

const FILLED = new Set(["star", "play", "pause"]);

const DRAWN = new Map(); // name -> its picture, of which each is a copy

function drawIcon(name) {
  if (!DRAWN.has(name)) DRAWN.set(name, shapeOf(name));
  return DRAWN.get(name).cloneNode(true);
}

function shapeOf(name) {
  const icon = makeShape("svg", { viewBox: "0 0 16 16", class: `icon-${name}`, "aria-hidden": "true", focusable: "false" });
  const look = FILLED.has(name) ? { fill: "currentColor" } : { fill: "none", stroke: "currentColor", "stroke-width": "1.6" };
  for (const d of ICONS[name]) icon.append(makeShape("path", { d, "stroke-linejoin": "round", "stroke-linecap": "round", ...look }));
  return icon;
}
