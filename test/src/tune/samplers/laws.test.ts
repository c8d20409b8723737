/** What holds for every sampler. */
import t from 'tap';
import fc from 'fast-check';
import { createStudy, type Study, type StudyRecord, type TrialRecord } from '../../../../src/tune/index.ts';
import { contains } from '../../../../src/tune/distribution.ts';
import { samplerRows, type SamplerRow } from './rows.ts';
import { directionsFor, ListJournal, objectiveOver, spaces, type Parameter } from './spaces.ts';

t.capture(console, 'warn', () => undefined);

const TRIALS = 26;
const RUNS = process.env['GRADTAPE_DEEP'] === '1' ? 100 : 10;

interface Opened {
  readonly study: Study;
  readonly journal: ListJournal;
}

async function open(
  row: SamplerRow,
  space: readonly Parameter[],
  records: readonly StudyRecord[] = [],
): Promise<Opened> {
  const journal = new ListJournal(records);
  const directions = directionsFor(row.objectives ?? 1);
  return { journal, study: await createStudy({ directions, sampler: row.make(7, space), storage: journal }) };
}

async function run(row: SamplerRow, space: readonly Parameter[], trials: number, lanes = 1): Promise<Opened> {
  const opened = await open(row, space);
  const objective = objectiveOver(space, { objectives: row.objectives ?? 1 });
  await opened.study.optimize(objective, { trials, maxConsecutiveFailures: 99, parallel: lanes });
  await opened.study.refresh();
  return opened;
}

/** What the study asks next, told nothing. */
async function nextPoint({ study }: Opened, row: SamplerRow, space: readonly Parameter[]): Promise<unknown> {
  const trial = await study.ask();
  try {
    objectiveOver(space, { objectives: row.objectives ?? 1 })(trial);
  } catch {
    // Pruned or failed on purpose, after it has asked.
  }
  return { number: trial.number, ...trial.params };
}

function isInside({ internalParams, distributions }: TrialRecord): boolean {
  return [...distributions].every(([name, distribution]) => contains(distribution, internalParams.get(name) as number));
}

for (const row of samplerRows) {
  t.test(`${row.name}: every value is one of its parameter's, whatever the space and its branches`, async () => {
    const objectives = row.objectives ?? 1;
    const hasMovingBounds = row.fixedBounds === undefined;
    await fc.assert(
      fc.asyncProperty(spaces, async (space) => {
        const { study } = await open(row, space);
        const objective = objectiveOver(space, { objectives, hasMovingBounds });
        await study.optimize(objective, { trials: TRIALS, maxConsecutiveFailures: 99 });
        return study.trials.length > 0 && study.trials.every(isInside);
      }),
      { numRuns: 2 * RUNS },
    );
  });

  t.test(`${row.name}: a study rebuilt from any part of its records asks the same next point`, async () => {
    await fc.assert(
      fc.asyncProperty(spaces, fc.integer({ min: 1, max: TRIALS - 1 }), async (space, kept) => {
        const { study, journal } = await run(row, space, TRIALS);
        const expected = study.trials[Math.min(kept, study.trials.length - 1)] as TrialRecord;
        const at = journal.records.findIndex((_, i) => created(journal.records.slice(0, i + 1)) > expected.number);
        const rebuilt = await open(row, space, journal.records.slice(0, at));
        const point = await nextPoint(rebuilt, row, space);
        return JSON.stringify(point) === JSON.stringify({ number: expected.number, ...expected.params });
      }),
      { numRuns: RUNS },
    );
  });

  t.test(`${row.name}: trials that overlap get the same points each time, and points of their own`, async (t) => {
    const space: readonly Parameter[] = [0, 1, 2].map(() => {
      return { kind: 'float', isConditional: false, low: 0, high: 1, log: false, step: undefined };
    });
    const windows = async (): Promise<readonly TrialRecord[]> => {
      const { study } = await open(row, space);
      for (let window = 0; window < 2; window++) {
        const trials = await Promise.all([0, 1, 2, 3].map(() => study.ask()));
        const sums = trials.map((trial) => [0, 1, 2].reduce((sum, i) => sum + trial.suggestFloat(`p${i}`, 0, 1), 0));
        for (const i of [2, 0, 3, 1]) {
          const sum = sums[i] as number;
          await study.tell(trials[i] as never, row.objectives === 2 ? [sum, -sum] : sum);
        }
      }
      return study.trials;
    };
    const points = (await windows()).map(({ params }) => JSON.stringify(params));
    t.same(
      (await windows()).map(({ params }) => JSON.stringify(params)),
      points,
    );
    t.equal(new Set(points).size, points.length);
  });

  t.test(`${row.name}: what failed, by an error or by NaN, has no say`, async () => {
    await fc.assert(
      fc.asyncProperty(spaces, async (space) => {
        const { study, journal } = await run(row, space, TRIALS);
        const failed = new Set(study.trials.filter(({ state }) => state === 'failed').map(({ number }) => number));
        const moved = journal.records.map((record) => {
          if (record.kind !== 'param' || !failed.has(record.trial)) return record;
          const { distribution } = record;
          return { ...record, internal: distribution.kind === 'categorical' ? 0 : distribution.low };
        });
        const [point, other] = [
          await nextPoint(await open(row, space, journal.records), row, space),
          await nextPoint(await open(row, space, moved), row, space),
        ];
        return failed.size > 0 === study.trials.length > 5 && JSON.stringify(point) === JSON.stringify(other);
      }),
      { numRuns: RUNS },
    );
  });

  t.test(`${row.name}: one sampler serves two studies in turns, each as if it were alone`, async (t) => {
    const space: readonly Parameter[] = [0, 1].map(() => {
      return { kind: 'int', isConditional: false, low: 0, high: 1000, log: false, step: undefined };
    });
    const objectives = row.objectives ?? 1;
    const values = [objectiveOver(space, { objectives }), () => (objectives === 1 ? 1 : [1, 2])] as const;
    const pair = async (isShared: boolean): Promise<unknown> => {
      const sampler = row.make(7, space);
      const studies: Study[] = [];
      for (let i = 0; i < 2; i++) {
        const own = { ...row, make: () => (isShared ? sampler : row.make(7, space)) };
        studies.push((await open(own, space)).study);
      }
      for (let turn = 0; turn < 15; turn++) {
        for (const [i, study] of studies.entries()) {
          await study.optimize((trial) => (values[0](trial), values[i as 0 | 1](trial)), { trials: 1 });
        }
      }
      return studies.map(({ trials }) => trials.map(({ params }) => ({ ...params })));
    };
    t.same(await pair(true), await pair(false));
  });

  t.test(`${row.name}: another seed asks other points`, async (t) => {
    const space: readonly Parameter[] = [0, 1].map(() => {
      return { kind: 'int', isConditional: false, low: 0, high: 1000, log: false, step: undefined };
    });
    const points = await Promise.all(
      [7, 8].map(async (seed) => {
        const { study } = await open({ ...row, make: () => row.make(seed, space) }, space);
        await study.optimize(objectiveOver(space, { objectives: row.objectives ?? 1 }), { trials: 3 });
        return study.trials.map(({ params }) => ({ ...params }));
      }),
    );
    t.notSame(points[0], points[1]);
  });
}

function created(records: readonly StudyRecord[]): number {
  return records.filter(({ kind }) => kind === 'createTrial').length;
}
