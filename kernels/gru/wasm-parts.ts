/** How the GRU's WebAssembly splits the recurrent kernel: z and r, together or with a mask each, and the candidate. */
import { i32, type Local } from '../../src/wasm/index.ts';
import type { Workspace } from '../recurrent/wasm-call.ts';
import type { forParts, HiddenPart } from '../recurrent/wasm-hidden.ts';
import { packedBytes } from '../recurrent/wasm-product.ts';
import type { SizeName } from '../recurrent/wasm-sizes.ts';

export type PartName = SizeName | 'partCount' | 'partWidth' | 'packedStride' | 'packed' | 'packedCandidate';

/** Their sizes and places, packed as they stand or transposed. */
export function partNumbers(
  workspace: Workspace,
  units: number,
  groups: number,
  transposed: boolean,
): Readonly<Record<Exclude<PartName, SizeName>, number>> {
  const partCount = groups === 1 ? 1 : 2;
  const partWidth = (2 * units) / partCount;
  const packedStride = transposed ? packedBytes(partWidth, units) : packedBytes(units, partWidth);
  return {
    partCount,
    partWidth,
    packedStride,
    packed: workspace.takeBytes(partCount * packedStride),
    packedCandidate: workspace.takeBytes(packedBytes(units, units)),
  };
}

export interface GruParts {
  readonly parts: Parameters<typeof forParts>[1];
  readonly candidate: HiddenPart;
}

export function gruParts(
  numbers: Readonly<Record<PartName, Local<'i32'>>>,
  place: (name: 'packed' | 'packedCandidate') => Local<'i32'>,
  unitBytes: Local<'i32'>,
): GruParts {
  const { partCount, partWidth, packedStride, hiddenGroups, units } = numbers;
  return {
    parts: { count: partCount, width: partWidth, packed: place('packed'), packedStride },
    candidate: {
      group: i32.sub(hiddenGroups, 1),
      column: i32.shl(unitBytes, 1),
      width: units,
      packed: place('packedCandidate'),
    },
  };
}
