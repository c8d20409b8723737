"""Compares what our reader said of mutated files with what the Python library says of them.

Usage: check_mutants.py FILE, which write-mutants.ts wrote. We may refuse more, for the reasons below, and never less.
"""

import base64
import json
import re
import sys
from collections import Counter

import numpy as np
from generate import READ
from safetensors import SafetensorError, deserialize

# What the library takes and we do not.
STRICTER = re.compile(
    r"stands there twice|has the key .* twice|has the field|cannot hold exactly|which are not read|does not begin with '\{'"
    r"|is above 2\^53|'\{' is missing"
)


def fault(line):
    case = json.loads(line)
    refusal = case.get("refusal")
    try:
        found = dict(deserialize(base64.b64decode(case["file"])))
    except SafetensorError as error:
        return ("both refuse", None) if refusal else ("only we take it", f"{case['seed']}: {error}")
    if refusal:
        reason = STRICTER.search(refusal)
        return ("only we refuse it", None if reason else f"{case['seed']}: {refusal}")
    ours = {name: (shape, base64.b64decode(data)) for name, shape, data in case["tensors"]}
    if ours.keys() != found.keys():
        return "other names", f"{case['seed']}: {sorted(ours)} and {sorted(found)}"
    for name, one in found.items():
        shape, data = ours[name]
        with np.errstate(over="ignore", invalid="ignore"):
            expected = np.frombuffer(one["data"], READ[one["dtype"]]).astype(np.float32)
        if shape != one["shape"] or not np.array_equal(np.frombuffer(data, np.float32), expected, equal_nan=True):
            return "other values", f"{case['seed']}: {name}"
    return "both take it, the same values", None


def main():
    counts, problems = Counter(), []
    with open(sys.argv[1], encoding="utf-8") as lines:
        for line in lines:
            verdict, problem = fault(line)
            counts[verdict] += 1
            if problem:
                problems.append(f"{verdict}: {problem}")
    print("\n".join(problems[:20]))
    print(", ".join(f"{verdict}: {count}" for verdict, count in sorted(counts.items())))
    sys.exit(1 if problems or not counts else 0)


if __name__ == "__main__":
    main()
