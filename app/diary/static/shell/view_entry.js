// Writing an entry down: new, again, corrected, or mended before it is sent.
import { band, go, h, icon, say, trouble } from "./dom.js";
import { inputsField, photosField, valueField } from "./fields.js";
import { area, gather, row, select, text, tick } from "./form.js";
import { choose, entriesOf, farm, findLot, held, keyOf, ofLot, productOf, stageOf, stagesOf, writable } from "./held.js";
import { add, discard, edit } from "./outbox.js";
import { now as clock } from "./sync.js";
import { instant, local, named, t, when } from "./words.js";

const FEW = 3;
const RECEIVERS = ["trader", "shop", "consumer", "producer", "own", "destroyed"];

const gone = () => ({ title: t("not_here"), nodes: [h("p", { class: "empty" }, t("not_here_more"))] });

export function write(key, code) {
  const lot = findLot(key);
  const stage = lot && stagesOf(lot).find((one) => one.code === code);
  return stage ? form({ lot, stage, title: named(stage), from: {} }) : gone();
}

export function again(key, id) {
  const found = of(key, id);
  if (!found) return gone();
  const { note, photos, performed_at, reason, amends, ...from } = found.from;
  return form({ ...found, from, title: named(found.stage) });
}

export function correct(key, id) {
  const found = of(key, id);
  if (!found) return gone();
  const title = t("correct_named", { name: named(found.stage) });
  return form({ ...found, title, amends: id, told: t("correct_more"), from: { ...found.from, inputs: [], dispatch: null, reason: "" } });
}

export function mend(id) {
  const item = held.items.find((one) => one.id === id && one.kind === "entry");
  const lot = item && findLot(String(item.item.lot_id ?? item.item.lot_uid));
  if (!lot || item.state === "sent") return gone();
  const stage = stageOf(lot, item.item);
  return form({ lot, stage, item, title: named(stage), from: item.item, amends: item.item.amends });
}

function of(key, id) {
  const lot = findLot(key);
  const from = lot && entriesOf(lot).find((one) => one.id === id);
  return from && { lot, from, stage: stageOf(lot, from) };
}

// What is asked for only where somebody wants to say it.
function more(lot, stage, from, fresh) {
  const places = farm().facilities.filter((one) => one.location_code);
  const usual = places.find((one) => one.id === lot.facility_id)?.location_code ?? "";
  const at = text(from.performed_at ? local(from.performed_at) : "", { type: "datetime-local", max: local(clock() + 6e5) });
  const now = h("span", {}, from.performed_at ? when(from.performed_at) : t("now"));
  at.addEventListener("input", () => { now.textContent = at.value ? when(instant(at.value)) : t("now"); });
  const others = fresh ? writable().filter((one) => keyOf(one) !== keyOf(lot) &&
    stagesOf(one).some((each) => each.code === stage.code)) : [];
  const boxes = others.map((one) => [one, tick(`${one.number} · ${productOf(one).name}`, false)]);
  const performers = h("datalist", { id: "performers" }, [...new Set(held.state.entries
    .map((one) => one.performer).filter(Boolean))].map((value) => h("option", { value })));
  const parts = {
    note: area(from.note),
    performer: text(from.performer, { list: "performers", autocomplete: "off" }),
    place: select([["", t("no_place")], ...places.map((one) => [one.location_code, one.name])], from.location_code ?? usual),
    open: tick(t("buyers_read"), from.public ?? stage.public ?? true),
  };
  const time = row(t("when_done"), at, { hint: t("when_done_hint") });
  const node = [
    h("details", {}, h("summary", {}, icon("clock"), `${t("when_done")}: `, now), time),
    others.length > 0 && h("details", {}, h("summary", {}, icon("lots"), t("other_lots")), boxes.map(([, box]) => box)),
    h("details", { open: Boolean(from.note) }, h("summary", {}, icon("other"), t("more_to_say")),
      row(t("note"), parts.note), row(t("performer"), parts.performer, { hint: t("performer_hint") }), performers,
      places.length > 0 && row(t("place"), parts.place), parts.open),
  ];
  return {
    node,
    lots: () => [lot, ...boxes.filter(([, box]) => box.firstChild.checked).map(([one]) => one)],
    time,
    at: () => (at.value ? instant(at.value) : new Date(clock()).toISOString()),
    said: () => ({ note: parts.note.value.trim(), performer: parts.performer.value.trim(),
      location_code: parts.place.value, public: parts.open.firstChild.checked }),
  };
}

function form({ lot, stage, title, from, item, amends, told }) {
  // What the server does not tell of the former entry stays as it is unless it is said anew.
  const untold = amends && !item;
  const old = untold ? from.photos ?? [] : [];
  const keeping = old.length > 0 && tick(t("keep_photos"), true);
  const kept = () => (item ? item.photos.length : keeping && keeping.firstChild.checked ? old.length : 0);
  const asked = stage.fields.filter((one) => one.kind !== "lot");
  const values = asked.map((one) => valueField(lot, stage, one, from.values ?? {}));
  const [first, later] = few(asked, values);
  const fed = stage.fields.filter((one) => one.kind === "lot").map((one) => inputsField(lot, { ...one, required: one.required && !untold }, from.inputs));
  const receiver = stage.kind === "shipping" && select([...(untold ? [["", t("as_before")]] : []),
    ...RECEIVERS.map((kind) => [kind, t(`to_${kind}`)])], from.dispatch?.receiver_kind);
  const reason = amends && area(from.reason);
  const why = reason && row(t("reason"), reason, { required: true });
  const photos = photosField(stage.photos ?? 0, kept);
  const rest = more(lot, stage, from, !item && !amends);
  const read = () => gather([
    ...values.map((box) => [box, box.values]),
    ...fed.map((box) => [box, box.inputs]),
    ...(why ? [[why, () => needed(reason)]] : []),
    [photos, photos.photos],
    [rest.time, rest.at],
  ]);
  const submit = async (event) => {
    event.preventDefault();
    const found = read();
    if (!found) return;
    const at = found[found.length - 1];
    // Values that no field here shows came from elsewhere, and are kept.
    const unshown = Object.entries(from.values ?? {}).filter(([name]) =>
      (amends || item) && name !== "unit" && !asked.some((one) => one.name === name));
    const entry = { kind: stage.kind, stage: stage.code, performed_at: at, ...rest.said(),
      values: Object.assign(Object.fromEntries(unshown), ...found.slice(0, values.length)),
      ...(keeping && keeping.firstChild.checked && { kept_photos: old.map((one) => one.sha256) }),
      inputs: found.slice(values.length, values.length + fed.length).flat(),
      dispatch: null,
      amends: amends ?? null, reason: reason ? reason.value.trim() : "" };
    if (receiver) entry.dispatch = sentTo(entry, receiver.value, untold ? from.values : {});
    save.disabled = true;
    try {
      await keep(entry, await Promise.all(photos.photos()), { lot, item, lots: rest.lots(), stage });
    } catch (fault) {
      save.disabled = false;
      photos.refuse(trouble(fault));
    }
  };
  const save = h("button", {}, icon("tick"), t(amends ? "save_correction" : "save"));
  return {
    title, sign: stage.kind, section: "", still: true, back: amends ? ["lot", keyOf(lot)] : item ? ["outbox"] : [""],
    above: `${lot.number} · ${productOf(lot).name}`,
    nodes: [told && h("p", { class: "small" }, told), item?.problem && band("bad", h("p", {}, h("b", {}, item.problem.title)), h("p", {}, item.problem.detail)),
      h("form", { novalidate: true, onsubmit: submit }, why, first, receiver && row(t("receiver_kind"), receiver), fed,
        later.length > 0 && h("details", { open: later.some((one) => one.filled) }, h("summary", {}, icon("plus"), t("more_fields", { count: later.length })), later),
        keeping, photos, rest.node, h("p", { class: "save" }, save))],
  };
}

// Few fields stand open: those that are needed, and then the first.
function few(asked, boxes) {
  const open = asked.map((one, at) => one.required || at < FEW);
  return [boxes.filter((_, at) => open[at]), boxes.filter((_, at) => !open[at])];
}

function sentTo({ values, performed_at: at }, kind, before) {
  const { receiver, quantity, unit, document: paper } = values;
  const same = ["receiver", "quantity", "unit", "document"].every((name) => values[name] === before[name]);
  return receiver && (kind || !same) ? { receiver, receiver_kind: kind || "trader", quantity: quantity ?? null, unit: unit ?? "",
    sent_on: local(at).slice(0, 10), document: paper ?? "" } : null;
}

function needed(control) {
  if (!control.value.trim()) throw new Error(t("needed"));
  return control.value;
}

// Put the entry on disk, once for each lot, and say so with a way back.
async function keep(entry, photos, { lot, item, lots, stage }) {
  const name = named(stage);
  if (item) {
    await edit(item.id, { ...item.item, ...entry }, photos);
    say(t("mended", { name }));
    return go("outbox");
  }
  const ids = [];
  for (const one of lots) ids.push(await add({ ...entry, ...ofLot(one) }, photos));
  choose(lot);
  const numbers = lots.map((one) => one.number).join(", ");
  say(t(entry.amends ? "corrected" : "kept", { name, lots: numbers }), () => undo(ids, lots));
  return entry.amends ? go("lot", keyOf(lot)) : go();
}

// What the server has already is not taken back but corrected.
async function undo(ids, lots) {
  const gone = [];
  for (const id of ids) gone.push(await discard(id, true));
  const sent = gone.indexOf(false);
  if (sent < 0) return say(t("undone"));
  say(t("sent_already"));
  return go("correct", keyOf(lots[sent]), ids[sent]);
}
