/**
 * One update step of each optimizer, element by element. Everything at a position is read before anything is written
 * there, so outputs may overwrite the state they replace. g is the gradient, lr the learning rate.
 */
import type { FloatArray } from '../contract.ts';

/** w' = w - lr g. */
export function runSgd(newW: FloatArray, w: FloatArray, g: FloatArray, learningRate: FloatArray): void {
  const lr = learningRate[0]!;
  const n = newW.length;
  for (let i = 0; i < n; i++) newW[i] = w[i]! - lr * g[i]!;
}

/** v' = momentum v - lr g; w' = w + v', or w + momentum v' - lr g (Nesterov). */
export function runMomentum(
  newW: FloatArray,
  newV: FloatArray,
  w: FloatArray,
  g: FloatArray,
  learningRate: FloatArray,
  v: FloatArray,
  momentum: number,
  nesterov: boolean,
): void {
  const lr = learningRate[0]!;
  const n = newW.length;
  if (nesterov) {
    for (let i = 0; i < n; i++) {
      const step = lr * g[i]!;
      const velocity = momentum * v[i]! - step;
      newW[i] = w[i]! + (momentum * velocity - step);
      newV[i] = velocity;
    }
    return;
  }
  for (let i = 0; i < n; i++) {
    const velocity = momentum * v[i]! - lr * g[i]!;
    newW[i] = w[i]! + velocity;
    newV[i] = velocity;
  }
}

/** Decay rates of RMSprop. */
export interface RmspropRates {
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
}

/**
 * s' = rho s + (1 - rho) g^2; a' = rho a + (1 - rho) g; step = lr g / sqrt(s' - a'^2 + epsilon), without a'^2 when there
 * is no a; m' = momentum m + step; w' = w - m', or w - step when there is no m.
 */
export function runRmsprop(
  newW: FloatArray,
  newS: FloatArray,
  newM: FloatArray | undefined,
  newA: FloatArray | undefined,
  w: FloatArray,
  g: FloatArray,
  learningRate: FloatArray,
  s: FloatArray,
  m: FloatArray | undefined,
  a: FloatArray | undefined,
  rates: RmspropRates,
): void {
  const { rho, momentum, epsilon } = rates;
  const lr = learningRate[0]!;
  const n = newW.length;
  for (let i = 0; i < n; i++) {
    const gradient = g[i]!;
    const before = w[i]!;
    const meanSquare = rho * s[i]! + (1 - rho) * gradient * gradient;
    let variance = meanSquare;
    let mean = 0;
    if (a !== undefined) {
      mean = rho * a[i]! + (1 - rho) * gradient;
      variance -= mean * mean;
    }
    let step = (lr * gradient) / Math.sqrt(variance + epsilon);
    if (m !== undefined) step += momentum * m[i]!;
    newW[i] = before - step;
    newS[i] = meanSquare;
    if (newM !== undefined) newM[i] = step;
    if (newA !== undefined) newA[i] = mean;
  }
}

/** Decay rates of Adam. */
export interface AdamRates {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/**
 * m' = m + (1 - beta1) (g - m); v' = v + (1 - beta2) (g^2 - v); h' = max(h, v'), or v' when there is no h;
 * w' = w - alpha m' / (sqrt(h') + epsilon).
 */
export function runAdam(
  newW: FloatArray,
  newM: FloatArray,
  newV: FloatArray,
  newH: FloatArray | undefined,
  w: FloatArray,
  g: FloatArray,
  alpha: FloatArray,
  m: FloatArray,
  v: FloatArray,
  h: FloatArray | undefined,
  rates: AdamRates,
): void {
  const rate1 = 1 - rates.beta1;
  const rate2 = 1 - rates.beta2;
  const epsilon = rates.epsilon;
  const rate = alpha[0]!;
  const n = newW.length;
  for (let i = 0; i < n; i++) {
    const gradient = g[i]!;
    const before = w[i]!;
    const first = m[i]! + rate1 * (gradient - m[i]!);
    const second = v[i]! + rate2 * (gradient * gradient - v[i]!);
    let scale = second;
    if (h !== undefined) scale = Math.max(h[i]!, second);
    newW[i] = before - (rate * first) / (Math.sqrt(scale) + epsilon);
    newM[i] = first;
    newV[i] = second;
    if (newH !== undefined) newH[i] = scale;
  }
}
