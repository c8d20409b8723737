/** A kernel call that threads share: when that pays, into how many parts, and the rows of numbers of each. */
import type { WasmCall } from '../../../kernels/contract.ts';
import { sizeOfRef, type PlannedStep } from '../device.ts';
import { rowWords, type StageRequest, type ThreadFunction } from './thread-code.ts';
import type { ReadyStage } from './team.ts';

/** A call that threads are to share. */
export interface SharedCall {
  readonly requests: readonly StageRequest[];
  readonly cost: number;
  readonly rowsBytes: number;
  /** Of all threads together. */
  readonly workspaceBytes: number;
}

/** What an element that is read or written costs beside the operations: its time in those of a product. */
const ELEMENT_COST = 8;
/** For how many threads programs are made. */
export interface Sharing {
  readonly threads: number;
  /** Whether calls are shared however small they are: for tests. Default false. */
  readonly however?: boolean;
}

/** The least that a part is worth: 5 microseconds. A stage takes half a microsecond to open and close. */
const LEAST_PART = 200_000;
/** Who comes late finds parts left. */
const PARTS_PER_THREAD = 4;
/** The most that a part takes, so that whoever is silent for long is not at work: a hundredth of a second. */
const LARGEST_PART = 400e6;

/** The call in parts; undefined where one thread does it best. */
export function shareCall(
  { threads, however = false }: Sharing,
  { kernel, geometry, inputs, outputs }: PlannedStep,
  call: WasmCall,
): SharedCall | undefined {
  if (!call.split) return undefined;
  let cost = kernel.flops(geometry);
  for (const ref of [...inputs, ...outputs]) if (ref) cost += ELEMENT_COST * sizeOfRef(ref);
  const most = Math.max(PARTS_PER_THREAD * threads, Math.ceil(cost / LARGEST_PART));
  const worth = however ? most : Math.min(most, Math.floor(cost / LEAST_PART));
  const split = worth < 2 ? undefined : call.split(worth, however);
  if (!split) return undefined;
  const requests = split.stages.map((stage) => ({ stage, inputCount: inputs.length, outputCount: outputs.length }));
  return {
    requests,
    cost,
    rowsBytes: requests.reduce((sum, request) => sum + request.stage.parts.length * rowBytesOf(request), 0),
    workspaceBytes: Math.max(
      split.workspaceBytes ?? 0,
      ...split.stages.map(({ ownWorkspaceBytes = 0 }) => threads * aligned(ownWorkspaceBytes)),
    ),
  };
}

/** Where a bound call has its operands, its workspace and its rows, in bytes. */
interface Places {
  readonly label: string;
  readonly codes: readonly ThreadFunction[];
  readonly rows: number;
  readonly operands: { readonly inputs: readonly number[]; readonly outputs: readonly number[] };
  readonly workspace: number;
}

/** Writes the numbers that each part is called with. */
export function writeRows(
  words: Int32Array,
  { requests, cost }: SharedCall,
  { label, codes, rows, operands, workspace }: Places,
): readonly ReadyStage[] {
  let address = rows;
  return requests.map((request, index) => {
    const { parts, ownWorkspaceBytes = 0 } = request.stage;
    const start = address;
    const rowBytes = rowBytesOf(request);
    for (const { inputs, outputs, args } of parts) {
      const moved = [
        ...operands.inputs.map((operand, index) => operand + (inputs[index] ?? 0)),
        ...operands.outputs.map((operand, index) => operand + (outputs[index] ?? 0)),
      ];
      words.set([...moved, workspace, ...args, aligned(ownWorkspaceBytes)], address / 4);
      address += rowBytes;
    }
    return {
      label,
      code: codes[index] as ThreadFunction,
      rows: start,
      rowBytes,
      count: parts.length,
      cost: cost / requests.length,
    };
  });
}

function rowBytesOf(request: StageRequest): number {
  return 4 * rowWords(request);
}

/** Threads do not share a line of a cache. */
function aligned(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
