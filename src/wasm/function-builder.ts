/** The body of one function: locals, statements and structured control, written as they are called. */
import { Bytes } from './bytes.ts';
import {
  emitOpcode,
  i32Value,
  Local,
  TYPE_CODES,
  Value,
  type I32,
  type Opcode,
  type V128,
  type ValueType,
} from './value.ts';

/** Where a branch goes: behind a block, or back to the head of a loop. */
export interface Label {
  readonly depth: number;
}

/** A function that can be called: defined in this module, or imported. */
export interface Func<
  Params extends readonly ValueType[] = readonly ValueType[],
  Result extends ValueType | undefined = ValueType | undefined,
> {
  readonly index: number;
  readonly params: Params;
  readonly result: Result;
}

/** What a call takes: numbers are i32 constants. */
export type Arguments<Params extends readonly ValueType[]> = {
  readonly [Position in keyof Params]: Params[Position] extends 'i32' ? I32 : Value<Params[Position]>;
};

const STORES: Readonly<Record<ValueType, Opcode & { readonly alignment: number }>> = {
  i32: { code: 0x36, alignment: 2 },
  i64: { code: 0x37, alignment: 3 },
  f32: { code: 0x38, alignment: 2 },
  f64: { code: 0x39, alignment: 3 },
  v128: { prefix: 0xfd, code: 0x0b, alignment: 2 },
};

/** The block type of control that leaves nothing on the stack. */
const NO_RESULT = 0x40;

export class FunctionBuilder {
  readonly #code = new Bytes();
  readonly #types: ValueType[];
  readonly #paramCount: number;
  #depth = 0;

  /** @internal Use `ModuleBuilder.define`. */
  constructor(params: readonly ValueType[]) {
    this.#types = [...params];
    this.#paramCount = params.length;
  }

  /** @internal */
  param<Type extends ValueType>(type: Type, index: number): Local<Type> {
    return new Local(type, index);
  }

  /** A fresh variable, 0 at first. */
  local<Type extends ValueType>(type: Type, value?: Value<Type>): Local<Type> {
    this.#types.push(type);
    const local = new Local(type, this.#types.length - 1);
    if (value) this.#assign(local, value);
    return local;
  }

  locals<Type extends ValueType>(type: Type, count: number): readonly Local<Type>[] {
    return Array.from({ length: count }, () => this.local(type));
  }

  /** A fresh i32 with this value. */
  index(value: I32): Local<'i32'> {
    return this.local('i32', i32Value(value));
  }

  set<Type extends ValueType>(local: Local<Type>, value: Type extends 'i32' ? I32 : Value<Type>): void {
    this.#assign(local, valueOf(value));
  }

  /** Sets the local; as an expression, its new value. */
  tee<Type extends ValueType>(local: Local<Type>, value: Type extends 'i32' ? I32 : Value<Type>): Value<Type> {
    return new Value(local.type, (code) => {
      valueOf(value).emit(code);
      code.byte(0x22);
      code.u32(local.index);
    });
  }

  /** `local += by`. */
  increment(local: Local<'i32'>, by: I32): void {
    const step = i32Value(by);
    if (step.constant === 0) return;
    local.emit(this.#code);
    step.emit(this.#code);
    this.#code.byte(0x6a);
    this.#code.byte(0x21);
    this.#code.u32(local.index);
  }

  /** Writes the whole value to memory. */
  store(address: I32, value: Value, offset = 0): void {
    i32Value(address).emit(this.#code);
    value.emit(this.#code);
    const opcode = STORES[value.type];
    emitOpcode(this.#code, opcode);
    this.#code.u32(opcode.alignment);
    this.#code.u32(offset);
  }

  /** Writes one lane of 4 bytes. */
  storeLane32(address: I32, vector: V128, lane: number, offset = 0): void {
    this.#storeLane(0x5a, address, vector, lane, offset);
  }

  /** Writes two neighbouring lanes of 4 bytes: `lane` 0 or 1 counts pairs. */
  storeLane64(address: I32, vector: V128, lane: number, offset = 0): void {
    this.#storeLane(0x5b, address, vector, lane, offset);
  }

  #storeLane(code: number, address: I32, vector: V128, lane: number, offset: number): void {
    i32Value(address).emit(this.#code);
    vector.emit(this.#code);
    emitOpcode(this.#code, { prefix: 0xfd, code });
    this.#code.u32(2);
    this.#code.u32(offset);
    this.#code.byte(lane);
  }

  atomicStore(address: I32, value: I32, offset = 0): void {
    i32Value(address).emit(this.#code);
    i32Value(value).emit(this.#code);
    emitOpcode(this.#code, { prefix: 0xfe, code: 0x17 });
    this.#code.u32(2);
    this.#code.u32(offset);
  }

  /** Copies bytes; the places may overlap. */
  copyMemory(to: I32, from: I32, bytes: I32): void {
    for (const operand of [to, from, bytes]) i32Value(operand).emit(this.#code);
    this.#code.bytes([0xfc, 0x0a, 0x00, 0x00]);
  }

  fillMemory(to: I32, byte: I32, bytes: I32): void {
    for (const operand of [to, byte, bytes]) i32Value(operand).emit(this.#code);
    this.#code.bytes([0xfc, 0x0b, 0x00]);
  }

  /** Code that a branch to the label leaves. */
  block(body: (exit: Label) => void): void {
    this.#nest(0x02, body);
  }

  /** Code that a branch to the label begins anew; without a branch it ends. */
  loop(body: (again: Label) => void): void {
    this.#nest(0x03, body);
  }

  if(condition: I32, then: () => void, otherwise?: () => void): void {
    i32Value(condition).emit(this.#code);
    this.#nest(0x04, () => {
      then();
      if (!otherwise) return;
      this.#code.byte(0x05);
      otherwise();
    });
  }

  br(label: Label): void {
    this.#code.byte(0x0c);
    this.#code.u32(this.#depth - label.depth);
  }

  brIf(label: Label, condition: I32): void {
    i32Value(condition).emit(this.#code);
    this.#code.byte(0x0d);
    this.#code.u32(this.#depth - label.depth);
  }

  /** Runs the body while `local < end` (signed), from `start` on; the body must not change the local. */
  for(local: Local<'i32'>, start: I32, end: I32, step: I32, body: () => void): void {
    this.set(local, start);
    this.forRest(local, end, step, body);
  }

  /** The same from the local's present value on. */
  forRest(local: Local<'i32'>, end: I32, step: I32, body: () => void): void {
    const less = (): Value<'i32'> =>
      new Value('i32', (code) => {
        local.emit(code);
        i32Value(end).emit(code);
        code.byte(0x48);
      });
    this.if(less(), () => {
      this.loop((again) => {
        body();
        this.increment(local, step);
        this.brIf(again, less());
      });
    });
  }

  /** Calls a function without a result. */
  call<Params extends readonly ValueType[]>(func: Func<Params, undefined>, ...args: Arguments<Params>): void {
    emitCall(this.#code, func, args as readonly (Value | number)[]);
  }

  /** The result of a call. */
  valueOf<Params extends readonly ValueType[], Result extends ValueType>(
    func: Func<Params, Result>,
    ...args: Arguments<Params>
  ): Value<Result> {
    return new Value(func.result, (code) => emitCall(code, func, args as readonly (Value | number)[]));
  }

  /** Ends the function, with its result. */
  return(value?: Value): void {
    value?.emit(this.#code);
    this.#code.byte(0x0f);
  }

  /** A point that must not be reached. */
  unreachable(): void {
    this.#code.byte(0x00);
  }

  /** @internal The entry of the code section: its size, the locals, the instructions. */
  finish(hasResult: boolean): Bytes {
    const body = new Bytes();
    const groups: { type: ValueType; count: number }[] = [];
    for (const type of this.#types.slice(this.#paramCount)) {
      const last = groups.at(-1);
      if (last?.type === type) last.count++;
      else groups.push({ type, count: 1 });
    }
    body.u32(groups.length);
    for (const { type, count } of groups) {
      body.u32(count);
      body.byte(TYPE_CODES[type]);
    }
    body.append(this.#code);
    // A function with a result ends by `return`; what would come after cannot be reached.
    if (hasResult) body.byte(0x00);
    body.byte(0x0b);
    return body;
  }

  #assign(local: Local, value: Value): void {
    value.emit(this.#code);
    this.#code.byte(0x21);
    this.#code.u32(local.index);
  }

  #nest(opcode: number, body: (label: Label) => void): void {
    this.#code.byte(opcode);
    this.#code.byte(NO_RESULT);
    this.#depth++;
    body({ depth: this.#depth });
    this.#depth--;
    this.#code.byte(0x0b);
  }
}

function valueOf(value: Value | number): Value {
  return typeof value === 'number' ? i32Value(value) : value;
}

function emitCall(code: Bytes, func: Func, args: readonly (Value | number)[]): void {
  for (const argument of args) valueOf(argument).emit(code);
  code.byte(0x10);
  code.u32(func.index);
}
