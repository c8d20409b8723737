/** A kernel and the element-wise op behind it as one: what `withActivation` makes. */
import type { Shape } from '../src/tensor/shape.ts';
import type { Kernel, Lanes, WasmCall } from './contract.ts';

/** An element-wise op that is applied on store. */
export interface StoreActivation {
  readonly name: string;
  readonly lanes: Lanes;
}

interface ActivatedGeometry<Geometry> {
  readonly base: Geometry;
  readonly activation: unknown;
}

/** `wasm` is the base's call with the activation built in. */
export function activated<Options, Geometry>(
  base: Kernel<Options, Geometry>,
  activation: Kernel,
  wasm: (geometry: Geometry, present: readonly boolean[], activation: StoreActivation) => WasmCall,
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
    wasm: (geometry, present) => wasm(geometry.base, present, { name, lanes: lanes! }),
    flops: (geometry) => base.flops(geometry.base) + activation.flops(geometry.activation),
  };
}
