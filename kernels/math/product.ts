/** a b - product, exactly, when product is a b rounded (Veltkamp's split, Dekker's product). */
export function productError(a: number, b: number, product: number): number {
  const aSpread = a * 134217729;
  const aHigh = aSpread - (aSpread - a);
  const aLow = a - aHigh;
  const bSpread = b * 134217729;
  const bHigh = bSpread - (bSpread - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}
