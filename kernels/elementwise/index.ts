/**
 * Element-wise kernels, broadcasting as in NumPy. Output 0 may overwrite any input of its size.
 * Options: none. Comparisons give 1 or 0.
 */
import type { Kernel } from '../contract.ts';
import * as binary from './binary.ts';
import { planBroadcast, type BroadcastGeometry } from './broadcast.ts';
import { runBinary, runTernary, runUnary, type BinaryRow, type UnaryRow } from './cpu.ts';
import { whereRow } from './ternary.ts';
import * as unary from './unary.ts';

/** A kernel without options over broadcast operands. */
export type ElementwiseKernel = Kernel<unknown, BroadcastGeometry>;

function unaryKernel(name: string, row: UnaryRow): ElementwiseKernel {
  return {
    name,
    plan: planBroadcast,
    cpu: (inputs, outputs, geometry) => runUnary(row, outputs[0]!, inputs[0]!, geometry),
    flops: (geometry) => geometry.size,
    inPlace: [[0]],
  };
}

function binaryKernel(name: string, row: BinaryRow): ElementwiseKernel {
  return {
    name,
    plan: planBroadcast,
    cpu: (inputs, outputs, geometry) => runBinary(row, outputs[0]!, inputs[0]!, inputs[1]!, geometry),
    flops: (geometry) => geometry.size,
    inPlace: [[0, 1]],
  };
}

export const negKernel: ElementwiseKernel = unaryKernel('neg', unary.negRow);
export const absKernel: ElementwiseKernel = unaryKernel('abs', unary.absRow);
export const signKernel: ElementwiseKernel = unaryKernel('sign', unary.signRow);
export const expKernel: ElementwiseKernel = unaryKernel('exp', unary.expRow);
export const logKernel: ElementwiseKernel = unaryKernel('log', unary.logRow);
export const log1pKernel: ElementwiseKernel = unaryKernel('log1p', unary.log1pRow);
export const expm1Kernel: ElementwiseKernel = unaryKernel('expm1', unary.expm1Row);
export const sqrtKernel: ElementwiseKernel = unaryKernel('sqrt', unary.sqrtRow);
export const rsqrtKernel: ElementwiseKernel = unaryKernel('rsqrt', unary.rsqrtRow);
export const squareKernel: ElementwiseKernel = unaryKernel('square', unary.squareRow);
export const sinKernel: ElementwiseKernel = unaryKernel('sin', unary.sinRow);
export const cosKernel: ElementwiseKernel = unaryKernel('cos', unary.cosRow);
export const tanhKernel: ElementwiseKernel = unaryKernel('tanh', unary.tanhRow);
export const sigmoidKernel: ElementwiseKernel = unaryKernel('sigmoid', unary.sigmoidRow);
export const softplusKernel: ElementwiseKernel = unaryKernel('softplus', unary.softplusRow);
export const erfKernel: ElementwiseKernel = unaryKernel('erf', unary.erfRow);
export const reluKernel: ElementwiseKernel = unaryKernel('relu', unary.reluRow);
export const floorKernel: ElementwiseKernel = unaryKernel('floor', unary.floorRow);
export const reciprocalKernel: ElementwiseKernel = unaryKernel('reciprocal', unary.reciprocalRow);

export const addKernel: ElementwiseKernel = binaryKernel('add', binary.addRow);
export const subKernel: ElementwiseKernel = binaryKernel('sub', binary.subRow);
export const mulKernel: ElementwiseKernel = binaryKernel('mul', binary.mulRow);
export const divKernel: ElementwiseKernel = binaryKernel('div', binary.divRow);
export const powKernel: ElementwiseKernel = binaryKernel('pow', binary.powRow);
export const maximumKernel: ElementwiseKernel = binaryKernel('maximum', binary.maximumRow);
export const minimumKernel: ElementwiseKernel = binaryKernel('minimum', binary.minimumRow);
export const equalKernel: ElementwiseKernel = binaryKernel('equal', binary.equalRow);
export const notEqualKernel: ElementwiseKernel = binaryKernel('notEqual', binary.notEqualRow);
export const greaterKernel: ElementwiseKernel = binaryKernel('greater', binary.greaterRow);
export const lessKernel: ElementwiseKernel = binaryKernel('less', binary.lessRow);
export const greaterEqualKernel: ElementwiseKernel = binaryKernel('greaterEqual', binary.greaterEqualRow);
export const lessEqualKernel: ElementwiseKernel = binaryKernel('lessEqual', binary.lessEqualRow);
/** Inputs (dy, x): dy where x > 0, else 0. */
export const reluGradKernel: ElementwiseKernel = binaryKernel('reluGrad', binary.reluGradRow);

/** Inputs (condition, a, b): a where the condition is not 0, else b. */
export const whereKernel: ElementwiseKernel = {
  name: 'where',
  plan: planBroadcast,
  cpu: (inputs, outputs, geometry) => runTernary(whereRow, outputs[0]!, inputs[0]!, inputs[1]!, inputs[2]!, geometry),
  flops: (geometry) => geometry.size,
  inPlace: [[0, 1, 2]],
};

/** Repeats x to the shape of the output. */
export const broadcastToKernel: ElementwiseKernel = { ...unaryKernel('broadcastTo', unary.copyRow), flops: () => 0 };
