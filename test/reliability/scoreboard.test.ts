/** The scoreboard's measures see planted failures; those that are quick meet their targets on small counts. */
import fc from 'fast-check';
import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import t from 'tap';
import { callbacks, FormatError, layers, ops, tensor } from '../../src/index.ts';
import { SEAL_BYTES, sealBytes } from '../../src/io/sealed-bytes.ts';
import type { LayerRow } from '../../src/testing/layer-row.ts';
import type { OpRow } from '../../src/testing/op-row.ts';
import { captured } from '../src/callbacks/fake-model.ts';
import { rows as layerRows } from '../src/layers/rows.ts';
import { rows as opRows } from '../src/ops/rows/index.ts';
import { injections, type Injection } from '../src/training/nan-injections.ts';
import { bitRot, PATH, type Load } from './bit-rot.ts';
import { deviceError } from './device-error.ts';
import { diskFaults, type Save } from './disk-faults.ts';
import { measuredEdgeValues } from './edge-values.ts';
import { rightChoices } from './environments.ts';
import { exactIntegers } from './exact-integers.ts';
import { gradientProperties } from './gradient-properties.ts';
import type { Hole } from './hostile/hole.ts';
import { hostileFiles } from './hostile-files.ts';
import type { HostileReader } from './hostile-readers.ts';
import { indexSafety } from './index-safety.ts';
import { InexactDevice } from './inexact-device.ts';
import { injectedNaN } from './injected-nan.ts';
import { killedAppends } from './killed-appends.ts';
import { killedSaves, powerCuts } from './killed-saves.ts';
import { killedStudies, type RunStudy, type StudyEnd } from './killed-studies.ts';
import { knownHoles } from './known-holes.ts';
import { lawsOfLayers } from './layer-laws.ts';
import { countsOf, type Measured } from './measure.ts';
import { memoryPerStep, soak } from './memory.ts';
import { memoryBombs } from './memory-bombs.ts';
import { misuse } from './misuse.ts';
import { plantedBugs } from './planted-bugs.ts';
import { prototypePollution } from './prototype-pollution.ts';
import { realKeras } from './real-keras.ts';
import { resume } from './resume.ts';
import { isNotMet, score, scoreRows, type ScoreRow } from './scoreboard.ts';
import { engines, runToRun, threadCounts } from './same-bits.ts';
import { supplyChain } from './supply-chain.ts';
import { deaths } from './thread-deaths.ts';

const rowsOf = (...names: readonly string[]): readonly OpRow[] => opRows.filter(({ op }) => names.includes(op));

// Memory is measured in processes of their own, with the collector at work.
t.setTimeout(300_000);

const halfGradient: OpRow = {
  op: 'half a gradient',
  arbitrary: fc.integer({ min: 1, max: 5 }).map((x) => ({
    inputs: [tensor([x])],
    call: (given) => ops.mul(given as never, ops.stopGradient(given as never)),
  })),
};
const wrongSum: OpRow = {
  op: 'wrong sum',
  arbitrary: fc.constant({ inputs: [], call: () => tensor([0]) }),
  integerArbitrary: fc
    .integer()
    .map((x) => ({ inputs: [tensor([2])], call: (y) => ops.add(y as never, 0), expected: () => [x] })),
};
const wrongCount: LayerRow = {
  layer: 'dense',
  make: (options) => layers.dense(2, options),
  inputs: [[[2, 3]], [[4, 3]]],
  params: 9,
};

/** Reads anything by this function. */
const reader = (read: HostileReader['read']): HostileReader => ({
  name: 'planted',
  files: () => [new Uint8Array(10)],
  read,
  bombs: { 'a small file': () => new Uint8Array(1_000) },
});
/** For each takes a process of its own. */
const SOME_BOMBS = 2;
const refuse = (): never => {
  throw new FormatError('refused');
};

/** Writes over the old file, as programs usually do; as a store's file, so that it is read as one. */
const carelessSave: Save = async (path, bytes, files) => {
  mkdirSync(dirname(path), { recursive: true });
  await files.remove(path).catch(() => undefined);
  const file = await files.create(path);
  try {
    await file.write(sealBytes(bytes, 1));
  } finally {
    await file.close();
  }
};

/** Believes that what follows the seal is as it was written. */
const trustingLoad: Load = async (disk) => disk.bytesOf(PATH).subarray(SEAL_BYTES);

/** Without the warnings, which are what is expected of it. */
async function silently(measure: () => Promise<Measured>): Promise<Measured> {
  let measured: Measured | undefined;
  await captured(async () => (measured = await measure()));
  return measured as unknown as Measured;
}

/** Backups that nobody keeps when training ends. */
const careless: typeof callbacks.backupAndRestore = (name, options) =>
  Object.assign(callbacks.backupAndRestore(name, options), {
    onTrainEnd: () => options.sink(name, new Uint8Array(0)),
  });

interface Claim {
  /** Left out where it takes seconds: `npm run reliability -- --quick`, a part of CI, measures those rows. */
  readonly met?: () => Measured | Promise<Measured>;
  /** By what is planted. */
  readonly notMet: Readonly<Record<string, () => Measured | Promise<Measured>>>;
}

/** Weights that differ at every run. */
function moreOrLess(): () => Promise<Readonly<Record<string, string>>> {
  let runs = 0;
  return () => Promise.resolve({ mlp: String(runs++) });
}

/** A study that ends so, after so many kills. */
const endOf =
  (end: (kills: number) => StudyEnd): RunStudy =>
  (_sampler, _trials, kills) =>
    Promise.resolve(end(kills));

const hole = (part: Partial<Hole>): Hole => ({
  name: 'planted',
  make: () => new Uint8Array(),
  load: () => Promise.reject(new FormatError('refused')),
  message: /refused/,
  ...part,
});

const claims: Readonly<Record<string, Claim>> = {
  A1: {
    met: () => gradientProperties(5, rowsOf('matmul', 'tanh', 'sum')),
    notMet: {
      'a wrong gradient': () => gradientProperties(5, [halfGradient]),
      'no op at all': () => gradientProperties(5, []),
    },
  },
  A2: {
    met: () => exactIntegers(5, rowsOf('matmul', 'conv2d', 'gather', 'maxPool2d')),
    notMet: {
      'a wrong result': () => exactIntegers(5, [wrongSum]),
      'a device that rounds': () => exactIntegers(20, rowsOf('matmul'), [new InexactDevice()]),
      'gradients that a device rounds': () => exactIntegers(20, rowsOf('matmul'), [new InexactDevice(/gradient/)]),
    },
  },
  A3: {
    met: () => deviceError(2, 4),
    notMet: { 'a device that rounds': () => deviceError(2, 4, [new InexactDevice()]) },
  },
  A5: {
    notMet: {
      'a wrong number of weights': () => lawsOfLayers([...layerRows.slice(0, 1), wrongCount]),
      'a layer without a row': () => lawsOfLayers(layerRows.slice(0, 1)),
    },
  },
  A6: { met: () => realKeras(['small']), notMet: { 'a test that does not run': () => realKeras(['small', 'none']) } },
  A7: {
    met: () => measuredEdgeValues(),
    notMet: {
      'another result': () => measuredEdgeValues([{ name: 'one', call: () => tensor([NaN]), stated: [1] }]),
      'no error': () => measuredEdgeValues([{ name: 'one', call: () => tensor([NaN]), stated: /refused/ }]),
    },
  },
  D4: { met: () => deaths(2), notMet: { 'no thread that is ended': () => deaths(0) } },
  D5: {
    met: () => injectedNaN(),
    notMet: {
      'training that goes on': () => injectedNaN({ late: { ...(injections['a batch'] as Injection), batch: 0 } }),
      'a backup that is removed': () => injectedNaN(injections, careless),
      'another name': () => injectedNaN({ other: { ...(injections['a batch'] as Injection), named: /layer 'last'/ } }),
    },
  },
  E1: { notMet: { 'losses that are kept': () => memoryPerStep(1_000, ['leak']) } },
  E2: { met: () => soak(10_000), notMet: { 'logs that are kept': () => soak(10_000, ['leak']) } },
  E3: {
    met: () => indexSafety(),
    notMet: { 'a call that takes every index': () => indexSafety({ careless: () => undefined }) },
  },
  C1: {
    met: () => hostileFiles(500),
    notMet: {
      'a bare error': () => hostileFiles(10, [reader(() => (undefined as unknown as { x: number }).x)]),
      'a reader that takes everything': () => hostileFiles(10, [reader(() => undefined)]),
      'a slow reader': () =>
        hostileFiles(1, [
          reader(() => {
            const end = performance.now() + 1_100;
            while (performance.now() < end);
            refuse();
          }),
        ]),
      'no reader': () => hostileFiles(10, []),
    },
  },
  C2: {
    notMet: {
      'a reader that allocates': () =>
        memoryBombs(SOME_BOMBS, [reader(refuse)], (_, { length }) => ({
          fileBytes: length,
          peakBytes: 2 * length + 2 ** 25 + 1,
        })),
      'another error': () =>
        memoryBombs(SOME_BOMBS, [reader(refuse)], () => ({ fileBytes: 1, peakBytes: 1, error: 'RangeError' })),
      'no bomb': () => memoryBombs(SOME_BOMBS, []),
    },
  },
  C4: {
    notMet: {
      'a file that is read': () => knownHoles([hole({ load: () => Promise.resolve() })]),
      'another message': () => knownHoles([hole({ message: /something else/ })]),
      'a bare error': () => knownHoles([hole({ load: () => Promise.reject(new TypeError('refused')) })]),
      'another file that is opened': () =>
        knownHoles([
          hole({ load: () => readFile('/dev/null').then(() => Promise.reject(new FormatError('refused'))) }),
        ]),
      'no file': () => knownHoles([]),
    },
  },
  C3: { notMet: { 'a reader that pollutes': () => prototypePollution(true) } },
  D1: {
    notMet: {
      'a program that writes over its file': () => killedSaves(12, 'careless'),
      'a disk that does not sync': () => silently(() => powerCuts(false)),
    },
  },
  D2: {
    met: () => diskFaults(),
    notMet: { 'a program that writes over its file': () => silently(() => diskFaults(carelessSave)) },
  },
  D3: {
    met: () => bitRot(1_000),
    notMet: { 'a program that trusts the disk': () => bitRot(400, trustingLoad) },
  },
  B1: {
    met: () => runToRun(2),
    notMet: { 'a run that ends elsewhere': () => runToRun(2, moreOrLess()) },
  },
  B2: {
    notMet: { 'other bits than those written down': () => threadCounts(0, 1, { mlp: '0' }) },
  },
  B4: {
    notMet: {
      'a run that ends elsewhere': () =>
        resume(1, ['mlp'], () =>
          Promise.resolve({ undisturbed: '1', killed: '2', kills: 1, batches: 9, batchesNeeded: 9 }),
        ),
      'a run that ends before it is killed': () =>
        resume(1, ['mlp'], () =>
          Promise.resolve({ undisturbed: '1', killed: '1', kills: 0, batches: 9, batchesNeeded: 9 }),
        ),
      'a process that fails': () => resume(1, ['no training']),
    },
  },
  B5: {
    notMet: {
      'another best trial': () =>
        killedStudies(
          3,
          endOf((kills) => ({ best: String(kills), trials: Array(8).fill('') })),
        ),
      'another trial': () =>
        killedStudies(
          3,
          endOf((kills) => ({ best: '', trials: Array(8).fill(String(kills)) })),
        ),
      'one trial more': () =>
        killedStudies(
          3,
          endOf((kills) => ({ best: '', trials: Array(8 + kills).fill('') })),
        ),
      'a process that fails': () => killedStudies(3, () => Promise.reject(new Error('planted'))),
    },
  },
  D6: {
    notMet: { 'programs that append without the journal': () => killedAppends(10, 8, 'careless') },
  },
  B3: {
    met: () => engines([process.execPath]),
    notMet: { 'other bits than those written down': () => engines([process.execPath], { mlp: '0' }) },
  },
  F1: {
    met: () => misuse(1_000),
    notMet: {
      'a bare error': () => misuse(10, [['bare', () => (undefined as unknown as { x: number }).x]]),
      'calls that are all taken': () => misuse(10, [['careless', () => undefined]]),
    },
  },
  F2: {
    notMet: {
      'another device': () => rightChoices({ planted: { device: 'cpu', threads: 1 } }, [process.execPath]),
      'other threads': () => rightChoices({ planted: { asked: 2, device: 'wasm', threads: 3 } }, [process.execPath]),
      'a line of log too many': () =>
        rightChoices({ planted: { before: "console.warn('gradtape');", device: 'wasm', threads: 1 } }),
      'no environment': () => rightChoices({}, []),
    },
  },
  F3: {
    met: () => supplyChain(),
    notMet: {
      'a dependency': () => supplyChain('{ "dependencies": { "left-pad": "1.0.0" } }'),
      'an install script': () => supplyChain('{ "scripts": { "postinstall": "node x.js" } }'),
    },
  },
};

for (const [number, { met, notMet }] of Object.entries(claims)) {
  if (met) {
    t.test(`${number} meets its target`, { timeout: 120_000 }, async (t) => {
      const { figure, met: truth } = await met();
      t.equal(truth, true, figure);
      t.comment(figure);
    });
  }
  for (const [planted, run] of Object.entries(notMet)) {
    t.test(`${number} sees ${planted}`, { timeout: 120_000 }, async (t) => {
      const { figure, met: truth } = await run();
      t.equal(truth, false, figure);
      t.comment(figure);
    });
  }
}

t.test('A4 counts what the run of the planted bugs wrote down', (t) => {
  const file = join(t.testdir(), 'results.json');
  t.match(plantedBugs(file), { met: undefined, missing: /npm run mutants/ }, 'there is no such file yet');
  writeFileSync(file, '[["a.js","one","sign","add","law",3],["b.js","two","scaled","mul","law",1]]');
  t.match(plantedBugs(file), { met: true, cases: 2, figure: '2 of 2 caught, of 2 kinds' });
  writeFileSync(file, '[["a.js","one","sign","add","law",3],["b.js","two","scaled",null,null,null]]');
  t.match(plantedBugs(file), { met: false, figure: /^1 of 2 caught.* survives: b.js: two/ });
  writeFileSync(file, '[]');
  t.match(plantedBugs(file), { met: false });
  t.end();
});

t.test('verdicts tell met, met on fewer cases, not met, not yet and later', async (t) => {
  const row = (run: ScoreRow['run'], cases?: number): ScoreRow => ({
    number: 'Z1',
    measure: 'planted',
    target: 'none',
    run,
    ...(cases === undefined ? {} : { cases }),
  });
  const verdict = async (run: ScoreRow['run'], cases?: number): Promise<string> =>
    (await score(row(run, cases), countsOf.quick)).verdict;
  const measured = { figure: '1', detail: {} };
  t.equal(await verdict(() => ({ ...measured, met: true })), 'met');
  t.equal(await verdict(() => ({ ...measured, met: true, cases: 5 }), 9), 'met on 5 of 9 cases');
  t.equal(await verdict(() => ({ ...measured, met: true, cases: 9 }), 9), 'met');
  t.equal(await verdict(() => ({ ...measured, met: false, cases: 5, missing: 'half' }), 9), 'not met');
  t.equal(await verdict(() => ({ ...measured, met: true, missing: 'half of it' })), 'not yet: half of it');
  t.equal(await verdict(() => Promise.reject(new Error('lost'))), 'not met', 'a measure that throws');
  t.equal(await verdict('needs a device'), 'later: needs a device');
  t.ok(
    isNotMet(
      await score(
        row(() => ({ ...measured, met: false })),
        countsOf.quick,
      ),
    ),
  );
  t.notOk(isNotMet(await score(row('needs a device'), countsOf.quick)));
});

t.test('every measured row has a claim here, and numbers are unique', (t) => {
  const numbers = scoreRows.map(({ number }) => number);
  t.equal(new Set(numbers).size, numbers.length);
  const measured = scoreRows.filter(({ run }) => typeof run !== 'string').map(({ number }) => number);
  t.strictSame(
    measured.filter((number) => !(number in claims)),
    ['A4'],
  );
  t.end();
});
