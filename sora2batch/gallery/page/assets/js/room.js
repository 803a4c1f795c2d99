// How much room there is: what the window leaves for cards beside labels and titles.

const SIDE_WIDTH = 168;
const NARROW_SIDE_WIDTH = 92;
const TITLE_HEIGHT = 46;
const NARROW_AXES_HEIGHT = 38;
const SHORT = matchMedia("(max-height: 34rem)");

function roomOf(scroller) {
  return {
    width: scroller.clientWidth,
    height: Math.min(scroller.clientHeight, document.documentElement.clientHeight), // the bars of a telephone come and go
    sideWidth: NARROW.matches ? NARROW_SIDE_WIDTH : SIDE_WIDTH,
    titleHeight: titleHeight(),
  };
}

// On a narrow screen the axes stand under the name, and only while one chooses what is seen.
function titleHeight() {
  if (SECTIONS.all.length === 1) return 0;
  const isChoosing = document.getElementById("view-options")?.hasAttribute("data-open");
  return TITLE_HEIGHT + (NARROW.matches && isChoosing ? NARROW_AXES_HEIGHT : 0);
}

// How much of a part's top stays on the screen above its cards. Where there is little height its title does not.
function coveredBy(part) {
  return (SHORT.matches ? 0 : part.titleHeight) + part.headHeight;
}
