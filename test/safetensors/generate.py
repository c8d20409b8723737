"""Makes fixtures.json with the Python library safetensors: files that it wrote, and what it says of files made by hand.

Usage: generate.py [--check]
"""

import argparse
import base64
import json
import re
import struct
import sys
from pathlib import Path

import ml_dtypes
import numpy as np
from safetensors import SafetensorError, deserialize
from safetensors.numpy import save

FIXTURES = Path(__file__).parent / "fixtures.json"
random = np.random.default_rng(20_261_126)


def base64_of(data):
    return base64.b64encode(data).decode("ascii")


# What our writer must write as the library does: tensors of float32, and at most one text of metadata, because the
# library writes several in an order that changes from run to run.

NAMES = [
    "kernel", "dense/kernel:0", "layers.0.weight", "layers.10.weight", "layers.2.weight", "", " ", "quote\"back\\slash",
    "control\b\f\n\r\t\x00\x1f\x7f", "/slash", "é", "日本", "\U0001f600", "\ufeff", "\uffff", "\u2028", "__proto__", "constructor",
    "toString", "1", "0", "Kernel", "__metadata", "\ud7ff", "\ue000",
]  # fmt: skip


def written_cases():
    def values(*shape):
        return random.standard_normal(shape, dtype=np.float32)

    yield "no tensor", {}, None
    yield "no tensor, metadata", {}, {"format": "np"}
    yield "metadata without a text", {"a": values(2)}, {}
    yield "one tensor", {"kernel": values(2, 3)}, None
    yield "a scalar", {"scale": values()}, {"": ""}
    yield "no element", {"a": values(0), "b": values(2), "c": values(3, 0, 2)}, {"__metadata__": "\"\\\n\x01é\U0001f600"}
    yield "edge values", {"x": np.array([0, -0.0, 1e-45, 3.4e38, np.inf, -np.inf], np.float32)}, None
    yield "many axes", {"x": values(*[1, 2] * 8)}, None
    yield "strange names", {name: values(i % 3) for i, name in enumerate(NAMES)}, {"a": "b"}
    yield "strange names, last first", {name: values(i % 3) for i, name in enumerate(reversed(NAMES))}, None
    for count in range(1, 20):
        # Every length of the padding.
        yield f"a name of {count}", {"n" * count: values(1)}, None
    for i in range(20):
        chosen = random.permutation(len(NAMES))[: random.integers(1, 9)]
        tensors = {NAMES[k]: values(*random.integers(0, 4, size=random.integers(0, 5))) for k in chosen}
        yield f"random {i}", tensors, {NAMES[i]: NAMES[-i]} if i % 2 else None


# What our reader must read as the library does.

READ = {
    "F32": np.float32, "F64": np.float64, "F16": np.float16, "BF16": ml_dtypes.bfloat16, "I8": np.int8, "U8": np.uint8, "I16": np.int16,
    "U16": np.uint16, "I32": np.int32, "U32": np.uint32, "I64": np.int64, "U64": np.uint64, "BOOL": np.bool_,
}  # fmt: skip


def read_cases():
    for name, dtype in READ.items():
        kind = np.dtype(dtype).kind
        if kind in "iu":
            limits = np.iinfo(dtype)
            edge = [limits.min, max(limits.min, -(2**24)), 0, 1, min(limits.max, 2**24), limits.max if limits.bits < 32 else 0]
            edge.append(2 ** (limits.bits - 2))
            array = np.array(edge, dtype)
        elif kind == "b":
            array = np.array([True, False, True])
        else:
            edge = [0.0, -0.0, 1.0, -1.5, 1 / 3, 65504.0, 6e-8, 6.1e-5, 1e-40, np.inf, -np.inf, np.nan]
            array = np.concatenate([np.array(edge), random.standard_normal(50)]).astype(dtype)
        yield name, {"x": array, "other": np.zeros((2, 0), np.float32)}
    yield "all types", {name: np.arange(6).reshape(2, 3).astype(dtype) for name, dtype in READ.items()}


# Files made by hand.


def file_of(header, data=b"", length=None):
    text = header if isinstance(header, bytes) else header.encode("utf-8", "surrogatepass")
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(dtype="F32", shape="[2]", offsets="[0,8]", name="a"):
    return f'"{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}'


TWO = b"\0" * 8


def hand_made():
    """Name, file; the library says what it thinks of it."""
    yield "intact", file_of("{" + entry() + "}", TWO)
    yield "nothing", b""
    yield "7 bytes", b"\0" * 7
    yield "a header of no bytes", file_of("")
    yield "a header without an end", file_of("{", TWO)
    yield "a header longer than the file", file_of("{}", length=3)
    yield "a header of 100,000,001 bytes", file_of("{}", length=100_000_001)
    yield "a header of 2^63 bytes", file_of("{}", length=2**63)
    yield "a header of 2^64 - 1 bytes", file_of("{}", length=2**64 - 1)
    yield "text behind the header", file_of("{}x")
    yield "two headers", file_of("{}{}")
    yield "an array", file_of("[]")
    yield "null", file_of("null")
    yield "a number", file_of("1")
    yield "a text", file_of('"a"')
    yield "white space before", file_of(" {}")
    yield "white space behind", file_of("{} \n\t\r ")
    yield "white space within", file_of(' { "a" : { "dtype" : "F32" , "shape" : [ 2 ] , "data_offsets" : [ 0 , 8 ] } } '[1:], TWO)
    yield "zeros behind", file_of("{}\0\0")
    yield "a byte order mark", file_of("\ufeff{}")
    yield "no UTF-8", file_of(b'{"\xff":1}')
    yield "no UTF-8 in a name", file_of(b"{" + entry().encode().replace(b'"a"', b'"\xc3\x28"') + b"}", TWO)
    yield "an overlong character in a name", file_of(b"{" + entry().encode().replace(b'"a"', b'"\xc0\xaf"') + b"}", TWO)
    yield "half a surrogate pair in UTF-8", file_of("{" + entry(name="\ud800") + "}", TWO)
    yield "half a surrogate pair, escaped", file_of("{" + entry(name="\\ud800") + "}", TWO)
    yield "a surrogate pair, escaped", file_of("{" + entry(name="\\ud83d\\ude00") + "}", TWO)
    yield "an unknown escape", file_of("{" + entry(name="\\x41") + "}", TWO)
    yield "a line end in a name", file_of("{" + entry(name="a\n") + "}", TWO)
    yield "a NUL in a name", file_of("{" + entry(name="\\u0000") + "}", TWO)
    yield "a trailing comma", file_of("{" + entry() + ",}", TWO)
    yield "a comment", file_of("{/**/" + entry() + "}", TWO)
    yield "single quotes", file_of("{" + entry().replace('"', "'") + "}", TWO)
    yield "a name of 100 nested arrays", file_of('{"a":' + "[" * 100 + "]" * 100 + "}")
    yield "100,000 nested arrays", file_of('{"a":' + "[" * 100_000 + "}")

    for key in ("dtype", "shape", "data_offsets"):
        fields = json.loads("{" + entry() + "}")["a"]
        del fields[key]
        yield f"no {key}", file_of(json.dumps({"a": fields}), TWO)
        fields[key] = None
        yield f"{key}: null", file_of(json.dumps({"a": fields}), TWO)
        fields[key] = {}
        yield f"{key}: an object", file_of(json.dumps({"a": fields}), TWO)
    yield "a tensor that is a list", file_of('{"a":["F32",[2],[0,8]]}', TWO)
    yield "a tensor that is a text", file_of('{"a":"b"}')
    yield "a tensor that is null", file_of('{"a":null}')
    for dtype in ("F31", "f32", "float32", "", "F16 ", "__proto__", "constructor"):
        yield f"dtype {dtype!r}", file_of("{" + entry(dtype) + "}", TWO)
    for number in ("-1", "-0", "0.5", "2.0", "2e0", "02", "+2", "1e400", "null", '"2"', "true", "[2]", str(2**64), str(2**70)):
        yield f"a size of {number}", file_of("{" + entry(shape=f"[{number}]") + "}", TWO)
        yield f"an offset of {number}", file_of("{" + entry(offsets=f"[{number},8]") + "}", TWO)
    for shape in ("[3]", "[1]", "[]", "[0]", "[2,2]", f"[{2**62}]", f"[{2**63},2]", f"[{2**33},{2**33}]", f"[{2**61},8]"):
        yield f"shape {shape} of 8 bytes", file_of("{" + entry(shape=shape) + "}", TWO)
    yield "shape [2,1,1,1] of 8 bytes", file_of("{" + entry(shape="[2,1,1,1]") + "}", TWO)
    yield "a large shape without elements", file_of("{" + entry(shape="[4294967296,0]", offsets="[0,0]") + "}")
    yield "a shape that overflows before its 0", file_of("{" + entry(shape=f"[{2**40},{2**40},0]", offsets="[0,0]") + "}")
    for offsets in ("[0]", "[]", "[0,8,8]", "[8,0]", "[1,9]", "[0,7]", "[0,9]", "[4,8]", "[0,16]", f"[0,{2**63}]", f"[{2**64 - 8},0]"):
        yield f"offsets {offsets}", file_of("{" + entry(offsets=offsets) + "}", TWO)
    yield "a tensor of half bytes", file_of("{" + entry("F4", "[3]", "[0,1]") + "}", b"\0")
    yield "a tensor of 6 bits that ends within a byte", file_of("{" + entry("F6_E2M3", "[2]", "[0,1]") + "}", b"\0")

    def pair(first, second):
        return "{" + entry(offsets=first) + "," + entry(offsets=second, name="b") + "}"

    yield "an overlap", file_of(pair("[0,8]", "[4,12]"), b"\0" * 12)
    yield "two tensors at one place", file_of(pair("[0,8]", "[0,8]"), TWO)
    yield "a hole", file_of(pair("[0,8]", "[12,20]"), b"\0" * 20)
    yield "a hole before the first", file_of("{" + entry(offsets="[4,12]") + "}", b"\0" * 12)
    yield "bytes behind the last", file_of("{" + entry() + "}", b"\0" * 9)
    yield "bytes without a tensor", file_of("{}", b"\0")
    yield "a byte too few", file_of("{" + entry() + "}", b"\0" * 7)
    nothing = entry(shape="[0]", offsets="[0,0]", name="b")
    yield "no bytes at the place of another", file_of("{" + entry() + "," + nothing + "}", TWO)
    yield "the second before the first", file_of(pair("[8,16]", "[0,8]"), b"\0" * 16)

    yield "metadata", file_of('{"__metadata__":{"a":"b","c":"d"},' + entry() + "}", TWO)
    yield "metadata behind", file_of("{" + entry() + ',"__metadata__":{"a":"b"}}', TWO)
    yield "metadata: null", file_of('{"__metadata__":null}')
    yield "metadata twice", file_of('{"__metadata__":{},"__metadata__":{}}')
    for value in ("1", "null", "true", "[]", "{}", '["a"]'):
        yield f"metadata with {value}", file_of('{"__metadata__":{"a":' + value + "}}")
    for value in ("1", '"a"', "[]", "true"):
        yield f"metadata is {value}", file_of('{"__metadata__":' + value + "}")
    yield "metadata with the name __proto__", file_of('{"__metadata__":{"__proto__":"b"}}')
    for name in ("__proto__", "constructor", "toString", "hasOwnProperty", "length"):
        yield f"a tensor with the name {name}", file_of("{" + entry(name=name) + "}", TWO)
    yield "a dtype twice", file_of("{" + entry(dtype='F32","dtype":"F32') + "}", TWO)

    # The library takes these.
    yield "an unaligned header", file_of("{" + entry() + "} ", TWO)
    yield "a name twice, the first without bytes", file_of("{" + entry(shape="[0]", offsets="[0,0]") + "," + entry() + "}", TWO)
    yield "a name twice", file_of("{" + entry() + "," + entry() + "}", TWO)
    yield "a text of metadata twice", file_of('{"__metadata__":{"a":"b","a":"c"}}')
    yield "an unknown field", file_of("{" + entry(dtype='F32","more":"') + "}", TWO)
    yield "a shape above 2^53 without elements", file_of("{" + entry(shape=f"[{2**60},0]", offsets="[0,0]") + "}")
    yield "a type that numpy lacks", file_of("{" + entry("F8_E5M2", "[8]") + "}", TWO)


def verdict(data):
    """The library's error, or None. Which of two tensors at fault it names changes from run to run."""
    try:
        deserialize(data)
        return None
    except SafetensorError as error:
        return re.sub(r" for tensor `.*`$", "", str(error), flags=re.DOTALL)


def fixtures():
    written = []
    for name, tensors, metadata in written_cases():
        given = [{"name": key, "shape": list(value.shape), "f32": base64_of(value.tobytes())} for key, value in tensors.items()]
        written.append({"case": name, "tensors": given, "metadata": metadata, "file": base64_of(save(tensors, metadata))})
    read = []
    for name, tensors in read_cases():
        data = save(tensors)
        expected = []
        for key, one in sorted(deserialize(data)):
            value = np.frombuffer(one["data"], READ[one["dtype"]]).reshape(one["shape"])
            with np.errstate(over="ignore"):
                single = value.astype(np.float32)
            expected.append({"name": key, "shape": list(value.shape), "f32": base64_of(single.tobytes())})
            if value.dtype == np.float64:
                expected[-1]["f64"] = base64_of(value.tobytes())
        read.append({"case": name, "tensors": expected, "file": base64_of(data)})
    judged = [{"case": name, "file": base64_of(data), "refusal": verdict(data)} for name, data in hand_made()]
    return {"written": written, "read": read, "judged": judged}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the committed file and write nothing")
    options = parser.parse_args()
    made = fixtures()
    lines = [f'"{key}": [\n' + ",\n".join(json.dumps(one) for one in made[key]) + "\n]" for key in made]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    counts = ", ".join(f"{len(cases)} {key}" for key, cases in made.items())
    if not options.check:
        FIXTURES.write_text(text, encoding="utf-8")
        print(counts)
    elif FIXTURES.read_text(encoding="utf-8") != text:
        print("fixtures.json is not what this script makes")
        sys.exit(1)
    else:
        print(f"{counts}: the same")


if __name__ == "__main__":
    main()
