// Who is signed in on this phone and for how long; the phone's own room and clock.
import { band, button, h, link, refresh, to } from "./dom.js";
import { held } from "./held.js";
import { counts } from "./outbox.js";
import { forget } from "./store.js";
import { day, t } from "./words.js";

let install = null;
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  install = event;
  refresh();
});

const installed = () => matchMedia("(display-mode: standalone)").matches;

function installing() {
  if (installed()) return null;
  const ask = async () => {
    await install.prompt();
    install = null;
    refresh();
  };
  return [h("h2", {}, t("install")), h("p", { class: "small" }, t("install_more")),
    install ? button(t("install_now"), ask, "", "down") : h("p", { class: "small" }, t("install_by_menu"))];
}

// Asked anew: another tab may have written something since.
async function leave(event) {
  event.preventDefault();
  const { waiting, fixing } = await counts();
  if (waiting + fixing) return refresh();
  await forget();
  return event.target.submit();
}

// `told` is who they are here, `links` lead to pages of the server's.
export function me(told, links) {
  const { reader } = held.state;
  const { waiting, fixing } = held.counts;
  const left = reader.signed_in_until;
  const room = h("div", {});
  navigator.storage?.persisted?.().then((safe) => !safe && room.append(h("p", { class: "small" }, t("not_persisted"))));
  return { title: t("me"), back: [""], nodes: [
    h("p", {}, h("b", {}, reader.name), h("br"), told),
    left && h("p", { class: "small" }, t("signed_in_until", { day: day(left) })), room,
    h("ul", { class: "lines" }, links.map(([href, key]) => h("li", {}, h("a", { href }, h("span", {}, t(key)))))),
    installing(),
    h("h2", {}, t("sign_out")),
    waiting + fixing > 0
      ? band("warn", h("p", {}, t("sign_out_blocked", { count: waiting + fixing })), link(to("outbox"), t("in_outbox"), "button quiet"))
      : h("form", { method: "post", action: "/sign-out", onsubmit: leave }, h("p", { class: "small" }, t("sign_out_more")), h("button", { class: "quiet" }, t("sign_out"))),
  ] };
}
