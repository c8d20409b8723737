/** Batches of an iterable, which the fit draws and a worker trains on. */
import { Tensor } from '../../tensor/tensor.ts';
import type { BatchStream } from '../batches.ts';
import type { Batch } from '../data.ts';
import type { PlainBatch, PlainTensor, StreamName } from './messages.ts';
import type { Parent } from './parent.ts';

/** Batches that are asked for before the last one is trained on: the fit makes the next one meanwhile. */
const AHEAD = 2;

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
          while (asked.length < AHEAD) {
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
        await parent.ask({ kind: 'leave', stream });
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
