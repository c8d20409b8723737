/** The members of an ensemble: models that take the same inputs and give the same outputs, called side by side. */
import { ArgumentError, describeValue, ShapeError } from '../errors.ts';
import { SymbolicTensor } from '../layers/symbolic-tensor.ts';
import { InputLayer } from '../models/input.ts';
import { itemsOf, layOut, type Layout, type Structure } from '../models/structure.ts';
import { formatShape } from '../tensor/shape.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import { Model, model } from '../training/models.ts';

/** What the members of an ensemble have in common. */
export interface Members {
  readonly models: readonly Model[];
  /** What all of them are called on. */
  readonly inputs: Structure<SymbolicTensor>;
  /** How the outputs are laid out. */
  readonly layout: Layout;
  /** Names of the outputs, in order. */
  readonly outputNames: readonly string[];
  /** For each output what each member gives. */
  readonly outputs: readonly (readonly SymbolicTensor[])[];
  /** Names that layers of the ensemble have. */
  readonly taken: Set<string>;
}

/** @throws ArgumentError unless it is a list of at least one model, each once, whose shapes are known */
export function checkModels(where: string, models: unknown): asserts models is readonly Model[] {
  if (!Array.isArray(models) || models.length === 0) {
    throw new ArgumentError(
      `${where}: the models are ${Array.isArray(models) ? 'an empty list' : describeValue(models)}. Give a list of at least one, such as [modelA, modelB].`,
      { where, got: models },
    );
  }
  for (const [index, one] of (models as readonly unknown[]).entries()) {
    if (!(one instanceof Model)) {
      throw new ArgumentError(
        `${where}: model ${index} is ${describeValue(one)}. Give models; those of files come from loadModel.`,
        { where, got: one },
      );
    }
    if (!one.built) {
      throw new ArgumentError(
        `${where}: model ${index}, '${one.name}', does not know the shape of its input. Give its first layer an inputShape, or train it first.`,
        { where, got: one.name },
      );
    }
    const first = models.indexOf(one);
    if (first === index) continue;
    throw new ArgumentError(
      `${where}: model ${index}, '${one.name}', is model ${first} again. Give each once, and one that counts more a weight.`,
      { where, got: one.name },
    );
  }
}

/**
 * Calls all models on inputs of their own, each as one layer; where names collide, inside a model that has another one.
 * @throws ArgumentError for models of other numbers or names of inputs or outputs, ShapeError for other shapes
 */
export function callMembers(where: string, models: readonly Model[]): Members {
  const first = models[0] as Model;
  const taken = new Set<string>();
  const inputs = common(where, 'input', models).map(
    (shape, index) =>
      new InputLayer(shape, {
        name: freeName((first.inputs[index] as SymbolicTensor).name, taken),
        dtype: (first.inputs[index] as SymbolicTensor).dtype,
      }).tensor,
  );
  common(where, 'output', models);
  const outputNames = first.outputs.map(({ name }) => freeName(name, taken));
  const given = models.map((member) => outputsOf(where, member, first, inputs, taken));
  return {
    models,
    inputs: layOut(first.inputLayout, inputs),
    layout: first.outputLayout,
    outputNames,
    outputs: first.outputs.map((_, index) => given.map((outputs) => outputs[index] as SymbolicTensor)),
    taken,
  };
}

/** The name, or the name with the first number that makes it new. */
export function freeName(name: string, taken: Set<string>): string {
  let candidate = name;
  for (let number = 1; taken.has(candidate); number++) candidate = `${name}_${number}`;
  taken.add(candidate);
  return candidate;
}

function outputsOf(
  where: string,
  member: Model,
  first: Model,
  inputs: readonly SymbolicTensor[],
  taken: Set<string>,
): readonly SymbolicTensor[] {
  const own = inTheirOrder(where, 'input', member, first).map((place) => inputs[place] as SymbolicTensor);
  const outputs = callAsLayer(member, own, taken);
  const places = inTheirOrder(where, 'output', member, first);
  return first.outputs.map((_, index) => outputs[places.indexOf(index)] as SymbolicTensor);
}

/** @internal Calls a model as one layer of another, which has no layer of its name: else inside a model that has a new one. */
export function callAsLayer(
  member: Model,
  inputs: readonly SymbolicTensor[],
  taken: Set<string>,
): readonly SymbolicTensor[] {
  const name = freeName(member.name, taken);
  return call(name === member.name ? member : renamed(member, name), inputs);
}

function call(layer: Model, inputs: readonly SymbolicTensor[]): readonly SymbolicTensor[] {
  const result = layer(layOut(layer.inputLayout, inputs)) as Structure<SymbolicTensor>;
  return itemsOf(result, (one): one is SymbolicTensor => one instanceof SymbolicTensor).items;
}

/** A model that is the member under another name. */
function renamed(member: Model, name: string): Model {
  const taken = new Set([member.name]);
  const inputs = member.inputs.map(
    ({ name: input, shape, dtype }) => new InputLayer(shape, { name: freeName(input, taken), dtype }).tensor,
  );
  return model(layOut(member.inputLayout, inputs), layOut(member.outputLayout, call(member, inputs)), {
    name,
  }) as Model;
}

export type Side = 'input' | 'output';

function sideOf(one: Model, side: Side): { readonly layout: Layout; readonly tensors: readonly SymbolicTensor[] } {
  return side === 'input'
    ? { layout: one.inputLayout, tensors: one.inputs }
    : { layout: one.outputLayout, tensors: one.outputs };
}

/** For each input or output of a model its place among those of the first one: by name in records, else in order. */
export function inTheirOrder(where: string, side: Side, one: Model, first: Model): readonly number[] {
  const [own, theirs] = [sideOf(one, side), sideOf(first, side)];
  const places =
    own.layout.kind === 'record' && theirs.layout.kind === 'record'
      ? own.layout.keys.map((key) => (theirs.layout as { keys: readonly string[] }).keys.indexOf(key))
      : own.layout.kind === 'record' || theirs.layout.kind === 'record'
        ? []
        : own.tensors.map((_, index) => index);
  if (places.length === theirs.tensors.length && !places.includes(-1)) return places;
  throw new ArgumentError(
    `${where}: the ${side}s of '${one.name}' are ${describe(one, side)}, those of '${first.name}' ${describe(first, side)}. All models need the same, in one order or by the same names.`,
    { where, got: describe(one, side), expected: describe(first, side) },
  );
}

function describe(one: Model, side: Side): string {
  const { layout, tensors } = sideOf(one, side);
  return layout.kind === 'record' ? `{ ${layout.keys.join(', ')} }` : `${tensors.length} in order`;
}

/** The shapes that all models agree on; a size that some leave open is that of the others. */
function common(where: string, side: Side, models: readonly Model[]): readonly PartialShape[] {
  const first = models[0] as Model;
  const all = models.map((one) => {
    const { tensors } = sideOf(one, side);
    const places = inTheirOrder(where, side, one, first);
    return sideOf(first, side).tensors.map((_, index) => (tensors[places.indexOf(index)] as SymbolicTensor).shape);
  });
  return sideOf(first, side).tensors.map(({ name }, index) => {
    const shapes = all.map((own) => own[index] as PartialShape);
    const shape = agreed(shapes);
    if (shape) return shape;
    const list = models.map((one, place) => `'${one.name}' ${formatShape(shapes[place] as PartialShape)}`).join(', ');
    throw new ShapeError(
      `${where}: the models have other shapes of the ${side} '${name}': ${list}. They must be equal, or open.`,
      { where, got: shapes },
    );
  });
}

function agreed(shapes: readonly PartialShape[]): PartialShape | undefined {
  const first = shapes[0] as PartialShape;
  if (shapes.some(({ length }) => length !== first.length)) return undefined;
  const sizes = first.map((_, axis) => new Set(shapes.map((shape) => shape[axis]).filter((size) => size !== null)));
  if (sizes.some((known) => known.size > 1)) return undefined;
  return sizes.map((known) => [...known][0] ?? null);
}
