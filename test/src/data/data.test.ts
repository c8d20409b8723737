/** padSequences, toCategorical, normalize: by their definitions, in every option, and what they refuse. */
import t from 'tap';
import fc from 'fast-check';
import { normalize, padSequences, toCategorical } from '../../../src/data/index.ts';
import { tensor, zeros } from '../../../src/tensor/tensor.ts';

const sequences = [[1], [2, 3], [4, 5, 6], []];

t.test('padSequences: zeros stand before short sequences, up to the longest', (t) => {
  t.same(padSequences(sequences).toArray(), [
    [0, 0, 1],
    [0, 2, 3],
    [4, 5, 6],
    [0, 0, 0],
  ]);
  t.end();
});

t.test('padSequences: padding, truncating, maxlen and value', (t) => {
  const of = (options: Parameters<typeof padSequences>[1]): unknown =>
    padSequences(sequences.slice(0, 3), options).toArray();
  t.same(of({ padding: 'post' }), [
    [1, 0, 0],
    [2, 3, 0],
    [4, 5, 6],
  ]);
  t.same(of({ maxlen: 2 }), [
    [0, 1],
    [2, 3],
    [5, 6],
  ]);
  t.same(of({ maxlen: 2, truncating: 'post' }), [
    [0, 1],
    [2, 3],
    [4, 5],
  ]);
  t.same(of({ maxlen: 4, value: -1, padding: 'post' }), [
    [1, -1, -1, -1],
    [2, 3, -1, -1],
    [4, 5, 6, -1],
  ]);
  t.end();
});

t.test('padSequences: int32 cuts fractions off, float32 keeps them', (t) => {
  t.same(padSequences([[1.75, -1.75]], { maxlen: 3, value: 0.5 }).toArray(), [[0, 1, -1]]);
  t.same(padSequences([[1.75]], { maxlen: 2, value: 0.5, dtype: 'float32' }).toArray(), [[0.5, 1.75]]);
  t.end();
});

t.test('padSequences: elements may be vectors; typed arrays and tensors are sequences', (t) => {
  t.same(padSequences([[[1, 2]], [], [[3, 4], [5, 6]]]).toArray(), [
    [
      [0, 0],
      [1, 2],
    ],
    [
      [0, 0],
      [0, 0],
    ],
    [
      [3, 4],
      [5, 6],
    ],
  ]); // prettier-ignore
  t.same(padSequences([new Int32Array([1, 2]), tensor([3])]).toArray(), [
    [1, 2],
    [0, 3],
  ]);
  t.same(padSequences([]).shape, [0, 0]);
  t.same(padSequences([[]], { maxlen: 3 }).toArray(), [[0, 0, 0]]);
  t.end();
});

t.test('padSequences: whatever the lengths, every step stands where padding and truncating put it', (t) => {
  const side = fc.constantFrom('pre' as const, 'post' as const);
  const rows = fc.array(fc.array(fc.integer({ min: 1, max: 99 }), { maxLength: 6 }), { maxLength: 5 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 6 }), side, side, (lists, maxlen, padding, truncating) => {
      const padded = padSequences(lists, { maxlen, padding, truncating });
      return lists.every((list, row) => {
        const kept = truncating === 'pre' ? list.slice(-maxlen) : list.slice(0, maxlen);
        const fill = new Array<number>(maxlen - kept.length).fill(0);
        const wanted = padding === 'pre' ? [...fill, ...kept] : [...kept, ...fill];
        return wanted.every((value, step) => padded.at(row, step) === value);
      });
    }),
    { seed: 3, numRuns: 300 },
  );
  t.end();
});

t.test('padSequences refuses what is no sequence', (t) => {
  t.throws(() => padSequences(7 as never), { name: 'ArgumentError', message: /padSequences: got 7\. Give a list/ });
  t.throws(() => padSequences([1, 2] as never), /sequence 0 is 1\. Give a tensor/);
  t.throws(() => padSequences([['a']] as never), { name: 'ArgumentError' });
  t.throws(() => padSequences([[1]], { maxlen: 0 }), /maxlen is 0\. Give an integer of at least 1/);
  t.throws(() => padSequences([[1]], { maxlen: 2 ** 31 }), /padSequences: a tensor of shape \[1, 2147483648\]/);
  t.throws(() => padSequences([[1]], { padding: 'left' as never }), /padding is 'left'\. Give 'pre' or 'post'/);
  t.throws(() => padSequences([[1]], { truncating: 'left' as never }), /truncating is 'left'/);
  t.throws(() => padSequences([[1]], { dtype: 'string' as never }), /dtype is 'string'/);
  t.throws(() => padSequences([[1]], null as never), /the options are null/);
  t.throws(() => padSequences([[NaN]]), /sequence 0 holds NaN, which is no integer/);
  t.throws(() => padSequences([[2 ** 24 + 1]]), /sequence 0 holds 16777217/);
  t.throws(() => padSequences([[1]], { value: 'x' as never }), /value is 'x'\. Give a number/);
  t.throws(() => padSequences([[[1, 2]], [[3]]]), {
    name: 'ShapeError',
    message: /the elements of sequence 1 have the shape \[1\], those before it \[2\]/,
  });
  t.end();
});

t.test('toCategorical: one 1 in each row, as many columns as classes', (t) => {
  t.same(toCategorical([0, 2]).toArray(), [
    [1, 0, 0],
    [0, 0, 1],
  ]);
  t.same(toCategorical([1], 3).toArray(), [[0, 1, 0]]);
  t.same(toCategorical(new Uint8Array([1, 0]), { numClasses: 2 }).toArray(), [
    [0, 1],
    [1, 0],
  ]);
  t.same(toCategorical([[0], [1]]).shape, [2, 2], 'a last axis of size 1 is left out');
  t.same(toCategorical([[0, 1, 1]]).shape, [1, 3, 2]);
  t.same(toCategorical([[0, 1, 1]]).toArray(), [
    [
      [1, 0],
      [0, 1],
      [0, 1],
    ],
  ]);
  t.same(toCategorical(zeros([0]), 4).shape, [0, 4]);
  t.end();
});

t.test('toCategorical refuses labels that are no classes', (t) => {
  t.throws(() => toCategorical([0, 3], 3), {
    name: 'ArgumentError',
    message: /the label 3 at position 1 is not an integer from 0 to 2/,
  });
  t.throws(() => toCategorical([-1]), /the label -1 at position 0/);
  t.throws(() => toCategorical([0.5]), /the label 0\.5/);
  t.throws(() => toCategorical([NaN]), /the label NaN/);
  t.throws(() => toCategorical([1], 0), /numClasses is 0\. Give an integer of at least 1/);
  t.throws(() => toCategorical(zeros([0])), /without labels the number of classes is unknown/);
  t.throws(() => toCategorical([1], 2 ** 31), { name: 'ArgumentError', message: /at most 2147483647 are possible/ });
  t.throws(() => toCategorical('cat' as never), /labels is 'cat'/);
  t.end();
});

t.test('normalize: vectors along the axis have norm 1, zeros stay', (t) => {
  const x = [
    [3, -4],
    [0, 0],
  ];
  t.same(normalize(x).toArray(), tensor([[0.6, -0.8], [0, 0]]).toArray()); // prettier-ignore
  t.same(normalize(x, { order: 1 }).toArray(), tensor([[3 / 7, -4 / 7], [0, 0]]).toArray()); // prettier-ignore
  t.same(normalize(x, { order: Infinity }).toArray(), tensor([[0.75, -1], [0, 0]]).toArray()); // prettier-ignore
  t.same(normalize(x, { axis: 0 }).toArray(), [
    [1, -1],
    [0, 0],
  ]);
  t.end();
});

t.test('normalize: by its definition for any order, shape and axis', (t) => {
  const cases = fc
    .tuple(
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
      fc.double({ min: 0.5, max: 4, noNaN: true }),
    )
    .chain(([shape, order]) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return fc.record({
        shape: fc.constant(shape),
        order: fc.constant(order),
        axis: fc.integer({ min: -shape.length, max: shape.length - 1 }),
        values: fc.array(fc.double({ min: 0.1, max: 2, noNaN: true }), { minLength: size, maxLength: size }),
      });
    });
  fc.assert(
    fc.property(cases, ({ shape, order, axis, values }) => {
      const x = { data: Float64Array.from(values), shape };
      const result = normalize(x, { order, axis });
      const at = axis < 0 ? axis + shape.length : axis;
      const stride = shape.slice(at + 1).reduce((product, length) => product * length, 1);
      const length = shape[at] ?? 1;
      return values.every((value, i) => {
        const start = i - (Math.floor(i / stride) % length) * stride;
        let sum = 0;
        for (let j = 0; j < length; j++) sum += Math.abs(values[start + j * stride] ?? NaN) ** order;
        const wanted = value / sum ** (1 / order);
        return Math.abs((result.data[i] ?? NaN) - wanted) <= 2 ** -22 * wanted;
      });
    }),
    { seed: 5, numRuns: 200 },
  );
  t.end();
});

t.test('normalize refuses wrong axes and orders', (t) => {
  t.throws(() => normalize([[1]], { axis: 2 }), {
    name: 'ArgumentError',
    message: /axis is 2 for the shape \[1, 1\]\. Give an integer from -2 to 1/,
  });
  t.throws(() => normalize([1], { order: 0 }), /order is 0\. Give a number above 0/);
  t.throws(() => normalize([1], { order: 'l2' as never }), /order is 'l2'/);
  t.throws(() => normalize({} as never), /x is an object/);
  t.throws(() => normalize(3), { name: 'ArgumentError' });
  t.end();
});
