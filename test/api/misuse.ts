/** Random wrong calls of every public function, and how they end. */
import * as gt from 'gradtape';
import * as safetensors from 'gradtape/safetensors';
import * as testing from 'gradtape/testing';

export interface CallsReport {
  readonly calls: number;
  /** How many functions were called. */
  readonly functions: number;
  /** Calls that ended in an error of ours with a message. */
  readonly refused: number;
  /** Calls that the function could make sense of. */
  readonly results: number;
  /** One line for each place that threw an error of another kind: the call, the error and the place. */
  readonly bare: readonly string[];
}

/** Seeded numbers in [0, 1): mulberry32. */
function generator(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

let random = generator(0);
const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;

const sizes = [0, 1, 2, 3, 5];
const someTensor = (): gt.Tensor => {
  const shape = Array.from({ length: Math.floor(random() * 5) }, () => pick(sizes));
  return gt.ops.randomNormal(shape, { seed: 1 });
};
const someSymbolic = (): gt.SymbolicTensor =>
  gt.input(Array.from({ length: Math.floor(random() * 4) }, () => pick([null, 1, 2, 3, 5])));

/** Things that stand where something else should. */
const values: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => NaN,
  () => Infinity,
  () => -1,
  () => 0,
  () => 1,
  () => 2,
  () => 3,
  () => 0.5,
  () => 2 ** 31,
  () => 1e300,
  () => '',
  () => 'relu',
  () => 'nonsense',
  () => 'same',
  () => true,
  () => 10n,
  () => ({}),
  () => [],
  () => [1, 2],
  () => [[1, 2], [3]],
  () => [null, 'x'],
  () => [-1, 3],
  () => new Float32Array(3),
  () => new Map(),
  () => new Date(0),
  () => () => undefined,
  () => (x: unknown) => x,
  () => Symbol('s'),
  () => gt.variable(gt.tensor([1, 2]), { name: 'v' }),
  () => gt.layers.dense(2),
  () => gt.sequential([]),
  someTensor,
  someTensor,
  someTensor,
  someTensor,
  someSymbolic,
  someSymbolic,
  () => [someTensor(), someTensor()],
  () => [someSymbolic(), someSymbolic()],
  () => ({ a: someTensor() }),
];
const someValue = (): unknown => pick(values)();

const optionNames = [
  'axis keepDims strides padding dilationRate groups name activation units filters kernelSize poolSize rate seed momentum',
  'learningRate epsilon epochs batchSize validationSplit callbacks loss optimizer metrics lossWeights monitor patience',
  'mode factor shape dtype mask initialState training inputShape kernelInitializer kernelRegularizer useBias maskValue',
  'weightDecay clipnorm verbose sampleWeight classWeight validationData steps transposeA permutation begin size k',
  'threshold numClasses fromLogits labelSmoothing reduction gain mean stddev minimum maximum value maxlen alpha',
]
  .join(' ')
  .split(' ');
const someOptions = (): object =>
  Object.fromEntries(Array.from({ length: Math.floor(random() * 4) }, () => [pick(optionNames), someValue()]));

/** The public functions by name; the ones of a model are called on a fresh small model. */
const functions: Callable[] = [];
const spaces: Readonly<Record<string, object>> = {
  gt,
  'gt.ops': gt.ops,
  'gt.layers': gt.layers,
  'gt.losses': gt.losses,
  'gt.metrics': gt.metrics,
  'gt.optimizers': gt.optimizers,
  'gt.callbacks': gt.callbacks,
  'gt.initializers': gt.initializers,
  'gt.regularizers': gt.regularizers,
  'gt.constraints': gt.constraints,
  'gt.activations': gt.activations,
  safetensors,
  'gt.data': (gt as { data?: object }).data ?? {},
  'gt.optimizers.schedules': (gt.optimizers as { schedules?: object }).schedules ?? {},
};
/** Setters of global state, which the other calls depend on. */
const left = new Set(['gt.clearSession', 'gt.debug', 'gt.setDevice']);
for (const [space, object] of Object.entries(spaces)) {
  for (const [name, value] of Object.entries(object)) {
    if (typeof value !== 'function' || left.has(`${space}.${name}`)) continue;
    const isClass = /^class\b/.test(Function.prototype.toString.call(value));
    const call = value as (...args: readonly unknown[]) => unknown;
    const make = value as unknown as new (...args: readonly unknown[]) => unknown;
    if (!isClass) functions.push([`${space}.${name}`, call]);
    // Errors, tensors and layers of users' classes are made by functions.
    else if (space === 'gt' && /^(Model|Sequential|History|Tape)$/.test(name))
      functions.push([`new ${space}.${name}`, (...args) => new make(...args)]);
    if (space === 'gt.layers') functions.push([`${space}.${name}()`, (...args) => applied(call, args)]);
  }
}
functions.push(['gradcheck', testing.gradcheck as never]);

// A layer is made with plausible arguments and called on something wrong.
function applied(make: (...args: readonly unknown[]) => unknown, args: readonly unknown[]): unknown {
  const layer = make(pick([2, 3, 'tanh', 0.5, [2, 3]]), pick([2, 3, {}]), {});
  // Merging functions that were called on a list have merged it.
  return typeof layer === 'function' ? (layer as (...given: unknown[]) => unknown)(...args) : layer;
}

const methods = [
  'compile',
  'fit',
  'evaluate',
  'predict',
  'trainOnBatch',
  'testOnBatch',
  'predictOnBatch',
  'getLayer',
  'setWeights',
  'addLoss',
  'summary',
] as const;
for (const method of methods) {
  functions.push([
    `model.${method}`,
    (...args) => {
      const x = gt.input([3]);
      const net = gt.model(x, gt.layers.dense(2)(x)) as unknown as Record<string, (...given: unknown[]) => unknown>;
      if (random() < 0.8) net['compile']?.({ loss: 'mse' });
      const given = random() < 0.5 ? [gt.ops.randomNormal([4, 3], { seed: 2 }), ...args] : args;
      return net[method]?.(...given);
    },
  ]);
}
for (const method of Object.getOwnPropertyNames(gt.Tensor.prototype)) {
  const value = Object.getOwnPropertyDescriptor(gt.Tensor.prototype, method)?.value as unknown;
  if (typeof value !== 'function' || method === 'constructor') continue;
  functions.push([
    `tensor.${method}`,
    (...args) => (value as (...given: unknown[]) => unknown).call(someTensor(), ...args),
  ]);
}

const describe = (value: unknown): string => {
  if (value instanceof gt.Tensor) return `tensor[${value.shape.join(',')}]`;
  if (value instanceof gt.SymbolicTensor) return `symbolic[${value.shape.join(',')}]`;
  if (typeof value === 'function') return 'function';
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`;
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    return `{${Object.entries(value)
      .map(([key, one]) => `${key}: ${describe(one)}`)
      .join(', ')}}`;
  return String(value);
};

/** One of the functions that the calls are made of: its name and how to call it. */
export type Callable = readonly [name: string, call: (...args: readonly unknown[]) => unknown];

/**
 * Calls the functions in turn with drawn arguments: the same calls at every time. What they print is swallowed.
 * @param chosen default all public ones
 */
export async function wrongCalls(calls: number, chosen: readonly Callable[] = functions): Promise<CallsReport> {
  random = generator(20_261_124);
  let [results, refused] = [0, 0];
  const bare = new Map<string, string>();
  const { warn, log } = console;
  console.warn = console.log = () => undefined;
  try {
    for (let number = 0; number < calls; number++) {
      const [name, call] = chosen[number % chosen.length] as Callable;
      const args = Array.from({ length: Math.floor(random() * 4) }, someValue);
      if (random() < 0.5) args.push(someOptions());
      try {
        const result = call(...args);
        if (result instanceof Promise) await result;
        results++;
      } catch (error) {
        if (error instanceof gt.GradtapeError && error.message.length > 10) {
          refused++;
          continue;
        }
        const stack = error instanceof Error ? (error.stack ?? '') : String(error);
        const place = /dist\/(src|kernels)\/[^)\n]*/.exec(stack)?.[0] ?? '';
        const key = `${name} at ${place}`;
        if (!bare.has(key)) bare.set(key, `${name}(${args.map(describe).join(', ')}): ${String(error)} ${place}`);
      }
    }
  } finally {
    console.warn = warn;
    console.log = log;
  }
  return { calls, functions: chosen.length, refused, results, bare: [...bare.values()] };
}
