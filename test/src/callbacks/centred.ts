/** A layer of one's own whose variables are no weights. */
import * as gt from 'gradtape';

const { ops } = gt;

/** Divides by a running mean of its own, and counts its runs; neither is a weight. */
export class Centred extends gt.Layer {
  readonly mean: gt.Variable = gt.variable(gt.full([], 1), { name: 'mean' });
  readonly counts: readonly gt.Variable[] = [gt.variable(gt.full([], 0), { name: 'runs' })];

  override call(given: gt.Tensor): gt.Tensor {
    const [runs] = this.counts as [gt.Variable];
    runs.assign(ops.add(runs, 1));
    this.mean.assign(ops.add(ops.mul(this.mean, 0.9), ops.mul(ops.mean(ops.abs(given)), 0.1)));
    return ops.div(given, ops.mul(this.mean, ops.log1p(runs)));
  }
}
