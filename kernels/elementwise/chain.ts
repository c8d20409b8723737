/**
 * Chains of element-wise ops as one WebAssembly function: each element is read once, goes through all ops in registers,
 * and is written once. A single op is a chain of one. Every op rounds to float32, as if it stood alone.
 */
import { i32, type Local } from '../../src/wasm/index.ts';
import type { WasmCall } from '../contract.ts';
import type { Walk } from '../strided/collapse.ts';
import { bytesFrom, elementRanges, rangesOf, splitOf } from '../split.ts';
import { emitNest, type NestAxis } from '../strided/nest.ts';
import { ChainRow, type Chain } from './chain-row.ts';

/** The call that walks over the elements; operand 0 of the walk is every output, the others are the inputs. */
export function chainCall(chain: Chain, walk: Walk): WasmCall {
  const steps = walk.steps.slice(1);
  const strides = walk.strides.slice(1);
  const axes = walk.sizes.length;
  const length = walk.rows === 0 ? 0 : walk.length;
  const call: Omit<WasmCall, 'split'> = {
    code: `chain ${nameOf(chain)}, ${axes} axes, steps ${steps.map(Math.sign).join('')}`,
    emit: (f, { inputs, outputs, args }, module) => {
      const end = f.index(i32.shl(args[0] as Local<'i32'>, 2));
      const wholeEnd = f.index(i32.and(end, -16));
      const at = f.local('i32');
      const row = new ChainRow(f, module, { chain, steps, inputs, outputs });
      f.if(end, () => {
        emitNest(f, inputs, nestOf(args.slice(1), axes), () => {
          row.begin();
          // One vector a turn: add, relu and a b + c already run at the speed of the memory, and of the first cache.
          f.for(at, 0, wholeEnd, 16, () => void row.four(at));
          f.if(i32.ltSigned(at, end), () => void row.rest(at, f.index(i32.sub(end, at))));
          for (const output of outputs) f.increment(output, end);
        });
      });
    },
    args: [length, ...nestArgs([...walk.sizes], strides)],
  };
  return {
    ...call,
    split(most, however) {
      const outputs = chain.results.length;
      if (axes === 0) {
        return splitOf(call, elementRanges(length, most, however), ({ start, size }) => ({
          inputs: bytesFrom(start, steps),
          outputs: bytesFrom(start, repeat(1, outputs)),
          args: [size],
        }));
      }
      const [outer = 1, ...inner] = walk.sizes;
      const inside = inner.reduce((product, size) => product * size, length);
      return splitOf(call, rangesOf(outer, most), ({ start, size }) => ({
        inputs: bytesFrom(
          start,
          strides.map(([first = 0]) => first),
        ),
        outputs: bytesFrom(start, repeat(inside, outputs)),
        args: [length, ...nestArgs([size, ...inner], strides)],
      }));
    },
  };
}

const repeat = (value: number, count: number): number[] => new Array<number>(count).fill(value);

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
