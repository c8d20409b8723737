/** Planted bugs of the wasm device: its memory, its programs, and the fusion of chains for it. */
import { mutantsOf, type Mutant } from '../mutant.ts';

const fused = { test: 'test/src/tape/fuse.test.ts' };
const planned = { test: 'test/src/tape/plan.test.ts' };
const devices = { test: 'test/src/devices/devices.test.ts' };
const memory = { test: 'test/src/devices/wasm-memory.test.ts' };
const parts = { test: 'test/src/devices/threads/parts.test.ts' };
const largeParts = { test: 'test/src/devices/threads/worthwhile-parts.test.ts' };
const threads = { test: 'test/src/devices/threads/threads.test.ts' };

// One bug a line.
// prettier-ignore
export const mutants: readonly Mutant[] = [
  ...mutantsOf('src/tape/fuse.ts', planned, [
    ['a group that something else reads stays open', 'stale buffer', 'for (const source of sources)\n            close(source);', ''],
    ['a chain is computed last step first', 'wrong operand', '[...first.nodes, ...second.nodes]', '[...second.nodes, ...first.nodes]'],
    ['nodes of other sizes join', 'axis', 'sizeOf(first.shape) !== sizeOf(second.shape)', 'false'],
    ['nodes of one size join, whatever they broadcast', 'axis', 'sameShape(first.shape, second.shape) || second.nodes.every((node) => readsWhole(node, size))', 'true', fused],
    ['a group goes on behind its reduction', 'stale buffer', 'forget(source);\n', '\n', fused],
    ['sums that the program returns are not stored', 'missing term', 'kept.has(between) ||', '', fused],
    ['sums that another step reads are not stored', 'missing term', ' && others.length === 0', '', fused],
  ]),
  ...mutantsOf('src/tape/fused-node.ts', planned, [
    ['a value inside that a later step reads is not written', 'missing term', '[...(readers.get(output) ?? [])].some((reader) => !inside.has(reader))', 'false'],
    ['a value inside that the program returns is not written', 'missing term', 'kept.has(output) || ', ''],
    ['two readings of one tensor are one, whatever their shapes', 'axis', ' && sameShape(inputShapes[index] ?? [], read)', ''],
    ['a step reads an input of the chain instead of the step before', 'wrong operand', 'inputs.length + one.part', 'one.part'],
    ['another name of a value inside is read from memory', 'stale buffer', 'internal.get(rootOf(input))', 'internal.get(input)'],
    ['a value that is broadcast is named with the shape of the chain', 'axis', 'tensor.size === size ? shape : tensor.shape', 'shape'],
    ['a chain knows only its first output', 'missing term', 'outputs: results.flatMap((index) => nodes[index]?.outputs[0] ?? [])', 'outputs: results.slice(0, 1).flatMap((index) => nodes[index]?.outputs[0] ?? [])'],
    ['the reduction folds the first value of the chain', 'wrong operand', 'group.nodes.findIndex((node) => node.outputs[0] === surroundings.rootOf(input))', '0', fused],
    ['the result of a reduction stands before those of its chain', 'wrong operand', '[...outputs, result]', '[result, ...outputs]', fused],
  ]),
  ...mutantsOf('src/devices/wasm-residents.ts', memory, [
    ['what must go is not written back', 'state', 'resident.writeBack();', ''],
    ['a value that went passes for the newest', 'state', 'this.version = -1;', ''],
    ['what went keeps its old addresses in programs', 'stale buffer', 'this.#free(resident);\n        this.layout++;', 'this.#free(resident);'],
    ['programs keep the addresses of scratch that moved', 'stale buffer', 'this.#scratchBytes = 0;\n            this.layout++;', 'this.#scratchBytes = 0;', devices],
    ['a constant gets a place and no values', 'stale buffer', 'resident.placed();', '', devices],
    ['the values of a variable are a view', 'stale buffer', 'this.#heap.floats.slice(this.#start', 'this.#heap.floats.subarray(this.#start', devices],
    ['the running program has to go, too', 'stale buffer', '.filter((resident) => !needed.has(resident))', ''],
    ['a read does not wait for the runs before it', 'state', 'return queue.busy ? queue.enqueue(() => this.#values()) : Promise.resolve(this.#values());', 'return Promise.resolve(this.#values());', devices],
    ['sizes are rounded down to vectors', 'stale buffer', 'Math.ceil(bytes / 16) * 16', 'Math.floor(bytes / 16) * 16', { ops: ['add'] }],
    ['an assignment of the host does not reach the memory', 'state', 'this.#heap.floats.set(value instanceof Tensor ? value.data : value, this.#start);', '', devices],
    ['memory that is used is given free twice', 'stale buffer', 'resident.address = undefined;\n', '\n'],
  ]),
  ...mutantsOf('src/devices/wasm-executable.ts', memory, [
    ['the workspace lies on the buffers', 'stale buffer', 'this.#workspaceOffset = alignedBytes(plan.scratchSize * BYTES_PER_ELEMENT);', 'this.#workspaceOffset = 0;', { ops: ['matmul', 'conv2d'] }],
    ['the last element of a variable is not written', 'last batch', 'start, start + variable.size);', 'start, start + variable.size - 1);', planned],
    ['a result is a view of scratch', 'stale buffer', 'return floats.slice(start, start + sizeOfRef(ref));', 'return floats.subarray(start, start + sizeOfRef(ref));', planned],
    ['arguments are written to the beginning of scratch', 'stride', 'floats.set(values, this.#addressOf(ref) / BYTES_PER_ELEMENT);', 'floats.set(values, this.#device.residents.scratchAddress / BYTES_PER_ELEMENT);', planned],
  ]),
  ...mutantsOf('src/devices/wasm-device.ts', memory, [
    ['the workspace of an eager op lies on its operands', 'stale buffer', 'scratchAddress + workspaceAt', 'scratchAddress', { ops: ['matmul', 'conv2d'] }],
    ['operands of an eager op overlap', 'stale buffer', 'next += size;', 'next += 16;', { ops: ['add'] }],
  ]),
  ...mutantsOf('src/devices/wasm-code.ts', { ops: ['concat'] }, [
    ['kernels of other numbers of inputs share their code', 'stale buffer', '${call.code}/${inputCount}/', '${call.code}/'],
  ]),
  ...mutantsOf('src/devices/wasm-heap.ts', memory, [
    ['a view of the memory is kept', 'stale buffer', 'if (this.#floats.buffer !== this.memory.buffer)', 'if (false)'],
    ['the memory grows by a page too few', 'off by one', 'Math.ceil((this.#space.size - this.byteLength) / PAGE)', 'Math.floor((this.#space.size - this.byteLength) / PAGE)'],
  ]),
  ...mutantsOf('kernels/split.ts', parts, [
    ['ranges leave out the last position', 'off by one', 'const end = Math.min(length, ', 'const end = Math.min(length - 1, '],
    ['all parts read what the first one reads', 'stride', 'inputs: bytesFrom(start, elements.inputs)', 'inputs: []'],
    ['all parts write where the first one writes', 'stride', 'outputs: bytesFrom(start, elements.outputs)', 'outputs: []'],
  ]),
  ...mutantsOf('kernels/matmul/wasm.ts', largeParts, [
    ['parts of columns read the first columns of b', 'stride', 'inputs: [aRow * i, bColumn * j, j].map(bytesOf)', 'inputs: [aRow * i, 0, j].map(bytesOf)'],
    ['parts of columns add the first of the bias', 'stride', 'inputs: [aRow * i, bColumn * j, j].map(bytesOf)', 'inputs: [aRow * i, bColumn * j, 0].map(bytesOf)'],
  ]),
  ...mutantsOf('src/devices/threads/shared-call.ts', parts, [
    ['threads share one workspace', 'stale buffer', 'workspace, ...args, aligned(ownWorkspaceBytes)]', 'workspace, ...args, 0]', largeParts],
    ['rows lie on each other', 'stride', 'address += rowBytes;', 'address += 4;'],
  ]),
  ...mutantsOf('src/devices/threads/keeper.ts', threads, [
    ['an end is told twice', 'wrong value', 'if (team.isEndTold)', 'if (false)'],
    ['nobody hears of an end', 'missing term', 'if (team.isEndTold)', 'if (true)'],
  ]),
];
