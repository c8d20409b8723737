/** The tile's inner loop and the packing of panels, against products written index by index. */
import t from 'tap';
import { packColumns, packRows } from '../../../kernels/gemm/pack.ts';
import { clearSums, multiplyTile, tileSums, type Tile } from '../../../kernels/gemm/tile.ts';
import {
  i32,
  ModuleBuilder,
  webAssembly,
  type FunctionBuilder,
  type Local,
  type WasmFunction,
} from '../../../src/wasm/index.ts';
import { arithmetic } from '../../support/wasm-kernel.ts';

const memory = new (webAssembly()!.Memory)({ initial: 16 });
const floats = new Float32Array(memory.buffer);
const GUARD = 12345;

type Index = Local<'i32'>;
type Params = [Index, Index, Index, Index, Index];

function compiled(define: (module: ModuleBuilder, f: FunctionBuilder, params: Params) => void): WasmFunction {
  const module = new ModuleBuilder({ relaxed: arithmetic.fastMath });
  module.importMemory({ module: 'test', name: 'memory', initial: 1 });
  const params = ['i32', 'i32', 'i32', 'i32', 'i32'] as const;
  module.define({ name: 'run', params, exported: true }, (f, ...locals) => define(module, f, locals));
  const { Instance, Module } = webAssembly()!;
  const { exports } = new Instance(new Module(module.toBytes()), { test: { memory } });
  return exports['run']!;
}

/** Small whole numbers, so that every sum is exact. */
const small = (index: number): number => ((index * 7919) % 13) - 6;

interface Case {
  readonly rows: number;
  readonly panels: number;
  readonly columnsOfA: boolean;
  readonly depth: number;
  readonly depthIsBuiltIn: boolean;
}

/** A [rows, 50] or its transpose [50, 16] at 0, panels of 50 steps at 4096, sums at 8192. */
function tileAgrees({ rows, panels, columnsOfA, depth, depthIsBuiltIn }: Case): boolean {
  const run = compiled((module, f, [a, b, c, steps, aStep]) => {
    const sums = tileSums(f, rows, 2 * panels);
    clearSums(f, sums);
    const at = (first: Index, count: number, step: number): readonly Index[] =>
      Array.from({ length: count }, (__, index) => f.index(i32.add(first, index * step)));
    const tile: Tile = {
      sums,
      a: columnsOfA ? { column: a, step: aStep } : { rows: at(a, rows, 200) },
      b: { panels: at(b, panels, 50 * 32) },
      depth: depthIsBuiltIn ? depth : steps,
    };
    multiplyTile(f, module, tile);
    // The second stretch follows where the first ended.
    multiplyTile(f, module, { ...tile, depth: 3 });
    sums.forEach((row, i) => row.forEach((sum, v) => f.store(c, sum, 16 * (i * 2 * panels + v))));
  });
  const a = (i: number, p: number): number => small(i * 50 + p);
  const b = (p: number, j: number): number => small(1000 + p * 100 + j);
  floats.fill(GUARD);
  for (let p = 0; p < 50; p++) {
    for (let i = 0; i < rows; i++) floats[columnsOfA ? p * 16 + i : i * 50 + p] = a(i, p);
    for (let j = 0; j < 8 * panels; j++) floats[4096 + (Math.floor(j / 8) * 50 + p) * 8 + (j % 8)] = b(p, j);
  }
  run(0, 4 * 4096, 4 * 8192, depth, 64);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < 8 * panels; j++) {
      let sum = 0;
      for (let p = 0; p < depth + 3; p++) sum += a(i, p) * b(p, j);
      if (floats[8192 + i * 8 * panels + j] !== sum) return false;
    }
  }
  return true;
}

t.test('a tile adds products to its sums, for any rows, panels and depth, and goes on where it ended', (t) => {
  for (const columnsOfA of [false, true]) {
    for (const depthIsBuiltIn of [false, true]) {
      for (const [rows, panels] of [
        [1, 1],
        [2, 1],
        [3, 1],
        [4, 1],
        [5, 1],
        [6, 1],
        [1, 4],
        [2, 2],
      ] as const) {
        const wrong = [0, 1, 2, 7, 8, 9, 16, 31, 47].filter(
          (depth) => !tileAgrees({ rows, panels, columnsOfA, depth, depthIsBuiltIn }),
        );
        t.same(wrong, [], `${rows} rows, ${panels} panels, A by ${columnsOfA ? 'columns' : 'rows'}`);
      }
    }
  }
  t.end();
});

for (const transposed of [false, true]) {
  t.test(`a panel of ${transposed ? 'transposed' : 'plain'} B holds its columns, and zeros for those it lacks`, (t) => {
    const run = compiled((module, f, params) => f.call((transposed ? packColumns : packRows)(module), ...params));
    for (const columns of [1, 2, 3, 4, 5, 6, 7, 8, 11]) {
      for (const depth of [0, 1, 2, 3, 4, 5, 8, 13]) {
        const [filled, step] = [Math.min(columns, 8), transposed ? depth + 3 : columns + 2];
        const at = (p: number, j: number): number => 4096 + (transposed ? j * step + p : p * step + j);
        floats.fill(GUARD);
        for (let p = 0; p < depth; p++) for (let j = 0; j < columns; j++) floats[at(p, j)] = small(at(p, j));
        run(4 * 4096, 4 * step, depth, columns, 64);
        const expected = Array.from({ length: 8 * depth }, (_, index) =>
          index % 8 < filled ? small(at(Math.floor(index / 8), index % 8)) : 0,
        );
        t.same(Array.from(floats.subarray(16, 16 + 8 * depth)), expected, `${depth} by ${columns}`);
        t.equal(floats[16 + 8 * depth], GUARD, 'nothing behind it is written');
      }
    }
    t.end();
  });
}
