/** Data for a row's layer, and the layer run on it: eagerly, or in a model. */
import type { Layer } from '../../layers/layer.ts';
import type { SymbolicTensor } from '../../layers/symbolic-tensor.ts';
import { input } from '../../models/input.ts';
import { floor, randomNormal, randomUniform } from '../../ops/index.ts';
import type { Shape } from '../../tensor/shape.ts';
import type { PartialShape } from '../../tensor/symbolic.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { model, type Model } from '../../training/models.ts';
import type { LayerRow } from '../layer-row.ts';

export function dataFor(row: LayerRow, shapes: readonly Shape[] = row.inputs[0]): Tensor[] {
  const { indices } = row;
  return shapes.map((shape, index) =>
    indices === undefined
      ? randomNormal(shape, { seed: 10 + index })
      : floor(randomUniform(shape, { maximum: indices, seed: 10 + index })),
  );
}

export function run(
  layer: Layer,
  row: LayerRow,
  given: readonly Tensor[],
  training = false,
  masks?: readonly Tensor[],
): Tensor[] {
  const several = row.inputs[0].length > 1;
  const mask = several ? masks : masks?.[0];
  const options = { training, ...(mask === undefined ? {} : { mask }) };
  return listed(layer(several ? given : (given[0] as Tensor), options as { training: boolean }) as Tensor | Tensor[]);
}

export function modelOf(
  row: LayerRow,
  layer: Layer,
): { readonly net: Model; readonly given: Tensor[]; outputs: SymbolicTensor[] } {
  const symbols = symbolic(row, withOpenBatch(row.inputs[0]));
  const outputs = listed(layer(symbols) as unknown as SymbolicTensor | SymbolicTensor[]);
  return { net: model(listed(symbols), outputs) as unknown as Model, given: dataFor(row), outputs };
}

export function symbolic(row: LayerRow, shapes: readonly PartialShape[]): SymbolicTensor | SymbolicTensor[] {
  const made = shapes.map(([batch, ...sample]) => input(sample, typeof batch === 'number' ? { batchSize: batch } : {}));
  return row.inputs[0].length > 1 ? made : (made[0] as SymbolicTensor);
}

export const withOpenBatch = (list: readonly Shape[]): PartialShape[] => list.map(([, ...sample]) => [null, ...sample]);

export function listed<Item>(value: Item | readonly Item[]): Item[] {
  return Array.isArray(value) ? (value as Item[]) : [value as Item];
}
