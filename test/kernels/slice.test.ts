import fc from 'fast-check';
import t from 'tap';
import { sliceKernel } from '../../kernels/slice/index.ts';
import { arraysOf, at, build, outputsOf, RUNS, shapes } from './indexing.ts';
import { mixed, requireSameBits } from './same-bits.ts';

/** Begin, step and size of a slice that stays inside an axis. */
const spans = (length: number): fc.Arbitrary<{ begin: number; step: number; size: number }> =>
  length === 0
    ? fc.constant({ begin: 0, step: 1, size: 0 })
    : fc
        .tuple(fc.nat(length - 1), fc.constantFrom(1, 1, 2, 3, -1, -2), fc.double({ min: 0, max: 1, noNaN: true }))
        .map(([begin, step, part]) => {
          const room = step > 0 ? Math.ceil((length - begin) / step) : Math.floor(begin / -step) + 1;
          return { begin, step, size: Math.round(part * room) };
        });

t.test('a slice picks begin + i step along every axis', (t) => {
  const cases = shapes.chain((shape) => fc.tuple(arraysOf(shape), fc.tuple(...shape.map(spans))));
  fc.assert(
    fc.property(cases, ([x, picked]) => {
      const begin = picked.map((span) => span.begin);
      const steps = picked.map((span) => span.step);
      const shape = picked.map((span) => span.size);
      const expected = build(shape, (index) =>
        at(
          x,
          index.map((i, axis) => begin[axis]! + i * steps[axis]!),
        ),
      );
      t.same(outputsOf(sliceKernel, [x], [shape], { begin, steps }), [expected.data]);
    }),
    { ...RUNS, numRuns: 300 },
  );
  t.end();
});

t.test('steps are 1 when left out', (t) => {
  const x = build([3, 4], ([i, j]) => i! * 10 + j!);
  t.same(outputsOf(sliceKernel, [x], [[2, 2]], { begin: [1, 2] }), [[12, 13, 22, 23]]);
  t.end();
});

t.test('wasm copies rows of every length and step with the bits of the cpu', (t) => {
  for (const length of [0, 1, 2, 3, 4, 5, 8, 15, 16, 17, 33, 100]) {
    for (const step of [1, 2, 3, -1, -2]) {
      const size = 2 + 3 * length;
      const begin = step > 0 ? 1 : size - 1;
      requireSameBits(sliceKernel, [mixed([size])], [[length]], { begin: [begin], steps: [step] });
      const options = { begin: [1, begin, 0], steps: [1, step, 1] };
      requireSameBits(sliceKernel, [mixed([5, size, 2])], [[3, length, 2]], options);
      requireSameBits(sliceKernel, [mixed([6, 2, size])], [[3, 2, length]], {
        begin: [1, 0, begin],
        steps: [2, 1, step],
      });
      requireSameBits(sliceKernel, [mixed([3, 4, 3, size])], [[2, 2, 2, length]], { begin: [1, 1, 0, 2] });
    }
  }
  requireSameBits(sliceKernel, [mixed([0, 3])], [[0, 2]], { begin: [0, 1] });
  t.end();
});
