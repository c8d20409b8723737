/** The table of what the library promises: each measure with its target, the measured figure and the verdict. */
import { deviceNames } from '../../src/devices/default-device.ts';
import { openGpuDevice } from '../../src/devices/gpu-device.ts';
import { bitRot } from './bit-rot.ts';
import { deviceError } from './device-error.ts';
import { diskFaults } from './disk-faults.ts';
import { measuredEdgeValues } from './edge-values.ts';
import { rightChoices } from './environments.ts';
import { exactIntegers } from './exact-integers.ts';
import { gradientProperties } from './gradient-properties.ts';
import { hostileFiles } from './hostile-files.ts';
import { indexSafety } from './index-safety.ts';
import { injectedNaN } from './injected-nan.ts';
import { killedAppends } from './killed-appends.ts';
import { crashes } from './killed-saves.ts';
import { killedStudies } from './killed-studies.ts';
import { knownHoles } from './known-holes.ts';
import { lawsOfLayers } from './layer-laws.ts';
import type { Counts, Measured } from './measure.ts';
import { memoryPerStep, soak } from './memory.ts';
import { memoryBombs } from './memory-bombs.ts';
import { misuse } from './misuse.ts';
import { plantedBugs } from './planted-bugs.ts';
import { prototypePollution } from './prototype-pollution.ts';
import { realKeras } from './real-keras.ts';
import { resume } from './resume.ts';
import { engines, runToRun, threadCounts } from './same-bits.ts';
import { supplyChain } from './supply-chain.ts';
import { deaths } from './thread-deaths.ts';

export interface ScoreRow {
  readonly number: string;
  readonly measure: string;
  readonly target: string;
  /** How many cases the target asks for. */
  readonly cases?: number;
  /** How it is measured, or why that has to wait. */
  readonly run: ((counts: Counts) => Measured | Promise<Measured>) | string;
}

export interface Score {
  readonly number: string;
  readonly measure: string;
  readonly target: string;
  readonly measured: string;
  readonly verdict: string;
  readonly seconds: number;
  readonly detail: Readonly<Record<string, unknown>>;
}

export const scoreRows: readonly ScoreRow[] = [
  {
    number: 'A1',
    measure: 'gradient property checks',
    target: 'every score <= 1e-7, 200 cases an op (10,000 on release)',
    cases: 200,
    run: ({ gradients }) => gradientProperties(gradients),
  },
  {
    number: 'A2',
    measure: 'exact integers',
    target: 'bit-equal to the reference on every device, 1,000 cases an op',
    cases: 1_000,
    run: ({ integers }) => exactIntegers(integers),
  },
  {
    number: 'A3',
    measure: 'device error',
    target:
      'within 4 sqrt(K) 2^-24 sum |a b| of float64; on wasm exp, log <= 2 ulp, tanh, sigmoid <= 4 ulp; gpu modes stated',
    // The other modes of GPU.js need a browser or Dawn: `npm run gpu` holds them to the same bounds.
    run: async ({ reals, perExponent }) =>
      deviceError(reals, perExponent, [...deviceNames(), await openGpuDevice({ mode: 'webasm' })]),
  },
  {
    number: 'A4',
    measure: 'negative controls',
    target: '200 planted bugs, all caught',
    cases: 200,
    run: () => plantedBugs(),
  },
  { number: 'A5', measure: 'layer laws', target: 'the 14 laws hold for all layers', run: () => lawsOfLayers() },
  {
    number: 'A6',
    measure: 'real Keras',
    target: 'outputs, gradients, 20 steps of every optimizer: <= 1e-5 relative',
    cases: 7,
    run: ({ kerasTests }) => realKeras(kerasTests),
  },
  { number: 'A7', measure: 'edge values', target: 'each has a stated result', run: () => measuredEdgeValues() },
  {
    number: 'B1',
    measure: 'run to run',
    target: 'identical weights after 500 steps, 10 runs',
    cases: 10,
    run: ({ runs }) => runToRun(runs),
  },
  {
    number: 'B2',
    measure: 'thread counts',
    target: 'identical bits with 1, 2, 3, 4, 8 threads, random delays',
    cases: 5,
    run: (counts) => threadCounts(counts.partDelay, counts.threadCounts),
  },
  {
    number: 'B3',
    measure: 'engines',
    target: 'identical bits in Node versions, Chromium and Firefox',
    // Those of the browsers are compared by test/browser/threads.ts.
    run: () => engines(),
  },
  {
    number: 'B4',
    measure: 'resume',
    target: 'bit-identical after 20 kills',
    cases: 20,
    run: ({ resumes }) => resume(resumes),
  },
  {
    number: 'B5',
    measure: 'studies that go on',
    target: 'the same best trial after 20 kills, each sampler',
    cases: 20,
    run: ({ resumes }) => killedStudies(resumes),
  },
  {
    number: 'C1',
    measure: 'hostile files',
    target: 'only FormatError, none over 1 s, 20,000 files a reader (1,000,000 on release)',
    cases: 20_000,
    run: ({ files }) => hostileFiles(files),
  },
  {
    number: 'C2',
    measure: 'memory bombs',
    target: '<= 2x file + 32 MB, refused before allocating',
    run: ({ bombs }) => memoryBombs(bombs),
  },
  { number: 'C3', measure: 'prototype pollution', target: '0', run: () => prototypePollution() },
  {
    number: 'C4',
    measure: 'known holes',
    target: '>= 25 files, all refused with the right message',
    cases: 25,
    run: () => knownHoles(),
  },
  {
    number: 'D1',
    measure: 'kill -9 while saving',
    target: '0 unreadable files in 200 kills (1,000 on release)',
    cases: 200,
    run: ({ kills }) => crashes(kills),
  },
  {
    number: 'D2',
    measure: 'disk faults',
    target: 'old checkpoint intact, typed error',
    run: () => diskFaults(),
  },
  {
    number: 'D3',
    measure: 'bit rot',
    target: 'all of 10,000 flips detected, previous generation used',
    cases: 10_000,
    run: ({ flips }) => bitRot(flips),
  },
  {
    number: 'D4',
    measure: 'worker death, failing callbacks',
    target: 'error within 1 s that names the step, 50 times; next fit works, no thread is left',
    cases: 50,
    run: ({ threadDeaths }) => deaths(threadDeaths),
  },
  {
    number: 'D5',
    measure: 'NaN in layer, loss, gradient, batch',
    target: 'stops at that batch; debug names op and layer; last good checkpoint kept',
    run: () => injectedNaN(),
  },
  {
    number: 'D6',
    measure: 'kill -9 while appending',
    target: '0 lost or torn of 8 processes x 1,000 appends to one journal, 100 kills',
    cases: 100,
    run: ({ appends, appendKills }) => killedAppends(appends, appendKills),
  },
  {
    number: 'E1',
    measure: 'memory per step',
    target: 'no growth, thrown errors too',
    run: ({ steps }) => memoryPerStep(steps),
  },
  {
    number: 'E2',
    measure: 'soak',
    target: '< 10 bytes a step over 100,000 steps',
    cases: 100_000,
    run: (counts) => soak(counts.soak),
  },
  { number: 'E3', measure: 'index safety', target: 'all refused before the kernel', run: () => indexSafety() },
  {
    number: 'F1',
    measure: 'misuse',
    target: 'no bare error in 100,000 random wrong calls',
    cases: 100_000,
    run: ({ calls }) => misuse(calls),
  },
  {
    number: 'F2',
    measure: 'environments',
    target: 'right device and threads chosen, at most one log line, right weights',
    // Those of pages are in test/browser/threads.ts.
    run: () => rightChoices(),
  },
  {
    number: 'F3',
    measure: 'supply chain',
    target: '0 runtime dependencies, 0 install scripts',
    run: () => supplyChain(),
  },
];

/** Runs one row. A measure that throws has not met its target. */
export async function score(row: ScoreRow, counts: Counts): Promise<Score> {
  const { number, measure, target, run } = row;
  if (typeof run === 'string') {
    return { number, measure, target, measured: '', verdict: `later: ${run}`, seconds: 0, detail: {} };
  }
  const start = performance.now();
  let measured: Measured;
  try {
    measured = await run(counts);
  } catch (error) {
    measured = { figure: `the measure fails: ${String(error)}`, met: false, detail: { error: String(error) } };
  }
  return {
    number,
    measure,
    target,
    measured: measured.figure,
    verdict: verdictOf(row, measured),
    seconds: Math.round((performance.now() - start) / 100) / 10,
    detail: measured.detail,
  };
}

function verdictOf({ cases: wanted = 0 }: ScoreRow, { met, missing, cases = Infinity }: Measured): string {
  if (met === false) return 'not met';
  if (missing !== undefined) return `not yet: ${missing}`;
  return cases < wanted ? `met on ${cases} of ${wanted} cases` : 'met';
}

/** Whether a score is one to stop a change. */
export function isNotMet({ verdict }: Score): boolean {
  return verdict === 'not met';
}
