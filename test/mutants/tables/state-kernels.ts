/** Planted bugs of the kernels of recurrent layers, optimizers and random numbers. */
import { mutantsOf, type Mutant } from '../mutant.ts';

const lstm = { ops: ['lstm'] };
const gru = { ops: ['gru'] };
const rnn = { ops: ['simpleRnn'] };
const all = { ops: ['lstm', 'gru', 'simpleRnn'] };
const optimizer = { test: 'test/kernels/optimizer.test.ts' };
const random = { test: 'test/kernels/random.test.ts' };
const randomOps = { test: 'test/src/ops/random.test.ts' };

// One bug a line.
// prettier-ignore
export const mutants: readonly Mutant[] = [
  ...mutantsOf('kernels/lstm/cpu.ts', lstm, [
    ['the forget gate and the candidate are swapped', 'gate order', 'const forgetGate = sigmoid(gates[gate + units + j]);\n                const candidate = tanh(gates[gate + 2 * units + j]);', 'const forgetGate = sigmoid(gates[gate + 2 * units + j]);\n                const candidate = tanh(gates[gate + units + j]);'],
    ['the input and forget gates are swapped', 'gate order', 'forgetGate * cell[state + j] + inputGate * candidate', 'inputGate * cell[state + j] + forgetGate * candidate'],
    ['the candidate is not squashed', 'wrong value', 'const candidate = tanh(gates', 'const candidate = (gates'],
    ['the output gate is left out', 'missing term', 'outputGate * tanh(newCell)', 'tanh(newCell)'],
    ['the cell is not squashed', 'wrong value', 'outputGate * tanh(newCell)', 'outputGate * newCell'],
    ['the state is not carried on', 'state', 'hidden[state + j] = newHidden;', ';'],
    ['the cell is not carried on', 'state', 'cell[state + j] = newCell;', ';'],
    ['goBackwards is ignored', 'wrong value', 'goBackwards ? steps - 1 - step : step', 'step'],
    ['the mask is ignored', 'mask', 'mask !== undefined && mask[sample * steps + time] === 0', 'false'],
    ['the mask is read by step instead of time', 'mask', 'mask[sample * steps + time] === 0', 'mask[sample * steps + step] === 0'],
    ['masked outputs are never zero', 'mask', 'zeroOutputForMask ? 0 : hidden[state + j]', 'hidden[state + j]'],
    ['the bias is left out', 'missing term', 'gates.set(bias, start);', 'gates.fill(0);'],
    ['the initial state is ignored', 'state', 'hidden.set(inputs[4]);', 'hidden.fill(0);'],
    ['the initial cell is the initial state', 'wrong operand', 'cell.set(inputs[5]);', 'cell.set(inputs[4]);'],
    ['the recurrent dropout is ignored', 'mask', 'const left = recurrentDropout === undefined ? hidden : maskedHidden;', 'const left = hidden;'],
  ]),
  ...mutantsOf('kernels/lstm/grad-cpu.ts', lstm, [
    ["the forget gate's gradient takes the new cell", 'stale buffer', 'dc * previousCells[previous + j] * forgetGate', 'dc * cells[saved + j] * forgetGate'],
    ["the input gate's gradient has the other sign", 'sign', 'dc * candidate * inputGate * (1 - inputGate)', '-dc * candidate * inputGate * (1 - inputGate)'],
    ["the candidate's gradient is that of a sigmoid", 'wrong value', 'dc * inputGate * (1 - candidate * candidate)', 'dc * inputGate * candidate * (1 - candidate)'],
    ["the output gate's gradient forgets tanh", 'missing term', 'dh * squashed * outputGate', 'dh * outputGate'],
    ['the gradient of the cell stops at a step', 'missing term', 'dCell[state + j] + dh * outputGate', 'dh * outputGate'],
    ['the forget gate does not scale the gradient of the cell', 'missing term', 'dCell[state + j] = dc * forgetGate;', 'dCell[state + j] = dc;'],
    ['the gradients of two gates are swapped', 'gate order', 'dPreactivations[gate + 2 * units + j] = dc * inputGate', 'dPreactivations[gate + 3 * units + j] = dc * inputGate'],
    ['the gradient of the state is kept', 'stale buffer', 'dHidden[state + j] = 0;', ';'],
    ['the gradient of masked steps is kept', 'mask', 'dPreactivations.fill(0, gate, gate + gateCount);', ';', { test: 'test/kernels/lstm.test.ts' }],
    ['zeroed outputs get a gradient', 'mask', '!(masked && zeroOutputForMask)', 'true'],
    ['the gradient of the last state is ignored', 'missing term', 'copyOrClear(inputs[15], dHidden);', 'copyOrClear(undefined, dHidden);'],
    ['the gradient of the last cell is ignored', 'missing term', 'copyOrClear(inputs[16], dCell);', 'copyOrClear(undefined, dCell);'],
    ['the first step takes the cell of the last', 'off by one', 'const previousTime = goBackwards ? time + 1 : time - 1;', 'const previousTime = time - 1;'],
    ['the bias keeps the gradient of the run before', 'stale buffer', 'geometry.dBias.fill(0);', ';'],
    ['the recurrent dropout is left out of the gradient of the state', 'mask', 'addMasked(hiddenLayout, dMaskedHidden, recurrentDropout, group, dHidden);', 'dHidden.set(dMaskedHidden.map((one, i) => one + dHidden[i]));'],
  ]),
  ...mutantsOf('kernels/gru/cpu.ts', gru, [
    ['the update gate works the other way', 'gate order', 'update * hidden[state + j] + (1 - update) * candidate', '(1 - update) * hidden[state + j] + update * candidate'],
    ['the reset gate is the update gate', 'gate order', 'resetAfter ? gates[gate + units + j] * inner', 'resetAfter ? gates[gate + j] * inner'],
    ['the reset gate is left out after the product', 'missing term', 'gates[gate + units + j] * inner[saved + j] : 0', 'inner[saved + j] : 0'],
    ['the reset gate is left out before the product', 'missing term', 'inner[saved + j] = gates[gate + units + j] * left[state + j];', 'inner[saved + j] = left[state + j];'],
    ['the recurrent bias of the candidate is left out', 'missing term', 'inner[start + j] = bias[from + j];', 'inner[start + j] = 0;'],
    ['the recurrent bias of the gates is left out', 'missing term', 'resetAfter && j < 2 * units ? bias[gateCount + j] : 0', '0'],
    ['the mask is ignored in the state', 'mask', 'const gate = 3 * saved;\n        if (mask !== undefined && mask[sample * steps + time] === 0) {\n            for', 'const gate = 3 * saved;\n        if (false) {\n            for'],
    ['the state is not carried on', 'state', 'hidden[state + j] = newHidden;', ';'],
    ['goBackwards is ignored', 'wrong value', 'goBackwards ? steps - 1 - step : step', 'step'],
    ['the recurrent dropout is that of the first gate', 'mask', 'applyMask(hiddenLayout, hidden, recurrentDropout, index, maskedHidden);', 'applyMask(hiddenLayout, hidden, recurrentDropout, 0, maskedHidden);'],
    ['the candidate has the dropout of the last gate', 'mask', 'applyMask(hiddenLayout, hidden, recurrentDropout, candidateGroup, maskedHidden);', ';'],
  ]),
  ...mutantsOf('kernels/gru/grad-cpu.ts', gru, [
    ["the update gate's gradient has the other sign", 'sign', '(previousHidden[saved + j] - candidate)', '(candidate - previousHidden[saved + j])'],
    ["the candidate's gradient forgets the update gate", 'missing term', 'dh * (1 - update) * (1 - candidate * candidate)', 'dh * (1 - candidate * candidate)'],
    ['the state loses its direct gradient', 'missing term', 'dHidden[state + j] = dh * update;', 'dHidden[state + j] = 0;'],
    ["the reset gate's gradient is not that of a sigmoid", 'wrong value', 'inner[saved + j] * reset * (1 - reset)', 'inner[saved + j] * (1 - reset * reset)'],
    ['the reset gate does not scale the inner gradient', 'missing term', 'dInner[saved + j] = dCandidate * reset;', 'dInner[saved + j] = dCandidate;'],
    ['the reset before the product gets no gradient', 'missing term', 'dPreactivations[gate + j] = dLeft * previousHidden[saved + j] * reset * (1 - reset);', 'dPreactivations[gate + j] = 0;'],
    ['the state loses the gradient through the reset', 'missing term', 'dHidden[state + j] += dLeft * reset;', ';'],
    ['the recurrent bias gets the gradient of the input bias', 'wrong value', 'dBias.copyWithin(gateCount, 0, 2 * units);', 'dBias.copyWithin(gateCount, units, 3 * units);'],
    ['the inner gradient of masked steps is kept', 'mask', 'dInner.fill(0, saved, saved + units);', ';', { test: 'test/kernels/gru.test.ts' }],
    ['the recurrent gradient of the candidate overwrites the gates', 'gate order', 'dInner, units, 0, out, column);', 'dInner, units, 0, out, 0);'],
  ]),
  ...mutantsOf('kernels/simple-rnn/cpu.ts', rnn, [
    ['the state is not squashed', 'wrong value', 'tanh(states[saved + j])', 'states[saved + j]'],
    ['the mask is ignored', 'mask', 'mask !== undefined && mask[sample * steps + time] === 0', 'false'],
    ['the sequence is written by time', 'wrong value', 'const output = (sample * steps + step) * units;', 'const output = (sample * steps + time) * units;'],
    ['the initial state is ignored', 'state', 'hidden.set(inputs[4]);', 'hidden.fill(0);'],
  ]),
  ...mutantsOf('kernels/simple-rnn/grad-cpu.ts', rnn, [
    ['the gradient of tanh is scaled', 'scaled', '(1 - after * after)', '(1 - 0.5 * after * after)'],
    ['the gradient of the state is kept', 'stale buffer', 'dHidden[state + j] = 0;', ';'],
    ['the gradient of the initial state is left out', 'missing term', 'outputs[4].set(geometry.dHidden);', 'outputs[4].fill(0);'],
    ['the bias keeps the gradient of the run before', 'stale buffer', 'dBias.fill(0);', ';'],
    ['zeroed outputs get a gradient', 'mask', '!(masked && zeroOutputForMask)', 'true'],
  ]),
  ...mutantsOf('kernels/recurrent/history.ts', all, [
    ['a masked step is taken for a state', 'mask', 'mask === undefined || mask[row] !== 0', 'true'],
    ['the history is kept in the order of the steps', 'wrong value', 'goBackwards ? steps - 1 - step : step', 'step'],
    ['the history starts from the first sample', 'stride', 'let start = sample * units;', 'let start = 0;'],
  ]),
  ...mutantsOf('kernels/recurrent/dropout.ts', all, [
    ['all gates have the first mask', 'mask', "target[index] = source[index] * mask[maskStart + j];", 'target[index] = source[index] * mask[sample * groups * width + j];', { ops: ['lstm', 'gru'] }],
    ['all samples have the first mask', 'mask', 'target[index] = source[index] * mask[maskStart + j];', 'target[index] = source[index] * mask[group * width + j];'],
    ['the gradient is not masked', 'mask', 'target[index] += source[index] * mask[maskStart + j];', 'target[index] += source[index];'],
  ]),
  ...mutantsOf('kernels/recurrent/input.ts', all, [
    ['the input dropout is ignored', 'mask', 'dropout === undefined ? x : maskedInput', 'x'],
    ['the gradient of the input keeps that of the run before', 'stale buffer', 'dx.fill(0);\n', '\n'],
    ['the gradient of a masked input is added up', 'stale buffer', 'maskedInput.fill(0);', ';', { ops: ['lstm', 'gru'] }],
  ]),
  ...mutantsOf('kernels/recurrent/sums.ts', all, [
    ['the gradient of the kernel is kept', 'stale buffer', 'const { batch, steps, width, groups } = layout;\n    out.fill(0);', 'const { batch, steps, width, groups } = layout;'],
    ['the gradient of the bias sees one row', 'missing broadcast sum', 'index += width;', ';'],
    ['the gradient of the kernel ignores the input dropout', 'mask', 'const left = dropout === undefined ? source : maskedSource;', 'const left = source;'],
  ]),
  ...mutantsOf('kernels/optimizer/cpu.ts', optimizer, [
    ['sgd climbs', 'sign', 'newW[i] = w[i] - lr * g[i];', 'newW[i] = w[i] + lr * g[i];'],
    ['the momentum is not kept', 'state', 'newW[i] = w[i] + velocity;\n        newV[i] = velocity;', 'newW[i] = w[i] + velocity;\n        newV[i] = -lr * g[i];'],
    ['the momentum is damped twice', 'scaled', 'const velocity = momentum * v[i] - lr * g[i];', 'const velocity = momentum * (v[i] - lr * g[i]);'],
    ['nesterov looks back', 'wrong value', 'newW[i] = w[i] + (momentum * velocity - step);', 'newW[i] = w[i] + velocity;'],
    ['rmsprop swaps the shares of the mean square', 'scaled', 'rho * s[i] + (1 - rho) * gradient * gradient', '(1 - rho) * s[i] + rho * gradient * gradient'],
    ['rmsprop adds epsilon outside of the root', 'variance', 'Math.sqrt(variance + epsilon)', '(Math.sqrt(variance) + epsilon)'],
    ['centred rmsprop does not subtract the square of the mean', 'variance', 'variance -= mean * mean;', ';'],
    ['rmsprop ignores its momentum', 'missing term', 'step += momentum * m[i];', ';'],
    ['rmsprop keeps no mean gradient', 'state', 'newA[i] = mean;', 'newA[i] = 0;'],
    ["adam's first moment is the gradient", 'state', 'm[i] + rate1 * (gradient - m[i])', 'gradient'],
    ["adam's second moment takes the gradient, not its square", 'wrong value', 'rate2 * (gradient * gradient - v[i])', 'rate2 * (Math.abs(gradient) - v[i])'],
    ['adam swaps its decay rates', 'wrong operand', 'const rate1 = 1 - rates.beta1;', 'const rate1 = 1 - rates.beta2;'],
    ['adam adds epsilon under the root', 'variance', '(Math.sqrt(scale) + epsilon)', 'Math.sqrt(scale + epsilon)'],
    ['amsgrad takes the smaller second moment', 'comparison', 'scale = Math.max(h[i], second);', 'scale = Math.min(h[i], second);'],
    ['amsgrad forgets the largest second moment', 'state', 'newH[i] = scale;', 'newH[i] = second;'],
    ['adam takes the last weight last', 'last batch', 'newW[i] = before - (rate * first)', 'newW[i] = (i === n - 1 && n > 1 ? newW[0] : before) - (rate * first)'],
  ]),
  ...mutantsOf('kernels/random/cpu.ts', random, [
    ['uniform numbers end at the range', 'wrong value', 'out[i] = minimum + range * out[i];', 'out[i] = minimum + maximum * out[i];', randomOps],
    ['a pair of uniform numbers is equal', 'random key', 'out[i + 1] = (BLOCK[1] >>> 8) * UNIT;', 'out[i + 1] = (BLOCK[0] >>> 8) * UNIT;'],
    ['the counter is ignored', 'random key', 'threefry(k0, k1, i / 2, step);\n        out[i]', 'threefry(k0, k1, i / 2, 0);\n        out[i]'],
    ['the second key word is ignored', 'random key', 'const k1 = key[1] | 0;\n    const step = low | (high << 24);\n    const n = out.length;\n    for (let i = 0; i < n; i += 2) {\n        threefry(k0, k1, i / 2, step);\n        out[i] =', 'const k1 = 0;\n    const step = low | (high << 24);\n    const n = out.length;\n    for (let i = 0; i < n; i += 2) {\n        threefry(k0, k1, i / 2, step);\n        out[i] ='],
    ['normal numbers are scaled by the variance', 'variance', 'const radius = stddev * Math', 'const radius = stddev * stddev * Math', randomOps],
    ['normal numbers ignore the mean', 'missing term', 'out[i] = mean + radius * cos(angle);', 'out[i] = radius * cos(angle);', randomOps],
    ['normal numbers of a pair are correlated', 'random key', 'out[i + 1] = mean + radius * sin(angle);', 'out[i + 1] = mean + radius * cos(angle);'],
    ['dropout does not scale what it keeps', 'scaled', 'const kept = 1 / (1 - rate);', 'const kept = 1;', randomOps],
    ['dropout keeps what it should drop', 'comparison', 'out[i] < rate ? 0 : kept', 'out[i] < rate ? kept : 0', randomOps],
  ]),
  ...mutantsOf('kernels/random/threefry.ts', random, [
    ['one rotation is wrong', 'random key', '(b << 29) | (b >>> 3)) ^ a;\n    a = (a + b) | 0;\n    b = ((b << 16) | (b >>> 16)) ^ a;\n    a = (a + b) | 0;\n    b = ((b << 24) | (b >>> 8)) ^ a;\n    a = (a + k2)', '(b << 28) | (b >>> 4)) ^ a;\n    a = (a + b) | 0;\n    b = ((b << 16) | (b >>> 16)) ^ a;\n    a = (a + b) | 0;\n    b = ((b << 24) | (b >>> 8)) ^ a;\n    a = (a + k2)'],
    ['one key word is not added', 'random key', 'b = (b + k0 + 2) | 0;', 'b = (b + 2) | 0;'],
  ]),
  ...mutantsOf('kernels/random/key.ts', random, [
    ['the ordinal does not enter the key', 'random key', 'text.length, index);', 'text.length, 0);', random],
    ['the text does not enter the key', 'random key', 'twoUnits(text, at), twoUnits(text, at + 2)', '0, 0'],
    ['the high half of a seed is dropped', 'random key', 'BLOCK[1] = Math.floor(seed / 4294967296);', 'BLOCK[1] = 0;'],
  ]),
  ...mutantsOf('kernels/random/permutation.ts', { test: 'test/kernels/random.test.ts' }, [
    ['a permutation never moves its last element', 'off by one', 'let i = length - 1; i > 0; i--', 'let i = length - 2; i > 0; i--'],
    ['all positions draw from one counter', 'random key', 'threefry(k0, k1, i, 0);', 'threefry(k0, k1, 0, 0);'],
  ]),
];
