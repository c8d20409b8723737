/** Logs of trials: one file for each, in a folder of its own; real TensorBoard reads them in test/tensorboard. */
import t from 'tap';
import { createStudy, trialLogs } from '../../../src/tune/index.ts';

t.test('each trial that ends gives one file with its parameters, reports and value', async (t) => {
  const files = new Map<string, Uint8Array>();
  const study = await createStudy();
  t.capture(console, 'warn', () => undefined);
  await study.optimize(
    (trial) => {
      const x = trial.suggestFloat('size', 0, 1);
      trial.report(x, 5);
      return trial.number === 1 ? NaN : x;
    },
    { trials: 3, callbacks: [trialLogs({ logDir: 'runs/', sink: (name, bytes) => void files.set(name, bytes) })] },
  );
  const names = [...files.keys()].map((name) => name.replace(/\/events.*$/, ''));
  t.same(names, ['runs/trial-0000', 'runs/trial-0001', 'runs/trial-0002']);
  const texts = [...files.values()].map((bytes) => Buffer.from(bytes).toString('latin1'));
  for (const [number, text] of texts.entries()) {
    t.match(text, 'size', 'the parameter');
    t.match(text, 'intermediate', 'the report');
    t.equal(text.includes('objective'), number !== 1, 'the value, where there is one');
  }
});

t.test('a trial may report more often than a call has room for arguments', async (t) => {
  let size = 0;
  const study = await createStudy();
  await study.optimize(
    (trial) => {
      for (let step = 0; step < 150_000; step++) trial.report(step, step);
      return trial.suggestFloat('x', 0, 1);
    },
    { trials: 1, callbacks: [trialLogs({ sink: (_, bytes) => void (size = bytes.length) })] },
  );
  t.ok(size > 150_000);
});

t.test('wrong options are refused', (t) => {
  t.throws(() => trialLogs({ logDir: 3 as unknown as string }), /logDir is 3/);
  t.throws(() => trialLogs({ sink: 'logs' as unknown as () => void }), /sink is 'logs'/);
  t.end();
});
