/** Planted bugs of the kernels of products, sums, elements and their movement, as WebAssembly. */
import { mutantsOf, type Mutant } from '../mutant.ts';

const fused = { test: 'test/src/tape/fuse.test.ts' };
const reduced = { test: 'test/kernels/reduced-chain.test.ts' };
const planned = { test: 'test/src/tape/plan.test.ts' };
const gemm = { test: 'test/kernels/gemm/product.test.ts' };
const tile = { test: 'test/kernels/gemm/tile.test.ts' };
const elementwise = { test: 'test/kernels/elementwise-wasm.test.ts' };

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
  ...mutantsOf('kernels/elementwise/reduced-chain.ts', reduced, [
    ['another part is folded', 'wrong operand', 'row.four(at, offset)[folded]', 'row.four(at, offset)[0]'],
    ['the third element of a rest is not folded', 'off by one', 'f.if(i32.gtSigned(bytes, 8), () => take(widenOne(fold, i32x4.shuffle(value, value, [2, 2, 2, 2]))));', ''],
    ['totals go on from the row before', 'stale buffer', 'totals.clear();', ''],
    ['results of the chain stay in their first row', 'stride', 'f.increment(result, rowBytes)', 'f.increment(result, 0)'],
    ['chains with another reduction share their code', 'stale buffer', ', ${fold.name} of ${folded}', '', fused],
  ]),
  ...mutantsOf('kernels/elementwise/fused.ts', reduced, [
    ['an axis is split where rows end inside of it', 'axis', 'elements === row', 'elements >= row'],
  ]),
  ...mutantsOf('kernels/elementwise/broadcast.ts', reduced, [
    ['a row that an input repeats inside is walked on', 'missing broadcast sum', 'inside.sizes.length > 0', 'false'],
  ]),
  ...mutantsOf('kernels/reduce/fold.ts', reduced, [
    ['the upper half of a vector is the lower one', 'missing term', 'i32x4.shuffle(floats, floats, [2, 3, 2, 3])', 'floats'],
  ]),
  ...mutantsOf('kernels/activated.ts', fused, [
    ['the host forgets the activation', 'missing term', 'activation.cpu(outputs.slice(0, 1), outputs.slice(0, 1), geometry.activation);', ''],
  ]),
  ...mutantsOf('kernels/conv2d/correlation-wasm.ts', fused, [
    ['convolutions with and without an activation share their code', 'stale buffer', '` then ${activation.name}`', "''"],
  ]),
  ...mutantsOf('kernels/conv2d/sweep.ts', fused, [
    ['sums are stored without the activation', 'missing term', 'if (activation)', 'if (false)'],
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
  ...mutantsOf('kernels/matmul/wasm.ts', { ops: ['matmul', 'affine'] }, [
    ['the bias is left out', 'missing term', 'withBias ? bias : NO_ADDEND', 'NO_ADDEND', { ops: ['affine'] }],
    ['every matrix of a batch is written over the first', 'stride', 'f.increment(c, i32.mul(cRows, rows));', ''],
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
];
