import { ArgumentError } from '../errors.ts';
import type { Model } from '../models/model.ts';
import type { Variable } from '../tensor/variable.ts';

/** @throws ArgumentError for a model that was not compiled */
export function learningRateOf(where: string, { name, optimizer }: Model): Variable {
  if (optimizer) return optimizer.learningRate;
  throw new ArgumentError(
    `${where}: the model '${name}' has no optimizer. Call model.compile({ optimizer, loss }) first.`,
    { where },
  );
}
