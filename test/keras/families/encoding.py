"""Arrays and cases as JSON, and how far two computations of the same case may differ."""

import base64
import binascii
import json

import numpy as np

RELATIVE_TOLERANCE = 1e-5


def random_of(label):
    """A generator whose numbers depend on the label alone, so that no case changes another one's data."""
    return np.random.RandomState(binascii.crc32(label.encode()))


def uniform(random, shape, low=-1.0, high=1.0):
    return random.uniform(low, high, shape).astype(np.float32)


def weighting(shape):
    """What outputs are multiplied with before they are summed and differentiated; the tests compute the same."""
    size = int(np.prod(shape))
    return (np.arange(size) * 37 % 101 / 101 - 0.45).astype(np.float32).reshape(shape)


def tensor(array):
    """float32 as base64 of its little-endian bytes; anything else as a flat list of whole numbers."""
    array = np.asarray(array)
    shape = list(array.shape)
    if np.issubdtype(array.dtype, np.floating):
        values = array.astype("<f4")
        if not np.isfinite(values).all():
            raise ValueError(f"a fixture must be finite, found {values}")
        return {"shape": shape, "f32": base64.b64encode(values.tobytes()).decode("ascii")}
    return {"shape": shape, "int": [int(v) for v in array.reshape(-1)]}


def optional(array):
    return None if array is None else tensor(array)


def number(value):
    """A float32 as the shortest decimal that reads back as the same float32."""
    value = np.float32(value)
    if not np.isfinite(value):
        raise ValueError(f"a fixture must be finite, found {value}")
    return float(str(value))


def text_of(family):
    """A family's file: one case a line, so that a change of one case shows as one line."""
    head, cases = dict(family), family["cases"]
    del head["cases"]
    lines = [dump(case) for case in cases]
    return dump(head)[:-1] + ',"cases":[\n' + ",\n".join(lines) + "\n]}\n"


def dump(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True, default=plain)


def plain(value):
    """Arrays inside configs."""
    return [number(v) for v in np.asarray(value)] if np.ndim(value) else number(value)


def differences(path, expected, actual):
    """Where two JSON values differ: arrays by their largest value, numbers by their own, everything else exactly."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        if sorted(expected) != sorted(actual):
            return [f"{path}: keys {sorted(expected)} became {sorted(actual)}"]
        if "f32" in expected and "shape" in expected:
            return array_differences(path, expected, actual)
        return [d for key in expected for d in differences(f"{path}.{key}", expected[key], actual[key])]
    if isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            return [f"{path}: {len(expected)} entries became {len(actual)}"]
        names = [case["name"] if isinstance(case, dict) and "name" in case else i for i, case in enumerate(expected)]
        return [d for i, pair in zip(names, zip(expected, actual)) for d in differences(f"{path}[{i}]", *pair)]
    if isinstance(expected, float) and isinstance(actual, float):
        close = abs(expected - actual) <= RELATIVE_TOLERANCE * max(1.0, abs(expected))
        return [] if close else [f"{path}: {expected} became {actual}"]
    return [] if type(expected) is type(actual) and expected == actual else [f"{path}: {expected!r} became {actual!r}"]


def array_differences(path, expected, actual):
    if expected["shape"] != actual["shape"]:
        return [f"{path}: the shape {expected['shape']} became {actual['shape']}"]
    a, b = (np.frombuffer(base64.b64decode(one["f32"]), dtype="<f4").astype(np.float64) for one in (expected, actual))
    error = float(np.max(np.abs(a - b))) if a.size else 0.0
    limit = RELATIVE_TOLERANCE * max(1.0, float(np.max(np.abs(a))) if a.size else 0.0)
    return [] if error <= limit else [f"{path}: differs by {error}"]
