/** A model whose input is what other models predict, and those models, as one. */
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import { activation } from '../layers/activation.ts';
import { concatenate } from '../layers/merge.ts';
import { automaticName } from '../layers/naming.ts';
import { reshape } from '../layers/reshape.ts';
import type { SymbolicTensor } from '../layers/symbolic-tensor.ts';
import { layOut } from '../models/structure.ts';
import { formatShape, sizeOf } from '../tensor/shape.ts';
import { model, Model } from '../training/models.ts';
import { compileLike } from './ensemble-model.ts';
import { callAsLayer, callMembers, checkModels, freeName } from './members.ts';

/** Options of `stacking`. */
export interface StackingOptions {
  /** Default `stacking`, then `stacking_1`. */
  readonly name?: string;
}

/** @internal See `stacking`. */
export function makeStacking(models: readonly Model[], meta: Model, options?: StackingOptions): Model {
  const where = 'stacking';
  checkModels(where, models);
  const { name } = optionsOf(where, options);
  checkMeta(where, meta, models);
  const { inputs, outputs, outputNames, taken } = callMembers(where, models);
  // The names of the outputs are for those of the meta model.
  for (const one of outputNames) taken.delete(one);
  const columns = models.flatMap((_, member) => outputs.map((given) => flat(given[member] as SymbolicTensor)));
  const features = columns.length === 1 ? (columns[0] as SymbolicTensor) : concatenate(columns);
  const names = meta.outputs.map((output) => freeName(output.name, taken));
  // A layer for each output, so that it has the name that it has in the meta model.
  const named = callAsLayer(meta, [features], taken).map((one, index) =>
    activation('linear', { name: names[index] as string })(one),
  );
  const made = model(inputs, layOut(meta.outputLayout, named), { name: name ?? automaticName('Stacking') }) as Model;
  compileLike(made, meta);
  return made;
}

function flat(output: SymbolicTensor): SymbolicTensor {
  const sizes = output.shape.slice(1);
  if (sizes.length === 1) return output;
  if (!sizes.includes(null)) return reshape([sizeOf(sizes as readonly number[])])(output);
  throw new ArgumentError(
    `stacking: the output '${output.name}' has the shape ${formatShape(output.shape)}; a further model needs to know how many numbers a sample has.`,
    { where: 'stacking', got: output.shape },
  );
}

/** @internal @throws ArgumentError unless it is a model of one input that is none of the others */
export function checkMeta(where: string, meta: unknown, models: readonly Model[]): asserts meta is Model {
  if (!(meta instanceof Model) || !meta.built || meta.inputs.length !== 1) {
    const got = meta instanceof Model && meta.built ? `a model of ${meta.inputs.length} inputs` : describeValue(meta);
    throw new ArgumentError(
      `${where}: the meta model is ${got}. Give a model of one input, whose shape is known: the number of features.`,
      { where, got: meta },
    );
  }
  if (!models.includes(meta)) return;
  throw new ArgumentError(`${where}: the meta model '${meta.name}' is one of the models, too. Give another one.`, {
    where,
    got: meta.name,
  });
}
