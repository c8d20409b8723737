import t from 'tap';
import { parseOptions } from '../../bench/options.ts';
import { chart } from '../../bench/report/chart.ts';
import { FAST_MATH } from '../../bench/report/results.ts';
import { variantTable } from '../../bench/report/variant-table.ts';
import { bestPeer, timeOf, type Results, type Row } from '../../bench/report/results.ts';
import { align, formatTime, reasons, table } from '../../bench/report/table.ts';

const product: Row = {
  workload: 'matmul 64',
  flops: 2 * 64 ** 3,
  firstRun: 12,
  limit: 1e-5,
  cells: [
    { engine: 'gradtape wasm', milliseconds: 0.02, withTransfers: 0.05, difference: 2e-7 },
    { engine: 'one', milliseconds: 0.08, withTransfers: 0.04, difference: 3e-7 },
    { engine: 'two', milliseconds: 0.03, withTransfers: 0.09, difference: 0 },
    { engine: 'native', milliseconds: 0.01, withTransfers: 0.01, difference: 0 },
  ],
};
const step: Row = {
  workload: 'step <MLP>',
  firstRun: 80,
  limit: 1e-3,
  cells: [
    { engine: 'gradtape wasm', milliseconds: 40, withTransfers: 41, difference: 0 },
    { engine: 'one', milliseconds: 20, withTransfers: 21, difference: 0 },
    { engine: 'two', reason: 'inference only' },
    { engine: 'native', reason: 'inference only' },
  ],
};
const results: Results = {
  version: '0.1.0',
  date: '2026-01-01',
  machine: 'A & B',
  node: 'v20.0.0',
  engines: [
    { name: 'gradtape wasm', version: '0.1.0', role: 'ours' },
    { name: 'one', version: '1', role: 'peer' },
    { name: 'two', version: '2', role: 'peer' },
    { name: 'native', version: '3', role: 'reference' },
  ],
  peak: 52.4288,
  rows: [product, step],
};

t.test(
  'bestPeer: the fastest JavaScript engine but ours, for each kind of time; a native one does not count',
  async (t) => {
    t.same(bestPeer(product, results.engines, 'milliseconds'), { name: 'two', milliseconds: 0.03 });
    t.same(bestPeer(product, results.engines, 'withTransfers'), { name: 'one', milliseconds: 0.04 });
    t.equal(bestPeer({ ...step, cells: step.cells.slice(2) }, results.engines, 'milliseconds'), undefined);
    t.equal(timeOf(step, 'two', 'milliseconds'), undefined);
  },
);

t.test('variantTable: both times, how many times as fast the variant is, its rate and its difference', async (t) => {
  const cells = [
    { engine: 'gradtape wasm', milliseconds: 0.02, difference: 0 },
    { engine: 'gradtape wasm, fastMath', milliseconds: 0.016, difference: 2e-7 },
  ];
  const [heads, first] = variantTable({ rows: [{ ...product, cells }] }, FAST_MATH).split('\n');
  t.match(heads, /^workload +gradtape wasm +gradtape wasm, fastMath +times as fast +GFLOP\/s +agreement$/);
  t.match(first, /^matmul 64 +0\.0200 +0\.0160 +1\.25x +32\.8 +2e-7$/);
});

t.test('table: times, ratio to the best peer, GFLOP/s and percent of the peak', async (t) => {
  const [heads, first, second] = table(results, 'milliseconds').split('\n');
  t.match(
    heads,
    /^workload +gradtape wasm +one +two +native +vs best peer +GFLOP\/s +% of peak +first run +agreement$/,
  );
  // 2 64^3 / 0.02 ms = 26.2 GFLOP/s
  t.match(first, /^matmul 64 +0\.0200 +0\.0800 +0\.0300 +0\.0100 +1\.50x two +26\.2 +50 % +12\.0 +3e-7$/);
  t.match(second, /^step <MLP> +40\.0 +20\.0 +- +- +0\.50x one +- +- +80\.0 +0e\+0$/);
  const [, transferred] = table(results, 'withTransfers').split('\n');
  t.match(transferred, /^matmul 64 +0\.0500 +0\.0400 +0\.0900 +0\.0100 +0\.80x one$/);
});

t.test('reasons: one line for each engine and reason, with the workloads', async (t) => {
  t.equal(reasons(results), 'two: inference only (step <MLP>)\nnative: inference only (step <MLP>)');
});

t.test('formatTime: three digits that count, no exponents', async (t) => {
  t.equal(formatTime(1234.5), '1235');
  t.equal(formatTime(12.345), '12.3');
  t.equal(formatTime(1.2345), '1.23');
  t.equal(formatTime(0.0012345), '0.00123');
  t.equal(formatTime(undefined), '-');
});

t.test('align: the first column to the left, the others to the right', async (t) => {
  t.equal(
    align([
      ['a', 'long'],
      ['longer', '1'],
    ]),
    'a       long\nlonger     1',
  );
});

t.test('chart: a bar for each workload that a peer does, to the right where gradtape is faster', async (t) => {
  const svg = chart(results);
  t.equal(svg.match(/<rect class="faster"/g)?.length, 1);
  t.equal(svg.match(/<rect class="slower"/g)?.length, 1);
  t.match(svg, '>1.50x two<');
  t.match(svg, '>0.50x one<');
  // From 1/2 to 10 in 1.301 decades of 246: half as fast stands at 290, 1 at 74 to the right of it.
  t.match(svg, '<rect class="slower" x="290" y="89" width="74"');
  t.match(svg, '<rect class="faster" x="364" y="67" width="43.3"');
  t.match(svg, '>10x<');
});

t.test('chart: names are text, whatever they contain, and dark schemes have colours of their own', async (t) => {
  const svg = chart(results);
  t.match(svg, 'step &lt;MLP&gt;');
  t.match(svg, 'A &amp; B');
  t.notMatch(svg, 'step <MLP>');
  t.match(svg, '@media (prefers-color-scheme: dark)');
});

t.test(
  'options: --gpu, --dawn, --quick, --only and --save; what is unknown or does not go together is refused',
  async (t) => {
    t.same(parseOptions([]), {
      quick: false,
      only: undefined,
      save: false,
      fastMath: false,
      gpu: undefined,
    });
    t.match(parseOptions(['--quick', '--only', 'conv']), { quick: true, only: 'conv', save: false });
    t.equal(parseOptions(['--gpu']).gpu, 'page');
    t.equal(parseOptions(['--dawn', '--gpu']).gpu, 'dawn');
    t.match(parseOptions(['--fast-math']), { fastMath: true, gpu: undefined });
    t.throws(() => parseOptions(['--fast-math', '--gpu']), /comparisons of their own/);
    t.match(parseOptions(['--threads', '4']), { threads: 4, fastMath: false });
    t.throws(() => parseOptions(['--threads', '1']), /at least 2/);
    t.throws(() => parseOptions(['--threads', '2', '--fast-math']), /comparisons of their own/);
    t.throws(() => parseOptions(['--fast']), /unknown option '--fast'/);
    t.throws(() => parseOptions(['--only']), /--only needs/);
    t.throws(() => parseOptions(['--save', '--quick']), /keeps whole runs only/);
    t.throws(() => parseOptions(['--dawn']), /--dawn says how --gpu/);
  },
);
