/** A kernel and the element-wise op behind it as one: what `withActivation` makes. */
import type { Shape } from '../src/tensor/shape.ts';
import type { GpuCall, Kernel, Lanes, WasmCall } from './contract.ts';

/** An element-wise op that is applied on store. */
export interface StoreActivation {
  readonly name: string;
  readonly lanes: Lanes;
}

interface ActivatedGeometry<Geometry> {
  readonly base: Geometry;
  readonly activation: unknown;
}

/** The base's calls with the activation built in. */
interface ActivatedForms<Geometry> {
  readonly wasm?: (geometry: Geometry, present: readonly boolean[], activation: StoreActivation) => WasmCall;
  readonly gpu?: (geometry: Geometry, present: readonly boolean[]) => GpuCall;
}

/** @param forms the devices that run both as one */
export function activated<Options, Geometry>(
  base: Kernel<Options, Geometry>,
  activation: Kernel,
  { wasm, gpu }: ActivatedForms<Geometry>,
): Kernel<Options, ActivatedGeometry<Geometry>> {
  const { name, lanes } = activation;
  return {
    name: `${base.name}+${name}`,
    plan: (inputs, outputs, options) => ({
      base: base.plan(inputs, outputs, options),
      activation: activation.plan(outputs.slice(0, 1), outputs.slice(0, 1) as readonly Shape[], undefined),
    }),
    cpu(inputs, outputs, geometry) {
      base.cpu(inputs, outputs, geometry.base);
      activation.cpu(outputs.slice(0, 1), outputs.slice(0, 1), geometry.activation);
    },
    ...(wasm && { wasm: (geometry, present) => wasm(geometry.base, present, { name, lanes: lanes! }) }),
    ...(gpu && { gpu: (geometry, present) => gpu(geometry.base, present) }),
    flops: (geometry) => base.flops(geometry.base) + activation.flops(geometry.activation),
  };
}
