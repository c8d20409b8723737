/** Expressions: typed trees that write the instructions which leave one value on the stack. */
import type { Bytes } from './bytes.ts';

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

/** The byte of each type in the binary format. */
export const TYPE_CODES: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

export class Value<Type extends ValueType = ValueType> {
  readonly type: Type;
  readonly emit: (code: Bytes) => void;
  /** The number, for an i32 that is known while emitting: arithmetic on it happens here. */
  readonly constant: number | undefined;

  constructor(type: Type, emit: (code: Bytes) => void, constant?: number) {
    this.type = type;
    this.emit = emit;
    this.constant = constant;
  }
}

/** A parameter or a variable of a function; as an expression, its value where it is used. */
export class Local<Type extends ValueType = ValueType> extends Value<Type> {
  readonly index: number;

  constructor(type: Type, index: number) {
    super(type, (code) => {
      code.byte(0x20);
      code.u32(index);
    });
    this.index = index;
  }
}

/** What is taken where an i32 is wanted: numbers are constants. */
export type I32 = Value<'i32'> | number;
export type I64 = Value<'i64'> | bigint;
export type F32 = Value<'f32'> | number;
export type F64 = Value<'f64'> | number;
export type V128 = Value<'v128'>;

export function i32Value(value: I32): Value<'i32'> {
  if (typeof value !== 'number') return value;
  const constant = value | 0;
  return new Value(
    'i32',
    (code) => {
      code.byte(0x41);
      code.s32(constant);
    },
    constant,
  );
}

export function i64Value(value: I64): Value<'i64'> {
  if (typeof value !== 'bigint') return value;
  return new Value('i64', (code) => {
    code.byte(0x42);
    code.s64(value);
  });
}

export function f32Value(value: F32): Value<'f32'> {
  if (typeof value !== 'number') return value;
  return new Value('f32', (code) => {
    code.byte(0x43);
    code.f32(value);
  });
}

export function f64Value(value: F64): Value<'f64'> {
  if (typeof value !== 'number') return value;
  return new Value('f64', (code) => {
    code.byte(0x44);
    code.f64(value);
  });
}

/** Instructions of one byte, and those behind a prefix: SIMD (0xfd), bulk memory and saturation (0xfc), atomics (0xfe). */
export interface Opcode {
  readonly prefix?: 0xfc | 0xfd | 0xfe;
  readonly code: number;
}

export function emitOpcode(code: Bytes, { prefix, code: number }: Opcode): void {
  if (prefix === undefined) {
    code.byte(number);
    return;
  }
  code.byte(prefix);
  code.u32(number);
}

/** Operands first, then the instruction. */
export function instruction<Type extends ValueType>(
  type: Type,
  opcode: Opcode,
  operands: readonly Value[],
  immediate?: (code: Bytes) => void,
): Value<Type> {
  return new Value(type, (code) => {
    for (const operand of operands) operand.emit(code);
    emitOpcode(code, opcode);
    immediate?.(code);
  });
}

/** The two immediates of a memory access. The alignment is a hint of 4 bytes unless said: tensors promise no more. */
export function memoryArgument(offset: number, alignment = 2): (code: Bytes) => void {
  return (code) => {
    code.u32(alignment);
    code.u32(offset);
  };
}
