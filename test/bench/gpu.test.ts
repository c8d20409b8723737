/** The benchmark's way to a graphics card, with GPU.js on the processor in place of one. */
import t from 'tap';
import { gradtape } from '../../bench/engines/gradtape.ts';
import { gradtapeGpu } from '../../bench/engines/gradtape-gpu.ts';
import type { TfTensor } from '../../bench/engines/tfjs/api.ts';
import { atOnce, readingOfWebgl, readingOfWebgpu } from '../../bench/engines/tfjs/reading.ts';
import { openSite, type Site } from '../../bench/gpu/site.ts';
import { gpuTable } from '../../bench/report/gpu-table.ts';
import type { GpuResults } from '../../bench/report/results.ts';
import { namesWith } from '../../bench/workloads/index.ts';

/** A site whose WebGPU finds this card. */
async function siteWith(architecture?: string): Promise<Site> {
  const info = { vendor: 'google', architecture, device: '', description: '' };
  const gpu = architecture === undefined ? undefined : { requestAdapter: () => Promise.resolve({ info }) };
  const had = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  try {
    return await openSite(gradtape('wasm', '1'), [
      ['gradtape cpu', () => gradtapeGpu('cpu', '1')],
      ['other', () => Promise.reject(new Error('no card\nand more'))],
    ]);
  } finally {
    if (had) Object.defineProperty(globalThis, 'navigator', had);
    else Reflect.deleteProperty(globalThis, 'navigator');
  }
}

t.test('a site: what started, why the rest did not, and a row of times whose results agree', async (t) => {
  const site = await siteWith();
  t.equal(site.adapter, 'none');
  t.same(
    site.engines.map(({ name }) => name),
    ['gradtape wasm', 'gradtape cpu'],
  );
  t.same(site.notStarted, ['other does not start here: no card']);
  const row = await site.measure('matmul 64', true);
  t.equal(row.firstRun, undefined);
  t.equal(row.cells.length, 2);
  for (const { milliseconds, withTransfers, difference } of row.cells) {
    t.ok(milliseconds! > 0 && withTransfers! > 0);
    t.ok(difference! <= row.limit, `${difference} of ${row.limit}`);
  }
});

t.test('a run of the GPU device waits for one number of its result', async (t) => {
  const engine = await gradtapeGpu('cpu', '1');
  const operand = { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };
  const common = { name: 'tiny', depth: 2, operands: () => [operand, operand] };
  const prepared = await engine.prepare({ ...common, kind: 'matmul', transposeA: false, transposeB: false });
  if (typeof prepared === 'string') throw new Error(prepared);
  const [value, ...others] = (await prepared.run()) as { toArray(): unknown; shape: readonly number[] }[];
  t.same(value?.toArray(), [[7]]);
  t.equal(others.length, 0);
  t.same(await prepared.transfer(), [Float32Array.of(7, 10, 15, 22)]);
});

t.test('software in place of a card is told by its name, and long runs are left out there', async (t) => {
  const site = await siteWith('swiftshader');
  t.equal(site.adapter, 'google swiftshader');
  const { cells } = await site.measure('matmul 1024', true);
  t.equal(cells.find(({ engine }) => engine === 'gradtape cpu')?.reason, 'long runs are measured without --quick');
  t.ok(cells.find(({ engine }) => engine === 'gradtape wasm')?.milliseconds);
  t.ok(site.workloads.includes('conv2d [2,56,56,64] 3x3 to 64'), 'a quarter of the batches');
  t.ok((await siteWith('hopper')).workloads.includes('conv2d [8,56,56,64] 3x3 to 64'));
});

t.test('namesWith: names that contain a part in any case, all by default', async (t) => {
  t.same(namesWith(['LSTM', 'conv', 'step LSTM'], 'lstm'), ['LSTM', 'step LSTM']);
  t.same(namesWith(['a', 'b']), ['a', 'b']);
  t.throws(() => namesWith(['a', 'b'], 'c'), /no workload's name contains 'c'. There are: a; b/);
});

t.test('a workload that is not there is refused', async (t) => {
  const { measure } = await siteWith();
  t.throws(() => measure('matmul 63', true), /no workload 'matmul 63'/);
  t.throws(() => measure('eager add of 10 numbers', true), /no workload/, 'no card does it');
});

/** Tensors that write down what is asked of them. */
function fakeTf(log: string[]): Parameters<typeof readingOfWebgl>[0] {
  const tensor = (name: string): TfTensor => ({
    shape: [2],
    dispose: () => void log.push(`dispose ${name}`),
    dataSync: () => {
      log.push(`dataSync ${name}`);
      return Float32Array.of(1);
    },
    data: async () => {
      log.push(`data ${name}`);
      return Float32Array.of(1);
    },
  });
  const fake = {
    tidy: <Result>(make: () => Result): Result => make(),
    reshape: (x: TfTensor) => x,
    slice: () => tensor('slice'),
    tensor: (data: Float32Array) => tensor(String(data[0])),
  };
  return fake as unknown as Parameters<typeof readingOfWebgl>[0];
}

t.test('TensorFlow.js: a run ends when one number behind it was read, and nothing stays', async (t) => {
  for (const [readingOf, read] of [
    [readingOfWebgl, 'dataSync'],
    [readingOfWebgpu, 'data'],
  ] as const) {
    const log: string[] = [];
    const tf = fakeTf(log);
    const results = [1, 2].map((value) => tf.tensor(Float32Array.of(value), [1]));
    await readingOf(tf).finish(results);
    t.same(log.splice(0), [`${read} slice`, 'dispose slice', 'dispose 1', 'dispose 2']);
    t.same(await readingOf(tf).read(results), [Float32Array.of(1), Float32Array.of(1)]);
    t.same(log, [`${read} 1`, `${read} 2`, 'dispose 1', 'dispose 2']);
  }
});

t.test('TensorFlow.js on the host: a call has done its work, and nothing is read', async (t) => {
  const log: string[] = [];
  t.equal(atOnce.finish([fakeTf(log).tensor(Float32Array.of(1), [1])]), undefined);
  t.same(log, ['dispose 1']);
});

const results: GpuResults = {
  version: '0.1.0',
  date: '2026-01-01',
  machine: 'A',
  adapter: 'B',
  runtime: 'C',
  engines: ['gradtape wasm', 'gradtape webgpu', 'gradtape webgl2', 'tfjs webgpu', 'tfjs webgl'].map((name) => ({
    name,
    version: '1',
    role: 'peer',
  })),
  rows: [
    {
      workload: 'matmul 64',
      limit: 1e-5,
      cells: [
        { engine: 'gradtape wasm', milliseconds: 0.1, withTransfers: 4, difference: 0 },
        { engine: 'gradtape webgpu', milliseconds: 2, withTransfers: 4, difference: 1e-7 },
        { engine: 'tfjs webgpu', milliseconds: 3, withTransfers: 2, difference: 2e-7 },
        { engine: 'tfjs webgl', milliseconds: 5, withTransfers: 6, difference: 0 },
      ],
    },
  ],
};

t.test('gpuTable: times, and each of our modes beside its like and the processor', async (t) => {
  const [heads, line] = gpuTable(results, 'milliseconds').split('\n');
  t.match(heads, /^workload +gradtape wasm .*tfjs webgl +webgpu vs tfjs +webgl2 vs tfjs +webgpu vs wasm +agreement$/);
  t.match(line, /^matmul 64 +0\.100 +2\.00 +- +3\.00 +5\.00 +1\.50x +- +0\.05x +2e-7$/);
  t.match(gpuTable(results, 'withTransfers').split('\n')[1], /4\.00 +4\.00 +- +2\.00 +6\.00 +0\.50x +- +1\.00x$/);
});

t.test('gpuTable: engines that are not there have no columns', async (t) => {
  const [heads] = gpuTable({ ...results, engines: results.engines.slice(0, 2) }, 'milliseconds').split('\n');
  t.match(heads, /^workload +gradtape wasm +gradtape webgpu +webgpu vs wasm +agreement$/);
  const engines = results.engines.filter(({ name }) => name !== 'gradtape webgpu');
  const [others] = gpuTable({ ...results, engines }, 'milliseconds').split('\n');
  t.match(others, /tfjs webgl +webgl2 vs tfjs +agreement$/);
});
