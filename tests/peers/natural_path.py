"""The strong peer: the natural path written as well as one can with OpenCV and libvips.

    natural_path.py PHOTO --threads N      decodes, corrects, checks and encodes; prints JSON
    natural_path.py --pair BEFORE AFTER    only mean CIEDE2000 and SSIM of two pictures

Nothing here is slower than it need be: libvips streams decode and ICC in one pass; statistics,
lines and the tone's coefficients come from one copy of 2048 pixels; there is one warp; the tone is
a guided filter fitted on that copy and applied in strips with reused buffers; SSIM blurs four
fields in f32 strips; moments of blocks are area averages of strips; CIEDE2000 is one libvips pass
into a histogram. It checks what the product checks: structure at one megapixel and at full size,
noise, colour shifts, lines, clipping, edges, sharpness, SSIM, MS-SSIM and CIEDE2000. It leaves out
what it cannot do cheaply (chroma in linear light, extended XMP), which costs it nothing.
"""

import argparse
import os
import sys

from stages import Stages


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("photo", nargs="?")
    parser.add_argument("--probe", action="store_true", help="only whether the modules are here")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--pair", nargs=2)
    parser.add_argument("--out")
    return parser.parse_args()


ARGUMENTS = arguments()
# libvips reads it once, on import.
os.environ["VIPS_CONCURRENCY"] = str(ARGUMENTS.threads)

try:
    import cv2
    import numpy as np
    import pyvips
except ImportError as missing:
    print(f"MISSING {missing.name}: pip install numpy opencv-python 'pyvips[binary]'")
    sys.exit(3)

cv2.setNumThreads(ARGUMENTS.threads)
pyvips.cache_set_max(0)

LONG_EDGE = 2048
STRIP = 64


def vips(pixels):
    """A view, not a copy."""
    height, width, bands = pixels.shape
    deep = pixels.dtype == np.uint16
    image = pyvips.Image.new_from_memory(
        pixels.data, width, height, bands, "ushort" if deep else "uchar"
    )
    return image.copy(interpretation="rgb16" if deep else "srgb")


def strips(height, rows=STRIP):
    return ((top, min(top + rows, height)) for top in range(0, height, rows))


# --- decode ---------------------------------------------------------------------------------------


def decode(path):
    image = pyvips.Image.new_from_file(path, access="sequential")
    metadata = {
        name: image.get(name)
        for name in ("exif-data", "xmp-data", "iptc-data")
        if image.get_typeof(name)
    }
    deep = image.format == "ushort"
    if image.get_typeof("icc-profile-data"):
        image = image.icc_transform("srgb", embedded=True, depth=16 if deep else 8)
    return image.autorot().numpy(), metadata


# --- measure --------------------------------------------------------------------------------------


def measure(rgb):
    small = vips(rgb).resize(LONG_EDGE / max(rgb.shape[:2])).numpy()
    if small.dtype == np.uint16:
        small = cv2.convertScaleAbs(small, alpha=1 / 257)
    tiny = cv2.resize(small, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    gray = cv2.cvtColor(tiny, cv2.COLOR_RGB2GRAY)
    counts = np.cumsum(cv2.calcHist([gray], [0], None, [256], [0, 256]).ravel())
    percentile = lambda share: float(np.searchsorted(counts, share * counts[-1])) / 255
    light = (tiny.reshape(-1, 3) / np.float32(255)) ** np.float32(2.2)
    low, high = light.min(axis=1), light.max(axis=1)
    useful = light[(high < 0.93) & (high > 0.015) & (high - low < 0.55 * high)]
    grey = (np.mean(useful.astype(np.float64) ** 6, axis=0)) ** (1 / 6) if len(useful) else np.ones(3)
    return {
        "small": small,
        "median": percentile(0.5),
        "p995": percentile(0.995),
        "deep": float(counts[51] / counts[-1]),
        "grey": grey / (grey @ [0.2126, 0.7152, 0.0722]),
        "slope": slope(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)),
    }


def slope(gray):
    """dx/dy of the picture's uprights as a + b x, x from the middle, from LSD's segments."""
    height, width = gray.shape
    lines = cv2.createLineSegmentDetector().detect(gray)[0]
    if lines is None:
        return 0.0, 0.0
    lines = lines.reshape(-1, 4)
    run, rise = lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]
    length = np.hypot(run, rise)
    upright = (np.abs(run) < 0.15 * np.abs(rise)) & (length > 0.02 * width)
    if upright.sum() < 12:
        return 0.0, 0.0
    x = (lines[upright, 0] + lines[upright, 2]) / 2 - width / 2
    s, weight = run[upright] / rise[upright], length[upright]
    a = b = 0.0
    for _ in range(8):
        near = weight / (1 + ((s - a - b * x) / 0.01) ** 2)
        design = np.stack([np.ones_like(x), x], axis=1)
        a, b = np.linalg.lstsq(design * near[:, None] ** 0.5, s * near**0.5, rcond=None)[0]
    return float(np.clip(a, -0.1, 0.1)), float(np.clip(b, -1e-4, 1e-4))


# --- straighten -----------------------------------------------------------------------------------


def straighten(rgb, measured):
    a, b = measured["slope"]
    if abs(a) < 2e-3 and abs(b) < 1e-6:
        return rgb
    height, width = rgb.shape[:2]
    b *= LONG_EDGE / max(height, width)
    cos, sin = np.cos(np.arctan(a)), np.sin(np.arctan(a))
    turn = np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
    keystone = np.array([[1, 0, 0], [0, 1, 0], [0, -b, 1]])
    inward = turn @ keystone
    scale = crop(inward, width, height)
    out = int(width * scale), int(height * scale)
    place = lambda w, h: np.array([[1, 0, w / 2 - 0.5], [0, 1, h / 2 - 0.5], [0, 0, 1]])
    matrix = place(width, height) @ inward @ np.linalg.inv(place(*out))
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cv2.warpPerspective(rgb, matrix, out, flags=flags, borderMode=cv2.BORDER_REPLICATE)


def crop(inward, width, height):
    corners = np.array([[x, y, 1] for x in (-0.5, 0.5) for y in (-0.5, 0.5)]) * [width, height, 1]
    low, high = 0.5, 1.0
    for _ in range(24):
        middle = (low + high) / 2
        at = inward @ (corners * [middle, middle, 1]).T
        fits = np.all(np.abs(at[:2] / at[2]).max(axis=1) <= [width / 2, height / 2])
        low, high = (middle, high) if fits else (low, middle)
    return low


# --- correct --------------------------------------------------------------------------------------


def correct(rgb, measured):
    """The same tone step: a guided base layer from 2048 pixels chooses one gain for each pixel."""
    height, width, _ = rgb.shape
    deep = rgb.dtype == np.uint16
    top = 65535 if deep else 255
    a, b = coefficients(rgb)
    table, limit = tables(measured, top)
    wanted = np.clip(1 / measured["grey"], 0.88, 1.12) ** 0.7
    balance = (wanted / (wanted @ [0.2126, 0.7152, 0.0722])) ** (1 / 2.4)
    balanced = np.clip(np.arange(256)[None, :, None] * balance[None, None, :] + 0.5, 0, 255)
    balanced = balanced.astype(np.uint8)
    result = np.empty_like(rgb)
    across = cv2.resize(a, (width, a.shape[0])), cv2.resize(b, (width, b.shape[0]))
    three = np.empty((STRIP, width, 3), np.float32)
    level, grays = np.empty((STRIP, width, 3), rgb.dtype), np.empty((STRIP, width), rgb.dtype)
    steps = np.empty((STRIP, width), np.uint16)
    fields = [np.empty((STRIP, width), np.float32) for _ in range(5)]
    for y0, y1 in strips(height):
        base, offset, luma, gain, most = (field[: y1 - y0] for field in fields)
        strip = rgb[y0:y1]
        if not deep:
            strip = cv2.LUT(strip, balanced, dst=level[: y1 - y0])
        gray = cv2.cvtColor(strip, cv2.COLOR_RGB2GRAY, dst=grays[: y1 - y0])
        np.multiply(gray, np.float32(1 / top), out=luma)
        rows(across[0], y0, y1, height, base)
        rows(across[1], y0, y1, height, offset)
        cv2.multiply(base, luma, dst=base)
        cv2.add(base, offset, dst=base)
        index = cv2.multiply(base, 65535.0, dst=steps[: y1 - y0], dtype=cv2.CV_16U)
        cv2.LUT(index, table, dst=gain)
        cv2.LUT(gray, limit, dst=most)
        cv2.min(gain, most, dst=gain)
        factors = [gain] * 3
        if deep:
            factors = [cv2.multiply(gain, float(share)) for share in balance]
        merged = cv2.merge(factors, dst=three[: y1 - y0])
        cv2.multiply(strip, merged, dst=result[y0:y1], dtype=cv2.CV_16U if deep else cv2.CV_8U)
    return result


def coefficients(rgb):
    small = vips(rgb).resize(LONG_EDGE / max(rgb.shape[:2]), kernel="linear").numpy()
    top = np.float32(65535 if small.dtype == np.uint16 else 255)
    luma = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32) / top
    box = lambda plane: cv2.boxFilter(plane, cv2.CV_32F, (49, 49))
    mean = box(luma)
    variance = np.maximum(cv2.sqrBoxFilter(luma, cv2.CV_32F, (49, 49)) - mean * mean, 0)
    a = variance / (variance + np.float32(0.005))
    return box(a), box(mean * (1 - a))


def rows(coarse, y0, y1, height, out):
    """Full-size rows by linear interpolation between coarse ones."""
    count = coarse.shape[0]
    at = np.clip((np.arange(y0, y1) + 0.5) * count / height - 0.5, 0, count - 1)
    for row, place in zip(out, at):
        upper = min(int(place), count - 2)
        share = place - upper
        cv2.addWeighted(coarse[upper], 1 - share, coarse[upper + 1], share, 0, dst=row.reshape(-1, 1))


def tables(measured, top):
    """Encoded gain over the base layer, and the gain at which a pixel of some luma nears white."""
    ev = float(np.clip(0.6 * 2.2 * np.log2(0.5 / max(measured["median"], 0.02)), 0, 1.1))
    lift = 0.75 * float(np.clip((measured["deep"] - 0.06) / 0.32, 0, 1))
    luma = np.linspace(0, 1, 65536)
    shadows = np.clip((0.52 - luma) / 0.4, 0, 1)
    highlights = np.clip((luma - 0.62) / 0.26, 0, 1) * np.clip((1 - luma) / 0.12, 0, 1)
    stops = ev * (1 - luma**2) + lift * shadows - 0.22 * highlights
    levels = np.arange(1, top + 2) / (top + 1)
    limit = (1 - (1 - levels) ** 2.2) / levels
    return (2 ** (stops / 2.2)).astype(np.float32), limit.astype(np.float32)


# --- check ----------------------------------------------------------------------------------------


def eight(rgb):
    return cv2.convertScaleAbs(rgb, alpha=1 / 257) if rgb.dtype == np.uint16 else rgb


def similarity(before, after):
    """Mean SSIM (Gaussian 11 x 11, sigma 1.5), that of its contrast alone, and SSIM at an eighth."""
    height, width = before.shape
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    blur = lambda field: cv2.GaussianBlur(field, (11, 11), 1.5)
    whole, contrasts, small = 0.0, 0.0, np.empty((height // 8, width // 8), np.float32)
    for y0, y1 in strips(height - height % 8, 128):
        top, bottom = max(y0 - 5, 0), min(y1 + 5, height)
        x, y = before[top:bottom].astype(np.float32), after[top:bottom].astype(np.float32)
        product, square = cv2.multiply(x, y), cv2.multiply(x, x)
        cv2.accumulateSquare(y, square)
        mx, my, mxy, mss = blur(x), blur(y), blur(product), blur(square)
        cv2.multiply(mx, my, dst=x)
        cv2.multiply(mx, mx, dst=y)
        cv2.accumulateSquare(my, y)
        cv2.subtract(mxy, x, dst=mxy)
        cv2.subtract(mss, y, dst=mss)
        contrast = cv2.divide(cv2.addWeighted(mxy, 2, mxy, 0, c2), cv2.add(mss, (c2, 0, 0, 0)))
        light = cv2.divide(cv2.addWeighted(x, 2, x, 0, c1), cv2.add(y, (c1, 0, 0, 0)))
        ssim = cv2.multiply(contrast, light)[y0 - top : y1 - top]
        whole += cv2.sumElems(ssim)[0]
        contrasts += cv2.sumElems(contrast[y0 - top : y1 - top])[0]
        small[y0 // 8 : y1 // 8] = cv2.resize(
            ssim[:, : width // 8 * 8], (width // 8, (y1 - y0) // 8), interpolation=cv2.INTER_AREA
        )
    pixels = (height - height % 8) * width
    return whole / pixels, contrasts / pixels, small


def scales(contrast, before, after):
    """MS-SSIM from the finest scale's contrast and four coarser scales."""
    product = contrast**0.0448
    for weight, last in ((0.2856, 0), (0.3001, 0), (0.2363, 0), (0.1333, 1)):
        size = before.shape[1] // 2, before.shape[0] // 2
        before, after = (cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in (before, after))
        whole, contrast, _ = similarity(before, after)
        product *= (whole if last else contrast) ** weight
    return product


def moments(before, after):
    """Means of both, of their squares and of their product over blocks of 8 x 8, in units of white."""
    height, width = (side // 8 for side in before.shape)
    found = np.empty((5, height, width), np.float32)
    for y0, y1 in strips(height, 16):
        cut = slice(y0 * 8, y1 * 8), slice(0, width * 8)
        x, y = (cv2.multiply(one[cut], 1 / 255, dtype=cv2.CV_32F) for one in (before, after))
        fields = x, y, cv2.multiply(x, x), cv2.multiply(y, y), cv2.multiply(x, y)
        for to, field in zip(found, fields):
            cv2.resize(field, (width, y1 - y0), dst=to[y0:y1], interpolation=cv2.INTER_AREA)
    return found


def fine(before, after):
    """Worst structure over areas of windows of 24 x 24, and worst noise over areas of flat blocks."""
    own = moments(before, after)
    mean = lambda field, side: cv2.boxFilter(field, -1, (side, side))
    spread = lambda x, y, xx, yy, xy: (np.maximum(xx - x * x, 0), np.maximum(yy - y * y, 0), xy - x * y)
    vx, vy, cov = spread(*(mean(field, 3) for field in own))
    active = (np.maximum(vx, vy) > 9e-4).astype(np.float32)
    term = (cov + 5e-5) / (np.sqrt(vx * vy) + 5e-5) * active
    share = mean(active, 8)
    structure = np.where(share > 0.25, mean(term, 8) / np.maximum(share, 1e-6), 1).min()
    vx, vy, cov = spread(*own)
    flat = (vx < 0.024**2).astype(np.float32)
    strange = mean(np.maximum(vy - cov * cov / np.maximum(vx, 1e-12), 0) * flat, 12)
    noise = np.where(mean(flat, 12) > 0.4, strange / (mean((vx + 2.25 / 255**2) * flat, 12) + 1e-9), 0).max()
    return float(structure), float(noise) ** 0.5


def colour_difference(before, after):
    """Mean and 95th percentile of CIEDE2000, to 0.05, in one pass."""
    counts = (vips(before).dE00(vips(after)) * 20 + 0.5).cast("ushort").hist_find().numpy().ravel()
    share = np.cumsum(counts) / counts.sum()
    return float(counts @ np.arange(len(counts)) / counts.sum() / 20), float(np.searchsorted(share, 0.95)) / 20


def edges(before, after):
    """Precision, recall and F1 of Canny edges within one pixel."""
    find = lambda gray: cv2.Canny(cv2.GaussianBlur(gray, (0, 0), 1.4), 40, 100, L2gradient=True)
    one, two = find(before), find(after)
    wide = np.ones((3, 3), np.uint8)
    hit = lambda a, b: cv2.countNonZero(cv2.bitwise_and(a, cv2.dilate(b, wide))) / max(cv2.countNonZero(a), 1)
    precision, recall = hit(two, one), hit(one, two)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def sharpness(before, after):
    """Median and 5th percentile of the Laplacian's variance, result over original, by 256 px."""
    height, width = before.shape
    ratios = []
    for y0, y1 in strips(height - height % 256, 256):
        pair = [cv2.Laplacian(gray[y0:y1], cv2.CV_16S) for gray in (before, after)]
        for x in range(0, width - 255, 256):
            one, two = (cv2.meanStdDev(field[:, x : x + 256])[1][0, 0] for field in pair)
            ratios.append((two / max(one, 0.5)) ** 2)
    return np.percentile(ratios, [50, 5])


def clipping(before, after):
    """Shares of pixels newly at white in a channel, and newly black in all."""
    high = low = 0
    for y0, y1 in strips(len(before)):
        one, two = before[y0:y1].reshape(-1, 3), after[y0:y1].reshape(-1, 3)
        burnt = cv2.bitwise_and(cv2.compare(two, 255, cv2.CMP_EQ), cv2.compare(one, 250, cv2.CMP_LT))
        high += cv2.countNonZero(cv2.transform(burnt.reshape(y1 - y0, -1, 3), np.ones((1, 3))))
        low += cv2.countNonZero(cv2.inRange(two.reshape(y1 - y0, -1, 3), (0, 0, 0), (0, 0, 0)))
        low -= cv2.countNonZero(cv2.inRange(one.reshape(y1 - y0, -1, 3), (0, 0, 0), (5, 5, 5)))
    pixels = before.shape[0] * before.shape[1]
    return high / pixels, max(low, 0) / pixels


def terms(lab):
    """The twenty monomials of CIELAB up to the third degree."""
    l, a, b = (lab.reshape(-1, 3) / 100).T
    squares = [l * l, a * a, b * b, l * a, l * b, a * b]
    cubes = [square * one for square in squares[:3] for one in (l, a, b)] + [squares[3] * b]
    return np.stack([np.ones_like(l), l, a, b, *squares, *cubes], axis=1)


def look(one, two):
    """The picture's look as a cubic map of colours, fitted three times, less to what is far off."""
    known, wanted = terms(one.reshape(-1, 3)[::23]), two.reshape(-1, 3)[::23]
    weight = np.ones(len(known), np.float32)
    for _ in range(3):
        left = (known * weight[:, None]).T
        change = np.linalg.solve((left @ known).astype(np.float64) + 1e-6 * np.eye(20), left @ wanted)
        off = np.linalg.norm(known @ change.astype(np.float32) - wanted, axis=1) / 3
        weight = (1 + off * off) ** -2
    return change.astype(np.float32)


def tiles(before, after):
    """Worst tile of structure and of colour, drift of neutrals and the second worst turned line, on
    copies of one megapixel."""
    scale = (1e6 / (before.shape[0] * before.shape[1])) ** 0.5
    small = [vips(rgb).resize(scale, kernel="linear").numpy() for rgb in (before, after)]
    one, two = (cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2Lab) for rgb in small)
    box = lambda field: cv2.boxFilter(field, cv2.CV_32F, (24, 24))[12::24, 12::24]
    x, y = one[..., 0] / 100, two[..., 0] / 100
    mx, my = box(x), box(y)
    vx, vy = np.maximum(box(x * x) - mx * mx, 0), np.maximum(box(y * y) - my * my, 0)
    active = np.maximum(vx, vy) > 4e-4
    structure = (box(x * y) - mx * my + 5e-5) / (np.sqrt(vx * vy) + 5e-5)
    change, rest = look(one, two), np.empty_like(two)
    for y0, y1 in strips(len(one)):
        rest[y0:y1] = two[y0:y1] - (terms(one[y0:y1]) @ change).reshape(two[y0:y1].shape)
    shift = np.hypot(box(rest[..., 1]), box(rest[..., 2]))
    neutral = np.hypot(one[..., 1], one[..., 2]) < 6
    drift = np.hypot(*cv2.mean(rest, neutral.astype(np.uint8))[1:3])
    return float(structure[active].min(initial=1)), float(shift.max()), float(drift), turned(*small)


def turned(before, after):
    """Degrees by which the second worst of the long lines turned."""
    find = lambda rgb: cv2.createLineSegmentDetector().detect(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))[0]
    lines = [found.reshape(-1, 4) for found in map(find, (before, after)) if found is not None]
    if len(lines) < 2:
        return 0.0
    run = lambda line: line[:, 2:] - line[:, :2]
    long = lines[0][np.linalg.norm(run(lines[0]), axis=1) > 0.12 * min(before.shape[:2])]
    angle = lambda line: np.degrees(np.arctan2(*run(line).T[::-1]))
    places = lambda line: (line[:, :2] + line[:, 2:]) / 2
    away = np.linalg.norm(places(long)[:, None] - places(lines[1])[None], axis=2)
    if not away.size:
        return 0.0
    off = angle(long) - angle(lines[1])[away.argmin(axis=1)]
    off = np.abs((off + 90) % 180 - 90)[away.min(axis=1) < 6]
    return float(np.sort(off)[-2]) if len(off) > 1 else 0.0


# --- heat map, previews, file ---------------------------------------------------------------------


def webp(image, quality):
    return image.webpsave_buffer(Q=quality, effort=2, keep="none")


def heatmap(after, ssim):
    height, width = after.shape[:2]
    scale = 1024 / max(height, width)
    size = round(width * scale), round(height * scale)
    heat = cv2.convertScaleAbs(cv2.resize(ssim, size, interpolation=cv2.INTER_AREA), alpha=-255, beta=255)
    under = cv2.resize(after, size, interpolation=cv2.INTER_AREA)
    colours = cv2.cvtColor(cv2.applyColorMap(heat, cv2.COLORMAP_TURBO), cv2.COLOR_BGR2RGB)
    return webp(vips(cv2.addWeighted(under, 0.6, colours, 0.4, 0)), 80)


def previews(before, after):
    long_edge = max(before.shape[:2])
    shown = lambda rgb: vips(rgb).resize(LONG_EDGE / long_edge).copy_memory()
    small = shown(after)
    return [
        webp(shown(before), 82),
        webp(small, 82),
        webp(small.resize(640 / LONG_EDGE), 75),
    ]


def encode(rgb, metadata):
    image = vips(rgb).copy()
    for name, block in metadata.items():
        image.set_type(pyvips.GValue.blob_type, name, block)
    if rgb.dtype == np.uint16:
        return image.tiffsave_buffer(
            compression="deflate", predictor="horizontal", level=1, profile="srgb"
        )
    return image.jpegsave_buffer(Q=95, subsample_mode="off", profile="srgb")


# --- the whole path -------------------------------------------------------------------------------


def whole(path, out):
    stages = Stages()
    numbers = stages.numbers
    rgb, metadata = stages.run("decode", decode, path)
    measured = stages.run("measure", measure, rgb)
    before = stages.run("correct", straighten, rgb, measured)
    del rgb
    after = stages.run("correct", correct, before, measured)
    seen = stages.run("check", lambda: [eight(before), eight(after)])
    gray = stages.run("check", lambda: [cv2.cvtColor(one, cv2.COLOR_RGB2GRAY) for one in seen])
    numbers["ssim"], contrast, ssim = stages.run("check", similarity, *gray)
    numbers["ms_ssim"] = stages.run("check", scales, contrast, *gray)
    numbers["structure_fine"], numbers["noise"] = stages.run("check", fine, *gray)
    numbers["delta_e_mean"], numbers["delta_e_p95"] = stages.run("ciede2000", colour_difference, *seen)
    numbers["precision"], numbers["recall"], _ = stages.run("check", edges, *gray)
    numbers["sharpness"], _ = stages.run("check", sharpness, *gray)
    numbers["lost_highlights"], _ = stages.run("check", clipping, *seen)
    found = stages.run("check", tiles, *seen)
    numbers |= dict(zip(("structure", "tile_chroma", "neutral_drift", "line_angle"), found))
    del gray
    stages.run("encode", heatmap, seen[1], ssim)
    stages.run("encode", previews, *seen)
    del seen
    encoded = stages.run("encode", encode, after, metadata)
    numbers["roll_degrees"] = float(np.degrees(np.arctan(measured["slope"][0])))
    numbers["width"], numbers["height"] = after.shape[1], after.shape[0]
    if out:
        with open(out, "wb") as file:
            file.write(encoded)
    version = f"OpenCV {cv2.__version__}, libvips {pyvips.version(0)}.{pyvips.version(1)}"
    stages.report(version, len(encoded))


def pair(before, after):
    stages = Stages()
    seen = [cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB) for path in (before, after)]
    gray = [cv2.cvtColor(one, cv2.COLOR_RGB2GRAY) for one in seen]
    stages.numbers["ssim"], contrast, _ = stages.run("ssim", similarity, *gray)
    stages.numbers["ms_ssim"] = stages.run("ms_ssim", scales, contrast, *gray)
    mean, p95 = stages.run("ciede2000", colour_difference, *seen)
    stages.numbers |= {"delta_e_mean": mean, "delta_e_p95": p95}
    stages.report("pair", 0)


if __name__ == "__main__":
    if ARGUMENTS.probe:
        sys.exit(0)
    if ARGUMENTS.pair:
        pair(*ARGUMENTS.pair)
    else:
        whole(ARGUMENTS.photo, ARGUMENTS.out)
