// The page begins.

try {
  const theme = localStorage.getItem("sora2batch:theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Then it is as the system says.
}
drawHead();
document.getElementById("head").append(...[markButtons(), gatesPlace()].filter(Boolean));
drawToolbar();
listenToKeys();
listenToPrint();
addEventListener("hashchange", () => location.reload());
