/** From a drawn call to an op's case: the tensors become inputs by their names, and the call becomes code with letters for them. */
import type { Tensor } from '../../../../src/tensor/tensor.ts';
import type { OpCase } from '../../../../src/testing/op-row.ts';
import { optionsCode } from '../../../../src/testing/pasteable.ts';

type Tensors = Readonly<Record<string, Tensor | undefined>>;

/** The tensors of a call in the order of their names; what is undefined is no input. */
export function callCase<Parts extends Tensors>(
  parts: Parts,
  call: (parts: Parts) => ReturnType<OpCase['call']>,
  code: (names: { readonly [Name in keyof Parts]: string }) => string,
  rest: Partial<OpCase> & { readonly constants?: readonly (keyof Parts)[] } = {},
): OpCase {
  const { constants = [], ...others } = rest;
  const names = Object.keys(parts).filter((name) => parts[name] !== undefined);
  const letters = Object.fromEntries(
    Object.keys(parts).map((name) => [
      name,
      names.includes(name) ? String.fromCharCode(97 + names.indexOf(name)) : 'undefined',
    ]),
  );
  return {
    inputs: names.map((name) => parts[name] as Tensor),
    call: (...inputs) => call({ ...parts, ...Object.fromEntries(names.map((name, index) => [name, inputs[index]])) }),
    code: code(letters as { readonly [Name in keyof Parts]: string }),
    ...(constants.length > 0 && {
      differentiable: names.flatMap((name, index) => (constants.includes(name) ? [] : [index])),
    }),
    ...others,
  };
}

/** Arguments as code, without those left out at the end. */
export function argumentsCode(args: readonly string[], options: object = {}): string {
  const all = [...args];
  if (Object.values(options).some((value) => value !== undefined)) all.push(optionsCode({ ...options }));
  while (all.at(-1) === 'undefined') all.pop();
  return all.join(', ');
}

/** Options with those that were left out as undefined, so that the report counts them as default. */
export function withDefaults(options: object, keys: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(keys.map((key) => [key, (options as Readonly<Record<string, unknown>>)[key]]));
}
