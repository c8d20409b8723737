/** A budget lends twice the file's size plus 32 MB, not a byte more. */
import t from 'tap';
import { FormatError } from '../../../src/errors.ts';
import { ByteBudget } from '../../../src/io/byte-budget.ts';

const allowance = 32 * 1024 * 1024;

t.test('all of it may be used, in pieces, and then nothing but nothing', (t) => {
  const budget = new ByteBudget('reader', 1_000);
  t.equal(budget.left, allowance + 2_000);
  budget.charge(2_000, 'the header');
  budget.charge(allowance, 'the rest');
  budget.charge(0, 'nothing');
  t.equal(budget.left, 0);
  t.throws(() => budget.charge(1, 'one byte'), FormatError);
  t.end();
});

t.test('a refused charge costs nothing and says what it was for', (t) => {
  const budget = new ByteBudget('reader', 0);
  t.throws(() => budget.charge(allowance + 1, "the tensor 'kernel'", 'Read fewer.'), {
    name: 'FormatError',
    message: /^reader: the tensor 'kernel' needs 33554433 bytes of memory, and 33554432 are left .* Read fewer\.$/,
    where: 'reader',
    got: allowance + 1,
    expected: allowance,
  });
  budget.charge(allowance, 'the file');
  t.end();
});

t.test('no number that is none is charged', (t) => {
  const budget = new ByteBudget('reader', 0);
  for (const bytes of [NaN, Infinity, -1]) t.throws(() => budget.charge(bytes, 'a size'), FormatError, String(bytes));
  t.equal(budget.left, allowance);
  t.end();
});
