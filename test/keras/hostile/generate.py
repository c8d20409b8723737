"""Makes HDF5 files that mean harm, one way each, with h5py: `<the venv of ../keras2/run.sh>/bin/python generate.py`.

All are `.h5` models of one Dense layer; `intact.h5` is the one that nothing is wrong with.
"""

import json
from pathlib import Path

import h5py
import numpy as np

FOLDER = Path(__file__).parent.parent / "fixtures" / "hostile" / "h5"
CONFIG = {
    "class_name": "Sequential",
    "config": {
        "name": "s",
        "layers": [
            {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 4], "dtype": "float32", "name": "i"}},
            {"class_name": "Dense", "config": {"name": "d", "units": 2, "use_bias": False}},
        ],
    },
}
KERNEL = np.arange(8, dtype=np.float32).reshape(4, 2)


def base(file, *, kernel=True, layer_names=("d",), weight_names=("d/kernel:0",), config=CONFIG):
    file.attrs["keras_version"] = "2.15.0"
    file.attrs["backend"] = "tensorflow"
    file.attrs["model_config"] = config if isinstance(config, (str, bytes, int, float)) else json.dumps(config)
    weights = file.create_group("model_weights")
    weights.attrs["layer_names"] = [name.encode() for name in layer_names]
    layer = weights.create_group("d")
    layer.attrs["weight_names"] = [name.encode() for name in weight_names]
    inner = layer.create_group("d")
    if kernel:
        inner.create_dataset("kernel:0", data=KERNEL)
    return inner


def kernel(**options):
    return lambda file: base(file, kernel=False).create_dataset("kernel:0", **options)


def link(make):
    def build(file):
        base(file, kernel=False)["kernel:0"] = make()
    return build


def external_data(file):
    base(file, kernel=False).create_dataset("kernel:0", (4, 2), "f4", external=[("/etc/passwd", 0, 32)])


def virtual(file):
    layout = h5py.VirtualLayout((4, 2), "f4")
    layout[:] = h5py.VirtualSource("other.h5", "kernel", (4, 2))
    base(file, kernel=False).create_virtual_dataset("kernel:0", layout)


def circle(file):
    inner = base(file)
    inner["again"] = file["model_weights"]


def soft_circle(file):
    base(file)
    file["model_weights/d/loop"] = h5py.SoftLink("/model_weights/d/loop")


def external_group(file):
    base(file, kernel=False)
    del file["model_weights/d"]
    file["model_weights/d"] = h5py.ExternalLink("other.h5", "/model_weights/d")


def deep(file):
    group = base(file)
    for _ in range(100):
        group = group.create_group("g")


def named_type(file):
    base(file)
    file["model_weights/t"] = np.dtype("f4")


def dataset_for_group(file):
    base(file)
    del file["model_weights/d"]
    file["model_weights/d"] = KERNEL


def vlen(file):
    inner = base(file, kernel=False)
    data = inner.create_dataset("kernel:0", (4, 2), h5py.vlen_dtype(np.dtype("f4")))
    data[0, 0] = [1.0, 2.0]


def references(file):
    inner = base(file, kernel=False)
    inner.create_dataset("kernel:0", (4, 2), h5py.ref_dtype)


def zeros_packed(file):
    """100 MB of zeros in 100 kB."""
    base(file, kernel=False).create_dataset(
        "kernel:0", data=np.zeros((25_000, 1000), "f4"), chunks=(2500, 1000), compression="gzip", compression_opts=9
    )


FILES = {
    "intact": base,
    "link-to-file": link(lambda: h5py.ExternalLink("/etc/passwd", "/")),
    "link-to-file-beside": link(lambda: h5py.ExternalLink("intact.h5", "/model_weights/d/d/kernel:0")),
    "link-of-group-to-file": external_group,
    "soft-link": link(lambda: h5py.SoftLink("/model_weights/d/d/other")),
    "soft-link-circle": soft_circle,
    "hard-link-circle": circle,
    "data-in-other-file": external_data,
    "virtual-data": virtual,
    "shape-chunked": kernel(shape=(2**20, 2**20), dtype="f4", chunks=(1024, 1024)),
    "shape-contiguous": kernel(shape=(2**40,), dtype="f4"),
    "shape-overflow": kernel(shape=(2**31, 2**31, 2), dtype="f4", chunks=(1, 1, 2)),
    "shape-with-zero": kernel(shape=(2**40, 0), dtype="f4", chunks=(16, 1), maxshape=(None, None)),
    "one-huge-chunk": kernel(shape=(4, 2), dtype="f4", chunks=(2**14, 2**14), maxshape=(None, None), compression="gzip"),
    "zeros-packed": zeros_packed,
    "unknown-filter": kernel(data=KERNEL, chunks=(4, 2), compression="lzf"),
    "compound": kernel(shape=(4, 2), dtype=np.dtype([("a", "f4"), ("b", "i4")])),
    "text-for-numbers": kernel(data=np.array([b"a"] * 8, "S4").reshape(4, 2)),
    "lists-for-numbers": vlen,
    "references": references,
    "long-double": kernel(shape=(4, 2), dtype=np.longdouble),
    "large-integers": kernel(data=np.full((4, 2), 2**40, np.int64)),
    "other-shape": kernel(data=KERNEL.T.copy()),
    "deep-groups": deep,
    "type-for-group": named_type,
    "dataset-for-group": dataset_for_group,
    "layer-name-climbs": lambda file: base(file, layer_names=["../../etc"]),
    "layer-name-absolute": lambda file: base(file, layer_names=["/model_weights"]),
    "layer-name-prototype": lambda file: base(file, layer_names=["__proto__"]),
    "layer-name-missing": lambda file: base(file, layer_names=["d", "e"]),
    "layer-name-twice": lambda file: base(file, layer_names=["d", "d"]),
    "weight-name-climbs": lambda file: base(file, weight_names=["../../../d/kernel:0"]),
    "weight-name-prototype": lambda file: base(file, weight_names=["constructor"]),
    "config-number": lambda file: base(file, config=7),
    "config-no-json": lambda file: base(file, config="{'class_name': 'Sequential'}"),
    "config-list": lambda file: base(file, config="[]"),
}


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, build in FILES.items():
        # The latest layout of groups is small.
        version = "latest" if name == "deep-groups" else "earliest"
        with h5py.File(FOLDER / f"{name}.h5", "w", libver=version) as file:
            build(file)
        print(name, (FOLDER / f"{name}.h5").stat().st_size)


if __name__ == "__main__":
    main()
