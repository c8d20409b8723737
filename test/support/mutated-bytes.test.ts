/** Mutated files can be made again from their seed, differ from the original, and come in every kind. */
import t from 'tap';
import { mutatedBytes, mutationKinds, seededDraw } from './mutated-bytes.ts';

const original = new TextEncoder().encode(
  `{"names": ["a", "kernel", "bias"], "offsets": [0, 24, 1024]}${'\0'.repeat(200)}`,
);
const SEEDS = 2_000;

t.test('a seed gives the same bytes again and leaves the original as it was', (t) => {
  const before = original.slice();
  for (let seed = 0; seed < SEEDS; seed++) {
    const first = mutatedBytes(original, seed);
    if (Buffer.compare(first.bytes, mutatedBytes(original, seed).bytes) !== 0) t.fail(`seed ${seed} differs`);
  }
  t.strictSame(original, before);
  t.end();
});

t.test('nearly all differ from the original and from each other, and every kind is drawn', (t) => {
  const files = new Set<string>();
  const kinds = new Set<string>();
  for (let seed = 0; seed < SEEDS; seed++) {
    const mutated = mutatedBytes(original, seed);
    files.add(Buffer.from(mutated.bytes).toString('base64'));
    for (const kind of mutated.kinds) kinds.add(kind);
  }
  files.delete(Buffer.from(original).toString('base64'));
  t.ok(files.size > 0.8 * SEEDS, `${files.size} files of ${SEEDS}`);
  t.strictSame([...kinds].sort(), [...mutationKinds].sort());
  t.end();
});

t.test('files grow and shrink, and no bytes at all can be mutated too', (t) => {
  const lengths = Array.from({ length: 200 }, (_, seed) => mutatedBytes(original, seed).bytes.length);
  t.ok(lengths.some((length) => length < original.length));
  t.ok(lengths.some((length) => length > original.length));
  for (let seed = 0; seed < 200; seed++) {
    for (const length of [0, 1]) mutatedBytes(new Uint8Array(length), seed);
  }
  t.end();
});

t.test('drawn numbers are below the count, all of them come, and they depend on the seed', (t) => {
  const draw = seededDraw(1);
  const drawn = Array.from({ length: 200 }, () => draw(5));
  t.strictSame(new Set(drawn), new Set([0, 1, 2, 3, 4]));
  const other = seededDraw(2);
  t.notSame(
    drawn,
    drawn.map(() => other(5)),
  );
  t.end();
});
