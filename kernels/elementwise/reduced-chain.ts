/**
 * A chain of element-wise ops whose last value is folded over its trailing axes as it is computed. The value reaches the
 * memory only as a result of the chain. Sums are those of the reduction alone, bit for bit: its loops ask the chain for
 * elements instead of the memory.
 */
import { i32, i32x4, type FunctionBuilder, type Local } from '../../src/wasm/index.ts';
import type { RowFold, WasmCall } from '../contract.ts';
import { divisorOf, finish, widenFour, widenOne, type VectorFold } from '../reduce/fold.ts';
import { foursOf, RowTotals, type RowSource } from '../reduce/rows.ts';
import { bytesFrom, rangesOf, splitOf } from '../split.ts';
import { emitNest } from '../strided/nest.ts';
import type { FoldedRows } from './broadcast.ts';
import { ChainRow, type Chain } from './chain-row.ts';
import { nameOf, nestArgs, nestOf } from './chain.ts';

/** @param folded the step whose values are folded; the result is the output behind those of the chain */
export function reducedChainCall(
  chain: Chain,
  folded: number,
  { fold, row }: RowFold,
  { sizes, strides, steps }: FoldedRows,
): WasmCall {
  const kind = `rows by ${4 * foursOf(fold, row)}`;
  const call: Omit<WasmCall, 'split'> = {
    code: `chain ${nameOf(chain)}, ${fold.name} of ${folded} ${kind}, ${sizes.length} axes, steps ${steps.map(Math.sign).join('')}`,
    emit: (f, { inputs, outputs, args }, module) => {
      const out = outputs[chain.results.length]!;
      const results = outputs.slice(0, chain.results.length);
      const [elements, rowBytes] = [args[0]!, f.index(i32.shl(args[0]!, 2))];
      const divisor = divisorOf(f, fold, elements);
      const chainRow = new ChainRow(f, module, { chain, steps, inputs, outputs: results });
      const source = chainSource(f, fold, chainRow, folded);
      const totals = new RowTotals(f, fold, row);
      emitNest(f, inputs, nestOf(args.slice(1), sizes.length), () => {
        chainRow.begin();
        totals.clear();
        totals.add(source, rowBytes);
        f.storeLane32(out, finish(fold, totals.total(), divisor), 0);
        f.increment(out, 4);
        for (const result of results) f.increment(result, rowBytes);
      });
    },
    args: [row, ...nestArgs(sizes, strides)],
  };
  return {
    ...call,
    split(most) {
      const [outer = 1, ...inner] = sizes;
      const inside = inner.reduce((product, size) => product * size, 1);
      return splitOf(call, rangesOf(outer, most), ({ start, size }) => ({
        inputs: bytesFrom(
          start,
          strides.map(([first = 0]) => first),
        ),
        outputs: bytesFrom(start, [...chain.results.map(() => inside * row), inside]),
        args: [row, ...nestArgs([size, ...inner], strides)],
      }));
    },
  };
}

function chainSource(f: FunctionBuilder, fold: VectorFold, row: ChainRow, folded: number): RowSource {
  return {
    start: 0,
    four: (at, offset) => widenFour(fold, row.four(at, offset)[folded]!),
    rest: (at, end, take) => {
      f.if(i32.ltSigned(at, end), () => {
        const bytes = f.index(i32.sub(end, at));
        const value: Local<'v128'> = row.rest(at, bytes)[folded]!;
        take(widenOne(fold, value));
        f.if(i32.gtSigned(bytes, 4), () => take(widenOne(fold, i32x4.shuffle(value, value, [1, 1, 1, 1]))));
        f.if(i32.gtSigned(bytes, 8), () => take(widenOne(fold, i32x4.shuffle(value, value, [2, 2, 2, 2]))));
      });
    },
  };
}
