/** The passes of one kernel call, whose sources name their operands as they need them. */
import type { GpuCall, GpuOperand, GpuPass } from '../contract.ts';

/** The name in a pass's source of an operand, which becomes one of the pass when it is first asked for. */
export type OperandName = (operand: GpuOperand) => string;

/** What an earlier pass of the call computed. */
export interface PassOperand {
  readonly pass: number;
}

/** The operands of one pass, and their names. */
export function nameOperands(): { readonly operands: readonly GpuOperand[]; readonly name: OperandName } {
  const operands: GpuOperand[] = [];
  const name: OperandName = (operand) => {
    let index = operands.findIndex((known) => isSame(known, operand));
    if (index < 0) index = operands.push(operand) - 1;
    return `a${index}`;
  };
  return { operands, name };
}

function isSame(a: GpuOperand, b: GpuOperand): boolean {
  return 'input' in a ? 'input' in b && a.input === b.input : 'pass' in b && a.pass === b.pass;
}

export class GpuPasses {
  readonly passes: GpuPass[] = [];
  readonly #present: readonly boolean[];

  constructor(present: readonly boolean[]) {
    this.#present = present;
  }

  /** An input, where it was given. */
  given(input: number): GpuOperand | undefined {
    return this.#present[input] ? { input } : undefined;
  }

  /** Appends a pass of `size` elements. */
  add(
    size: number,
    source: (name: OperandName) => string,
    settings: Pick<GpuPass, 'functions' | 'numbers'> = {},
  ): PassOperand {
    const { operands, name } = nameOperands();
    this.passes.push({ source: source(name), operands, size, ...settings });
    return { pass: this.passes.length - 1 };
  }

  /** A copy of some of an operand's elements in a row; without an operand zeros. */
  copy(size: number, operand: GpuOperand | undefined, start: number = 0): PassOperand {
    return this.add(size, (name) => `return ${operand ? `${name(operand)}[${start} + this.thread.x]` : '0'};`);
  }

  call(outputs: readonly PassOperand[]): GpuCall {
    return { passes: this.passes, outputs: outputs.map(({ pass }) => pass) };
  }
}
