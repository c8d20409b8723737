/**
 * The bits of trained models are those that are written down in golden.json, on this version of Node and on those whose
 * programs GRADTAPE_ENGINES lists, separated by colons. A change of a kernel that changes bits on purpose writes them
 * anew: `node dist/test/src/engine-promises/golden-models.js > test/src/engine-promises/golden.json`.
 */
import t from 'tap';
import { enginePaths, goldenHashes, hashesOn, versionOf } from './golden-run.ts';

t.setTimeout(240_000);

for (const engine of enginePaths()) {
  const name = engine === process.execPath ? 'this Node' : engine;
  t.test(`500 steps of four models end in the written bits on ${name}`, async (t) => {
    t.comment(await versionOf(engine));
    t.strictSame(await hashesOn(engine), goldenHashes());
  });
}
