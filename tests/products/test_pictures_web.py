import hashlib
import os
from io import BytesIO
from pathlib import Path

import pytest
from httpx import Response
from PIL import Image, PngImagePlugin

from app.config import Settings
from app.kit.db import Database
from app.products.models import Product
from tests import make
from tests.client import Client
from tests.conftest import Cast, Visit

pytestmark = pytest.mark.on("sqlite")


@pytest.fixture
def product(database: Database, cast: Cast) -> Product:
    with database.begin() as db:
        return make.product(db, of=cast.entity, picture=False)


def photo(width: int = 1600, height: int = 1200, form: str = "JPEG") -> bytes:
    # No two photos of the tests are the same, as stored files are named by their content.
    picture = Image.frombytes("RGB", (8, 6), os.urandom(144)).resize((width, height))
    out = BytesIO()
    picture.save(out, form)
    return out.getvalue()


def send(client: Client, product: Product, content: bytes, name: str = "a.jpg") -> Response:
    path = f"/api/v1/products/{product.id}/pictures"
    return client.post(path, files={"picture": (name, content, "image/jpeg")})


def stored(settings: Settings) -> set[Path]:
    return {path for path in settings.files.rglob("*") if path.is_file()}


def test_a_picture_is_kept_in_its_sizes_and_served_for_good(
    visit: Visit, cast: Cast, product: Product
) -> None:
    sent = send(visit(api=cast.officer), product, photo())
    assert sent.status_code == 201, sent.text
    out = sent.json()
    assert (out["width"], out["height"]) == (1280, 960)
    assert set(out["webp"]) == {"160", "320", "640", "1280"}
    assert set(out["jpeg"]) == {"640", "1280"}
    public = visit()
    for form, sizes in (("WEBP", out["webp"]), ("JPEG", out["jpeg"])):
        for width, path in sizes.items():
            got = public.get(path)
            assert (got.status_code, got.headers["content-type"]) == (200, f"image/{form.lower()}")
            assert got.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert got.headers["x-content-type-options"] == "nosniff"
            picture = Image.open(BytesIO(got.content))
            assert (picture.format, picture.width) == (form, int(width))
    master = public.get(out["webp"]["1280"]).content
    assert hashlib.sha256(master).hexdigest() in out["webp"]["160"]
    head = public.head(out["webp"]["160"])
    assert (head.status_code, head.content) == (200, b"")


def test_a_small_picture_is_never_made_larger(visit: Visit, cast: Cast, product: Product) -> None:
    out = send(visit(api=cast.officer), product, photo(200, 150, "PNG"), "a.png").json()
    assert set(out["webp"]) == {"160", "320"}
    served = visit().get(out["webp"]["320"]).content
    assert Image.open(BytesIO(served)).width == 200


def test_an_officer_adds_a_picture_and_others_may_not(
    visit: Visit, cast: Cast, product: Product
) -> None:
    assert send(visit(api=cast.owner), product, photo()).status_code == 403
    assert send(visit(api=cast.colleague), product, photo()).status_code == 403
    assert send(visit(api=cast.inspector), product, photo()).status_code == 403
    assert send(visit(api=cast.outsider), product, photo()).status_code == 404
    assert send(visit(), product, photo()).status_code == 401


def hostile() -> dict[str, bytes]:
    note = PngImagePlugin.PngInfo()
    note.add_text("a", "b" * 100)
    bomb = BytesIO()
    Image.new("1", (8000, 5000)).save(bomb, "PNG", pnginfo=note)
    moving = BytesIO()
    frames = [Image.new("L", (20, 20), shade) for shade in (0, 255)]
    frames[0].save(moving, "PNG", save_all=True, append_images=frames[1:])
    gif = BytesIO()
    Image.new("L", (20, 20)).save(gif, "GIF")
    return {
        "of 40 megapixels": bomb.getvalue(),
        "a page named as a picture": b"<html><script>alert(1)</script></html>",
        "an SVG named as a picture": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "a GIF named as a picture": gif.getvalue(),
        "cut short": photo()[:3000],
        "moving": moving.getvalue(),
        "over 8 MB": b"\xff\xd8\xff" + bytes(8 * 1024 * 1024),
        "empty": b"",
    }


@pytest.mark.parametrize("fault", hostile())
def test_a_hostile_picture_leaves_nothing_behind(
    fault: str, visit: Visit, cast: Cast, product: Product, settings: Settings
) -> None:
    before = stored(settings)
    client = visit(api=cast.officer)
    answer = send(client, product, hostile()[fault])
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == ["picture"]
    assert client.get(f"/api/v1/products/{product.id}").json()["pictures"] == []
    assert stored(settings) == before


def test_a_refused_person_leaves_no_file_behind(
    visit: Visit, cast: Cast, product: Product, settings: Settings
) -> None:
    before = stored(settings)
    send(visit(api=cast.outsider), product, photo())
    assert stored(settings) == before


def test_a_request_without_a_picture_is_refused(visit: Visit, cast: Cast, product: Product) -> None:
    client = visit(api=cast.officer)
    path = f"/api/v1/products/{product.id}/pictures"
    assert client.post(path).status_code == 422
    assert client.post(path, data={"picture": "text"}).status_code == 422
    assert client.post(path, json={"picture": "x"}).status_code == 422


def test_a_body_over_the_limit_is_refused_before_it_is_read(
    visit: Visit, cast: Cast, product: Product
) -> None:
    answer = send(visit(api=cast.officer), product, bytes(13 * 1024 * 1024))
    assert answer.status_code == 413


def test_the_same_picture_is_added_once_and_removed_once(
    visit: Visit, cast: Cast, product: Product
) -> None:
    client, content = visit(api=cast.officer), photo()
    first = send(client, product, content)
    again = send(client, product, content)
    assert (again.status_code, again.json()["code"]) == (409, "products.picture_there")
    remove = f"/api/v1/products/{product.id}/pictures/{first.json()['id']}/remove"
    assert visit(api=cast.owner).post(remove).status_code == 403
    assert [client.post(remove).status_code for _ in range(2)] == [204, 404]
    assert client.get(f"/api/v1/products/{product.id}").json()["pictures"] == []
    assert send(client, product, content).status_code == 201


def test_a_product_has_a_limited_number_of_pictures(
    visit: Visit, cast: Cast, product: Product
) -> None:
    client = visit(api=cast.officer)
    codes = [send(client, product, photo(40, 30)).status_code for _ in range(13)]
    assert codes == [201] * 12 + [409]


@pytest.mark.parametrize(
    "name",
    [
        "a" * 64 + "-160.webp",
        "a" * 64 + "-161.webp",
        "a" * 64 + ".pdf",
        "a" * 64 + "-160.webp%00",
        "..%2f..%2fkeys.json",
        "%2e%2e/keys.json",
        "A" * 64 + "-160.webp",
    ],
)
def test_only_names_of_pictures_are_served(name: str, visit: Visit) -> None:
    assert visit().get(f"/pictures/{name}").status_code == 404


def test_other_stored_files_are_no_pictures(visit: Visit, settings: Settings) -> None:
    folder = settings.files / "bb"
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"{'b' * 64}.pdf", f"{'b' * 64}.jpg", f"{'b' * 64}.csv"]
    for name in names:
        (folder / name).write_bytes(b"secret")
        assert visit().get(f"/pictures/{name}").status_code == 404


def test_nothing_is_decoded_for_who_may_not_give_a_picture(
    visit: Visit, cast: Cast, product: Product
) -> None:
    broken = {"picture": ("a.jpg", b"no picture", "image/jpeg")}
    for person, status in ((cast.outsider, 404), (cast.owner, 403), (cast.officer, 422)):
        answer = visit(api=person).post(f"/api/v1/products/{product.id}/pictures", files=broken)
        assert answer.status_code == status
