"""Writes HDF5 files of all kinds that are read, with h5py: `run.sh files` runs it. Each has a JSON beside it with its
datasets and attributes.
"""

import json
import sys
from pathlib import Path

import h5py
import numpy as np

RAMP = np.arange(2 * 5 * 7, dtype="f4").reshape(2, 5, 7) / 3


def kinds(file):
    for kind in ("f2", "f4", "f8", ">f4", ">f8", "i1", "i2", ">i4", "i8", "u1", "u2", "u4"):
        file.create_dataset(kind.replace(">", "big_"), data=np.array([[1, 2, 3], [4, 5, 100]], kind))
    file.create_dataset("halves", data=np.array([1.5, -2, 6e-8, 65504, np.inf, -np.inf], "f2"))
    file.create_dataset("booleans", data=np.array([True, False]))
    brain = file.create_dataset("brain", data=np.array([0x3FC0, 0xC000], "u2").view("V2"))
    brain.attrs["dtype"] = "bfloat16"
    file.create_dataset("scalar", data=np.float32(2.5))
    file.create_dataset("empty", data=np.zeros((0, 3), "f4"))
    file["deep/er/and/deeper"] = np.float32([7])
    file.attrs["text"] = "a text: é, 数"
    file.attrs["texts"] = np.array(["one", "", "thrée"], dtype=h5py.string_dtype())
    file.attrs["bytes"] = np.array([b"one", b"", b"three"])
    file.attrs["none"] = []
    file.attrs["number"] = 7


def packed(file):
    file.create_dataset("edges", data=RAMP, chunks=(2, 2, 3))
    file.create_dataset("gzip", data=RAMP, chunks=(1, 3, 7), compression="gzip")
    file.create_dataset("shuffle", data=RAMP, chunks=(2, 5, 4), compression="gzip", shuffle=True)
    file.create_dataset("checked", data=RAMP, chunks=(2, 5, 7), fletcher32=True)
    file.create_dataset("all", data=RAMP.astype("f8"), chunks=(1, 2, 2), compression="gzip", shuffle=True, fletcher32=True)
    file.create_dataset("many", data=np.arange(300, dtype="i4"), chunks=(2,))


def wide(file):
    for index in range(60):
        file.create_group(f"group_{index}").attrs["name"] = f"name of {index}"
        file.create_dataset(f"array_{index}", data=np.float32([index]))


def attributes(file):
    """More than the first block of a header holds."""
    for index in range(7):
        file.attrs[f"attribute_{index}"] = f"{index}" * 50
        file.create_group("inner", track_order=False) if index == 3 else None


def tree(item):
    if isinstance(item, h5py.Dataset):
        name = item.attrs.get("dtype")
        values = np.asarray(item[()])
        if name == "bfloat16":
            values = (values.view("u2").astype("u4") << 16).view("f4")
        return {"shape": list(item.shape), "data": [str(float(x)) for x in np.ravel(values)]}
    texts = {}
    for key, value in item.attrs.items():
        if isinstance(value, str):
            texts[key] = value
        elif isinstance(value, np.ndarray):
            texts[key] = [x.decode() if isinstance(x, bytes) else str(x) for x in value]
    return {"attributes": texts, "items": {key: tree(value) for key, value in item.items()}}


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    made = [(build, "earliest") for build in (kinds, packed, wide, attributes)]
    made += [(build, "v108") for build in (kinds, packed, wide, attributes)]
    for build, version in made:
        path = folder / f"{build.__name__}-{version}.h5"
        with h5py.File(path, "w", libver=version if version == "earliest" else (version, version)) as file:
            build(file)
        with h5py.File(path) as file:
            (folder / f"{path.stem}.json").write_text(json.dumps(tree(file), ensure_ascii=False) + "\n")


main()
