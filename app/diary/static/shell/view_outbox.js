// What waits, what was sent and what needs fixing: never more than is true.
import { band, button, fill, h, icon, link, refresh, say, state as sign, trouble } from "./dom.js";
import { held } from "./held.js";
import { discard } from "./outbox.js";
import { FILE, HOME } from "./own.js";
import { read, save } from "./backup.js";
import { off, run, status } from "./sync.js";
import { t, when } from "./words.js";

const FEW = 20;
const LOW = 50e6;
export const SIGN_IN = `/sign-in?after=${encodeURIComponent(`${HOME}#/outbox`)}`;

const MARKS = { waiting: ["neutral", "◷"], sent: ["good", "✓"], fixing: ["bad", "✕"] };

// How far an entry has come; what the server has is sent.
export const mark = (pending) => sign(...MARKS[pending ?? "sent"], t(`is_${pending ?? "sent"}`));

export const wrongClock = () =>
  off() ? band("warn", h("p", {}, t("clock_off", { minutes: Math.abs(off()) }))) : "";

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

export async function tell(done, key) {
  try {
    await done;
    say(t(key));
  } catch (fault) {
    say(trouble(fault));
  }
  refresh();
}

// Asked beside the thing itself; nothing covers the screen.
export function discarding(one) {
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

const section = (title, items, drawn) => items.length > 0 &&
  [h("h2", {}, `${title} (${items.length})`), h("ul", { class: "stack" }, items.map(drawn))];

async function toFile() {
  const url = URL.createObjectURL(await save());
  h("a", { href: url, download: `${FILE[0]}-${new Date().toISOString().slice(0, 10)}.${FILE[1]}` }).click();
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
export function warnings() {
  const box = h("div", {});
  const warn = (text) => box.append(band("warn", h("p", {}, text)));
  box.append(wrongClock());
  if (held.counts.others) warn(t("others_wait", { count: held.counts.others }));
  navigator.storage?.estimate?.().then(({ quota, usage }) => quota - usage < LOW && warn(t("room_low")));
  return box;
}

// `item(record)` draws one.
export function outbox(item) {
  const by = (state) => held.items.filter((one) => one.state === state);
  const [fixing, waiting, sent] = [by("fixing"), by("waiting"), by("sent")];
  const file = h("input", { type: "file", class: "sr", onchange: fromFile });
  return { title: t("outbox"), section: "outbox", nodes: [
    sending(), warnings(),
    !fixing.length && !waiting.length && h("p", { class: "said" }, h("span", { "aria-hidden": "true" }, "✓ "), t("all_sent")),
    section(t("needs_fixing"), fixing, item), section(t("waiting"), waiting, item),
    waiting.length > 0 && button(t("send_now"), () => run(), "", "up"),
    section(t("sent_lately"), sent.slice(-FEW).reverse(), item),
    h("h2", {}, t("safe_copy")), h("p", { class: "small" }, t("safe_copy_more")),
    h("div", { class: "pair" }, button(t("to_file"), toFile, "quiet", "down"),
      h("label", { class: "button quiet" }, icon("up"), t("from_file"), file)),
  ] };
}
