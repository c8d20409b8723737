/** Planted bugs of the kernels of recurrent layers, optimizers and random numbers, as WebAssembly. */
import { mutantsOf, type Mutant } from '../mutant.ts';

const optimizer = { test: 'test/kernels/optimizer-wasm.test.ts' };
const random = { test: 'test/kernels/random-wasm.test.ts' };
const recurrent = { ops: ['lstm', 'gru', 'simpleRnn'] };

// One bug a line.
// prettier-ignore
export const mutants: readonly Mutant[] = [
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
    ['the candidate is read from the output gate', 'gate order', 'activate(2, tanh)', 'activate(3, tanh)'],
    ['nothing is forgotten', 'missing term', 'map(f32x4.mul, activate(1, sigmoid), load(cell))', 'load(cell)'],
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
    ['the reset gate is left out', 'missing term', 'f32x4.mul(r, q)', 'q'],
    ['without resetAfter the reset gate is left out', 'missing term', 'map(f32x4.mul, reset, load(state))', 'load(state)'],
    ['reset and update change places', 'gate order', 'map(nextState, update, load(hidden), candidate)', 'map(nextState, reset, load(hidden), candidate)'],
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
    ['a block of vectors stores its first one everywhere', 'wrong operand', 'store(row, values[k])', 'store(row, values[0])', { test: 'test/kernels/lstm-wasm.test.ts' }],
    ['units behind whole blocks are left out', 'off by one', 'f.forRest(at, i32.and(bytes, -16), 16,', 'f.forRest(at, at, 16,', { test: 'test/kernels/lstm-wasm.test.ts' }],
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
];
