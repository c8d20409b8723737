/** Arrays of a file into variables: all are checked before the first is assigned. */
import { warn } from '../console.ts';
import { FormatError } from '../errors.ts';
import { formatShape, sameShape } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import type { H5Dataset } from './hdf5.ts';

/** What a file says of one object's variables. */
export interface Delivery {
  /** The object, for messages: `layer 'dense' (layers/dense)`. */
  readonly what: string;
  readonly variables: readonly Variable[];
  /** Undefined where the file has no such object. */
  readonly arrays: readonly H5Dataset[] | undefined;
}

/** At most this many problems are told. */
const SHOWN = 10;

/**
 * Assigns all arrays, or none.
 * @param where the file
 * @param deliveries one per object
 * @param problems what else is wrong
 * @param skipMismatch leaves out what does not fit, with a warning
 * @throws FormatError that names each object and weight that does not fit
 */
export function assignArrays(
  where: string,
  deliveries: readonly Delivery[],
  {
    problems: others = [],
    skipMismatch = false,
  }: { readonly problems?: readonly string[]; readonly skipMismatch?: boolean },
): void {
  const problems = [...others];
  const fitting = deliveries.filter((delivery) => {
    const problem = problemOf(delivery);
    if (problem !== undefined) problems.push(problem);
    return problem === undefined;
  });
  if (problems.length > 0) {
    const shown = problems.slice(0, SHOWN).join('\n  ');
    const more = problems.length > SHOWN ? `\n  and ${problems.length - SHOWN} more` : '';
    const message = `${where}: these do not fit the model:\n  ${shown}${more}`;
    if (!skipMismatch)
      throw new FormatError(
        `${message}\nLoad them into the model that was saved, or leave them out with { skipMismatch: true }.`,
        {
          where,
          got: problems,
        },
      );
    warn(`${message}\nThey are left out.`);
  }
  for (const { variables, arrays = [] } of fitting)
    variables.forEach((variable, index) => variable.assign(tensorOf(arrays[index] as H5Dataset)));
}

function problemOf({ what, variables, arrays }: Delivery): string | undefined {
  const found = arrays?.length ?? 0;
  if (found !== variables.length) {
    const names = variables.map((one) => `'${one.name}'`).join(', ');
    if (arrays === undefined) return `${what}: the file has no such object; its weights are ${names}.`;
    return `${what}: the file has ${found} arrays for ${variables.length} weights${variables.length > 0 ? ` (${names})` : ''}.`;
  }
  for (const [index, variable] of variables.entries()) {
    const shape = arrays?.[index]?.shape ?? [];
    if (!sameShape(shape, variable.shape))
      return `${what}: the weight '${variable.name}' has the shape ${formatShape(variable.shape)}, the file's array ${formatShape(shape)}.`;
  }
  return undefined;
}

function tensorOf({ shape, data }: H5Dataset): Tensor {
  return new Tensor(shape, data instanceof Float32Array ? data : Float32Array.from(data));
}
