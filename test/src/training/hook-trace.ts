/** A callback that writes down every call of every hook of a training, with what the model is at that moment. */
import type * as gt from 'gradtape';
import { weightsOf } from './data.ts';

const HOOKS = ['onTrainBegin', 'onTrainEnd', 'onEpochBegin', 'onEpochEnd', 'onTrainBatchBegin', 'onTrainBatchEnd', 'onTestBegin', 'onTestEnd', 'onTestBatchBegin', 'onTestBatchEnd'] as const; // prettier-ignore

export function trace(): { readonly lines: readonly string[]; readonly callback: gt.Callback } {
  const lines: string[] = [];
  const callback: gt.Callback = {};
  for (const hook of HOOKS) {
    callback[hook] = async function (this: { model: gt.Model; params: gt.CallbackParams }, ...args: unknown[]) {
      const rate = await this.model.optimizer?.learningRate.read();
      const steps = await this.model.optimizer?.iterations.read();
      lines.push(JSON.stringify([hook, args, this.params, rate?.item(), steps?.item(), await weightsOf(this.model)]));
    };
  }
  return { lines, callback };
}
