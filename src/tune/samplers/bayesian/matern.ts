/**
 * The Matern kernel of smoothness 5/2 as a function of the squared distance r²: with q = sqrt(5) r and e = e^-q,
 * `k = (1 + q + q²/3) e`. Both functions take q and e, so that the exponential is computed once.
 */
export function matern(q: number, e: number): number {
  return (1 + q + (q * q) / 3) * e;
}

/** `dk/d(r²) = -5/6 (1 + q) e`, which is finite where r is 0. */
export function maternSlope(q: number, e: number): number {
  return (-5 / 6) * (1 + q) * e;
}
