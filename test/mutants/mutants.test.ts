/** The planted bugs themselves: a change of the code that moves a bug's place away is noticed at once, not at the next full run. */
import t from 'tap';
import { mutants } from './mutants.ts';
import { unplantable } from './tree.ts';

t.test('every bug can be planted: its place is in the compiled code exactly once', (t) => {
  t.strictSame(unplantable(mutants), []);
  t.end();
});

t.test('there are more than 200 of them, no two alike', (t) => {
  t.ok(mutants.length > 200, `${mutants.length} bugs`);
  const texts = mutants.map(({ file, find, replace }) => `${file}: ${find} -> ${replace}`);
  t.strictSame(
    texts.filter((text, index) => texts.indexOf(text) !== index),
    [],
  );
  t.end();
});
