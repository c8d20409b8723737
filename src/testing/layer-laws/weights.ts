/** Laws of weights: how many there are and their names, seeds, and which of them training changes. */
import { seed } from '../../layers/naming.ts';
import { tensor, zeros, type Tensor } from '../../tensor/tensor.ts';
import type { Book } from './book.ts';
import { dataFor, modelOf, run } from './running.ts';

export function weightLaw(book: Book): void {
  const layer = book.row.make({});
  run(layer, book.row, dataFor(book.row));
  book.same('it has as many weights as the row says', layer.countParams(), book.row.params);
  const named = layer.weights.every((weight) =>
    [layer, ...layer.sublayers].some(({ name }) => weight.name.startsWith(`${name}/`)),
  );
  book.holds(
    'its weights are named after it, or after a layer inside',
    named,
    layer.weights.map((weight) => weight.name).join(', '),
  );
}

export function seedLaw(book: Book): void {
  const { row } = book;
  const weightsWith = (value: number): Tensor[] => {
    seed(value);
    const layer = row.make({});
    run(layer, row, dataFor(row));
    return layer.weights.map((weight) => tensor(Float32Array.from(weight.data), weight.shape));
  };
  const first = weightsWith(1);
  book.same('one seed gives the same weights', weightsWith(1), first);
  const second = weightsWith(2);
  seed(0);
  if (row.params > 0 && !row.constantWeights) book.differ('another seed gives other weights', second, first);
  else book.same('all its weights start as constants', second, first);
}

export async function frozenLaw(book: Book): Promise<void> {
  const { row } = book;
  for (const trainable of [false, true]) {
    const layer = row.make({ trainable });
    const { net, given, outputs } = modelOf(row, layer);
    net.compile({ optimizer: 'sgd', loss: outputs.map(() => 'mse') } as never);
    const targets = outputs.map((one) => zeros([given[0]?.shape[0] ?? 0, ...(one.shape.slice(1) as number[])]));
    const before = await layer.getWeights();
    await net.trainOnBatch(given as never, targets as never);
    const after = await layer.getWeights();
    if (trainable && row.params > 0) book.differ('training changes its weights', after, before);
    else book.same('its frozen weights stay', after, before);
  }
}
