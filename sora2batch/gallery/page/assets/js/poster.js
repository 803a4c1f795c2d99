// Poster frames: each clip is opened once, a third into it, drawn, and let go of again. A browser bears only some
// dozens of open clips, and a still costs nothing to scroll past.

const POSTERS = (() => {
  const AT_ONCE = 4;
  const KEPT = 400;
  const QUIET = 100; // milliseconds without scrolling
  const drawn = new Map(); // href and width -> canvas, the latest used last; null where the clip cannot be shown
  const waiting = new Map(); // canvas -> {clip, done}
  let busy = 0;
  let rest = null; // runs while one scrolls: what flies past is not opened

  // Draw a clip's poster, now or soon. done(false) says that its file cannot be shown.
  function draw(clip, canvas, done) {
    const name = nameOf(clip, canvas);
    if (drawn.has(name)) return show(name, canvas, done);
    waiting.set(canvas, { clip, done });
    next();
  }

  function forget(canvas) {
    waiting.delete(canvas);
  }

  function nameOf(clip, canvas) {
    return `${canvas.width} ${clip.href}`;
  }

  function show(name, canvas, done) {
    const poster = drawn.get(name);
    drawn.delete(name);
    drawn.set(name, poster);
    if (poster) paint(poster, poster.width, poster.height, canvas);
    delete canvas.dataset.blank;
    done(poster !== null);
  }

  function hold() {
    clearTimeout(rest);
    rest = setTimeout(() => {
      rest = null;
      next();
    }, QUIET);
  }

  function next() {
    while (rest === null && busy < AT_ONCE && waiting.size) {
      const [canvas, { clip, done }] = waiting.entries().next().value;
      waiting.delete(canvas);
      if (drawn.has(nameOf(clip, canvas))) show(nameOf(clip, canvas), canvas, done);
      else take(clip, canvas, done);
    }
  }

  async function take(clip, canvas, done) {
    busy += 1;
    const poster = await (clip.kind === "image" ? stillOf(clip.href, canvas) : frameOf(clip.href, canvas));
    busy -= 1;
    drawn.set(nameOf(clip, canvas), poster);
    if (drawn.size > KEPT) drawn.delete(drawn.keys().next().value);
    if (canvas.isConnected) show(nameOf(clip, canvas), canvas, done);
    next();
  }

  // What has been drawn, by the file; at some size.
  function kept() {
    return new Map([...drawn].map(([name, poster]) => [name.slice(name.indexOf(" ") + 1), poster]));
  }

  return { draw, forget, hold, kept };
})();

function frameOf(href, size) {
  return new Promise((resolve) => {
    const video = make("video", { preload: "metadata", muted: true, playsinline: true });
    let isEnded = false;
    const end = (poster) => {
      if (isEnded) return;
      isEnded = true;
      releaseVideo(video);
      resolve(poster);
    };
    video.addEventListener("loadedmetadata", () => (video.currentTime = Number.isFinite(video.duration) ? video.duration / 3 : 0), { once: true });
    video.addEventListener("seeked", () => end(copyOf(video, video.videoWidth, video.videoHeight, size)), { once: true });
    video.addEventListener("error", () => end(null), { once: true });
    video.src = href;
  });
}

function stillOf(href, size) {
  return new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve(copyOf(image, image.naturalWidth, image.naturalHeight, size));
    image.onerror = () => resolve(null);
    image.src = href;
  });
}

function copyOf(source, width, height, { width: room }) {
  const scale = Math.min(1, (1.5 * room) / Math.max(width, height));
  const copy = make("canvas", { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) });
  copy.getContext("2d").drawImage(source, 0, 0, copy.width, copy.height);
  return copy;
}

// Paint a whole picture into a canvas, as large as it fits; where it is to fill the canvas, as small as it does.
// A canvas that is to hug its picture loses what would stay empty.
function paint(source, width, height, canvas) {
  if ("hugs" in canvas.dataset) hug(canvas, width, height);
  const choose = "fills" in canvas.dataset ? Math.max : Math.min;
  const scale = choose(canvas.width / width, canvas.height / height);
  const [w, h] = [width * scale, height * scale];
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(source, (canvas.width - w) / 2, (canvas.height - h) / 2, w, h);
}

function hug(canvas, width, height) {
  const scale = Math.min(canvas.width / width, canvas.height / height);
  [canvas.width, canvas.height] = [width, height].map((one) => Math.max(1, Math.round(one * scale)));
  delete canvas.dataset.hugs;
}
