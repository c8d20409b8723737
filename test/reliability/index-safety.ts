/** E3: indices that are not whole numbers within their axis are refused by every op and model that takes indices. */
import * as gt from '../../src/index.ts';
import { deviceNames } from '../../src/devices/default-device.ts';
import type { Device } from '../../src/devices/device.ts';
import { compile } from '../../src/tape/compile.ts';
import { firstLine, type Measured } from './measure.ts';

/** The axis is that long. */
const SIZE = 10;
const BAD = [SIZE, 2 ** 31, 2 ** 32, 2 ** 53, -1, -(2 ** 31), 0.5, 9.5, NaN, Infinity, -Infinity] as const;

/** A call that takes two indices, the second of which is bad. */
type Lookup = (indices: gt.Tensor) => unknown;

const table = gt.ops.randomNormal([SIZE, 3], { seed: 1 });

const ops: Readonly<Record<string, (indices: gt.Tensor) => gt.Tensor>> = {
  gather: (indices) => gt.ops.gather(table, indices),
  'gather along axis 1': (indices) => gt.ops.gather(gt.ops.transpose(table), indices, { axis: 1 }),
  scatterAdd: (indices) => gt.ops.scatterAdd(indices, gt.ones([2, 3]), { size: SIZE }),
  oneHot: (indices) => gt.ops.oneHot(indices, SIZE),
  sparseSoftmaxCrossEntropy: (indices) => gt.ops.sparseSoftmaxCrossEntropy(gt.zeros([2, SIZE]), indices),
  embedding: (indices) => gt.layers.embedding(SIZE, 3)(indices),
};

function modelCalls(): Readonly<Record<string, Lookup>> {
  const net = gt.sequential([
    gt.layers.embedding(SIZE, 3, { inputShape: [1] }),
    gt.layers.flatten(),
    gt.layers.dense(1),
  ]);
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  const column = (indices: gt.Tensor): gt.Tensor => gt.ops.reshape(indices, [2, 1]);
  const y = gt.zeros([2, 1]);
  return {
    'fit on an embedding': (indices) => net.fit(column(indices), y, { verbose: 0 }),
    'evaluate on an embedding': (indices) => net.evaluate(column(indices), y, { verbose: 0 }),
    'predict on an embedding': (indices) => net.predict(column(indices)),
    'trainOnBatch on an embedding': (indices) => net.trainOnBatch(column(indices), y),
  };
}

/** @param more further calls that must refuse */
export async function indexSafety(
  more: Readonly<Record<string, Lookup>> = {},
  devices: readonly (string | Device)[] = deviceNames(),
): Promise<Measured> {
  const lookups: Record<string, Lookup> = { ...modelCalls(), ...more };
  for (const [name, op] of Object.entries(ops)) {
    lookups[`${name}, eager`] = op;
    for (const device of devices) {
      lookups[`${name}, compiled on ${typeof device === 'string' ? device : device.name}`] = compile(op, {
        device: device as 'cpu',
      });
    }
  }
  const failures: string[] = [];
  let refused = 0;
  for (const [name, lookup] of Object.entries(lookups)) {
    await lookup(gt.tensor([0, SIZE - 1]));
    for (const bad of BAD) {
      const outcome = await outcomeOf(() => lookup(gt.tensor([0, bad])));
      if (outcome instanceof gt.ArgumentError && isRefusal(outcome.message, bad)) refused++;
      else failures.push(`${name} takes the index ${bad}${outcome === undefined ? '' : `: ${firstLine(outcome)}`}`);
    }
  }
  const count = Object.keys(lookups).length;
  return {
    figure:
      failures[0] ?? `${refused} of ${count * BAD.length} refused: ${count} calls, ${BAD.length} bad indices each`,
    met: failures.length === 0,
    detail: { calls: count, badIndices: BAD.length, refused, failures },
  };
}

// A program whose indices are its argument names the place alone.
function isRefusal(message: string, bad: number): boolean {
  return message.includes(`the index ${bad} `) || message.includes('the index at position 1 is out of range');
}

async function outcomeOf(run: () => unknown): Promise<unknown> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error;
  }
}
