/** Held-out predictions of members and what they should have been, as rows of numbers for one output after another. */
import { ArgumentError, describeValue } from '../errors.ts';
import { byName, itemsOf, type Structure } from '../models/structure.ts';
import { formatShape, sizeOf } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { column, isArrayData, type ArrayData, type Column, type DataSet } from '../training/data.ts';
import type { Model } from '../training/models.ts';
import type { PredictOptions } from '../training/predict.ts';
import { checkTargets, type TargetLayout } from './check-targets.ts';
import { inTheirOrder } from './members.ts';

/** What the members predicted for the samples: for each output one tensor of each member. */
export type MemberPredictions = readonly (readonly Tensor[])[];

/** Predictions from elsewhere, one for each member, such as the out-of-fold ones of `crossValidate`. */
export type GivenPredictions = readonly Structure<Tensor>[];

/** Lets all members predict, or takes what they predicted. @throws ArgumentError unless there is one of them, for all */
export async function predictionsOf(
  where: string,
  models: readonly Model[],
  x: DataSet | null | undefined,
  given: GivenPredictions | undefined,
  options: PredictOptions,
): Promise<MemberPredictions> {
  const first = models[0] as Model;
  if (given === undefined && (x === null || x === undefined)) {
    throw new ArgumentError(`${where}: x is ${describeValue(x)}. Give inputs, or what was predicted as predictions.`, {
      where,
    });
  }
  const list: unknown = given ?? [];
  if (given !== undefined && (!Array.isArray(list) || list.length !== models.length)) {
    const got = Array.isArray(list) ? `${list.length} predictions` : describeValue(list);
    throw new ArgumentError(
      `${where}: got ${got} for ${models.length} models. Give the predictions of each, in order.`,
      {
        where,
        got: given,
      },
    );
  }
  const all: Tensor[][] = [];
  for (const [index, model] of models.entries()) {
    const own = given?.[index] ?? (await model.predict<Structure<Tensor>>(x as DataSet, options));
    const items = byName(where, 'output', own, model.outputNames, (one): one is Tensor => one instanceof Tensor);
    const places = inTheirOrder(where, 'output', model, first);
    all.push(first.outputs.map((_, output) => items[places.indexOf(output)] as Tensor));
  }
  const samples = (all[0] as Tensor[])[0]?.shape[0];
  return first.outputs.map((_, output) =>
    all.map((own, index) => {
      const one = own[output];
      if (one instanceof Tensor && one.shape[0] === samples) return one;
      throw new ArgumentError(
        `${where}: the predictions of model ${index} for output '${first.outputNames[output]}' are ${describeValue(one)}. Give a tensor with one row for each of ${samples} samples.`,
        { where, got: one },
      );
    }),
  );
}

/** The targets of each output. @throws ArgumentError */
export function targetsOf(where: string, model: Model, y: DataSet): readonly Column[] {
  const { layout } = itemsOf(y as Structure<ArrayData>, isArrayData);
  const isOne = model.outputs.length === 1 && layout.kind !== 'record';
  const items = isOne ? [y] : byName(where, 'target', y as Structure<ArrayData>, model.outputNames, isArrayData);
  return items.map((one, index) => column(where, model.outputNames[index] ?? 'y', one));
}

/** Rows in which no member predicted anything, NaN throughout, count for nothing: nobody was tested on them. */
export function rowShares(
  where: string,
  outputs: MemberPredictions,
  sampleWeight: ArrayData | undefined,
): Float64Array {
  const samples = outputs[0]?.[0]?.shape[0] ?? 0;
  const given = sampleWeight === undefined ? undefined : column(where, 'sampleWeight', sampleWeight);
  if (given && given.data.length !== samples) {
    throw new ArgumentError(
      `${where}: sampleWeight has ${given.data.length} values for ${samples} samples. Give one for each.`,
      { where, got: given.data.length, expected: samples },
    );
  }
  const shares = Float64Array.from({ length: samples }, (_, row) => {
    const known = outputs.flat().map((one) => !isUnknown(one, row));
    if (known.every(Boolean)) return given ? (given.data[row] as number) : 1;
    if (!known.some(Boolean)) return 0;
    throw new ArgumentError(
      `${where}: the predictions of sample ${row} are NaN in some models and numbers in others. Give predictions for the same samples.`,
      { where, got: row },
    );
  });
  const total = shares.reduce((sum, one) => sum + one, 0);
  if (shares.every((one) => one >= 0) && total > 0 && total < Infinity) return shares.map((one) => one / total);
  throw new ArgumentError(
    `${where}: the samples count ${total} in all. Weights are finite and not negative, and some sample must count.`,
    { where, got: total },
  );
}

function isUnknown({ data, shape }: Tensor, row: number): boolean {
  const width = sizeOf(shape.slice(1));
  for (let i = row * width; i < (row + 1) * width; i++) if (Number.isNaN(data[i])) return true;
  return false;
}

/**
 * Targets laid out as predictions are: labels become one-hot rows.
 * @throws ArgumentError for other shapes, labels outside, and what is no target of its kind
 */
export function likePredictions(
  where: string,
  target: Column,
  predicted: Tensor,
  layout: Omit<TargetLayout, 'width'>,
): ArrayLike<number> {
  const { name, shares } = layout;
  const classes = predicted.shape.at(-1) ?? 1;
  const perSample = target.shape[0] === predicted.shape[0];
  if (perSample && target.data.length === predicted.size) {
    checkTargets(where, target.data, { ...layout, width: classes });
    return target.data;
  }
  const hot = layout.kind === 'classes';
  const isLabels = perSample && hot && target.data.length * classes === predicted.size;
  if (!isLabels) {
    throw new ArgumentError(
      `${where}: the targets of '${name}' have the shape ${formatShape(target.shape)}, the predictions ${formatShape(predicted.shape)}. Give targets of that shape${hot ? ', or labels' : ''}.`,
      { where, got: target.shape, expected: predicted.shape },
    );
  }
  const rows = new Float64Array(predicted.size);
  const steps = target.data.length / shares.length;
  for (const [row, label] of target.data.entries()) {
    const sample = Math.floor(row / steps);
    if (shares[sample] === 0) continue;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new ArgumentError(
        `${where}: the target of sample ${sample} in '${name}' is ${label}. Labels are integers from 0 to ${classes - 1}.`,
        { where, got: label },
      );
    }
    rows[row * classes + label] = 1;
  }
  return rows;
}
