/** Planted bugs of layers: what they compute, the shapes they declare, their configs, masks and states. */
import { mutantsOf, type Mutant } from '../mutant.ts';

const laws = (...layers: readonly string[]): { readonly layers: readonly string[] } => ({ layers });
const keras = { test: 'test/keras/layers.test.ts' };
const masks = { test: 'test/src/layers/masks.test.ts' };
const recurrent = { test: 'test/src/layers/recurrent.test.ts' };
const noise = { test: 'test/src/layers/noise.test.ts' };
const alphaDropout = { test: 'test/src/layers/alpha-dropout.test.ts' };

// One bug a line.
// prettier-ignore
export const mutants: readonly Mutant[] = [
  ...mutantsOf('src/layers/dense.ts', laws('dense'), [
    ['the bias is not added', 'missing term', 'affine(x, this.kernel, this.bias)', 'affine(x, this.kernel)', keras],
    ['the activation is left out', 'missing term', 'this.activation.apply(affine(x, this.kernel, this.bias))', 'affine(x, this.kernel, this.bias)', keras],
    ['the declared shape loses the middle axes', 'axis', '[...shape.slice(0, -1), this.units]', '[shape[0], this.units]'],
    ['useBias is not written', 'wrong value', 'use_bias: useBias,', 'use_bias: true,'],
  ]),
  ...mutantsOf('src/layers/activation-layers.ts', keras, [
    ['ReLU ignores its greatest value', 'missing term', 'minimum(x, maxValue)', 'x'],
    ['ReLU leaks from 0 instead of the threshold', 'wrong value', 'mul(sub(x, threshold), negativeSlope)', 'mul(x, negativeSlope)'],
    ['LeakyReLU has another default slope', 'scaled', 'options.negativeSlope ?? 0.3', 'options.negativeSlope ?? 0.2', { test: 'test/src/layers/defaults.test.ts' }],
    ['ELU ignores alpha', 'scaled', 'eluOp(x, { alpha: this.alpha })', 'eluOp(x)'],
    ['masked entries keep their share', 'mask', 'return kept ? where(kept, y, 0) : y;', 'return y;', masks],
    ['softmax over two axes takes the first', 'axis', 'sum(exp(sub(x, largest)), { axis, keepDims: true })', 'sum(exp(sub(x, largest)), { axis: axis[0], keepDims: true })'],
    ['PReLU has the other sign', 'sign', 'sub(reluOp(x), mul(this.alpha, reluOp(neg(x))))', 'sub(mul(this.alpha, reluOp(neg(x))), reluOp(x))'],
    ['PReLU ignores the shared axes', 'axis', 'this.sharedAxes?.includes(axis) ? 1 : axis === 0', 'axis === 0', laws('prelu')],
  ]),
  ...mutantsOf('src/layers/batch-normalization.ts', masks, [
    ['the moving mean takes the wrong share', 'scaled', 'mul(mean, 1 - momentum)', 'mul(mean, momentum)', keras],
    ['the moving variance is not moved', 'state', 'movingVariance.assign(add(mul(movingVariance, momentum), mul(variance, 1 - momentum)));', '', keras],
    ['a frozen layer learns', 'state', 'const learns = training && this.trainable;', 'const learns = training;', laws('batchNormalization')],
    ['training normalizes with the moving moments', 'variance', 'if (!training)', 'if (true)', laws('batchNormalization')],
    ['padding counts in the mean', 'mask', 'const mean = div(sum(mul(x, kept), { axis }), count);', 'const mean = div(sum(x, { axis }), count);'],
    ['padding counts in the variance', 'mask', 'square(mul(sub(x, mean), kept))', 'square(sub(x, mean))'],
    ['another axis is not turned back', 'transposed', 'toLast.map((_, one) => toLast.indexOf(one))', 'toLast', laws('batchNormalization')],
    ['epsilon has another default', 'scaled', 'options.epsilon ?? 1e-3', 'options.epsilon ?? 1e-5', { test: 'test/src/layers/defaults.test.ts' }],
  ]),
  ...mutantsOf('src/layers/layer-normalization.ts', keras, [
    ['scaling without the mean forgets epsilon', 'variance', 'add(variance(x, { axis: axes, keepDims: true }), this.epsilon)', 'variance(x, { axis: axes, keepDims: true })', { test: 'test/src/layers/layer-normalization.test.ts' }],
    ['the last axis is always normalized', 'axis', '{ axis: this.axis, epsilon: this.epsilon }', '{ epsilon: this.epsilon }'],
  ]),
  ...mutantsOf('src/layers/bidirectional.ts', recurrent, [
    ['the backward sequence is not turned round', 'wrong value', 'this.returnSequences ? reverse(last, { axis: 1 }) : last', 'last'],
    ['both directions start from the forward states', 'state', 'run(backwardLayer, initialState?.slice(half))', 'run(backwardLayer, initialState?.slice(0, half))'],
    ['the average is a sum', 'scaled', '[div(add(forward, backward), 2)]', '[add(forward, backward)]', keras],
    ['the product is a sum', 'wrong value', '[mul(forward, backward)]', '[add(forward, backward)]', keras],
    ['the directions are joined backward first', 'wrong operand', 'concat([forward, backward], { axis: -1 })', 'concat([backward, forward], { axis: -1 })', keras],
    ['the mask does not reach the layers', 'mask', 'layer.invoke(x, { mask, initialState: state })', 'layer.invoke(x, { initialState: state })', recurrent],
    ['the states come out backward first', 'state', 'return [...outputs, ...forwardStates, ...backwardStates];\n        return this.mergeMode === null ? outputs : outputs[0];', 'return [...outputs, ...backwardStates, ...forwardStates];\n        return this.mergeMode === null ? outputs : outputs[0];'],
  ]),
  ...mutantsOf('src/layers/recurrent-cell.ts', recurrent, [
    ['the gates of the LSTM cell stand in another order', 'gate order', 'const [i, f, c, o] = split', 'const [i, c, f, o] = split'],
    ['the gates of the GRU cell stand in another order', 'gate order', 'const [az, ar, ah] = split', 'const [ar, az, ah] = split'],
    ['the update gate of the GRU cell works the other way', 'gate order', 'add(mul(update, h), mul(sub(1, update),', 'add(mul(sub(1, update), h), mul(update,'],
    ['the GRU cell forgets its recurrent bias', 'missing term', 'stateBias ? add(product, stateBias) : product', 'product'],
    ['an unrolled layer ignores goBackwards', 'wrong value', 'goBackwards ? steps - 1 - index : index', 'index'],
    ['an unrolled layer ignores the mask', 'mask', 'where(kept, state, before[place])', 'state'],
    ['an unrolled layer never gives zeros', 'mask', 'where(kept, after[0], 0)', 'where(kept, after[0], before[0])'],
    ['the input dropout is that of the first gate', 'mask', 'slice(inputDropout, [0, index * features], [-1, features])', 'slice(inputDropout, [0, 0], [-1, features])'],
    ['the recurrent dropout is that of the first gate', 'mask', 'slice(recurrentDropout, [0, gate * units], [-1, units])', 'slice(recurrentDropout, [0, 0], [-1, units])'],
  ]),
  ...mutantsOf('src/layers/recurrent.ts', recurrent, [
    ['a stateful layer forgets', 'state', 'this.states.map((state) => state.value)', 'this.states.map((state) => zeros(state.shape))'],
    ['a stateful layer does not keep its state', 'state', 'variable.assign(states[index])', 'states[index]'],
    ['resetState keeps the state', 'state', 'state.assign(zeros(state.shape));', ';'],
    ['goBackwards is not handed on', 'wrong value', 'goBackwards: this.goBackwards,\n            zero', 'goBackwards: false,\n            zero'],
    ['the mask is not handed on', 'mask', 'mask: context.mask,\n            ...this', 'mask: undefined,\n            ...this'],
    ['a zero output is the last state', 'mask', 'if (steps === 0 || !(masked && this.zeroOutputForMask))', 'if (true)'],
    ['the dropout of the state uses the key of the input', 'random key', "factors('recurrent_dropout', recurrentDropout, this.units)", "factors('dropout', recurrentDropout, this.units)", recurrent],
    ['dropout acts outside of training', 'wrong value', '!context.training || fraction === 0', 'fraction === 0', laws('lstm', 'gru', 'simpleRnn')],
    ['the seed of a layer is ignored', 'random key', 'seed === undefined ? source.key : hashKey(seed, label, 0)', 'source.key'],
    ['the declared shape has no steps', 'axis', '[batch, steps, this.units] : state', '[batch, null, this.units] : state', laws('lstm', 'gru', 'simpleRnn')],
  ]),
  ...mutantsOf('src/layers/lstm.ts', keras, [
    ['the forget bias is that of the input gate', 'gate order', 'concat([slice(value, [0], [units]), full([units], 1), slice(value, [2 * units], [2 * units])]', 'concat([full([units], 1), slice(value, [0], [units]), slice(value, [2 * units], [2 * units])]', recurrent],
    ['unitForgetBias is ignored', 'wrong value', 'if (!this.unitForgetBias)', 'if (true)', recurrent],
  ]),
  ...mutantsOf('src/layers/gru.ts', keras, [
    ['resetAfter is not handed on', 'gate order', 'resetAfter: this.resetAfter,\n        });', 'resetAfter: true,\n        });'],
    ['the recurrent bias is the input bias', 'wrong operand', 'slice(bias, [1, 0], [1, -1])', 'slice(bias, [0, 0], [1, -1])', recurrent],
  ]),
  ...mutantsOf('src/layers/time-distributed.ts', recurrent, [
    ['batch normalization sees all steps at once', 'variance', 'if (this.stepsDiffer(context.training) && steps > 0)', 'if (false)'],
    ['the mask does not reach the layer', 'mask', 'this.layer.supportsMasking ? { mask } : {}', '{}', masks],
    ['every step is the first', 'stride', '[0, step, ...rest.map(() => 0)]', '[0, 0, ...rest.map(() => 0)]'],
  ]),
  ...mutantsOf('src/layers/dropout.ts', laws('dropout'), [
    ['dropout acts outside of training', 'wrong value', '!context.training || this.rate === 0', 'this.rate === 0'],
    ['the noise shape is ignored', 'random key', 'this.pattern ? this.pattern.map', 'false ? this.pattern.map', noise],
    ['a spatial dropout drops single cells', 'random key', 'axis === 0 || axis === x.length - 1 ? size : 1', 'size', noise],
    ['the seed is not used', 'random key', "...context.random('dropout', this.givenSeed),\n            noise", "...context.random('dropout'),\n            noise", noise],
  ]),
  ...mutantsOf('src/layers/alpha-dropout.ts', alphaDropout, [
    ['the variance does not stay', 'variance', '(1 - rate) * (1 + rate * SATURATED * SATURATED)', '(1 - rate)'],
    ['the mean does not stay', 'missing term', 'const b = -a * SATURATED * rate;', 'const b = 0;'],
    ['what is dropped becomes 0', 'wrong value', 'mul(sub(1, kept), SATURATED)', 'mul(sub(1, kept), 0)'],
  ]),
  ...mutantsOf('src/layers/gaussian-noise.ts', keras, [
    ['the noise has the variance of its deviation', 'variance', 'Math.sqrt(this.rate / (1 - this.rate))', 'this.rate / (1 - this.rate)', noise],
    ['the noise acts outside of training', 'wrong value', '!context.training || this.stddev === 0', 'this.stddev === 0', laws('gaussianNoise')],
  ]),
  ...mutantsOf('src/layers/call-scope.ts', { test: 'test/src/engine-promises/dropout-masks.test.ts' }, [
    ['two layers draw with one key', 'random key', '`${outer === undefined ? `/${layer.name}` : path}:${label}`', '`${label}`'],
    ['two calls of a layer draw with one key', 'random key', 'path}:${label}`, callIndex)', 'path}:${label}`, 0)'],
    ['the counter stands still between steps', 'random key', 'advanceCounter(run.counter);', ';'],
    ['training does not reach inner layers', 'wrong value', 'training ?? outer?.training ?? false', 'training ?? false', { test: 'test/keras/models.test.ts' }],
  ]),
  ...mutantsOf('src/layers/merge.ts', masks, [
    ['subtract takes the first from the second', 'sign', 'sub(inputs[0], inputs[1])', 'sub(inputs[1], inputs[0])', keras],
    ['average divides by 2', 'scaled', '1 / inputs.length', '1 / 2', keras],
    ['a step counts only where all inputs count', 'mask', 'masks.reduce((any, mask) => maximumOp(any, mask))', 'masks.reduce((any, mask) => minimumOp(any, mask))'],
    ['padding enters a product', 'mask', 'masks[index] ? where(masks[index], one, 1) : one', 'one'],
    ['padding enters a maximum', 'mask', 'const other = mask ? where(mask, one, result) : one;', 'const other = one;'],
    ['concatenation always joins the last axis', 'axis', 'concat(inputs, { axis: this.axis })', 'concat(inputs, { axis: -1 })', laws('concatenate')],
    ['the declared size of a concatenation is the first', 'axis', 'sizes.reduce((sum, other) => sum + (other ?? 0), 0)', 'sizes[0]', laws('concatenate')],
  ]),
  ...mutantsOf('src/layers/masking.ts', masks, [
    ['a mask is 1 where the step is padding', 'mask', 'return this.#steps(input, false);', 'return this.#steps(mul(notEqual(input, this.maskValue), 0).add(1), true);'],
    ['the value of the mask is ignored', 'mask', 'notEqual(x, this.maskValue)', 'notEqual(x, 0)', keras],
  ]),
  ...mutantsOf('src/layers/embedding.ts', masks, [
    ['the mask is turned round', 'mask', 'notEqual(indices, 0)', 'notEqual(indices, 1)'],
  ]),
  ...mutantsOf('src/layers/dot.ts', keras, [
    ['the vectors are not normalized', 'missing term', 'this.normalize ? div(x, lengths(x, axis)) : x', 'x'],
    ['both operands use the first axis', 'axis', 'this.#asMatrix(list[1], second)', 'this.#asMatrix(list[1], first)', { test: 'test/src/layers/dot.test.ts' }],
  ]),
  ...mutantsOf('src/layers/global-pooling.ts', { test: 'test/src/layers/spatial.test.ts' }, [
    ['a mean over masked steps counts all steps', 'mask', 'sum(kept, this.reduction)', 'sum(where(kept, kept, 1), this.reduction)'],
    ['what padding holds enters the mean', 'mask', 'where(kept, x, 0)', 'x'],
    ['one axis is left', 'axis', '(_, index) => index + 1), keepDims', '(_, index) => index + 2), keepDims', laws('globalMaxPooling1d', 'globalAveragePooling2d')],
  ]),
  ...mutantsOf('src/layers/spatial.ts', { test: 'test/src/layers/spatial.test.ts' }, [
    ['channels first are taken for last', 'transposed', '[0, ...spatial, 1]', '[0, 1, ...spatial]'],
    ['the output of channels first is not turned back', 'transposed', '[0, rank - 1, ...spatial]', '[0, ...spatial, rank - 1]'],
    ['the declared shape of channels first is last', 'axis', '[first, ...rest.slice(-1), ...rest.slice(0, -1)]', '[first, ...rest]', laws('conv2d')],
  ]),
  ...mutantsOf('src/layers/convolution.ts', laws('conv2d', 'conv1d'), [
    ['the kernel ignores the groups', 'groups', 'const shape = [...this.windows.kernelSize, channels / groups,', 'const shape = [...this.windows.kernelSize, channels,'],
    ['the dilation is dropped', 'dilation', 'dilationRate: pair(dilationRate) }', 'dilationRate: 1 }', laws('conv2d')],
    ['the stride of steps is dropped', 'stride', 'strides: strides[0] ?? 1, padding', 'strides: 1, padding', keras],
    ['the activation is left out', 'missing term', 'this.activation.apply(super.call(x, context))', 'super.call(x, context)', keras],
    ['the filters are frozen in the config', 'wrong value', 'filters: this.filters,\n            groups', 'filters: this.filters + 1,\n            groups'],
  ]),
  ...mutantsOf('src/layers/up-sampling.ts', keras, [
    ['cells are repeated as a whole', 'transposed', 'reshape(x, [batch, steps, 1, channels]), 2, this.size)', 'reshape(x, [batch, 1, steps, channels]), 1, this.size)'],
    ['bilinear weights are not centred', 'off by one', '(cell + 0.5) / factor - 0.5', 'cell / factor'],
    ['the last cell of an interpolation is cut', 'off by one', '(weights[row + after] ?? 0) + position - before', '(weights[row + after] ?? 0)'],
  ]),
  ...mutantsOf('src/layers/zero-padding.ts', laws('cropping2d', 'zeroPadding2d'), [
    ['cropping starts at 0', 'padding', '...this.sides.map(([before]) => before), 0]', '...this.sides.map(() => 0), 0]', keras],
    ['height and width are swapped', 'padding', '[[0, 0], ...this.sides, [0, 0]]', '[[0, 0], ...[...this.sides].reverse(), [0, 0]]'],
    ['both sides are padded like the first', 'padding', 'return size + before + after;', 'return size + 2 * before;', laws('zeroPadding1d', 'zeroPadding2d')],
  ]),
  ...mutantsOf('src/layers/rescaling.ts', keras, [
    ['the offset is scaled', 'wrong value', 'add(mul(x, operand(this.scale)), operand(this.offset))', 'mul(add(x, operand(this.offset)), operand(this.scale))'],
  ]),
  ...mutantsOf('src/layers/permute.ts', keras, [
    ['the sample is reversed', 'transposed', '[0, ...this.dims]', '[0, ...[...this.dims].reverse()]', laws('permute')],
  ]),
  ...mutantsOf('src/layers/repeat-vector.ts', laws('repeatVector'), [
    ['the vector is repeated once more', 'off by one', '[batch, this.n, features]', '[batch, this.n + 1, features]'],
  ]),
];
