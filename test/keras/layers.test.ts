/** Layers against Keras: values, gradients with respect to inputs and weights, and moving statistics, eager and compiled. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { root } from '../house/sources.ts';
import { layerFromConfig } from '../support/layer-from-config.ts';
import type { Config, Layer } from '../../src/layers/layer.ts';
import { add, lstm, mul, sum } from '../../src/ops/index.ts';
import { compile } from '../../src/tape/compile.ts';
import { grad, valueAndGrad } from '../../src/tape/grad.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { KERAS_TOLERANCE, readFixture, relativeDifference, toTensor, type FixtureTensor } from './fixture.ts';

interface LayerFixture {
  readonly name: string;
  readonly kind: string;
  readonly className: string;
  readonly config: Config;
  readonly call: { readonly training: boolean; readonly mask: FixtureTensor | null };
  readonly inputs: readonly FixtureTensor[];
  readonly weights: readonly FixtureTensor[];
  readonly outputs: readonly FixtureTensor[];
  readonly cotangents: readonly FixtureTensor[];
  readonly gradients: {
    readonly inputs: readonly (FixtureTensor | null)[];
    readonly weights: readonly (FixtureTensor | null)[];
  };
  readonly updatedWeights: readonly FixtureTensor[];
}

const fixtures = readdirSync(join(root, 'test/keras/fixtures'))
  .map((file) => readFixture<LayerFixture>(file.replace('.json', '')))
  .filter(({ kind }) => kind === 'layer');

for (const fixture of fixtures) {
  t.test(fixture.name, async (t) => {
    const given = fixture.inputs.map(toTensor);
    for (const mode of ['eager', 'compiled'] as const) {
      const close = (
        actual: readonly (Tensor | undefined)[],
        expected: readonly FixtureTensor[],
        what: string,
      ): void => {
        t.equal(actual.length, expected.length, `${mode}: the number of ${what}`);
        expected.forEach((one, index) => {
          const difference = relativeDifference(actual[index] as Tensor, one);
          t.ok(difference <= KERAS_TOLERANCE, `${mode}: ${what} ${index} differ by ${difference}`);
        });
      };
      const once = async (f: () => Tensor[]): Promise<Tensor[]> => (mode === 'eager' ? f() : await compile(f)());

      const layer = ready(fixture, given);
      close(await once(() => call(layer, fixture, given)), fixture.outputs, 'outputs');
      close(await layer.getWeights(), fixture.updatedWeights, 'weights after the call');

      const loss = (inputs: readonly Tensor[], one: Layer): Tensor =>
        call(one, fixture, inputs)
          .map((output, index) => sum(mul(output, toTensor(fixture.cotangents[index] as FixtureTensor))))
          .reduce((a, b) => add(a, b));
      const expectedInputs = fixture.gradients.inputs;
      const argnums = expectedInputs.flatMap((one, index) => (one ? [index] : []));
      const byInputs = ready(fixture, given);
      const inputGradients = await once(() =>
        grad((...inputs: Tensor[]) => loss(inputs, byInputs), { argnums })(...given),
      );
      close(inputGradients, expectedInputs.filter(isThere), 'gradients of inputs');

      const byWeights = ready(fixture, given);
      const weightGradients = await once(
        () => valueAndGrad(() => loss(given, byWeights), byWeights.trainableWeights)[1],
      );
      close(weightGradients, fixture.gradients.weights.filter(isThere), 'gradients of weights');
    }
  });

  t.test(`${fixture.name}: what the config says Keras's says too`, (t) => {
    t.hasStrict(fixture.config, layerFromConfig(fixture.className, fixture.config).getConfig());
    t.end();
  });
}

/** The layer with the fixture's weights. */
function ready(fixture: LayerFixture, given: readonly Tensor[]): Layer {
  const layer = layerFromConfig(fixture.className, fixture.config);
  call(layer, { ...fixture, call: { training: false, mask: null } }, given);
  layer.setWeights(fixture.weights.map(toTensor));
  return layer;
}

function call(layer: Layer, fixture: LayerFixture, given: readonly Tensor[]): Tensor[] {
  const { training, mask } = fixture.call;
  if (mask) return [maskedSequence(layer, fixture.config, given[0] as Tensor, toTensor(mask))];
  const result = layer(given.length === 1 ? (given[0] as Tensor) : given, { training }) as Tensor | Tensor[];
  return Array.isArray(result) ? result : [result];
}

// The layer takes no mask yet; the op that it calls does.
function maskedSequence(layer: Layer, config: Config, x: Tensor, mask: Tensor): Tensor {
  const [kernel, recurrentKernel, bias] = layer.weights;
  if (layer.className !== 'LSTM' || !kernel || !recurrentKernel || !bias || config['return_sequences'] !== true) {
    throw new Error('a mask is only known for LSTM layers that return sequences');
  }
  return lstm(x, kernel, recurrentKernel, bias, { mask, goBackwards: config['go_backwards'] === true }).sequence;
}

function isThere(value: FixtureTensor | null): value is FixtureTensor {
  return value !== null;
}
