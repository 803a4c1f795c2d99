// Commands to paste into a shell, and what the files in them are called.

// One word of a POSIX shell. What begins with a dash would be an option, and zsh looks up what begins with "=".
function shellWord(text) {
  return /^[\w@%+:,./][\w@%+=:,./-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

// A path as a word: the shell itself must see the tilde, and must not see an option.
function shellPath(path) {
  if (path === "~" || path === "~/") return path;
  if (path.startsWith("~/")) return `~/${shellWord(path.slice(2))}`;
  return shellWord(path.startsWith("-") ? `./${path}` : path);
}

const DOWNLOADS = "~/Downloads/"; // where browsers put files, unless they were told otherwise

// Named after the manifest, and of what a browser leaves in the name of a download.
function picksName() {
  const stem = BATCH.manifest.replace(/(.)\.[^.]*$/u, "$1");
  const safe = stem.replace(/[\p{C}"*/:<>?\\|~]/gu, "_").replace(/^[.\s]+/u, "_");
  return `${safe}${BATCH.simulated ? ".sim" : ""}.picks.yaml`;
}

// The folder from which the command works: that of a page on this disk, as far as its address tells it.
function pageFolder() {
  if (location.protocol !== "file:" || location.host) return null;
  try {
    return decodeURIComponent(location.pathname).replace(/[^/]*$/, "").replace(/(.)\/$/, "$1");
  } catch {
    return null;
  }
}

// Put the picks where the manifest looks for them, and go on; from the folder of the page, or of the manifest.
function runCommand(file, downloaded) {
  const folder = SERVED.picks === null && BATCH.folder ? `${BATCH.folder}/` : "";
  const run = ["sora2batch", "run", shellPath(folder + BATCH.manifest), ...(BATCH.simulated ? ["--simulate"] : [])].join(" ");
  return downloaded === null ? run : `${SERVED.picks === null ? "mv" : "cp"} ${shellPath(downloaded)} ${shellPath(folder + file)} && ${run}`;
}

// It works in the folder of the page; of a page that is served, in that of the manifest.
function promoteCommand(picks, settings = []) {
  const folder = SERVED.picks === null && BATCH.folder ? `${BATCH.folder}/` : "";
  const options = settings.flatMap((setting) => ["--set", shellWord(setting)]);
  const words = ["sora2batch", "promote", shellPath(folder + BATCH.manifest), ...(BATCH.simulated ? ["--simulate"] : []), "--picks", shellPath(picks), ...options, "-o", shellPath(`${folder}next.yaml`)];
  return words.join(" ");
}
