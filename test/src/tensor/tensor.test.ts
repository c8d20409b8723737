/** What tensors are made of, and what they refuse. */
import t from 'tap';
import { ArgumentError, ShapeError } from '../../../src/errors.ts';
import { Tape } from '../../../src/tape/tape.ts';
import { full, ones, tensor, zeros, type NestedArray } from '../../../src/tensor/tensor.ts';

t.test('nested arrays give the shape, booleans count as 0 and 1', (t) => {
  const x = tensor([
    [1, 2, 3],
    [true, false, -1],
  ]);
  t.strictSame(x.shape, [2, 3]);
  t.strictSame([...x.data], [1, 2, 3, 1, 0, -1]);
  t.equal(tensor(5).rank, 0);
  t.strictSame(tensor([]).shape, [0]);
  t.strictSame(tensor([[], []]).shape, [2, 0]);
  t.end();
});

t.test('uneven nesting and things that are no numbers are refused', (t) => {
  for (const uneven of [
    [[1], [1, 2]],
    [[1], 2],
    [1, [2]],
    [
      [1, 2],
      [[3], [4]],
    ],
  ]) {
    t.throws(() => tensor(uneven as NestedArray), ShapeError, JSON.stringify(uneven));
  }
  t.throws(() => tensor(['a'] as unknown as NestedArray), {
    name: 'ArgumentError',
    message: 'tensor: cannot make a tensor of string. Give numbers in nested arrays or a typed array.',
  });
  t.throws(() => tensor([null] as unknown as NestedArray), /cannot make a tensor of null/);
  t.end();
});

t.test('a Float32Array is taken over; other typed arrays are copied', (t) => {
  const own = new Float32Array([1, 2]);
  t.equal(tensor(own).data, own);
  const bytes = new Uint8Array([1, 2, 3, 4]);
  const x = tensor(bytes, [2, 2]);
  bytes[0] = 9;
  t.strictSame(x.toArray(), [
    [1, 2],
    [3, 4],
  ]);
  t.end();
});

t.test('integers that float32 cannot hold are refused, up to 2^24 they are not', (t) => {
  t.equal(tensor(new Int32Array([-(2 ** 24)])).item(), -(2 ** 24));
  t.throws(() => tensor(new Int32Array([0, 2 ** 24 + 1])), {
    name: 'ArgumentError',
    message: 'tensor: the integer 16777217 at position 1 is above 2^24 and not exact in float32. Rescale or split it.',
  });
  t.throws(() => tensor(new Uint32Array([2 ** 31])), ArgumentError);
  t.end();
});

t.test('doubles are kept beside their float32 for programs in float64', (t) => {
  t.equal(tensor([0.1]).wide?.[0], 0.1);
  t.equal(tensor([0.1]).data[0], Math.fround(0.1));
  t.equal(tensor(new Float32Array([0.5])).wide, undefined);
  t.end();
});

t.test('a shape that the values do not fill, or that is none, is refused', (t) => {
  t.throws(() => tensor([1, 2, 3], [2, 2]), {
    name: 'ShapeError',
    message: 'tensor: 3 values do not fill the shape [2, 2], which has 4 elements.',
  });
  t.throws(() => tensor(new Float32Array(2), [-1, -2]), /\[-1, -2\] is not a shape/);
  t.throws(() => tensor(new Float32Array(2), [0.5, 4]), /is not a shape/);
  t.end();
});

t.test('the shape of a tensor does not change with the array it was given as, and is frozen', (t) => {
  const shape = [2, 1];
  const x = zeros(shape);
  shape[0] = 5;
  t.strictSame(x.shape, [2, 1]);
  t.ok(Object.isFrozen(x.shape));
  t.end();
});

t.test('zeros, ones and full hold one value', (t) => {
  t.strictSame(zeros([2]).toArray(), [0, 0]);
  t.strictSame(ones([1, 2]).toArray(), [[1, 1]]);
  t.strictSame(full([2], 0.5).toArray(), [0.5, 0.5]);
  t.equal(full([], 0.1).wide?.[0], 0.1);
  t.end();
});

t.test('at() reads one element, counted from the end too, and refuses others', (t) => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  t.equal(x.at(1, 0), 3);
  t.equal(x.at(-1, -1), 4);
  t.equal(tensor(7).at(), 7);
  t.throws(() => x.at(1), {
    name: 'ShapeError',
    message: 'Tensor.at: 1 indices for the shape [2, 2]. Give one per axis, or use slice() or gather().',
  });
  t.throws(() => x.at(0, 2), {
    name: 'ArgumentError',
    message: 'Tensor.at: index 2 is out of range for axis 1 of the shape [2, 2].',
  });
  t.throws(() => x.at(0.5, 0), ArgumentError);
  t.end();
});

t.test('item() is the only element, whatever the rank', (t) => {
  t.equal(tensor([[3]]).item(), 3);
  t.throws(() => tensor([1, 2]).item(), /the shape \[2\] has 2 elements, not one/);
  t.throws(() => tensor([]).item(), ShapeError);
  t.end();
});

t.test('toArray() is the reverse of tensor(), and printing shortens', (t) => {
  const nested = [
    [[1], [2]],
    [[3], [4]],
  ];
  t.strictSame(tensor(nested).toArray(), nested);
  t.equal(tensor(2).toArray(), 2);
  t.strictSame(zeros([2, 0]).toArray(), [[], []]);
  t.equal(String(tensor([1, 2])), 'Tensor(shape [2], [1,2])');
  t.match(String(zeros([100])), /^Tensor\(shape \[100\], \[0, 0, 0, 0, 0, 0, 0, 0, \.\.\.\]\)$/);
  t.end();
});

t.test('a traced tensor has a shape and no values', (t) => {
  const x = new Tape('traced').createTensor([2]);
  t.notOk(x.hasData);
  t.throws(() => x.data, /Tensor.data: this tensor of shape \[2\] is being traced and has no values yet/);
  t.equal(String(x), 'Tensor(traced, shape [2])');
  t.end();
});
