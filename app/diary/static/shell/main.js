// The diary's screens.
import { band, h, link } from "./dom.js";
import { frame } from "./frame.js";
import { farm, farms } from "./held.js";
import { again, correct, mend, write } from "./view_entry.js";
import { item } from "./view_item.js";
import { lot, lots, newLot } from "./view_lots.js";
import { me as person } from "./view_me.js";
import { outbox as waiting } from "./view_outbox.js";
import { elsewhere, stamps } from "./view_stamps.js";
import { today } from "./view_today.js";
import { t } from "./words.js";

const outbox = () => waiting(item);
const me = () => person(farms().map((one) => one.name).join(", "),
  [["/app/notices", "notices"], ["/app/products", "my_products"], ["/app/lookups", "lookups"], ["/account", "my_account"]]);
const SCREENS = { "": today, write, again, correct, mend, lots, lot, "new-lot": newLot, stamps, outbox, me };

function screen(name, given) {
  const wanted = new URLSearchParams(location.search).get("from");
  if (wanted?.startsWith("/app/") && !location.hash) return elsewhere(wanted);
  if (!farms().length)
    return { title: t("diary"), nodes: [h("p", { class: "empty" }, t("no_farm")), link("/app/today", t("to_pages"), "button")] };
  const drawn = (SCREENS[name] ?? today)(...given);
  if (farm().practice) drawn.nodes.unshift(band("warn", `▲ ${t("practice")}: ${t("practice_more")}`));
  return drawn;
}

frame({ title: "diary", screen, bar: [["", "today"], ["lots", "lots_short"], ["stamps", "stamps"], ["outbox", "outbox_short"]] });
