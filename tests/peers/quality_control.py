"""Peers of the quality control: SSIM, CIEDE2000 and Canny of one pair of pictures.

    quality_control.py --peer opencv BEFORE AFTER --threads N    OpenCV and libvips, as in natural_path.py
    quality_control.py --peer skimage BEFORE AFTER --threads N   scikit-image, in strips of 256 rows

Neither does more than those three; ours does them and a dozen other measures. The pictures are
decoded before the clock starts, for them as for us.
"""

import argparse
import os
import sys

from stages import Stages, resident_bytes

PARSER = argparse.ArgumentParser()
PARSER.add_argument("--peer", choices=("opencv", "skimage"), default="opencv")
PARSER.add_argument("--probe", action="store_true", help="only whether the modules are here")
PARSER.add_argument("--threads", type=int, default=1)
PARSER.add_argument("pair", nargs="*")
ARGUMENTS = PARSER.parse_args()
os.environ["VIPS_CONCURRENCY"] = str(ARGUMENTS.threads)
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(ARGUMENTS.threads)

try:
    import cv2
    import numpy as np

    if ARGUMENTS.peer == "opencv":
        import pyvips
    else:
        import skimage
        from skimage.color import deltaE_ciede2000, rgb2lab
        from skimage.feature import canny
        from skimage.metrics import structural_similarity
except ImportError as missing:
    print(f"MISSING {missing.name}: pip install numpy opencv-python 'pyvips[binary]' scikit-image")
    sys.exit(3)

cv2.setNumThreads(ARGUMENTS.threads)


def agreement(one, two, dilate):
    """Precision and recall of edges within one pixel."""
    hit = lambda a, b: np.count_nonzero(a & dilate(b)) / max(np.count_nonzero(a), 1)
    return hit(two, one), hit(one, two)


# --- scikit-image ---------------------------------------------------------------------------------


def halves(height, halo, rows=256):
    """Strips: the rows to read, and which of them are the strip's own."""
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        first, last = max(top - halo, 0), min(bottom + halo, height)
        yield slice(first, last), slice(top - first, bottom - first)


def skimage_ssim(before, after):
    total = 0.0
    for read, own in halves(len(before), 5):
        _, values = structural_similarity(
            before[read].astype(np.float32),
            after[read].astype(np.float32),
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            data_range=255,
            full=True,
        )
        total += float(values[own].sum(dtype=np.float64))
    return total / before.size


def skimage_colour(before, after):
    counts = np.zeros(4096, np.int64)
    total = 0.0
    for read, _ in halves(len(before), 0):
        lab = [rgb2lab(one[read].astype(np.float32) / 255) for one in (before, after)]
        found = deltaE_ciede2000(*lab)
        total += float(found.sum(dtype=np.float64))
        counts += np.bincount((found * 20).astype(np.int64).ravel(), minlength=4096)
    share = np.cumsum(counts) / counts.sum()
    return total / (before.shape[0] * before.shape[1]), float(np.searchsorted(share, 0.95)) / 20


def skimage_edges(before, after):
    def find(gray):
        edges = np.zeros(gray.shape, bool)
        for read, own in halves(len(gray), 16):
            found = canny(gray[read].astype(np.float32), 1.4, 10, 25)
            edges[read.start + own.start : read.start + own.stop] = found[own]
        return edges

    dilate = lambda edges: cv2.dilate(edges.view(np.uint8), np.ones((3, 3), np.uint8)).view(bool)
    return agreement(find(before), find(after), dilate)


# --- both -----------------------------------------------------------------------------------------


def main():
    stages = Stages()
    seen = [cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB) for path in ARGUMENTS.pair]
    stages.numbers["resident_bytes"] = resident_bytes()
    gray = stages.run("gray", lambda: [cv2.cvtColor(one, cv2.COLOR_RGB2GRAY) for one in seen])
    if ARGUMENTS.peer == "skimage":
        ssim, colour, edges = skimage_ssim, skimage_colour, skimage_edges
        name = f"scikit-image {skimage.__version__}"
    else:
        sys.argv = sys.argv[:1] + ["--threads", str(ARGUMENTS.threads)]
        import natural_path as path

        ssim, colour = (lambda *pair: path.similarity(*pair)[0]), path.colour_difference
        edges = lambda *pair: path.edges(*pair)[:2]
        name = f"OpenCV {cv2.__version__}, libvips {pyvips.version(0)}.{pyvips.version(1)}"
    stages.numbers["ssim"] = stages.run("ssim", ssim, *gray)
    mean, p95 = stages.run("ciede2000", colour, *seen)
    precision, recall = stages.run("canny", edges, *gray)
    stages.numbers |= {"delta_e_mean": mean, "delta_e_p95": p95}
    stages.numbers |= {"edge_precision": precision, "edge_recall": recall}
    stages.report(name, 0)


if ARGUMENTS.probe:
    sys.exit(0)
main()
