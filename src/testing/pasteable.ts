/** Failing cases as code: what a user pastes into a test to meet the failure again without fast-check. */
import type { Tensor } from '../tensor/tensor.ts';
import type { OpCase } from './op-row.ts';

/** Larger tensors would fill the screen. */
const LARGEST_TENSOR = 64;

/** @internal What stands between a message of gradcheck and its code. */
export const CODE_HEADING = '\nAs a test:\n\n';

/** @internal A message of gradcheck without its code, for laws that know the call better. */
export function withoutCode(message: string): string {
  return message.split(CODE_HEADING)[0] ?? message;
}

/** @internal A tensor as the expression that makes it; undefined when it is too large to be read. */
export function tensorCode(tensor: Tensor): string | undefined {
  const values = [...(tensor.wide ?? tensor.data)];
  if (values.length > LARGEST_TENSOR) return undefined;
  if (tensor.rank === 0) return `tensor(${numberCode(values[0] ?? 0)})`;
  return `tensor([${values.map(numberCode).join(', ')}], [${tensor.shape.join(', ')}])`;
}

/** @internal A test of one call of `gradcheck`, or its head alone where the inputs are too large. */
export function gradcheckCode(call: string, inputs: readonly Tensor[], options: readonly string[] = []): string {
  return `  gradcheck(${[call, listCode(inputs), ...options].join(', ')});`;
}

/** @internal What a pasted test checks again. */
export type PastedCheck =
  | { readonly kind: 'gradient'; readonly order: 1 | 2 }
  /** With the gradients, or without where the op has none. */
  | { readonly kind: 'program'; readonly device: string | undefined; readonly gradients: boolean }
  | { readonly kind: 'values' };

/** @internal The smallest failing case of an op as a test that fails again. */
export function pasteableTest(op: string, law: string, drawn: OpCase, check: PastedCheck): string {
  const names = drawn.inputs.map((_, index) => String.fromCharCode(97 + index));
  const args = [...names, ...(drawn.options ? [optionsCode(drawn.options)] : [])];
  const call = drawn.code ?? `${op}(${args.join(', ')})`;
  const title = `${op}: ${law}`.replaceAll("'", '"');
  const lines = checkCode(`(${names.join(', ')}) => `, call, drawn, check);
  return [`test('${title}', ${check.kind === 'program' ? 'async ' : ''}() => {`, ...lines, '});'].join('\n');
}

function checkCode(head: string, call: string, drawn: OpCase, check: PastedCheck): readonly string[] {
  const { inputs, differentiable, expected } = drawn;
  const positions = inputs.map((_, position) => position);
  const constants = positions.filter((position) => differentiable && !differentiable.includes(position));
  switch (check.kind) {
    case 'gradient': {
      const options = [
        ...(check.order === 1 ? [] : [`order: ${check.order}`]),
        ...(constants.length === 0 ? [] : [`constants: [${constants.join(', ')}]`]),
      ];
      return [gradcheckCode(head + call, inputs, options.length === 0 ? [] : [`{ ${options.join(', ')} }`])];
    }
    case 'program': {
      const argnums = `[${(differentiable ?? positions).join(', ')}]`;
      const gradient = `grad((...x) => ops.sum(results(...x)[i]), { argnums: ${argnums} })(...x)`;
      return [
        `  const results = ${head}[${call}].flat();`,
        check.gradients
          ? `  const all = (...x) => results(...x).flatMap((y, i) => [y, ...${gradient}]);`
          : '  const all = results;',
        '  const values = (tensors) => tensors.map((one) => [...one.data]);',
        `  const inputs = ${listCode(inputs)};`,
        `  const program = compile(all${check.device === undefined ? '' : `, { device: '${check.device}' }`});`,
        '  assert.deepStrictEqual(values(await program(...inputs)), values(all(...inputs)));',
      ];
    }
    case 'values': {
      const exact = expected ? `[${Array.from(expected()).map(numberCode).join(', ')}]` : 'undefined';
      return [
        `  const result = (${head}[${call}].flat()[0])(...${listCode(inputs)});`,
        `  assert.deepEqual([...result.data], ${exact});`,
      ];
    }
  }
}

function listCode(inputs: readonly Tensor[]): string {
  return `[${inputs.map((input) => tensorCode(input) ?? `tensorOfShape([${input.shape.join(', ')}])`).join(', ')}]`;
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
