/**
 * Element-wise kernels, broadcasting as in NumPy. Output 0 may overwrite any input of its size.
 * Options: none. Comparisons give 1 or 0.
 */
import type { Kernel, Lanes, WasmCall } from '../contract.ts';
import * as binary from './binary.ts';
import { planBroadcast, type BroadcastGeometry } from './broadcast.ts';
import { runBinary, runTernary, runUnary, type BinaryRow, type UnaryRow } from './cpu.ts';
import { chainCall } from './chain.ts';
import * as lanes from './lanes.ts';
import { whereRow } from './ternary.ts';
import * as unary from './unary.ts';

/** A kernel without options over broadcast operands. */
export type ElementwiseKernel = Kernel<unknown, BroadcastGeometry>;

/** What a kernel has beside its row function. */
interface Forms {
  readonly lanes?: Lanes;
  /** Set where the op is one correctly rounded operation, or none. */
  readonly exact?: true;
}

const EXACT = { exact: true } as const;

function common(name: string, inputCount: number, { lanes: op, exact }: Forms) {
  return {
    name,
    plan: planBroadcast,
    flops: (geometry: BroadcastGeometry) => geometry.size,
    ...(exact && EXACT),
    ...(op && { lanes: op, wasm: (geometry: BroadcastGeometry): WasmCall => single(name, inputCount, op, geometry) }),
  };
}

function single(name: string, inputCount: number, op: Lanes, { walk }: BroadcastGeometry): WasmCall {
  const operands = Array.from({ length: inputCount }, (_, index) => index);
  return chainCall({ inputCount, steps: [{ name, lanes: op, operands }], results: [0] }, walk);
}

function unaryKernel(name: string, row: UnaryRow, forms: Forms = {}): ElementwiseKernel {
  return {
    ...common(name, 1, forms),
    cpu: (inputs, outputs, geometry) => runUnary(row, outputs[0]!, inputs[0]!, geometry),
    inPlace: [[0]],
  };
}

function binaryKernel(name: string, row: BinaryRow, forms: Forms = {}): ElementwiseKernel {
  return {
    ...common(name, 2, forms),
    cpu: (inputs, outputs, geometry) => runBinary(row, outputs[0]!, inputs[0]!, inputs[1]!, geometry),
    inPlace: [[0, 1]],
  };
}

export const negKernel: ElementwiseKernel = /* @__PURE__ */ unaryKernel('neg', unary.negRow, {
  lanes: lanes.negLanes,
  ...EXACT,
});
export const absKernel: ElementwiseKernel = /* @__PURE__ */ unaryKernel('abs', unary.absRow, {
  lanes: lanes.absLanes,
  ...EXACT,
});
export const signKernel: ElementwiseKernel = /* @__PURE__ */ unaryKernel('sign', unary.signRow, {
  lanes: lanes.signLanes,
  ...EXACT,
});
export const expKernel: ElementwiseKernel = /* @__PURE__ */ unaryKernel('exp', unary.expRow, { lanes: lanes.expLanes });
export const logKernel: ElementwiseKernel = /* @__PURE__ */ unaryKernel('log', unary.logRow, { lanes: lanes.logLanes });
export const log1pKernel: ElementwiseKernel = /* @__PURE__ */ unaryKernel('log1p', unary.log1pRow, {
  lanes: lanes.log1pLanes,
});
export const expm1Kernel: ElementwiseKernel = /* @__PURE__ */ unaryKernel('expm1', unary.expm1Row, {
  lanes: lanes.expm1Lanes,
});
export const sqrtKernel: ElementwiseKernel = /* @__PURE__ */ unaryKernel('sqrt', unary.sqrtRow, {
  lanes: lanes.sqrtLanes,
  ...EXACT,
});
export const rsqrtKernel: ElementwiseKernel = /* @__PURE__ */ unaryKernel('rsqrt', unary.rsqrtRow, {
  lanes: lanes.rsqrtLanes,
});
export const squareKernel: ElementwiseKernel = /* @__PURE__ */ unaryKernel('square', unary.squareRow, {
  lanes: lanes.squareLanes,
  ...EXACT,
});
export const sinKernel: ElementwiseKernel = /* @__PURE__ */ unaryKernel('sin', unary.sinRow, { lanes: lanes.sinLanes });
export const cosKernel: ElementwiseKernel = /* @__PURE__ */ unaryKernel('cos', unary.cosRow, { lanes: lanes.cosLanes });
export const tanhKernel: ElementwiseKernel = /* @__PURE__ */ unaryKernel('tanh', unary.tanhRow, {
  lanes: lanes.tanhLanes,
});
export const sigmoidKernel: ElementwiseKernel = /* @__PURE__ */ unaryKernel('sigmoid', unary.sigmoidRow, {
  lanes: lanes.sigmoidLanes,
});
export const softplusKernel: ElementwiseKernel = /* @__PURE__ */ unaryKernel('softplus', unary.softplusRow, {
  lanes: lanes.softplusLanes,
});
export const erfKernel: ElementwiseKernel = /* @__PURE__ */ unaryKernel('erf', unary.erfRow, { lanes: lanes.erfLanes });
export const reluKernel: ElementwiseKernel = /* @__PURE__ */ unaryKernel('relu', unary.reluRow, {
  lanes: lanes.reluLanes,
  ...EXACT,
});
export const floorKernel: ElementwiseKernel = /* @__PURE__ */ unaryKernel('floor', unary.floorRow, {
  lanes: lanes.floorLanes,
  ...EXACT,
});
export const reciprocalKernel: ElementwiseKernel = /* @__PURE__ */ unaryKernel('reciprocal', unary.reciprocalRow, {
  lanes: lanes.reciprocalLanes,
  ...EXACT,
});

export const addKernel: ElementwiseKernel = /* @__PURE__ */ binaryKernel('add', binary.addRow, {
  lanes: lanes.addLanes,
  ...EXACT,
});
export const subKernel: ElementwiseKernel = /* @__PURE__ */ binaryKernel('sub', binary.subRow, {
  lanes: lanes.subLanes,
  ...EXACT,
});
export const mulKernel: ElementwiseKernel = /* @__PURE__ */ binaryKernel('mul', binary.mulRow, {
  lanes: lanes.mulLanes,
  ...EXACT,
});
export const divKernel: ElementwiseKernel = /* @__PURE__ */ binaryKernel('div', binary.divRow, {
  lanes: lanes.divLanes,
  ...EXACT,
});
export const powKernel: ElementwiseKernel = /* @__PURE__ */ binaryKernel('pow', binary.powRow, {
  lanes: lanes.powLanes,
});
export const maximumKernel: ElementwiseKernel = /* @__PURE__ */ binaryKernel('maximum', binary.maximumRow, {
  lanes: lanes.maximumLanes,
  ...EXACT,
});
export const minimumKernel: ElementwiseKernel = /* @__PURE__ */ binaryKernel('minimum', binary.minimumRow, {
  lanes: lanes.minimumLanes,
  ...EXACT,
});
export const equalKernel: ElementwiseKernel = /* @__PURE__ */ binaryKernel('equal', binary.equalRow, {
  lanes: lanes.equalLanes,
  ...EXACT,
});
export const notEqualKernel: ElementwiseKernel = /* @__PURE__ */ binaryKernel('notEqual', binary.notEqualRow, {
  lanes: lanes.notEqualLanes,
  ...EXACT,
});
export const greaterKernel: ElementwiseKernel = /* @__PURE__ */ binaryKernel('greater', binary.greaterRow, {
  lanes: lanes.greaterLanes,
  ...EXACT,
});
export const lessKernel: ElementwiseKernel = /* @__PURE__ */ binaryKernel('less', binary.lessRow, {
  lanes: lanes.lessLanes,
  ...EXACT,
});
export const greaterEqualKernel: ElementwiseKernel = /* @__PURE__ */ binaryKernel(
  'greaterEqual',
  binary.greaterEqualRow,
  {
    lanes: lanes.greaterEqualLanes,
    ...EXACT,
  },
);
export const lessEqualKernel: ElementwiseKernel = /* @__PURE__ */ binaryKernel('lessEqual', binary.lessEqualRow, {
  lanes: lanes.lessEqualLanes,
  ...EXACT,
});
/** Inputs (dy, x): dy where x > 0, else 0. */
export const reluGradKernel: ElementwiseKernel = /* @__PURE__ */ binaryKernel('reluGrad', binary.reluGradRow, {
  lanes: lanes.reluGradLanes,
  ...EXACT,
});

/** Inputs (condition, a, b): a where the condition is not 0, else b. */
export const whereKernel: ElementwiseKernel = {
  ...common('where', 3, { lanes: lanes.whereLanes, ...EXACT }),
  cpu: (inputs, outputs, geometry) => runTernary(whereRow, outputs[0]!, inputs[0]!, inputs[1]!, inputs[2]!, geometry),
  inPlace: [[0, 1, 2]],
};

/** Repeats x to the shape of the output. */
export const broadcastToKernel: ElementwiseKernel = {
  ...unaryKernel('broadcastTo', unary.copyRow, { lanes: lanes.copyLanes, ...EXACT }),
  flops: () => 0,
};
