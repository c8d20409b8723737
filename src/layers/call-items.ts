/** What a layer is called on. */
import { ArgumentError } from '../errors.ts';
import { SymbolicTensor } from './symbolic-tensor.ts';

/**
 * The inputs of a call, all of them symbolic or none.
 * @throws ArgumentError for an empty list, and for both kinds together
 */
export function callItems(name: string, input: unknown): readonly unknown[] {
  const items: readonly unknown[] = Array.isArray(input) ? (input as readonly unknown[]) : [input];
  if (items.length === 0) throw new ArgumentError(`layer '${name}': called with an empty list.`, { where: name });
  const symbolic = items.filter((item) => item instanceof SymbolicTensor).length;
  if (symbolic > 0 && symbolic < items.length) {
    throw new ArgumentError(
      `layer '${name}': called with symbolic and real tensors together. Make the real one a constant inside a lambda layer, or an input.`,
      { where: name },
    );
  }
  return items;
}
