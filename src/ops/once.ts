/** A value that is made when it is first wanted, then kept: gradient rules share one backward kernel among their inputs. */
export function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
