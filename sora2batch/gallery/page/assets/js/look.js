// What a check saw in a clip that somebody should look at: a badge, a chip that shows only such cards, a fact.

// The reasons of all files of a job, each once; [name, reason].
function looksOf(result) {
  const looks = (result?.clips ?? []).flatMap((clip) => Object.entries(clip.look ?? {}));
  return [...new Map(looks.map((look) => [look.join("\n"), look])).values()];
}

function reasonsOf(card) {
  return card.looks.map(([, reason]) => reason).join("; ");
}

function lookBadge(card) {
  const [first, ...others] = card.looks;
  if (!first) return null;
  const more = others.length ? ` +${others.length}` : "";
  return make("span", { class: "badge look", title: `to look at: ${reasonsOf(card)}` }, drawIcon("look"), `${first[0]}${more}`);
}

function lookChip() {
  const { orphans, looks: isOn } = CHOICE.get();
  const amount = BATCH.cards.filter((card) => card.looks.length && (!card.isOrphan || card.change || orphans)).length;
  if (!amount && !isOn) return [];
  const click = () => {
    CHOICE.set({ looks: !isOn });
    document.querySelector("[data-chip=looks]")?.focus();
  };
  const settings = { type: "button", class: "chip look", "data-chip": "looks", "aria-pressed": isOn, title: "clips that a check saw something in" };
  return [make("button", { ...settings, on: { click } }, drawIcon("look"), `${NUMBERS.format(amount)} to look at`)];
}
