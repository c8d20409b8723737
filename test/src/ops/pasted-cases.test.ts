/** The test that a failing case prints can be pasted: what it calls is the case's call. */
import fc from 'fast-check';
import t from 'tap';
import * as batchNorm from '../../../src/ops/batch-norm.ts';
import * as gru from '../../../src/ops/gru.ts';
import * as ops from '../../../src/ops/index.ts';
import * as lstm from '../../../src/ops/lstm.ts';
import * as optimizerUpdates from '../../../src/ops/optimizer-updates.ts';
import * as activations from '../../../src/ops/activations.ts';
import * as simpleRnn from '../../../src/ops/simple-rnn.ts';
import * as softmax from '../../../src/ops/softmax.ts';
import { tensor, zeros, type Tensor } from '../../../src/tensor/tensor.ts';
import type { OpCase, OpRow } from '../../../src/testing/op-row.ts';
import { pasteableTest } from '../../../src/testing/pasteable.ts';
import { differenceOf } from '../../../src/testing/same.ts';
import { rows as batchNormRows } from './rows/batch-norm.ts';
import { rows as crossEntropyRows } from './rows/cross-entropy.ts';
import { rows as elementwiseRows } from './rows/elementwise.ts';
import { rows as gruRows } from './rows/gru.ts';
import { rows as layerNormRows } from './rows/layer-norm.ts';
import { rows as lstmRows } from './rows/lstm.ts';
import { rows as optimizerRows } from './rows/optimizer-updates.ts';
import { rows as reductionRows } from './rows/reductions.ts';
import { rows as simpleRnnRows } from './rows/simple-rnn.ts';

// Random ops hide the counter that is their row's input; their code is the call without it.
const rows: readonly OpRow[] = [
  ...batchNormRows,
  ...crossEntropyRows,
  ...elementwiseRows,
  ...gruRows,
  ...layerNormRows,
  ...lstmRows,
  ...optimizerRows,
  ...reductionRows,
  ...simpleRnnRows,
];

/** Tensors of more elements are not printed. */
const LARGEST_PRINTED = 64;

const scope = {
  ...ops,
  ...activations,
  ...batchNorm,
  ...gru,
  ...lstm,
  ...optimizerUpdates,
  ...simpleRnn,
  ...softmax,
  tensor,
  zeros,
};

/** What the printed test gives to `gradcheck`, called. */
async function paste(code: string): Promise<readonly Tensor[]> {
  let results: readonly Tensor[] = [];
  const pasted = {
    ...scope,
    test: (_title: string, run: () => void) => run(),
    gradcheck: (f: OpCase['call'], inputs: readonly Tensor[]) => {
      results = [f(...inputs)].flat();
    },
  };
  const source = `export default function ({ ${Object.keys(pasted).join(', ')} }) {\n${code}\n}`;
  const { default: run } = (await import(`data:text/javascript,${encodeURIComponent(source)}`)) as {
    readonly default: (names: object) => void;
  };
  run(pasted);
  return results;
}

for (const row of rows) {
  t.test(`${row.op}: the printed test makes the same call`, async (t) => {
    let compared = 0;
    const same = fc.asyncProperty(row.arbitrary, async (drawn) => {
      // Larger tensors are printed by their shapes.
      if (drawn.inputs.some(({ size }) => size > LARGEST_PRINTED)) return;
      const difference = differenceOf(
        await paste(pasteableTest(row.op, 'a law', drawn, { kind: 'gradient', order: 1 })),
        [drawn.call(...drawn.inputs)].flat(),
      );
      if (difference !== undefined) throw new Error(difference);
      compared++;
    });
    await t.resolves(fc.assert(same, { numRuns: 20, seed: 11 }));
    t.ok(compared >= 10, 'most cases are small enough to be printed');
  });
}
