// One clock for many clips: where all of them should be just now, in seconds.

function makeClock() {
  let started = null; // the moment at which the clock stood at 0; null while it stands still
  let stood = 0;
  let length = 0.1;

  return {
    get runs() {
      return started !== null;
    },
    get length() {
      return length;
    },
    get at() {
      return started === null ? stood : ((performance.now() - started) / 1000) % length;
    },
    // The longest clip decides when all begin again.
    reach(seconds) {
      if (Number.isFinite(seconds) && seconds > length) {
        const at = this.at;
        length = seconds;
        this.seek(at);
      }
    },
    seek(seconds) {
      stood = Math.max(0, Math.min(seconds, length));
      if (started !== null) started = performance.now() - stood * 1000;
    },
    run() {
      started ??= performance.now() - stood * 1000;
    },
    stop() {
      stood = this.at;
      started = null;
    },
  };
}

const DRIFT = 0.15; // seconds; a seek disturbs more than a smaller gap does

// Bring one clip to where the clock says. A shorter clip waits at its end for the next round.
function followClock(video, clock) {
  clock.reach(video.duration);
  const end = Number.isFinite(video.duration) ? video.duration : 0;
  const target = Math.min(clock.at, Math.max(0, end - 0.05));
  const isOver = clock.at > end;
  if (Math.abs(video.currentTime - target) > (clock.runs && !isOver ? DRIFT : 0.02) && !video.seeking) video.currentTime = target;
  if (clock.runs && !isOver) {
    if (video.paused) video.play().catch(() => {});
  } else if (!video.paused) video.pause();
}
