/** `model.weights.h5`: all weights of a model and the variables of its optimizer, by the paths of Keras 3. */
import { warn } from '../console.ts';
import { FormatError } from '../errors.ts';
import type { Model } from '../models/model.ts';
import type { Optimizer } from '../optimizers/index.ts';
import type { Variable } from '../tensor/variable.ts';
import { assignArrays, type Delivery } from './assign-arrays.ts';
import { groupAt, makeGroup, newGroup, type H5Dataset, type H5Group } from './hdf5.ts';
import { toKeras3Optimizer } from './keras2-optimizer.ts';
import { weightPlaces } from './weight-places.ts';

/** Groups that belong to no weight: random states, metrics. */
const STATES_OF_OTHERS = /(^|\/)(seed_generator|metrics|_[^/]*)(\/|$)/;

/** The tree of a file of weights. @param optimizer its variables too, where there is one */
export async function weightsTree(model: Model, optimizer: Optimizer | undefined): Promise<H5Group> {
  const root = newGroup();
  for (const { path, name, variables } of weightPlaces(model)) await writeVariables(root, path, name, variables);
  if (optimizer) {
    await writeVariables(root, 'optimizer', optimizer.name, optimizer.variables);
    const [iteration] = optimizer.variables;
    const count = groupAt(root, 'optimizer/vars')?.datasets;
    if (iteration && count) count.set('0', { shape: [], data: Int32Array.from((await iteration.read()).data) });
  }
  return root;
}

async function writeVariables(
  root: H5Group,
  path: string,
  name: string,
  variables: readonly Variable[],
): Promise<void> {
  const group = makeGroup(root, `${path}/vars`);
  group.attributes.set('name', name);
  for (const [index, variable] of variables.entries())
    group.datasets.set(String(index), { shape: variable.shape, data: (await variable.read()).data });
}

export interface LoadTreeOptions {
  readonly where: string;
  /** Leaves out what does not fit, with a warning. */
  readonly skipMismatch?: boolean | undefined;
  /** Gets its variables from the file too, where the file has them. */
  readonly optimizer?: Optimizer | undefined;
  /** The weights that the optimizer trains. */
  readonly trainable?: readonly Variable[] | undefined;
  /** Keras 2.13 to 2.15 wrote the file: their optimizers have fewer variables. */
  readonly keras2?: boolean;
}

/** Told where a model is asked of a file of weights. */
export function holdsWeights(where: string): FormatError {
  return new FormatError(
    `${where}: the file holds weights, not a model. Make the model and load them into it: loadWeights(model, path).`,
    { where },
  );
}

/** Whether a tree is one of weights by path. */
export function isWeightsTree(root: H5Group): boolean {
  return ['vars', 'layers', '_layer_checkpoint_dependencies'].some((name) => root.groups.has(name));
}

/**
 * Weights of a tree into a model, and into its optimizer.
 * @throws FormatError that lists what does not fit; nothing is changed then
 */
export function loadWeightsTree(model: Model, root: H5Group, options: LoadTreeOptions): void {
  const { where, skipMismatch, optimizer, trainable = [] } = options;
  const early = root.groups.has('_layer_checkpoint_dependencies');
  // The last Keras 2 wrote this name for the lists of layers.
  const inFile = (path: string): string =>
    early ? path.replace(/(^|\/)layers(?=\/)/g, '$1_layer_checkpoint_dependencies') : path;
  const places = weightPlaces(model).map((place) => ({ ...place, path: inFile(place.path) }));
  const deliveries = places.map(({ path, name, variables }): Delivery => ({
    what: `layer '${name}' (${path === '' ? 'the model itself' : path})`,
    variables,
    arrays: arraysOf(groupAt(root, `${path}/vars`)),
  }));
  const known = new Set(places.map(({ path }) => path));
  const problems = pathsWithArrays(root)
    .filter(
      (path) =>
        !known.has(path) &&
        path !== 'optimizer' &&
        !STATES_OF_OTHERS.test(path.replaceAll('_layer_checkpoint_dependencies', '')),
    )
    .map((path) => `'${path}' in the file: the model has no such layer.`);
  const state = arraysOf(groupAt(root, 'optimizer/vars')) ?? [];
  const inOrder = optimizer && options.keras2 ? toKeras3Optimizer(optimizer, trainable, { arrays: state }) : state;
  const ofOptimizer = optimizer ? optimizerDelivery(where, optimizer, trainable, inOrder) : [];
  assignArrays(where, [...deliveries, ...ofOptimizer], { problems, skipMismatch: skipMismatch ?? false });
}

/**
 * What a file says of an optimizer's variables, in Keras's order: nothing where their numbers differ, with a warning.
 * @param arrays none, or only the number of steps and the learning rate, of an optimizer that has not run
 */
export function optimizerDelivery(
  where: string,
  optimizer: Optimizer,
  trainable: readonly Variable[],
  arrays: readonly H5Dataset[],
): readonly Delivery[] {
  if (arrays.length === 0) return [];
  const unbuilt = optimizer.variables.length;
  if (!optimizer.built && arrays.length !== unbuilt) optimizer.build(trainable);
  const { variables } = optimizer;
  if (arrays.length === variables.length || arrays.length === unbuilt)
    return [{ what: `optimizer '${optimizer.name}'`, variables: variables.slice(0, arrays.length), arrays }];
  warn(
    `${where}: the optimizer '${optimizer.name}' has ${variables.length} variables, the file has ${arrays.length}. The weights are loaded; the optimizer begins anew.`,
  );
  return [];
}

/** The datasets "0", "1", ... of a group; undefined without the group. */
function arraysOf(group: H5Group | undefined): readonly H5Dataset[] | undefined {
  if (!group) return undefined;
  const arrays: H5Dataset[] = [];
  for (let index = 0; group.datasets.has(String(index)); index++)
    arrays.push(group.datasets.get(String(index)) as H5Dataset);
  return arrays;
}

/** Paths of the objects that have arrays. */
function pathsWithArrays(group: H5Group, path = ''): string[] {
  const inner = [...group.groups].flatMap(([name, one]) =>
    name === 'vars' && one.groups.size === 0
      ? one.datasets.size > 0
        ? [path]
        : []
      : pathsWithArrays(one, path === '' ? name : `${path}/${name}`),
  );
  return inner;
}
