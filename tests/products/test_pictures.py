import hashlib
import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from app.kit.errors import Invalid
from app.products.pictures import (
    MAX_BYTES,
    PictureMoves,
    PictureTooBig,
    PictureTooHeavy,
    PictureUnreadable,
    check_and_resize,
    check_photo,
)

ORIENTATION, GPS = 0x0112, 0x8825


def drawn(width: int, height: int, mode: str = "RGB") -> Image.Image:
    return Image.linear_gradient("L").resize((width, height)).convert(mode)


def saved(picture: Image.Image, form: str, **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def opened(raw: bytes) -> Image.Image:
    picture = Image.open(BytesIO(raw))
    picture.load()
    return picture


def png_header(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = b"IDAT" + zlib.compress(b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
        for body in (header, pixels, b"IEND")
    )


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_wide_picture_gets_every_size(form: str) -> None:
    checked = check_and_resize(saved(drawn(2000, 1000), form))
    sizes = [(one.format, one.slot, one.width, one.height) for one in checked.renditions]
    assert sizes == [
        ("webp", 1280, 1280, 640),
        ("webp", 640, 640, 320),
        ("webp", 320, 320, 160),
        ("webp", 160, 160, 80),
        ("jpeg", 1280, 1280, 640),
        ("jpeg", 640, 640, 320),
    ]
    for one in checked.renditions:
        again = opened(one.content)
        assert again.size == (one.width, one.height)
        assert one.media_type == f"image/{str(again.format).lower()}"


@pytest.mark.parametrize(
    ("width", "sizes"),
    [
        (100, [("webp", 160, 100), ("jpeg", 640, 100)]),
        (320, [("webp", 320, 320), ("webp", 160, 160), ("jpeg", 640, 320)]),
        (
            500,
            [("webp", 640, 500), ("webp", 320, 320), ("webp", 160, 160), ("jpeg", 640, 500)],
        ),
    ],
)
def test_a_small_picture_is_not_blown_up(width: int, sizes: list[tuple[str, int, int]]) -> None:
    checked = check_and_resize(saved(drawn(width, 90), "PNG"))
    assert [(one.format, one.slot, one.width) for one in checked.renditions] == sizes


def test_the_hash_names_the_stored_master() -> None:
    raw = saved(drawn(900, 600), "JPEG")
    checked = check_and_resize(raw)
    assert checked.sha256 == hashlib.sha256(checked.master.content).hexdigest()
    assert (checked.width, checked.height) == (900, 600)
    assert check_and_resize(raw) == checked


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_position_camera_and_comments_are_dropped_and_the_picture_stands_upright(
    form: str,
) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[0x010F] = "Maker of the phone"
    exif[GPS] = {1: "N", 2: (IFDRational(9), IFDRational(10), IFDRational(30))}
    more = {"comment": b"by hand"} if form == "JPEG" else {}
    raw = saved(drawn(400, 200), form, exif=exif, **more)
    assert opened(raw).getexif()[0x010F]
    for checked in (check_and_resize(raw), check_photo(raw)):
        assert (checked.width, checked.height) == (200, 400)
        for one in checked.renditions:
            again = opened(one.content)
            assert not dict(again.getexif())
            assert not {"exif", "xmp", "comment", "icc_profile"} & set(again.info)
            assert b"Maker of the phone" not in one.content
            assert b"by hand" not in one.content


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("empty", b""),
        ("text named .jpg", b"#!/bin/sh\nrm -rf /\n"),
        ("a page named .png", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        ("a GIF named .jpg", saved(drawn(9, 9), "GIF")),
        ("a BMP named .webp", saved(drawn(9, 9), "BMP")),
        ("a TIFF named .jpg", saved(drawn(9, 9), "TIFF")),
        ("an icon named .png", saved(drawn(64, 64), "ICO")),
        ("first bytes only", b"\xff\xd8\xff\xe0"),
        ("no pixels", png_header(0, 0)),
    ],
)
def test_a_mislabelled_file_is_refused_by_its_content(name: str, raw: bytes) -> None:
    for check in (check_and_resize, check_photo):
        with pytest.raises(PictureUnreadable) as refused:
            check(raw, field="picture")
        assert refused.value.field == "picture", name


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_truncated_picture_is_refused(form: str, part: float) -> None:
    raw = saved(Image.effect_noise((300, 300), 80).convert("RGB"), form)
    with pytest.raises(PictureUnreadable):
        check_and_resize(raw[: int(len(raw) * part)])


@pytest.mark.parametrize(
    ("width", "height"),
    [(8000, 5000), (24_001, 1000), (13_000, 1), (1, 13_000), (20_000, 20_000), (2**31 - 1, 2)],
)
def test_a_header_of_too_many_pixels_is_refused_before_decoding(width: int, height: int) -> None:
    raw = png_header(width, height)
    assert len(raw) < 100
    with pytest.raises(PictureTooBig):
        check_and_resize(raw)


def test_twenty_four_megapixels_are_accepted() -> None:
    checked = check_and_resize(saved(Image.new("L", (6000, 4000), 120), "JPEG"))
    assert (checked.width, checked.height) == (1280, 853)


def test_a_file_of_more_than_eight_megabytes_is_refused() -> None:
    raw = saved(drawn(20, 20), "JPEG")
    assert check_and_resize(raw + bytes(MAX_BYTES - len(raw))).width == 20
    with pytest.raises(PictureTooHeavy):
        check_and_resize(raw + bytes(MAX_BYTES + 1 - len(raw)))


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_an_animation_is_refused(form: str) -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "green", "blue")]
    raw = saved(frames[0], form, save_all=True, append_images=frames[1:], duration=100)
    with pytest.raises(PictureMoves):
        check_and_resize(raw)


def test_a_phone_jpeg_with_a_second_picture_behind_is_read_as_the_first() -> None:
    first, second = drawn(300, 200), drawn(30, 20)
    raw = saved(first, "MPO", save_all=True, append_images=[second])
    assert opened(raw).format == "MPO"
    assert check_photo(raw).width == 300


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"], ids=lambda mode: f"mode {mode}"
)
def test_every_way_of_storing_pixels_becomes_a_plain_picture(mode: str) -> None:
    form = "JPEG" if mode == "CMYK" else "PNG"
    source = Image.new("I;16", (50, 40), 0x8000) if mode == "I;16" else drawn(50, 40, mode)
    master = opened(check_photo(saved(source, form)).master.content)
    assert master.mode == "RGB"
    if mode == "I;16":
        assert master.getpixel((5, 5)) == pytest.approx((128, 128, 128), abs=2)


def test_what_is_transparent_is_shown_on_white() -> None:
    clear = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    master = opened(check_photo(saved(clear, "PNG")).master.content)
    assert master.getpixel((10, 10)) == pytest.approx((255, 255, 255), abs=2)


def test_a_diary_photo_fits_its_square_and_has_one_preview() -> None:
    tall = check_photo(saved(drawn(1500, 3000), "JPEG"))
    sizes = [(one.format, one.slot, one.width, one.height) for one in tall.renditions]
    assert sizes == [("jpeg", 1280, 640, 1280), ("webp", 320, 320, 640)]
    narrow = check_photo(saved(drawn(42, 5000), "PNG"))
    assert [(one.width, one.height) for one in narrow.renditions] == [(11, 1280), (11, 1280)]


WHOLE = [
    saved(drawn(60, 40), "JPEG", exif=Image.Exif()),
    saved(drawn(60, 40, "RGBA"), "PNG"),
    saved(drawn(60, 40), "WEBP"),
]


# Pillow only warns of broken metadata, and the picture is read all the same.
@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=300, deadline=None)
@given(st.sampled_from(WHOLE), st.data())
def test_bytes_gone_wrong_are_read_or_refused_and_nothing_else(
    whole: bytes, draws: st.DataObject
) -> None:
    raw = bytearray(whole)
    for _ in range(draws.draw(st.integers(1, 6))):
        raw[draws.draw(st.integers(0, len(raw) - 1))] = draws.draw(st.integers(0, 255))
    try:
        checked = check_photo(bytes(raw[: draws.draw(st.integers(1, len(raw)))]))
    except Invalid:
        return
    assert opened(checked.master.content).size == (checked.width, checked.height)
