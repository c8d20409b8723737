/**
 * Convolution on the host, as tile products: the patches of 4 pixels are gathered into a panel and multiplied with
 * the packed filters. Bounds are checked once per pixel and tap while gathering, so the products have no border.
 */
import type { FloatArray } from '../contract.ts';
import { clearTile, LINES, multiplyPanels, packPanel, panelsFor, storeTileRow, TILE } from '../panels.ts';
import { workspace } from '../workspace.ts';
import type { ConvSizes, CorrelationGeometry, Pass } from './geometry.ts';

/** Writes every target pixel; sums run over the taps, then the source channels, in double. */
export function correlate(
  source: FloatArray,
  filters: FloatArray,
  bias: FloatArray | undefined,
  target: FloatArray,
  geometry: CorrelationGeometry,
): void {
  for (const pass of geometry.passes) {
    for (let group = 0; group < geometry.groups; group++) {
      correlateGroup(source, filters, bias, target, geometry, pass, group);
    }
  }
}

function correlateGroup(
  source: FloatArray,
  filters: FloatArray,
  bias: FloatArray | undefined,
  target: FloatArray,
  geometry: CorrelationGeometry,
  pass: Pass,
  group: number,
): void {
  const { groups, targetHeight, targetWidth, targetChannels, sourceChannels } = geometry;
  const { rows, columns, targetY, targetX, targetStepY, targetStepX } = pass;
  const depth = pass.tapFilter.length * sourceChannels;
  const panelSize = LINES * depth;
  const patches = TILE;
  const packedFilters = patches + panelSize;
  const work = workspace(packedFilters + panelsFor(targetChannels) * panelSize);
  packFilters(filters, geometry, pass, group, work, packedFilters);

  const firstChannel = group * targetChannels;
  const pixelStep = groups * targetChannels;
  const gridSize = rows * columns;
  const pixels = geometry.batch * gridSize;
  for (let first = 0; first < pixels; first += LINES) {
    const lines = Math.min(LINES, pixels - first);
    for (let line = 0; line < lines; line++) {
      gatherPatch(source, geometry, pass, group, first + line, work, patches + line);
    }
    for (let channel = 0, panel = packedFilters; channel < targetChannels; channel += LINES, panel += panelSize) {
      clearTile(work, 0);
      multiplyPanels(work, patches, panel, depth, 0);
      const count = Math.min(LINES, targetChannels - channel);
      const to = firstChannel + channel;
      for (let line = 0; line < lines; line++) {
        const pixel = first + line;
        const image = Math.floor(pixel / gridSize);
        const u = Math.floor((pixel - image * gridSize) / columns);
        const v = pixel - image * gridSize - u * columns;
        const y = targetY + u * targetStepY;
        const x = targetX + v * targetStepX;
        const pixelAt = ((image * targetHeight + y) * targetWidth + x) * pixelStep;
        storeTileRow(work, line * LINES, count, bias, to, target, pixelAt + to);
      }
    }
  }
}

/** Panels of 4 target channels each; their depth is the taps of the pass times the source channels. */
function packFilters(
  filters: FloatArray,
  geometry: CorrelationGeometry,
  pass: Pass,
  group: number,
  work: Float64Array,
  packedAt: number,
): void {
  const { sourceChannels, targetChannels, filterTap, filterGroup, filterSource, filterTarget } = geometry;
  const taps = pass.tapFilter.length;
  let to = packedAt;
  for (let channel = 0; channel < targetChannels; channel += LINES) {
    for (let tap = 0; tap < taps; tap++) {
      const from = pass.tapFilter[tap]! * filterTap + group * filterGroup + channel * filterTarget;
      packPanel(filters, from, filterTarget, filterSource, targetChannels - channel, sourceChannels, work, to);
      to += LINES * sourceChannels;
    }
  }
}

/** Writes the source pixels that one target pixel sees into one line of a panel. */
function gatherPatch(
  source: FloatArray,
  geometry: CorrelationGeometry,
  pass: Pass,
  group: number,
  pixel: number,
  work: Float64Array,
  lineAt: number,
): void {
  const { sourceHeight, sourceWidth, sourceChannels } = geometry;
  const { columns, tapY, tapX } = pass;
  const gridSize = pass.rows * columns;
  const image = Math.floor(pixel / gridSize);
  const u = Math.floor((pixel - image * gridSize) / columns);
  const v = pixel - image * gridSize - u * columns;
  const top = u * pass.sourceStepY;
  const left = v * pass.sourceStepX;
  const pixelStep = geometry.groups * sourceChannels;
  const imageAt = image * sourceHeight * sourceWidth * pixelStep + group * sourceChannels;
  const taps = tapY.length;
  const step = LINES;
  let to = lineAt;
  for (let tap = 0; tap < taps; tap++) {
    const y = top + tapY[tap]!;
    const x = left + tapX[tap]!;
    const end = to + step * sourceChannels;
    if (y >= 0 && y < sourceHeight && x >= 0 && x < sourceWidth) {
      let from = imageAt + (y * sourceWidth + x) * pixelStep;
      for (; to < end; to += step) work[to] = source[from++]!;
    } else {
      for (; to < end; to += step) work[to] = 0;
    }
  }
}

/** Pixels whose patches are packed at a time in the filter gradient. */
const BLOCK_PIXELS = 64;

/**
 * `dFilters[tap, c, o] = sum over pixels of x[cell(pixel, tap), c] dy[pixel, o]`: patches transposed times dy, block
 * by block of pixels into sums that stay in double to the end.
 */
export function filterGradient(x: FloatArray, dy: FloatArray, dFilters: FloatArray, sizes: ConvSizes): void {
  const { batch, rows, columns, groups, inChannels, outChannels } = sizes;
  const taps = rows.kernelSize * columns.kernelSize;
  const lines = taps * inChannels;
  const linePanels = panelsFor(lines);
  const channelPanels = panelsFor(outChannels);
  const panelSize = LINES * BLOCK_PIXELS;
  const patches = linePanels * channelPanels * TILE;
  const slopes = patches + linePanels * panelSize;
  const end = slopes + channelPanels * panelSize;
  const work = workspace(end);
  const pixels = batch * rows.outputSize * columns.outputSize;
  for (let group = 0; group < groups; group++) {
    // Sums start from zero, and so do the missing lines of the last panels.
    work.fill(0, 0, end);
    for (let first = 0; first < pixels; first += BLOCK_PIXELS) {
      const count = Math.min(BLOCK_PIXELS, pixels - first);
      for (let p = 0; p < count; p++) {
        scatterPatch(x, sizes, group, first + p, work, patches + p * LINES);
        const from = (first + p) * groups * outChannels + group * outChannels;
        spreadLine(dy, from, outChannels, work, slopes + p * LINES, 0);
      }
      let tile = 0;
      for (let i = 0; i < linePanels; i++) {
        for (let j = 0; j < channelPanels; j++) {
          multiplyPanels(work, patches + i * panelSize, slopes + j * panelSize, count, tile);
          tile += TILE;
        }
      }
    }
    for (let line = 0; line < lines; line++) {
      for (let channel = 0; channel < outChannels; channel += LINES) {
        const tile = ((line >> 2) * channelPanels + (channel >> 2)) * TILE + (line & 3) * LINES;
        const to = (line * groups + group) * outChannels + channel;
        storeTileRow(work, tile, Math.min(LINES, outChannels - channel), undefined, 0, dFilters, to);
      }
    }
  }
}

/** Writes one pixel's patch across the panels: its entry i goes to line i % 4 of panel i / 4. */
function scatterPatch(
  x: FloatArray,
  sizes: ConvSizes,
  group: number,
  pixel: number,
  work: Float64Array,
  entryAt: number,
): void {
  const { rows, columns, groups, inChannels } = sizes;
  const imageSize = rows.outputSize * columns.outputSize;
  const image = Math.floor(pixel / imageSize);
  const u = Math.floor((pixel - image * imageSize) / columns.outputSize);
  const v = pixel - image * imageSize - u * columns.outputSize;
  const top = u * rows.stride - rows.before;
  const left = v * columns.stride - columns.before;
  const panelSize = LINES * BLOCK_PIXELS;
  let line = 0;
  for (let i = 0; i < rows.kernelSize; i++) {
    const cellY = top + i * rows.dilation;
    for (let j = 0; j < columns.kernelSize; j++) {
      const cellX = left + j * columns.dilation;
      if (cellY >= 0 && cellY < rows.size && cellX >= 0 && cellX < columns.size) {
        const cell = (image * rows.size + cellY) * columns.size + cellX;
        spreadLine(x, (cell * groups + group) * inChannels, inChannels, work, entryAt, line);
      } else {
        for (let c = line; c < line + inChannels; c++) work[entryAt + (c >> 2) * panelSize + (c & 3)] = 0;
      }
      line += inChannels;
    }
  }
}

function spreadLine(
  source: FloatArray,
  from: number,
  count: number,
  work: Float64Array,
  entryAt: number,
  line: number,
): void {
  const panelSize = LINES * BLOCK_PIXELS;
  for (let c = 0; c < count; c++) {
    const to = line + c;
    work[entryAt + (to >> 2) * panelSize + (to & 3)] = source[from + c]!;
  }
}
