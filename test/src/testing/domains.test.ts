/** Domains count what cases were like, and name what is missing. */
import t from 'tap';
import { zeros } from '../../../src/tensor/tensor.ts';
import { Domains } from '../../../src/testing/domains.ts';
import type { OpCase, OpRow } from '../../../src/testing/op-row.ts';

const none = { call: () => [] };
const cases: readonly OpCase[] = [
  { ...none, inputs: [zeros([2, 2]), zeros([2])], options: { padding: 'same', strides: [1, 2] } },
  { ...none, inputs: [zeros([12, 0])], options: { padding: 'same', strides: 2, axis: undefined } },
  { ...none, inputs: [zeros([])], domain: { bias: true }, describe: 'a scalar', options: { axes: [] } },
];

function counted(): Domains {
  const domains = new Domains();
  for (const one of cases) domains.add(one);
  return domains;
}

t.test('a case counts once for each option, rank and size: options first, then ranks, then sizes', (t) => {
  t.strictSame(
    [...counted().counts],
    [
      ['a scalar', 1],
      ['axes none', 1],
      ['axis default', 1],
      ['bias true', 1],
      ['padding same', 2],
      ['strides 1', 1],
      ['strides 2', 2],
      ['rank 0', 1],
      ['rank 1', 1],
      ['rank 2', 2],
      ['size 0', 1],
      ['size 2', 1],
    ],
  );
  t.end();
});

t.test('what a row asks for and no case had is named', (t) => {
  const row: OpRow = {
    op: 'any',
    arbitrary: undefined as never,
    covers: { padding: ['same', 'valid'], strides: [1, 3], rank: [0, 3], size: [0, 1], bias: [true, false] },
  };
  t.strictSame(counted().missing(row), ['padding valid', 'strides 3', 'rank 3', 'size 1', 'bias false']);
  t.strictSame(counted().missing({ op: 'any', arbitrary: undefined as never }), []);
  t.end();
});
