/** Names of layers: given, automatic (the snake_case class name, then `_1`, `_2`, counted until `clearSession()` or `seed()`), Keras's. */
import { ArgumentError, describeValue } from '../errors.ts';
import { hashKey } from '../../kernels/random/key.ts';
import { seed as seedGenerator, globalSeed, withSeed } from '../ops/random-state.ts';
import { resetLooseCounter } from './call-scope.ts';

const ordinals = new Map<string, number>();

/** Keras's snake_case of a class name: `BatchNormalization` -> `batch_normalization`, `Conv2D` -> `conv2d`. */
export function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** The next automatic name for a class. */
export function automaticName(className: string): string {
  const base = snakeCase(className);
  const ordinal = ordinals.get(base) ?? 0;
  ordinals.set(base, ordinal + 1);
  return ordinal === 0 ? base : `${base}_${ordinal}`;
}

/**
 * The name of a layer's class in Keras, from its own `static kerasName`; undefined for a class that Keras does not have,
 * a subclass of a built-in one included. A name that is written out survives minifiers.
 */
export function kerasNameOf(layer: object): string | undefined {
  const own = Object.getOwnPropertyDescriptor(layer.constructor, 'kerasName');
  return own?.value as string | undefined;
}

/** A name that a layer was given. @throws ArgumentError for what is no name */
export function layerName<Name extends string>(name: Name | undefined): Name | undefined {
  if (name === undefined || (typeof name === 'string' && name !== '')) return name;
  throw new ArgumentError(`layer: the name is ${describeValue(name)}. Give a string that is not empty.`, {
    where: 'layer',
    got: name,
  });
}

/**
 * Seeds everything random that is made from now on (initial weights, dropout, shuffles) and restarts the automatic
 * names. Without a call the seed is 0: runs are reproducible unless one asks for variety.
 * @param value an integer
 */
export function seed(value: number): void {
  seedGenerator(value);
  resetLooseCounter();
  ordinals.clear();
}

/** Restarts the automatic names and the default random numbers; the seed stays. */
export function clearSession(): void {
  seed(globalSeed());
}

/**
 * @internal Runs a function in a session of its own: the automatic names begin anew, and what it makes has a seed that
 * depends on the global one, the purpose and the index alone. So the same model comes of it, whatever was made before,
 * and in whichever thread. Afterwards names and seed go on where they were.
 * @param body what it does after an `await` is done in the session from before
 */
export function inSession<Result>(purpose: string, index: number, body: () => Result): Result {
  const outer = [...ordinals];
  ordinals.clear();
  try {
    return withSeed(hashKey(globalSeed(), purpose, index)[0], body);
  } finally {
    ordinals.clear();
    for (const [base, ordinal] of outer) ordinals.set(base, ordinal);
  }
}
