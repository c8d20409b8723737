/**
 * Correlation as WebAssembly: the forward pass and the input gradient. Filters are packed into panels once per call,
 * images get their zero padding one after the other, and blocks of pixels go through all panels.
 */
import { i32, i64, type FunctionBuilder, type Local, type ModuleBuilder } from '../../src/wasm/index.ts';
import type { WasmCall, WasmParams } from '../contract.ts';
import type { StoreActivation } from '../activated.ts';
import { packColumns, packRows } from '../gemm/pack.ts';
import { PANEL_STEP, TILE_COLUMNS, tileRows } from '../gemm/tile.ts';
import { alongFirstAxis } from '../split.ts';
import type { CorrelationGeometry } from './geometry.ts';
import { emitFrames, emitGrid, smaller } from './images.ts';
import { correlationLayout, type CorrelationLayout, type PassLayout } from './correlation-layout.ts';
import { eachPanel, ROW_ENTRY_BYTES, sweepFunction } from './sweep.ts';

/** Inputs (source, filters, bias?), output target. */
export function correlationCall(
  geometry: CorrelationGeometry,
  hasBias: boolean,
  activation?: StoreActivation,
): WasmCall {
  const layout = correlationLayout(geometry);
  const then = activation ? ` then ${activation.name}` : '';
  const call: Omit<WasmCall, 'args'> = {
    // The layout is all that the code is made of.
    code: `correlation ${hasBias ? 'with bias ' : ''}${JSON.stringify(layout)}${then}`,
    emit: (f, params, module) => new CorrelationEmitter(f, module, params, layout, activation).emit(hasBias),
    workspaceBytes: layout.workspaceBytes,
  };
  const elements = { inputs: [layout.images.imageBytes / 4], outputs: [layout.targetImageBytes / 4] };
  return alongFirstAxis(call, geometry.batch, elements, (images) => [images]);
}

class CorrelationEmitter {
  readonly #f: FunctionBuilder;
  readonly #module: ModuleBuilder;
  readonly #params: WasmParams;
  readonly #layout: CorrelationLayout;
  readonly #activation: StoreActivation | undefined;

  constructor(
    f: FunctionBuilder,
    module: ModuleBuilder,
    params: WasmParams,
    layout: CorrelationLayout,
    activation: StoreActivation | undefined,
  ) {
    this.#f = f;
    this.#module = module;
    this.#params = params;
    this.#layout = layout;
    this.#activation = activation;
  }

  emit(hasBias: boolean): void {
    const f = this.#f;
    const { images, imagesAtOnce, framesAt, passes, targetImageBytes } = this.#layout;
    this.#packBias(hasBias);
    for (const pass of passes) this.#preparePass(pass);
    const frames = this.#at(framesAt);
    if (images.framed) f.fillMemory(frames, 0, imagesAtOnce * images.frameBytes);
    const source = f.index(this.#params.inputs[0] as Local<'i32'>);
    const target = f.index(this.#params.outputs[0] as Local<'i32'>);
    const batch = this.#params.args[0] as Local<'i32'>;
    const image = f.local('i32');
    const count = f.local('i32');
    f.for(image, 0, batch, imagesAtOnce, () => {
      f.set(count, smaller(i32.sub(batch, image), imagesAtOnce));
      const from = emitFrames(f, this.#module, images, { source, frames, count });
      for (const pass of passes) this.#correlate(pass, from, target, count);
      f.increment(source, imagesAtOnce * images.imageBytes);
      f.increment(target, imagesAtOnce * targetImageBytes);
    });
  }

  /** The bias in panels as wide as those of the filters, zeros where it is left out. */
  #packBias(hasBias: boolean): void {
    const f = this.#f;
    const { groups, panels, targetChannels, biasAt } = this.#layout;
    const to = this.#at(biasAt);
    f.fillMemory(to, 0, groups * panels * PANEL_STEP);
    if (!hasBias) return;
    const from = f.index(this.#params.inputs[2] as Local<'i32'>);
    f.for(f.local('i32'), 0, groups, 1, () => {
      f.copyMemory(to, from, 4 * targetChannels);
      f.increment(from, 4 * targetChannels);
      f.increment(to, panels * PANEL_STEP);
    });
  }

  /** Packs the filters of a pass and fills its tables. */
  #preparePass(pass: PassLayout): void {
    const f = this.#f;
    const { groups, targetChannels, filters } = this.#layout;
    emitGrid(f, this.#module, pass.grid, this.#at(pass.tableAt));
    const runs = this.#at(pass.runsAt);
    if (!pass.walk.offsets) pass.runs.forEach((offset, run) => f.store(runs, i32.const(offset), 4 * run));
    const to = this.#at(pass.panelsAt);
    const groupFrom = f.index(this.#params.inputs[1] as Local<'i32'>);
    const from = f.local('i32');
    f.for(f.local('i32'), 0, groups, 1, () => {
      f.set(from, groupFrom);
      eachPanel(f, targetChannels, (columns) => {
        if (pass.evenFilters) {
          f.call(packRows(this.#module), from, filters.sourceBytes, pass.depth, columns, to);
          f.increment(to, pass.depth * PANEL_STEP);
        } else {
          for (const tap of pass.taps) {
            const tapFrom = i32.add(from, tap * filters.tapBytes);
            f.call(packColumns(this.#module), tapFrom, filters.targetBytes, filters.sourceChannels, columns, to);
            f.increment(to, filters.sourceChannels * PANEL_STEP);
          }
        }
        f.increment(from, TILE_COLUMNS * filters.targetBytes);
      });
      f.increment(groupFrom, filters.groupBytes);
    });
  }

  #correlate(pass: PassLayout, images: Local<'i32'>, targets: Local<'i32'>, count: Local<'i32'>): void {
    const f = this.#f;
    const { groups, panels, targetChannels, sourceGroupBytes, biasAt } = this.#layout;
    const [, lines, columns] = pass.grid.counts;
    const table = this.#at(pass.tableAt);
    const pixels = f.index(i32.mul(count, lines * columns));
    this.#fillLastTile(table, pixels);
    const source = f.index(images);
    const target = f.index(targets);
    const panel = this.#at(pass.panelsAt);
    const bias = this.#at(biasAt);
    f.for(f.local('i32'), 0, groups, 1, () => {
      this.#sweepBlocks(pass, { table, pixels, source, target, panel, bias });
      f.increment(source, sourceGroupBytes);
      f.increment(target, 4 * targetChannels);
      f.increment(panel, panels * pass.depth * PANEL_STEP);
      f.increment(bias, panels * PANEL_STEP);
    });
  }

  /** Blocks of pixels through all panels of a group: the panel stays in the first cache, the block in the second. */
  #sweepBlocks(
    pass: PassLayout,
    at: Readonly<Record<'table' | 'pixels' | 'source' | 'target' | 'panel' | 'bias', Local<'i32'>>>,
  ): void {
    const f = this.#f;
    const { targetChannels, blockPixels } = this.#layout;
    const [first, rows, tiles] = [f.local('i32'), f.local('i32'), f.local('i32')];
    const [panel, bias, target] = [f.local('i32'), f.local('i32'), f.local('i32')];
    const height = tileRows(this.#module);
    const runs = this.#at(pass.runsAt);
    const runsEnd = f.index(i32.add(runs, 4 * pass.runs.length));
    f.set(rows, at.table);
    f.for(first, 0, at.pixels, blockPixels, () => {
      const block = smaller(i32.sub(at.pixels, first), blockPixels);
      f.set(tiles, i32.divUnsigned(i32.add(block, height - 1), height));
      f.set(panel, at.panel);
      f.set(bias, at.bias);
      f.set(target, at.target);
      eachPanel(f, targetChannels, (columns) => {
        const activation = this.#activation;
        const sweep = sweepFunction(this.#module, { walk: pass.walk, columns, finish: 'bias', activation });
        f.call(sweep, rows, tiles, at.source, panel, runs, runsEnd, target, bias);
        f.increment(panel, pass.depth * PANEL_STEP);
        f.increment(bias, PANEL_STEP);
        f.increment(target, PANEL_STEP);
      });
      f.increment(rows, blockPixels * ROW_ENTRY_BYTES);
    });
  }

  /** The last tile repeats the last pixel: it is computed and stored more than once, each time the same. */
  #fillLastTile(table: Local<'i32'>, pixels: Local<'i32'>): void {
    const f = this.#f;
    const end = f.index(i32.add(table, i32.mul(pixels, ROW_ENTRY_BYTES)));
    const last = f.local('i64', i64.load(i32.sub(end, ROW_ENTRY_BYTES)));
    for (let row = 0; row < tileRows(this.#module) - 1; row++) f.store(end, last, row * ROW_ENTRY_BYTES);
  }

  #at(offset: number): Local<'i32'> {
    return this.#f.index(i32.add(this.#params.workspace, offset));
  }
}
