/** Batches of an iterable, which the fit draws and a worker trains on. */
import { Tensor } from '../../tensor/tensor.ts';
import { MOST_GIVEN_BACK, type BatchStream } from '../batches.ts';
import type { Batch } from '../data.ts';
import type { PlainBatch, PlainTensor, StreamName } from './messages.ts';
import type { Parent } from './parent.ts';

export function askedStream(parent: Parent, stream: StreamName): BatchStream {
  // The fit has begun the first epoch: its first batch may have built the model.
  let hasBegun = stream === 'training';
  return {
    begin() {
      if (!hasBegun) return parent.ask<boolean>({ kind: 'begin', stream });
      hasBegun = false;
      return Promise.resolve(true);
    },
    async *batches() {
      const asked: Promise<PlainBatch | undefined>[] = [];
      try {
        for (;;) {
          // The fit makes the next batch while this one is trained on; what is not needed is given back.
          while (asked.length < MOST_GIVEN_BACK) {
            const next = parent.ask<PlainBatch | undefined>({ kind: 'next', stream });
            // Whoever waits for it hears of a failure.
            next.catch(() => undefined);
            asked.push(next);
          }
          const batch = await asked.shift();
          if (!batch) return;
          yield batchFrom(batch);
        }
      } finally {
        const came = await Promise.all(asked.map((next) => next.catch(() => undefined)));
        await parent.ask({ kind: 'leave', stream, unused: came.filter((batch) => batch !== undefined).length });
      }
    },
    skip: (count) => parent.ask<number>({ kind: 'skip', stream, count }),
    close: () => Promise.resolve(),
  };
}

function batchFrom({ inputs, targets, weights, size }: PlainBatch): Batch {
  return {
    inputs: inputs.map(tensorFrom),
    targets: targets.map(tensorFrom),
    weights: weights.map((weight) => weight && tensorFrom(weight)),
    size,
  };
}

function tensorFrom({ shape, data }: PlainTensor): Tensor {
  return new Tensor(shape, data as Float32Array);
}
