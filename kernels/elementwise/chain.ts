/**
 * Chains of element-wise ops as one WebAssembly function: each element is read once, goes through all ops in registers,
 * and is written once. A single op is a chain of one. Every op rounds to float32, as if it stood alone.
 */
import { i32, type Local } from '../../src/wasm/index.ts';
import type { WasmCall } from '../contract.ts';
import type { Walk } from '../strided/collapse.ts';
import { emitNest, type NestAxis } from '../strided/nest.ts';
import { ChainRow, type Chain } from './chain-row.ts';

/** The call that walks over the elements; operand 0 of the walk is every output, the others are the inputs. */
export function chainCall(chain: Chain, walk: Walk): WasmCall {
  const steps = walk.steps.slice(1);
  const axes = walk.sizes.length;
  return {
    code: `chain ${nameOf(chain)}, ${axes} axes, steps ${steps.map(Math.sign).join('')}`,
    emit: (f, { inputs, outputs, args }, module) => {
      const length = args[0] as Local<'i32'>;
      const end = f.index(i32.shl(length, 2));
      const wholeEnd = f.index(i32.and(end, -16));
      const at = f.local('i32');
      const row = new ChainRow(f, module, { chain, steps, inputs, outputs });
      f.if(length, () => {
        emitNest(f, inputs, nestOf(args.slice(1), axes), () => {
          row.begin();
          // One vector a turn: add, relu and a b + c already run at the speed of the memory, and of the first cache.
          f.for(at, 0, wholeEnd, 16, () => void row.four(at));
          f.if(i32.ltSigned(at, end), () => void row.rest(at, f.index(i32.sub(end, at))));
          for (const output of outputs) f.increment(output, end);
        });
      });
    },
    args: [walk.rows === 0 ? 0 : walk.length, ...nestArgs([...walk.sizes], walk.strides.slice(1))],
  };
}

/** The ops, their operands and what is written: all of a chain that is built in. */
export function nameOf({ steps, results }: Chain): string {
  return `${steps.map(({ name, operands }) => `${name}(${operands.join()})`).join(' ')} to ${results.join()}`;
}

/** A nest's axes as numbers to pass: each its size, then the bytes that each input steps by. */
export function nestArgs(sizes: readonly number[], strides: readonly ArrayLike<number>[]): number[] {
  return sizes.flatMap((size, axis) => [size, ...strides.map((operand) => 4 * (operand[axis] as number))]);
}

/** The axes that were passed by `nestArgs`. */
export function nestOf(args: readonly Local<'i32'>[], axes: number): NestAxis[] {
  const each = args.length / axes;
  return Array.from({ length: axes }, (_, axis) => {
    const [size, ...strides] = args.slice(axis * each, (axis + 1) * each);
    return { size: size as Local<'i32'>, strides };
  });
}
