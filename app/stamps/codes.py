"""The code on a stamp, version 1: epoch(5) | masked number(35) | tag(60) in Crockford base32."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 20
LINE_BITS = 35
LINE_END = 1 << LINE_BITS
RESERVED_EPOCH = 31
ROOT_BYTES = 32
SECRET_BYTES = 16

_TAG_BITS = 60
_TAG_MASK = (1 << _TAG_BITS) - 1
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
_PAIRS = tuple(high + low for high in ALPHABET for low in ALPHABET)
_SHIFTS = range(90, -1, -10)
# Python's own digits of base 32, which it reads in a quarter of the time of a loop.
_AS_DIGITS = str.maketrans(ALPHABET, "0123456789abcdefghijklmnopqrstuv")
_READ_AS = str.maketrans(
    {letter.lower(): letter for letter in ALPHABET}
    | {"O": "0", "o": "0", "I": "1", "i": "1", "L": "1", "l": "1", "-": ""},
)


@dataclass(frozen=True)
class Root:
    """The 32 secret bytes of one epoch, from which every key of its codes is derived."""

    epoch: int
    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not 0 <= self.epoch < RESERVED_EPOCH:
            raise ValueError("an epoch is a number from 0 to 30")
        if len(self.key) != ROOT_BYTES:
            raise ValueError("a root has 32 bytes")

    @cached_property
    def mask_key(self) -> bytes:
        return _derive(self.key, salt=b"epoch-enc", info=b"mask")

    @cached_property
    def check(self) -> bytes:
        return hmac.digest(self.key, b"ocop-root-check", "sha256")


@dataclass(frozen=True)
class BatchKeys:
    """The derived keys of one batch, so that many of its codes are made or checked quickly."""

    epoch: int
    mask_key: bytes = field(repr=False)
    mac_key: bytes = field(repr=False)

    @classmethod
    def of(cls, root: Root, batch_secret: bytes) -> "BatchKeys":
        if len(batch_secret) != SECRET_BYTES:
            raise ValueError("a batch secret has 16 bytes")
        return cls(root.epoch, root.mask_key, _derive(root.key, salt=batch_secret, info=b"mac"))

    def encode(self, number: int) -> str:
        """Return the 20 characters printed for a number of the line."""
        if not 0 <= number < LINE_END:
            raise ValueError("a number of the line has 35 bits")
        message = b"ocop-stamp-v1\0%c%b" % (self.epoch, number.to_bytes(8, "big"))
        tag = int.from_bytes(hmac.digest(self.mac_key, message, "sha256")[:8], "big") >> 4
        masked = number ^ _mask(self.mask_key, self.epoch, tag)
        bits = (self.epoch << LINE_BITS | masked) << _TAG_BITS | tag
        return "".join([_PAIRS[bits >> shift & 1023] for shift in _SHIFTS])

    def verify(self, parsed: "ParsedCode", number: int) -> bool:
        """Return whether these keys make exactly this code for the number, in constant time."""
        return hmac.compare_digest(self.encode(number), parsed.code)


@dataclass(frozen=True, slots=True)
class ParsedCode:
    """A well-formed code of which nothing is proven yet; `code` is its canonical spelling."""

    code: str
    epoch: int
    masked: int
    tag: int


def line(epoch: int, number: int) -> int:
    """Place a number of an epoch on the one 64-bit line of all stamps."""
    if not (0 <= epoch < RESERVED_EPOCH and 0 <= number < LINE_END):
        raise ValueError("no such place on the line")
    return epoch << LINE_BITS | number


def unline(place: int) -> tuple[int, int]:
    """Split a place on the line into its epoch and number."""
    return place >> LINE_BITS, place & (LINE_END - 1)


def root_check(root: Root) -> bytes:
    """Return the value kept in the database by which a wrong root is recognised at start."""
    return root.check


def encode(root: Root, batch_secret: bytes, number: int) -> str:
    """Return the code of one number; for many of one batch, `encode_many` derives keys once."""
    return BatchKeys.of(root, batch_secret).encode(number)


def encode_many(root: Root, batch_secret: bytes, *, first: int, count: int) -> Iterator[str]:
    """Yield the codes of `count` consecutive numbers beginning with `first`."""
    if first < 0 or count < 0 or first + count > LINE_END:
        raise ValueError("the run leaves the line of its epoch")
    return map(BatchKeys.of(root, batch_secret).encode, range(first, first + count))


def parse(text: str) -> ParsedCode | None:
    """Read a code as people type it: any case, `-` and white space ignored, O is 0, I and L are 1.

    Anything else, any other length and the reserved epoch give None; no text raises.
    """
    code = "".join(text.split()).translate(_READ_AS)
    if len(code) != LENGTH:
        return None
    if code.strip(ALPHABET):
        return None
    bits = int(code.translate(_AS_DIGITS), 32)
    epoch = bits >> (LINE_BITS + _TAG_BITS)
    if epoch == RESERVED_EPOCH:
        return None
    return ParsedCode(code, epoch, bits >> _TAG_BITS & (LINE_END - 1), bits & _TAG_MASK)


def number_of(parsed: ParsedCode, root: Root) -> int:
    """Unmask the number a code claims, for finding its batch; only `verify` proves the claim."""
    if parsed.epoch != root.epoch:
        raise ValueError("the code belongs to another epoch than the root")
    return parsed.masked ^ _mask(root.mask_key, parsed.epoch, parsed.tag)


def verify(parsed: ParsedCode, root: Root, batch_secret: bytes, number: int) -> bool:
    """Return whether the code is the genuine one of this number in the batch of this secret."""
    return _keys_of(root, batch_secret).verify(parsed, number)


# The batches that are looked up; a process that holds a root may hold what derives from it.
@lru_cache(maxsize=4096)
def _keys_of(root: Root, batch_secret: bytes) -> BatchKeys:
    return BatchKeys.of(root, batch_secret)


def grouped(code: str) -> str:
    """Write a code as it is printed for people: groups of five."""
    return "-".join(groups(code))


def groups(code: str) -> tuple[str, ...]:
    """Cut a code into its groups of five characters."""
    return tuple(code[start : start + 5] for start in range(0, LENGTH, 5))


def neighbours(text: str) -> Iterator[str]:
    """Yield the codes one typing fault away: one character replaced, or two adjacent swapped.

    A character that no code has (such as U) must be the fault itself, so then only its place is
    tried; a text with two of them, or of another length than 20, has no neighbours.
    """
    code = "".join(text.split()).translate(_READ_AS)
    if len(code) != LENGTH:
        return
    foreign = [place for place, letter in enumerate(code) if letter not in _VALUES]
    if len(foreign) > 1:
        return
    for place in foreign or range(LENGTH):
        for letter in ALPHABET:
            if letter != code[place]:
                yield code[:place] + letter + code[place + 1 :]
    if not foreign:
        for place in range(LENGTH - 1):
            left, right = code[place], code[place + 1]
            if left != right:
                yield code[:place] + right + left + code[place + 2 :]


def _derive(key: bytes, *, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(key)


def _mask(mask_key: bytes, epoch: int, tag: int) -> int:
    message = b"ocop-mask-v1\0%c%b" % (epoch, tag.to_bytes(8, "big"))
    return int.from_bytes(hmac.digest(mask_key, message, "sha256")[:5], "big") >> 5
