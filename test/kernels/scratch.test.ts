/** What the geometry of a recurrence makes, and when. */
import t from 'tap';
import { withScratch } from '../../kernels/recurrent/scratch.ts';

t.test('scratch is made at its first use, and once', (t) => {
  let made = 0;
  const geometry = withScratch({ units: 3 }, { work: () => new Float64Array(++made) });
  t.equal(geometry.units, 3);
  t.equal(made, 0);
  t.equal(geometry.work, geometry.work);
  t.equal(made, 1);
  t.end();
});
