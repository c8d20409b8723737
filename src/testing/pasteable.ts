/** Failing cases as code: what a user pastes into a test to meet the failure again without fast-check. */
import type { Tensor } from '../tensor/tensor.ts';
import type { OpCase } from './op-row.ts';

/** Larger tensors would fill the screen. */
const LARGEST_TENSOR = 64;

/** @internal A tensor as the expression that makes it; undefined when it is too large to be read. */
export function tensorCode(tensor: Tensor): string | undefined {
  const values = [...(tensor.wide ?? tensor.data)];
  if (values.length > LARGEST_TENSOR) return undefined;
  if (tensor.rank === 0) return `tensor(${numberCode(values[0] ?? 0)})`;
  return `tensor([${values.map(numberCode).join(', ')}], [${tensor.shape.join(', ')}])`;
}

/** @internal A test of one call of `gradcheck`, or its head alone where the inputs are too large. */
export function gradcheckCode(call: string, inputs: readonly Tensor[], options: readonly string[] = []): string {
  const tensors = inputs.map((input) => tensorCode(input) ?? `tensorOfShape([${input.shape.join(', ')}])`);
  return `  gradcheck(${[call, `[${tensors.join(', ')}]`, ...options].join(', ')});`;
}

/** @internal The smallest failing case of an op as a test. Checks the gradient again, or where another law fails calls the op. */
export function pasteableTest(op: string, law: string, drawn: OpCase): string {
  const { inputs, options, differentiable } = drawn;
  const names = inputs.map((_, index) => String.fromCharCode(97 + index));
  const args = [...names, ...(options ? [optionsCode(options)] : [])];
  const call = drawn.code ?? `${op}(${args.join(', ')})`;
  const constants = names.map((_, index) => index).filter((index) => differentiable && !differentiable.includes(index));
  const checked = gradcheckCode(
    `(${names.join(', ')}) => ${call}`,
    inputs,
    constants.length > 0 ? [`{ constants: [${constants.join(', ')}] }`] : [],
  );
  const title = `${op}: ${law}`.replaceAll("'", '"');
  return [`test('${title}', () => {`, checked, '});'].join('\n');
}

/** @internal Plain options as an object literal. */
export function optionsCode(options: object): string {
  const entries = (Object.entries(options) as [string, unknown][]).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? '{}' : `{ ${entries.map(([key, value]) => `${key}: ${valueCode(value)}`).join(', ')} }`;
}

function valueCode(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueCode).join(', ')}]`;
  if (typeof value === 'string') return `'${value}'`;
  return typeof value === 'number' ? numberCode(value) : JSON.stringify(value);
}

function numberCode(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
