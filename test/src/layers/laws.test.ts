/** Every layer obeys the laws of `layerLaws`, and every layer has a row in rows.ts. */
import t from 'tap';
import * as layers from '../../../src/layers/index.ts';
import { layerLaws } from '../../../src/testing/layer-laws.ts';
import { exempt, rows } from './rows.ts';

t.test('every layer has a row', (t) => {
  const tested = new Set<string>([...rows.map((row) => row.layer), ...Object.keys(exempt)]);
  t.strictSame(
    Object.keys(layers).filter((name) => !tested.has(name)),
    [],
    'no layer is without a row',
  );
  t.strictSame(
    [...tested].filter((name) => !(name in layers)),
    [],
    'no row is without a layer',
  );
  const titles = rows.map(({ layer, variant }) => `${layer}, ${variant}`);
  t.equal(new Set(titles).size, titles.length, 'no two rows have one title');
  t.end();
});

/** Those of a layer without weights whose training is inference. */
const LEAST_LAWS = 22;

for (const row of rows) {
  t.test(row.variant === undefined ? row.layer : `${row.layer}, ${row.variant}`, async (t) => {
    const { laws, skipped, worstScore } = await layerLaws(row);
    // A law that does not hold is thrown; those that hold are counted one by one.
    for (const law of laws) t.pass(law);
    t.ok(laws.length >= LEAST_LAWS, `${laws.length} laws hold`);
    for (const reason of skipped) t.comment(`without ${reason}`);
    t.comment(`worst score ${worstScore.toExponential(1)}`);
  });
}
