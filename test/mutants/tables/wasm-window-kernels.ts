/** Planted bugs of the kernels of convolution, pooling and batch norm, as WebAssembly. */
import { mutantsOf, type Mutant } from '../mutant.ts';

const convolution = { test: 'test/kernels/convolution-wasm.test.ts' };
const pool = { test: 'test/kernels/pool-wasm.test.ts' };

// One bug a line.
// prettier-ignore
export const mutants: readonly Mutant[] = [
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
    ['every image is written over the first', 'stride', 'f.increment(y, pooled * ELEMENT);', ''],
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
];
