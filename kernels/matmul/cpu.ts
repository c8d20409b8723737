/**
 * Matrix product on the host. Every output is one sum over k in order, in double, whatever the sizes and the path:
 * a row gets the same bits in any batch. a, b, c are the operands and the result; i, j, p index m, n, k.
 */
import type { FloatArray } from '../contract.ts';
import { clearTile, LINES, multiplyPanels, packPanel, panelsFor, storeTileRow, TILE } from '../panels.ts';
import { workspace } from '../workspace.ts';

/** Sizes and element strides of one product, and where the operands of each product of the batch start. */
export interface MatmulGeometry {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly aRow: number;
  readonly aDepth: number;
  readonly bDepth: number;
  readonly bColumn: number;
  readonly aStarts: readonly number[];
  readonly bStarts: readonly number[];
}

/** Rows of A that are packed at a time: a panel of B is packed again for each such block. */
const BLOCK_ROWS = 64;

/** All products of the batch. */
export function matmul(
  a: FloatArray,
  b: FloatArray,
  bias: FloatArray | undefined,
  c: FloatArray,
  geometry: MatmulGeometry,
): void {
  const { m, n, k, aRow, aDepth, bDepth, bColumn, aStarts, bStarts } = geometry;
  for (let batch = 0; batch < aStarts.length; batch++) {
    const aAt = aStarts[batch]!;
    const bAt = bStarts[batch]!;
    const cAt = batch * m * n;
    if (n < LINES) {
      // A few columns: packing would cost as much as the product.
      for (let j = 0; j < n; j++) {
        const extra = bias === undefined ? 0 : bias[j]!;
        matrixTimesVector(a, aAt, aRow, aDepth, m, b, bAt + j * bColumn, bDepth, k, extra, c, cAt + j, n);
      }
    } else if (m < LINES) {
      for (let i = 0; i < m; i++) {
        matrixTimesVector(b, bAt, bColumn, bDepth, n, a, aAt + i * aRow, aDepth, k, 0, c, cAt + i * n, 1, bias);
      }
    } else {
      blockedProduct(a, aAt, b, bAt, bias, c, cAt, geometry);
    }
  }
}

function blockedProduct(
  a: FloatArray,
  aAt: number,
  b: FloatArray,
  bAt: number,
  bias: FloatArray | undefined,
  c: FloatArray,
  cAt: number,
  geometry: MatmulGeometry,
): void {
  const { m, n, k, aRow, aDepth, bDepth, bColumn } = geometry;
  const panelSize = LINES * k;
  const bPanel = TILE;
  const aPanels = bPanel + panelSize;
  const work = workspace(aPanels + panelsFor(Math.min(m, BLOCK_ROWS)) * panelSize);
  for (let block = 0; block < m; block += BLOCK_ROWS) {
    const blockEnd = Math.min(block + BLOCK_ROWS, m);
    for (let i = block, to = aPanels; i < blockEnd; i += LINES, to += panelSize) {
      packPanel(a, aAt + i * aRow, aRow, aDepth, blockEnd - i, k, work, to);
    }
    for (let j = 0; j < n; j += LINES) {
      const columns = Math.min(LINES, n - j);
      packPanel(b, bAt + j * bColumn, bColumn, bDepth, columns, k, work, bPanel);
      for (let i = block, aPanel = aPanels; i < blockEnd; i += LINES, aPanel += panelSize) {
        clearTile(work, 0);
        multiplyPanels(work, aPanel, bPanel, k, 0);
        const rows = Math.min(LINES, blockEnd - i);
        for (let row = 0; row < rows; row++) {
          storeTileRow(work, row * LINES, columns, bias, j, c, cAt + (i + row) * n + j);
        }
      }
    }
  }
}

/** `out = matrix vector + extra (+ bias per line)`: 4 lines at a time, then the remaining ones singly. */
function matrixTimesVector(
  matrix: FloatArray,
  matrixAt: number,
  lineStep: number,
  matrixDepth: number,
  lines: number,
  vector: FloatArray,
  vectorAt: number,
  vectorDepth: number,
  k: number,
  extra: number,
  out: FloatArray,
  outAt: number,
  outStep: number,
  bias?: FloatArray,
): void {
  let line = 0;
  for (; line + LINES <= lines; line += LINES) {
    let at0 = matrixAt + line * lineStep;
    let at1 = at0 + lineStep;
    let at2 = at1 + lineStep;
    let at3 = at2 + lineStep;
    let v = vectorAt;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let p = 0; p < k; p++) {
      const x = vector[v]!;
      s0 += x * matrix[at0]!;
      s1 += x * matrix[at1]!;
      s2 += x * matrix[at2]!;
      s3 += x * matrix[at3]!;
      v += vectorDepth;
      at0 += matrixDepth;
      at1 += matrixDepth;
      at2 += matrixDepth;
      at3 += matrixDepth;
    }
    const to = outAt + line * outStep;
    const hasBias = bias !== undefined;
    out[to] = s0 + (hasBias ? bias[line]! : extra);
    out[to + outStep] = s1 + (hasBias ? bias[line + 1]! : extra);
    out[to + 2 * outStep] = s2 + (hasBias ? bias[line + 2]! : extra);
    out[to + 3 * outStep] = s3 + (hasBias ? bias[line + 3]! : extra);
  }
  for (; line < lines; line++) {
    let at = matrixAt + line * lineStep;
    let v = vectorAt;
    let sum = 0;
    for (let p = 0; p < k; p++) {
      sum += vector[v]! * matrix[at]!;
      v += vectorDepth;
      at += matrixDepth;
    }
    out[outAt + line * outStep] = sum + (bias !== undefined ? bias[line]! : extra);
  }
}
