/**
 * Layers against Keras: outputs, masks, losses, updated weights, gradients with respect to inputs, states and weights, and
 * configs; eager and compiled.
 */
import t from 'tap';
import { layerFromConfig } from '../support/layer-from-config.ts';
import { collectLosses } from '../../src/layers/call-scope.ts';
import * as layers from '../../src/layers/index.ts';
import type { Config, Layer } from '../../src/layers/layer.ts';
import { maskOf, setMask } from '../../src/layers/masks.ts';
import { add, expandDims, identity, mean, mul, neg, square, sum, tanh } from '../../src/ops/index.ts';
import { compile } from '../../src/tape/compile.ts';
import { grad, valueAndGrad } from '../../src/tape/grad.ts';
import { sizeOf } from '../../src/tensor/shape.ts';
import { full, tensor, type Tensor } from '../../src/tensor/tensor.ts';
import {
  ErrorReport,
  readFamilies,
  relativeDifference,
  toTensor,
  withoutTypes,
  type FixtureTensor,
} from './fixture.ts';

interface LayerCase {
  readonly name: string;
  readonly className: string;
  readonly config: Config;
  readonly training: boolean;
  readonly inputs: readonly FixtureTensor[];
  readonly weightNames: readonly string[];
  readonly weights: readonly FixtureTensor[];
  readonly outputs: readonly FixtureTensor[];
  readonly inputGradients: readonly (FixtureTensor | null)[];
  readonly weightGradients: readonly (FixtureTensor | null)[];
  readonly function?: string;
  readonly masks?: readonly (FixtureTensor | null)[];
  readonly maskArgument?: FixtureTensor;
  readonly outputMasks?: readonly (FixtureTensor | null)[];
  readonly initialState?: readonly FixtureTensor[];
  readonly stateGradients?: readonly FixtureTensor[];
  readonly calls?: number;
  readonly loss?: number;
  readonly updatedWeights?: Readonly<Record<string, FixtureTensor>>;
  readonly constrained?: Readonly<Record<string, FixtureTensor>>;
}

/** What lambda layers compute: the same as FUNCTIONS in families/layers_plain.py. */
const functions: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  square: (x) => square(x),
  negative: (x) => neg(x),
  'sum of the last axis': (x) => sum(x, { axis: -1 }),
  'mean of axis 1, kept': (x) => mean(x, { axis: 1, keepDims: true }),
  'one axis more': (x) => expandDims(x, -1),
  'tanh of twice': (x) => tanh(mul(x, 2)),
};

/** Keys that Keras writes and we need not: its number types, and what only its own backends know. */
const keysOfKeras = new Set([
  'dtype',
  'quantization_config',
  'data_format',
  'synchronized',
  'renorm',
  'renorm_clipping',
  'renorm_momentum',
  'seed',
]);

const report = new ErrorReport();

for (const { family, cases } of readFamilies<LayerCase>('layers')) {
  for (const one of cases) {
    report.case(family);
    t.test(`${family}, ${one.name}`, async (t) => {
      for (const mode of ['eager', 'compiled'] as const) {
        const once = async (f: () => Tensor[]): Promise<Tensor[]> => (mode === 'eager' ? f() : await compile(f)());
        const close = (
          actual: readonly (Tensor | undefined)[],
          expected: readonly FixtureTensor[],
          what: string,
        ): void => {
          t.equal(actual.length, expected.length, `${mode}: the number of ${what}`);
          expected.forEach((wanted, index) => {
            const found = actual[index];
            const error = found ? relativeDifference(found, wanted) : Infinity;
            t.ok(
              report.note(family, error),
              `${mode}: ${what} ${index} differ by ${error}, shapes ${found?.shape.join()} and ${wanted.shape.join()}`,
            );
          });
        };

        const layer = ready(one);
        const given = inputsOf(one);
        const wantedMasks = (one.outputMasks ?? one.outputs.map(() => null)).filter(isThere);
        const hasMask = (one.outputMasks ?? []).map(isThere);
        for (let index = 1; index < (one.calls ?? 1); index++) await once(() => run(layer, one, given).outputs);
        let found: readonly boolean[] = [];
        const values = await once(() => {
          const { outputs, loss } = run(layer, one, given);
          const masks = outputs.map(maskOf);
          found = masks.map((mask) => mask !== undefined);
          return [...outputs, ...masks.filter(isThere), loss];
        });
        close(values.slice(0, one.outputs.length), one.outputs, 'outputs');
        t.strictSame(
          found,
          one.outputs.map((_, index) => hasMask[index] ?? false),
          `${mode}: which outputs have a mask`,
        );
        close(values.slice(one.outputs.length, -1), wantedMasks, 'masks');
        close(values.slice(-1), [{ shape: [], data: [one.loss ?? 0] }], 'losses');
        const after = one.weights.map((weight, index) => one.updatedWeights?.[index] ?? weight);
        close(await layer.getWeights(), after, 'weights after the call');

        // One layer for each kind of gradient: a call changes moving statistics and states.
        const differentiable = one.inputGradients.flatMap((gradient, index) => (gradient ? [index] : []));
        const states = (one.initialState ?? []).map(toTensor);
        const byInputs = await prepared(one, once);
        const changing = [...differentiable.map((index) => given[index] as Tensor), ...states];
        const inputGradients = await once(() =>
          grad(
            (...xs: Tensor[]) => {
              const inputs = [...given];
              differentiable.forEach((index, place) => (inputs[index] = xs[place] as Tensor));
              return total(byInputs, one, inputs, xs.slice(differentiable.length));
            },
            { argnums: changing.map((_, index) => index) },
          )(...changing),
        );
        const wanted = [...one.inputGradients.filter(isThere), ...(one.stateGradients ?? [])];
        close(inputGradients, wanted, 'gradients of inputs');

        const byWeights = await prepared(one, once);
        const weightGradients = await once(
          () => valueAndGrad(() => total(byWeights, one, given, states), byWeights.trainableWeights)[1],
        );
        close(weightGradients, one.weightGradients.filter(isThere), 'gradients of weights');

        for (const [index, value] of Object.entries(one.constrained ?? {})) {
          const { constraint } = layer.weights[Number(index)] ?? {};
          const weight = toTensor(one.weights[Number(index)] as FixtureTensor);
          close(constraint ? await once(() => [constraint(weight)]) : [], [value], 'constrained weights');
        }
      }
    });

    if (one.function) continue;
    t.test(`${family}, ${one.name}: the config is Keras's`, (t) => {
      const config = layerFromConfig(one.className, one.config).getConfig();
      t.hasStrict(withoutTypes(one.config), withoutTypes(config));
      const missing = Object.keys(one.config).filter((key) => !(key in config) && !keysOfKeras.has(key));
      t.strictSame(missing, [], 'no key is missing');
      t.end();
    });
  }
}

t.test('all of it', (t) => {
  report.lines().forEach((line) => t.comment(line));
  t.end();
});

/** The layer with the case's weights, as before the last call. */
async function prepared(one: LayerCase, once: (f: () => Tensor[]) => Promise<Tensor[]>): Promise<Layer> {
  const layer = ready(one);
  const given = inputsOf(one);
  for (let index = 1; index < (one.calls ?? 1); index++) await once(() => run(layer, one, given).outputs);
  return layer;
}

function ready(one: LayerCase): Layer {
  const layer = one.function
    ? (layers as unknown as { lambda(fn: unknown, options: object): Layer }).lambda(functions[one.function], one.config)
    : layerFromConfig(one.className, one.config);
  layer.ensureBuilt(
    one.inputs.length === 1 ? (one.inputs[0] as FixtureTensor).shape : one.inputs.map((input) => input.shape),
  );
  layer.setWeights(one.weights.map(toTensor));
  return layer;
}

function inputsOf(one: LayerCase): Tensor[] {
  return one.inputs.map(toTensor);
}

function run(
  layer: Layer,
  one: LayerCase,
  given: readonly Tensor[],
  states: readonly Tensor[] = (one.initialState ?? []).map(toTensor),
): { outputs: Tensor[]; loss: Tensor } {
  const inputs = given.map((x, index) => {
    const mask = one.masks?.[index];
    if (!mask) return x;
    const carrier = identity(x);
    setMask(carrier, toTensor(mask));
    return carrier;
  });
  const { result, losses } = collectLosses(() =>
    layer(inputs.length === 1 ? (inputs[0] as Tensor) : inputs, {
      training: one.training,
      ...(one.maskArgument && { mask: toTensor(one.maskArgument) }),
      ...(states.length > 0 && { initialState: states }),
    }),
  );
  const terms = [...losses, ...layer.regularizationLosses()];
  return {
    outputs: [result as unknown as Tensor | Tensor[]].flat(2),
    loss: terms.reduce((a, b) => add(a, b), full([], 0)),
  };
}

/** What Keras differentiated: the outputs times numbers of no pattern, and the losses. */
function total(layer: Layer, one: LayerCase, given: readonly Tensor[], states: readonly Tensor[]): Tensor {
  const { outputs, loss } = run(layer, one, given, states);
  return outputs.map((output) => sum(mul(output, weighting(output.shape)))).reduce((a, b) => add(a, b), loss);
}

function weighting(shape: readonly number[]): Tensor {
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 37) % 101) / 101 - 0.45),
    shape,
  );
}

function isThere<Value>(value: Value | null | undefined): value is Value {
  return value !== null && value !== undefined;
}
