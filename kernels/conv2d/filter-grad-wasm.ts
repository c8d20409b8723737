/**
 * The filter gradient as WebAssembly: `dFilters[tap, c, o] = sum over pixels of x[cell(pixel, tap), c] dy[pixel, o]`.
 * Rows of A are the entries (tap, c), each a walk along the pixels of x; dy is packed into panels, block by block of
 * pixels, once for all taps. A block's sums are made in registers and added to sums in memory.
 */
import { i32, v128, type Func, type FunctionBuilder, type Local, type ModuleBuilder } from '../../src/wasm/index.ts';
import type { WasmCall, WasmParams } from '../contract.ts';
import { packRows } from '../gemm/pack.ts';
import { PANEL_STEP, TILE_COLUMNS, tileRows } from '../gemm/tile.ts';
import { bytesFrom, rangesOf, splitOf } from '../split.ts';
import { filterGradLayout, ofChannels, type FilterGradLayout } from './filter-grad-layout.ts';
import type { ConvSizes } from './geometry.ts';
import { emitFrames, emitGrid, smaller, tilesOf } from './images.ts';
import { eachPanel, ROW_ENTRY_BYTES, storeColumns, sweepFunction, type Walk } from './sweep.ts';

/** Inputs (x, dy), output dFilters. */
export function filterGradCall(sizes: ConvSizes): WasmCall {
  const layout = filterGradLayout(sizes);
  const args = [sizes.batch];
  return {
    ...callOf(layout),
    args,
    split(most) {
      const { groups, outChannels, panels } = layout;
      if (groups > 1 || outChannels % TILE_COLUMNS > 0) return undefined;
      // Parts of equal code have equal sizes.
      let count = Math.min(most, panels);
      while (panels % count > 0) count--;
      const channels = outChannels / count;
      return splitOf(callOf(ofChannels(layout, channels)), rangesOf(outChannels, count, channels), ({ start }) => ({
        inputs: bytesFrom(start, [0, 1]),
        outputs: bytesFrom(start, [1]),
        args,
      }));
    },
  };
}

function callOf(layout: FilterGradLayout): Pick<WasmCall, 'code' | 'emit' | 'workspaceBytes'> {
  return {
    // The layout is all that the code is made of.
    code: `filter gradient ${JSON.stringify(layout)}`,
    emit: (f, params, module) => new FilterGradEmitter(f, module, params, layout).emit(),
    workspaceBytes: layout.workspaceBytes,
  };
}

/** Lines of one block: where they start in x and in dy, and how many there are. */
interface Block {
  readonly x: Local<'i32'>;
  readonly dy: Local<'i32'>;
  /** Place of the first line in the table of runs. */
  readonly runs: Local<'i32'>;
  readonly lines: Local<'i32'>;
}

class FilterGradEmitter {
  readonly #f: FunctionBuilder;
  readonly #module: ModuleBuilder;
  readonly #params: WasmParams;
  readonly #layout: FilterGradLayout;

  constructor(f: FunctionBuilder, module: ModuleBuilder, params: WasmParams, layout: FilterGradLayout) {
    this.#f = f;
    this.#module = module;
    this.#params = params;
    this.#layout = layout;
  }

  emit(): void {
    const f = this.#f;
    const { images, imagesAtOnce, groups, panels, sumsBytes, framesAt, sumsAt, lines, columns } = this.#layout;
    const frames = this.#at(framesAt);
    if (images.framed) f.fillMemory(frames, 0, imagesAtOnce * images.frameBytes);
    f.fillMemory(this.#at(sumsAt), 0, groups * panels * sumsBytes);
    this.#fillTables();
    const source = f.index(this.#params.inputs[0] as Local<'i32'>);
    const dy = f.index(this.#params.inputs[1] as Local<'i32'>);
    const batch = this.#params.args[0] as Local<'i32'>;
    const [image, count] = [f.local('i32'), f.local('i32')];
    if (lines * columns > 0) {
      f.for(image, 0, batch, imagesAtOnce, () => {
        f.set(count, smaller(i32.sub(batch, image), imagesAtOnce));
        const x = emitFrames(f, this.#module, images, { source, frames, count });
        this.#addImages(x, dy, count);
        f.increment(source, imagesAtOnce * images.imageBytes);
      });
    }
    this.#storeSums();
  }

  #fillTables(): void {
    const f = this.#f;
    const { grid, rows, images, imagesAtOnce, lines, lineStep, tableAt, runsAt, sumsBytes } = this.#layout;
    const table = this.#at(tableAt);
    emitGrid(f, this.#module, grid, table);
    // What fills up the last tile reads what the last row does and adds to a row of its own.
    const end = f.index(i32.add(table, rows * ROW_ENTRY_BYTES));
    for (let row = 0; row < tilesOf(this.#module, rows) * tileRows(this.#module) - rows; row++) {
      f.store(end, i32.load(i32.sub(end, ROW_ENTRY_BYTES)), row * ROW_ENTRY_BYTES);
      f.store(end, i32.const(sumsBytes - PANEL_STEP), row * ROW_ENTRY_BYTES + 4);
    }
    const run = this.#at(runsAt);
    const [image, at] = [f.local('i32'), f.local('i32')];
    const imageStep = images.framed ? images.frameBytes : images.imageBytes;
    f.for(image, 0, imagesAtOnce, 1, () => {
      f.set(at, i32.mul(image, imageStep));
      f.for(f.local('i32'), 0, lines, 1, () => {
        f.store(run, at);
        f.increment(run, 4);
        f.increment(at, lineStep);
      });
    });
  }

  /** Adds the products of `count` images; dy ends behind them. */
  #addImages(images: Local<'i32'>, dy: Local<'i32'>, count: Local<'i32'>): void {
    const f = this.#f;
    const { lines, columns, linesAtOnce, columnsAtOnce, pixelStep, runsAt } = this.#layout;
    const allLines = f.index(i32.mul(count, lines));
    const runs = this.#at(runsAt);
    const line = f.local('i32');
    const block: Block = { x: f.local('i32'), dy, runs, lines: f.local('i32') };
    f.for(line, 0, allLines, linesAtOnce, () => {
      f.set(block.lines, smaller(i32.sub(allLines, line), linesAtOnce));
      f.set(block.x, images);
      const part = (length: number): void => {
        this.#addBlock(block, length);
        f.increment(block.x, length * pixelStep);
      };
      const whole = Math.floor(columns / columnsAtOnce);
      if (whole === 1) part(columnsAtOnce);
      else f.for(f.local('i32'), 0, whole, 1, () => part(columnsAtOnce));
      if (columns % columnsAtOnce > 0) part(columns % columnsAtOnce);
      f.increment(runs, 4 * linesAtOnce);
    });
  }

  /** Adds the products of some lines, or of a part of one; dy ends behind them. */
  #addBlock({ x, dy, runs, lines }: Block, length: number): void {
    const f = this.#f;
    const { groups, outChannels, dyStep, rows, pixelStep, sourceGroupBytes, sumsAt, sumsBytes } = this.#layout;
    const { packed, panelAt, tableAt } = this.#layout;
    const walk: Walk = packed ? { step: pixelStep, length } : { step: pixelStep, panelStep: dyStep, length };
    const pixels = f.index(i32.mul(lines, length));
    const runsEnd = f.index(i32.add(runs, i32.mul(lines, 4)));
    const table = this.#at(tableAt);
    const source = f.index(x);
    const panel = this.#at(panelAt);
    const sums = this.#at(sumsAt);
    const from = f.local('i32');
    f.for(f.local('i32'), 0, groups, 1, () => {
      f.set(from, dy);
      eachPanel(f, outChannels, (columns) => {
        const sweep = sweepFunction(this.#module, { walk, columns, finish: 'accumulate' });
        if (packed) f.call(packRows(this.#module), from, dyStep, pixels, columns, panel);
        f.call(sweep, table, tilesOf(this.#module, rows), source, packed ? panel : from, runs, runsEnd, sums, 0);
        f.increment(from, PANEL_STEP);
        f.increment(sums, sumsBytes);
      });
      f.increment(source, sourceGroupBytes);
      f.increment(dy, 4 * outChannels);
    });
    // All groups were walked over: the next block starts behind this one.
    f.increment(dy, i32.sub(i32.mul(pixels, dyStep), 4 * groups * outChannels));
  }

  /** Panels `[entry, 8]` become the rows of the filters, `[entry, group, o]`. */
  #storeSums(): void {
    const f = this.#f;
    const { groups, outChannels, dyStep, rows, sumsAt, sumsBytes } = this.#layout;
    const sums = this.#at(sumsAt);
    const to = f.index(this.#params.outputs[0] as Local<'i32'>);
    f.for(f.local('i32'), 0, groups, 1, () => {
      eachPanel(f, outChannels, (columns) => {
        f.call(unpackRows(this.#module, columns), sums, rows, to, dyStep);
        f.increment(sums, sumsBytes);
        f.increment(to, 4 * columns);
      });
    });
  }

  #at(offset: number): Local<'i32'> {
    return this.#f.index(i32.add(this.#params.workspace, offset));
  }
}

/** `(from, rows, to, toStep)`: the first columns of a panel become rows `toStep` bytes apart. */
function unpackRows(module: ModuleBuilder, columns: number): Func<readonly ['i32', 'i32', 'i32', 'i32'], undefined> {
  return module.once(`convolution: unpack rows of ${columns}`, (m) =>
    m.define({ name: 'unpack rows', params: ['i32', 'i32', 'i32', 'i32'] }, (f, from, rows, to, toStep) => {
      const row = f.locals('v128', Math.ceil(columns / 4));
      f.for(f.local('i32'), 0, rows, 1, () => {
        row.forEach((vector, index) => f.set(vector, v128.load(from, 16 * index)));
        storeColumns(f, to, row, columns);
        f.increment(from, PANEL_STEP);
        f.increment(to, toStep);
      });
    }),
  );
}
