/** Pooling on the host: channels-last images, windows listed in the geometry so that padding never comes up. */
import type { FloatArray } from '../contract.ts';
import type { Connections, WindowAxis } from '../window.ts';
import { workspace } from '../workspace.ts';

export interface PoolSizes {
  readonly batch: number;
  readonly rows: WindowAxis;
  readonly columns: WindowAxis;
  readonly channels: number;
}

/** Sizes of the images; for each output row and column the cells it sees, or for each cell the outputs that see it. */
export interface PoolGeometry extends PoolSizes {
  readonly rowLinks: Connections;
  readonly columnLinks: Connections;
}

/** Sizes of samples whose elements are picked by position: `image` elements each on x's side, `picked` on y's. */
export interface PickGeometry {
  readonly batch: number;
  readonly image: number;
  readonly picked: number;
  /** Every position lies in the window that it was picked from. */
  readonly windows: PoolSizes;
}

/** `y = max of the window` and where in the sample it lies. The first of equal cells wins, and a NaN over all others. */
export function maxPool(x: FloatArray, y: FloatArray, indices: FloatArray, geometry: PoolGeometry): void {
  const { batch, rows, columns, channels, rowLinks, columnLinks } = geometry;
  const { start: rowStart, other: cellRow } = rowLinks;
  const { start: columnStart, other: cellColumn } = columnLinks;
  const sampleSize = rows.size * columns.size * channels;
  let to = 0;
  for (let image = 0; image < batch; image++) {
    const sampleAt = image * sampleSize;
    for (let u = 0; u < rows.outputSize; u++) {
      const rowFrom = rowStart[u]!;
      const rowTo = rowStart[u + 1]!;
      for (let v = 0; v < columns.outputSize; v++) {
        const columnFrom = columnStart[v]!;
        const columnTo = columnStart[v + 1]!;
        const corner = (cellRow[rowFrom]! * columns.size + cellColumn[columnFrom]!) * channels;
        for (let c = 0; c < channels; c++) {
          let best = x[sampleAt + corner + c]!;
          let bestAt = corner + c;
          for (let i = rowFrom; i < rowTo; i++) {
            const rowAt = cellRow[i]! * columns.size;
            for (let j = columnFrom; j < columnTo; j++) {
              const at = (rowAt + cellColumn[j]!) * channels + c;
              const value = x[sampleAt + at]!;
              // Written so that a NaN replaces any number and nothing replaces a NaN.
              if (!(value <= best) && best === best) {
                best = value;
                bestAt = at;
              }
            }
          }
          y[to] = best;
          indices[to] = bestAt;
          to++;
        }
      }
    }
  }
}

/** `dx[index] += dy`, for each sample. */
export function scatterPicked(dy: FloatArray, indices: FloatArray, dx: FloatArray, geometry: PickGeometry): void {
  const { batch, image, picked } = geometry;
  const sums = workspace(image);
  for (let sample = 0; sample < batch; sample++) {
    sums.fill(0, 0, image);
    const from = sample * picked;
    for (let i = from; i < from + picked; i++) {
      const at = indices[i]!;
      sums[at] = sums[at]! + dy[i]!;
    }
    const to = sample * image;
    for (let i = 0; i < image; i++) dx[to + i] = sums[i]!;
  }
}

/** `out = values[index]`, for each sample. */
export function gatherPicked(values: FloatArray, indices: FloatArray, out: FloatArray, geometry: PickGeometry): void {
  const { batch, image, picked } = geometry;
  for (let sample = 0; sample < batch; sample++) {
    const sampleAt = sample * image;
    const from = sample * picked;
    for (let i = from; i < from + picked; i++) out[i] = values[sampleAt + indices[i]!]!;
  }
}

/** `y = mean of the window's cells`; padding is not counted. */
export function averagePool(x: FloatArray, y: FloatArray, geometry: PoolGeometry): void {
  const { batch, rows, columns, channels, rowLinks, columnLinks } = geometry;
  const { start: rowStart, other: cellRow } = rowLinks;
  const { start: columnStart, other: cellColumn } = columnLinks;
  const sums = workspace(channels);
  let to = 0;
  for (let image = 0; image < batch; image++) {
    for (let u = 0; u < rows.outputSize; u++) {
      const rowFrom = rowStart[u]!;
      const rowTo = rowStart[u + 1]!;
      for (let v = 0; v < columns.outputSize; v++) {
        const columnFrom = columnStart[v]!;
        const columnTo = columnStart[v + 1]!;
        for (let c = 0; c < channels; c++) sums[c] = 0;
        for (let i = rowFrom; i < rowTo; i++) {
          const rowAt = (image * rows.size + cellRow[i]!) * columns.size;
          for (let j = columnFrom; j < columnTo; j++) {
            const at = (rowAt + cellColumn[j]!) * channels;
            for (let c = 0; c < channels; c++) sums[c] = sums[c]! + x[at + c]!;
          }
        }
        const cells = (rowTo - rowFrom) * (columnTo - columnFrom);
        for (let c = 0; c < channels; c++) y[to + c] = sums[c]! / cells;
        to += channels;
      }
    }
  }
}

/** `dx[cell] = sum over the windows that hold it of dy / (number of cells of that window)`. */
export function averagePoolGradient(
  dy: FloatArray,
  dx: FloatArray,
  geometry: PoolGeometry,
  rowCells: Int32Array,
  columnCells: Int32Array,
): void {
  const { batch, rows, columns, channels, rowLinks, columnLinks } = geometry;
  const { start: rowStart, other: outputRow } = rowLinks;
  const { start: columnStart, other: outputColumn } = columnLinks;
  const sums = workspace(channels);
  let to = 0;
  for (let image = 0; image < batch; image++) {
    for (let u = 0; u < rows.size; u++) {
      for (let v = 0; v < columns.size; v++) {
        for (let c = 0; c < channels; c++) sums[c] = 0;
        for (let i = rowStart[u]!; i < rowStart[u + 1]!; i++) {
          const row = outputRow[i]!;
          for (let j = columnStart[v]!; j < columnStart[v + 1]!; j++) {
            const column = outputColumn[j]!;
            const cells = rowCells[row]! * columnCells[column]!;
            const at = ((image * rows.outputSize + row) * columns.outputSize + column) * channels;
            for (let c = 0; c < channels; c++) sums[c] = sums[c]! + dy[at + c]! / cells;
          }
        }
        for (let c = 0; c < channels; c++) dx[to + c] = sums[c]!;
        to += channels;
      }
    }
  }
}
