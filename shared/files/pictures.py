"""Pictures: decoded whole, and shown as a new picture that holds nothing but what one sees."""

import io
import warnings

from PIL import Image, ImageCms, ImageOps

from shared.files.outcome import Checked
from shared.files.purposes import ContentType
from shared.files.rules import FileRejected

MOST_PIXELS = 50_000_000
"""Decoded, a picture of this size takes 200 MB; a few times that is what the functions have."""
SIZES = {"thumbnail": 320, "medium": 1280}
"""The longer side of each variant, in pixels."""

_FORMATS: dict[str, tuple[str, dict[str, object]]] = {
    "image/jpeg": ("JPEG", {"quality": 88, "optimize": True, "progressive": True}),
    "image/png": ("PNG", {"compress_level": 6}),
    "image/webp": ("WEBP", {"quality": 85, "method": 2}),
}
_OPAQUE = ("RGB", "L")


def checked_picture(content_type: ContentType, content: bytes, wants_variants: bool) -> Checked:
    """The picture without its metadata, upright, in sRGB, and its variants. Raises FileRejected."""
    picture = _decoded(content_type, content)
    variants = {name: _encoded(content_type, _smaller(picture, side)) for name, side in SIZES.items()}
    return Checked(
        _encoded(content_type, picture),
        is_copy=False,
        width=picture.width,
        height=picture.height,
        variants=variants if wants_variants else {},
    )


def _decoded(content_type: ContentType, content: bytes) -> Image.Image:
    kind, _ = _FORMATS[content_type]
    try:
        with warnings.catch_warnings():
            # We count the pixels ourselves, before any of them is decoded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(content), formats=[kind])
        if opened.width * opened.height > MOST_PIXELS:
            raise FileRejected(f"has more than {MOST_PIXELS:,} pixels")
        opened.load()
        return _plain(ImageOps.exif_transpose(_in_srgb(opened)), content_type)
    except FileRejected:
        raise
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 (Pillow's decoders raise errors of all kinds on bytes that were made to)
        raise FileRejected("cannot be decoded: it is damaged or cut short") from None


def _in_srgb(picture: Image.Image) -> Image.Image:
    """What a picture's own colours mean is lost with its profile, so they are converted first."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "CMYK"):
        return picture
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    if converted is None:
        return picture
    converted.info["exif"] = picture.info.get("exif", b"")
    return converted


def _plain(picture: Image.Image, content_type: ContentType) -> Image.Image:
    """The pixels alone, in a mode that every browser shows."""
    if content_type == "image/jpeg":
        plain = picture if picture.mode in _OPAQUE else picture.convert("RGB")
    elif picture.has_transparency_data:
        plain = picture.convert("RGBA")
    else:
        plain = picture if picture.mode in _OPAQUE else picture.convert("RGB")
    plain.info = {}
    return plain


def _smaller(picture: Image.Image, side: int) -> Image.Image:
    scale = side / max(picture.size)
    if scale >= 1:
        return picture
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _encoded(content_type: ContentType, picture: Image.Image) -> bytes:
    kind, options = _FORMATS[content_type]
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()
