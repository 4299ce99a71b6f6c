"""Pictures and plans of the demo city, drawn by code: the same every time, a few hundredths of a second each."""

import colorsys
import io
import random
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

WIDE = (1200, 800)
INK = (40, 44, 52)
PAPER = (252, 251, 247)
Colour = tuple[int, int, int]


def facade(name: str, floors: int) -> bytes:
    """A tower against the sky, as JPEG."""
    dice = random.Random(f"{name} facade")  # noqa: S311 (a picture, not a secret)
    picture = _gradient(_shade(dice.uniform(0.52, 0.66), 0.4, 0.95), _shade(0.1, 0.12, 0.98))
    draw = ImageDraw.Draw(picture)
    _skyline(draw, dice)
    width = dice.randint(300, 480)
    left, top = (WIDE[0] - width) // 2, 760 - min(660, 90 + floors * 44)
    wall, glass = _shade(dice.random(), 0.18, 0.62), _shade(0.55, 0.35, 0.85)
    draw.rectangle((left, top, left + width, 760), fill=wall)
    draw.polygon(((left + width, top), (left + width + 60, top + 30), (left + width + 60, 760), (left + width, 760)),
                 fill=_darker(wall))  # fmt: skip
    storey, columns = (760 - top) / floors, dice.randint(6, 9)
    for floor in range(floors):
        for column in range(columns):
            x, y = left + 14 + column * (width - 20) / columns, top + floor * storey + storey * 0.22
            lit = (255, 231, 166) if dice.random() < 0.22 else glass
            draw.rectangle((x, y, x + (width - 20) / columns - 9, y + storey * 0.55), fill=lit)
    draw.rectangle((0, 760, *WIDE), fill=(92, 96, 100))
    draw.rectangle((left + width // 2 - 34, 716, left + width // 2 + 34, 760), fill=INK)
    draw.rectangle((left + width // 2 - 140, 680, left + width // 2 + 140, 714), fill=INK)
    _label(draw, (left + width // 2, 697), name, 22, PAPER)
    return _jpeg(picture)


def interior(name: str) -> bytes:
    """An office with a view, as JPEG."""
    dice = random.Random(f"{name} interior")  # noqa: S311 (a picture, not a secret)
    picture = Image.new("RGB", WIDE, _shade(dice.random(), 0.06, 0.93))
    draw = ImageDraw.Draw(picture)
    draw.polygon(((0, 800), (1200, 800), (930, 520), (270, 520)), fill=_shade(0.08, dice.uniform(0.2, 0.45), 0.66))
    draw.polygon(((0, 0), (1200, 0), (930, 170), (270, 170)), fill=(246, 246, 244))
    sky = _shade(0.56, 0.3, 0.97)
    for pane in range(4):
        left = 290 + pane * 158
        draw.rectangle((left, 200, left + 146, 470), fill=sky, outline=INK, width=4)
        for house in range(3):
            x, height = left + 8 + house * 46, dice.randint(40, 170)
            draw.rectangle((x, 468 - height, x + 38, 468), fill=_shade(0.6, 0.12, dice.uniform(0.55, 0.75)))
    for lamp in range(3):
        x = 420 + lamp * 180
        draw.line((x, 90, x, 168), fill=INK, width=3)
        draw.ellipse((x - 34, 160, x + 34, 188), fill=(255, 240, 200), outline=INK, width=2)
    wood, seat = _shade(0.07, 0.45, 0.72), _shade(dice.random(), 0.55, 0.6)
    for desk in range(3):
        x, y = 180 + desk * 310, 600 + (desk % 2) * 40
        draw.polygon(((x, y), (x + 230, y), (x + 260, y + 46), (x - 30, y + 46)), fill=wood)
        draw.rectangle((x + 70, y - 70, x + 170, y - 10), fill=INK)
        draw.rounded_rectangle((x + 80, y + 56, x + 160, y + 120), 16, fill=seat)
    return _jpeg(picture)


def plan(title: str, suites: Sequence[tuple[str, int]]) -> bytes:
    """A floor's plan with its suites, by name and square feet, on both sides of a corridor; as PNG."""
    picture = Image.new("RGB", (1200, 840), PAPER)
    draw = ImageDraw.Draw(picture)
    half = (len(suites) + 1) // 2
    for row, (top, bottom) in zip((suites[:half], suites[half:]), ((60, 360), (460, 760)), strict=True):
        left, total = 60.0, sum(sqft for _, sqft in row) or 1
        for name, sqft in row:
            right = left + 1080 * sqft / total
            draw.rectangle((left, top, right, bottom), outline=INK, width=7)
            door = bottom if top == 60 else top
            draw.line((left + 30, door, left + 84, door), fill=PAPER, width=9)
            draw.arc(
                (left - 24, door - 54, left + 84, door + 54), 270 if top == 60 else 0, 360 if top == 60 else 90, INK, 2
            )
            _label(draw, (round((left + right) / 2), (top + bottom) // 2 - 16), name, 26, INK)
            _label(draw, (round((left + right) / 2), (top + bottom) // 2 + 20), f"{sqft:,} sq ft", 20, (110, 110, 110))
            left = right
    draw.rectangle((60, 60, 1140, 760), outline=INK, width=11)
    for number in range(3):
        x = 510 + number * 62
        draw.rectangle((x, 378, x + 54, 442), outline=INK, width=4)
        draw.line((x, 378, x + 54, 442), fill=INK, width=2)
        draw.line((x, 442, x + 54, 378), fill=INK, width=2)
    _label(draw, (600, 800), title, 28, INK)
    written = io.BytesIO()
    picture.quantize(16).save(written, "PNG")
    return written.getvalue()


def logo(name: str) -> bytes:
    """The first letters of a company's name in a disc, as PNG."""
    dice = random.Random(f"{name} logo")  # noqa: S311 (a picture, not a secret)
    picture = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((4, 4, 396, 396), fill=_shade(dice.random(), 0.65, 0.5))
    _label(draw, (200, 200), "".join(word[0] for word in name.split()[:2]), 170, PAPER)
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def _skyline(draw: ImageDraw.ImageDraw, dice: random.Random) -> None:
    x = 0
    while x < WIDE[0]:
        width, height = dice.randint(60, 130), dice.randint(120, 380)
        draw.rectangle((x, 760 - height, x + width, 760), fill=_shade(0.6, 0.1, dice.uniform(0.7, 0.82)))
        x += width


def _label(draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, size: int, fill: Colour) -> None:
    draw.text(at, text, fill=fill, font=ImageFont.load_default(size), anchor="mm")


def _gradient(top: Colour, bottom: Colour) -> Image.Image:
    small = Image.new("RGB", (1, 2))
    small.putpixel((0, 0), top)
    small.putpixel((0, 1), bottom)
    return small.resize(WIDE, Image.Resampling.BILINEAR)


def _shade(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(hue, saturation, value))
    return red, green, blue


def _darker(colour: Colour) -> Colour:
    red, green, blue = (part * 3 // 4 for part in colour)
    return red, green, blue


def _jpeg(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=80)
    return written.getvalue()
