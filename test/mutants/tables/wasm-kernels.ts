/** Planted bugs of what the wasm device runs: the kernels that emit code, their mathematics, fusion, and the device itself. */
import { mutantsOf, type Mutant } from '../mutant.ts';

const fused = { test: 'test/src/tape/fuse.test.ts' };
const planned = { test: 'test/src/tape/plan.test.ts' };
const devices = { test: 'test/src/devices/devices.test.ts' };
const memory = { test: 'test/src/devices/wasm-memory.test.ts' };
const gemm = { test: 'test/kernels/gemm/product.test.ts' };
const tile = { test: 'test/kernels/gemm/tile.test.ts' };
const elementwise = { test: 'test/kernels/elementwise-wasm.test.ts' };
const optimizer = { test: 'test/kernels/optimizer-wasm.test.ts' };
const random = { test: 'test/kernels/random-wasm.test.ts' };
const convolution = { test: 'test/kernels/convolution-wasm.test.ts' };
const unaryMath = { test: 'test/src/wasm/math/unary.test.ts' };
const specialValues = { test: 'test/src/wasm/math/special-values.test.ts' };
const pow = { test: 'test/src/wasm/math/pow.test.ts' };
const pool = { test: 'test/kernels/pool-wasm.test.ts' };
const recurrent = { ops: ['lstm', 'gru', 'simpleRnn'] };

// One bug a line.
// prettier-ignore
export const mutants: readonly Mutant[] = [
  ...mutantsOf('kernels/elementwise/chain.ts', { ops: ['add', 'mul', 'where'] }, [
    ['the rest of a row is left out', 'off by one', 'f.if(i32.ltSigned(at, end), () =>', 'f.if(i32.const(0), () =>'],
    ['every input is walked with the strides of the first', 'stride', 'const [size, ...strides] = args.slice(axis * each, (axis + 1) * each);', 'const [size, first] = args.slice(axis * each, (axis + 1) * each); const strides = Array.from({ length: each - 1 }, () => first);'],
    ['the next row is written behind whole vectors', 'stride', 'f.increment(output, end);', 'f.increment(output, wholeEnd);'],
    ['chains with other steps share their code', 'stale buffer', ", steps ${steps.map(Math.sign).join('')}`", '`'],
    ['chains with another order of operands share their code', 'stale buffer', '${name}(${operands.join()})', '${name}', planned],
    ['chains that write other steps share their code', 'stale buffer', ' to ${results.join()}', '', fused],
  ]),
  ...mutantsOf('kernels/elementwise/chain-row.ts', { ops: ['add', 'mul', 'where'] }, [
    ['the third element of a rest is not written', 'off by one', 'f.if(i32.gtSigned(bytes, 8), () => f.storeLane32(address, value, 2, 8));', ''],
    ['the second element of a rest gets the value of the first', 'wrong operand', 'f.storeLane32(address, value, 1, 4)', 'f.storeLane32(address, value, 0, 4)'],
    ['the third element of a rest is not read', 'off by one', 'f.if(i32.gtSigned(bytes, 8), () => f.set(into, v128.load32Lane(address, into, 2, 8)));', ''],
    ['an output gets what stands before its step', 'wrong operand', 'at), values[step]);', 'at), results[chain.inputCount + step - 1]);'],
    ['an operand that is one number is walked along', 'missing broadcast sum', 'if (steps[k] !== 0)', 'if (true)'],
  ]),
  ...mutantsOf('kernels/strided/nest.ts', { ops: ['add', 'mul', 'where'] }, [
    ['a carry does not rewind the pointers', 'stride', 'pointers.forEach((pointer, k) => f.set(pointer, i32.sub(pointer, i32.mul(strides[k], size))));', ''],
  ]),
  ...mutantsOf('kernels/elementwise/lanes.ts', elementwise, [
    ['a difference is taken the other way', 'sign', 'f32x4.sub(a, b)', 'f32x4.sub(b, a)', { ops: ['sub'] }],
    ['a quotient is taken the other way', 'wrong operand', 'f32x4.div(a, b)', 'f32x4.div(b, a)', { ops: ['div'] }],
    ['maximum is minimum', 'comparison', 'f32x4.max(a, b)', 'f32x4.min(a, b)', { ops: ['maximum'] }],
    ['where swaps its branches', 'wrong operand', 'v128.bitselect(b, a, f32x4.eq(c', 'v128.bitselect(a, b, f32x4.eq(c', { ops: ['where'] }],
    ["relu's gradient passes at 0", 'tie', 'v128.and(dy, f32x4.gt(x, f32x4.splat(0)))', 'v128.and(dy, f32x4.ge(x, f32x4.splat(0)))'],
    ['relu takes NaN for a negative number', 'special value', 'v128.andnot(x, f32x4.le(x, f32x4.splat(0)))', 'v128.and(x, f32x4.gt(x, f32x4.splat(0)))'],
    ['less is less or equal', 'comparison', 'f32x4.lt(a, b), one', 'f32x4.le(a, b), one', { ops: ['less'] }],
    ['notEqual is equal', 'comparison', 'f32x4.ne(a, b), one', 'f32x4.eq(a, b), one', { ops: ['notEqual'] }],
    ['a comparison that holds is -NaN', 'wrong value', 'v128.and(f32x4.ge(a, b), one)', 'f32x4.ge(a, b)', { ops: ['greaterEqual'] }],
    ['square doubles', 'wrong value', 'f32x4.mul(x, x)', 'f32x4.add(x, x)', { ops: ['square'] }],
    ['floor rounds up', 'wrong value', 'f32x4.floor(x)', 'f32x4.ceil(x)'],
    ['sign is 1 at 0', 'special value', 'v128.or(f32x4.gt(x, f32x4.splat(0)), f32x4.lt(x, f32x4.splat(0)))', 'f32x4.eq(x, x)', { ops: ['sign'] }],
  ]),
  ...mutantsOf('src/tape/fuse.ts', planned, [
    ['a value inside that a later step reads is not written', 'missing term', '[...(readers.get(output) ?? [])].some((reader) => !members.has(reader))', 'false'],
    ['a value inside that the program returns is not written', 'missing term', 'kept.has(output) || ', ''],
    ['a group that something else reads stays open', 'stale buffer', 'for (const source of sources)\n            close(source);', ''],
    ['a chain is computed last step first', 'wrong operand', '[...first.nodes, ...second.nodes]', '[...second.nodes, ...first.nodes]'],
    ['nodes of other sizes join', 'axis', 'sizeOf(first.shape) !== sizeOf(second.shape)', 'false'],
    ['nodes of one size join, whatever they broadcast', 'axis', 'sameShape(first.shape, second.shape) || second.nodes.every((node) => readsWhole(node, size))', 'true', fused],
    ['two readings of one tensor are one, whatever their shapes', 'axis', ' && sameShape(inputShapes[index] ?? [], read)', ''],
    ['a step reads an input of the chain instead of the step before', 'wrong operand', 'inputs.length + one.part', 'one.part'],
    ['another name of a value inside is read from memory', 'stale buffer', 'internal.get(rootOf(input))', 'internal.get(input)'],
    ['a value that is broadcast is named with the shape of the chain', 'axis', 'tensor.size === size ? shape : tensor.shape', 'shape'],
    ['a chain knows only its first output', 'missing term', 'outputs: results.flatMap((index) => nodes[index]?.outputs[0] ?? [])', 'outputs: results.slice(0, 1).flatMap((index) => nodes[index]?.outputs[0] ?? [])'],
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
    ['arguments are written to the beginning of scratch', 'stride', 'this.#device.heap.floats.set(values, this.#addressOf(ref) / BYTES_PER_ELEMENT);', 'this.#device.heap.floats.set(values, this.#device.residents.scratchAddress / BYTES_PER_ELEMENT);', planned],
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
  ...mutantsOf('kernels/matmul/wasm.ts', { ops: ['matmul', 'affine'] }, [
    ['the bias is left out', 'missing term', 'withBias ? bias : NO_ADDEND', 'NO_ADDEND', { ops: ['affine'] }],
    ['every matrix of a batch is written over the first', 'stride', 'f.increment(c, i32.mul(cStep, rows));', ''],
    ['b is walked with the steps of a', 'stride', 'f.increment(b, bStride);', 'f.increment(b, aStride);'],
    ['a is not rewound', 'stride', 'f.set(a, i32.sub(a, i32.mul(length, aStride)));', ''],
    ['a that is transposed is read by rows', 'transposed', "aDepth === 1 ? 'rows' : 'columns'", "'rows'"],
  ]),
  ...mutantsOf('kernels/gemm/product.ts', gemm, [
    ['later columns get the addend of the first', 'stride', 'f.set(plus, i32.add(addend, i32.mul(j, addendColumn)));', 'f.set(plus, addend);'],
    ['a deeper block overwrites what stands there', 'missing term', 'f.set(plus, at);', ''],
    ['a deeper block reads the first columns of a', 'stride', "kind.a === 'rows' ? i32.shl(p, 2) : i32.mul(p, aStep)", 'i32.const(0)'],
    ['the addend of zeros holds what stood there', 'stale buffer', 'f.fillMemory(workspace, 0, ZEROS_BYTES);', ''],
  ]),
  ...mutantsOf('kernels/gemm/block.ts', gemm, [
    ['every panel gets the addend of the first', 'stride', 'f.set(plus, i32.add(addend, i32.mul(j, addendColumn)));', 'f.set(plus, addend);'],
    ['five columns are taken for half a panel', 'off by one', 'TILE_COLUMNS / 2)', 'TILE_COLUMNS / 2 + 1)'],
    ['later rows get the addend of the first', 'stride', 'f.increment(addend, i32.mul(addendStep, height));', ''],
    ['panels of the first block of rows are gone for the others', 'stale buffer', 'i32.geSigned(blockRows, rows)', 'i32.const(1)'],
    ['the last panel is not packed', 'last batch', 'packTwo();\n                const sums', 'const sums'],
    ['the block behind the first starts a row early', 'off by one', 'f.increment(c, i32.mul(cStep, height));', 'f.increment(c, i32.mul(cStep, i32.sub(height, 1)));'],
  ]),
  ...mutantsOf('kernels/gemm/narrow.ts', { ops: ['affine'] }, [
    ['the last of an odd number of columns is not written', 'off by one', 'f.if(i32.and(columns, 1), () => f.storeLane32(target, sum(v128.load32Zero), 0));', ''],
    ['the bias of later columns is that of the first', 'wrong operand', 'of [source, target, more])', 'of [source, target])'],
    ['the addend of a narrow panel is left out', 'missing term', 'f32x4.add(load(source), load(more))', 'load(source)'],
  ]),
  ...mutantsOf('kernels/gemm/pack.ts', gemm, [
    ['two panels overlap by one', 'stride', 'f.increment(from, 2 * PANEL_STEP);', 'f.increment(from, PANEL_STEP);'],
    ['the second panel repeats a vector', 'wrong operand', 'v128.load(source, 48)', 'v128.load(source, 32)'],
    ['transposed columns are packed four at a time', 'stride', 'i32.shl(rowStep, 3)', 'i32.shl(rowStep, 2)'],
    ['two of the last columns are packed as one', 'off by one', 'f.storeLane64(target, v128.load64Zero(source), 0);', 'f.storeLane32(target, v128.load32Zero(source), 0);'],
  ]),
  ...mutantsOf('kernels/gemm/strip.ts', gemm, [
    ['the rows behind whole tiles get the addend of the first', 'stride', 'f.increment(addend, i32.mul(addendStep, count));', ''],
    ['a row is lost where tiles are split', 'last batch', 'f.set(rest, 3);', 'f.set(rest, 2);'],
    ['the second vector gets the addend of the first', 'wrong operand', 'v128.load(addend, 16 * v)', 'v128.load(addend)'],
    ['a tile starts from the sums of the last', 'stale buffer', 'clearSums(f, sums);', ''],
  ]),
  ...mutantsOf('kernels/gemm/tile.ts', tile, [
    ['products behind whole turns are left out', 'off by one', 'f.if(i32.ne(at, end), () => turnsUntil(end, 1));', '', { ops: ['matmul'] }],
    ['all rows of a column are the first', 'stride', 'reached(streamA, p) + 4 * row', 'reached(streamA, p)'],
    ['both vectors of a panel are the first', 'stride', '16 * (vector % shared)', '0', { ops: ['matmul'] }],
  ]),
  ...mutantsOf('kernels/transpose/wasm.ts', { ops: ['transpose'] }, [
    ['two columns of a tile change places', 'transposed', 'i32x4.shuffle(c, d, [0, 4, 1, 5])', 'i32x4.shuffle(d, c, [0, 4, 1, 5])'],
    ['a strip reads the first columns', 'stride', 'i32.add(from, i32.mul(j, fromStride)));', 'from);'],
    ['every matrix is read from the first', 'stride', '4 * out, 4 * x]', '4 * out, 0]'],
  ]),
  ...mutantsOf('kernels/strided/rows.ts', { ops: ['slice', 'concat', 'reverse'] }, [
    ['the last vector of a row is not copied', 'off by one', 'f.forRest(at, last, 16, () => vector(at));\n            vector(last);', 'f.forRest(at, last, 16, () => vector(at));'],
    ['the odd element of a short row is not copied', 'off by one', 'f.if(single, () => f.store(i32.add(to, pair), f32.load(i32.add(from, pair))));', ''],
    ['vectors are reversed, and the elements in them are not', 'transposed', 'i32x4.shuffle(value, value, [3, 2, 1, 0])', 'value'],
    ['a stepped row forgets what does not fill a turn', 'off by one', 'f.forRest(k, count, 1', 'f.forRest(k, k, 1', { ops: ['transpose', 'slice'] }],
  ]),
  ...mutantsOf('kernels/reduce/rows.ts', { ops: ['sum', 'mean', 'max'] }, [
    ['what does not fill a vector is left out', 'off by one', 'source.rest(at, end, (value) => f.set(total, combine(total, value)));', ''],
    ['totals go on from the row before', 'stale buffer', 'for (const local of [...this.#totals, this.#total])', 'for (const local of [this.#total])'],
    ['half of the last vector is left out', 'missing term', 'combine(last, i32x4.shuffle(last, last, neighbour))', 'last'],
  ]),
  ...mutantsOf('kernels/reduce/columns.ts', { ops: ['sum', 'mean'] }, [
    ['totals of columns go on from the fold before', 'stale buffer', 'f.for(total, totals, i32.sub(end, 15), 16, () => f.store(total, fold.start));', 'f.set(total, i32.and(end, -16));', { test: 'test/kernels/reduce.test.ts' }],
    ['rows beyond the last are folded', 'off by one', 'f.for(row, 0, i32.sub(rows, ROWS - 1), ROWS', 'f.for(row, 0, rows, ROWS'],
    ['rows behind fours are left out', 'last batch', 'f.forRest(row, rows, 1, () => some(1));', ''],
  ]),
  ...mutantsOf('kernels/reduce/fold.ts', { ops: ['mean', 'max'] }, [
    ['a mean is a sum', 'scaled', "name === 'mean' ? f64x2.div(total, divisor) : total", 'total'],
    ['a maximum starts from 0', 'special value', 'start: f32x4.splat(-Infinity)', 'start: f32x4.splat(0)'],
  ]),
  ...mutantsOf('kernels/softmax/row-walk.ts', { ops: ['softmax', 'logSoftmax'] }, [
    ['repeated lanes of a rest count', 'mask', "count === 4 ? value : f.local('v128', v128.and(value, i32x4.const(mask)))", 'value'],
    ['each half of a row has its own maximum', 'wrong value', 'f.set(maximum, f32x4.pmax(maximum, i32x4.shuffle(maximum, maximum, [2, 3, 0, 1])));', ''],
    ['the third element of a rest is not written', 'off by one', 'f.storeLane32(address, value, 2, offset + 8);', '{ }'],
    ['rows begin at whole vectors', 'stride', 'f.increment(row, bytes);', 'f.increment(row, wholeBytes);'],
    ['the upper half of each vector is not added', 'missing term', 'if (count <= 2)', 'if (count <= 4)'],
  ]),
  ...mutantsOf('kernels/softmax/wasm.ts', { ops: ['softmax', 'logSoftmax'] }, [
    ['logSoftmax forgets the maximum', 'missing term', 'f32x4.sub(f32x4.sub(span.load(x), maximum), logarithm)', 'f32x4.sub(span.load(x), logarithm)'],
    ["softmax's gradient adds the mean", 'sign', 'f32x4.sub(span.load(dy), dot)', 'f32x4.add(span.load(dy), dot)'],
    ['the largest term counts twice', 'wrong value', 'f64.sub(sum.total(), 1)', 'sum.total()'],
  ]),
  ...mutantsOf('kernels/cross-entropy/wasm.ts', { ops: ['softmaxCrossEntropy'] }, [
    ['the gradient takes the targets for a distribution', 'missing term', 'f32x4.mul(probability, weight)', 'probability', { test: 'test/kernels/cross-entropy-wasm.test.ts' }],
    ['every row has the gradient of the first loss', 'stride', 'scalars: [dLoss]', 'scalars: []'],
    ['every loss is written over the first', 'stride', 'scalars: [loss]', 'scalars: []'],
  ]),
  ...mutantsOf('kernels/gather/wasm.ts', { ops: ['gather', 'oneHot'] }, [
    ['every outer row is picked from the first', 'stride', 'f.increment(x, table);', ''],
    ['oneHot is transposed', 'transposed', 'i32.add(i32.mul(position, depth), index)', 'i32.add(i32.mul(index, count), position)'],
    ['oneHot keeps what stood in its output', 'stale buffer', 'f.call(fillRow(module), out, i32.shl(i32.mul(count, depth), 2), 0);', ''],
    ['rows of one element are taken for rows of any length', 'stride', 'i32.mul(index, bytes)', 'i32.shl(index, 2)'],
  ]),
  ...mutantsOf('kernels/pad/wasm.ts', { ops: ['pad'] }, [
    ['every row repeats the first', 'stride', 'f.increment(x, size);', ''],
    ['the padding behind is as long as that before', 'padding', 'fill(after);', 'fill(before);'],
    ['the padding is always zeros', 'wrong value', 'new Int32Array(Float32Array.of(value).buffer)[0]', '0'],
  ]),
  ...mutantsOf('kernels/concat/wasm.ts', { ops: ['concat'] }, [
    ['every input is written to the beginning', 'stride', 'f.set(out, i32.add(out, bytes));', ''],
    ['rows are as long as those of the first input', 'stride', '4 * total', '4 * lengths[0]'],
  ]),
  ...mutantsOf('kernels/optimizer/wasm.ts', optimizer, [
    ['Adam exchanges its moments', 'state', '[next, first, second,', '[next, second, first,'],
    ['what does not fill a vector keeps its weights', 'off by one', 'f.forRest(at, end, 4', 'f.forRest(at, wholeEnd, 4'],
    ['AMSGrad forgets the largest moment', 'state', 'f32x4.max(h, second)', 'second'],
    ["Nesterov's step is the velocity", 'missing term', 'nesterov ? f32x4.sub(f32x4.mul(factor, velocity), step) : velocity', 'velocity'],
    ['epsilon stands under the root', 'wrong value', 'f32x4.add(f32x4.sqrt(scale), f32x4.splat(epsilon))', 'f32x4.sqrt(f32x4.add(scale, f32x4.splat(epsilon)))'],
    ['the variance is centered with the mean itself', 'variance', 'f64x2.mul(mean, mean)', 'mean'],
    ['rates are left out of the name of the code', 'stale buffer', 'adam ${beta1} ${beta2} ${epsilon}', 'adam'],
  ]),
  ...mutantsOf('kernels/random/wasm-threefry.ts', random, [
    ['a key word is injected twice', 'random key', '(injection + 1) % 3', 'injection % 3'],
    ['the same four blocks are drawn again and again', 'random key', 'f.set(block, i32x4.add(block, i32x4.splat(4)));', ''],
    ['the rest repeats its first element', 'off by one', '[1, 2, 3, 3]', '[0, 1, 2, 3]'],
    ['one rotation differs', 'random key', '[13, 15, 26, 6, 17, 29, 16, 24]', '[13, 15, 26, 6, 17, 29, 16, 23]'],
  ]),
  ...mutantsOf('kernels/random/wasm.ts', random, [
    ['the rate of dropout is rounded down', 'off by one', 'Math.ceil(rate / UNIT)', 'Math.floor(rate / UNIT)'],
    ['sine and cosine change places', 'wrong operand', 'i32x4.shuffle(placed(cos), placed(sin)', 'i32x4.shuffle(placed(sin), placed(cos)'],
    ['what is kept is not scaled', 'scaled', 'Float32Array.of(1 / (1 - rate))', 'Float32Array.of(1)'],
  ]),
  ...mutantsOf('kernels/lstm/wasm.ts', { ops: ['lstm'] }, [
    ['the candidate is read from the output gate', 'gate order', 'tanh(f, load(gate[2]))', 'tanh(f, load(gate[3]))'],
    ['nothing is forgotten', 'missing term', 'f32x4.mul(forgetGate, load(cell))', 'load(cell)'],
    ['the cells of a step are not kept', 'stale buffer', 'store(cells, newCell);', ''],
    ['gates of a masked step stay', 'mask', 'f.fillMemory(gate, 0, gateBytes);', '', { test: 'test/kernels/lstm-wasm.test.ts' }],
    ['the cells of a masked step are not kept', 'mask', 'f.call(copyRow(module), cellsRow, cellRow, unitBytes);', ''],
    ['the bias is left out', 'missing term', 'given.bias ? input(3) : undefined', 'undefined'],
    ['code with and without a mask is one', 'mask', 'lstm${namesOf({ bias, mask, ', 'lstm${namesOf({ bias, '],
    ['the initial cell is the initial hidden state', 'state', 'f.copyMemory(cell, input(5), stateBytes);', 'f.copyMemory(cell, input(4), stateBytes);'],
  ]),
  ...mutantsOf('kernels/lstm/wasm-grad-row.ts', { ops: ['lstm'] }, [
    ['the forget gate meets its own cells', 'state', 'load(previousCells)', 'load(cells)'],
    ['the gradient of the state is not cleared', 'stale buffer', 'store(dHidden, v128.zero());', ''],
    ['the gradient of later cells is left out', 'missing term', 'f32x4.add(load(dCell), throughHidden)', 'throughHidden'],
    ["the candidate's slope is the sigmoid's", 'wrong value', 'f32x4.sub(one, f32x4.mul(candidate, candidate))', 'slope(candidate)'],
    ['input and forget gate change places', 'gate order', 'store(dGate[1],', 'store(dGate[2],'],
  ]),
  ...mutantsOf('kernels/lstm/grad-wasm.ts', { ops: ['lstm'] }, [
    ['the gradient of the last cell is left out', 'missing term', 'given.dLastCell ? input(16) : undefined', 'undefined'],
    ['backwards the step before is the step after', 'state', 'i32.select(numbers.goBackwards, i32.add(time, 1), i32.sub(time, 1))', 'i32.sub(time, 1)'],
    ['the first step starts from the cell of the step before', 'state', 'f.if(i32.eqz(step), () => f.set(previousCells, i32.add(input(5), i32.mul(sample, unitBytes))));', ''],
    ['a masked step has the gradient that stood there', 'mask', 'f.fillMemory(dGateRow, 0, gateBytes);', ''],
  ]),
  ...mutantsOf('kernels/gru/wasm-row.ts', { ops: ['gru'] }, [
    ['the reset gate is left out', 'missing term', 'f32x4.mul(reset, load(inner))', 'load(inner)'],
    ['without resetAfter the reset gate is left out', 'missing term', 'f32x4.mul(reset, load(state))', 'load(state)'],
    ['reset and update change places', 'gate order', 'const update = f.local(\'v128\', sigmoid(f, load(gate[0])));', 'const update = reset;'],
  ]),
  ...mutantsOf('kernels/gru/wasm-grad-row.ts', { ops: ['gru'] }, [
    ["the update's gradient adds the candidate", 'sign', 'f32x4.sub(load(previousHidden), candidate)', 'f32x4.add(load(previousHidden), candidate)'],
    ["the inner product's gradient passes the reset gate by", 'missing term', 'store(dInner, f32x4.mul(dCandidate, reset))', 'store(dInner, dCandidate)'],
    ['the dropout of the state is left out', 'mask', "withDropout ? f.local('v128', f32x4.mul(masked, load(dropout))) : masked", 'masked'],
  ]),
  ...mutantsOf('kernels/gru/wasm-parts.ts', { ops: ['gru'] }, [
    ['the candidate takes the columns of the reset gate', 'gate order', 'i32.shl(unitBytes, 1)', 'unitBytes'],
    ['the candidate takes the mask of the first group', 'mask', 'i32.sub(hiddenGroups, 1)', '0'],
  ]),
  ...mutantsOf('kernels/recurrent/wasm-row.ts', recurrent, [
    ['the third unit of a rest is not written', 'off by one', '() => f.storeLane32(to, value, 2, 8)', '() => { }'],
    ['units behind whole vectors are left out', 'off by one', 'f.if(rest, () => body(restLanes(f, at, rest)));', ''],
    ['a masked output passes no gradient', 'mask', 'f.if(i32.eqz(zeroOutputForMask), () => f.call(addRow(module), dHiddenRow, dSequenceRow, unitBytes));', ''],
  ]),
  ...mutantsOf('kernels/recurrent/wasm-sums.ts', recurrent, [
    ['rows behind whole runs are not summed', 'last batch', 'i32.and(left, RUN - 1)', '0'],
    ['every run is the first', 'stride', 'f.increment(source, i32.mul(stride, RUN));', '', { test: 'test/kernels/lstm-wasm.test.ts' }],
    ['sums go on from what stood there', 'stale buffer', 'f.fillMemory(out, 0, bytes);', ''],
  ]),
  ...mutantsOf('kernels/recurrent/wasm-steps.ts', recurrent, [
    ['going backwards starts at the first step', 'state', 'i32.sub(i32.sub(steps, 1), step)', 'step'],
    ['a sample has the rows of the one before', 'stride', 'i32.add(i32.mul(sample, steps), step)', 'i32.add(sample, step)'],
    ['masked steps are those with 1', 'mask', 'f32.eq(f32.load(', 'f32.ne(f32.load('],
  ]),
  ...mutantsOf('kernels/recurrent/wasm-dropout.ts', recurrent, [
    ['every sample has the mask of the first', 'mask', 'f.increment(mask, maskStride);', ''],
    ['a masked product overwrites what it adds to', 'missing term', 'accumulate ? f32x4.add(load(target), masked) : masked', 'masked'],
  ]),
  ...mutantsOf('kernels/recurrent/wasm-input.ts', recurrent, [
    ['every group has the bias of the first', 'groups', 'i32.add(bias, column)', 'bias'],
    ['every group is written over the first', 'groups', 'i32.add(gates, column)', 'gates'],
    ['the last group has all of the gradient', 'groups', 'accumulate: true', 'accumulate: false'],
  ]),
  ...mutantsOf('kernels/recurrent/wasm-history.ts', recurrent, [
    ['every step starts from the initial state', 'state', 'if (mask === undefined)\n                f.set(source, output);', 'if (mask === undefined)\n                f.set(source, source);'],
    ['a masked step hands on its output', 'mask', '), 0), () => f.set(source, output));', '), 2), () => f.set(source, output));', { ops: ['lstm', 'gru'] }],
  ]),
  ...mutantsOf('kernels/recurrent/wasm-hidden.ts', recurrent, [
    ['the gradient of the state is that of one step', 'missing term', 'o.dropout === undefined ? { at: step.dHidden, stride: o.unitBytes } : undefined', 'undefined'],
    ['the state misses its mask', 'mask', 'left: o.dropout === undefined ? step.hidden : o.maskedHidden', 'left: step.hidden'],
    ['every group has the first mask', 'groups', 'i32.add(o.dropout, i32.mul(group, o.unitBytes))', 'o.dropout'],
    ['packed weights of every group lie on the first', 'groups', 'f.increment(packed, all.packedStride);', ''],
  ]),
  ...mutantsOf('kernels/recurrent/wasm-weights.ts', recurrent, [
    ['the gradient of the weights misses the mask', 'mask', 'o.dropout === undefined ? o.source : o.maskedSource', 'o.source'],
    ['the gradient of the weights has the mask of the first group', 'groups', 'i32.add(o.dropout, i32.mul(part.group, bytes))', 'o.dropout'],
  ]),
  ...mutantsOf('kernels/conv2d/correlation-wasm.ts', { ops: ['conv2d', 'conv1d'] }, [
    ['every group has the bias of the first', 'groups', 'f.increment(from, 4 * targetChannels);', ''],
    ['the frame of zeros is not cleared', 'padding', 'f.fillMemory(frames, 0, imagesAtOnce * images.frameBytes);', '{ }'],
    ['every group has the filters of the first', 'groups', 'f.increment(groupFrom, filters.groupBytes);', ''],
    ['images are written over the first ones', 'stride', 'f.increment(target, imagesAtOnce * targetImageBytes);', ''],
    ['the last images are as many as all others', 'last batch', 'f.set(count, smaller(i32.sub(batch, image), imagesAtOnce));', 'f.set(count, imagesAtOnce);'],
    ['the last tile is filled up with pixels of before', 'stale buffer', 'this.#fillLastTile(table, pixels);', ''],
    ['the bias is left out', 'missing term', 'f.copyMemory(to, from, 4 * targetChannels);', ''],
  ]),
  ...mutantsOf('kernels/conv2d/correlation-layout.ts', { ops: ['conv2d', 'conv1d'] }, [
    ['taps lie side by side, whatever the dilation', 'dilation', 'tap % columns === 0 || x === taps[tap - 1].x + 1', 'true'],
    ['pixels lie side by side, whatever the stride', 'stride', 'sourceStepX * pixelBytes]', 'pixelBytes]'],
    ['the frame has no lines behind the last', 'padding', 'Math.max(0, ...reaches.map(([, last]) => last - (size - 1)))', '0'],
    ['the taps of the gradient keep their order', 'transposed', 'taps.map(({ filter }) => filter)', 'taps.map((_, tap) => tap)'],
  ]),
  ...mutantsOf('kernels/conv2d/filter-grad-wasm.ts', { ops: ['conv2d', 'conv1d'] }, [
    ['every image is the first', 'stride', 'f.increment(source, imagesAtOnce * images.imageBytes);', '', convolution],
    ['sums go on from what stood there', 'stale buffer', 'f.fillMemory(this.#at(sumsAt), 0, groups * panels * sumsBytes);', ''],
    ['what does not fill a part of a line is left out', 'last batch', 'if (columns % columnsAtOnce > 0)', 'if (false)', convolution],
    ['every group sees the channels of the first', 'groups', 'f.increment(source, sourceGroupBytes);', ''],
    ['the last tile adds to its last row', 'stale buffer', 'i32.const(sumsBytes - PANEL_STEP)', 'i32.load(i32.sub(end, ROW_ENTRY_BYTES - 4))'],
  ]),
  ...mutantsOf('kernels/conv2d/sweep.ts', { ops: ['conv2d'] }, [
    ['the last of an odd number of channels is not written', 'off by one', 'if (count % 2 === 1)', 'if (false)'],
    ['the second vector has the bias of the first', 'wrong operand', '[0, 16].map(', '[0, 0].map(', convolution],
    ['the next run starts at the end of the one before', 'dilation', 'f.increment(pointer, offset - reached)', 'f.increment(pointer, 0)'],
    ['a tile starts from the sums of the last', 'stale buffer', 'clearSums(f, sums);', ''],
  ]),
  ...mutantsOf('kernels/conv2d/images.ts', { ops: ['conv2d'] }, [
    ['images stand at the left edge of their frames', 'padding', 'top * frameLineBytes + left * framePixelBytes', 'top * frameLineBytes'],
    ['every line of the grid is the first', 'stride', 'f.increment(lineFrom, fromLine);', ''],
  ]),
  ...mutantsOf('kernels/window-wasm.ts', { ops: ['depthwiseConv2d', 'avgPool2d'] }, [
    ['the third channel is not written', 'off by one', 'f.storeLane32(address, vector, 2, offset + 2 * ELEMENT);', '{ }'],
    ['the last vector of a pixel reaches beyond it', 'off by one', 'if (channels % 4 !== 0)', 'if (false)'],
    ['the last tile is left out', 'last batch', 'f.brIf(exit, i32.leSigned(count, 0));', 'f.brIf(exit, i32.ltSigned(count, tile));', { test: 'test/kernels/depthwise-wasm.test.ts' }],
  ]),
  ...mutantsOf('kernels/depthwise/wasm.ts', { ops: ['depthwiseConv2d'] }, [
    ['every image is the first', 'stride', 'f.increment(x, image * ELEMENT);', ''],
    ['channels are not repeated', 'groups', 'emitRepeat(f, x, workspace, image, multiplier);', '{ }'],
    ['the bias is the first filter', 'wrong operand', 'hasBias ? bias : filters', 'filters'],
  ]),
  ...mutantsOf('kernels/depthwise/pass-wasm.ts', { ops: ['depthwiseConv2d'] }, [
    ['pixels left over from a vector are not computed', 'last batch', 'if (count % pixels !== 0)', 'if (false)'],
    ['taps lie side by side, whatever the dilation', 'dilation', 'sourceTap: columns.sourceTapStep * sourcePixel', 'sourceTap: sourcePixel'],
    ['a cut window starts at the first filter', 'padding', 'const firstFilter = firstTap * pass.kernelWidth * pixelBytes;', 'const firstFilter = 0;'],
  ]),
  ...mutantsOf('kernels/pool/average-wasm.ts', { ops: ['avgPool2d'] }, [
    ['the mean is a sum', 'scaled', 'f32x4.div(total, cells)', 'total'],
    ['the mean is over one row of the window', 'padding', 'i32.mul(rowTaps, tapCount)', 'rowTaps'],
    ['every image is written over the first', 'stride', 'f.increment(y, rows.outputSize * columns.outputSize * channels * ELEMENT);', ''],
    ['the gradient is shared by all cells of a whole window', 'padding', 'f.call(divide, from, to, bytes, rowTaps * taps);', 'f.call(divide, from, to, bytes, rows.kernelSize * columns.kernelSize);'],
  ]),
  ...mutantsOf('kernels/pool/max-wasm.ts', pool, [
    ['the last of equal maxima is picked', 'tie', 'f32x4.lt(best, value)', 'f32x4.le(best, value)'],
    ['places are counted from the first channel', 'stride', 'i32.add(index, i32.shrUnsigned(at, 2))', 'index'],
    ['NaN loses against a number', 'special value', 'v128.andnot(f32x4.eq(best, best), f32x4.le(value, best))', 'f32x4.lt(best, value)'],
    ['a window keeps the first value of each row', 'wrong value', 'f.set(best, f32x4.pmax(best, value));', 'f.set(best, f32x4.pmin(best, value));', { ops: ['maxPool2d'] }],
  ]),
  ...mutantsOf('kernels/pool/pick-wasm.ts', { ops: ['maxPool2d'] }, [
    ['the gradient keeps what stood there', 'stale buffer', 'f.fillMemory(dx, 0, imageBytes);', ''],
    ['windows that overlap overwrite each other', 'missing term', 'f32.add(f32.load(cell), f32.load(dy, offset))', 'f32.load(dy, offset)'],
    ['every image is the first', 'stride', 'f.increment(dx, imageBytes);', ''],
    ['places behind fours are left out', 'last batch', 'f.forRest(at, picked, 1', 'f.forRest(at, i32.and(picked, -4), 1'],
  ]),
  ...mutantsOf('kernels/pool/strips-wasm.ts', { ops: ['maxPool2d', 'avgPool2d'] }, [
    ['a line starts at the first target', 'padding', 'i32.add(target, run.first * pixel)', 'target'],
    ['target lines lie side by side', 'stride', 'f.increment(targetAt, rows.step * targetWidth * pixel);', 'f.increment(targetAt, pixel);'],
    ['taps lie side by side, whatever the dilation', 'dilation', 'tap: columns.sourceTapStep * pixel', 'tap: pixel'],
  ]),
  ...mutantsOf('kernels/batchnorm/wasm.ts', { ops: ['batchNormTraining', 'batchNormInference'] }, [
    ['beta is left out', 'missing term', 'present[2] ? doubleOf(inputs[2], channel) : f64.const(0)', 'f64.const(0)'],
    ['gamma is left out', 'missing term', "present[1] ? f.local('f64', f64.mul(inverse, doubleOf(inputs[1], channel))) : inverse", 'inverse'],
    ['the variance has one row less', 'variance', 'f64.max(f64.convertI32Signed(sizes.rowCount), 1)', 'f64.max(f64.sub(f64.convertI32Signed(sizes.rowCount), 1), 1)'],
    ['columns of a channel do not vary among each other', 'variance', 'f64.add(f64.load(doubles, SECOND), between)', 'f64.load(doubles, SECOND)'],
  ]),
  ...mutantsOf('kernels/batchnorm/wasm-moments.ts', { ops: ['batchNormTraining'] }, [
    ['blocks do not vary among each other', 'variance', 'f64x2.add(inside, between)', 'inside', { test: 'test/kernels/batchnorm-wasm.test.ts' }],
    ['a block does not join the mean', 'missing term', 'f64x2.add(mean, f64x2.mul(change, share))', 'mean'],
    ['what is left of the rows has no spread', 'variance', 'f64.add(f64.load(double, SECOND), spread)', 'f64.load(double, SECOND)'],
  ]),
  ...mutantsOf('kernels/batchnorm/grad-wasm.ts', { ops: ['batchNormTraining', 'batchNormInference'] }, [
    ['the mean of the gradient is not taken off', 'missing term', 'f32x4.sub(load(i32.add(place, toDy)), mean)', 'load(i32.add(place, toDy))'],
    ['the sums of a block are added twice', 'stale buffer', 'closeBlock(f, record);\n    });\n}', '});\n}'],
    ['the rest of the rows gives no gradient of gamma', 'last batch', 'walkRest(f, sizes, place, add);', ''],
  ]),
  ...mutantsOf('src/wasm/math/exp.ts', unaryMath, [
    ['the last coefficient of e^x is left out', 'missing term', ', 0.001403394853696227]', ']'],
    ['ln 2 has no lower part', 'missing term', 'f32x4.sub(high, f32x4.mul(n, f32x4.splat(LN2_LOW)))', 'high'],
    ['e^x stops at 88', 'special value', 'f32x4.splat(89)', 'f32x4.splat(88)', specialValues],
    ['e^x of subnormal size is rounded twice', 'special value', 'i32x4.shrSigned(n, 1)', 'i32x4.splat(0)'],
  ]),
  ...mutantsOf('src/wasm/math/log.ts', unaryMath, [
    ['the exponent of a subnormal number is not corrected', 'special value', 'i32x4.splat(-23)', 'i32x4.splat(-22)'],
    ['ln 0 is finite', 'special value', 'v128.bitselect(f32x4.splat(-Infinity), f32x4.sqrt(x), f32x4.eq(x, f32x4.splat(0)))', 'f32x4.sqrt(x)', specialValues],
  ]),
  ...mutantsOf('src/wasm/math/log1p.ts', unaryMath, [
    ['what 1 + x loses is lost', 'missing term', 'f32x4.add(near, f32x4.mul(lost, i32x4.shl(exponent, 23)))', 'near'],
    ['softplus forgets the linear part', 'missing term', 'f32x4.pmax(x, f32x4.splat(0))', 'f32x4.splat(0)'],
  ]),
  ...mutantsOf('src/wasm/math/tanh.ts', unaryMath, [
    ['tanh is even', 'sign', 'v128.or(f32x4.abs(size), v128.and(x, sign))', 'f32x4.abs(size)'],
  ]),
  ...mutantsOf('src/wasm/math/sigmoid.ts', unaryMath, [
    ['sigmoid is mirrored', 'sign', 'f32x4.gt(x, f32x4.splat(0))', 'f32x4.lt(x, f32x4.splat(0))'],
  ]),
  ...mutantsOf('src/wasm/math/erf.ts', unaryMath, [
    ['erf is even', 'sign', 'v128.or(result, v128.and(x, i32x4.splat(0x80000000 | 0)))', 'result'],
    ['the border between both approximations is elsewhere', 'wrong value', 'const BORDER = 0.875', 'const BORDER = 1.25'],
  ]),
  ...mutantsOf('src/wasm/math/sine.ts', unaryMath, [
    ['odd quadrants are even', 'wrong value', 'v128.bitselect(cosine, sine, odd)', 'sine'],
    ['large angles are reduced like small ones', 'special value', 'const LARGE = 2 ** 20', 'const LARGE = 2 ** 40'],
    ['digits of 2/pi start one word late', 'wrong value', 'i32.geSigned(from, 64)', 'i32.geSigned(from, 65)'],
  ]),
  ...mutantsOf('src/wasm/math/pow.ts', pow, [
    ['an odd power of a negative number is positive', 'sign', 'v128.and(v128.and(odd, x), i32x4.splat(0x80000000 | 0))', 'i32x4.splat(0)'],
    ['a power of 0 is not 1', 'special value', 'v128.or(oneSized, f32x4.eq(y, zero))', 'oneSized'],
    ['the last coefficient of the logarithm is left out', 'missing term', ', 0.340745215914486]', ']'],
  ]),
];
