/** Failing cases as code: what a user pastes into a test to meet the failure again without fast-check. */
import type { Tensor } from '../tensor/tensor.ts';
import type { Inaccuracy } from './accuracy.ts';
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
  /** One value beside what float64 gives, on this device. */
  | { readonly kind: 'accuracy'; readonly device: string | undefined; readonly inaccuracy: Inaccuracy | undefined }
  | { readonly kind: 'values' };

/** @internal The smallest failing case of an op as a test that fails again. */
export function pasteableTest(op: string, law: string, drawn: OpCase, check: PastedCheck): string {
  const names = drawn.inputs.map((_, index) => String.fromCharCode(97 + index));
  const args = [...names, ...(drawn.options ? [optionsCode(drawn.options)] : [])];
  const call = drawn.code ?? `${op}(${args.join(', ')})`;
  const title = `${op}: ${law}`.replaceAll("'", '"');
  const lines = checkCode(`(${names.join(', ')}) => `, call, drawn, check);
  return [`test('${title}', ${isAsync(check) ? 'async ' : ''}() => {`, ...lines, '});'].join('\n');
}

function isAsync({ kind }: PastedCheck): boolean {
  return kind === 'program' || kind === 'accuracy';
}

// Programs and eager calls take the default device; 'wasm' is that unless one chooses.
function deviceCode(device: string | undefined): readonly string[] {
  return device === undefined ? [] : [`  await setDevice('${device}');`];
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
        ...deviceCode(check.device),
        `  const results = ${head}[${call}].flat();`,
        check.gradients
          ? `  const all = (...x) => results(...x).flatMap((y, i) => [y, ...${gradient}]);`
          : '  const all = results;',
        '  const values = (tensors) => tensors.map((one) => [...one.data]);',
        `  const inputs = ${listCode(inputs)};`,
        '  const program = compile(all);',
        '  assert.deepStrictEqual(values(await program(...inputs)), values(all(...inputs)));',
      ];
    }
    case 'accuracy': {
      if (!check.inaccuracy) return [];
      const { result, input, weight, element, expected: exact, bound } = check.inaccuracy;
      const argnum = (differentiable ?? positions)[input ?? 0];
      const one = `results(...x)[${result}]`;
      return [
        ...deviceCode(check.device),
        `  const results = ${head}[${call}].flat();`,
        ...(weight ? [`  const weight = ${codeOf(weight)};`] : []),
        weight
          ? `  const one = grad((...x) => ops.sum(ops.mul(${one}, weight)), { argnums: [${argnum}] });`
          : `  const one = (...x) => [${one}];`,
        `  const [{ data }] = await compile((...x) => one(...x))(...${listCode(inputs)});`,
        `  assert.ok(Math.abs(data[${element}] - ${numberCode(exact)}) <= ${bound}, \`\${data[${element}]}\`);`,
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
  return `[${inputs.map(codeOf).join(', ')}]`;
}

function codeOf(tensor: Tensor): string {
  return tensorCode(tensor) ?? `tensorOfShape([${tensor.shape.join(', ')}])`;
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
