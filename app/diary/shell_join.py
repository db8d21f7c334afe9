"""Puts the app's modules into one file: many small ones would be asked for one after another,
and pack worse by a third.

The modules stay what browsers run as they are, within these bounds: they import each other by
`import { a, b as c } from "./x.js"` or `import * as x from "./x.js"`, in no circle, and export
functions, classes and constants where these are declared.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

_IMPORT: Final = re.compile(
    r"^import (?:\{(?P<names>[^}]*)\} from |\* as (?P<whole>\w+) from )?"
    r'"\./(?P<module>\w+)\.js";\n',
    re.MULTILINE,
)
_EXPORT: Final = re.compile(
    r"^export (?=(?:async )?(?:function\*?|const|class) (?P<name>\w+))", re.MULTILINE
)
# Comments and indents are for who reads the source; phones pay for each byte.
_FOR_READERS: Final = re.compile(r"^[ \t]*(?://[^\n]*\n|\n)|^[ \t]+", re.MULTILINE)
# After these a line's end means nothing.
_GOES_ON: Final = re.compile(r"(?<=[;{,(])\n")
# Texts and patterns stay as they are; in all else the blanks around signs are for readers too.
_TEXT: Final = re.compile(
    r"""("(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`"""
    r"""|(?:(?<=[=,:&|?] )|(?<=[(!]))/(?:[^/\\[]|\\.|\[(?:[^]\\]|\\.)*\])+/)"""
)
_WITHIN_TEXT: Final = re.compile(r"\$\{[^}`]*`")
_BLANKS: Final = re.compile(r" ?([,;:?=<>*&|!(){}]+) ?")
_BESIDE: Final = re.compile(r"[;{,(][ \t]*//[^\n]*$", re.MULTILINE)
_LEFT: Final = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


class CannotJoin(Exception):
    """A module is written in a way that can't be joined."""


def joined(modules: Mapping[str, str], first: str) -> str:
    """Return one module that runs what `first` needs, then `first`; it exports all as `parts`."""
    order = {name: at for at, name in enumerate(dict.fromkeys(_in_order(modules, first, ())))}
    made = "".join(_wrapped(name, modules[name], order) for name in order)
    parts = ", ".join(f"{name}: ${at}" for name, at in order.items())
    return f"{made}export const parts = {{ {parts} }};\n"


def _in_order(modules: Mapping[str, str], name: str, above: tuple[str, ...]) -> Iterator[str]:
    """Yield what a module needs before the module itself."""
    if name in above or name not in modules:
        message = f"{' -> '.join((*above, name))} is a circle, or leads to nothing"
        raise CannotJoin(message)
    for match in _IMPORT.finditer(modules[name]):
        yield from _in_order(modules, match["module"], (*above, name))
    yield name


def _wrapped(name: str, source: str, order: Mapping[str, int]) -> str:
    """Return a module as a constant that holds what it exports; the rest of it stays inside."""
    exported = [match["name"] for match in _EXPORT.finditer(source)]

    def bound(match: re.Match[str]) -> str:
        return _bound(match, f"${order[match['module']]}")

    body = _EXPORT.sub("", _IMPORT.sub(bound, source))
    if left := _LEFT.search(body):
        message = f"{name}.js: {left[0]}"
        raise CannotJoin(message)
    held = f"{bare(body)}return {{ {', '.join(exported)} }};"
    return f"const ${order[name]} = (() => {{{held}}})();\n"


def bare(source: str) -> str:
    """Return a module without what only people read; no text in it may run over a line's end."""
    for line in source.splitlines():
        if line.count("`") % 2:
            message = f"a text runs over the end of: {line}"
            raise CannotJoin(message)
    found = _FOR_READERS.sub("", source)
    if beside := _BESIDE.search(found):
        message = f"a comment beside what goes on: {beside[0]}"
        raise CannotJoin(message)
    return _GOES_ON.sub("", "".join(map(_closed_up, found.splitlines(keepends=True))))


def _closed_up(line: str) -> str:
    # A text within a text is told from neither side.
    if _WITHIN_TEXT.search(line):
        return line
    parts = _TEXT.split(line)
    parts[::2] = [_BLANKS.sub(r"\1", part) for part in parts[::2]]
    return "".join(parts)


def _bound(match: re.Match[str], module: str) -> str:
    if match["whole"]:
        return f"const {match['whole']} = {module};\n"
    if match["names"]:
        return f"const {{{match['names'].replace(' as ', ': ')}}} = {module};\n"
    return ""
