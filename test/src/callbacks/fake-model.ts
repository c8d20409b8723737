/** A model that only holds a number, a learning rate and the wish to stop: what callbacks touch. */
import type { Model } from '../../../src/models/model.ts';
import { full, type Tensor } from '../../../src/tensor/tensor.ts';
import { variable, type Variable } from '../../../src/tensor/variable.ts';
import { CallbackList, type Callback, type Logs } from '../../../src/training/callback.ts';

export interface FakeModel {
  readonly name: string;
  readonly optimizer: { readonly learningRate: Variable };
  stopTraining: boolean;
  weight: number;
  getWeights(): Promise<Tensor[]>;
  setWeights(values: readonly Tensor[]): void;
}

export const fakeModel = (learningRate = 1): FakeModel => ({
  name: 'fake',
  optimizer: { learningRate: variable(full([], learningRate)) },
  stopTraining: false,
  weight: -1,
  async getWeights() {
    const { weight } = this;
    await new Promise((resolve) => setTimeout(resolve));
    return [full([1], weight)];
  },
  setWeights([value]) {
    this.weight = value?.item() ?? NaN;
  },
});

export interface Run {
  readonly model: FakeModel;
  readonly epochsRun: number;
  /** What the hooks saw and left in the logs of each epoch. */
  readonly logs: readonly Logs[];
  /** The learning rate after each epoch. */
  readonly learningRates: readonly number[];
}

/** Runs the hooks of a fit over scripted logs; in epoch n the model's weight is n. */
export const run = async (
  callbacks: readonly Callback[],
  script: readonly Logs[],
  model: FakeModel = fakeModel(),
): Promise<Run> => {
  const list = new CallbackList(callbacks, model as unknown as Model, { epochs: script.length, steps: 1, verbose: 0 });
  const seen: Logs[] = [];
  const learningRates: number[] = [];
  model.stopTraining = false;
  await list.call('onTrainBegin', {});
  for (const [epoch, values] of script.entries()) {
    await list.call('onEpochBegin', epoch, {});
    model.weight = epoch;
    const logs = { ...values };
    await list.call('onEpochEnd', epoch, logs);
    seen.push(logs);
    learningRates.push((await model.optimizer.learningRate.read()).item());
    if (model.stopTraining) break;
  }
  await list.call('onTrainEnd', {});
  return { model, epochsRun: seen.length, logs: seen, learningRates };
};

/** Logs of one name, one epoch each. */
export const series = (name: string, ...values: readonly number[]): Logs[] =>
  values.map((value) => ({ [name]: value }));

/** Collects what `console.warn` and the standard output get while `body` runs; the test's own report keeps its stream. */
export const captured = async (body: () => Promise<unknown>): Promise<{ warnings: string[]; printed: string }> => {
  const warnings: string[] = [];
  let printed = '';
  const { warn } = console;
  const stdout = Object.getOwnPropertyDescriptor(process, 'stdout') as PropertyDescriptor;
  console.warn = (message: string) => void warnings.push(message);
  const write = (text: string): void => void (printed += text);
  Object.defineProperty(process, 'stdout', { value: { write }, configurable: true });
  try {
    await body();
  } finally {
    console.warn = warn;
    Object.defineProperty(process, 'stdout', stdout);
  }
  return { warnings, printed };
};
