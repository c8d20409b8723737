/** Sizes, strides and equality of shapes. */
import t from 'tap';
import { formatShape, sameShape, sizeOf, stridesOf } from '../../../src/tensor/shape.ts';

t.test('the size is the product, 1 for a scalar and 0 with an empty axis', (t) => {
  t.equal(sizeOf([2, 3, 4]), 24);
  t.equal(sizeOf([]), 1);
  t.equal(sizeOf([2, 0, 4]), 0);
  t.end();
});

t.test('strides are row-major', (t) => {
  t.strictSame(stridesOf([2, 3, 4]), [12, 4, 1]);
  t.strictSame(stridesOf([]), []);
  t.end();
});

t.test('shapes are the same only with the same rank and sizes', (t) => {
  t.ok(sameShape([2, 3], [2, 3]));
  t.notOk(sameShape([2, 3], [3, 2]));
  t.notOk(sameShape([2], [2, 1]));
  t.end();
});

t.test('messages print unknown sizes as null', (t) => {
  t.equal(formatShape([null, 3]), '[null, 3]');
  t.equal(formatShape([]), '[]');
  t.end();
});
