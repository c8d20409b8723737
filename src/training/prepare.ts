/** Turns what users give to fit, evaluate and predict into checked columns and batches. */
import { ArgumentError, ShapeError } from '../errors.ts';
import type { Layer } from '../layers/layer.ts';
import { checkLabels } from '../losses/index.ts';
import { byName } from '../models/structure.ts';
import { Model } from '../models/model.ts';
import { formatShape, type Shape } from '../tensor/shape.ts';
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
} from './data.ts';

/** Weights of classes 0, 1, ...; a class that is not named weighs 1. */
export type ClassWeight = { readonly [label: number]: number };

export interface DataOptions {
  readonly sampleWeight?: DataSet | undefined;
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
    if (compilation.losses.length > 0)
      throw new ArgumentError(
        `${where}: the targets y are missing; the model has ${compilation.losses.length} loss(es).`,
        { where },
      );
    return { inputs, targets: [], weights: [], length: checkLengths(where, named(model.inputNames, inputs)) };
  }
  const targets = namedItems(where, 'target', y, model.outputNames).map((value, index) =>
    column(where, model.outputNames[index] ?? 'y', value),
  );
  const weights = prepareWeights(model, where, targets, options);
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
    if (target && symbolic) checkTarget(where, loss.name, model.outputNames[output] ?? '', target, symbolic.shape);
  }
  return { inputs, targets, weights, length };
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
    const limit = indexLimit(model, symbolic);
    if (limit) checkIndices(where, name, given, limit);
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
    (one): one is unknown => one === value && isArrayData(value),
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

function checkTarget(where: string, lossName: string, output: string, target: Column, shape: PartialShape): void {
  if (lossName.startsWith('sparse_')) {
    checkLabels(lossName, target, shape);
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
  { sampleWeight, classWeight }: DataOptions,
): (Column | null)[] {
  if (sampleWeight !== undefined && classWeight !== undefined) {
    throw new ArgumentError(`${where}: give sampleWeight or classWeight, not both.`, { where });
  }
  if (classWeight !== undefined) {
    const [target] = targets;
    if (targets.length !== 1 || !target) {
      throw new ArgumentError(
        `${where}: classWeight is for models with one output; this one has ${targets.length}. Use sampleWeight by output.`,
        { where },
      );
    }
    return [weightsOfClasses(target, classWeight)];
  }
  if (sampleWeight === undefined) return targets.map(() => null);
  if (isArrayData(sampleWeight)) {
    const one = column(where, 'sampleWeight', sampleWeight);
    return targets.map(() => one);
  }
  if (Array.isArray(sampleWeight)) {
    return namedItems(where, 'sample weight', sampleWeight, model.outputNames).map((value) =>
      column(where, 'sampleWeight', value),
    );
  }
  const record = sampleWeight as Record<string, unknown>;
  const surplus = Object.keys(record).filter((name) => !model.outputNames.includes(name));
  if (surplus.length > 0) {
    throw new ArgumentError(
      `${where}: sampleWeight names the unknown output '${surplus[0]}'. The outputs are ${model.outputNames.join(', ')}.`,
      { where, got: surplus },
    );
  }
  return model.outputNames.map((name) =>
    record[name] === undefined ? null : column(where, `sampleWeight ${name}`, record[name]),
  );
}

// One-hot targets are taken by their largest entry.
function weightsOfClasses({ data, shape }: Column, classWeight: ClassWeight): Column {
  const length = shape[0] ?? 0;
  const width = length === 0 ? 1 : data.length / length;
  const weights = new Float32Array(length);
  for (let sample = 0; sample < length; sample++) {
    let label = data[sample * width] ?? 0;
    if (width > 1) {
      label = 0;
      for (let j = 1; j < width; j++)
        if ((data[sample * width + j] ?? 0) > (data[sample * width + label] ?? 0)) label = j;
    }
    weights[sample] = classWeight[label] ?? 1;
  }
  return { data: weights, shape: [length] };
}

/** The number of indices that a layer fed by this input takes, when one looks them up in a table. */
function indexLimit(model: Model, symbolic: SymbolicTensor): { layer: Layer; size: number } | undefined {
  for (const node of model.graphNodes) {
    const position = node.inputs.indexOf(symbolic);
    if (position < 0) continue;
    const { layer } = node;
    const size = (layer as { readonly inputDim?: unknown }).inputDim;
    if (layer.className === 'Embedding' && typeof size === 'number') return { layer, size };
    const inner = layer instanceof Model ? layer.inputs[position] : undefined;
    const found = inner && indexLimit(layer as Model, inner);
    if (found) return found;
  }
  return undefined;
}

function checkIndices(
  where: string,
  name: string,
  { data, shape }: Column,
  { layer, size }: { layer: Layer; size: number },
): void {
  for (let position = 0; position < data.length; position++) {
    const index = data[position] as number;
    if (Number.isInteger(index) && index >= 0 && index < size) continue;
    const row = data.length / (shape[0] || 1);
    throw new ArgumentError(
      `${where}: the input '${name}' has the index ${index} in sample ${Math.floor(position / row)}, but the layer '${layer.name}' knows the indices 0 to ${size - 1}. ` +
        'Raise its inputDim, or map rare values to one index.',
      { where, got: index, expected: size },
    );
  }
}
