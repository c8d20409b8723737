/**
 * GPU.js puts a function behind what it calls by the order in which it meets them, and loses it where a function is called
 * from two places; GLSL then knows no such function. So each call gets a copy of its own.
 */

/** A source, and the functions that it calls. */
export interface SeparateCalls {
  readonly source: string;
  readonly functions: readonly string[];
}

/** @param functions as `function name(x) { ... }`, in any order; none may call itself */
export function separateCalls(source: string, functions: readonly string[]): SeparateCalls {
  const byName = new Map(functions.map((one) => [/^function (\w+)/.exec(one)?.[1] ?? '', one]));
  const copies: string[] = [];
  const replaceCalls = (text: string): string =>
    text.replace(/\b(\w+)\(/g, (call, name: string) => {
      const called = byName.get(name);
      if (called === undefined) return call;
      const copy = `${name}_${copies.length}`;
      const position = copies.push('') - 1;
      const head = `function ${name}(`;
      copies[position] = `function ${copy}(${replaceCalls(called.slice(head.length))}`;
      return `${copy}(`;
    });
  return { source: replaceCalls(source), functions: copies };
}
