// One record of the diary among what waits and what was sent.
import { band, button, h, icon, link, to, trouble } from "./dom.js";
import { findLot, productOf, stageOf } from "./held.js";
import { removePhoto, resend } from "./outbox.js";
import { discarding, mark, tell } from "./view_outbox.js";
import { spoken } from "./view_today.js";
import { named, t, when } from "./words.js";

function photo(one) {
  return (each, at) => {
    const name = t("photo_no", { number: at + 1 });
    const size = Math.round(each.size / 1024);
    const told = each.sent ? t("is_sent") : t("photo_waits", { size });
    const away = () => tell(removePhoto(one.id, each.sha256), "photo_removed");
    return h("li", {}, h("span", {}, `${name}: ${told}`), !each.sent && h("button", { type: "button", class: "quiet square", "aria-label": `${t("remove")}: ${name}`, onclick: away }, icon("cross")));
  };
}

export function item(one) {
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
