/** Turns what users give to fit, evaluate and predict into checked columns and batches. */
import { ArgumentError, describeValue, ShapeError } from '../errors.ts';
import { mainInputs } from '../layers/graph-node.ts';
import { Layer } from '../layers/layer.ts';
import { checkLabels, type Loss } from '../losses/index.ts';
import { byName, isRecord } from '../models/structure.ts';
import { Model } from '../models/model.ts';
import { formatShape, type Shape } from '../tensor/shape.ts';
import { MAX_EXACT_INTEGER } from '../tensor/tensor.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { SymbolicTensor } from '../layers/symbolic-tensor.ts';
import type { Compilation } from './compilation.ts';
import {
  checkLengths,
  column,
  isArrayData,
  takeRows,
  type Batch,
  type Column,
  type Columns,
  type DataSet,
  type SampleWeights,
} from './data.ts';

/** Weights of classes 0, 1, ...; a class that is not named weighs 1. */
export type ClassWeight = { readonly [label: number]: number };

export interface DataOptions {
  /** Weight of each sample, or of each sample and step, in the loss; for several outputs also a list or record. */
  readonly sampleWeight?: SampleWeights | undefined;
  /** Weight of each class's samples in the loss; for one output, and not beside `sampleWeight`. */
  readonly classWeight?: ClassWeight | undefined;
}

/**
 * Checks data against the model's inputs and outputs.
 * @throws ArgumentError for missing names, unequal lengths and labels out of range; ShapeError for shapes that do not fit
 */
export function prepareColumns(
  model: Model,
  compilation: Compilation,
  where: string,
  x: DataSet,
  y: DataSet | null | undefined,
  options: DataOptions = {},
): Columns {
  const inputs = prepareInputs(model, where, x);
  if (y === undefined || y === null) {
    const { losses, metrics } = compilation;
    if (losses.length + metrics.length > 0)
      throw new ArgumentError(
        `${where}: the targets y are missing; the model has ${losses.length} loss(es) and ${metrics.length} metric(s).`,
        { where },
      );
    return { inputs, targets: [], weights: [], length: checkLengths(where, named(model.inputNames, inputs)) };
  }
  const targets = namedItems(where, 'target', y, model.outputNames).map((value, index) =>
    column(where, model.outputNames[index] ?? 'y', value),
  );
  const weights = prepareWeights(model, where, targets, options.sampleWeight);
  const length = checkLengths(where, [
    ...named(model.inputNames, inputs),
    ...named(
      model.outputNames.map((name) => `target ${name}`),
      targets,
    ),
    ...named(
      model.outputNames.map((name) => `sample weight ${name}`),
      weights,
    ),
  ]);
  for (const { loss, output } of compilation.losses) {
    const target = targets[output];
    const symbolic = model.outputs[output];
    if (target && symbolic) checkTarget(where, loss, model.outputNames[output] ?? '', target, symbolic.shape);
  }
  const columns = { inputs, targets, weights, length };
  return options.classWeight === undefined ? columns : withClassWeights(model, where, columns, options.classWeight);
}

/** The inputs alone, as columns without targets. */
export function inputColumns(model: Model, where: string, x: DataSet): Columns {
  const inputs = prepareInputs(model, where, x);
  return { inputs, targets: [], weights: [], length: checkLengths(where, named(model.inputNames, inputs)) };
}

/** The inputs alone, checked. */
export function prepareInputs(model: Model, where: string, x: DataSet): Column[] {
  const inputs = namedItems(where, 'input', x, model.inputNames).map((value, index) =>
    column(where, model.inputNames[index] ?? 'x', value),
  );
  inputs.forEach((given, index) => {
    const symbolic = model.inputs[index];
    if (!symbolic) return;
    const name = model.inputNames[index] ?? symbolic.name;
    if (!fits(given.shape, symbolic.shape)) {
      throw new ShapeError(
        `${where}: the input '${name}' expects the shape ${formatShape(symbolic.shape)}, got ${formatShape(given.shape)}. The first axis counts the samples.`,
        {
          where,
          got: given.shape,
          expected: symbolic.shape,
        },
      );
    }
    const lookups = lookupsOf(model, symbolic);
    const [least] = lookups.sort((a, b) => a.size - b.size);
    if (least) checkIndices(where, name, given, least);
  });
  return inputs;
}

/** One batch of columns. */
export function batchOf(columns: Columns, order: Uint32Array, from: number, to: number): Batch {
  const rows = (one: Column) => takeRows(one, order, from, to);
  return {
    inputs: columns.inputs.map(rows),
    targets: columns.targets.map(rows),
    weights: columns.weights.map((weight) => weight && rows(weight)),
    size: to - from,
  };
}

/** All rows of columns as one batch. */
export function wholeBatch(columns: Columns): Batch {
  return batchOf(
    columns,
    Uint32Array.from({ length: columns.length }, (_, index) => index),
    0,
    columns.length,
  );
}

function namedItems(where: string, what: string, value: DataSet, names: readonly string[]): unknown[] {
  return byName<unknown>(
    where,
    what,
    value as never,
    names,
    // For several there is no one array: nested arrays are then a list.
    (one): one is unknown => one === value && isArrayData(value) && (names.length === 1 || !Array.isArray(value)),
  );
}

function named(names: readonly string[], columns: readonly (Column | null)[]): (readonly [string, Column | null])[] {
  return columns.map((one, index) => [names[index] ?? String(index), one] as const);
}

// A last axis of size 1 may be missing or too many, as in Keras.
function fits(shape: Shape, expected: PartialShape): boolean {
  const same = (given: Shape): boolean =>
    given.length === expected.length &&
    expected.every((size, axis) => axis === 0 || size === null || size === given[axis]);
  return (
    same(shape) || (expected.at(-1) === 1 && same([...shape, 1])) || (shape.at(-1) === 1 && same(shape.slice(0, -1)))
  );
}

function checkTarget(where: string, loss: Loss, output: string, target: Column, shape: PartialShape): void {
  // What targets a loss of the user's own takes, only the user knows.
  if (loss.className === undefined) return;
  const lossName = loss.name;
  if (loss.labels !== undefined) {
    checkLabels(loss, target, shape);
    return;
  }
  const row = target.shape.slice(1);
  const expected = shape.slice(1);
  const matches = (given: Shape): boolean =>
    given.length === expected.length &&
    expected.every((size, axis) => size === null || size === given[axis] || (size === 1 && given[axis] === 1));
  if (
    matches(row) ||
    (expected.at(-1) === 1 && matches([...row, 1])) ||
    (row.at(-1) === 1 && matches(row.slice(0, -1)))
  )
    return;
  const hint =
    lossName === 'categorical_crossentropy' && row.length < expected.length
      ? " For integer labels use 'sparse_categorical_crossentropy', or make them one-hot."
      : '';
  throw new ShapeError(
    `${where}: the target of '${output}' has the shape ${formatShape(target.shape)}, the output ${formatShape(shape)}; ${lossName} compares them element by element.${hint}`,
    {
      where,
      got: target.shape,
      expected: shape,
    },
  );
}

function prepareWeights(
  model: Model,
  where: string,
  targets: readonly Column[],
  sampleWeight: SampleWeights | undefined,
): (Column | null)[] {
  if (sampleWeight === undefined) return targets.map(() => null);
  const several = targets.length > 1;
  const weightOf = (value: unknown, index: number): Column | null =>
    value === null || value === undefined
      ? null
      : column(where, several ? `sampleWeight of ${model.outputNames[index]}` : 'sampleWeight', value);
  // Numbers in a list of one list per output are weights per output: one array would have one number per sample.
  const isPerOutput =
    Array.isArray(sampleWeight) &&
    (!isArrayData(sampleWeight) ||
      (several && sampleWeight.length === targets.length && sampleWeight.every((one) => Array.isArray(one))));
  if (isPerOutput) {
    if (sampleWeight.length === targets.length) return (sampleWeight as readonly unknown[]).map(weightOf);
    throw new ArgumentError(
      `${where}: sampleWeight has ${sampleWeight.length} entries, the model has ${targets.length} outputs (${model.outputNames.join(', ')}). Give one array per output, null for none.`,
      { where, got: sampleWeight.length, expected: targets.length },
    );
  }
  if (!isRecord(sampleWeight) || isArrayData(sampleWeight)) {
    const one = column(where, 'sampleWeight', sampleWeight);
    if (several && one.shape.length > 1 && one.data.length !== one.shape[0]) {
      throw new ShapeError(
        `${where}: sampleWeight has the shape ${formatShape(one.shape)}; one array for ${targets.length} outputs has one number per sample. Give one array per output for weights of steps.`,
        { where, got: one.shape },
      );
    }
    return targets.map(() => one);
  }
  const surplus = Object.keys(sampleWeight).filter((name) => !model.outputNames.includes(name));
  if (surplus.length > 0) {
    throw new ArgumentError(
      `${where}: sampleWeight names the unknown output '${surplus[0]}'. The outputs are ${model.outputNames.join(', ')}.`,
      { where, got: surplus },
    );
  }
  return model.outputNames.map((name, index) => weightOf(sampleWeight[name], index));
}

/**
 * Columns whose samples weigh what their classes do: a target of one number is the class, a row of several its largest.
 * @throws ArgumentError beside sample weights, for several outputs, for targets of several steps, and for weights that are no numbers
 */
export function withClassWeights(model: Model, where: string, columns: Columns, classWeight: ClassWeight): Columns {
  if (columns.weights.some((weight) => weight !== null)) {
    throw new ArgumentError(`${where}: give sampleWeight or classWeight, not both.`, { where });
  }
  const [target] = columns.targets;
  const [output] = model.outputs;
  if (columns.targets.length !== 1 || !target || !output) {
    throw new ArgumentError(
      `${where}: classWeight is for models with one output; this one has ${model.outputs.length}. Use sampleWeight by output.`,
      { where },
    );
  }
  if (output.shape.length > 2 || target.shape.length > 2) {
    throw new ArgumentError(
      `${where}: classWeight weighs whole samples, and the target has the shape ${formatShape(target.shape)}. Use sampleWeight [samples, steps].`,
      { where, got: target.shape },
    );
  }
  if (!isRecord(classWeight)) {
    throw new ArgumentError(`${where}: classWeight is ${describeValue(classWeight)}. Give { 0: weight, 1: weight }.`, {
      where,
      got: classWeight,
    });
  }
  for (const [label, weight] of Object.entries(classWeight as Readonly<Record<string, unknown>>)) {
    if (/^\d+$/.test(label) && typeof weight === 'number' && Number.isFinite(weight)) continue;
    throw new ArgumentError(
      `${where}: classWeight has ${describeValue(weight)} for '${label}'. Give a finite number for each class 0, 1, ...`,
      { where, got: classWeight },
    );
  }
  return { ...columns, weights: [weightsOfClasses(target, classWeight)] };
}

// One-hot targets are taken by their largest entry.
function weightsOfClasses({ data, shape }: Column, classWeight: ClassWeight): Column {
  const length = shape[0] ?? 0;
  const width = length === 0 ? 1 : data.length / length;
  const weights = new Float32Array(length);
  for (let sample = 0; sample < length; sample++) {
    let label = nearestInteger(data[sample * width] ?? 0);
    if (width > 1) {
      label = 0;
      for (let j = 1; j < width; j++)
        if ((data[sample * width + j] ?? 0) > (data[sample * width + label] ?? 0)) label = j;
    }
    weights[sample] = classWeight[label] ?? 1;
  }
  return { data: weights, shape: [length] };
}

// Halves go to the even neighbour, as in Keras.
function nearestInteger(value: number): number {
  const below = Math.floor(value);
  return value - below < 0.5 || (value - below === 0.5 && below % 2 === 0) ? below : below + 1;
}

/** A layer that looks up indices, and how many it knows. */
interface Lookup {
  readonly layer: Layer;
  readonly size: number;
}

/** Layers that hand the values of their input on as they are. */
const LAYOUTS: ReadonlySet<string> = new Set(['Concatenate', 'Flatten', 'Permute', 'RepeatVector', 'Reshape']);

/** The layers that look up the values of a tensor of the graph, nested models included. */
function lookupsOf(model: Model, symbolic: SymbolicTensor): Lookup[] {
  return model.graphNodes.flatMap((node) =>
    mainInputs(node).flatMap((given, position): Lookup[] => {
      if (given !== symbolic) return [];
      if (LAYOUTS.has(node.layer.className)) return node.outputs.flatMap((output) => lookupsOf(model, output));
      return lookupsIn(node.layer, position);
    }),
  );
}

function lookupsIn(layer: Layer, position: number): Lookup[] {
  if (layer instanceof Model) {
    const inner = layer.inputs[position];
    return inner ? lookupsOf(layer, inner) : [];
  }
  const { inputDim, layer: wrapped } = layer as { readonly inputDim?: unknown; readonly layer?: unknown };
  if (layer.className === 'Embedding' && typeof inputDim === 'number') return [{ layer, size: inputDim }];
  return layer.className === 'TimeDistributed' && wrapped instanceof Layer ? lookupsIn(wrapped, position) : [];
}

function checkIndices(where: string, name: string, { data, shape }: Column, { layer, size }: Lookup): void {
  for (let position = 0; position < data.length; position++) {
    const index = data[position] as number;
    if (Number.isInteger(index) && index >= 0 && index < size && index <= MAX_EXACT_INTEGER) continue;
    const row = data.length / (shape[0] || 1);
    throw new ArgumentError(
      `${where}: the input '${name}' has the index ${index} in sample ${Math.floor(position / row)}, but the layer '${layer.name}' knows the indices 0 to ${size - 1}. ` +
        'Raise its inputDim, or map rare values to one index.',
      { where, got: index, expected: size },
    );
  }
}
