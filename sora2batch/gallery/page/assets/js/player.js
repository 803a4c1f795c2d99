// Clips that play in their cards: one under the pointer or the keyboard, or all that are to be seen, in step.
//
// A view is what card.js makes of a card: {card, frame, clip, video}. Its video exists only while it plays.

const MOST_AT_ONCE = 48;
const PATIENCE = 3000; // milliseconds to wait for the last clip before all begin
const BEAT = 80; // milliseconds between two looks at the clock

function openVideo(view, settings = {}) {
  if (!view.clip || view.clip.kind === "image") return null;
  if (!view.video) {
    view.video = make("video", { src: view.clip.href, muted: true, playsinline: true, preload: "auto", tabindex: -1, "aria-hidden": true, ...settings });
    view.video.muted = true;
    view.frame.append(view.video);
    view.frame.dataset.plays = "";
  }
  return view.video;
}

function closeVideo(view) {
  if (!view.video) return;
  releaseVideo(view.video);
  view.video.remove();
  view.video = null;
  delete view.frame.dataset.plays;
}

// Play one clip, or stop it.
function togglePlay(view) {
  if (ENSEMBLE.isOn) return ENSEMBLE.toggle();
  if (view.video) return closeVideo(view);
  openVideo(view, { loop: true })?.play().catch(() => {});
}

const ENSEMBLE = (() => {
  const clock = makeClock();
  const listeners = new Set();
  let look = () => ({ seen: [], others: [] }); // the views on the screen, and those that are only near it
  let isOn = false;
  let waitsUntil = null; // until then all wait for each other
  let beat = null;

  function players() {
    return look().seen.filter((view) => view.clip?.kind === "video").slice(0, MOST_AT_ONCE);
  }

  function start() {
    if (!players().length) return tell("There is no clip on the screen to play");
    isOn = true;
    waitsUntil = performance.now() + PATIENCE;
    for (const view of players()) joinIn(view);
    beat = setInterval(follow, BEAT);
    tellAll();
  }

  function follow() {
    const views = players();
    look().others.forEach(closeVideo);
    if (waitsUntil !== null && (performance.now() > waitsUntil || views.every(isReady))) {
      waitsUntil = null;
      clock.run();
    }
    for (const view of views) followClock(joinIn(view), clock);
    tellAll();
  }

  function stop() {
    isOn = false;
    waitsUntil = null;
    clearInterval(beat);
    clock.stop();
    clock.seek(0);
    const { seen, others } = look();
    [...seen, ...others].forEach(closeVideo);
    tellAll();
  }

  // A clip that was looked at by itself went round and round; here all begin again together.
  function joinIn(view) {
    const video = openVideo(view);
    video.loop = false;
    return video;
  }

  function seek(seconds) {
    waitsUntil = null;
    clock.stop();
    clock.seek(seconds);
    follow();
  }

  // While a dialog is open nobody sees the board.
  function pause() {
    waitsUntil = null;
    clock.stop();
    if (isOn) follow();
  }

  function toggle() {
    if (waitsUntil !== null) return;
    if (clock.runs) clock.stop();
    else clock.run();
    follow();
  }

  function tellAll() {
    for (const listener of listeners) listener();
  }

  return {
    start,
    stop,
    toggle,
    seek,
    pause,
    clock,
    watch: (views) => (look = views),
    listen: (listener) => listeners.add(listener),
    get isOn() {
      return isOn;
    },
    get plays() {
      return isOn && (clock.runs || waitsUntil !== null);
    },
  };
})();

function isReady(view) {
  return view.video !== null && view.video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
}
