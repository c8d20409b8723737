/** How the LSTM's WebAssembly splits the recurrent kernel: all gates together, or a part for each where each has a mask. */
import type { Local } from '../../src/wasm/index.ts';
import type { Workspace } from '../recurrent/wasm-call.ts';
import type { forParts } from '../recurrent/wasm-hidden.ts';
import { packedBytes } from '../recurrent/wasm-product.ts';
import type { SizeName } from '../recurrent/wasm-sizes.ts';

export type PartName = SizeName | 'hiddenGroupWidth' | 'packedStride' | 'packed';

/** Their sizes and places, packed as they stand or transposed. */
export function partNumbers(
  workspace: Workspace,
  units: number,
  groups: number,
  transposed: boolean,
): Readonly<Record<Exclude<PartName, SizeName>, number>> {
  const hiddenGroupWidth = (4 * units) / groups;
  const packedStride = transposed ? packedBytes(hiddenGroupWidth, units) : packedBytes(units, hiddenGroupWidth);
  return { hiddenGroupWidth, packedStride, packed: workspace.takeBytes(groups * packedStride) };
}

export function lstmParts(
  { hiddenGroups, hiddenGroupWidth, packedStride }: Readonly<Record<PartName, Local<'i32'>>>,
  place: (name: 'packed') => Local<'i32'>,
): Parameters<typeof forParts>[1] {
  return { count: hiddenGroups, width: hiddenGroupWidth, packed: place('packed'), packedStride };
}
