import fc from 'fast-check';
import t from 'tap';
import { concatKernel } from '../../kernels/concat/index.ts';
import { arraysOf, at, build, outputsOf, RUNS, shapes } from './indexing.ts';
import { mixed, requireSameBits } from './same-bits.ts';

t.test('inputs follow each other along the axis, empty ones too', (t) => {
  const cases = shapes
    .filter((shape) => shape.length > 0)
    .chain((shape) => fc.tuple(fc.constant(shape), fc.nat(shape.length - 1), fc.array(fc.nat(3), { minLength: 1 })))
    .chain(([shape, axis, lengths]) =>
      fc.tuple(fc.constant(axis), ...lengths.map((length) => arraysOf(shape.with(axis, length)))),
    );
  fc.assert(
    fc.property(cases, ([axis, ...inputs]) => {
      const total = inputs.reduce((sum, input) => sum + input.shape[axis]!, 0);
      const shape = inputs[0]!.shape.with(axis, total);
      const expected = build(shape, (index) => {
        let position = index[axis]!;
        for (const input of inputs) {
          if (position < input.shape[axis]!) return at(input, index.with(axis, position));
          position -= input.shape[axis]!;
        }
        return NaN;
      });
      t.same(outputsOf(concatKernel, inputs, [shape], { axis }), [expected.data]);
    }),
    RUNS,
  );
  t.end();
});

t.test('wasm joins rows of every length and number with the bits of the cpu', (t) => {
  for (const outer of [0, 1, 2, 9]) {
    for (const lengths of [
      [1, 1, 1],
      [2, 3],
      [4, 5, 6, 7],
      [8, 0, 9],
      [15, 16, 17],
      [31, 33, 64, 100],
    ]) {
      const inputs = lengths.map((length, k) => mixed([outer, length], k + 1));
      const total = lengths.reduce((sum, length) => sum + length, 0);
      requireSameBits(concatKernel, inputs, [[outer, total]], { axis: 1 });
      const flat = lengths.map((length, k) => mixed([length, outer], k + 1));
      requireSameBits(concatKernel, flat, [[total, outer]], { axis: 0 });
    }
  }
  t.end();
});
