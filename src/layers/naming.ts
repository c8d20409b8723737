/** Automatic names: the snake_case class name, then `_1`, `_2`, counted until `clearSession()` or `seed()`. */
import { seed as seedGenerator, globalSeed } from '../ops/random-state.ts';
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
