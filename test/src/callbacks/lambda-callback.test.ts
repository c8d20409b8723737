import t from 'tap';
import { history, lambdaCallback } from '../../../src/callbacks/index.ts';
import type { Callback } from '../../../src/training/callback.ts';
import { run, series } from './fake-model.ts';

t.test("the given functions are called with the hook's arguments and know this.model", async (t) => {
  const calls: unknown[] = [];
  const callback = lambdaCallback({
    onTrainBegin: () => void calls.push('begin'),
    async onEpochEnd(epoch, logs) {
      await Promise.resolve();
      calls.push([epoch, logs['loss'], this.model.name, this.params.epochs]);
    },
  });
  await run([callback], series('loss', 3, 2));
  t.strictSame(calls, ['begin', [0, 3, 'fake', 2], [1, 2, 'fake', 2]]);
});

t.test('one set of functions makes callbacks that do not share a model', async (t) => {
  const functions: Callback = { onTrainBegin() {} };
  await run([lambdaCallback(functions)], []);
  t.strictSame(Object.keys(functions), ['onTrainBegin']);
});

t.test('an unknown hook and a hook that is no function are refused', (t) => {
  t.throws(() => lambdaCallback({ onEpochsEnd: () => {} } as Callback), {
    name: 'ArgumentError',
    message: /'onEpochsEnd'; did you mean 'onEpochEnd'/,
  });
  t.throws(() => lambdaCallback({ onEpochEnd: 3 } as unknown as Callback), {
    name: 'ArgumentError',
    message: /onEpochEnd is number/,
  });
  t.throws(() => lambdaCallback({ toString: () => '' } as Callback), { name: 'ArgumentError' });
  t.end();
});

t.test('history() gives a new, empty record', (t) => {
  t.not(history(), history());
  t.strictSame(Object.keys(history().history), []);
  t.end();
});
