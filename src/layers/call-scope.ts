/**
 * What a running model tells its layers: whether it trains, and where random numbers come from. The key of a draw is
 * the layer's seed, its path and its call index, so nothing elsewhere in the model changes it; the counter is a
 * Variable of the outermost model, advanced once per run.
 */
import { checkFunction } from '../errors.ts';
import { hashKey } from '../../kernels/random/key.ts';
import { advanceCounter } from '../ops/random-state.ts';
import { withLabel } from '../tape/label.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import { Variable } from '../tensor/variable.ts';
import type { Layer } from './layer.ts';

/** A source of random numbers for one op: both are taken by the ops' `...With` forms. */
export interface RandomSource {
  readonly key: readonly [number, number];
  readonly counter: Variable;
}

/** What `call` is given beside the inputs. */
export interface CallContext {
  readonly training: boolean;
  /** The mask of the first input; undefined where every step counts. */
  readonly mask: Tensor | undefined;
  /** One mask per input. */
  readonly masks: readonly (Tensor | undefined)[];
  /** The call option of that name. */
  readonly initialState: readonly Tensor[] | undefined;
  /** Adds a scalar to the loss of the training that this call is part of. */
  addLoss(value: Tensor): void;
  /**
   * Random numbers for this call of this layer; give two draws of one call different labels. With a seed of the layer's
   * own they do not depend on its place in the model.
   */
  random(label: string, seed?: number): RandomSource;
}

/** One run of an outermost layer or model. */
interface Run {
  readonly counter: Variable;
  readonly calls: Map<Layer, number>;
  readonly losses: Tensor[];
  drew: boolean;
}

/** Tensors beside the inputs of one call. */
export interface SideTensors {
  /** The masks that `call` sees where they are not those of the outputs' rule. */
  readonly callMasks?: readonly (Tensor | undefined)[];
  readonly masks: readonly (Tensor | undefined)[];
  readonly initialState: readonly Tensor[] | undefined;
}

interface Scope {
  readonly run: Run;
  readonly training: boolean;
  readonly path: string;
}

/** Counter of layers that are called outside any model. */
const looseCounter = /* @__PURE__ */ newRandomCounter();

let current: Scope | undefined;
let collector: Tensor[] | undefined;

/** @internal Layers outside any model draw from the start again. */
export function resetLooseCounter(): void {
  looseCounter.assign(tensor([0, 0]));
}

/** @internal The random counter of layers outside any model. */
export function looseRandomCounter(): Variable {
  return looseCounter;
}

/** A random counter: two integers below 2^24, low and high. */
export function newRandomCounter(): Variable {
  return new Variable(tensor([0, 0]), { name: 'random/counter', trainable: false });
}

/** Adds a term to the loss of the running call. @returns false when no layer is running */
export function addLossToRun(value: Tensor): boolean {
  current?.run.losses.push(value);
  return current !== undefined;
}

/**
 * Runs a function and gives the losses that layers added while it ran: activity regularizers and `addLoss`.
 * @example const { result, losses } = collectLosses(() => net(x, { training: true }));
 */
export function collectLosses<Result>(body: () => Result): { result: Result; losses: readonly Tensor[] } {
  checkFunction('collectLosses', 'its argument', body);
  const outer = collector;
  const losses: Tensor[] = [];
  collector = losses;
  try {
    return { result: body(), losses };
  } finally {
    collector = outer;
  }
}

/**
 * Calls a layer inside the scope of the layer that calls it, or in a run of its own.
 * @param counter the counter of a run that starts here; default the one of loose layers
 */
export function callInScope<Result>(
  layer: Layer,
  training: boolean | undefined,
  counter: Variable | undefined,
  { masks, callMasks = masks, initialState }: SideTensors,
  body: (context: CallContext) => Result,
): Result {
  const outer = current;
  const run: Run = outer?.run ?? {
    counter: counter ?? looseCounter,
    calls: new Map(),
    losses: collector ?? [],
    drew: false,
  };
  const callIndex = run.calls.get(layer) ?? 0;
  run.calls.set(layer, callIndex + 1);
  // The outermost model's own name is no part of the path: renaming a model changes no mask.
  const path = outer === undefined ? '' : `${outer.path}/${layer.name}`;
  const scope: Scope = { run, training: training ?? outer?.training ?? false, path };
  const context: CallContext = {
    training: scope.training,
    mask: callMasks[0],
    masks: callMasks,
    initialState,
    addLoss: (value) => void run.losses.push(value),
    random: (label, seed) => {
      run.drew = true;
      return {
        key:
          seed === undefined
            ? hashKey(layer.seed, `${outer === undefined ? `/${layer.name}` : path}:${label}`, callIndex)
            : hashKey(seed, label, callIndex),
        counter: run.counter,
      };
    },
  };
  current = scope;
  try {
    return withLabel(`layer '${(path || layer.name).replace(/^\//, '')}'`, () => body(context));
  } finally {
    current = outer;
    if (outer === undefined && run.drew) advanceCounter(run.counter);
  }
}
