/**
 * What a training step costs on a graphics card: one kernel for each output of a step of the program, one more for each
 * time step of a recurrent layer and for each further stage of a reduction, and no others.
 */
import t from 'tap';
import { digitsModel } from '../../../examples/support/digits-model.ts';
import { gpuCallOf } from '../../../kernels/gpu.ts';
import type { Device, Executable, Plan, PlannedStep } from '../../../src/devices/device.ts';
import { openGpuDevice } from '../../../src/gpu.ts';
import { input, layers, model, ones, type Model } from '../../../src/index.ts';

/** Stages beyond the first that the sums of one step may have: most have one sum, batch normalization two or three. */
const MOST_STAGES: Readonly<Record<string, number>> = {
  batchNormTraining: 3,
  batchNormGrad: 2,
  lstmGrad: 8,
  gruGrad: 10,
};
const OTHER_STAGES = 2;

interface Counted {
  readonly plan: Plan;
  readonly executable: Executable;
}

/** A GPU device that shows what it links. */
async function watchedDevice(): Promise<{ readonly device: Device; readonly linked: Counted[] }> {
  const inner = await openGpuDevice({ mode: 'webasm' });
  const linked: Counted[] = [];
  const device: Device = Object.create(inner, {
    link: {
      value: (plan: Plan) => {
        const executable = inner.link(plan);
        linked.push({ plan, executable });
        return executable;
      },
    },
  }) as Device;
  return { device, linked };
}

const STEPS = 6;

const models: Readonly<
  Record<string, { readonly make: () => Model; readonly x: readonly number[]; readonly y: readonly number[] }>
> = {
  mlp: { make: mlp, x: [8, 20], y: [8] },
  digits: { make: () => digitsModel() as Model, x: [4, 28, 28, 1], y: [4] },
  lstm: { make: () => recurrent('lstm'), x: [4, STEPS, 5], y: [4] },
  gru: { make: () => recurrent('gru'), x: [4, STEPS, 5], y: [4] },
  simpleRnn: { make: () => recurrent('simpleRnn'), x: [4, STEPS, 5], y: [4] },
};

function mlp(): Model {
  const x = input([20]);
  return model(x, layers.dense(10, { activation: 'softmax' })(layers.dense(16, { activation: 'relu' })(x))) as Model;
}

const RECURRENT = { lstm: layers.lstm, gru: layers.gru, simpleRnn: layers.simpleRnn };

function recurrent(kind: keyof typeof RECURRENT): Model {
  const x = input([STEPS, 5]);
  return model(x, layers.dense(10, { activation: 'softmax' })(RECURRENT[kind](7)(x))) as Model;
}

for (const [name, { make, x, y }] of Object.entries(models)) {
  t.test(`a training step of ${name}`, async (t) => {
    const { device, linked } = await watchedDevice();
    const net = make();
    net.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'], device });
    await net.trainOnBatch(ones(x), ones(y));
    const { plan, executable } = linked[0] as Counted;
    const outputs = plan.steps.reduce((sum, step) => sum + step.outputs.length, 0);
    let allowed = 0;
    for (const step of plan.steps) {
      const passes = passesOf(step);
      const extra = passes - step.outputs.length;
      const most = timeStepsOf(step) + (MOST_STAGES[step.kernel.name] ?? OTHER_STAGES);
      allowed += Math.max(0, extra);
      t.ok(extra <= most, `${step.label}: ${passes} kernels for ${step.outputs.length} outputs`);
    }
    t.comment(
      `${name}: ${executable.dispatchCount} kernels in a training step, for ${plan.steps.length} steps with ${outputs} outputs; ${allowed} of them time steps and stages`,
    );
    t.ok((executable.dispatchCount ?? Infinity) <= outputs + allowed + 1, 'one more packs the results at most');
  });
}

function passesOf({ kernel, geometry, inputs }: PlannedStep): number {
  const call = gpuCallOf(
    kernel,
    geometry,
    inputs.map((one) => one !== undefined),
  );
  return call?.passes.length ?? NaN;
}

function timeStepsOf({ kernel, geometry }: PlannedStep): number {
  return /^(lstm|gru|simpleRnn)(Grad)?$/.test(kernel.name) ? (geometry as { readonly steps: number }).steps : 0;
}
