// The first screen: which lot, the last entry again, and a tile for each stage.
import { band, h, icon, link, refresh, to } from "./dom.js";
import { row, select } from "./form.js";
import { choose, currentLot, entriesOf, farm, farms, findLot, held, keyOf, lastOf, productOf, remember, stageOf, stagesOf, told, writable } from "./held.js";
import { mark, wrongClock } from "./view_outbox.js";
import { named, t, when } from "./words.js";

const FEW = 3;
const DAY = 864e5;

export const spoken = (lot, one) =>
  told(lot, one).map(([label, text, bare]) => (bare ? `${label} ${text}` : text)).join(" · ");

// Whose farm, where somebody keeps the diary of several.
export function farmPicker() {
  if (farms().length < 2) return null;
  const picker = select(farms().map((one) => [one.id, one.name]), farm().id, { id: "farm" });
  picker.addEventListener("change", () => {
    remember("farm", picker.value);
    picker.blur();
    refresh();
  });
  return row(t("farm"), picker, { inline: true });
}

function lotPicker(lot) {
  const open = writable();
  if (open.length < 2)
    return h("p", { class: "picked" }, h("b", {}, lot.number), ` · ${productOf(lot).name}`);
  const options = open.map((one) => [keyOf(one), `${one.number} · ${productOf(one).name}`]);
  const picker = select(options, keyOf(lot), { id: "lot" });
  picker.addEventListener("change", () => {
    choose(findLot(picker.value));
    picker.blur();
    refresh();
  });
  return row(t("lot"), picker, { inline: true });
}

function repeat(lot) {
  const last = lastOf(lot);
  const stage = last && stageOf(lot, last);
  if (!stage?.code) return null;
  return h("a", { class: "again", href: to("again", keyOf(lot), last.id) }, icon("again"),
    h("span", {}, h("b", {}, t("again_named", { name: named(stage) })),
      h("span", { class: "small" }, spoken(lot, last) || when(last.performed_at))));
}

// What the server remarked of what it took from here today, such as a harvest too early.
const warned = (lot) => entriesOf(lot)
  .flatMap((one) => held.items.find(({ id }) => id === one.id && Date.now() - Date.parse(one.performed_at) < DAY)?.warnings ?? [])
  .slice(0, 2).map((text) => band("warn", h("p", {}, text)));

const tile = (lot) => (stage) =>
  h("li", {}, link(to("write", keyOf(lot), stage.code), h("span", {}, named(stage)), null, stage.kind));

const line = (lot) => (one) =>
  h("li", {}, h("a", { href: to("lot", keyOf(lot)) }, icon(one.kind),
    h("span", {}, h("b", {}, named(stageOf(lot, one))), h("span", { class: "small" },
      when(one.performed_at), spoken(lot, one) && ` · ${spoken(lot, one)}`)), mark(one.pending)));

export function today() {
  const lot = currentLot();
  const start = { title: t("what_done"), section: "" };
  if (!lot)
    return { ...start, nodes: [farmPicker(), h("p", { class: "empty" }, t("no_open_lot")),
      link(to("new-lot"), t("new_lot"), "button", "plus")] };
  const stages = stagesOf(lot);
  const last = entriesOf(lot).filter((one) => !one.replaced).slice(0, FEW);
  return { ...start, nodes: [
    wrongClock(), farmPicker(), lotPicker(lot),
    lot.standing && band("warn", h("p", {}, t(`standing_${lot.standing}`))),
    warned(lot), repeat(lot),
    h("ul", { class: `tiles${stages.length > 6 ? " many" : ""}` }, stages.map(tile(lot))),
    last.length > 0 && [h("h2", {}, t("last_entries")), h("ul", { class: "lines" }, last.map(line(lot)))],
  ] };
}
