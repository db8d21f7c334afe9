// The inspectors' screens.
import { frame } from "./frame.js";
import { begin } from "./view_begin.js";
import { check } from "./view_check.js";
import { conflict } from "./view_conflict.js";
import { findings } from "./view_found.js";
import { item } from "./view_item.js";
import { list } from "./view_list.js";
import { me as person } from "./view_me.js";
import { outbox as waiting } from "./view_outbox.js";
import { review } from "./view_review.js";
import { measures, users } from "./view_seen.js";
import { arrival, ending, visit } from "./view_visit.js";

const outbox = () => waiting(item);
const me = () => person("", [["/office", "to_office"], ["/account", "my_account"]]);
const SCREENS = { "": list, visit, held: arrival, check, found: findings, measures, users, end: ending, review, conflict, begin, outbox, me };

frame({
  title: "field",
  screen: (name, given) => (SCREENS[name] || list)(...given),
  bar: [["", "visits"], ["begin", "begin_short"], ["outbox", "outbox_short"]],
});
