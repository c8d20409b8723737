/**
 * The default random generator: a seed, a number for each random op since it was set, and a counter that every run
 * advances, so that a compiled function draws anew each time it is replayed.
 */
import { hashKey } from '../../kernels/random/key.ts';
import { ArgumentError, describeValue } from '../errors.ts';
import { MAX_EXACT_INTEGER, tensor, type Tensor } from '../tensor/tensor.ts';
import { Variable } from '../tensor/variable.ts';
import { add, mul, sub } from './arithmetic.ts';
import { greaterEqual } from './comparison.ts';
import { activeTape } from '../tape/active-tape.ts';
import { reverse } from './layout.ts';

/** Where an op's random numbers come from: the same key and counter give the same numbers on every device. */
export interface RandomStream {
  /** Two 32-bit words, from `hashKey`. */
  readonly key: readonly [number, number];
  /** Two whole numbers below 2^24, low and high: shape `[2]`. */
  readonly counter: Tensor | Variable;
}

/** The draws of one program, which take the same keys whenever it is traced. */
interface Family {
  readonly name: string;
  ordinal: number;
}

let currentSeed = 0;
let ordinal = 0;
let family: Family | undefined;
const defaultCounter = /* @__PURE__ */ new Variable(/* @__PURE__ */ tensor([0, 0]), {
  name: 'random/default-counter',
  trainable: false,
});

/**
 * Restarts the default generator: what is drawn from now on is the same after each call with the same value. The seed
 * of a new process is 0.
 * @param value an integer
 * @throws ArgumentError for anything else, and inside a compiled function
 */
export function seed(value: number): void {
  if (!Number.isSafeInteger(value)) {
    throw new ArgumentError(`seed: ${describeValue(value)} is not an integer within 2^53.`, {
      where: 'seed',
      got: value,
    });
  }
  if (activeTape()?.mode === 'traced') {
    throw new ArgumentError('seed: called inside a compiled function, where it would run only once. Call it before.', {
      where: 'seed',
    });
  }
  currentSeed = value;
  ordinal = 0;
  defaultCounter.assign(tensor([0, 0]));
}

/** Where the default generator stands: its seed, the number of draws, its counter. */
export interface GeneratorState {
  readonly seed: number;
  readonly ordinal: number;
  readonly counter: Tensor;
}

/** @internal Where the default generator stands. */
export async function generatorState(): Promise<GeneratorState> {
  return { seed: currentSeed, ordinal, counter: await defaultCounter.read() };
}

/** @internal Puts the default generator where it stood. */
export function setGeneratorState(state: GeneratorState): void {
  defaultCounter.assign(state.counter);
  currentSeed = state.seed;
  ordinal = state.ordinal;
}

/**
 * @internal Runs a function whose draws from the default generator take keys of their own: the same ones each time the
 * function is traced, and no other draw's. Else a program that is traced later than before, as when an interrupted
 * training goes on, would draw other numbers.
 */
export function withKeysOf<Result>(name: string, body: () => Result): Result {
  const outer = family;
  family = { name, ordinal: 0 };
  try {
    return body();
  } finally {
    family = outer;
  }
}

/**
 * @internal Runs a function under another seed; afterwards it is the one from before. What the function makes has this
 * seed for good; the counter of the default generator is left alone.
 */
export function withSeed<Result>(value: number, body: () => Result): Result {
  const [outerSeed, outerOrdinal] = [currentSeed, ordinal];
  [currentSeed, ordinal] = [value, 0];
  try {
    return body();
  } finally {
    [currentSeed, ordinal] = [outerSeed, outerOrdinal];
  }
}

/** The seed of the default generator. */
export function globalSeed(): number {
  return currentSeed;
}

/**
 * Adds 1 to a counter, as an effect of every run of a compiled function: low + 1, which at 2^24 becomes 0 and carries
 * into high.
 * @param counter `[low, high]`
 */
export function advanceCounter(counter: Variable): void {
  const next = add(counter, tensor([1, 0]));
  const carry = greaterEqual(next, tensor([MAX_EXACT_INTEGER, Infinity])); // [1, 0] or [0, 0]
  counter.assign(add(sub(next, mul(carry, MAX_EXACT_INTEGER)), reverse(carry)));
}

/**
 * @internal The numbers of one call of a random op. With a seed of its own a call is stateless; without one it takes
 * the next key of the default generator and the counter's value, which it advances.
 */
export function nextStream(opName: string, ownSeed: number | undefined): RandomStream {
  if (ownSeed !== undefined) {
    if (!Number.isSafeInteger(ownSeed)) {
      throw new ArgumentError(`${opName}: the seed ${describeValue(ownSeed)} is not an integer within 2^53.`, {
        where: opName,
        got: ownSeed,
      });
    }
    return { key: hashKey(ownSeed, opName, 0), counter: tensor([0, 0]) };
  }
  const key = family
    ? hashKey(currentSeed, `${family.name}/${opName}`, family.ordinal++)
    : hashKey(currentSeed, opName, ordinal++);
  const counter = defaultCounter.value;
  advanceCounter(defaultCounter);
  return { key, counter };
}
