"""Makes the fixtures that gradtape is compared with, by running Keras 3 itself (see README.md beside this file).

Usage: generate.py [--check] [--out PATH] [FOLDER...]
"""

import argparse
import json
import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"
# Each case is compiled once and runs once.
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false --xla_backend_optimization_level=0")

from families import callbacks, layers_plain, layers_steps, layers_windows  # noqa: E402
from families import losses, metrics, models, optimizers, small  # noqa: E402
from families.encoding import differences, text_of  # noqa: E402

FOLDERS = {
    "layers": (layers_plain.families, layers_windows.families, layers_steps.families),
    "losses": (losses.families,),
    "metrics": (metrics.families,),
    "optimizers": (optimizers.optimizer_families,),
    "schedules": (optimizers.schedule_families,),
    "small": (small.families,),
    "models": (models.families,),
    "callbacks": (callbacks.families,),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the committed files and write nothing")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "fixtures")
    parser.add_argument("folders", nargs="*", metavar="FOLDER", help="only these folders of fixtures, such as layers")
    options = parser.parse_args()
    found, problems, cases = set(), [], 0
    for folder, parts in FOLDERS.items():
        if options.folders and folder not in options.folders:
            continue
        for families in parts:
            for family in families():
                file = options.out / folder / f"{family['family']}.json"
                found.add(file)
                cases += len(family["cases"])
                text = text_of(family)
                if not options.check:
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_text(text, encoding="utf-8")
                elif not file.exists():
                    problems.append(f"{file.name} is missing")
                else:
                    expected = json.loads(file.read_text(encoding="utf-8"))
                    problems += differences(f"{folder}/{family['family']}", expected, json.loads(text))
                print(f"{folder}/{family['family']}: {len(family['cases'])}", flush=True)
    if not options.folders:
        problems += [f"{file} is made by no family" for file in sorted(set(options.out.glob("*/*.json")) - found)]
    for problem in problems:
        print(problem)
    print(f"{cases} fixtures {'checked' if options.check else 'written'}, {len(problems)} differences")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
