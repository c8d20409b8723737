/** What users train on or test with, as a source of checked batches. */
import { ArgumentError } from '../errors.ts';
import type { Model } from '../models/model.ts';
import { buildFromData, isBatchSource, type Source } from './batches.ts';
import type { BatchSource, Columns, DataSet } from './data.ts';
import { prepareColumns, type DataOptions } from './prepare.ts';
import { stateOf } from './state.ts';

/**
 * Arrays or an iterable of batches, to train on or to test with.
 * @internal
 * @throws ArgumentError for targets or sample weights beside an iterable, whose batches hold them
 */
export function sourceOf(
  model: Model,
  where: string,
  x: DataSet | BatchSource,
  y: DataSet | null | undefined,
  { sampleWeight, classWeight }: DataOptions,
): Source {
  const read = (here: string, inputs: DataSet, targets: DataSet | null | undefined, options: DataOptions): Columns =>
    prepareColumns(model, stateOf(model, 'fit').compilation, here, inputs, targets, options);
  if (!isBatchSource(x)) {
    buildFromData(model, where, x);
    return { kind: 'columns', columns: read(where, x, y, { sampleWeight, classWeight }) };
  }
  for (const [name, value] of Object.entries({ 'the targets y': y, sampleWeight })) {
    if (value === undefined || value === null) continue;
    throw new ArgumentError(
      `${where}: ${name} came beside an iterable. Its batches hold them: [x, y] or [x, y, sampleWeight].`,
      { where, got: value },
    );
  }
  return {
    kind: 'iterable',
    source: x,
    read: (here, [inputs, targets, weights]) => read(here, inputs, targets, { sampleWeight: weights ?? undefined, classWeight }), // prettier-ignore
  };
}
