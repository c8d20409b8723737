/** Trials whose run was broken off, by a signal or with their process, and that run again. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import {
  createStudy,
  pruners,
  samplers,
  TrialPruned,
  type ObjectiveTrial,
  type Study,
} from '../../../src/tune/index.ts';
import { thisProcess } from '../../../src/io/process-identity.ts';
import { writeRecord } from '../../../src/tune/journal-text.ts';
import type { StudyRecord } from '../../../src/tune/records.ts';

/** Begins a trial, and breaks it off. */
async function breakOff(study: Study, objective: (trial: ObjectiveTrial) => void): Promise<void> {
  const controller = new AbortController();
  await study.optimize(
    (trial) => {
      objective(trial);
      controller.abort();
      throw trial.signal.reason;
    },
    { trials: 1, signal: controller.signal },
  );
  t.equal(study.trials.at(-1)?.state, 'waiting');
}

async function eachStorage(t: Test, check: (t: Test, open: () => Promise<Study>) => Promise<void>): Promise<void> {
  const sampler = samplers.random({ seed: 3 });
  const pruner = pruners.successiveHalving({ minResource: 1, reductionFactor: 2 });
  const memory = await createStudy({ sampler, pruner });
  await t.test('in memory', (t) => check(t, async () => memory));
  const storage = join(t.testdir(), 'study.journal');
  await t.test('in a file', (t) => check(t, () => createStudy({ storage, sampler, pruner })));
}

t.test('reports of the broken run are gone, and those of the new one count', async (t) => {
  await eachStorage(t, async (t, open) => {
    await breakOff(await open(), (trial) => {
      for (let step = 0; step < 5; step++) trial.report(100 + step, step);
      trial.shouldPrune();
    });
    const study = await open();
    await study.optimize(
      (trial) => {
        trial.report(1, 0);
        trial.report(2, 1);
        trial.shouldPrune();
        return 1;
      },
      { trials: 1 },
    );
    const [record] = (await open()).trials;
    t.same([...(record?.intermediateValues ?? [])], [[0, 1], [1, 2]]); // prettier-ignore
    t.equal(record?.systemAttributes['completed_rung_0'], 2, 'the pruner judged what is new');
  });
});

t.test('a parameter has the value that it had, and one that is not asked for is gone', async (t) => {
  await eachStorage(t, async (t, open) => {
    let x = NaN;
    await breakOff(await open(), (trial) => {
      x = trial.suggestFloat('x', 0, 1);
      trial.suggestFloat('old', 0, 1);
    });
    await breakOff(await open(), () => undefined);
    await (await open()).optimize((trial) => trial.suggestFloat('x', 0, 1), { trials: 1 });
    const { trials } = await open();
    t.equal(trials.length, 1);
    t.same({ ...trials[0]?.params }, { x });
  });
});

t.test('so is it where the process was killed', async (t) => {
  const path = join(t.testdir(), 'study.journal');
  const writer = `${(await thisProcess()).host}:99999999:7:0-0`;
  const records: readonly StudyRecord[] = [
    { kind: 'createStudy', name: 'study', directions: ['minimize'] },
    { kind: 'createTrial', study: 0, time: 1, systemAttributes: { 'gradtape:writer': writer } },
    { kind: 'intermediate', trial: 0, step: 0, value: 100 },
    { kind: 'intermediate', trial: 0, step: 9, value: 109 },
  ];
  writeFileSync(path, records.map((record) => writeRecord(record, writer)).join(''));
  const study = await createStudy({ storage: path });
  const trial = await study.ask();
  t.equal(trial.number, 0);
  t.equal(study.trials[0]?.intermediateValues.size, 0);
  trial.report(1, 0);
  await study.tell(trial, undefined, { state: 'pruned' });
  t.equal((await createStudy({ storage: path })).trials[0]?.value, 1);
});

t.test('a trial that another process took and ended is left to it, and the study goes on', async (t) => {
  const path = join(t.testdir(), 'study.journal');
  const study = await createStudy({ storage: path });
  const end: StudyRecord = { kind: 'state', trial: 0, state: 'complete', values: [5], time: 1 };
  await study.optimize(
    (trial) => {
      if (trial.number === 0) appendFileSync(path, writeRecord(end, 'another'));
      return 1;
    },
    { trials: 2 },
  );
  t.same(study.trials.map(({ value }) => value), [5, 1]); // prettier-ignore
});

t.test('other bounds than those that the broken run had: the message says so', async (t) => {
  t.capture(console, 'warn', () => undefined);
  const study = await createStudy();
  await breakOff(study, (trial) => trial.suggestFloat('x', 0, 1));
  await study.optimize((trial) => trial.suggestFloat('x', 5, 6), { trials: 2 });
  t.match(
    study.trials[0]?.failure,
    /trial 0 was begun by an earlier run, which took 0\.\d+ from a float from 0 to 1; now a float from 5 to 6 is asked for\. Ask for the old bounds until/,
  );
  t.equal(study.trials[1]?.state, 'complete');
});

t.test('a kind that changed is refused with the rule, in a run again too', async (t) => {
  t.capture(console, 'warn', () => undefined);
  const study = await createStudy();
  await breakOff(study, (trial) => trial.suggestFloat('x', 0, 1));
  await study.optimize((trial) => trial.suggestInt('x', 0, 1), { trials: 1 });
  t.match(study.trials[0]?.failure, /'x': its kind changed/);
});

t.test(
  'what an objective gives after the signal counts: a value, an error of its own, an end by the pruner',
  async (t) => {
    t.capture(console, 'warn', () => undefined);
    const reason = new Error('the reason');
    const ends: readonly (readonly [string, () => number])[] = [
      ['complete', () => 1],
      ['failed', () => raise(new Error('own'))],
      ['pruned', () => raise(new TrialPruned())],
      ['waiting', () => raise(reason)],
      ['waiting', () => raise(new Error('fetch failed', { cause: reason }))],
      ['waiting', () => raise(new DOMException('stopped', 'AbortError'))],
    ];
    for (const [state, end] of ends) {
      const study = await createStudy();
      const controller = new AbortController();
      await study.optimize(
        () => {
          controller.abort(reason);
          return end();
        },
        { trials: 2, signal: controller.signal },
      );
      t.same(study.trials.map((trial) => trial.state), [state], String(end)); // prettier-ignore
      if (state === 'failed') t.equal(study.trials[0]?.failure, 'own');
    }
  },
);

t.test("an AbortError that is not the study's doing fails its trial", async (t) => {
  t.capture(console, 'warn', () => undefined);
  const study = await createStudy();
  await study.optimize(() => raise(new DOMException('too slow', 'AbortError')), { trials: 1 });
  t.match(study.trials[0], { state: 'failed', failure: 'too slow' });
});

t.test('timers and events come through while objectives are synchronous', async (t) => {
  const study = await createStudy({ sampler: samplers.random() });
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 1);
  let hasEnded = false;
  await study.optimize(
    (trial) => {
      if (trial.number > 100_000) {
        hasEnded = true;
        study.stop();
      }
      return trial.suggestFloat('x', 0, 1);
    },
    { signal: controller.signal },
  );
  t.notOk(hasEnded, 'by the signal, not by the count');
  t.ok(study.trials.length > 0);
});

function raise(error: Error): never {
  throw error;
}
