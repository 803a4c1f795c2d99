// Elements are made one by one and texts are set as texts: nothing here can turn a prompt into markup.

const MARKUP_SPACE = "http://www.w3.org/2000/svg";

// make("button", {class: "plain", "aria-pressed": true, on: {click}}, "Play")
function make(tag, settings = {}, ...children) {
  const element = document.createElement(tag);
  change(element, settings);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function change(element, { on = {}, style = {}, ...attributes }) {
  for (const [event, listener] of Object.entries(on)) element.addEventListener(event, listener);
  for (const [name, value] of Object.entries(style)) element.style.setProperty(name, value);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
}

function setAttribute(element, name, value) {
  const isState = name.startsWith("aria-");
  if (value === null || value === undefined || (value === false && !isState)) element.removeAttribute(name);
  else element.setAttribute(name, value === true && !isState ? "" : String(value));
}

function makeShape(tag, attributes) {
  const shape = document.createElementNS(MARKUP_SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
  return shape;
}

// A button with a picture: its name is read out and shown when one rests on it.
function iconButton(icon, name, click, settings = {}) {
  return make("button", { type: "button", class: "icon", "aria-label": name, title: name, on: { click }, ...settings }, drawIcon(icon));
}

function textButton(text, click, settings = {}) {
  return make("button", { type: "button", on: { click }, ...settings }, text);
}

// A clip that is out of sight must not stay open: a browser bears only some dozens.
function releaseVideos(place) {
  for (const video of place.querySelectorAll("video")) releaseVideo(video);
}

function releaseVideo(video) {
  video.pause();
  video.removeAttribute("src");
  video.load();
}

function tell(news) {
  document.getElementById("news").textContent = news;
}

const CALM = matchMedia("(prefers-reduced-motion: reduce)");
