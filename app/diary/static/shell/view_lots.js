// Own lots: what each lacks, its diary of the last 90 days, and a new lot like the last one.
import { band, button, go, h, icon, link, say, state, to, trouble } from "./dom.js";
import { gather, number, numberOf, row, select, text } from "./form.js";
import { choose, entriesOf, farm, findLot, held, keyOf, load, lots as lotsOf, productOf, stageOf, told, unitLabel } from "./held.js";
import { addLot, discard } from "./outbox.js";
import { now } from "./sync.js";
import { mark } from "./view_outbox.js";
import { farmPicker } from "./view_today.js";
import { day, figure, local, named, t, when } from "./words.js";

const DAY = 86400e3;

function standing(lot) {
  if (lot.standing) return state(lot.standing === "recall" ? "bad" : "warn", "▲", t(`standing_${lot.standing}`));
  if (lot.pending) return mark(lot.pending);
  if (lot.state !== "open") return state("neutral", "●", t(`lot_${lot.state}`));
  return lot.missing.length
    ? state("warn", "○", t("lacks", { count: lot.missing.length }))
    : state("good", "✓", t("complete"));
}

const card = (lot) => h("li", {}, h("a", { href: to("lot", keyOf(lot)) },
  h("span", {}, h("b", {}, lot.number), ` · ${lot.material || productOf(lot).name}`,
    h("span", { class: "small" }, [lot.production_date && day(lot.production_date),
      lot.quantity && `${figure(lot.quantity)} ${unitLabel(lot.unit)}`].filter(Boolean).join(" · ")),
    standing(lot))));

export function lots() {
  const own = lotsOf();
  return { title: t("lots"), section: "lots", nodes: [
    farmPicker(),
    own.length > 0 && link(to("new-lot", keyOf(own[0])), t("new_lot_like", { number: own[0].number }), "button", "again"),
    link(to("new-lot"), t("new_lot"), own.length ? "button quiet" : "button", "plus"),
    own.length ? h("ul", { class: "lines" }, own.map(card)) : h("p", { class: "empty" }, t("no_lot")),
  ] };
}

function photos(one) {
  if (!one.photos?.length) return null;
  if (one.pending) return h("p", { class: "small" }, icon("camera"), t("photos_count", { count: one.photos.length }));
  return h("div", { class: "photos" }, one.photos.map(({ url, sha256 }, at) => {
    const image = h("img", { src: `/photos/${sha256}-320.webp`, loading: "lazy", width: 72, height: 72,
      alt: t("photo_no", { number: at + 1 }) });
    image.addEventListener("error", () => image.replaceWith(h("span", { class: "small" }, t("photo_needs_network"))));
    return h("a", { href: url }, image);
  }));
}

function marks(one) {
  const said = [
    one.pending && mark(one.pending),
    one.amends && state("neutral", "↪", `${t("corrects")}${one.reason ? `: ${one.reason}` : ""}`),
    one.replaced && state("warn", "✎", t("was_corrected")),
    ["late", "needs_approval"].includes(one.late) && state("warn", "▲", t("recorded_late", { when: when(one.received_at) })),
    one.approval === "waiting" && state("warn", "◷", t("waits_for_approval")),
    one.approval === "refused" && state("bad", "✕", t("approval_refused")),
    one.erased && state("neutral", "∅", t("erased")),
  ];
  return said.filter(Boolean).map((each) => h("p", {}, each));
}

const entry = (lot) => (one) => {
  const way = one.pending && one.pending !== "sent" ? to("outbox") : to("correct", keyOf(lot), one.id);
  const lines = told(lot, one);
  return h("li", { id: `e-${one.id}` },
    h("p", { class: "what" }, icon(one.kind), named(stageOf(lot, one)), h("span", { class: "small" }, when(one.performed_at))),
    lines.length > 0 && h("dl", { class: one.replaced ? "past" : null }, lines.map(([label, value]) => h("div", {}, h("dt", {}, label), " ", h("dd", {}, value)))),
    one.note && h("p", { class: "note" }, one.note), photos(one), marks(one),
    one.recorder && h("p", { class: "small" }, t("recorded_by", { name: one.recorder })),
    !one.replaced && !one.erased && link(way, t(one.pending && one.pending !== "sent" ? "in_outbox" : "correct"), "change"));
};

export function lot(key) {
  const found = findLot(key);
  if (!found) return { title: t("not_here"), back: ["lots"], nodes: [h("p", { class: "empty" }, t("not_here_more"))] };
  const diary = entriesOf(found);
  const ready = found.id && !found.missing.length;
  const pick = () => {
    choose(found);
    go();
  };
  return { title: t("lot_named", { number: found.number }), section: "lots", back: ["lots"],
    above: found.material || productOf(found).name, nodes: [
      h("p", {}, standing(found)),
      found.problem && band("bad", h("p", {}, h("b", {}, found.problem.title)), h("p", {}, found.problem.detail), link(to("outbox"), t("in_outbox"))),
      found.missing.length > 0 && band("warn", h("p", {}, h("b", {}, t("before_stamps"))),
        h("ul", {}, found.missing.map(({ words }) => h("li", {}, words)))),
      found.state === "open" && button(t("write_entry"), pick, "", "other"),
      ready && link(to("stamps", found.id), t("activate"), "button quiet", "stamps"),
      h("h2", {}, t("diary_90")),
      diary.length ? h("ol", { class: "timeline" }, diary.map(entry(found))) : h("p", { class: "empty" }, t("no_entry")),
      found.id && h("p", {}, link(`/app/lots/${found.id}`, t("whole_lot"), "button quiet", "globe")),
    ] };
}

// The same shelf life again, from today.
function shelfLife(like, made) {
  if (!like?.expiry_date || !like.production_date) return "";
  const kept = new Date(like.expiry_date) - new Date(like.production_date);
  return new Date(new Date(made).getTime() + kept).toISOString().slice(0, 10);
}

async function undo(uid) {
  say(t((await discard(uid, true)) ? "undone" : "lot_sent_already"));
}

export function newLot(key) {
  const like = key && findLot(key);
  const products = held.state.products.filter((one) => one.entity_id === farm().id);
  const today = local(now()).slice(0, 10);
  const places = farm().facilities.map((one) => [one.id, one.name]);
  const units = held.state.units.map((one) => [one.code, one.label]);
  const asked = {
    product: select(products.map((one) => [one.id, one.name]), like?.product_id),
    made: text(today, { type: "date", max: new Date(Date.parse(today) + DAY).toISOString().slice(0, 10) }),
    until: text(shelfLife(like, today), { type: "date" }),
    quantity: number(like?.quantity),
    unit: select(units, like?.unit || "KGM", { "aria-label": t("unit") }),
    number: text("", { maxlength: 20, autocomplete: "off", autocapitalize: "characters" }),
    material: text(like?.material),
    place: select([["", t("no_place")], ...places], like?.facility_id),
  };
  asked.quantity.box = h("div", { class: "two" }, asked.quantity, asked.unit);
  asked.made.addEventListener("input", () => { if (like) asked.until.value = shelfLife(like, asked.made.value || today); });
  const rows = {
    made: row(t("made_on"), asked.made, { required: true }),
    until: row(t("use_by"), asked.until),
    quantity: row(t("quantity"), asked.quantity),
    number: row(t("lot_number"), asked.number, { hint: t("lot_number_hint") }),
  };
  const read = () => gather([
    [rows.made, () => {
      if (!asked.made.value) throw new Error(t("needed"));
      return asked.made.value;
    }],
    [rows.until, () => {
      if (asked.until.value && asked.until.value < asked.made.value) throw new Error(t("use_by_early"));
      return asked.until.value || null;
    }],
    [rows.quantity, () => numberOf(asked.quantity, { least: 0.001 })],
    [rows.number, () => {
      const bare = asked.number.value.trim();
      if (bare && !/^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}$/.test(bare)) throw new Error(t("bad_number"));
      return bare;
    }],
  ]);
  const submit = async (event) => {
    event.preventDefault();
    const found = read();
    if (!found) return;
    const [made, until, quantity, bare] = found;
    const given = { product_id: Number(asked.product.value), production_date: made, expiry_date: until, quantity,
      unit: quantity === null ? "" : asked.unit.value, material: asked.material.value.trim(),
      facility_id: asked.place.value ? Number(asked.place.value) : null, ...(bare ? { number: bare } : like?.id && { proposed: like.number }),
      ...(like?.product_id === Number(asked.product.value) && like.id && { like: like.id }) };
    let uid;
    try {
      uid = await addLot(given);
    } catch (fault) {
      return rows.made.refuse(trouble(fault));
    }
    await load();
    choose({ entity_id: farm().id, uid });
    say(t("lot_kept"), () => undo(uid));
    return go();
  };
  if (!products.length) return { title: t("new_lot"), section: "lots", back: ["lots"], nodes: [h("p", { class: "empty" }, t("no_product"))] };
  return { title: like ? t("new_lot_like", { number: like.number }) : t("new_lot"), section: "lots", still: true, back: ["lots"], nodes: [
    h("form", { novalidate: true, onsubmit: submit },
      row(t("product"), asked.product), rows.made, rows.until, rows.quantity,
      h("details", { open: !like }, h("summary", {}, icon("other"), t("more_to_say")), rows.number,
        row(t("lot_material"), asked.material, { hint: t("lot_material_hint") }), places.length > 0 && row(t("place"), asked.place)),
      h("p", { class: "save" }, h("button", {}, icon("tick"), t("open_lot"))))] };
}
