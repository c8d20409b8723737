/** matmulKernel as WebAssembly against the host in double: sizes around tiles, panels and blocks, all operands and batches. */
import fc from 'fast-check';
import t from 'tap';
import { matmulKernel } from '../../kernels/matmul/index.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import { prepareOnWasm, runOnWasm } from '../support/wasm-kernel.ts';
import { convert, operand, prepare, uniform, type Operand } from './numeric.ts';

interface Product {
  /** Batch axes of a, of b and of the result. */
  readonly batches: readonly [Shape, Shape, Shape];
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly withBias: boolean;
}

/** The largest error as a share of `4 sqrt(terms) 2^-24 sum |a b|`. */
function worstShare({ batches: [aBatch, bBatch, batch], m, n, k, withBias, ...options }: Product): number {
  const draw = uniform(m + 100 * n + 10_000 * k);
  const operands = [
    operand([...aBatch, ...(options.transposeA ? [k, m] : [m, k])], draw),
    operand([...bBatch, ...(options.transposeB ? [n, k] : [k, n])], draw),
    ...(withBias ? [operand([n], draw)] : []),
  ];
  const shapes = [[...batch, m, n]];
  const onHost = (inputs: readonly Operand[]): ArrayLike<number> =>
    prepare(matmulKernel, inputs, shapes, options)(inputs)[0] ?? [];
  const expected = onHost(operands);
  const sizes = onHost(operands.map(({ shape, data }) => ({ shape, data: data.map(Math.abs) })));
  const [actual] = runOnWasm(matmulKernel, convert(operands, Float32Array), shapes, options);
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs((actual?.[i] ?? NaN) - (expected[i] ?? NaN));
    const share = error === 0 ? 0 : error / (4 * Math.sqrt(k + 1) * 2 ** -24 * (sizes[i] ?? NaN));
    if (!(share <= worst)) worst = share;
  }
  return worst;
}

const edges = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15, 16, 17, 31, 32, 33, 64];
const rows = fc.constantFrom(...edges, 80, 81, 100);
const columns = fc.constantFrom(...edges, 100);
const depths = fc.constantFrom(...edges, 100, 255, 256, 257, 520);
const batches = fc.constantFrom<Product['batches']>(
  [[], [], []],
  [[3], [], [3]],
  [[], [3], [3]],
  [[2, 1], [3], [2, 3]],
  [
    [2, 1, 2],
    [3, 1],
    [2, 3, 2],
  ],
  [[0], [1], [0]],
);

t.test('matmul on wasm keeps the bound of sums of products, for any sizes, transposes, batch axes and bias', (t) => {
  const drawn = fc.record({
    batches,
    m: rows,
    n: columns,
    k: depths,
    transposeA: fc.boolean(),
    transposeB: fc.boolean(),
    withBias: fc.boolean(),
  });
  fc.assert(
    fc.property(drawn, (product) => worstShare(product) <= 1),
    { seed: 1, numRuns: 500 },
  );
  t.end();
});

t.test('matmul on wasm: columns in more than one block', (t) => {
  for (const transposeA of [false, true]) {
    for (const transposeB of [false, true]) {
      for (const m of [1, 2, 9, 90]) {
        const product = { batches: [[], [], []] as const, m, n: 1034, k: 261, transposeA, transposeB, withBias: true };
        t.ok(worstShare(product) <= 1, `${m} rows`);
      }
    }
  }
  t.end();
});

t.test(
  'matmul on wasm: an element has the same bits for any other rows and columns, and however the operands stand',
  (t) => {
    const k = 300;
    const element = (i: number, p: number): number => Math.fround((((i * 331 + p) * 7919) % 1013) / 1013 - 0.4);
    const product = (m: number, n: number, transposeA: boolean, transposeB: boolean): Float32Array => {
      const matrix = (lines: number, transposed: boolean, first: number): Operand => ({
        shape: transposed ? [k, lines] : [lines, k],
        data: Float32Array.from({ length: lines * k }, (_, at) =>
          transposed
            ? element(first + (at % lines), Math.floor(at / lines))
            : element(first + Math.floor(at / k), at % k),
        ),
      });
      const operands = [matrix(m, transposeA, 0), matrix(n, !transposeB, 1000)];
      return prepareOnWasm(matmulKernel, operands, [[m, n]], { transposeA, transposeB })(operands)[0]!;
    };
    const whole = product(90, 70, false, false);
    for (const m of [1, 2, 3, 6, 12, 90]) {
      for (const n of [1, 3, 5, 8, 17, 40, 70]) {
        for (const transposeA of [false, true]) {
          for (const transposeB of [false, true]) {
            const part = product(m, n, transposeA, transposeB);
            const differs = part.findIndex((value, at) => value !== whole[Math.floor(at / n) * 70 + (at % n)]);
            t.equal(
              differs,
              -1,
              `${m} rows, ${n} columns, ${transposeA ? 'A transposed' : 'A'}, ${transposeB ? 'B transposed' : 'B'}`,
            );
          }
        }
      }
    }
    t.end();
  },
);

t.test('matmul on wasm: what is infinite or no number stays in its row and its column', (t) => {
  const [m, n, k] = [7, 11, 13];
  const operands = [operand([m, k], () => 1), operand([k, n], () => 1)];
  operands[0]!.data[2 * k + 5] = Infinity;
  operands[1]!.data[3 * n + 9] = NaN;
  const [actual] = runOnWasm(matmulKernel, convert(operands, Float32Array), [[m, n]], {
    transposeA: false,
    transposeB: false,
  });
  const expected = Array.from({ length: m * n }, (_, at) =>
    at % n === 9 ? NaN : Math.floor(at / n) === 2 ? Infinity : k,
  );
  t.same(Array.from(actual!), expected);
  t.end();
});
