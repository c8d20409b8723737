/** What a backup holds and when it is made, what does not go on from it, and what stays of a training that went wrong. */
import * as gt from 'gradtape';
import t from 'tap';
import { FormatError } from '../../../src/errors.ts';
import { BackupAndRestore } from '../../../src/callbacks/backup-and-restore.ts';
import { captured } from './fake-model.ts';
import { interruption, memory, outcomeOf, ticksOf, undisturbed, type Training } from './interrupted.ts';
import { trainings } from './trainings.ts';

const { layers, callbacks, ops, optimizers } = gt;
const quiet = { verbose: 0 } as const;

/** Eight samples in batches of two. */
const x = ops.randomNormal([8, 3], { seed: 1 });
const y = ops.sum(x, { axis: 1, keepDims: true });

interface Making {
  readonly units?: number;
  readonly optimizer?: string;
  readonly seed?: number;
}

const regression = ({ units = 4, optimizer = 'adam', seed = 7 }: Making = {}): gt.Model => {
  gt.seed(seed);
  const net = gt.sequential([
    layers.dense(units, { activation: 'tanh', inputShape: [3] }),
    layers.dropout(0.2),
    layers.dense(1),
  ]);
  net.compile({ optimizer, loss: 'mse' });
  return net;
};

const fit = (
  net: gt.Model,
  more: readonly gt.Callback[],
  options: Omit<gt.FitOptions, 'callbacks'> = {},
): Promise<gt.History> => net.fit(x, y, { ...quiet, batchSize: 2, epochs: 3, ...options, callbacks: more });

const weightsOf = async (net: gt.Model): Promise<unknown> => (await net.getWeights()).map((one) => one.toArray());

class Kill extends Error {}
const killer = (at: number): gt.Callback =>
  interruption(at, () => {
    throw new Kill('killed');
  });

/** A backup of a run that was killed after its sixth batch, the second of its second epoch. */
const interrupted = async (
  options: gt.callbacks.BackupAndRestoreOptions,
  more: readonly gt.Callback[] = [],
): Promise<void> => {
  const backup = callbacks.backupAndRestore('run', { saveFreq: 1, ...options });
  try {
    await fit(regression(), [...more, backup, killer(7)]);
  } catch (error) {
    if (error instanceof Kill) return;
    throw error;
  }
  throw new Error('it was not killed');
};

t.test(
  'an abort makes a last backup, wherever it comes; started again, the run ends as if it never had been',
  async (t) => {
    for (const name of ['mlp', 'averaged', 'stopped', 'endless']) {
      const make = trainings[name] as () => Training;
      const started = (): Training => {
        gt.seed(7);
        return make();
      };
      const wanted = await undisturbed(make);
      const ticks = await ticksOf(make);
      // The last two are the ends of the last epoch and of training, after which nothing is left to be aborted.
      for (let at = 0; at < ticks - 2; at += 3) {
        const { store } = memory();
        // None is due before the run's end.
        const backup = (): gt.Callback => callbacks.backupAndRestore('run', { ...store, saveFreq: 10_000 });
        const controller = new AbortController();
        const reason = new Error('enough');
        let trained = 0;
        const counter: gt.Callback = { onTrainBatchBegin: () => void trained++ };
        await t.rejects(
          started().fit([backup(), counter, interruption(at, () => controller.abort(reason))], controller.signal),
          reason,
        );
        const again = started();
        again.net.setWeights(again.net.weights.map(({ shape }) => gt.full(shape, 0.25)));
        const before = trained;
        t.strictSame(await outcomeOf(again, await again.fit([backup(), counter])), wanted, `${name}, aborted at ${at}`);
        const needed = await batchesOf(make);
        t.equal(trained, needed, `no batch is trained twice: ${before} and ${trained - before}`);
      }
    }
  },
);

const batchesOf = async (make: () => Training): Promise<number> => {
  let batches = 0;
  gt.seed(7);
  await make().fit([{ onTrainBatchBegin: () => void batches++ }]);
  return batches;
};

t.test('a training that failed goes on in the same process, with the same model', async (t) => {
  const whole = regression();
  await fit(whole, []);
  const { store } = memory();
  const net = regression();
  const backup = callbacks.backupAndRestore('run', { ...store, saveFreq: 1 });
  await t.rejects(fit(net, [backup, killer(7)]), new Kill('killed'));
  await t.rejects(fit(net, [backup, killer(2)]), new Kill('killed'));
  await fit(net, [backup]);
  t.strictSame(await weightsOf(net), await weightsOf(whole));
});

t.test('a variable that training changes and no layer has in a field is told of, once; others are not', async (t) => {
  const count = gt.variable(gt.full([], 0), { name: 'hidden' });
  const counting = (h: gt.Tensor): gt.Tensor => {
    count.assign(ops.add(count, 1));
    return h;
  };
  const net = gt.sequential([layers.lambda(counting, { inputShape: [3] }), layers.dropout(0.2), layers.dense(1)]);
  net.compile({ optimizer: 'adam', loss: 'mse' });
  const { warnings } = await captured(() =>
    fit(net, [callbacks.backupAndRestore('run', { ...memory().store, saveFreq: 1 })]),
  );
  t.equal(warnings.length, 1);
  t.match(warnings[0], /backupAndRestore: training changes the variable 'hidden', which no layer has in a field/);
  const { warnings: none } = await captured(() =>
    fit(regression(), [callbacks.backupAndRestore('run', { ...memory().store, saveFreq: 1 })]),
  );
  t.strictSame(none, []);
});

t.test('an abort before the first batch of a run that goes on makes no other backup', async (t) => {
  const { files, store } = memory();
  await interrupted(store);
  const kept = files.get('run');
  const controller = new AbortController();
  const aborted = fit(
    regression(),
    [callbacks.backupAndRestore('run', store), { onTrainResume: () => controller.abort(new Error('at once')) }],
    { signal: controller.signal },
  );
  await t.rejects(aborted, { message: 'at once' });
  t.equal(files.get('run'), kept);
});

t.test('a signal that was aborted before ends fit before a backup is read', async (t) => {
  let reads = 0;
  const backup = callbacks.backupAndRestore('run', {
    sink: () => undefined,
    source: () => {
      reads++;
      return undefined;
    },
  });
  await t.rejects(fit(regression(), [backup], { signal: AbortSignal.abort(new Error('early')) }), { message: 'early' });
  t.equal(reads, 0);
});

t.test('backups are made after each epoch, or after so many batches, and removed when training ends', async (t) => {
  const saves = async (saveFreq: 'epoch' | number, deleteCheckpoint = true): Promise<string[]> => {
    const events: string[] = [];
    const options = {
      saveFreq,
      deleteCheckpoint,
      sink: (_name: string, bytes: Uint8Array) => void events.push(bytes.length > 0 ? 'saved' : 'removed'),
      source: () => undefined,
    };
    await fit(regression(), [
      callbacks.backupAndRestore('run', options),
      { onTrainBatchEnd: (batch) => void events.push(`b${batch}`), onEpochEnd: (epoch) => void events.push(`e${epoch}`) },
    ], { epochs: 2 }); // prettier-ignore
    return events;
  };
  const epoch = 'b0 b1 b2 b3 e';
  t.equal((await saves('epoch')).join(' '), `${epoch}0 saved ${epoch}1 saved removed`);
  t.equal((await saves('epoch', false)).join(' '), `${epoch}0 saved ${epoch}1 saved`);
  t.equal((await saves(3)).join(' '), 'b0 b1 b2 saved b3 e0 b0 b1 saved b2 b3 e1 removed');
});

t.test('hooks that had been called are not called again; onTrainResume tells where training goes on', async (t) => {
  const { store } = memory();
  await interrupted(store);
  const events: string[] = [];
  const note =
    (name: string) =>
    (at: unknown): void =>
      void events.push(`${name} ${JSON.stringify(at)}`);
  await fit(regression(), [
    callbacks.backupAndRestore('run', store),
    {
      onTrainBegin: () => void events.push('begin'),
      onTrainResume: note('resume'),
      onEpochBegin: note('epoch'),
      onTrainBatchBegin: note('batch'),
      onEpochEnd: note('end'),
    },
  ]);
  t.equal(
    events.join(', '),
    'begin, resume {"epoch":1,"batch":2}, batch 2, batch 3, end 1, epoch 2, batch 0, batch 1, batch 2, batch 3, end 2',
  );
});

t.test('verbose says where training goes on', async (t) => {
  const { store } = memory();
  await interrupted(store);
  const { printed } = await captured(() =>
    fit(regression(), [callbacks.backupAndRestore('run', { ...store, verbose: 1 })]),
  );
  t.equal(printed, 'backupAndRestore: training goes on in epoch 2 of 3, after its batch 2.\n');
});

t.test('a training that had ended does not train again, and has its weights and history', async (t) => {
  const { store } = memory();
  const options = { ...store, deleteCheckpoint: false };
  const first = regression();
  const { history } = await fit(first, [callbacks.backupAndRestore('run', options)]);
  const second = regression();
  let batches = 0;
  const again = await fit(second, [
    callbacks.backupAndRestore('run', options),
    { onTrainBatchBegin: () => void batches++ },
  ]);
  t.equal(batches, 0);
  t.strictSame(again.history, history);
  t.strictSame(again.epoch, [0, 1, 2]);
  t.strictSame(await weightsOf(second), await weightsOf(first));
});

t.test('a training that had ended goes on to more epochs, as if it had been asked for them at once', async (t) => {
  const { store } = memory();
  const options = { ...store, deleteCheckpoint: false };
  await fit(regression(), [callbacks.backupAndRestore('run', options)], { epochs: 2 });
  const longer = regression();
  const { history } = await fit(longer, [callbacks.backupAndRestore('run', options)], { epochs: 5 });
  const whole = regression();
  const atOnce = await fit(whole, [], { epochs: 5 });
  t.strictSame(history, atOnce.history);
  t.strictSame(await weightsOf(longer), await weightsOf(whole));
});

t.test('weights that are NaN are never backed up: the last good backup stays, also when training ends', async (t) => {
  const { files, store } = memory();
  const saves: number[] = [];
  let batches = 0;
  const sink: typeof store.sink = (name, bytes) => {
    saves.push(batches);
    return store.sink(name, bytes);
  };
  const poison: gt.Callback = {
    onTrainBatchEnd() {
      if (++batches !== 6) return;
      const [kernel] = this.model.weights;
      kernel?.assign(gt.full(kernel.shape, NaN));
    },
  };
  const net = regression();
  let result: gt.History | undefined;
  const { warnings, printed } = await captured(async () => {
    result = await fit(net, [
      poison,
      callbacks.terminateOnNaN(),
      callbacks.backupAndRestore('run', { ...store, sink, saveFreq: 1 }),
    ]);
  });
  t.strictSame(saves, [1, 2, 3, 4, 5], 'none after the batch that made them NaN');
  t.match(printed, /the loss is NaN at batch 2/);
  t.match(warnings, [/^backupAndRestore: the weights are no finite numbers\. The last good backup is kept/]);
  t.equal(warnings.length, 1, 'it is said once');
  t.ok(result?.history['loss']?.some(Number.isNaN));
  t.ok(files.get('run')?.length, 'it is not removed');
  const again = regression();
  const { history } = await fit(again, [callbacks.backupAndRestore('run', store)]);
  t.ok(history['loss']?.every(Number.isFinite), 'training goes on from it');
});

t.test(
  'a run does not go on with what it was not: each is refused with what differs, and no weight changes',
  async (t) => {
    const { files, store } = memory();
    await interrupted(store, [callbacks.earlyStopping({ monitor: 'loss', patience: 9 })]);
    const stopping = (): gt.Callback => callbacks.earlyStopping({ monitor: 'loss', patience: 9 });
    const plateau = callbacks.reduceLROnPlateau({ monitor: 'loss' });
    type Trial = readonly [net: gt.Model, callbacks: readonly gt.Callback[], options: Omit<gt.FitOptions, 'callbacks'>];
    const trials: Readonly<Record<string, readonly [() => Trial, { readonly name: string; readonly message: RegExp }]>> = {
    'another size of layer': [
      () => [regression({ units: 5 }), [stopping()], {}],
      { name: 'ShapeError', message: /the state of the model 'sequential': 'dense\/kernel' has the shape \[3, 4\]; expected \[3, 5\]/ },
    ],
    'another seed': [
      () => [regression({ seed: 8 }), [stopping()], {}],
      { name: 'ArgumentError', message: /under the seed 7, this one under 8\. Call seed\(7\) before making the model/ },
    ],
    'another optimizer': [
      () => [regression({ optimizer: 'sgd' }), [stopping()], {}],
      { name: 'ArgumentError', message: /the run's optimizer was Adam, this one is SGD/ },
    ],
    'another batch size within an epoch': [
      () => [regression(), [stopping()], { batchSize: 4 }],
      { name: 'ArgumentError', message: /an epoch of 2 samples per batch; this fit has 4/ },
    ],
    'fewer callbacks': [
      () => [regression(), [], {}],
      { name: 'ArgumentError', message: /saved with 2 callbacks that have a state, the history among them; this fit has 1/ },
    ],
    'another callback in its place': [
      () => [regression(), [plateau], {}],
      { name: 'ArgumentError', message: /reduceLROnPlateau: the state is that of 'earlyStopping'/ },
    ],
  }; // prettier-ignore
    const kept = files.get('run') as Uint8Array;
    for (const [what, [make, expected]] of Object.entries(trials)) {
      const [net, more, options] = make();
      const before = await weightsOf(net);
      await t.rejects(fit(net, [...more, callbacks.backupAndRestore('run', store)], options), expected, what);
      t.strictSame(await weightsOf(net), before, `${what}: no weight changes`);
      t.equal(files.get('run'), kept, `${what}: the backup stays`);
    }
  },
);

t.test('other names than before are a warning: dropout goes on differently', async (t) => {
  const { store } = memory();
  await interrupted(store);
  regression();
  const net = gt.sequential([
    layers.dense(4, { activation: 'tanh', inputShape: [3] }),
    layers.dropout(0.2),
    layers.dense(1),
  ]);
  net.compile({ optimizer: 'adam', loss: 'mse' });
  const { warnings } = await captured(() => fit(net, [callbacks.backupAndRestore('run', store)]));
  t.match(warnings, [/the weight 'dense\/kernel' is called 'dense_2\/kernel' now.*clearSession\(\)/]);
});

t.test('data that end before the place are refused', async (t) => {
  const { store } = memory();
  const batches = (count: number) =>
    function* (): Generator<[gt.Tensor, gt.Tensor]> {
      for (let index = 0; index < count; index++) yield [x, y];
    };
  const run = (count: number, more: readonly gt.Callback[]): Promise<gt.History> =>
    regression().fit(batches(count), {
      ...quiet,
      epochs: 2,
      callbacks: [callbacks.backupAndRestore('run', { ...store, saveFreq: 1 }), ...more],
    });
  await t.rejects(run(5, [killer(4)]), new Kill('killed'));
  await t.rejects(run(2, []), {
    name: 'ArgumentError',
    message: /the data ended at batch 2 of epoch 0, before the batch that the interrupted run had come to/,
  });
});

t.test('bytes that are no backup are refused, and so are wrong options', async (t) => {
  const { files, store } = memory();
  await interrupted(store);
  const intact = files.get('run') as Uint8Array;
  for (const [what, bytes] of Object.entries({
    'a flipped bit': intact.map((byte, index) => (index === 300 ? byte ^ 4 : byte)),
    'a cut end': intact.subarray(0, intact.length - 8),
    'other bytes': new Uint8Array(100),
  })) {
    files.set('run', bytes);
    const refused = fit(regression(), [callbacks.backupAndRestore('run', store)]);
    await t.rejects(refused, { name: 'DamagedFileError', message: /^run: / }, what);
    await refused.catch((error: unknown) => t.ok(error instanceof FormatError));
  }
  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ['', store, /the name is ''/],
    ['run', {}, /sink is undefined.*gradtape\/node/],
    ['run', { ...store, source: 1 }, /source is 1/],
    ['run', { ...store, saveFreq: 0 }, /saveFreq is 0\. Give 'epoch', or a number of batches/],
    ['run', { ...store, deleteCheckpoint: 1 }, /deleteCheckpoint is 1\. Give true or false/],
    ['run', { ...store, verbose: 2 }, /verbose is 2/],
    ['run', 3, /the options are 3/],
  ];
  for (const [name, options, message] of wrong)
    t.throws(() => callbacks.backupAndRestore(name, options as never), { name: 'ArgumentError', message });
  await t.rejects(fit(regression(), [callbacks.backupAndRestore('a', store), callbacks.backupAndRestore('b', store)]), {
    name: 'ArgumentError',
    message: /the callbacks have two that keep backups of the run/,
  });
});

t.test('a callback of one’s own has its state in the backup: numbers, texts, tensors, to any depth', async (t) => {
  const { store } = memory();
  const state = {
    count: 0,
    seen: [NaN, -0, Infinity],
    deep: [{ tensor: gt.tensor([1.5]), $: 'no sign', __proto__x: null }],
  };
  let restored: unknown;
  const own = (): gt.Callback => ({
    onTrainBatchEnd: () => void state.count++,
    getState: () => ({ ...state }),
    setState: (given) => void (restored = given),
  });
  await interrupted(store, [own()]);
  await fit(regression(), [own(), callbacks.backupAndRestore('run', store)]);
  const { count, seen, deep } = restored as typeof state;
  t.equal(count, 6);
  t.strictSame(seen, [NaN, -0, Infinity]);
  t.strictSame(deep[0]?.tensor.toArray(), [1.5]);
  t.equal(deep[0]?.$, 'no sign');
  const odd: gt.Callback = { getState: () => ({ call: (() => 1) as never }), setState: () => undefined };
  await t.rejects(fit(regression(), [odd, callbacks.backupAndRestore('run', memory().store)]), {
    name: 'FormatError',
    message: /a state holds a function; it may hold numbers/,
  });
});

t.test(
  'a backup that cannot be written ends fit with the error of the place, and its listener is closed',
  async (t) => {
    let closed = 0;
    const failing = new BackupAndRestore(
      'run',
      {
        load: () => Promise.resolve(undefined),
        save: () => Promise.reject(new Error('no room')),
        remove: () => Promise.resolve(),
      },
      { saveFreq: 2 },
      { open: () => undefined, isUrgent: false, settle: () => undefined, close: () => void closed++ },
    );
    await t.rejects(fit(regression(), [failing]), { message: 'no room' });
    t.equal(closed, 1);
    await t.rejects(fit(regression({ optimizer: 'sgd' }), [failing], { signal: AbortSignal.timeout(0) }), Error);
  },
);

t.test('an urgent wish is granted after the running batch, and training goes on', async (t) => {
  const events: string[] = [];
  let isUrgent = false;
  const keeper = new BackupAndRestore(
    'run',
    {
      load: () => Promise.resolve(undefined),
      save: () => Promise.resolve(void events.push('saved')),
      remove: () => Promise.resolve(void events.push('removed')),
    },
    { saveFreq: 1000 },
    {
      open: () => void events.push('open'),
      get isUrgent() {
        return isUrgent;
      },
      settle() {
        isUrgent = false;
        events.push('settled');
      },
      close: () => void events.push('closed'),
    },
  );
  await fit(
    regression(),
    [
      keeper,
      {
        onTrainBatchEnd(batch) {
          events.push(`b${batch}`);
          if (batch === 1) isUrgent = true;
        },
      },
    ],
    { epochs: 1 },
  );
  t.equal(events.join(' '), 'open b0 b1 saved settled b2 b3 removed closed');
});

t.test('the optimizer of a model that is built by its first data is restored too', async (t) => {
  const unbuilt = (): gt.Model => {
    gt.seed(3);
    const net = gt.sequential([layers.dense(4, { activation: 'relu' }), layers.dense(1)]);
    net.compile({ optimizer: optimizers.adam({ learningRate: 0.02 }), loss: 'mse' });
    return net;
  };
  const { store } = memory();
  const backup = (): gt.Callback => callbacks.backupAndRestore('run', { ...store, saveFreq: 1 });
  await t.rejects(fit(unbuilt(), [backup(), killer(6)]), new Kill('killed'));
  const resumed = unbuilt();
  await fit(resumed, [backup()]);
  const whole = unbuilt();
  await fit(whole, []);
  t.strictSame(await weightsOf(resumed), await weightsOf(whole));
});
