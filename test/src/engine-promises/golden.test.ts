/**
 * The bits of trained models are those that are written down in golden.json, on this version of Node and on those whose
 * programs GRADTAPE_ENGINES lists, separated by colons. A change of a kernel that changes bits on purpose writes them
 * anew: `node dist/test/src/engine-promises/golden-models.js > test/src/engine-promises/golden.json`.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { root } from '../../house/sources.ts';

t.setTimeout(240_000);

const script = fileURLToPath(new URL('./golden-models.js', import.meta.url));
const golden = JSON.parse(readFileSync(join(root, 'test/src/engine-promises/golden.json'), 'utf8')) as Readonly<
  Record<string, string>
>;
const engines = [process.execPath, ...(process.env['GRADTAPE_ENGINES'] ?? '').split(':').filter((path) => path !== '')];

// The runner's hooks are not made for every version of Node.
const { NODE_OPTIONS: _, ...env } = process.env;

for (const engine of engines) {
  t.test(
    `500 steps of four models end in the written bits on ${engine === process.execPath ? 'this Node' : engine}`,
    async (t) => {
      const run = promisify(execFile);
      const { stdout: version } = await run(engine, ['--version'], { env });
      t.comment(version.trim());
      const { stdout } = await run(engine, [script, '500'], { env });
      t.strictSame(JSON.parse(stdout), golden);
    },
  );
}
