/** Compiled and eager give the same bits, for whole training steps of whole models. */
import * as gt from 'gradtape';
import t from 'tap';
import { convolutional, perceptron, recurrent, trainingStep, type Network } from './networks.ts';

const STEPS = 4;

for (const make of [perceptron, convolutional, recurrent]) {
  t.test(
    `${make.name}: losses, weights, optimizer and random counter are the same bits after each of ${STEPS} steps`,
    async (t) => {
      const eager = fresh(make);
      const compiled = fresh(make);
      t.strictSame(await stateOf(compiled), await stateOf(eager), 'both start alike');
      const eagerStep = trainingStep(eager);
      const compiledStep = gt.compile(trainingStep(compiled));
      const losses: number[] = [];
      for (let step = 1; step <= STEPS; step++) {
        const expected = eagerStep(eager.inputs).item();
        losses.push((await compiledStep(compiled.inputs)).item());
        t.equal(losses.at(-1), expected, `step ${step}: the loss`);
        t.strictSame(await stateOf(compiled), await stateOf(eager), `step ${step}: every variable`);
      }
      t.ok(new Set(losses).size === STEPS && losses.every(Number.isFinite), 'the steps changed the loss');

      const inference = gt.compile((inputs: readonly gt.Tensor[]) => infer(compiled, inputs));
      t.strictSame(
        (await inference(compiled.inputs)).map((one) => [...one.data]),
        infer(eager, eager.inputs).map((one) => [...one.data]),
        'inference',
      );
    },
  );
}

function fresh(make: () => Network): Network {
  gt.seed(7);
  return make();
}

/** The bits of all variables: numbers would let -0 pass for 0. */
async function stateOf({ net, optimizer }: Network): Promise<Record<string, number[]>> {
  const variables = [...net.weights, ...optimizer.variables, net.randomCounter];
  const values = await Promise.all(variables.map((one) => one.read()));
  return Object.fromEntries(variables.map((one, index) => [one.name, [...bits(values[index] as gt.Tensor)]]));
}

function bits(value: gt.Tensor): Uint32Array {
  return new Uint32Array(Float32Array.from(value.data).buffer);
}

function infer({ net }: Network, inputs: readonly gt.Tensor[]): gt.Tensor[] {
  const result = net(inputs.length === 1 ? (inputs[0] as gt.Tensor) : inputs) as gt.Tensor | gt.Tensor[];
  return result instanceof gt.Tensor ? [result] : result;
}
