/** Chains of element-wise ops on four neighbours of a row, or on the rest of it: loads, ops in registers, stores. */
import { i32, v128, type FunctionBuilder, type Local, type ModuleBuilder, type Value } from '../../src/wasm/index.ts';
import type { Lanes } from '../contract.ts';

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

/** Where a row is, and what each element of it goes through. */
export interface ChainRowParts {
  readonly chain: Chain;
  /** Of each input, whether a row walks along it (1), or it is one number (0). */
  readonly steps: readonly number[];
  /** Where the row begins in each. */
  readonly inputs: readonly Local<'i32'>[];
  readonly outputs: readonly Local<'i32'>[];
}

/** A row of a chain. Positions are bytes from where the row begins. */
export class ChainRow {
  readonly #f: FunctionBuilder;
  readonly #module: ModuleBuilder;
  readonly #parts: ChainRowParts;
  readonly #values: readonly Local<'v128'>[];

  constructor(f: FunctionBuilder, module: ModuleBuilder, parts: ChainRowParts) {
    this.#f = f;
    this.#module = module;
    this.#parts = parts;
    this.#values = parts.inputs.map(() => f.local('v128'));
  }

  /** Reads what is one number in this row. */
  begin(): void {
    const { inputs, steps } = this.#parts;
    inputs.forEach((input, k) => {
      if (steps[k] === 0) this.#f.set(this.#values[k] as Local<'v128'>, v128.load32Splat(input));
    });
  }

  /** Four elements, `offset` bytes behind a position; gives the value of each step. */
  four(at: Local<'i32'>, offset = 0): readonly Local<'v128'>[] {
    return this.#each(
      at,
      (address, into) => this.#f.set(into, v128.load(address, offset)),
      (address, value) => this.#f.store(address, value, offset),
    );
  }

  /** One to three elements from a position on, `bytes` of them; gives the value of each step. */
  rest(at: Local<'i32'>, bytes: Local<'i32'>): readonly Local<'v128'>[] {
    const f = this.#f;
    return this.#each(
      at,
      (address, into) => loadRest(f, f.index(address), bytes, into),
      (address, value) => storeRest(f, f.index(address), bytes, value),
    );
  }

  #each(
    at: Local<'i32'>,
    load: (address: Value<'i32'>, into: Local<'v128'>) => void,
    store: (address: Value<'i32'>, value: Local<'v128'>) => void,
  ): readonly Local<'v128'>[] {
    const { chain, steps, inputs, outputs } = this.#parts;
    inputs.forEach((input, k) => {
      if (steps[k] !== 0) load(i32.add(input, at), this.#values[k] as Local<'v128'>);
    });
    const results = [...this.#values];
    for (const { lanes, operands } of chain.steps) {
      const given = operands.map((operand) => results[operand] as Local<'v128'>);
      results.push(this.#f.local('v128', lanes(this.#f, given, this.#module)));
    }
    const values = results.slice(chain.inputCount);
    chain.results.forEach((step, k) => {
      store(i32.add(outputs[k] as Local<'i32'>, at), values[step] as Local<'v128'>);
    });
    return values;
  }
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
