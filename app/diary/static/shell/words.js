// Words, figures and times in the account's language. Times are Vietnam's, wherever the phone is.
const HOUR = 3600e3;
const ZONE = 7 * HOUR;
let table = {};
let figures = new Intl.NumberFormat("vi");
let language = "";

export async function speak(wanted) {
  if (wanted === language) return;
  const answer = await fetch(new URL(`words.${wanted}.json`, import.meta.url));
  table = await answer.json();
  language = wanted;
  figures = new Intl.NumberFormat(wanted, { maximumFractionDigits: 3 });
  document.documentElement.lang = wanted;
}

export const t = (key, given = {}) =>
  (table[key] ?? key).replace(/%\((\w+)\)s/g, (_, name) => given[name] ?? "");

export const named = (one) => (language === "en" && one.name_en) || one.name;
export const labelled = (one) => (language === "en" && one.label_en) || one.label;
export const figure = (value) => figures.format(value);

// What people write for a number: groups of three figures as their language has them, and a comma
// or a point before the fraction. What `figure` says is read as the number it was.
export function read(text) {
  const english = language === "en";
  const grouped = english ? /^-?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/ : /^-?[1-9]\d{0,2}(\.\d{3})+(,\d*)?$/;
  const bare = text.replace(/\s/g, "");
  const whole = grouped.test(bare) ? bare.split(english ? "," : ".").join("") : bare;
  const plain = whole.replace(",", ".");
  return /^-?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : NaN;
}

// "2026-11-22T07:30", as a field for a time holds it, and back.
export const local = (at) => new Date(new Date(at).getTime() + ZONE).toISOString().slice(0, 16);
export const instant = (text) => new Date(`${text}:00+07:00`).toISOString();

export function day(text) {
  const [year, month, date] = text.slice(0, 10).split("-");
  return `${date}/${month}/${year}`;
}

export function when(at, now = Date.now()) {
  const text = local(at);
  const hour = text.slice(11);
  if (text.slice(0, 10) === local(now).slice(0, 10)) return t("today_at", { hour });
  if (text.slice(0, 10) === local(now - 24 * HOUR).slice(0, 10)) return t("yesterday_at", { hour });
  return `${hour} ${day(text)}`;
}
