/** Arrays that only the cpu works in, made when first asked for: programs of other devices plan the same geometry. */

/** The sizes, and fields that are made at their first use. */
export function withScratch<Sizes extends object, Scratch extends object>(
  sizes: Sizes,
  make: { readonly [Name in keyof Scratch]: () => Scratch[Name] },
): Sizes & Scratch {
  const geometry = { ...sizes };
  for (const name of Object.keys(make) as (keyof Scratch & string)[]) {
    Object.defineProperty(geometry, name, {
      configurable: true,
      get: () => {
        const value = make[name]();
        Object.defineProperty(geometry, name, { value });
        return value;
      },
    });
  }
  return geometry as Sizes & Scratch;
}
