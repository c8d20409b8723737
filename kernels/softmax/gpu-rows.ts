/**
 * Kernels for a graphics card that fold rows and then use what came of them. One pass while a row is short, in which
 * each thread folds the row that it is in; else the passes of each fold, and one more.
 */
import type { GpuCall, GpuOperand, GpuPass } from '../contract.ts';
import { sourcesOf, type GpuFunction } from '../gpu-math.ts';
import { divide } from '../gpu-source.ts';
import { foldPasses, type GpuFold } from '../reduce/gpu-fold.ts';

/** A number that belongs to a row. */
export interface RowTotal {
  /** The variable that holds it for those behind it, and for the result. */
  readonly name: string;
  /** How elements of the row become one; undefined for what follows from the totals before. */
  readonly fold?: GpuFold;
  /** The element at `at` of the inputs `a0`, `a1`, ..., or what follows from the totals before. */
  readonly value: string;
}

export interface RowsForm {
  readonly rows: number;
  readonly length: number;
  readonly inputCount: number;
  readonly totals: readonly RowTotal[];
  /** What is stored, at `at` or, of results of one number for each row, at `row`. */
  readonly value: string;
  readonly perRow?: true;
  readonly uses: readonly GpuFunction[];
}

/** Elements that a thread folds beside others that fold the same, and elements that it folds alone. */
const MOST_SHARED = 32;
const MOST_ALONE = 256;

export function rowsCall(form: RowsForm): GpuCall {
  const inputs = Array.from({ length: form.inputCount }, (_, input) => ({ input }));
  if (form.length <= (form.perRow ? MOST_ALONE : MOST_SHARED)) {
    return { passes: [resultPass(form, inputs, inThread(form))], outputs: [0] };
  }
  const passes: GpuPass[] = [];
  const operands: GpuOperand[] = [...inputs];
  const known: string[] = [];
  for (const { name, fold, value } of form.totals) {
    if (!fold) {
      known.push(`const ${name} = ${value};`);
      continue;
    }
    const axes = [
      { size: form.rows, reduced: false },
      { size: form.length, reduced: true },
    ];
    const before = known.map((line) => line.replace('[row]', '[k0]'));
    const pass = foldPasses(passes, fold, axes, { operands: [...operands], uses: form.uses, before, value });
    known.push(`const ${name} = a${operands.push({ pass }) - 1}[row];`);
  }
  return { passes: [...passes, resultPass(form, operands, known)], outputs: [passes.length] };
}

/** Lines that fold the row in the thread itself. */
function inThread({ totals, length }: RowsForm): string[] {
  return totals.flatMap(({ name, fold, value }, index) =>
    fold
      ? [
          `let ${name} = n${index};`,
          `for (let r = 0; r < ${length}; r++) {`,
          `const at = row * ${length} + r;`,
          `${name} = ${fold.step(name, value)};`,
          '}',
        ]
      : [`const ${name} = ${value};`],
  );
}

function resultPass(
  { rows, length, totals, value, perRow, uses }: RowsForm,
  operands: readonly GpuOperand[],
  lines: readonly string[],
): GpuPass {
  const position = perRow
    ? 'const row = this.thread.x;'
    : `${divide('row', 'column', 'this.thread.x', length)} const here = this.thread.x;`;
  return {
    source: [position, ...lines, `return ${value};`].join('\n'),
    functions: sourcesOf([...totals.flatMap(({ fold }) => fold?.uses ?? []), ...uses]),
    operands,
    numbers: totals.map(({ fold }) => fold?.start ?? 0),
    size: perRow ? rows : rows * length,
  };
}
