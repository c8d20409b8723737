/** The table of the scoreboard. */
import t from 'tap';
import { formatTable } from './table.ts';

t.test('cells are broken between words, long words anywhere', (t) => {
  t.equal(
    formatTable(
      [
        ['a b', 'one two abcdefghijk'],
        ['c', ''],
      ],
      [3, 7],
    ),
    'a b  one two\n     abcdefg\n     hijk\nc',
  );
  t.end();
});
