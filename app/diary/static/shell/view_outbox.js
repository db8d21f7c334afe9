// What waits, what was sent and what needs fixing: never more than is true.
import { band, button, fill, h, icon, link, refresh, say, to, trouble } from "./dom.js";
import { findLot, held, productOf, stageOf } from "./held.js";
import { discard, removePhoto, resend } from "./outbox.js";
import { read, save } from "./backup.js";
import { run, status } from "./sync.js";
import { mark, spoken, wrongClock } from "./view_today.js";
import { day, named, t, when } from "./words.js";

const FEW = 20;
const LOW = 50e6;
export const SIGN_IN = `/sign-in?after=${encodeURIComponent("/app/diary#/outbox")}`;

// What the phone is doing about it, in one line, and what somebody can do.
export function sending() {
  const { state, retryAt } = status();
  if (state === "signin")
    return band("warn", h("p", {}, h("b", {}, t("sign_in_needed"))), h("p", {}, t("sign_in_more")), link(SIGN_IN, t("sign_in"), "button"));
  if (state === "offline") return band("plain", h("p", {}, icon("offline"), ` ${t("no_network")}`));
  if (state === "sending") return band("plain", h("p", {}, icon("up"), ` ${t("sending")}`));
  if (state === "later") return band("plain", h("p", {}, icon("clock"), ` ${t("later", { when: when(retryAt) })}`));
  return null;
}

async function tell(done, key) {
  try {
    await done;
    say(t(key));
  } catch (fault) {
    say(trouble(fault));
  }
  refresh();
}

// Asked beside the thing itself; nothing covers the screen.
function discarding(one) {
  const box = h("div", {});
  const offer = () => fill(box, button(t("discard"), ask, "quiet", "cross"));
  const discarded = () => {
    offer();
    tell(discard(one.id), "discarded");
  };
  const ask = () => {
    fill(box, h("p", {}, h("b", {}, t(one.received ? "discard_photos_sure" : "discard_sure"))),
      h("div", { class: "pair" }, button(t("discard"), discarded, "danger"), button(t("keep"), offer)));
    box.querySelector("button").focus();
  };
  offer();
  return box;
}

function photo(one) {
  return (each, at) => {
    const name = t("photo_no", { number: at + 1 });
    const size = Math.round(each.size / 1024);
    const told = each.sent ? t("is_sent") : t("photo_waits", { size });
    const away = () => tell(removePhoto(one.id, each.sha256), "photo_removed");
    return h("li", {}, h("span", {}, `${name}: ${told}`), !each.sent && h("button", { type: "button", class: "quiet square", "aria-label": `${t("remove")}: ${name}`, onclick: away }, icon("cross")));
  };
}

function item(one) {
  const isLot = one.kind === "lot";
  const lot = findLot(String(isLot ? one.id : one.item.lot_id ?? one.item.lot_uid)) ?? (isLot && one.item);
  const name = isLot ? t("new_lot") : lot ? named(stageOf(lot, one.item)) : t(`kind_${one.item.kind}`);
  const about = isLot ? `${lot.number} · ${productOf(lot).name}` : lot ? [lot.number, spoken(lot, one.item)].filter(Boolean).join(" · ") : "";
  const open = one.state !== "sent";
  return h("li", { class: "card" },
    h("p", { class: "what" }, icon(isLot ? "lots" : one.item.kind), name, h("span", { class: "small" }, when(one.item.performed_at ?? one.at))),
    h("p", {}, about), h("p", {}, mark(one.state)),
    one.problem && band("bad", h("p", {}, h("b", {}, one.problem.title || trouble(one.problem))), h("p", {}, one.problem.detail)),
    one.warnings?.map((text) => band("warn", h("p", {}, text))),
    one.photos?.length > 0 && h("ul", { class: "stack" }, one.photos.map(photo(one))),
    open && h("div", { class: "pair" },
      !isLot && lot && link(to("mend", one.id), t("edit"), "button quiet", "other"),
      one.state === "fixing" && button(t("resend"), () => tell(resend(one.id), "resent"), "quiet", "up")),
    open && discarding(one));
}

const section = (title, items, drawn = item) => items.length > 0 &&
  [h("h2", {}, `${title} (${items.length})`), h("ul", { class: "stack" }, items.map(drawn))];

async function toFile() {
  const url = URL.createObjectURL(await save());
  h("a", { href: url, download: `nhat-ky-${new Date().toISOString().slice(0, 10)}.nhatky` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 6e4);
  say(t("saved_to_file"));
}

async function fromFile(event) {
  const [file] = event.target.files;
  event.target.value = "";
  if (!file) return;
  try {
    const { added, same } = await read(file);
    say(t("read_from_file", { added, same }));
  } catch (fault) {
    say(trouble(fault));
  }
  refresh();
}

// What may go wrong soon: the phone's clock and its room.
function warnings() {
  const box = h("div", {});
  const warn = (text) => box.append(band("warn", h("p", {}, text)));
  box.append(wrongClock());
  if (held.counts.others) warn(t("others_wait", { count: held.counts.others }));
  navigator.storage?.estimate?.().then(({ quota, usage }) => quota - usage < LOW && warn(t("room_low")));
  return box;
}

export function outbox() {
  const by = (state) => held.items.filter((one) => one.state === state);
  const [fixing, waiting, sent] = [by("fixing"), by("waiting"), by("sent")];
  const file = h("input", { type: "file", class: "sr", onchange: fromFile });
  return { title: t("outbox"), section: "outbox", nodes: [
    sending(), warnings(),
    !fixing.length && !waiting.length && h("p", { class: "said" }, h("span", { "aria-hidden": "true" }, "✓ "), t("all_sent")),
    section(t("needs_fixing"), fixing), section(t("waiting"), waiting),
    waiting.length > 0 && button(t("send_now"), () => run(), "", "up"),
    section(t("sent_lately"), sent.slice(-FEW).reverse()),
    h("h2", {}, t("safe_copy")), h("p", { class: "small" }, t("safe_copy_more")),
    h("div", { class: "pair" }, button(t("to_file"), toFile, "quiet", "down"),
      h("label", { class: "button quiet" }, icon("up"), t("from_file"), file)),
  ] };
}
