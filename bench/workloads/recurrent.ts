/** A whole LSTM layer, forward and with the gradients of all it reads. */
import { glorot, normal } from './values.ts';
import type { LstmWorkload } from './workload.ts';

const BATCH = 32;
const STEPS = 100;
const FEATURES = 64;
const UNITS = 64;
const FORWARD = 2 * BATCH * STEPS * (FEATURES + UNITS) * 4 * UNITS;

const layer = (): ReturnType<LstmWorkload['operands']> => [
  normal([BATCH, STEPS, FEATURES], 1),
  glorot([FEATURES, 4 * UNITS], 2),
  glorot([UNITS, 4 * UNITS], 3),
  normal([4 * UNITS], 4),
];

export const recurrent: readonly LstmWorkload[] = [
  {
    kind: 'lstm',
    name: 'LSTM forward [32,100,64] 64 units',
    flops: FORWARD,
    depth: STEPS * (FEATURES + UNITS),
    operands: layer,
  },
  {
    kind: 'lstmGradients',
    name: 'LSTM forward + backward, the same',
    flops: 3 * FORWARD,
    depth: STEPS * (FEATURES + UNITS),
    operands: () => [...layer(), normal([BATCH, STEPS, UNITS], 5)],
  },
];
