"""Pictures as they are stored, from real files made here."""

import hashlib
import io
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError
from hypothesis import example, given, settings, strategies as st
from PIL import Image

from articles import pictures
from articles.models import Asset
from articles.pictures import prepare
from articles.tests.newsroom import image, picture

ORIENTATION, GPS, MAKER = 0x0112, 0x8825, 0x010F


@pytest.fixture
def media(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def photograph(width: int = 60, height: int = 20, orientation: int = 6) -> bytes:
    """A JPEG as a telephone writes it: turned by a tag, with the place where it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = orientation, "Qxmaker"
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (52.0, 31.0, 12.0)
    return image(width, height, "JPEG", exif=exif)


def refusal(data: bytes) -> str:
    with pytest.raises(ValidationError) as fault:
        prepare(data)
    return str(fault.value.message)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF"])
def test_a_picture_of_any_usual_kind_becomes_webp(kind):
    ready = prepare(image(40, 30, kind))
    assert (ready.width, ready.height, list(ready.copies)) == (40, 30, [40])
    assert opened(ready.copies[40]).format == "WEBP"


def test_its_hash_is_that_of_the_file_as_it_came():
    data = image()
    assert prepare(data).content_hash == hashlib.sha256(data).hexdigest()


def test_a_turned_picture_is_stored_upright():
    ready = prepare(photograph(60, 20, orientation=6))
    assert (ready.width, ready.height) == (20, 60)
    assert opened(ready.copies[20]).size == (20, 60)


def test_nothing_that_a_camera_wrote_is_kept():
    data = photograph()
    assert opened(data).getexif().get_ifd(GPS)
    [stored] = prepare(data).copies.values()
    assert not opened(stored).getexif()
    assert b"Qxmaker" not in stored and b"EXIF" not in stored


def test_a_wide_picture_gets_narrower_copies():
    ready = prepare(image(1500, 300))
    sizes = {width: opened(data).size for width, data in ready.copies.items()}
    assert sizes == {720: (720, 144), 1440: (1440, 288), 1500: (1500, 300)}


def test_a_very_wide_picture_is_made_smaller_once():
    ready = prepare(image(3000, 600))
    assert (ready.width, ready.height, max(ready.copies)) == (2400, 480, 2400)


def test_a_picture_is_never_made_wider():
    assert list(prepare(image(720, 10)).copies) == [720]


@pytest.mark.parametrize("size", [(2000, 1), (1, 2000), (1, 1), (5000, 1)])
def test_a_picture_of_any_shape_is_taken(size):
    ready = prepare(image(*size))
    assert all(opened(data).height >= 1 for data in ready.copies.values())


def test_what_shines_through_goes_on_shining_through():
    data = io.BytesIO()
    Image.new("RGBA", (8, 8), (200, 0, 0, 0)).save(data, "PNG")
    assert opened(prepare(data.getvalue()).copies[8]).mode == "RGBA"


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "I;16", "LA"])
def test_a_picture_in_any_colours_is_taken(mode):
    data = io.BytesIO()
    Image.new(mode, (8, 8)).save(data, "TIFF")
    assert prepare(data.getvalue()).width == 8


def test_of_a_moving_picture_the_first_frame_is_kept():
    frames, data = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")], io.BytesIO()
    frames[0].save(data, "GIF", save_all=True, append_images=frames[1:])
    stored = opened(prepare(data.getvalue()).copies[8])
    assert not getattr(stored, "is_animated", False)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><svg/>",
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7 ",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        b"\x00" * 1000,
    ],
)
def test_what_is_no_picture_is_refused(data):
    assert refusal(data).startswith("This file is no picture that we can read (JPEG, PNG")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF"])
def test_a_picture_that_was_cut_off_is_refused(kind):
    data = image(200, 200, kind)
    assert "no picture" in refusal(data[: len(data) // 2])


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_unpacked():
    assert refusal(image(8000, 6000)) == "This picture has more than 40 megapixels."


def test_a_bomb_is_refused():
    data = bytearray(image(10, 10))
    data[16:24] = (60_000).to_bytes(4, "big") * 2  # the size that a PNG's head claims
    assert refusal(bytes(data))


def test_a_file_that_is_too_large_is_refused_unopened(monkeypatch):
    monkeypatch.setattr(pictures, "MAX_BYTES", 2 * 1024 * 1024)
    assert refusal(b"\xff" * (2 * 1024 * 1024 + 1)) == "This picture has more than 2 MB."


WHOLE = [image(9, 7, kind) for kind in ("JPEG", "PNG", "AVIF", "GIF", "TIFF")] + [photograph()]


# Damage that Pillow answers with struct.error and with TypeError.
@example(WHOLE[-1], 41, b"\x00")
@example(WHOLE[-1], 91, b"\x00")
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@settings(max_examples=150, deadline=None)
@given(st.sampled_from(WHOLE), st.integers(0, 400), st.binary(min_size=1, max_size=6))
def test_a_damaged_picture_is_taken_or_refused(data, place, damage):
    with suppress(ValidationError):
        assert prepare(data[:place] + damage + data[place + len(damage) :]).copies


# Stored


def test_all_that_srcset_names_is_on_disk(db, media):
    asset = picture(image(1500, 300))
    addresses = [part.split()[0] for part in asset.srcset.split(", ")]
    widths = [opened((media / url.removeprefix("/media/")).read_bytes()).width for url in addresses]
    assert [f"{width}w" for width in widths] == [p.split()[1] for p in asset.srcset.split(", ")]
    assert widths == [720, 1440, 1500]


def test_nothing_else_is_stored(db, media):
    picture(image(1500, 300))
    assert len([path for path in media.rglob("*") if path.is_file()]) == 3


def test_a_file_that_is_there_already_is_not_stored_twice(db, media):
    data = image(1500, 300)
    picture(data).delete()
    picture(data)
    assert len([path for path in media.rglob("*") if path.is_file()]) == 3


def test_a_browser_that_chooses_nothing_gets_the_narrowest(db, media):
    asset = picture(image(1500, 300))
    assert asset.small_url.endswith("-720.webp")
    assert picture(image(100, 100)).small_url.endswith(".webp")


def test_a_picture_is_named_by_what_it_holds(db, media):
    data = image()
    name = hashlib.sha256(data).hexdigest()
    assert picture(data).file.name == f"assets/{name[:2]}/{name}.webp"


def test_the_same_file_twice_is_refused_with_the_one_we_have(db, media):
    data = image()
    asset = picture(data)
    twin = Asset(file=ContentFile(data, name="again.png"), credit="Somebody")
    with pytest.raises(ValidationError) as fault:
        twin.full_clean(exclude=["width", "height", "content_hash"])
    assert fault.value.message_dict["file"] == [f"We have this picture already: {asset}."]


def test_the_database_refuses_the_same_file_too(db, media):
    data = image()
    picture(data)
    with pytest.raises(IntegrityError):
        picture(data)


def test_a_picture_needs_a_credit(db, media):
    with pytest.raises(IntegrityError, match="asset_has_credit"):
        picture(credit="")


def test_saving_a_picture_again_does_not_encode_it_again(db, media):
    asset = Asset.objects.get(pk=picture().pk)
    stored = (media / asset.file.name).stat().st_mtime_ns
    asset.credit = "Grid Ledger, 2026"
    asset.save()
    assert (media / asset.file.name).stat().st_mtime_ns == stored


def test_no_picture_is_no_asset(db, media):
    with pytest.raises(ValidationError):
        picture(b"<svg/>")
    assert not Asset.objects.exists() and not list(media.rglob("*.webp"))
