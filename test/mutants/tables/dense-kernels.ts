/** Planted bugs of the kernels of products, sums, elements and their movement. */
import { mutantsOf, type Mutant } from '../mutant.ts';

const recurrent = { ops: ['lstm', 'gru', 'simpleRnn'] };

// One bug a line.
// prettier-ignore
export const mutants: readonly Mutant[] = [
  ...mutantsOf('kernels/matmul/cpu.ts', { ops: ['matmul', 'affine'] }, [
    ['the product forgets the bias of a narrow result', 'missing term', 'const extra = bias === undefined ? 0 : bias[j];', 'const extra = 0;', { ops: ['affine'] }],
    ['the bias of a low result is that of its first row', 'wrong operand', 's2 + (hasBias ? bias[line + 2] : extra)', 's2 + (hasBias ? bias[line] : extra)', { ops: ['affine'] }],
    ['every matrix of a batch is written over the first', 'stride', 'const cAt = batch * m * n;', 'const cAt = 0;'],
    ['b is not broadcast over the batch', 'stride', 'const bAt = bStarts[batch];', 'const bAt = bStarts[0];'],
    ['the second row of a block is read with the depth step', 'stride', 'let at1 = at0 + lineStep;', 'let at1 = at0 + matrixDepth;'],
    ['the last term of a low product is left out', 'off by one', 'at1 += matrixDepth;\n            at2', 'at1 += lineStep;\n            at2'],
    ['the remaining lines of a narrow product are transposed', 'transposed', 'sum += vector[v] * matrix[at];', 'sum += vector[v] * matrix[at] * (line > 0 ? 1.5 : 1);'],
    ['a block product drops the last column', 'off by one', 'const columns = Math.min(LINES, n - j);', 'const columns = Math.min(LINES, n - j - 1) || 1;'],
    ['a block product packs b transposed', 'transposed', 'packPanel(b, bAt + j * bColumn, bColumn, bDepth, columns, k, work, bPanel);', 'packPanel(b, bAt + j * bDepth, bDepth, bColumn, columns, k, work, bPanel);'],
    ['the tile of a block product is not cleared', 'stale buffer', 'clearTile(work, 0);', ''],
  ]),
  ...mutantsOf('kernels/panels.ts', { ops: ['matmul'] }, [
    ['the last sum of a tile is not cleared', 'stale buffer', 'for (let i = tileAt; i < end; i++)', 'for (let i = tileAt; i < end - 1; i++)'],
    ['an incomplete panel reads its first line again', 'stride', 'source[sourceAt + line * lineStep + p * depthStep]', 'source[sourceAt + p * depthStep]'],
    ['panels multiply one pair with the wrong line', 'wrong operand', 's12 += a1 * b2;', 's12 += a1 * b1;'],
    ['panels scale one product', 'scaled', 's31 += a3 * b1;', 's31 += 0.5 * a3 * b1;', { ops: ['conv2d', 'matmul'] }],
    ['panels give one product the other sign', 'sign', 's20 += a2 * b0;', 's20 -= a2 * b0;'],
    ['a row is stored with the first bias', 'wrong operand', 'out[outAt + j] = work[rowAt + j] + bias[biasAt + j];', 'out[outAt + j] = work[rowAt + j] + bias[j];', { ops: ['conv2d', 'affine'] }],
    ['a tile starts from the last one', 'stale buffer', 'for (let i = tileAt; i < end; i++)\n        work[i] = 0;', ''],
    ['panels of 4 lines are counted down', 'off by one', 'return Math.ceil(lines / LINES);', 'return Math.floor(lines / LINES);'],
  ]),
  ...mutantsOf('kernels/recurrent/product.ts', recurrent, [
    ['a step overwrites the gates instead of adding', 'missing term', 'out[to + j] += work[sum + j];', 'out[to + j] = work[sum + j];'],
    ['the last row of a step forgets its third column', 'missing term', 'out[outAt + column + 2] += s2;', ''],
    ['the last rows read from the first', 'stride', 'let from = leftAt + row * leftRowStride;', 'let from = leftAt;'],
    ['the gates are packed transposed', 'transposed', 'packPanel(right, start, rightColumnStride, rightDepthStride,', 'packPanel(right, start, rightDepthStride, rightColumnStride,'],
  ]),
  ...mutantsOf('kernels/reduce/cpu.ts', { ops: ['sum', 'mean'] }, [
    ['a sum takes its last element twice', 'off by one', 'total += x[p];', 'total += x[p] * (i === n - 1 ? 2 : 1);'],
    ['a sum over scattered axes is not divided', 'scaled', 'out[o] = total / divisor;', 'out[o] = total;', { test: 'test/kernels/reduce.test.ts' }],
    ['a mean of rows is a sum', 'scaled', 'length, fold.start) / divisor;', 'length, fold.start);', { ops: ['mean'] }],
    ['a mean of columns is a sum', 'scaled', 'out[at + i] = totals[i] / divisor;', 'out[at + i] = totals[i];', { ops: ['mean'] }],
    ['totals are kept from the outer row before', 'stale buffer', 'totals.fill(fold.start);', 'if (o === 0) totals.fill(fold.start);', { test: 'test/kernels/reduce.test.ts' }],
    ['a product of columns starts with the first alone', 'wrong value', 'totals[i] *= x[from + i];', 'totals[i] = x[from + i];', { ops: ['prod'] }],
    ['the maximum of columns is a minimum', 'comparison', 'totals[i] = Math.max(totals[i], x[from + i]);', 'totals[i] = Math.min(totals[i], x[from + i]);', { ops: ['max'] }],
    ['a maximum starts from 0', 'special value', 'start: -Infinity,', 'start: 0,', { ops: ['max'] }],
    ['a minimum starts from 0', 'special value', 'start: Infinity,', 'start: 0,', { ops: ['min'] }],
    ['argmax takes the last of equal maxima', 'tie', 'value > best ||', 'value >= best ||', { ops: ['argmax'] }],
    ['argmax does not see the last element', 'off by one', 'r < length; r++, p += inner', 'r < length - 1; r++, p += inner', { ops: ['argmax'] }],
  ]),
  ...mutantsOf('kernels/reduce/plan.ts', { ops: ['sum', 'mean', 'max'] }, [
    ['the kept axes are the reduced ones', 'axis', 'kept: offsetsOf(axes.filter((axis) => !reducing[axis]), shape, strides),', 'kept: offsetsOf(axes.filter((axis) => !reducing[axis]).reverse(), shape, strides),', { test: 'test/kernels/reduce.test.ts' }],
    ['scattered axes are walked with step 1', 'stride', 'step: strides[rowAxis],', 'step: 1,', { test: 'test/kernels/reduce.test.ts' }],
    ['the inner size ends too early', 'axis', 'first < 0 ? 1 : sizeOf(sizes.slice(last + 1));', 'first < 0 ? 1 : sizeOf(sizes.slice(last + 2));'],
  ]),
  ...mutantsOf('kernels/elementwise/cpu.ts', { ops: ['add', 'mul'] }, [
    ['a carry does not rewind the second operand', 'stride', 'bFrom -= bStrides[axis] * sizes[axis];\n        }\n    }\n}\n', '}\n    }\n}\n', { ops: ['add', 'where'] }],
    ['the second operand is walked with the step of the first', 'stride', 'row(out, o, a, aStep, aFrom, b, bStep, bFrom, length);', 'row(out, o, a, aStep, aFrom, b, aStep, bFrom, length);'],
    ['the third operand starts with the second', 'wrong operand', 'c, cStep, cFrom, length);', 'c, cStep, bFrom, length);', { ops: ['where'] }],
  ]),
  ...mutantsOf('kernels/elementwise/broadcast.ts', { ops: ['add', 'mul', 'where'] }, [
    ['axes of size 1 are not stretched', 'stride', 'axis < missing || input[axis - missing] === 1 ? 0', 'axis < missing ? 0'],
    ['shapes are aligned at the first axis', 'axis', 'const missing = output.length - input.length;', 'const missing = 0;'],
  ]),
  ...mutantsOf('kernels/elementwise/binary.ts', { ops: ['sub'] }, [
    ['a difference is taken the other way', 'sign', 'a[p] - b[q]', 'b[q] - a[p]'],
    ['a quotient is taken the other way', 'wrong operand', 'a[p] / b[q]', 'b[q] / a[p]', { ops: ['div'] }],
    ['a power swaps base and exponent', 'wrong operand', 'pow(a[p], b[q])', 'pow(b[q], a[p])', { ops: ['pow'] }],
    ['maximum takes the first', 'comparison', 'Math.max(a[p], b[q])', 'a[p]', { ops: ['maximum'] }],
    ['minimum is maximum', 'comparison', 'Math.min(a[p], b[q])', 'Math.max(a[p], b[q])', { ops: ['minimum'] }],
    ['greater is greater or equal', 'comparison', 'a[p] > b[q]', 'a[p] >= b[q]', { ops: ['greater'] }],
    ['less is less or equal', 'comparison', 'a[p] < b[q]', 'a[p] <= b[q]', { ops: ['less'] }],
    ['lessEqual is less', 'comparison', 'a[p] <= b[q]', 'a[p] < b[q]', { ops: ['lessEqual'] }],
    ['greaterEqual is greater', 'comparison', 'a[p] >= b[q]', 'a[p] > b[q]', { ops: ['greaterEqual'] }],
    ['equal is always false', 'comparison', 'a[p] === b[q] ? 1 : 0', '0', { ops: ['equal'] }],
    ['notEqual is equal', 'comparison', 'a[p] !== b[q] ? 1 : 0', 'a[p] !== b[q] ? 0 : 1', { ops: ['notEqual'] }],
    ["relu's gradient passes below 0", 'comparison', 'b[q] > 0 ? a[p] : 0', 'b[q] < 0 ? a[p] : 0', { ops: ['relu'] }],
  ]),
  ...mutantsOf('kernels/elementwise/unary.ts', { ops: ['neg'] }, [
    ['neg is the identity', 'sign', 'out[o + i] = -a[p];', 'out[o + i] = a[p];'],
    ['abs keeps the sign', 'sign', 'Math.abs(a[p])', 'a[p]', { ops: ['abs'] }],
    ['floor rounds up', 'wrong value', 'Math.floor(a[p])', 'Math.ceil(a[p])', { test: 'test/kernels/elementwise.test.ts' }],
    ['square doubles', 'wrong value', 'value * value', 'value + value', { ops: ['square'] }],
    ['rsqrt is sqrt', 'wrong value', '1 / Math.sqrt(a[p])', 'Math.sqrt(a[p])', { ops: ['rsqrt'] }],
    ['log1p is log', 'wrong value', 'log1p(a[p])', 'log1p(a[p] - 1)', { ops: ['log1p'] }],
    ['relu leaks', 'wrong value', 'value <= 0 ? 0 : value', 'value <= 0 ? value / 10 : value', { ops: ['relu'] }],
    ['a row is walked with step 1', 'stride', 'i < n; i++, p += aStep)\n        out[o + i] = 1 / a[p];', 'i < n; i++, p++)\n        out[o + i] = 1 / a[p];', { test: 'test/kernels/elementwise.test.ts' }],
    ['broadcasting reads on instead of standing still', 'stride', 'i < n; i++, p += aStep)\n        out[o + i] = a[p];', 'i < n; i++, p++)\n        out[o + i] = a[p];', { ops: ['broadcastTo'] }],
    ['sign is 1 at 0', 'special value', 'Math.sign(a[p])', 'a[p] < 0 ? -1 : 1', { ops: ['sign'] }],
  ]),
  ...mutantsOf('kernels/elementwise/ternary.ts', { ops: ['where'] }, [
    ['where swaps its branches', 'wrong operand', 'a[p] !== 0 ? b[q] : c[r]', 'a[p] !== 0 ? c[r] : b[q]'],
    ['where is only true for positive conditions', 'comparison', 'a[p] !== 0', 'a[p] > 1'],
  ]),
  ...mutantsOf('kernels/math.ts', { ops: ['exp'] }, [
    ['exp leaves the 7th term out', 'missing term', 'z * (1 / 40320 +', 'z * (', { test: 'test/kernels/math.test.ts' }],
    ['log has a wrong coefficient', 'scaled', '2 / 11 + w', '2 / 12 + w', { test: 'test/kernels/math.test.ts' }],
    ['tanh has the wrong sign below 0', 'sign', 'x < 0 ? -result : result) : x', 'result) : x', { ops: ['tanh'] }],
    ['sigmoid is mirrored below 0', 'sign', 'return e / (1 + e);', 'return 1 / (1 + e);', { ops: ['sigmoid'] }],
    ['softplus forgets the linear part', 'missing term', 'x + log1p(exp(-x))', 'log1p(exp(-x))', { ops: ['softplus'] }],
    ['erf is not odd', 'sign', 'x < 0 ? rest - 1 : 1 - rest', '1 - rest', { ops: ['erf'] }],
    ['an odd power of a negative number is positive', 'sign', 'return x < 0 && odd ? -result : result;', 'return result;', { test: 'test/kernels/math.test.ts' }],
  ]),
  ...mutantsOf('kernels/transpose/cpu.ts', { ops: ['transpose'] }, [
    ['tiles are not transposed', 'transposed', 'p = xFrom + i + j0 * xStride; j < jEnd; j++, p += xStride', 'p = xFrom + i * columns + j0; j < jEnd; j++, p++'],
    ['all matrices are read from the first', 'stride', 'x, xFrom + i * steps[1], tiles);', 'x, xFrom, tiles);'],
    ['tiles of the second row are left out', 'off by one', 'const iEnd = Math.min(i0 + TILE, rows);', 'const iEnd = Math.min(i0 + TILE, rows - 1);'],
  ]),
  ...mutantsOf('kernels/strided/copy.ts', { ops: ['slice', 'transpose', 'pad'] }, [
    ['a copy starts at the beginning', 'wrong value', 'let xFrom = copy.xStart;', 'let xFrom = 0;'],
    ['a copy is written to the beginning', 'wrong value', 'let outFrom = copy.outStart;', 'let outFrom = 0;'],
    ['a carry does not rewind the source', 'stride', 'xFrom -= xStrides[axis] * sizes[axis];', ''],
  ]),
  ...mutantsOf('kernels/strided/collapse.ts', { ops: ['transpose', 'slice'] }, [
    ['axes are joined whatever their strides', 'stride', 'here.every((stride, k)', 'here.some((stride, k)'],
  ]),
  ...mutantsOf('kernels/concat/index.ts', { ops: ['concat'] }, [
    ['all parts begin at 0', 'stride', 'start += shape[axis] * strides[axis];', ''],
    ['the second part begins one too late', 'off by one', 'start += shape[axis] * strides[axis];', 'start += strides[axis];'],
  ]),
  ...mutantsOf('kernels/pad/index.ts', { ops: ['pad'] }, [
    ['the border is not filled', 'stale buffer', 'outputs[0].fill(value);', ''],
    ['the border is filled with 0', 'wrong value', 'outputs[0].fill(value);', 'outputs[0].fill(0);'],
    ['the block starts at 0', 'padding', 'offset + cells * strides[axis], 0)', 'offset + 0 * cells * strides[axis], 0)'],
  ]),
  ...mutantsOf('kernels/reverse/index.ts', { ops: ['reverse'] }, [
    ['nothing is reversed', 'axis', 'axes.includes(axis) ? -stride : stride', 'axes.includes(axis) && axis > 0 ? -stride : stride'],
  ]),
  ...mutantsOf('kernels/slice/index.ts', { ops: ['slice', 'split'] }, [
    ['the block begins at 0', 'off by one', 'offset + index * strides[axis], 0)', 'offset + (axis === 0 ? index : 0) * strides[axis], 0)'],
  ]),
  ...mutantsOf('kernels/gather/cpu.ts', { ops: ['gather'] }, [
    ['gather reads the row before', 'off by one', 'const from = (a * size + index) * inner;', 'const from = (a * size + Math.max(0, index - 1)) * inner;'],
    ['gather ignores the outer axis', 'stride', 'const from = (a * size + index) * inner;', 'const from = index * inner;'],
    ['a row that is picked twice gets one gradient', 'missing broadcast sum', 'next[k] = first[index];', 'next[k] = -1;', { ops: ['scatterAdd', 'gather'] }],
    ['scatterAdd does not clear untouched rows', 'stale buffer', 'out[o + i] = 0;\n                continue;', ';\n                continue;', { ops: ['scatterAdd'] }],
    ['scatterAdd keeps the sums of the row before', 'stale buffer', 'sums.fill(0);', '', { ops: ['scatterAdd'] }],
    ['oneHot does not clear', 'stale buffer', 'out.fill(0);', '', { ops: ['oneHot'] }],
    ['oneHot is one off', 'off by one', 'out[k * depth + index] = 1;', 'out[k * depth + ((index + 1) % depth)] = 1;', { ops: ['oneHot'] }],
    ['an index as large as the size is taken', 'off by one', 'value < size', 'value <= size', { ops: ['gather', 'scatterAdd', 'oneHot'] }],
  ]),
  ...mutantsOf('kernels/softmax/cpu.ts', { ops: ['softmax'] }, [
    ['softmax is not normalized', 'missing term', 'y[i] /= sum;', ';'],
    ['softmax does not subtract the maximum', 'special value', 'if (x[i] > maximum)\n            maximum = x[i];', 'maximum = 0;', { test: 'test/kernels/softmax.test.ts' }],
    ['logSoftmax adds the logarithm', 'sign', 'x[i] - maximum - logSum', 'x[i] - maximum + logSum', { ops: ['logSoftmax'] }],
    ["softmax's gradient leaves the dot product out", 'missing term', 'dx[i] = y[i] * (dy[i] - dot);', 'dx[i] = y[i] * dy[i];'],
    ["logSoftmax's gradient is scaled", 'scaled', 'dx[i] = dy[i] - exp(y[i]) * sum;', 'dx[i] = dy[i] - 0.5 * exp(y[i]) * sum;', { ops: ['logSoftmax'] }],
    ["logSoftmax's gradient sums over all rows", 'stale buffer', 'let sum = 0;\n        for (let i = from; i < from + n; i++)\n            sum += dy[i];', 'let sum = 0;\n        for (let i = 0; i < from + n; i++)\n            sum += dy[i];', { ops: ['logSoftmax', 'logSoftmaxGrad'] }],
  ]),
];
