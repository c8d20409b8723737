"""Reads a folder of write-logs.js with real TensorBoard and compares it with what was written: check_logs.py FOLDER.

Every event file is read by TensorBoard's own accumulator, every plugin is asked over HTTP for what its page would show.
"""

import base64
import io
import json
import os
import shutil
import struct
import sys
import tempfile
import time
import urllib.parse
import urllib.request

import numpy as np
from PIL import Image
from tensorboard import program
from tensorboard.backend.event_processing import event_accumulator, event_file_loader
from tensorboard.compat.proto import event_pb2
from tensorboard.plugins.histogram import summary_v2 as histogram
from tensorboard.util import tensor_util

checks = 0


def check(what, got, wanted):
    global checks
    checks += 1
    if got != wanted:
        sys.exit(f"{what}: read was {got!r}, written {wanted!r}")


def number(value):
    """A float of expected.json, which writes some as text."""
    return float(value[6:]) if isinstance(value, str) else float(value)


def bits(value):
    return struct.pack("<f", value)


def floats(text):
    return np.frombuffer(base64.b64decode(text), "<f4")


def runs_in(folder):
    for path, _, files in sorted(os.walk(folder)):
        if any("tfevents" in name for name in files):
            yield os.path.relpath(path, folder), path


def read_run(path):
    """The tensors of each tag, all of them, by step."""
    sizes = {event_accumulator.TENSORS: 0}
    accumulator = event_accumulator.EventAccumulator(path, size_guidance=sizes).Reload()
    tags = {tag: {} for tag in accumulator.Tags()["tensors"]}
    for tag, by_step in tags.items():
        for event in accumulator.Tensors(tag):
            check(f"{path} {tag}: a step twice", event.step in by_step, False)
            by_step[event.step] = event.tensor_proto
    return accumulator, tags


def check_bytes(path):
    """Our bytes are those that protobuf's own writer makes of the same event."""
    for name in sorted(os.listdir(path)):
        if "tfevents" not in name:
            continue
        for record in event_file_loader.RawEventFileLoader(os.path.join(path, name)).Load():
            event = event_pb2.Event.FromString(record)
            check(f"{path}/{name}", event.SerializeToString(deterministic=True), record)


def steps_of(what, by_step, wanted):
    check(f"{what}: steps", sorted(by_step), sorted(int(step) for step in wanted))


def check_scalars(run, tags, wanted):
    for tag, values in wanted.items():
        steps_of(f"{run} {tag}", tags[tag], values)
        for step, value in values.items():
            array = tensor_util.make_ndarray(tags[tag][int(step)])
            check(f"{run} {tag}: shape", array.shape, ())
            got, value = float(array), number(value)
            same = bits(got) == bits(value) or (np.isnan(got) and np.isnan(value))
            check(f"{run} {tag} at {step}: {got} for {value}", same, True)


def check_histograms(run, tags, wanted):
    for tag, values in wanted.items():
        steps_of(f"{run} {tag}", tags[tag], values)
        for step, text in values.items():
            got = tensor_util.make_ndarray(tags[tag][int(step)])
            theirs = histogram.histogram_pb(tag, floats(text)).value[0].tensor
            theirs = tensor_util.make_ndarray(theirs)
            what = f"{run} {tag} at {step}"
            check(f"{what}: shape", got.shape, theirs.shape)
            check(f"{what}: counts", got[:, 2].tolist(), theirs[:, 2].tolist())
            # An edge is one product and one sum: three roundings of numbers as large as the largest edge.
            bound = 3 * 2.0**-52 * np.max(np.abs(theirs[:, :2]), initial=0)
            check(f"{what}: edges", bool(np.all(np.abs(got - theirs) <= bound)), True)


MODES = {1: "L", 3: "RGB", 4: "RGBA"}


def check_images(run, tags, wanted):
    for tag, values in wanted.items():
        steps_of(f"{run} {tag}", tags[tag], values)
        for step, pictures in values.items():
            strings = tags[tag][int(step)].string_val
            size = [str(pictures[0][side]).encode() for side in ("width", "height")]
            check(f"{run} {tag}: size", list(strings[:2]), size)
            check(f"{run} {tag}: number", len(strings) - 2, len(pictures))
            for picture, file in zip(pictures, strings[2:]):
                image = Image.open(io.BytesIO(file))
                image.load()
                check(f"{run} {tag}: mode", image.mode, MODES[picture["channels"]])
                check(f"{run} {tag}: size", image.size, (picture["width"], picture["height"]))
                check(f"{run} {tag}: pixels", image.tobytes(), base64.b64decode(picture["pixels"]))


def check_weight_pictures(run, tags):
    """Those of the callback: every one can be opened, and some are there."""
    found = 0
    for tag, by_step in tags.items():
        for tensor in by_step.values() if tag.endswith("/image") else ():
            width, height, *files = tensor.string_val
            for file in files:
                image = Image.open(io.BytesIO(file))
                image.load()
                check(f"{run} {tag}: size", image.size, (int(width), int(height)))
                found += 1
    return found


class Server:
    """TensorBoard on a folder, loaded once."""

    def __init__(self, folder):
        board = program.TensorBoard()
        board.configure(argv=[None, "--logdir", folder, "--port", "0", "--load_fast=false", "--window_title="])
        self.url = board.launch()

    def get(self, path, body=None, **query):
        url = self.url + "data/" + path + ("?" + urllib.parse.urlencode(query) if query else "")
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(url, data, {"content-type": "application/json"}), timeout=30) as response:
            return response.read()

    def json(self, path, body=None, **query):
        return json.loads(self.get(path, body, **query))

    def wait_for(self, runs):
        deadline = time.monotonic() + 60
        while set(self.json("runs")) != set(runs):
            if time.monotonic() > deadline:
                sys.exit(f"runs: TensorBoard found {self.json('runs')}, written were {runs}")
            time.sleep(0.2)


def parse_graph(text):
    """Names and inputs of the nodes in the text of a GraphDef."""
    nodes, name = {}, None
    for line in text.splitlines():
        key, _, value = line.strip().partition(": ")
        if key == "name":
            name = json.loads(value)
            nodes[name] = []
        elif key == "input":
            nodes[name].append(json.loads(value))
    return nodes


def check_pages(folder, expected):
    server = Server(folder)
    server.wait_for([run for run, _ in runs_in(folder)])
    for run, nodes in expected["graphs"].items():
        text = server.get("plugin/graphs/graph", run=run, tag="keras", conceptual="true").decode()
        got = parse_graph(text)
        for name, inputs in nodes.items():
            check(f"conceptual graph of {run}: inputs of {name}", got.get(name), inputs)
        # The graph of the run: the same, without the model's name and the inputs of models inside.
        own = parse_graph(server.get("plugin/graphs/graph", run=run, conceptual="false").decode())
        model = run.split("/")[0] + "/"
        wanted = {name.removeprefix(model): [one.removeprefix(model) for one in inputs] for name, inputs in nodes.items()}
        for name, inputs in wanted.items():
            outside = [one if one in wanted else expected["innerInputs"][one] for one in inputs]
            check(f"graph of {run}: inputs of {name}", own.get(name), outside)
        check(f"graph of {run}: nodes", sorted(own), sorted(wanted))
    for plugin, table in (("histograms", "histograms"), ("scalars", "scalars"), ("images", "images"), ("text", "texts")):
        tags = server.json(f"plugin/{plugin}/tags")
        for run, wanted in expected[table].items():
            for tag in wanted:
                check(f"page of {plugin}: {run} {tag}", tag in tags[run], True)
    page = server.json("plugin/text/text", run="others", tag="notes")
    check("the text is Markdown", "<strong>bold</strong> and ünïcode" in page[0]["text"], True)
    picture = expected["images"]["others"]["pictures/3"]["7"][1]
    [second] = server.json("plugin/images/images", run="others", tag="pictures/3", sample=1)
    image = Image.open(io.BytesIO(server.get("plugin/images/individualImage?" + second["query"])))
    check("the second picture, over HTTP", image.tobytes(), base64.b64decode(picture["pixels"]))
    check_trials(server, expected["trials"])


def check_trials(server, trials):
    experiment = server.json("plugin/hparams/experiment", {"experimentName": "", "includeMetrics": True})
    check("experiment: description", experiment["description"], "three trials")
    types = {info["name"]: info["type"] for info in experiment["hparamInfos"]}
    check("experiment: types", types, {"units": "DATA_TYPE_FLOAT64", "kind": "DATA_TYPE_STRING", "bias": "DATA_TYPE_BOOL"})
    names = [info["name"] for info in experiment["metricInfos"]]
    check("experiment: metrics", names, [{"group": "validation", "tag": "epoch_loss"}])
    request = {
        "colParams": [
            *({"hparam": name, "includeInResult": True} for name in sorted(set().union(*(one["hparams"] for one in trials.values())))),
            {"metric": names[0], "includeInResult": True},
        ],
        "allowedStatuses": ["STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"],
        "startIndex": 0,
        "sliceSize": 100,
    }
    groups = server.json("plugin/hparams/session_groups", request)["sessionGroups"]
    sessions = {session["name"]: (session, group) for group in groups for session in group["sessions"]}
    check("sessions", sorted(sessions), sorted(trials))
    for name, trial in trials.items():
        session, group = sessions[name]
        check(f"{name}: hyperparameters", group["hparams"], trial["hparams"])
        check(f"{name}: status", session["status"], f"STATUS_{trial['status'].upper()}")
        [metric] = session["metricValues"]
        check(f"{name}: loss", metric["value"], trial["loss"])


def check_single_trial(folder, trial):
    """Without a root that tells of an experiment, the page finds hyperparameters and metrics in the runs themselves."""
    with tempfile.TemporaryDirectory() as root:
        shutil.copytree(folder, os.path.join(root, "alone"))
        server = Server(root)
        server.wait_for([run for run, _ in runs_in(root)])
        experiment = server.json("plugin/hparams/experiment", {"experimentName": "", "includeMetrics": True})
        check("hyperparameters of one run", sorted(info["name"] for info in experiment["hparamInfos"]), sorted(trial["hparams"]))
        metrics = [(info["name"]["group"], info["name"]["tag"]) for info in experiment["metricInfos"]]
    for name in (("train", "epoch_loss"), ("validation", "epoch_loss")):
        check(f"{name} among the metrics of one run", name in metrics, True)


def check_study(folder, trials):
    """The page of hyperparameters shows every trial of a study: its parameters, how it ended, its value."""
    server = Server(folder)
    server.wait_for([run for run, _ in runs_in(folder)])
    names = sorted(set().union(*(trial["hparams"] for trial in trials.values())))
    experiment = server.json("plugin/hparams/experiment", {"experimentName": "", "includeMetrics": True})
    check("study: parameters", sorted(info["name"] for info in experiment["hparamInfos"]), names)
    metrics = {info["name"]["tag"] for info in experiment["metricInfos"]}
    check("study: metrics", metrics, {"objective", "intermediate"})
    objective = [info["name"] for info in experiment["metricInfos"] if info["name"]["tag"] == "objective"][0]
    request = {
        "colParams": [*({"hparam": name, "includeInResult": True} for name in names), {"metric": objective, "includeInResult": True}],
        "allowedStatuses": ["STATUS_SUCCESS", "STATUS_FAILURE"],
        "startIndex": 0,
        "sliceSize": 100,
    }
    groups = server.json("plugin/hparams/session_groups", request)["sessionGroups"]
    sessions = {session["name"]: (session, group) for group in groups for session in group["sessions"]}
    check("study: trials", sorted(sessions), sorted(trials))
    for name, trial in trials.items():
        session, group = sessions[name]
        check(f"{name}: hyperparameters", {key: value for key, value in group["hparams"].items() if value is not None}, trial["hparams"])
        check(f"{name}: status", session["status"], f"STATUS_{trial['status'].upper()}")
        values = [metric["value"] for metric in session["metricValues"] if metric["name"]["tag"] == "objective"]
        check(f"{name}: value", values, [trial["loss"]] if "loss" in trial else [])


def check_projector(folder, run, expected):
    """TensorBoard on this folder shows the embeddings in this run."""
    server = Server(folder)
    server.wait_for([run for run, _ in runs_in(folder)])
    config = server.json("plugin/projector/info", run=run)
    check("projector: embeddings", [one["tensorName"] for one in config["embeddings"]], list(expected))
    for name, wanted in expected.items():
        [entry] = [one for one in config["embeddings"] if one["tensorName"] == name]
        check(f"projector: shape of {name}", entry["tensorShape"], wanted["shape"])
        vectors = np.frombuffer(server.get("plugin/projector/tensor", run=run, name=name), "<f4")
        check(f"projector: vectors of {name}", vectors.tobytes(), floats(wanted["values"]).tobytes())
        labels = server.get("plugin/projector/metadata", run=run, name=name).decode().splitlines()
        check(f"projector: labels of {name}", labels, wanted["labels"])


def main(folder):
    with open(os.path.join(folder, "expected.json"), encoding="utf-8") as file:
        expected = json.load(file)
    logs = os.path.join(folder, "logs")
    pictures = 0
    for run, path in runs_in(logs):
        accumulator, tags = read_run(path)
        check(f"{run}: version of the file", accumulator.file_version, 2.0)
        check_bytes(path)
        wanted = {tag for table in ("scalars", "histograms", "images", "texts") for tag in expected[table].get(run, {})}
        wanted |= {"keras"} if run in expected["graphs"] else set()
        got = {tag for tag in tags if not tag.startswith("_hparams_/") and not tag.endswith("/image")}
        check(f"{run}: tags", sorted(got), sorted(wanted))
        check_scalars(run, tags, expected["scalars"].get(run, {}))
        check_histograms(run, tags, expected["histograms"].get(run, {}))
        check_images(run, tags, expected["images"].get(run, {}))
        pictures += check_weight_pictures(run, tags)
        for tag, texts in expected["texts"].get(run, {}).items():
            got = {str(step): tensor.string_val[0].decode() for step, tensor in tags[tag].items()}
            check(f"{run} {tag}", got, texts)
    check("pictures of weights", pictures > 0, True)
    check_pages(logs, expected)
    check_single_trial(os.path.join(logs, "reader"), expected["trials"]["reader"])
    check_study(os.path.join(folder, "study"), expected["study"])
    check_projector(os.path.join(logs, "reader"), ".", expected["projector"])
    check_projector(os.path.join(logs, "reader"), "train", expected["projector"])
    check_projector(logs, "reader/train", expected["projector"])
    print(f"TensorBoard reads what gradtape wrote: {checks} comparisons")


if __name__ == "__main__":
    main(sys.argv[1])
