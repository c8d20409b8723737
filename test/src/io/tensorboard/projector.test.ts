/** The projector's files: numbers that come back exactly and are no longer than they must be, names that stay names. */
import fc from 'fast-check';
import t from 'tap';
import { labelsTable, pointsTable, projectorConfig } from '../../../../src/io/tensorboard/projector.ts';

t.test('a row per point, tabs between numbers, in as few digits as tell float32 apart', (t) => {
  const data = Float32Array.of(0.1, -2, 1 / 3, 1e-20, 16777216, 0);
  t.equal(pointsTable(data, [2, 3]), '0.1\t-2\t0.33333334\n1e-20\t16777216\t0\n');
  t.end();
});

t.test('every float32 comes back to the bit', (t) => {
  const float = fc.float({ noNaN: true, noDefaultInfinity: true });
  let compared = 0;
  fc.assert(
    fc.property(fc.array(float, { minLength: 1, maxLength: 20 }), (values) => {
      compared += values.length;
      const cells = pointsTable(Float32Array.from(values), [1, values.length]).trimEnd().split('\t');
      // -0 is written as 0: a place in space.
      return values.every((value, index) => Math.fround(Number(cells[index])) === value);
    }),
    { numRuns: 300 },
  );
  t.ok(compared > 300, `${compared} numbers`);
  t.end();
});

t.test('labels keep their places whatever they hold', (t) => {
  t.equal(labelsTable(['a', 'b\tc', 'd\ne', '']), 'a\nb c\nd e\n\n');
  t.end();
});

t.test('quotes and backslashes in names are escaped, labels are optional', (t) => {
  const config = projectorConfig([
    { name: 'a"b\\c\nd', tensorPath: 'a.tsv', metadataPath: undefined, shape: [3, 2] },
    { name: 'e', tensorPath: 'e.tsv', metadataPath: 'l.tsv', shape: [1, 1] },
  ]);
  t.equal(
    config,
    `embeddings {
  tensor_name: "a\\"b\\\\c\\nd"
  tensor_path: "a.tsv"
  tensor_shape: 3
  tensor_shape: 2
}
embeddings {
  tensor_name: "e"
  tensor_path: "e.tsv"
  metadata_path: "l.tsv"
  tensor_shape: 1
  tensor_shape: 1
}
`,
  );
  t.end();
});
