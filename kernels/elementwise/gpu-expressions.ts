/** The value of each element-wise kernel as an expression of its operands' values, for kernels of GPU.js. */
import type { Kernel } from '../contract.ts';
import {
  cosOf,
  erfOf,
  expm1Of,
  expOf,
  gpuFunction,
  log1pOf,
  logOf,
  maximumOf,
  minimumOf,
  powOf,
  quotientOf,
  sigmoidOf,
  sinOf,
  softplusOf,
  tanhOf,
  type GpuFunction,
} from '../gpu-math.ts';
import * as elementwise from './index.ts';

export interface GpuExpression {
  readonly uses: readonly GpuFunction[];
  of(...operands: readonly string[]): string;
}

function calling(one: GpuFunction): GpuExpression {
  return { uses: [one], of: (...operands) => `${one.name}(${operands.join(', ')})` };
}

function written(of: GpuExpression['of']): GpuExpression {
  return { uses: [], of };
}

/** The value `chosen` where the operands compare so, else `other`. Comparisons with NaN are false. */
function choosing(name: string, parameters: string, condition: string, chosen: string, other: string): GpuExpression {
  const body = `  let value = ${other};\n  if (${condition}) { value = ${chosen}; }\n  return value;`;
  return calling(gpuFunction(name, parameters, body));
}

const reciprocalOf: GpuExpression = { uses: [quotientOf], of: (x) => `${quotientOf.name}(1, ${x})` };

const signOf = /* @__PURE__ */ gpuFunction(
  'signOf',
  'x',
  `  let value = x;
  if (x > 0) { value = 1; }
  if (x < 0) { value = -1; }
  return value;`,
);

export const gpuExpressions: ReadonlyMap<Kernel, GpuExpression> = /* @__PURE__ */ new Map<
  elementwise.ElementwiseKernel,
  GpuExpression
>([
  [elementwise.negKernel, written((x) => `-${x}`)],
  [elementwise.absKernel, written((x) => `Math.abs(${x})`)],
  [elementwise.signKernel, calling(signOf)],
  [elementwise.expKernel, calling(expOf)],
  [elementwise.logKernel, calling(logOf)],
  [elementwise.log1pKernel, calling(log1pOf)],
  [elementwise.expm1Kernel, calling(expm1Of)],
  [elementwise.sqrtKernel, written((x) => `Math.sqrt(${x})`)],
  [elementwise.rsqrtKernel, written((x) => `1 / Math.sqrt(${x})`)],
  [elementwise.squareKernel, written((x) => `${x} * ${x}`)],
  [elementwise.sinKernel, calling(sinOf)],
  [elementwise.cosKernel, calling(cosOf)],
  [elementwise.tanhKernel, calling(tanhOf)],
  [elementwise.sigmoidKernel, calling(sigmoidOf)],
  [elementwise.softplusKernel, calling(softplusOf)],
  [elementwise.erfKernel, calling(erfOf)],
  [elementwise.reluKernel, choosing('reluOf', 'x', 'x <= 0', '0', 'x')],
  [elementwise.floorKernel, written((x) => `Math.floor(${x})`)],
  [elementwise.reciprocalKernel, reciprocalOf],
  [elementwise.addKernel, written((a, b) => `${a} + ${b}`)],
  [elementwise.subKernel, written((a, b) => `${a} - ${b}`)],
  [elementwise.mulKernel, written((a, b) => `${a} * ${b}`)],
  [elementwise.divKernel, calling(quotientOf)],
  [elementwise.powKernel, calling(powOf)],
  [elementwise.maximumKernel, calling(maximumOf)],
  [elementwise.minimumKernel, calling(minimumOf)],
  [elementwise.equalKernel, choosing('equalOf', 'a, b', 'a === b', '1', '0')],
  // `!==` of NaN is false on webgpu.
  [elementwise.notEqualKernel, choosing('notEqualOf', 'a, b', 'a === b', '0', '1')],
  [elementwise.greaterKernel, choosing('greaterOf', 'a, b', 'a > b', '1', '0')],
  [elementwise.lessKernel, choosing('lessOf', 'a, b', 'a < b', '1', '0')],
  [elementwise.greaterEqualKernel, choosing('greaterEqualOf', 'a, b', 'a >= b', '1', '0')],
  [elementwise.lessEqualKernel, choosing('lessEqualOf', 'a, b', 'a <= b', '1', '0')],
  [elementwise.reluGradKernel, choosing('reluGradOf', 'dy, x', 'x > 0', 'dy', '0')],
  [elementwise.whereKernel, choosing('whereOf', 'condition, a, b', 'condition === 0', 'b', 'a')],
  [elementwise.broadcastToKernel, written((x) => `${x}`)],
]);
