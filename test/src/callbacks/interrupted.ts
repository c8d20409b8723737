/** Trainings that are interrupted at a batch and started again as by a new process, beside the same ones left alone. */
import * as gt from 'gradtape';
import { generatorState } from '../../../src/ops/random-state.ts';

/** Everything of a training that is made anew when its program is started again. */
export interface Training {
  readonly net: gt.Model;
  /** Fits with these callbacks beside its own. */
  readonly fit: (
    callbacks: readonly gt.Callback[],
    signal?: AbortSignal,
    worker?: gt.FitOptions['worker'],
  ) => Promise<gt.History>;
  /** What else must come out equal. */
  readonly outcome?: () => unknown;
}

export interface Outcome {
  readonly weights: readonly string[];
  readonly optimizer: readonly string[];
  readonly history: unknown;
  readonly epoch: readonly number[];
  readonly more: unknown;
  /** Where the default generator stands. */
  readonly random: unknown;
  /** Random counters of models, states of recurrent layers. */
  readonly states: readonly string[];
}

const hex = ({ data }: gt.Tensor): string => Buffer.from(data.slice().buffer).toString('hex');
const hexOf = async (variables: readonly gt.Variable[]): Promise<string[]> =>
  Promise.all(variables.map(async (one) => hex(await one.read())));

export const outcomeOf = async ({ net, outcome }: Training, history: gt.History): Promise<Outcome> => ({
  weights: await hexOf(net.weights),
  optimizer: await hexOf(net.optimizer?.variables ?? []),
  history: JSON.stringify(history.history),
  epoch: history.epoch,
  more: outcome?.(),
  random: await generatorState().then(({ counter, ...state }) => ({ ...state, counter: hex(counter) })),
  states: await hexOf(net.runVariables),
});

/** Made as by a new process: automatic names and the default generator begin anew. */
export const made = (make: () => Training): Training => {
  gt.seed(7);
  return make();
};

export const undisturbed = async (make: () => Training): Promise<Outcome> => {
  const training = made(make);
  return outcomeOf(training, await training.fit([]));
};

/** What a run is interrupted by: the hook's number `at`, counting batches, ends of epochs, batches of validations, the end. */
export const interruption = (at: number, act: () => void): gt.Callback => {
  let count = 0;
  const tick = (): void => {
    if (count++ === at) act();
  };
  return { onTrainBatchEnd: tick, onTestBatchEnd: tick, onEpochEnd: tick, onTrainEnd: tick };
};

/** How often a whole run ticks. */
export const ticksOf = async (make: () => Training): Promise<number> => {
  let ticks = 0;
  const tick = (): void => void ticks++;
  await made(make).fit([{ onTrainBatchEnd: tick, onTestBatchEnd: tick, onEpochEnd: tick, onTrainEnd: tick }]);
  return ticks;
};

/** A place for backups in memory. */
export const memory = (): { files: Map<string, Uint8Array>; store: gt.callbacks.BackupAndRestoreOptions } => {
  const files = new Map<string, Uint8Array>();
  return {
    files,
    store: { sink: (name, bytes) => void files.set(name, bytes.slice()), source: (name) => files.get(name) },
  };
};

class Kill extends Error {}

/** What a new process finds must come from the backup: these weights and random numbers are of no use to it. */
const spoil = ({ net }: Training): void => {
  if (net.built) net.setWeights(net.weights.map(({ shape }) => gt.full(shape, 0.25)));
  gt.ops.randomUniform([5]);
};

/** Killed at each of these ticks in turn, started again after each, and left alone at last. */
export const killedAt = async (
  make: () => Training,
  ticks: readonly number[],
  saveFreq: 'epoch' | number,
  worker: gt.FitOptions['worker'] = false,
): Promise<Outcome> => {
  const { files, store } = memory();
  const started = (): Training => {
    const training = made(make);
    if (files.get('run')?.length) spoil(training);
    return training;
  };
  for (const at of ticks) {
    const training = started();
    const kill = interruption(at, () => {
      throw new Kill();
    });
    try {
      await training.fit([gt.callbacks.backupAndRestore('run', { ...store, saveFreq }), kill], undefined, worker);
    } catch (error) {
      if (!(error instanceof Kill)) throw error;
    }
  }
  const training = started();
  const backup = gt.callbacks.backupAndRestore('run', { ...store, saveFreq });
  return outcomeOf(training, await training.fit([backup], undefined, worker));
};
