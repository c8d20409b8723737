/** A whole LSTM layer, forward and with the gradients of all it reads. */
import { glorot, normal } from './values.ts';
import type { LstmWorkload, Operand } from './workload.ts';

const STEPS = 100;
const FEATURES = 64;
const UNITS = 64;

/** @param part of the whole batch, 32 sequences */
export function recurrent(part: number): readonly LstmWorkload[] {
  const batch = 32 * part;
  const forward = 2 * batch * STEPS * (FEATURES + UNITS) * 4 * UNITS;
  return [
    {
      kind: 'lstm',
      name: `LSTM forward [${batch},${STEPS},${FEATURES}] ${UNITS} units`,
      flops: forward,
      depth: STEPS * (FEATURES + UNITS),
      operands: () => layer(batch),
    },
    {
      kind: 'lstmGradients',
      name: 'LSTM forward + backward, the same',
      flops: 3 * forward,
      depth: STEPS * (FEATURES + UNITS),
      operands: () => [...layer(batch), normal([batch, STEPS, UNITS], 5)],
    },
  ];
}

function layer(batch: number): readonly Operand[] {
  return [
    normal([batch, STEPS, FEATURES], 1),
    glorot([FEATURES, 4 * UNITS], 2),
    glorot([UNITS, 4 * UNITS], 3),
    normal([4 * UNITS], 4),
  ];
}
