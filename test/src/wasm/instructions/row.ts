/** One instruction: how the assembler is asked for it, and the same in WebAssembly's text format. */
import {
  Local,
  ModuleBuilder,
  type Func,
  type FunctionBuilder,
  type Value,
  type ValueType,
} from '../../../../src/wasm/index.ts';

export interface Row {
  /** The function's body in the text format. */
  readonly text: string;
  /** A whole module with that body in the text format. */
  readonly module: string;
  /** The same module by the assembler. */
  readonly assemble: () => Uint8Array<ArrayBuffer>;
}

export type Rows = readonly Row[];

/** A row or several for each instruction of a group. */
export type Table<Group> = Readonly<Record<keyof Group, Rows>>;

type Locals<Params extends readonly ValueType[]> = {
  -readonly [Position in keyof Params]: Local<Params[Position]>;
};

/** An expression that applies one instruction to the parameters, in order. */
export function row<const Params extends readonly ValueType[]>(
  params: Params,
  expression: (...params: Locals<Params>) => Value,
  instruction: string,
): Rows {
  const value = expression(...localsOf(params));
  const operands = params.map((_, index) => `local.get ${index} `).join('');
  // The assembler ends a function with a result by a return and what cannot be reached.
  const text = `${operands}${instruction} return unreachable`;
  return [oneRow(params, value.type, text, (f) => f.return(value))];
}

/** Instructions on the same operands that the assembler names as the text format does. */
export function sameNamed<const Params extends readonly ValueType[], Name extends string>(
  params: Params,
  prefix: string,
  group: Readonly<Record<NoInfer<Name>, (...params: Locals<Params>) => Value>>,
  names: readonly Name[],
): Readonly<Record<Name, Rows>> {
  const entries = names.map((name) => [name, row(params, group[name], `${prefix}.${name}`)] as const);
  return Object.fromEntries(entries) as Record<Name, Rows>;
}

/** Names that all floats have, alone and in vectors. */
export const COMPARISONS = ['eq', 'ne', 'lt', 'gt', 'le', 'ge'] as const;
export const ARITHMETIC = ['add', 'sub', 'mul', 'div', 'min', 'max'] as const;

/** A load with and without an offset; `immediates` come behind it. */
export function loads<const Params extends readonly ValueType[]>(
  params: Params,
  load: (offset: number | undefined, ...params: Locals<Params>) => Value,
  instruction: string,
  immediates = '',
): Rows {
  return OFFSETS.flatMap((offset) =>
    row(params, (...given) => load(offset, ...given), `${instruction}${offsetText(offset)} ${immediates}`),
  );
}

/** Statements, and the whole body that they make. */
export function statements<const Params extends readonly ValueType[]>(
  params: Params,
  write: (f: FunctionBuilder, ...params: Locals<Params>) => void,
  text: string,
): Rows {
  return [oneRow(params, undefined, text, (f) => write(f, ...localsOf(params)))];
}

/** A store to the address `local.get 0` of the value `local.get 1`, with and without an offset. */
export function stores<const Params extends readonly ValueType[]>(
  params: Params,
  write: (f: FunctionBuilder, offset: number | undefined, ...params: Locals<Params>) => void,
  instruction: string,
  immediates = '',
): Rows {
  return OFFSETS.flatMap((offset) =>
    statements(
      params,
      (f, ...given) => write(f, offset, ...given),
      `local.get 0 local.get 1 ${instruction}${offsetText(offset)} ${immediates}`,
    ),
  );
}

/** The imported functions of every row's module. */
export const pair: Func<readonly ['i32', 'f32'], undefined> = { index: 0, params: ['i32', 'f32'], result: undefined };
export const root: Func<readonly ['f64'], 'f64'> = { index: 1, params: ['f64'], result: 'f64' };

/** None, and one of two bytes. */
const OFFSETS = [undefined, 300] as const;

function offsetText(offset: number | undefined): string {
  return offset === undefined ? '' : ` offset=${offset}`;
}

function localsOf<const Params extends readonly ValueType[]>(params: Params): Locals<Params> {
  return params.map((type, index) => new Local(type, index)) as Locals<Params>;
}

// The memory is shared so that the waiting of threads has one to wait on.
function oneRow(
  params: readonly ValueType[],
  result: ValueType | undefined,
  text: string,
  write: (f: FunctionBuilder) => void,
): Row {
  const resultText = result === undefined ? '' : `(result ${result})`;
  return {
    text,
    module: `(module (import "host" "memory" (memory 1 2 shared))
      (import "host" "pair" (func (param i32 f32))) (import "host" "root" (func (param f64) (result f64)))
      (func (export "run") (param ${params.join(' ')}) ${resultText} ${text}))`,
    assemble: () => {
      const module = new ModuleBuilder();
      module.importMemory({ module: 'host', name: 'memory', initial: 1, maximum: 2, shared: true });
      module.importFunction('host', { name: 'pair', params: pair.params });
      module.importFunction('host', { name: 'root', params: root.params, result: root.result });
      module.define({ name: 'run', params, exported: true, ...(result && { result }) }, write);
      return module.toBytes();
    },
  };
}
