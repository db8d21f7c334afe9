"""What axe finds wrong with a page; its dearest rule is only asked about what it has not seen."""

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

COLOURS = "color-contrast"
# On a phone the same page is laid out anew, and nothing stands there that a desk has not.
LAYOUT = (COLOURS, "target-size", "scrollable-region-focusable")
# What other words on the same page may spoil.
WORDS = (
    *("label", "button-name", "link-name", "select-name", "image-alt", "target-size"),
    *("document-title", "html-has-lang", "html-lang-valid", "valid-lang"),
)
# How letters stand on what lies behind them: axe's dearest rule is only asked about what is new.
MET = """() => {
  const styles = new Map();
  const style = (one) => styles.get(one) ?? styles.set(one, getComputedStyle(one)).get(one);
  const behind = new Map([[null, ""]]);
  const ground = (one) => {
    if (!behind.has(one)) {
      const { backgroundColor, backgroundImage, opacity, filter } = style(one);
      const own = [backgroundColor, backgroundImage, opacity, filter].join();
      const under = ground(one.parentElement);
      behind.set(one, own === "rgba(0, 0, 0, 0),none,1,none" ? under : `${under}|${own}`);
    }
    return behind.get(one);
  };
  const met = new Set();
  for (const one of document.body.querySelectorAll("*")) {
    const written = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!written && !one.matches("input, select, textarea")) continue;
    const { color, fontSize, fontWeight, textShadow } = style(one);
    const own = [color, fontSize, fontWeight, textShadow, one.matches(":disabled")];
    met.add([ground(one), ...own].join());
  }
  return [...met];
}"""


class Axe:
    """Axe in every page that this one goes to."""

    def __init__(self, page: Page) -> None:
        self.page, self.met = page, set[tuple[str, str]]()
        page.add_init_script(AXE_SCRIPT)

    def ask(self, where: str, only: tuple[str, ...] = ()) -> Iterator[str]:
        """Ask by some rules, or by all: at a place where other colours may hold than elsewhere."""
        options = _options(only, colours=COLOURS in (only or [COLOURS]) and self._new(where))
        for found in self.page.evaluate("(rules) => axe.run(rules)", options)["violations"]:
            yield f"{found['id']}: {'; '.join(node['html'][:120] for node in found['nodes'][:3])}"

    def _new(self, where: str) -> bool:
        before = len(self.met)
        self.met |= {(where, one) for one in self.page.evaluate(MET)}
        return len(self.met) > before


def _options(only: tuple[str, ...], *, colours: bool) -> dict[str, Any]:
    asked = {"resultTypes": ["violations"], "preload": False}
    if only:
        return asked | {"runOnly": [one for one in only if colours or one != COLOURS]}
    return asked | {"rules": {"target-size": {"enabled": True}, COLOURS: {"enabled": colours}}}
