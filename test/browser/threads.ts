/**
 * Threads of the packed package in a page of headless Chromium, and of Firefox where it is installed: the golden bits for any
 * number of them, and in environments that lack something the right choice, at most one line of log and the right results.
 * Those of Node are row F2 of the scoreboard.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import * as gt from 'gradtape';
import { goldenHashes, THREAD_COUNTS } from '../src/engine-promises/golden-run.ts';
import type { Hashes } from '../src/engine-promises/golden-training.ts';
import { sharedTraining, type Outcome } from '../src/engine-promises/shared-training.ts';
import { buildWithEsbuild, buildWithVite, buildWithWebpack, packedApp } from './packed-app.ts';
import { firefoxIsMissing, runInFirefox } from './run-in-firefox.ts';
import { runPage, type PageOptions, type PageRun } from './run-page.ts';

const deep = process.env['GRADTAPE_DEEP'] === '1';

t.setTimeout(900_000);

const moduleOf = (name: string): URL => new URL(`../src/engine-promises/${name}`, import.meta.url);

/** Allows WebAssembly and, like the policies of most pages that have one, no eval; Workers of all kinds. */
const POLICY = "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob: data:";

/** The lines of gradtape and the result go to the server where the page's address says so: Firefox has no driver here. */
const posting = `
  const log = [];
  const { warn } = console;
  console.warn = (line) => {
    if (String(line).startsWith('gradtape:')) log.push(line);
    warn(line);
  };
  export const post = (result) =>
    new URL(location.href).searchParams.has('post') &&
    fetch('/', { method: 'POST', body: JSON.stringify({ result, log }) });
`;

const modules = {
  'golden-training.js': moduleOf('golden-training.js'),
  'shared-training.js': moduleOf('shared-training.js'),
  'post.js': posting,
};

/** The page's address names the threads that it asks for, if any. */
const trainingMain = `
  import { post } from './post.js';
  import { sharedTraining } from './shared-training.js';
  const asked = new URL(location.href).searchParams.get('threads');
  const threads = asked === null ? undefined : asked === 'auto' ? asked : Number(asked);
  globalThis.result = sharedTraining(threads).catch((error) => ({ error: error.stack ?? String(error) }));
  void globalThis.result.then(post);
`;

// What is not exported is imported from where the package lies: from the same modules, or the device would not be the one.
const goldenModule = `
  import * as gt from 'gradtape';
  import { useDevice } from './node_modules/gradtape/dist/src/devices/default-device.js';
  import { ThreadedDevice } from './node_modules/gradtape/dist/src/devices/threads/threaded-device.js';
  import { trainedHashes } from './golden-training.js';

  export async function goldenHashes(threads) {
    if (threads === 1) return { hashes: await trainedHashes(500) };
    const cores = navigator.hardwareConcurrency;
    const device = await ThreadedDevice.open({ threads, cores, however: true, mostDelay: 0.005 });
    useDevice(device);
    const hashes = await trainedHashes(500);
    const isUsed = gt.compile((x) => gt.ops.exp(x)).program(gt.tensor([1])).device === device;
    return { hashes, isUsed, isShared: device.counts.own < device.counts.all };
  }
`;

const goldenMain = `
  import { post } from './post.js';
  import { goldenHashes } from './golden.js';
  const query = new URL(location.href).searchParams;
  const threads = Number(query.get('threads'));
  const inWorker = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./golden-worker.js', import.meta.url), { type: 'module' });
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message ?? 'the worker does not load'));
      worker.postMessage(threads);
    });
  const hashes = query.has('worker') ? inWorker() : goldenHashes(threads);
  globalThis.result = hashes.catch((error) => ({ error: error.stack ?? String(error) }));
  void globalThis.result.then(post);
`;

const goldenWorker = `
  import { goldenHashes } from './golden.js';
  onmessage = async ({ data }) =>
    postMessage(await goldenHashes(data).catch((error) => ({ error: error.stack ?? String(error) })));
`;

const trainingApp = packedApp({ ...modules, 'main.js': trainingMain });
const goldenApp = packedApp({
  ...modules,
  'main.js': goldenMain,
  'golden.js': goldenModule,
  'golden-worker.js': goldenWorker,
});
t.teardown(() => {
  for (const app of [trainingApp, goldenApp]) rmSync(app, { recursive: true, force: true });
});

interface Golden {
  readonly error?: string;
  readonly hashes: Hashes;
  readonly isUsed?: boolean;
  readonly isShared?: boolean;
}

/** One line of gradtape, or none, and what it says. */
interface Environment extends Partial<PageOptions> {
  readonly asked?: number | 'auto';
  readonly threads: number;
  readonly device?: 'cpu';
  readonly log?: RegExp;
  readonly refusal?: RegExp;
}

const NO_SIMD = 'WebAssembly.validate = () => false;';
const oneThread = /^gradtape: wasm: threads do not start here: .*worker-src.* One thread does the work\.$/;
const notIsolated = /^gradtape: threads need shared memory.*cross-origin isolated.*; one thread does the work\.$/;
const onCpu = /^gradtape: .* no WebAssembly with SIMD.*'cpu'/;
const noSimd = /^wasm: .* no WebAssembly with SIMD\. Use setDevice\('cpu'\)\.$/;

const environments: Readonly<Record<string, Environment>> = {
  'isolated, 2 threads': { asked: 2, threads: 2 },
  'isolated, nothing asked for': { threads: 1 },
  'not isolated': { asked: 2, isolated: false, threads: 1, log: notIsolated },
  'no SharedArrayBuffer': { asked: 2, before: 'delete globalThis.SharedArrayBuffer;', threads: 1, log: notIsolated },
  "one core, 'auto'": {
    asked: 'auto',
    before: "Object.defineProperty(navigator, 'hardwareConcurrency', { value: 1 });",
    threads: 1,
  },
  "two cores, 'auto'": {
    asked: 'auto',
    before: "Object.defineProperty(navigator, 'hardwareConcurrency', { value: 2 });",
    threads: 2,
  },
  'Workers from files only': {
    asked: 2,
    policy: "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'",
    threads: 2,
  },
  'a policy that names no Workers': { asked: 2, policy: "script-src 'self' 'wasm-unsafe-eval'", threads: 2 },
  'Workers from blobs only': { asked: 2, policy: "script-src 'self' 'wasm-unsafe-eval'; worker-src blob:", threads: 2 },
  'Workers from data only': { asked: 2, policy: "script-src 'self' 'wasm-unsafe-eval'; worker-src data:", threads: 2 },
  'no Workers': {
    asked: 2,
    policy: "script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'",
    threads: 1,
    log: oneThread,
  },
  'no WebAssembly, 2 threads': {
    asked: 2,
    policy: "script-src 'self'",
    threads: 1,
    device: 'cpu',
    refusal: noSimd,
    log: onCpu,
  },
  'no SIMD, nothing asked for': { before: NO_SIMD, threads: 1, device: 'cpu', log: onCpu },
  'no SIMD, 2 threads': { asked: 2, before: NO_SIMD, threads: 1, device: 'cpu', refusal: noSimd, log: onCpu },
};

const builders: Readonly<Record<string, (app: string) => string | Promise<string>>> = {
  webpack: buildWithWebpack,
  esbuild: (app) => buildWithEsbuild(app, { main: './main.js' }),
  // The last: what it builds is run in all environments.
  Vite: buildWithVite,
};

let weights: Readonly<Record<'cpu' | 'wasm', string>>;

/** What this Node computes on a device. */
async function weightsOn(device: 'cpu' | 'wasm'): Promise<string> {
  await gt.setDevice(device);
  return (await sharedTraining()).weights;
}

async function checkEnvironment(t: Test, run: Browser['run'], environment: Environment): Promise<void> {
  const { asked, threads, policy = POLICY, isolated = true, before, device = 'wasm' } = environment;
  const { result, log } = await run<Outcome & { readonly error?: string }>(join(trainingApp, 'dist'), {
    policy,
    isolated,
    query: asked === undefined ? '' : `?threads=${asked}`,
    ...(before !== undefined && { before }),
  });
  t.equal(result.error, undefined);
  t.match(result, { device, threads, isShared: threads > 1 });
  t.equal(result.weights, weights[device], 'the same bits as in Node');
  t.match(result.refusal ?? '', environment.refusal ?? /^$/, 'what setDevice refuses with');
  t.match(log[0] ?? '', environment.log ?? /^$/, 'what the line says');
  t.equal(log.length, environment.log ? 1 : 0, 'lines of log');
}

/** Where a page runs. */
interface Browser {
  readonly name: string;
  /** Why it is left out. */
  readonly skip: string | false;
  readonly run: <Result>(folder: string, options: PageOptions) => Promise<PageRun<Result>>;
  /** Whether something can be taken away before the page's scripts run. */
  readonly canPrepare: boolean;
  readonly threadCounts: readonly number[];
  /** Whether all policies are tried, and the thread of the page itself. */
  readonly isWhole: boolean;
}

const browsers: readonly Browser[] = [
  { name: 'Chromium', skip: false, run: runPage, canPrepare: true, threadCounts: THREAD_COUNTS, isWhole: true },
  {
    name: 'Firefox',
    skip: firefoxIsMissing(),
    run: runInFirefox,
    canPrepare: false,
    // Beside other work on two cores more threads take minutes there; the deep run has everything.
    threadCounts: deep ? THREAD_COUNTS : [1, 2],
    isWhole: deep,
  },
];

t.before(async () => {
  buildWithVite(goldenApp);
  weights = { cpu: await weightsOn('cpu'), wasm: await weightsOn('wasm') };
});

for (const { name, skip, run, threadCounts, isWhole } of browsers) {
  const checkGolden = async (t: Test, threads: number, query: string): Promise<void> => {
    const { result } = await run<Golden>(join(goldenApp, 'dist'), { policy: POLICY, isolated: true, query });
    t.equal(result.error, undefined);
    t.strictSame(result.hashes, goldenHashes());
    if (threads === 1) return;
    t.equal(result.isUsed, true, 'programs run on the device with threads');
    t.equal(result.isShared, true, 'others than the caller ran parts');
  };
  const model = `${name}: 500 steps of four models end in the written bits`;
  for (const threads of threadCounts) {
    t.test(`${model} in a worker of a page, with ${threads} threads`, { skip }, (t) =>
      checkGolden(t, threads, `?worker&threads=${threads}`),
    );
  }
  if (!isWhole) continue;
  t.test(`${model} on the page's own thread, which may not sleep, with 2 threads`, { skip }, (t) =>
    checkGolden(t, 2, '?threads=2'),
  );
}

for (const [bundler, build] of Object.entries(builders)) {
  t.test(`${bundler} bundles a program with threads, with no settings and no warnings`, async (t) => {
    rmSync(join(trainingApp, 'dist'), { recursive: true, force: true });
    t.equal(await build(trainingApp), '');
    if (bundler === 'esbuild') {
      t.strictSame(readdirSync(join(trainingApp, 'dist')).sort(), ['index.html', 'main.js'], 'one file');
    }
    await checkEnvironment(t, runPage, { asked: 2, threads: 2 });
  });
}

for (const { name, skip, run, canPrepare, isWhole } of browsers) {
  for (const [place, environment] of Object.entries(environments)) {
    if (environment.before !== undefined && !canPrepare) continue;
    if (environment.policy !== undefined && !isWhole) continue;
    t.test(`${name}, ${place}: the right choice, at most one line of log, the right results`, { skip }, (t) =>
      checkEnvironment(t, run, environment),
    );
  }
}
