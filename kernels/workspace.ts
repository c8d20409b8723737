/**
 * Double-precision memory for partial sums and packed operands, shared by all kernels of this thread: kernels run to
 * the end one after the other, so nothing in it outlives a run. It only grows, to what the largest kernel needs.
 */
let memory = new Float64Array(0);

/** At least `length` doubles that hold garbage, valid until the running kernel returns. */
export function workspace(length: number): Float64Array {
  if (memory.length < length) memory = new Float64Array(length);
  return memory;
}
