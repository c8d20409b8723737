/**
 * `fit(x, y, { worker: true })` of the packed package in headless Chromium, built by Vite and webpack, which find the
 * worker's program by themselves, and by esbuild, which is told of it: the weights are those of a training in the page,
 * and the page goes on drawing.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { buildWithEsbuild, buildWithVite, buildWithWebpack, packedApp } from './packed-app.ts';
import type { Lost, Trained, Watched } from './page/train.ts';
import { runPage } from './run-page.ts';

t.setTimeout(300_000);

/** How long the page is watched. */
const SECONDS = 3;
/** Of the frames that an idle page draws as long. Two processors draw in software and train; a blocked page draws none. */
const SHARE = 0.5;

interface Results {
  readonly error?: string;
  readonly here: Trained;
  readonly there: Trained;
  readonly own: Trained | undefined;
  readonly lost: Lost | undefined;
  readonly watched: Watched;
}

const main = (worker: string, ownWorker = 'undefined'): string => `
  import { lose, train, watch } from './train.js';
  const worker = ${worker};
  const ownWorker = ${ownWorker};
  const results = async () => ({
    here: await train(),
    there: await train(worker),
    lost: ownWorker && (await lose(ownWorker.program)),
    own: ownWorker && (await train(ownWorker)),
    watched: await watch(worker, ${SECONDS}),
  });
  globalThis.result = results().catch((error) => ({ error: error.stack ?? String(error) }));
`;

function appOf(t: Test, program: string): string {
  const app = packedApp({ 'main.js': program, 'train.js': new URL('./page/train.js', import.meta.url) });
  t.teardown(() => rmSync(app, { recursive: true, force: true }));
  return app;
}

/** Under a policy that allows WebAssembly and no eval. */
async function run(app: string): Promise<Results> {
  return (await runPage<Results>(join(app, 'dist'), { policy: "script-src 'self' 'wasm-unsafe-eval'" })).result;
}

function check(t: Test, { error, here, there, watched }: Results): void {
  t.equal(error, undefined);
  t.strictSame(there.losses, here.losses);
  t.equal(there.weights, here.weights, 'the same bits in every weight');
  const { frames, idleFrames, seconds, epochs } = watched;
  t.comment(`${epochs} epochs in ${seconds.toFixed(1)} s: ${frames} frames, ${idleFrames} in an idle page`);
  t.ok(epochs > 1, 'the page heard of epochs');
  t.ok(frames >= SHARE * idleFrames, `${frames} of ${idleFrames} frames`);
}

t.test('Vite, with no settings', async (t) => {
  // A program of one's own, as for layers of one's own.
  const own = "{ program: () => new Worker(new URL('./own-worker.js', import.meta.url), { type: 'module' }) }";
  const app = appOf(t, main('true', own));
  writeFileSync(
    join(app, 'own-worker.js'),
    "import { provideObjects } from 'gradtape/training-worker';\nprovideObjects({});\n",
  );
  buildWithVite(app);
  const results = await run(app);
  check(t, results);
  const { lost } = results;
  t.match(lost?.error, /^DeviceError: .*the worker ended before the training did: it was terminated/);
  t.ok((lost?.milliseconds ?? NaN) < 1000, `${lost?.milliseconds} ms after its end`);
  t.equal(results.own?.weights, results.here.weights, 'and in a program of its own, after one that was terminated');
});

t.test('webpack, with no settings', async (t) => {
  const app = appOf(t, main('true'));
  t.equal(await buildWithWebpack(app), '', 'neither errors nor warnings');
  check(t, await run(app));
});

t.test('esbuild, with the worker as a second entry', async (t) => {
  const app = appOf(t, main("{ program: new URL('./training-worker.js', import.meta.url) }"));
  const entries = { main: './main.js', 'training-worker': 'gradtape/training-worker' };
  await buildWithEsbuild(app, entries, { splitting: true });
  check(t, await run(app));
});
