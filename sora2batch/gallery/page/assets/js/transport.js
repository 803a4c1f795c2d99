// Clips that play together in a dialog: one clock, one slider, and the sound of one of them at most.
//
// A player is {name, video}. Keys: space plays and pauses, comma and full stop go by frames, m changes who is heard.

const FRAME = 1 / 24; // seconds; no browser tells how long a frame of a clip lasts

function makeTransport(players) {
  const videos = players.map(({ video }) => video);
  const clock = makeClock();
  const sound = makeSoundChoice(players);
  const play = iconButton("play", "Play or pause (space)", () => toggle());
  const slide = make("input", { type: "range", min: 0, step: 0.01, value: 0, "aria-label": "Place in all clips", on: { input: () => seek(Number(slide.value)) } });
  const toggle = () => {
    if (clock.runs) clock.stop();
    else clock.run();
    draw();
  };
  const seek = (seconds) => {
    clock.stop();
    clock.seek(seconds);
    draw();
  };
  const draw = () => {
    for (const video of videos) if (video.readyState) followClock(video, clock);
    slide.max = clock.length;
    slide.value = clock.at;
    if (play.dataset.runs === String(clock.runs)) return;
    play.dataset.runs = clock.runs;
    play.replaceChildren(drawIcon(clock.runs ? "pause" : "play"));
  };
  const keys = { " ": toggle, ",": () => seek(clock.at - FRAME), ".": () => seek(clock.at + FRAME), m: sound.next };
  const press = (event) => {
    if (hasModifier(event) || isTyping(event.target) || !Object.hasOwn(keys, event.key)) return;
    if (event.key === " " && event.target.tagName === "BUTTON") return;
    keys[event.key]();
    event.preventDefault();
  };
  // Play in a dialog until it is closed.
  const attach = (dialog) => {
    if (!videos.length) return;
    const beat = setInterval(() => {
      for (const video of videos) clock.reach(video.duration);
      if (clock.runs) draw();
    }, BEAT);
    dialog.addEventListener("close", () => clearInterval(beat));
    dialog.addEventListener("keydown", press);
    if (!CALM.matches) toggle();
  };
  return { element: videos.length > 0 && make("div", { class: "transport" }, play, slide), soundButton: sound.button, attach };
}

function makeSoundChoice(players) {
  const buttons = new Map(players.map(({ name, video }) => [video, iconButton("sound", `Sound of ${name} (m)`, () => hear(heard === video ? null : video), { "aria-pressed": false })]));
  const order = [...buttons.keys(), null];
  let heard = null;
  const hear = (chosen) => {
    heard = chosen;
    for (const [video, button] of buttons) {
      video.muted = video !== heard;
      change(button, { "aria-pressed": video === heard });
    }
    tell(heard ? `sound of ${players.find(({ video }) => video === heard).name}` : "no sound");
  };
  return { button: (video) => buttons.get(video) ?? null, next: () => hear(order[(order.indexOf(heard) + 1) % order.length]) };
}
