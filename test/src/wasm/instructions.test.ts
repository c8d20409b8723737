/** Every instruction of the assembler, byte for byte as WABT encodes it from the text format. */
import t from 'tap';
import * as assembler from '../../../src/wasm/index.ts';
import { bytesOfText } from '../../support/wabt.ts';
import { atomicRows } from './instructions/atomic.ts';
import type { Rows } from './instructions/row.ts';
import { f32Rows, f64Rows, i32Rows, i64Rows } from './instructions/scalar.ts';
import * as simd from './instructions/simd.ts';
import { statementRows } from './instructions/statements.ts';

const { webAssembly } = assembler;

/** The rows of each group of expressions, by the name that the assembler exports it under. */
const groups: Readonly<Record<string, Readonly<Record<string, Rows>>>> = {
  atomic: atomicRows,
  i32: i32Rows,
  i64: i64Rows,
  f32: f32Rows,
  f64: f64Rows,
  v128: simd.v128Rows,
  i32x4: simd.i32x4Rows,
  f32x4: simd.f32x4Rows,
  f64x2: simd.f64x2Rows,
  i64x2: simd.i64x2Rows,
  relaxed: simd.relaxedRows,
};

/** Exports that are no instructions. */
const others = ['Bytes', 'FunctionBuilder', 'Local', 'ModuleBuilder', 'Value', 'supports', 'webAssembly'];

t.test('every exported instruction has a row', (t) => {
  t.strictSame(
    Object.keys(assembler).sort(),
    [...Object.keys(groups), 'shuffleBytes', ...others].sort(),
    'every export is a group with rows, or known as none',
  );
  for (const [name, rows] of Object.entries(groups)) {
    const exported = Object.entries(assembler).find(([key]) => key === name)?.[1];
    t.strictSame(Object.keys(rows).sort(), Object.keys(exported ?? {}).sort(), name);
  }
  const internal = ['constructor', 'finish', 'param'];
  t.strictSame(
    Object.keys(statementRows).sort(),
    Object.getOwnPropertyNames(assembler.FunctionBuilder.prototype)
      .filter((name) => !internal.includes(name))
      .sort(),
    'the statements of FunctionBuilder',
  );
  const all = [...Object.entries(groups), ['statements', statementRows] as const];
  const empty = all.flatMap(([group, rows]) =>
    Object.entries(rows).flatMap(([name, cases]) => (cases.length === 0 ? [`${group}.${name}`] : [])),
  );
  t.strictSame(empty, [], 'no row is empty');
  t.end();
});

const tables = { ...groups, functions: { shuffleBytes: simd.shuffleBytesRows }, statements: statementRows };

for (const [group, table] of Object.entries(tables)) {
  t.test(`${group}: the bytes are those of the text format`, (t) => {
    for (const [name, rows] of Object.entries(table)) {
      for (const { text, module, assemble } of rows) {
        t.equal(hex(assemble()), hex(bytesOfText(module)), `${name}: ${text}`);
      }
    }
    t.end();
  });

  // Engines without relaxed SIMD refuse it; WABT checks the validity of all.
  if (group === 'relaxed' && !assembler.supports('relaxed-simd')) continue;
  t.test(`${group}: the engine finds the modules valid`, (t) => {
    for (const [name, rows] of Object.entries(table)) {
      for (const { text, assemble } of rows) t.ok(webAssembly()?.validate(assemble()), `${name}: ${text}`);
    }
    t.end();
  });
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
