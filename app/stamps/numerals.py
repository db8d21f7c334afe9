"""Whole numbers in words, as minutes write them beside the figure."""

from typing import Final

from app.kit.i18n import Language


def _words(text: str) -> list[str]:
    return text.split()


_DIGITS: Final = _words("không một hai ba bốn năm sáu bảy tám chín")
_GROUPS: Final = ("", "nghìn", "triệu")
_BILLION: Final = 10**9

_ONES: Final = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS: Final = _words("- - twenty thirty forty fifty sixty seventy eighty ninety")
_SCALES: Final = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_TEENS_END: Final = 20


def spelled(number: int, language: Language) -> str:
    """Return a whole number in words."""
    if number < 0:
        raise ValueError("only what can be counted is spelled")
    return vietnamese(number) if language == "vi" else english(number)


def vietnamese(number: int) -> str:
    """Return a number in Vietnamese words: 60.105 is sáu mươi nghìn một trăm linh năm."""
    if number == 0:
        return _DIGITS[0]
    billions, rest = divmod(number, _BILLION)
    words = [vietnamese(billions), "tỷ"] if billions else []
    for power in (2, 1, 0):
        group = rest // 1000**power % 1000
        if group:
            # What follows a group says its hundreds even where there are none.
            words += [_group(group, whole=bool(words)), _GROUPS[power]]
    return " ".join(filter(None, words))


def _group(number: int, *, whole: bool) -> str:
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = [_DIGITS[hundreds], "trăm"] if hundreds or whole else []
    if tens > 1:
        words += [_DIGITS[tens], "mươi"]
    elif tens:
        words.append("mười")
    elif ones and words:
        words.append("linh")
    if ones:
        words.append(_last(tens, ones))
    return " ".join(words)


def _last(tens: int, ones: int) -> str:
    five = 5
    if ones == 1 and tens > 1:
        return "mốt"
    return "lăm" if ones == five and tens else _DIGITS[ones]


def english(number: int) -> str:
    """Return a number in English words."""
    if number < _TEENS_END:
        return _ONES[number]
    if number < 100:  # noqa: PLR2004 - below, tens and ones are joined
        tens, ones = divmod(number, 10)
        return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")
    scale, name = next(one for one in _SCALES if number >= one[0])
    many, rest = divmod(number, scale)
    return f"{english(many)} {name}" + (f" {english(rest)}" if rest else "")
