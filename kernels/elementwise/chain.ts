/**
 * Chains of element-wise ops as one WebAssembly function: each element is read once, goes through all ops in registers,
 * and is written once. A single op is a chain of one. Every op rounds to float32, as if it stood alone.
 */
import { i32, v128, type FunctionBuilder, type Local, type ModuleBuilder, type Value } from '../../src/wasm/index.ts';
import type { Lanes, WasmCall, WasmParams } from '../contract.ts';
import type { Walk } from '../strided/collapse.ts';

/** One op of a chain. Operands count the inputs of the chain first, then the ops before. */
export interface ChainStep {
  readonly name: string;
  readonly lanes: Lanes;
  readonly operands: readonly number[];
}

export interface Chain {
  readonly inputCount: number;
  readonly steps: readonly ChainStep[];
  /** The steps whose values are written, one per output. */
  readonly results: readonly number[];
}

/** The call that walks over the elements; operand 0 of the walk is every output, the others are the inputs. */
export function chainCall(chain: Chain, walk: Walk): WasmCall {
  const steps = walk.steps.slice(1);
  const strides = walk.strides.slice(1);
  const ops = chain.steps.map(({ name, operands }) => `${name}(${operands.join()})`).join(' ');
  return {
    code: `chain ${ops} to ${chain.results.join()}, ${walk.sizes.length} axes, steps ${steps.map(Math.sign).join('')}`,
    emit: (f, params, module) => emitChain(f, module, params, chain, steps, walk.sizes.length),
    args: [
      walk.rows === 0 ? 0 : walk.length,
      ...walk.sizes,
      ...strides.flatMap((operand) => Array.from(operand, (stride) => 4 * stride)),
    ],
  };
}

function emitChain(
  f: FunctionBuilder,
  module: ModuleBuilder,
  { inputs, outputs, args }: WasmParams,
  chain: Chain,
  steps: readonly number[],
  axes: number,
): void {
  const length = args[0] as Local<'i32'>;
  const strideOf = (input: number, axis: number): Local<'i32'> => args[1 + axes + input * axes + axis] as Local<'i32'>;
  const end = f.index(i32.shl(length, 2));
  const wholeEnd = f.index(i32.and(end, -16));
  const walkAxis = (axis: number): void => {
    if (axis === axes) {
      emitRow(f, module, { inputs, outputs, end, wholeEnd, chain, steps });
      for (const output of outputs) f.increment(output, end);
      return;
    }
    const size = args[1 + axis] as Local<'i32'>;
    f.for(f.local('i32'), 0, size, 1, () => {
      walkAxis(axis + 1);
      inputs.forEach((input, k) => f.increment(input, strideOf(k, axis)));
    });
    if (axis === 0) return;
    inputs.forEach((input, k) => f.set(input, i32.sub(input, i32.mul(strideOf(k, axis), size))));
  };
  f.if(length, () => walkAxis(0));
}

interface Row {
  readonly inputs: readonly Local<'i32'>[];
  readonly outputs: readonly Local<'i32'>[];
  /** Bytes of the row, and of its part in whole vectors. */
  readonly end: Local<'i32'>;
  readonly wholeEnd: Local<'i32'>;
  readonly chain: Chain;
  readonly steps: readonly number[];
}

function emitRow(f: FunctionBuilder, module: ModuleBuilder, row: Row): void {
  const { inputs, outputs, end, wholeEnd, chain, steps } = row;
  const at = f.local('i32');
  const values = inputs.map(() => f.local('v128'));
  inputs.forEach((input, k) => {
    if (steps[k] === 0) f.set(values[k] as Local<'v128'>, v128.load32Splat(input));
  });
  const each = (
    load: (address: Value<'i32'>, into: Local<'v128'>) => void,
    store: (address: Value<'i32'>, value: Local<'v128'>) => void,
  ): void => {
    inputs.forEach((input, k) => {
      if (steps[k] !== 0) load(i32.add(input, at), values[k] as Local<'v128'>);
    });
    const results = [...values];
    for (const { lanes, operands } of chain.steps) {
      const given = operands.map((operand) => results[operand] as Local<'v128'>);
      results.push(f.local('v128', lanes(f, given, module)));
    }
    outputs.forEach((output, k) => {
      store(i32.add(output, at), results[chain.inputCount + (chain.results[k] as number)] as Local<'v128'>);
    });
  };
  // One vector a turn: add, relu and a b + c already run at the speed of the memory, and of the first cache.
  f.for(at, 0, wholeEnd, 16, () => {
    each(
      (address, into) => f.set(into, v128.load(address)),
      (address, value) => f.store(address, value),
    );
  });
  f.if(i32.ltSigned(at, end), () => {
    const rest = f.index(i32.sub(end, at));
    each(
      (address, into) => loadRest(f, f.index(address), rest, into),
      (address, value) => storeRest(f, f.index(address), rest, value),
    );
  });
}

/** One to three elements, repeated in the lanes beyond: values of the row, on which no op does more than on others. */
function loadRest(f: FunctionBuilder, address: Local<'i32'>, bytes: Local<'i32'>, into: Local<'v128'>): void {
  f.set(into, v128.load32Splat(address));
  f.if(i32.gtSigned(bytes, 4), () => f.set(into, v128.load32Lane(address, into, 1, 4)));
  f.if(i32.gtSigned(bytes, 8), () => f.set(into, v128.load32Lane(address, into, 2, 8)));
}

function storeRest(f: FunctionBuilder, address: Local<'i32'>, bytes: Local<'i32'>, value: Local<'v128'>): void {
  f.storeLane32(address, value, 0);
  f.if(i32.gtSigned(bytes, 4), () => f.storeLane32(address, value, 1, 4));
  f.if(i32.gtSigned(bytes, 8), () => f.storeLane32(address, value, 2, 8));
}
