/**
 * Everything that a training which goes on must find as it was: weights, optimizer, random counters, the sums of the
 * running epoch, the callbacks' states, and where it stands. What is not here: the data, which are the caller's.
 */
import { ArgumentError } from '../errors.ts';
import { looseRandomCounter } from '../layers/call-scope.ts';
import type { Layer } from '../layers/layer.ts';
import type { Model } from '../models/model.ts';
import { generatorState, setGeneratorState } from '../ops/random-state.ts';
import { checkTensors, StateFields, type StateValue } from '../tensor/state-value.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { warn } from '../console.ts';
import type { CallbackList, Logs } from './callback.ts';
import type { Compilation } from './compilation.ts';
import type { FitStreams } from './fit-data.ts';
import type { Meters, Steps } from './steps.ts';

const VERSION = 1;

/** Where a fit stands between two steps. */
export interface RunPosition {
  readonly epoch: number;
  /** Batches of the epoch that are done. */
  readonly batch: number;
  /** Whether the epoch's first hooks were called. */
  readonly begun: boolean;
}

/** What a state is read from and written to. */
export interface RunParts {
  readonly model: Model;
  readonly compilation: Compilation;
  readonly steps: Steps;
  readonly callbacks: CallbackList;
  readonly meters: Meters;
  readonly streams: Pick<FitStreams, 'samples' | 'batchSize' | 'steps'>;
  readonly initialEpoch: number;
  /** Number of the run's first shuffle. */
  readonly firstShuffle: number;
  /** Batches of each validation so far; all that there were is Infinity. */
  readonly validated: readonly number[];
}

/** What a fit must know of a state before it draws the first batch. */
export interface ReachedRun {
  readonly position: RunPosition;
  readonly initialEpoch: number;
  readonly firstShuffle: number;
  readonly validated: readonly number[];
  readonly logs: Logs;
}

/** A state that was read. */
export interface SavedRun extends ReachedRun {
  readonly fields: StateFields;
}

export async function captureRun(parts: RunParts, position: RunPosition, logs: Logs): Promise<StateValue> {
  const { model, compilation, callbacks, meters, streams, initialEpoch, firstShuffle } = parts;
  const random = await generatorState();
  return {
    version: VERSION,
    position: { ...position },
    stopTraining: model.stopTraining,
    initialEpoch,
    firstShuffle,
    validated: [...parts.validated],
    data: { ...dataOf(streams) },
    logs,
    meters: meters.state,
    seeds: layersOf(model).map(({ seed }) => seed),
    weights: await valuesOf(model.weights),
    weightNames: model.weights.map(({ name }) => name),
    optimizer: compilation.optimizer.className,
    optimizerVariables: await valuesOf(optimizerVariables(compilation)),
    runVariables: await valuesOf(model.runVariables),
    random: { ...random, looseCounter: await looseRandomCounter().read() },
    callbacks: await callbacks.states(),
  };
}

/** @throws FormatError for what is no state of a run */
export function readRun(where: string, state: StateValue): SavedRun {
  const fields = new StateFields(where, state);
  const version = fields.count('version');
  if (version !== VERSION) {
    throw new ArgumentError(
      `${where}: the state has the version ${version}, this gradtape knows ${VERSION}. Go on with the gradtape that wrote it, or remove the backup.`,
      { where, got: version, expected: VERSION },
    );
  }
  const position = fields.fields('position');
  return {
    position: { epoch: position.count('epoch'), batch: position.count('batch'), begun: position.boolean('begun') },
    initialEpoch: fields.count('initialEpoch'),
    firstShuffle: fields.count('firstShuffle'),
    validated: fields.numbers('validated'),
    logs: Object.fromEntries(fields.numbersByName('logs')),
    fields,
  };
}

/**
 * Puts everything back.
 * @throws ArgumentError, ShapeError or FormatError when the state is that of another model, optimizer, data or list of
 *   callbacks; variables then are as they were
 */
export async function restoreRun(where: string, { fields, position }: SavedRun, parts: RunParts): Promise<void> {
  const { model, compilation, callbacks, meters, streams } = parts;
  if (position.begun) checkData(where, fields.fields('data'), streams);
  checkSeeds(where, fields.numbers('seeds'), model);
  warnOfNames(where, fields, model);
  const restored: (readonly [Variable, Tensor])[] = [];
  const prepare = (what: string, variables: readonly Variable[], values: readonly Tensor[]): void => {
    checkTensors(
      `${where}: the state of ${what}`,
      values,
      variables.map(({ shape }) => shape),
      variables.map(({ name }) => name),
    );
    variables.forEach((variable, index) => restored.push([variable, values[index] as Tensor]));
  };
  prepare(`the model '${model.name}'`, model.weights, fields.tensors('weights'));
  checkOptimizer(where, fields.string('optimizer'), compilation);
  const slots = fields.tensors('optimizerVariables');
  prepare('the optimizer', optimizerVariables(compilation), slots);
  prepare(
    'the random counters, recurrent states and own variables of layers',
    model.runVariables,
    fields.tensors('runVariables'),
  );
  const random = fields.fields('random');
  prepare('the default generator', [looseRandomCounter()], [random.tensor('looseCounter')]);
  const generator = {
    seed: random.number('seed'),
    ordinal: random.count('ordinal'),
    counter: random.tensor('counter'),
  };
  checkTensors(`${where}: the state of the default generator`, [generator.counter], [[2]], ['counter']);
  const stopTraining = fields.boolean('stopTraining');
  await callbacks.setStates(where, fields.list('callbacks'));
  meters.state = fields.value('meters') ?? null;
  setGeneratorState(generator);
  for (const [variable, value] of restored) variable.assign(value);
  model.stopTraining = stopTraining;
}

/** Whether every trainable weight is a finite number. */
export async function weightsAreFinite({ trainable }: Compilation): Promise<boolean> {
  for (const weight of trainable) {
    const { data } = await weight.read();
    for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return false;
  }
  return true;
}

/** Variables that the steps change and no state holds: what follows from them is lost with the process. */
export function lostVariables({ model, compilation, steps }: RunParts): readonly Variable[] {
  const held = new Set([...model.weights, ...model.runVariables, ...optimizerVariables(compilation)]);
  return steps.written.filter((variable) => !held.has(variable) && variable !== looseRandomCounter());
}

function optimizerVariables({ optimizer, trainable }: Compilation): readonly Variable[] {
  optimizer.build(trainable);
  return optimizer.variables;
}

async function valuesOf(variables: readonly Variable[]): Promise<Tensor[]> {
  const values: Tensor[] = [];
  for (const variable of variables) values.push(await variable.read());
  return values;
}

/** A layer and all those inside it. */
export function layersOf(layer: Layer): readonly Layer[] {
  return [layer, ...layer.sublayers.flatMap((inner) => layersOf(inner))];
}

interface DataSizes {
  readonly samples: number | undefined;
  readonly batchSize: number | undefined;
  readonly steps: number | undefined;
}

// The batches of an iterable have their own sizes.
function dataOf({ samples, batchSize, steps }: RunParts['streams']): DataSizes {
  return { samples, batchSize: samples === undefined ? undefined : batchSize, steps };
}

function checkData(where: string, saved: StateFields, streams: RunParts['streams']): void {
  const given = dataOf(streams);
  for (const [name, what] of [
    ['samples', 'samples'],
    ['batchSize', 'samples per batch'],
    ['steps', 'batches per epoch'],
  ] as const) {
    const was = saved.optionalNumber(name);
    if (was === given[name]) continue;
    throw new ArgumentError(
      `${where}: the run was interrupted within an epoch of ${was ?? 'an unknown number of'} ${what}; this fit has ${given[name] ?? 'an unknown number of'}. ` +
        'Give the same data and options, or remove the backup.',
      { where, got: given[name], expected: was },
    );
  }
}

function checkSeeds(where: string, seeds: readonly number[], model: Model): void {
  const given = layersOf(model).map(({ seed }) => seed);
  const index = given.findIndex((seed, position) => seed !== seeds[position]);
  if (index < 0 && given.length === seeds.length) return;
  throw new ArgumentError(
    given.length === seeds.length
      ? `${where}: the model was made under the seed ${seeds[index]}, this one under ${given[index]}. Call seed(${seeds[index]}) before making the model, or remove the backup.`
      : `${where}: the state is of a model of ${seeds.length} layers; '${model.name}' has ${given.length}. Make the same model, or remove the backup.`,
    { where, got: given, expected: seeds },
  );
}

function checkOptimizer(where: string, saved: string, { optimizer }: Compilation): void {
  if (saved === optimizer.className) return;
  throw new ArgumentError(
    `${where}: the run's optimizer was ${saved}, this one is ${optimizer.className}. Compile with the same, or remove the backup.`,
    { where, got: optimizer.className, expected: saved },
  );
}

// Names are part of the keys of random numbers, so that dropout would go on differently.
function warnOfNames(where: string, fields: StateFields, model: Model): void {
  const saved = fields.strings('weightNames');
  const index = model.weights.findIndex(({ name }, position) => name !== saved[position]);
  if (index < 0) return;
  warn(
    `${where}: the weight '${saved[index]}' is called '${model.weights[index]?.name}' now. Layers that draw random numbers will not go on with the same ones: ` +
      'name the layers, or call clearSession() before making the model.',
  );
}
