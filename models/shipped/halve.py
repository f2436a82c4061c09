"""How sky-u2netp.safetensors was made: the published parameters, in half precision wherever that loses
nothing, which is nearly everywhere: they were published so. Run by hand: halve.py FROM TO. Needs numpy."""

import json
import struct
import sys

import numpy as np

source, target = sys.argv[1:]
with open(source, "rb") as file:
    header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    data = file.read()
about = header.pop("__metadata__")
about["licence"] = "MIT, see LICENSE-sky-u2netp"
tensors, blobs, at = {"__metadata__": about}, [], 0
for name in sorted(header):
    begin, end = header[name]["data_offsets"]
    single = np.frombuffer(data[begin:end], np.float32)
    half = single.astype(np.float16)
    lossless = bool((half.astype(np.float32) == single).all())
    blobs.append((half if lossless else single).tobytes())
    tensors[name] = {
        "dtype": "F16" if lossless else "F32",
        "shape": header[name]["shape"],
        "data_offsets": [at, at + len(blobs[-1])],
    }
    at += len(blobs[-1])
text = json.dumps(tensors, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
with open(target, "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))
