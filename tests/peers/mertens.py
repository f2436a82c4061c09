"""How far fused pictures are from the given ones: OpenCV's Mertens against Plumbline's.

    python tests/peers/mertens.py PATH/TO/plumbline ../shared/photos/brackets

Needs opencv-python, numpy and scikit-image. Prints mean CIEDE2000, PSNR and the largest
difference to `fused-16bit.tif` for OpenCV's exponents (contrast, saturation, exposedness), with
and without its alignment, and for `plumbline merge`. Row "(1, 1, 0)" without alignment is
OpenCV's default: the given files are its output to the last of 16 bits. Nothing can be nearer to them
than that, so "closer than OpenCV's Mertens" cannot hold against it, and distances to these two files
say how much a merge resembles that one setting, not how good it is. Plumbline's constants were once
tuned with these two in view; on other sets its figures here show nothing. It is not them on purpose: a
clipped colour has no weight (they have a coloured ring on white walls), the exposure that was meant
leads, no pixel is darker than in its darkest frame nor much more colourful than the frames are, and
values beyond white are rolled off instead of cut.
"""

import pathlib
import subprocess
import sys
import tempfile

import cv2
import numpy as np
from skimage.color import deltaE_ciede2000, rgb2lab

EXPONENTS = [(1, 1, 0), (1, 1, 1), (1, 1, 0.5), (0, 0, 1), (1, 0, 1), (0, 1, 1)]


def show(name, ours, given):
    lab = [rgb2lab(picture[..., ::-1]) for picture in (ours, given)]
    error = np.mean((ours - given) ** 2)
    psnr = 10 * np.log10(1 / max(error, 1e-20))
    most = np.abs(ours - given).max()
    print(f"  {name:<34} dE00 {deltaE_ciede2000(*lab).mean():6.3f}  PSNR {psnr:6.2f}  most {most:.5f}")


def opencv(frames, exponents):
    return np.clip(cv2.createMergeMertens(*exponents).process(frames), 0, 1).astype(np.float64)


def plumbline(worker, paths):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "merged.tif"
        subprocess.run([worker, "merge", *paths, "-o", out], check=True)
        return cv2.imread(str(out), cv2.IMREAD_UNCHANGED) / 65535.0


def main(worker, root):
    for name in ("frobisher", "mertens-house"):
        folder = pathlib.Path(root) / name
        paths = sorted(p for p in folder.glob("*.jpg") if "fused" not in p.name)
        given = cv2.imread(str(folder / "fused-16bit.tif"), cv2.IMREAD_UNCHANGED) / 65535.0
        frames = [cv2.imread(str(p)) for p in paths]
        aligned = [frame.copy() for frame in frames]
        cv2.createAlignMTB().process(frames, aligned)
        print(name)
        for exponents in EXPONENTS:
            show(f"OpenCV {exponents}", opencv(frames, exponents), given)
            show(f"OpenCV {exponents} after AlignMTB", opencv(aligned, exponents), given)
        show("Plumbline", plumbline(worker, paths), given)


if __name__ == "__main__":
    main(*sys.argv[1:3])
