// What only a page from `report --serve` can do: save picks beside the manifest, and follow a run. A page that was
// opened from disk has nothing of it: there `picks` is null.

const SERVED = (() => {
  const place = document.getElementById("served");
  const told = place ? JSON.parse(place.textContent) : {};
  const listeners = new Set();
  return {
    picks: told.picks ?? null, // the picks file, seen from the manifest's folder
    gates: told.gates ?? [], // the picks files of the manifest that the server writes
    version: told.version ?? 0, // how far the batch had come when this page was made
    edition: told.edition ?? null, // which jobs it was made of
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    // Cards that have changed since; the batch knows already.
    announce(cards) {
      for (const listener of listeners) listener(cards);
    },
  };
})();
