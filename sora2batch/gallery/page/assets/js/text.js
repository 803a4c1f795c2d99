// Numbers and words for people.

const NUMBERS = new Intl.NumberFormat("en-US");

function count(amount, noun) {
  return `${NUMBERS.format(amount)} ${noun}${amount === 1 ? "" : "s"}`;
}

function creditsText(amount) {
  return count(amount, "credit");
}

function secondsText(seconds) {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  const rest = Math.round(seconds % 60);
  return minutes < 60 ? `${minutes} min ${rest} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function bytesText(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  const steps = ["kB", "MB", "GB"];
  let amount = bytes / 1000;
  while (amount >= 1000 && steps.length > 1) {
    amount /= 1000;
    steps.shift();
  }
  return `${amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${steps[0]}`;
}

function momentText(timestamp) {
  return timestamp.replace("T", " ").replace("Z", " UTC");
}

function valueText(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}

// JSON holds a price, or nothing where nobody knows it.
function priceText(amount) {
  return amount ? creditsText(amount) : "price not known";
}

function starsText(rating) {
  return "★".repeat(rating) + "☆".repeat(5 - rating);
}
