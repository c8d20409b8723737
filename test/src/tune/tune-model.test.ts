/** tuneModel: trials that train, pruning after epochs, the best weights, and going on. */
import t from 'tap';
import * as gt from '../../../src/index.ts';
import {
  createStudy,
  pruners,
  pruningCallback,
  samplers,
  tuneModel,
  TrialPruned,
  type Journal,
  type ObjectiveTrial,
  type Pruner,
  type StudyRecord,
} from '../../../src/tune/index.ts';

const { layers, ops } = gt;

const x = ops.randomNormal([40, 3], { seed: 1 });
const y = ops.oneHot(gt.tensor(Array.from({ length: 40 }, (_, i) => ((x.data[3 * i] ?? 0) > 0 ? 1 : 0))), 2);

const build = (trial: ObjectiveTrial): gt.Model => {
  const net = gt.sequential([
    layers.dense(trial.suggestInt('units', 1, 8), { activation: 'tanh', inputShape: [3] }),
    layers.dropout(0.1),
    layers.dense(2, { activation: 'softmax' }),
  ]);
  const learningRate = trial.suggestFloat('rate', 1e-3, 1, { log: true });
  net.compile({ optimizer: gt.optimizers.adam({ learningRate }), loss: 'categorical_crossentropy', metrics: ['acc'] });
  return net;
};
const sampler = samplers.random({ seed: 4 });
const weightsOf = async (net: gt.Model): Promise<number[]> => (await net.getWeights()).flatMap(({ data }) => [...data]);

t.test('the model is that of the best trial, with the weights of its best epoch', async (t) => {
  // From the fourth epoch on the steps are so long that what was learned is lost.
  const callbacks = [gt.callbacks.learningRateScheduler((epoch) => (epoch < 3 ? 0.05 : 30))];
  const { study, model, history } = await tuneModel(build, [x, y], {
    trials: 6,
    sampler,
    fit: { epochs: 6, callbacks },
  });
  t.equal(study.trials.length, 6);
  t.ok(study.trials.every(({ state }) => state === 'complete'));
  const losses = history.history['val_loss'] ?? [];
  t.equal(losses.length, 6);
  t.equal(Math.min(...losses), study.bestValue);
  t.equal(study.bestTrial.userAttributes['best_epoch'], losses.indexOf(study.bestValue));
  t.same([...study.bestTrial.intermediateValues.values()], losses);
  const logs = await model.evaluate(x.slice([32, 0], [8, 3]), y.slice([32, 0], [8, 2]), {
    returnDict: true,
    verbose: 0,
  });
  t.equal(logs['loss'], study.bestValue);
  t.not(study.bestTrial.userAttributes['best_epoch'], 5, 'the last epoch is not the best');
});

t.test('of equal trials the first is the best one, whose model is kept', async (t) => {
  let built = 0;
  const still = (trial: ObjectiveTrial): gt.Model => {
    built++;
    trial.suggestInt('units', 1, 8);
    const net = gt.sequential([
      layers.dense(2, { activation: 'softmax', kernelInitializer: 'zeros', inputShape: [3] }),
    ]);
    net.compile({ optimizer: gt.optimizers.sgd({ learningRate: 0 }), loss: 'categorical_crossentropy' });
    return net;
  };
  const { study } = await tuneModel(still, [x, y], { trials: 3, sampler });
  t.equal(new Set(study.trials.map(({ value }) => value)).size, 1);
  t.equal(study.bestTrial.number, 0);
  t.equal(built, 3, 'it is not trained again');
});

t.test('a metric that rises, options of fit that depend on the trial, and no validation', async (t) => {
  const rising = await tuneModel(build, [x, y], {
    trials: 3,
    sampler,
    monitor: 'val_acc',
    fit: (trial) => ({ epochs: 2, batchSize: trial.suggestInt('batch', 4, 16) }),
  });
  t.equal(rising.study.direction, 'maximize');
  t.ok('batch' in rising.study.bestParams);
  t.equal(Math.max(...(rising.history.history['val_acc'] ?? [])), rising.study.bestValue);
  const plain = await tuneModel(build, [x, y, new Float32Array(40).fill(1)], { trials: 1, monitor: 'loss', sampler });
  t.notOk('val_loss' in plain.history.history, 'nothing is held out for the loss itself');
});

t.test('a pruner ends trials after an epoch', async (t) => {
  const pruner: Pruner = {
    name: 'odd',
    shouldPrune: ({ trial }) => trial.number % 2 === 1 && trial.intermediateValues.size === 2,
  };
  const { study } = await tuneModel(build, [x, y], { trials: 4, sampler, pruner, fit: { epochs: 4 } });
  t.same(
    study.trials.map(({ state, intermediateValues }) => [state, intermediateValues.size]),
    [
      ['complete', 4],
      ['pruned', 2],
      ['complete', 4],
      ['pruned', 2],
    ],
  ); // prettier-ignore
});

t.test('the median pruner ends trials that are worse than half of the others', async (t) => {
  const pruner = pruners.median({ startupTrials: 2 });
  const rated = (trial: ObjectiveTrial): gt.Model => {
    const net = build(trial);
    // The first trials learn, the later ones do not.
    const learningRate = trial.number < 3 ? 0.1 : 1e-6;
    net.compile({ optimizer: gt.optimizers.adam({ learningRate }), loss: 'categorical_crossentropy' });
    return net;
  };
  const { study } = await tuneModel(rated, [x, y], { trials: 6, sampler, pruner, fit: { epochs: 5 } });
  t.ok(study.bestTrial.number < 3);
  t.ok(study.trials.slice(3).every(({ state }) => state === 'pruned'));
});

/** A journal that outlives its study. */
const shared = (records: StudyRecord[], writer: string): Journal => {
  let seen = 0;
  const news = (): readonly StudyRecord[] => {
    const found = records.slice(seen);
    seen = records.length;
    return found;
  };
  return {
    name: 'shared',
    writer,
    read: async () => news(),
    async append(decide) {
      records.push(...decide(news()));
      seen = records.length;
    },
    isGone: async () => true,
    close: async () => undefined,
  };
};

t.test(
  'a study in storage goes on, and a best trial of another process is trained again to the same bits',
  async (t) => {
    const options = { sampler, fit: { epochs: 4 } };
    const whole = await tuneModel(build, [x, y], { ...options, trials: 6 });
    const records: StudyRecord[] = [];
    await tuneModel(build, [x, y], {
      ...options,
      storage: shared(records, 'a'),
      trials: whole.study.bestTrial.number + 1,
    });
    const rest = await tuneModel(build, [x, y], { ...options, storage: shared(records, 'b'), totalTrials: 6 });
    t.same(
      rest.study.trials.map(({ value }) => value),
      whole.study.trials.map(({ value }) => value),
    );
    t.same(await weightsOf(rest.model), await weightsOf(whole.model));
    t.same(rest.history.history, whole.history.history);
    let warned = '';
    t.intercept(console, 'warn', { value: (text: string) => void (warned = text) });
    const other = ops.mul(x, 1.5);
    await tuneModel(build, [other, y], { ...options, storage: shared(records, 'c'), totalTrials: 6 });
    t.match(warned, /was trained again and has .* in place of .* not what they were/);
    const narrower = (trial: ObjectiveTrial): gt.Model => build(Object.assign(Object.create(trial) as ObjectiveTrial, { suggestInt: () => trial.suggestInt('units', 100, 101) })); // prettier-ignore
    await t.rejects(
      tuneModel(narrower, [x, y], { ...options, storage: shared(records, 'd'), totalTrials: 6 }),
      /parameter 'units': trial \d, which is run again, has \d; now an integer from 100 to 101/,
    );
  },
);

t.test('trials that overlap end with the same values and weights', async (t) => {
  const run = (parallel: number): ReturnType<typeof tuneModel> =>
    tuneModel(build, [x, y], { trials: 5, sampler, parallel, fit: () => ({ epochs: 3 }) });
  const [alone, together] = [await run(1), await run(3)];
  t.same(
    together.study.trials.map(({ value }) => value),
    alone.study.trials.map(({ value }) => value),
  );
  t.same(await weightsOf(together.model), await weightsOf(alone.model));
});

t.test('a signal ends the trial that runs, which waits for the next time', async (t) => {
  const controller = new AbortController();
  const records: StudyRecord[] = [];
  const stopping: gt.Callback = { onEpochEnd: () => controller.abort(new Error('enough')) };
  const { signal } = controller;
  await t.rejects(
    tuneModel(build, [x, y], { trials: 3, sampler, signal, storage: shared(records, 'a'), fit: { epochs: 3, callbacks: [stopping] } }),
    { message: 'enough' },
  ); // prettier-ignore
  const { study } = await tuneModel(build, [x, y], { totalTrials: 1, sampler, storage: shared(records, 'b'), fit: { epochs: 3 } }); // prettier-ignore
  t.same(study.trials.map(({ state }) => state), ['complete']); // prettier-ignore
});

t.test(
  'a signal in fit ends the search, too: with its reason before any trial is complete, else with the best',
  async (t) => {
    const [first, second] = [new AbortController(), new AbortController()];
    const begun: number[] = [];
    const stop = (trial: number, controller: AbortController) => (at: ObjectiveTrial): gt.Model => {
    begun.push(at.number);
    if (at.number === trial) controller.abort(new Error('enough'));
    return build(at);
  }; // prettier-ignore
    const fit = { epochs: 2, signal: first.signal };
    const { signal } = new AbortController();
    await t.rejects(tuneModel(stop(0, first), [x, y], { trials: 3, sampler, signal, fit }), { message: 'enough' });
    const { study, model } = await tuneModel(stop(1, second), [x, y], {
      trials: 3,
      sampler,
      fit: { ...fit, signal: second.signal },
    });
    t.same(begun, [0, 0, 1]);
    t.same(study.trials.map(({ state }) => state), ['complete', 'waiting']); // prettier-ignore
    t.ok(model.built);
  },
);

t.test('a signal that fit gives for one trial ends that trial, which fails with its reason', async (t) => {
  t.capture(console, 'warn', () => undefined);
  const fit = ({ number }: ObjectiveTrial): gt.FitOptions =>
    number === 1 ? { signal: AbortSignal.abort(new Error('too long')) } : {};
  const { study } = await tuneModel(build, [x, y], { trials: 3, sampler, fit });
  t.same(study.trials.map(({ state, failure }) => [state, failure]), [
    ['complete', undefined],
    ['failed', 'too long'],
    ['complete', undefined],
  ]); // prettier-ignore
});

t.test('a log that there is not ends the search with the first trial, which names those that there are', async (t) => {
  let built = 0;
  const counted = (trial: ObjectiveTrial): gt.Model => {
    built++;
    return build(trial);
  };
  for (const options of [{ trials: 1 }, { trials: 5 }, { trials: 5, maxConsecutiveFailures: 1 }]) {
    built = 0;
    t.capture(console, 'warn', () => undefined);
    await t.rejects(tuneModel(counted, [x, y], { ...options, monitor: 'val_auc', sampler }), {
      name: 'ArgumentError',
      message: /^tuneModel: there is no log 'val_auc'\. The logs are .*val_acc/,
    });
    t.equal(built, 1);
  }
});

t.test('each trial needs a model of its own: one model, or shared weights, would go on training', async (t) => {
  t.capture(console, 'warn', () => undefined);
  const one = build(await (await createStudy()).ask());
  await t.rejects(
    tuneModel(() => one, [x, y], { trials: 5 }),
    {
      name: 'ArgumentError',
      message: /^tuneModel: the function gave the model '.*' for trial 0 and again for trial 1.*Make a new model/,
    },
  );
  const base = layers.dense(4, { inputShape: [3] });
  const sharing = (): gt.Model => {
    const net = gt.sequential([base, layers.dense(2, { activation: 'softmax' })]);
    net.compile({ optimizer: 'sgd', loss: 'categorical_crossentropy' });
    return net;
  };
  await t.rejects(tuneModel(sharing, [x, y], { trials: 5 }), {
    name: 'ArgumentError',
    message: /the models of trial 0 and of trial 1 share the weights '.*kernel'.*Make all layers in the function/,
  });
  base.trainable = false;
  t.equal((await tuneModel(sharing, [x, y], { trials: 2 })).study.trials.length, 2, 'what is frozen may be shared');
});

t.test('pruningCallback reports to any objective', async (t) => {
  const pruner: Pruner = { name: 'second', shouldPrune: ({ trial }) => trial.intermediateValues.size === 2 };
  const study = await createStudy({ pruner });
  await study.optimize(
    async (trial) => {
      const { history } = await build(trial).fit(x, y, { epochs: 5, verbose: 0, callbacks: [pruningCallback(trial, { monitor: 'loss' })] });
      return history['loss']?.at(-1) ?? NaN;
    },
    { trials: 1 },
  ); // prettier-ignore
  t.equal(study.trials[0]?.state, 'pruned');
  t.same([...(study.trials[0]?.intermediateValues.keys() ?? [])], [0, 1]);
  t.throws(() => pruningCallback({} as never), /the trial is an object.*Give that of the objective/);
  t.throws(
    () => pruningCallback({ report: () => undefined, shouldPrune: () => true }, { monitor: '' }),
    /monitor is ''/,
  );
  const ended = { report: () => undefined, shouldPrune: () => true };
  await t.rejects(build(await study.ask()).fit(x, y, { verbose: 0, callbacks: [pruningCallback(ended)] }), /no log 'val_loss'.*loss.*validationSplit/); // prettier-ignore
  await t.rejects(build(await study.ask()).fit(x, y, { verbose: 0, callbacks: [pruningCallback(ended, { monitor: 'loss' })] }), TrialPruned); // prettier-ignore
});

t.test('wrong arguments are refused with the way out, and failures end the study with their reason', async (t) => {
  t.capture(console, 'warn', () => undefined);
  const refused: readonly (readonly [() => Promise<unknown>, RegExp])[] = [
    [() => tuneModel(gt.sequential([]) as never, [x, y]), /the first argument is the layer/],
    [() => tuneModel(build, x as never), /the data are a tensor.*\[x, y\]/],
    [() => tuneModel(build, [x, y], { monitor: 'val_mine' }), /whether 'val_mine' should rise or fall/],
    [() => tuneModel(build, [x, y], { mode: 'up' as never }), /the mode is 'up'/],
    [() => tuneModel(build, [x, y], { fit: 7 as never }), /fit is 7/],
    [() => tuneModel(build, [x, y], { parallel: 2, fit: { callbacks: [{}] } }), /trials that overlap would share/],
    [() => tuneModel(() => 3 as never, [x, y], { trials: 3 }), /^tuneModel: the function gave 3 for trial 0/],
    [() => tuneModel(() => Promise.reject(new Error('no')), [x, y], { trials: 3 }), /3 trials in a row failed.*: no/],
    [() => tuneModel(build, [x, y], { signal: 5 as never }), /tuneModel: the signal is 5/],
  ];
  for (const [act, message] of refused) await t.rejects(act(), { message });
});
