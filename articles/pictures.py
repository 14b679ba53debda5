"""Pictures as we store them: checked by content, re-encoded, without what a camera wrote in."""

import hashlib
import io
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from PIL import Image, ImageOps

MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 40_000_000
MASTER_WIDTH = 2400  # pixels; wider pictures are made smaller once, at upload
WIDTHS = (720, 1440)  # the smaller copies offered to narrower screens
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF")


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture ready to be stored. `content_hash` is that of the bytes as they came."""

    content_hash: str
    width: int
    height: int
    copies: dict[int, bytes]  # width in pixels → WebP; the widest is the master


def prepare(data: bytes) -> Picture:
    """Check and encode an upload. Raises ValidationError with a sentence for what is no picture."""
    if len(data) > MAX_BYTES:
        raise ValidationError(f"This picture has more than {MAX_BYTES // 1024 // 1024} MB.")
    image = _opened(data)
    image.thumbnail((MASTER_WIDTH, MASTER_WIDTH * 2))
    widths = [width for width in WIDTHS if width < image.width]
    copies = {width: _webp(_narrowed(image, width)) for width in widths}
    copies[image.width] = _webp(image)
    return Picture(hashlib.sha256(data).hexdigest(), image.width, image.height, copies)


def _opened(data: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValidationError(
                    f"This picture has more than {MAX_PIXELS // 10**6} megapixels."
                )
            turned = ImageOps.exif_transpose(image)
            has_alpha = turned.mode in {"RGBA", "LA", "PA"} or "transparency" in turned.info
            return turned.convert("RGBA" if has_alpha else "RGB")
    except ValidationError:
        raise
    except Exception:  # a damaged file makes the decoders raise a dozen kinds, struct.error say
        kinds = ", ".join(FORMATS)
        raise ValidationError(f"This file is no picture that we can read ({kinds}).") from None


def _narrowed(image: Image.Image, width: int) -> Image.Image:
    return image.resize((width, max(1, round(image.height * width / image.width))))


def _webp(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()
