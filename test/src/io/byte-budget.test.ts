/** What one file may allocate. */
import t from 'tap';
import { ByteBudget } from '../../../src/io/byte-budget.ts';

const FIXED = 32 * 1024 * 1024;

t.test('a file may take twice its size and 32 MB, all charges together', (t) => {
  const budget = new ByteBudget('a.h5', 1000);
  budget.charge(FIXED, 'the first');
  budget.charge(2000, 'the second');
  budget.charge(0, 'nothing');
  t.throws(() => budget.charge(1, 'the third'), {
    name: 'FormatError',
    message:
      'a.h5: the third would take 1 bytes, but a file of 1000 bytes may take 33556432 in all. The file is damaged or hostile.',
  });
  t.end();
});

t.test('what is no number of bytes is refused, and a check takes nothing', (t) => {
  const budget = new ByteBudget('a.h5', 0);
  for (const bytes of [-1, NaN, Infinity, FIXED + 1])
    t.throws(() => budget.charge(bytes, 'it'), { name: 'FormatError' });
  budget.check(FIXED, 'all of it');
  budget.charge(FIXED, 'all of it');
  t.throws(() => budget.check(1, 'more'), { name: 'FormatError' });
  t.end();
});
