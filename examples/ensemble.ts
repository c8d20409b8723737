/**
 * Members that differ by their seeds learn real handwritten digits; weights that are learned on held-out digits make one
 * model of them, which is judged on 10,000 digits that nobody saw, beside the member that happens to be the best there.
 * Run by hand in full; `results/ensemble.txt` keeps what it printed.
 */
import * as gt from 'gradtape';
import { loadDigits, type Digits } from './data/mnist.ts';
import { PIXELS } from './data/pixels.ts';
import { digitsModel } from './support/digits-model.ts';
import { isMain } from './support/is-main.ts';

export interface EnsembleOptions {
  /** Of the 60,000 training digits, from the first one on. */
  readonly trainingDigits: number;
  /** The ones after them, on which the weights are learned. */
  readonly heldOutDigits: number;
  /** Of the 10,000 others. */
  readonly testDigits: number;
  readonly epochs: number;
  readonly members: number;
  /** Each trains members of its own. */
  readonly seeds: readonly number[];
  readonly verbose?: boolean;
}

export interface SeedResult {
  readonly seed: number;
  /** Of each member, on the test digits. */
  readonly accuracies: readonly number[];
  readonly losses: readonly number[];
  readonly weights: readonly number[];
  /** Of the ensemble, on the test digits. */
  readonly accuracy: number;
  readonly loss: number;
  /** With the weights that are best on the held-out digits. */
  readonly unshrunkLoss: number;
  /** With equal weights. */
  readonly meanLoss: number;
}

const FULL: EnsembleOptions = {
  trainingDigits: 55_000,
  heldOutDigits: 5_000,
  testDigits: 10_000,
  epochs: 3,
  members: 3,
  seeds: [1, 2, 3, 4, 5],
  verbose: true,
};
const GOAL = 0.985;
const WINS = 4;

/** Trains, joins and judges the members of each seed. */
export async function run(options: EnsembleOptions): Promise<readonly SeedResult[]> {
  const { trainingDigits, heldOutDigits, testDigits } = options;
  const all = loadDigits('train', trainingDigits + heldOutDigits);
  const train = part(all, 0, trainingDigits);
  const heldOut = part(all, trainingDigits, trainingDigits + heldOutDigits);
  const test = loadDigits('t10k', testDigits);
  const results: SeedResult[] = [];
  for (const seed of options.seeds) {
    const models: gt.Model[] = [];
    for (let member = 0; member < options.members; member++)
      models.push(await trained(seed * 100 + member, train, options));
    const { images, labels } = heldOut;
    const blend = await gt.ensemble.fit(models, images, labels, { batchSize: 200 });
    const unshrunk = await gt.ensemble.fit(models, images, labels, { batchSize: 200, shrinkage: 0 });
    const own = await Promise.all(models.map((one) => judged(one, test)));
    const joint = await judged(blend, test);
    const result: SeedResult = {
      seed,
      accuracies: own.map(({ accuracy }) => accuracy),
      losses: own.map(({ loss }) => loss),
      weights: blend.memberWeights,
      accuracy: joint.accuracy,
      loss: joint.loss,
      unshrunkLoss: (await judged(unshrunk, test)).loss,
      meanLoss: (await judged(gt.ensemble(models), test)).loss,
    };
    if (options.verbose) print(result);
    results.push(result);
  }
  return results;
}

async function trained(seed: number, digits: Digits, { epochs }: EnsembleOptions): Promise<gt.Model> {
  gt.seed(seed);
  const net = digitsModel() as gt.Model;
  const rate = (epoch: number): number => 4e-3 * 0.3 ** epoch;
  const callbacks = [gt.callbacks.learningRateScheduler(rate)];
  await net.fit(digits.images, digits.labels, { epochs, batchSize: 64, verbose: 0, callbacks });
  return net;
}

async function judged(net: gt.Model, { images, labels }: Digits): Promise<{ loss: number; accuracy: number }> {
  const logs = await net.evaluate(images, labels, { batchSize: 200, verbose: 0, returnDict: true });
  return { loss: logs['loss'] ?? NaN, accuracy: logs['accuracy'] ?? NaN };
}

function part({ images, labels }: Digits, from: number, to: number): Digits {
  return {
    images: { data: images.data.subarray(from * PIXELS, to * PIXELS), shape: [to - from, 28, 28, 1] },
    labels: { data: labels.data.subarray(from, to), shape: [to - from] },
  };
}

/** Whether the ensemble has a lower log loss than each of its members. */
export function wins({ loss, losses }: SeedResult): boolean {
  return loss < Math.min(...losses);
}

function print(result: SeedResult): void {
  const { seed, accuracies, losses, weights, accuracy, loss, unshrunkLoss, meanLoss } = result;
  const list = (values: readonly number[], digits: number): string =>
    values.map((one) => one.toFixed(digits)).join(' ');
  console.log(
    `seed ${seed}: members ${list(accuracies.map((one) => one * 100), 2)} %, log loss ${list(losses, 4)}; ` +
      `weights ${list(weights, 3)}: ${(accuracy * 100).toFixed(2)} %, log loss ${loss.toFixed(4)} ` +
      `(shrinkage 0 ${unshrunkLoss.toFixed(4)}, equal weights ${meanLoss.toFixed(4)}), ${wins(result) ? 'below' : 'not below'} the best member`,
  ); // prettier-ignore
}

if (isMain(import.meta.url)) {
  const results = await run(FULL);
  const won = results.filter(wins).length;
  const least = Math.min(...results.flatMap(({ accuracies }) => accuracies));
  console.log(`${won} of ${results.length} seeds; the least accurate member has ${(least * 100).toFixed(2)} %`);
  if (won < WINS || least < GOAL) process.exitCode = 1;
}
