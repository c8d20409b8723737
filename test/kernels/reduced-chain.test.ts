/** A chain that ends in a reduction, as WebAssembly, beside the chain and the reduction one after the other: the same bits. */
import t from 'tap';
import type { Kernel } from '../../kernels/contract.ts';
import { fusedKernel, reducedKernel, type FusedParts } from '../../kernels/elementwise/fused.ts';
import { squareKernel, subKernel, type ElementwiseKernel } from '../../kernels/elementwise/index.ts';
import { maxKernel, meanKernel, minKernel, prodKernel, sumKernel } from '../../kernels/reduce/index.ts';
import { sizeOf, type Shape } from '../../src/tensor/shape.ts';
import { runOnWasm } from '../support/wasm-kernel.ts';
import { prepare } from './numeric.ts';
import { cancelling, mixed } from './same-bits.ts';

/** Around the edges of vectors, of four vectors and of what has one vector of totals. */
const ROWS = [2, 3, 4, 5, 6, 7, 8, 11, 12, 15, 16, 17, 30, 31, 32, 33, 34, 47, 48, 51, 64, 67, 130];
const KINDS = [sumKernel, meanKernel, maxKernel, minKernel];

/** (a - b)^2, of which some parts are written. */
function chainOf(shapes: readonly Shape[], shape: Shape, results: readonly number[]): FusedParts {
  const part = (kernel: ElementwiseKernel, operands: readonly number[]) => ({
    kernel: kernel as Kernel,
    operands,
    shape,
  });
  return { inputShapes: shapes, parts: [part(subKernel, [0, 1]), part(squareKernel, [2])], results };
}

/** `axis` is the first of the folded ones. */
interface Case {
  readonly shapes: readonly [Shape, Shape];
  readonly shape: Shape;
  readonly axis: number;
}

const casesOf = (row: number): readonly Case[] => [
  { shapes: [[row], [row]], shape: [row], axis: 0 },
  {
    shapes: [
      [3, row],
      [3, row],
    ],
    shape: [3, row],
    axis: 1,
  },
  {
    shapes: [
      [3, row],
      [3, row],
    ],
    shape: [3, row],
    axis: 0,
  },
  {
    shapes: [
      [3, row],
      [3, 1],
    ],
    shape: [3, row],
    axis: 1,
  },
  { shapes: [[row], [3, row]], shape: [3, row], axis: 1 },
  {
    shapes: [
      [2, 1, row],
      [1, 3, 1],
    ],
    shape: [2, 3, row],
    axis: 2,
  },
  { shapes: [[2, 3, row], [1]], shape: [2, 3, row], axis: 1 },
];

function reduced(
  kernel: (typeof KINDS)[number],
  { shapes, shape, axis }: Case,
  results: readonly number[],
  part: number,
) {
  const options = { axes: shape.flatMap((_, one) => (one < axis ? [] : [one])) };
  const geometry = kernel.plan([shape], [shape.slice(0, axis)], options);
  return { options, one: reducedKernel(chainOf(shapes, shape, results), shape, { kernel, geometry, part }) };
}

const where = ({ name }: { readonly name: string }, { shapes, axis }: Case): string =>
  `${name} of ${JSON.stringify(shapes)} from axis ${axis}`;

for (const kernel of KINDS) {
  t.test(
    `${kernel.name} at the end of a chain has the bits of ${kernel.name} after it, at every length of a row`,
    (t) => {
      let compared = 0;
      for (const row of ROWS) {
        for (const one of casesOf(row)) {
          const { shapes, shape, axis } = one;
          const inputs = [cancelling(shapes[0], 1), mixed(shapes[1], 2)];
          const values = runOnWasm(
            fusedKernel(chainOf(shapes, shape, [0, 1]), shape),
            inputs,
            [shape, shape],
            undefined,
          );
          for (const part of [0, 1]) {
            for (const results of [[], [0], [0, 1]]) {
              const { options, one: both } = reduced(kernel, one, results, part);
              if (!both) throw new Error(`${where(kernel, one)} is not fused`);
              const rest = shape.slice(0, axis);
              const folded = runOnWasm(kernel, [{ shape, data: values[part]! }], [rest], options);
              const outputs = [...results.map(() => shape), rest];
              const expected = [...results.map((result) => values[result]!), folded[0]!];
              const same = (given: readonly Float32Array[]): boolean =>
                expected.every((array, k) => array.every((value, i) => Object.is(value, given[k]![i])));
              if (!same(runOnWasm(both, inputs, outputs, undefined)))
                throw new Error(`${where(kernel, one)}: part ${part}, results ${results.join()}`);
              compared += 1;
            }
          }
        }
      }
      t.equal(compared, ROWS.length * casesOf(2).length * 6);
      t.end();
    },
  );

  t.test(`${kernel.name} at the end of a chain runs on the cpu where it must`, (t) => {
    const one = casesOf(7)[3]!;
    const { options, one: both } = reduced(kernel, one, [1], 0);
    const inputs = one.shapes.map((each, k) => mixed(each, k + 1));
    const chain = fusedKernel(chainOf(one.shapes, one.shape, [0, 1]), one.shape);
    const [difference, square] = prepare(chain, inputs, [one.shape, one.shape], undefined, Float32Array)(inputs);
    const x = [{ shape: one.shape, data: difference! }];
    const [folded] = prepare(kernel, x, [[3]], options, Float32Array)(x);
    t.strictSame(prepare(both!, inputs, [one.shape, [3]], undefined, Float32Array)(inputs), [square, folded]);
    t.equal(both!.flops(both!.plan(one.shapes, [], undefined)), 3 * sizeOf(one.shape), 'all operations count');
    t.end();
  });
}

t.test('a chain and a reduction stay apart where the rows of one are not those of the other', (t) => {
  const apart = (
    shapes: readonly [Shape, Shape],
    shape: Shape,
    x: Shape,
    axes: readonly number[],
    kernel = sumKernel,
  ) => {
    const rest = x.filter((_, axis) => !axes.includes(axis));
    const geometry = kernel.plan([x], [rest], { axes });
    return reducedKernel(chainOf(shapes, shape, []), shape, { kernel, geometry, part: 1 }) === undefined;
  };
  const whole = (shape: Shape): readonly [Shape, Shape] => [shape, shape];
  t.notOk(apart(whole([2, 6]), [2, 6], [2, 6], [1]));
  t.notOk(apart(whole([2, 6]), [2, 6], [12], [0]), 'under another shape');
  t.ok(apart(whole([2, 6]), [2, 6], [3, 4], [1]), 'an axis would have to be split');
  t.ok(apart(whole([2, 6]), [2, 6], [2, 6], [0]), 'columns');
  t.ok(apart(whole([2, 3, 4]), [2, 3, 4], [2, 3, 4], [0, 2]), 'a kept axis between two that are folded');
  t.ok(apart([[2, 6], [6]], [2, 6], [2, 6], [0, 1]), 'an input begins anew inside of a row');
  t.ok(
    apart(
      [
        [2, 6],
        [2, 1],
      ],
      [2, 6],
      [2, 6],
      [0, 1],
    ),
    'an input changes its number inside of a row',
  );
  t.ok(apart(whole([6, 1]), [6, 1], [6, 1], [1]), 'nothing is folded');
  t.ok(apart(whole([2, 0]), [2, 0], [2, 0], [1]), 'there is no element');
  t.ok(apart(whole([2, 6]), [2, 6], [2, 6], [1], prodKernel), 'a product keeps the order of its elements');
  t.end();
});
