/** Laws of training: where it differs from inference, gradients, and a step that lowers the loss. */
import { add, mean, randomNormal, square, sub, sum } from '../../ops/index.ts';
import { sgd } from '../../optimizers/index.ts';
import { compile } from '../../tape/compile.ts';
import { valueAndGrad } from '../../tape/grad.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { gradcheck } from '../gradcheck.ts';
import { LawError } from '../law-error.ts';
import { withoutCode } from '../pasteable.ts';
import type { Book } from './book.ts';
import { dataFor, run } from './running.ts';

export function trainingLaw(book: Book): void {
  const { row } = book;
  const layer = row.make({});
  const given = dataFor(row);
  const inference = run(layer, row, given);
  const training = run(layer, row, given, true);
  if (row.trainingDiffers === undefined) {
    book.same('training and inference give the same bits', training, inference);
  } else {
    book.differ(`training differs: ${row.trainingDiffers}`, training, inference);
  }
}

// Weights become arguments: inside the checked function each variable is assigned one.
export function gradientLaw(book: Book): void {
  const { row } = book;
  const layer = row.make({});
  const given = dataFor(row);
  run(layer, row, given);
  const weights = layer.trainableWeights;
  const inputs = row.indices === undefined ? given : [];
  const values = weights.map((weight, index) =>
    add(randomNormal(weight.shape, { seed: 900 + index, stddev: 0.5 }), 0.1),
  );
  for (const training of row.trainingDiffers === undefined ? [false] : [false, true]) {
    const law = `its gradients are right${training ? ' in training' : ''}`;
    let report;
    try {
      report = gradcheck(
        (...args: Tensor[]) => {
          weights.forEach((weight, index) => weight.assign(args[inputs.length + index] as Tensor));
          return run(layer, row, inputs.length > 0 ? args.slice(0, inputs.length) : given, training);
        },
        [...inputs, ...values],
      );
    } catch (cause) {
      const { message } = cause as Error;
      throw new LawError(
        `${book.title}: it does not hold that ${law}. ${withoutCode(message)}`,
        law,
        book.laws.length + 1,
        {
          where: book.title,
          cause,
        },
      );
    }
    book.holds(law, report.checked > 0, 'there was no derivative to compare');
    book.worstScore = Math.max(book.worstScore, report.worstScore);
  }
}

export async function stepLaw(book: Book): Promise<void> {
  const { row } = book;
  const layer = row.make({});
  const given = dataFor(row);
  const targets = run(layer, row, given).map((one, index) => randomNormal(one.shape, { seed: 50 + index }));
  const weights = layer.trainableWeights;
  if (weights.length === 0) return;
  const optimizer = sgd({ learningRate: 0.01 });
  const loss = (): Tensor => distance(run(layer, row, given), targets);
  const step = compile(() => {
    const [value, gradients] = valueAndGrad(loss, weights);
    optimizer.apply(gradients, weights);
    return value;
  });
  const before = (await step()).item();
  const after = (await step()).item();
  book.holds('a step lowers the loss', after < before, `it went from ${before} to ${after}`);
}

function distance(outputs: readonly Tensor[], targets: readonly Tensor[]): Tensor {
  return outputs.map((one, index) => mean(square(sub(one, targets[index] as Tensor)))).reduce((a, b) => sum(add(a, b)));
}
