// Stamps are activated on the server's own pages: this leads there, or says that it can't.
import { band, button, fill, h, icon, link, state } from "./dom.js";
import { keyOf, lots as lotsOf, productOf } from "./held.js";
import { farmPicker } from "./view_today.js";
import { day, t } from "./words.js";

const PATIENCE = 8000;
let reached = null;

// Whether our own server answers: the browser's word for it is not believed, nor a portal's.
async function reach() {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch("/healthz", { cache: "no-store", signal: stop.signal });
    return answer.ok && answer.headers.has("X-Request-Id");
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

const stopped = () => band("warn", h("p", {}, h("b", {}, t("not_activated"))), h("p", {}, t("not_activated_more")));

// Follow a link only where there is an answer at its end.
export function networked(anchor, told) {
  anchor.addEventListener("click", async (event) => {
    event.preventDefault();
    anchor.setAttribute("aria-busy", "true");
    reached = await reach();
    anchor.removeAttribute("aria-busy");
    if (reached) location.assign(anchor.href);
    else fill(told, stopped());
  });
  return anchor;
}

export function stamps(key) {
  const told = h("div", { role: "status" });
  const look = async () => {
    reached = await reach();
    fill(told, ...(reached ? [] : [stopped(), button(t("try_again"), look)]));
  };
  look();
  if (reached === false) told.append(stopped());
  const all = lotsOf().filter((one) => one.id && !one.standing);
  const ready = all.filter((one) => !one.missing.length && (!key || keyOf(one) === key));
  const wanting = all.filter((one) => one.missing.length && one.state === "open");
  const lot = (one) => h("li", {}, networked(link(`/app/activate?lot=${one.id}`, h("span", {}, h("b", {}, one.number), ` · ${productOf(one).name}`,
    h("span", { class: "small" }, one.production_date && day(one.production_date)), state("good", "✓", t("complete")))), told));
  return { title: t("activate"), section: "stamps", nodes: [
    h("p", { class: "small" }, icon("globe"), ` ${t("activation_needs_network")}`), told, farmPicker(),
    ready.length ? [h("h2", {}, t("for_which_lot")), h("ul", { class: "lines" }, ready.map(lot))] : h("p", { class: "empty" }, t("no_complete_lot")),
    wanting.length > 0 && h("details", {}, h("summary", {}, t("not_complete", { count: wanting.length })), h("ul", {},
      wanting.map((one) => h("li", {}, h("b", {}, one.number), h("ul", {}, one.missing.map(({ words }) => h("li", {}, words))))))),
    networked(link("/app/stamps", t("my_stamps"), "button quiet", "stamps"), told),
    networked(link("/app/spoiled", t("spoiled"), "button quiet", "cross"), told),
  ] };
}

// A page of the server's that was asked for without a network.
export function elsewhere(wanted) {
  const stamp = /^\/app\/(activate|stamps|spoiled)/.test(wanted);
  return { title: t("needs_network"), section: stamp ? "stamps" : "", nodes: [
    stamp ? stopped() : band("plain", h("p", {}, t("needs_network_more"))),
    link(wanted, t("try_again"), "button", "again"),
    link("#/", t("to_diary"), "button quiet", "other")] };
}
