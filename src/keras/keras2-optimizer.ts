/** Variables of an optimizer in Keras 2's files, in the order of Keras 3's. */
import type { Optimizer } from '../optimizers/index.ts';
import type { Variable } from '../tensor/variable.ts';
import type { H5Dataset } from './hdf5.ts';

/** Slots that Keras 3 keeps weight by weight; before 2.11 all of one kind stood before all of the next. */
const pairs: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['Adam', ['m', 'v']],
  ['AdamW', ['m', 'v']],
  ['Nadam', ['m', 'v']],
  ['Adamax', ['m', 'v']],
  ['Adadelta', ['accum_grad', 'accum_var']],
  ['Ftrl', ['accumulator', 'linear']],
]);

/** Keras's rate at which Nadam's momentum grows. */
const MOMENTUM_DECAY = 0.96;

/**
 * The arrays for `optimizer.variables`: Keras 2 stores neither the learning rate nor Nadam's product of momentums.
 * @param trainable the weights that the optimizer trains
 * @param names of the arrays; those of `.keras` files have none
 */
export function toKeras3Optimizer(
  optimizer: Optimizer,
  trainable: readonly Variable[],
  { arrays, names = [] }: { readonly arrays: readonly H5Dataset[]; readonly names?: readonly string[] },
): readonly H5Dataset[] {
  const [iteration, ...slots] = arrays;
  if (!iteration) return arrays;
  if (slots.length > 0) optimizer.build(trainable);
  const rate = optimizer.variables[1] === optimizer.learningRate ? [arrayOf(optimizer.learningRate)] : [];
  const isOld = names[0]?.endsWith('/iter:0') === true;
  const ordered = isOld ? pairUp(optimizer.className, slots, names.slice(1)) : slots;
  const product = optimizer.variables.find(({ name }) => name.endsWith('/u_product'));
  const missing = product && slots.length === 2 * trainable.length ? [momentumProduct(optimizer, iteration)] : [];
  return [iteration, ...rate, ...ordered, ...missing];
}

function arrayOf(variable: Variable): H5Dataset {
  const { shape, data } = variable.hostValue();
  return { shape, data };
}

function pairUp(className: string, slots: readonly H5Dataset[], names: readonly string[]): readonly H5Dataset[] {
  const kinds = pairs.get(className);
  if (!kinds) return slots;
  const kindOf = (index: number): string => /\/([^/:]+)(:0)?$/.exec(names[index] ?? '')?.[1] ?? '';
  const [first, second] = kinds.map((kind) => slots.filter((_, index) => kindOf(index) === kind));
  if (!first || !second || first.length !== second.length) return slots;
  const rest = slots.filter((_, index) => !kinds.includes(kindOf(index)));
  return [...first.flatMap((one, index) => [one, second[index] as H5Dataset]), ...rest];
}

// The product of beta1 (1 - 0.96^t / 2) over all steps t so far; it is 0 after some hundred.
function momentumProduct(optimizer: Optimizer, iteration: H5Dataset): H5Dataset {
  const beta1 = (optimizer as { readonly beta1?: number }).beta1 ?? 0.9;
  const steps = iteration.data[0] ?? 0;
  let product = 1;
  let power = 1;
  for (let step = 1; step <= steps && Math.fround(product) > 0; step++) {
    power *= MOMENTUM_DECAY;
    product *= beta1 * (1 - 0.5 * power);
  }
  return { shape: [], data: Float32Array.of(product) };
}
