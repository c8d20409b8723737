/** Sequences of different lengths as one tensor. Source: Keras `pad_sequences`. */
import { ArgumentError, describeValue, ShapeError } from '../errors.ts';
import { checkShape, formatShape, sameShape, sizeOf } from '../tensor/shape.ts';
import { MAX_EXACT_INTEGER, Tensor, type NestedArray, type NumericArray } from '../tensor/tensor.ts';
import { checkChoice, checkCount, checkOptions, readSamples, type Columnar } from './array.ts';

/** One sequence of numbers per sample, or of equally shaped elements. */
export type Sequences = readonly (readonly NestedArray[] | NumericArray | Tensor)[];

export interface PadSequencesOptions {
  /** Steps of the result. Default: those of the longest sequence. */
  readonly maxlen?: number;
  /** `'int32'` cuts off what stands behind the point. Default `'int32'`. */
  readonly dtype?: 'int32' | 'float32';
  /** Where short sequences are filled up. Default `'pre'`. */
  readonly padding?: 'pre' | 'post';
  /** Where long sequences lose steps. Default `'pre'`. */
  readonly truncating?: 'pre' | 'post';
  /** What fills up. Default 0. */
  readonly value?: number;
}

/**
 * Fills up and cuts sequences so that all have `maxlen` steps.
 * @param sequences one per sample; elements may be arrays, all of one shape
 * @param options maxlen the longest, dtype `'int32'`, padding `'pre'`, truncating `'pre'`, value 0
 * @returns `[samples, maxlen]`, or `[samples, maxlen, ...]` for elements with a shape
 * @throws ArgumentError for an option or a sequence that is none; ShapeError for elements of different shapes
 * @example data.padSequences([[1], [2, 3], [4, 5, 6]], { maxlen: 2 }) // [[0, 1], [2, 3], [5, 6]]
 */
export function padSequences(sequences: Sequences, options: PadSequencesOptions = {}): Tensor {
  const where = 'padSequences';
  checkOptions(where, options);
  const { dtype = 'int32', padding = 'pre', truncating = 'pre', value = 0 } = options;
  checkChoice(where, 'dtype', dtype, ['int32', 'float32']);
  checkChoice(where, 'padding', padding, ['pre', 'post']);
  checkChoice(where, 'truncating', truncating, ['pre', 'post']);
  if (options.maxlen !== undefined) checkCount(where, 'maxlen', options.maxlen, 1);
  if (!Array.isArray(sequences)) {
    throw new ArgumentError(`${where}: got ${describeValue(sequences)}. Give a list of sequences.`, {
      where,
      got: sequences,
    });
  }
  const read = (sequences as Sequences).map((one, index) => readSequence(where, one, index));
  const lengths = read.map(({ shape }) => shape[0] ?? 0);
  const maxlen = options.maxlen ?? lengths.reduce((longest, length) => Math.max(longest, length), 0);
  // An empty sequence does not tell what its elements would be.
  const element = read.find((_, index) => lengths[index] !== 0)?.shape.slice(1) ?? [];
  const width = sizeOf(element);
  const convert = dtype === 'int32' ? toInteger : toNumber;
  const shape = checkShape(where, [read.length, maxlen, ...element]);
  const values = new Float32Array(sizeOf(shape)).fill(convert(where, 'value', value));
  read.forEach(({ data, shape: own }, sample) => {
    const length = own[0] ?? 0;
    if (length === 0) return;
    if (!sameShape(own.slice(1), element)) {
      throw new ShapeError(
        `${where}: the elements of sequence ${sample} have the shape ${formatShape(own.slice(1))}, those before it ${formatShape(element)}.`,
        { where, got: own.slice(1), expected: element },
      );
    }
    const kept = Math.min(length, maxlen);
    const from = truncating === 'pre' ? length - kept : 0;
    const to = padding === 'pre' ? maxlen - kept : 0;
    const start = (sample * maxlen + to) * width;
    for (let i = 0; i < kept * width; i++) {
      values[start + i] = convert(where, `sequence ${sample}`, data[from * width + i]);
    }
  });
  return new Tensor(shape, values);
}

function readSequence(where: string, sequence: unknown, index: number): Columnar {
  if (Array.isArray(sequence) && sequence.length === 0) return { data: new Float32Array(0), shape: [0] };
  return readSamples(where, `sequence ${index}`, sequence);
}

function toNumber(where: string, name: string, value: unknown): number {
  if (typeof value === 'number') return value;
  throw new ArgumentError(`${where}: ${name} is ${describeValue(value)}. Give a number.`, { where, got: value });
}

function toInteger(where: string, name: string, value: unknown): number {
  const integer = Math.trunc(toNumber(where, name, value));
  if (Math.abs(integer) <= MAX_EXACT_INTEGER) return integer;
  throw new ArgumentError(
    `${where}: ${name} holds ${String(value)}, which is no integer of at most 2^24. Map rare values to one index, or set dtype 'float32'.`,
    { where, got: value },
  );
}
