import t from 'tap';
import type { Model } from '../../../src/models/model.ts';
import { CallbackList, type Callback, type CallbackParams } from '../../../src/training/callback.ts';
import { History } from '../../../src/training/history.ts';
import { progressBar } from '../../../src/training/progress-bar.ts';

const model = { name: 'fake' } as unknown as Model;
const params: CallbackParams = { epochs: 1, steps: 2, verbose: 1 };
const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

t.test('hooks are called in the order of the list, each one waited for', async (t) => {
  const calls: string[] = [];
  const list = new CallbackList(
    [
      {
        async onEpochEnd() {
          calls.push('slow begins');
          await later();
          calls.push('slow ends');
        },
      },
      { onEpochEnd: () => void calls.push('sync') },
      { onEpochEnd: async () => void calls.push('async') },
    ],
    model,
    params,
  );
  await list.call('onEpochEnd', 0, {});
  t.strictSame(calls, ['slow begins', 'slow ends', 'sync', 'async']);
});

t.test('what a callback puts into the logs is seen by later ones, by history and by the progress bar', async (t) => {
  const seen: unknown[] = [];
  const history = new History();
  let text = '';
  const list = new CallbackList(
    [
      { onEpochEnd: (_epoch, logs) => void seen.push({ ...logs }) },
      {
        async onEpochEnd(_epoch, logs) {
          await later();
          logs['learning_rate'] = 0.5;
        },
      },
      { onEpochEnd: (_epoch, logs) => void seen.push({ ...logs }) },
      history,
      progressBar({ write: (part) => void (text += part) }),
    ],
    model,
    params,
  );
  await list.call('onTrainBegin', {});
  await list.call('onEpochBegin', 0, {});
  await list.call('onEpochEnd', 0, { loss: 2 });
  t.strictSame(seen, [{ loss: 2 }, { loss: 2, learning_rate: 0.5 }]);
  t.strictSame({ ...history.history }, { loss: [2], learning_rate: [0.5] });
  t.match(text, / - loss: 2\.0000 - learning_rate: 0\.5000\n$/);
});

t.test(
  'this.model and this.params are set before the first hook; setModel and setParams take their place',
  async (t) => {
    const got: unknown[] = [];
    const plain: Callback = {
      onTrainBegin() {
        got.push(this.model, this.params);
      },
    };
    const taking: Callback = { setModel: (one) => void got.push(one), setParams: (one) => void got.push(one) };
    const list = new CallbackList([taking, plain], model, params);
    t.strictSame(got, [model, params]);
    t.notOk('model' in taking);
    await list.call('onTrainBegin', {});
    t.strictSame(got, [model, params, model, params]);
  },
);

t.test('a hook that a callback lacks is passed over, and an error ends the round', async (t) => {
  const calls: string[] = [];
  const list = new CallbackList(
    [{}, { onTrainEnd: () => Promise.reject(new Error('full disk')) }, { onTrainEnd: () => void calls.push('after') }],
    model,
    params,
  );
  await list.call('onTrainBegin', {});
  await t.rejects(list.call('onTrainEnd', {}), { message: 'full disk' });
  t.strictSame(calls, []);
});
