/**
 * The bits of trained models are those that are written down in golden.json, for any number of threads, on this version of
 * Node or, where GRADTAPE_ENGINES lists programs of others, separated by colons, on those. A change of a kernel that
 * changes bits on purpose writes them anew:
 * `node dist/test/src/engine-promises/golden-models.js > test/src/engine-promises/golden.json`.
 */
import t from 'tap';
import { enginePaths, goldenHashes, hashesOn, THREAD_COUNTS, versionOf } from './golden-run.ts';

/** Milliseconds; the pauses are random. */
const MOST_DELAY = 0.005;

t.setTimeout(600_000);

const others = enginePaths().slice(1);
for (const engine of others.length > 0 ? others : [process.execPath]) {
  const name = engine === process.execPath ? 'this Node' : engine;
  for (const threads of THREAD_COUNTS) {
    t.test(`500 steps of four models end in the written bits on ${name} with ${threads} threads`, async (t) => {
      t.comment(await versionOf(engine));
      t.strictSame(await hashesOn(engine, { threads, mostDelay: MOST_DELAY }), goldenHashes());
    });
  }
}
