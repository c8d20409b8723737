/** The shared product with what matmul does not ask of it: rows apart in memory, packed B, and adding to C. */
import t from 'tap';
import {
  NO_ADDEND,
  packB,
  packedBytes,
  product,
  productWorkspace,
  type ProductKind,
} from '../../../kernels/gemm/product.ts';
import { ModuleBuilder, webAssembly } from '../../../src/wasm/index.ts';
import { arithmetic } from '../../support/wasm-kernel.ts';

const memory = new (webAssembly()!.Memory)({ initial: 64 });
const floats = new Float32Array(memory.buffer);
const GUARD = 12345;

/** Small whole numbers, so that every sum is exact. */
const small = (index: number): number => ((index * 7919) % 13) - 6;

type Run = (...args: readonly number[]) => number | undefined;

/** The product of a kind; `panels` first packs B, which stands as rows or columns. */
function compiled(kind: ProductKind, standing: 'rows' | 'columns'): Run {
  const module = new ModuleBuilder({ relaxed: arithmetic.fastMath });
  module.importMemory({ module: 'test', name: 'memory', initial: 1 });
  const params = Array.from({ length: 13 }, () => 'i32' as const);
  module.define({ name: 'run', params, exported: true }, (f, ...locals) => {
    const [a, aStep, b, bStep, c, cStep, m, n, k, addend, addendStep, workspace, packed] = locals as never[];
    const packs = kind.b === 'panels';
    if (packs) f.call(packB(module, standing), b!, bStep!, k!, n!, packed!);
    const [from, step] = packs ? [packed!, 0] : [b!, bStep!];
    f.call(product(module, kind), a!, aStep!, from, step, c!, cStep!, m!, n!, k!, addend!, addendStep!, workspace!);
  });
  const { Instance, Module } = webAssembly()!;
  return new Instance(new Module(module.toBytes()), { test: { memory } }).exports['run']!;
}

interface Sizes {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** Whether the product is right and nothing else was written; rows of all operands are 5 floats longer than need be. */
function agrees(
  run: Run,
  kind: ProductKind,
  standing: 'rows' | 'columns',
  sizes: Sizes,
  addendIs: 'none' | 'bias' | 'c',
): boolean {
  const { m, n, k } = sizes;
  const aRows = kind.a === 'rows';
  const bRows = standing === 'rows';
  const [aStep, bStep, cStep] = [5 + (aRows ? k : m), 5 + (bRows ? n : k), 5 + n];
  floats.fill(GUARD);
  let next = 16;
  const place = (length: number): number => {
    next += length + 16;
    return next - length - 16;
  };
  const a = place(aStep * (aRows ? m : k));
  const b = place(bStep * (bRows ? k : n));
  const c = place(cStep * m);
  const bias = place(n);
  const workspace = Math.ceil(place(4 + productWorkspace(kind, m, n, k) / 4) / 4) * 4;
  const packed = Math.ceil(place(4 + packedBytes(k, n) / 4) / 4) * 4;
  const aAt = (i: number, p: number): number => a + (aRows ? i * aStep + p : p * aStep + i);
  const bAt = (p: number, j: number): number => b + (bRows ? p * bStep + j : j * bStep + p);
  for (let p = 0; p < k; p++) {
    for (let i = 0; i < m; i++) floats[aAt(i, p)] = small(i * 50 + p);
    for (let j = 0; j < n; j++) floats[bAt(p, j)] = small(j * 31 + p + 7);
  }
  for (let j = 0; j < n; j++) floats[bias + j] = small(j);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) floats[c + i * cStep + j] = small(3 * i + j);
  const addends = { none: [NO_ADDEND, 0], bias: [4 * bias, 0], c: [4 * c, 4 * cStep] } as const;
  const before = floats.slice(0, next);
  const bytes = [a, aStep, b, bStep, c, cStep].map((value) => 4 * value);
  run(...bytes, m, n, k, ...addends[addendIs], 4 * workspace, 4 * packed);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = addendIs === 'none' ? 0 : addendIs === 'bias' ? small(j) : small(3 * i + j);
      for (let p = 0; p < k; p++) sum += small(i * 50 + p) * small(j * 31 + p + 7);
      if (floats[c + i * cStep + j] !== sum) return false;
      floats[c + i * cStep + j] = before[c + i * cStep + j] as number;
    }
  }
  const inWorkspace = (at: number): boolean =>
    (at >= workspace && at < workspace + productWorkspace(kind, m, n, k) / 4) ||
    (at >= packed && at < packed + packedBytes(k, n) / 4);
  return before.every((value, at) => value === floats[at] || inWorkspace(at));
}

const kinds: readonly ProductKind[] = (['rows', 'columns'] as const).flatMap((a) =>
  (['rows', 'columns', 'panels'] as const).map((b) => ({ a, b })),
);

for (const kind of kinds) {
  for (const standing of ['rows', 'columns'] as const) {
    if (kind.b !== 'panels' && kind.b !== standing) continue;
    t.test(`the product of A by ${kind.a} and B by ${kind.b} of ${standing} adds to nothing, a bias or C`, (t) => {
      const run = compiled(kind, standing);
      const wrong: string[] = [];
      for (const m of [0, 1, 2, 7, 8, 11, 83]) {
        for (const n of m === 7 ? [530] : [0, 1, 7, 13, 41]) {
          for (const k of [0, 9, 270]) {
            for (const addendIs of ['none', 'bias', 'c'] as const) {
              if (!agrees(run, kind, standing, { m, n, k }, addendIs)) wrong.push(`${m}, ${n}, ${k}, ${addendIs}`);
            }
          }
        }
      }
      t.same(wrong, []);
      t.end();
    });
  }
}
