/** An op whose second half takes long where several threads share it: a thread can be ended while it is at work there. */
import * as gt from 'gradtape';
import type { Kernel } from '../../kernels/contract.ts';
import { i32, type Local } from '../../src/wasm/index.ts';
import { sizeOf } from '../../src/tensor/shape.ts';

/** Turns of a loop that writes to memory: half a second and more. */
const LONG = 1_000_000_000;

const kernel: Kernel<Record<string, never>, { readonly size: number }> = {
  name: 'slowCopy',
  plan: (_, [output]) => ({ size: sizeOf(output ?? []) }),
  cpu: ([x], [y]) => y!.set(x!),
  wasm: ({ size }) => {
    const half = Math.floor(size / 2);
    const code = 'slowCopy';
    const emit: NonNullable<ReturnType<NonNullable<Kernel['wasm']>>>['emit'] = (f, { inputs, outputs, args }) => {
      const [x, y] = [...inputs, ...outputs] as [Local<'i32'>, Local<'i32'>];
      const [count, turns] = args as [Local<'i32'>, Local<'i32'>];
      const turn = f.local('i32');
      f.for(turn, 0, turns, 1, () => f.store(y, turn));
      f.copyMemory(y, x, i32.shl(count, 2));
    };
    return {
      code,
      emit,
      args: [size, 0],
      split: () => ({
        stages: [
          {
            code,
            emit,
            parts: [
              // Whoever opens the stage begins here, and waits for the other half.
              { inputs: [0], outputs: [0], args: [half, LONG / 50] },
              { inputs: [4 * half], outputs: [4 * half], args: [size - half, LONG] },
            ],
          },
        ],
      }),
    };
  },
  flops: ({ size }) => size,
};

/** x, slowly. */
export const slowCopy: gt.Op<[x: gt.TensorLike]> = gt.defineOp<[x: gt.TensorLike]>({
  name: 'slowCopy',
  shape: ([x]) => x,
  kernel,
  gradient: ({ gradients: [dy] }) => [dy],
});
