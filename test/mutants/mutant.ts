/** What a planted bug is: one piece of compiled code replaced by another, and the part of the suite that must notice. */

/** What must fail once the bug is in: rows of `opLaws`, rows of `layerLaws`, or a test file by its path. */
export type Catcher =
  { readonly ops: readonly string[] } | { readonly layers: readonly string[] } | { readonly test: string };

export type MutantKind =
  | 'scaled'
  | 'sign'
  | 'wrong value'
  | 'wrong operand'
  | 'missing term'
  | 'missing broadcast sum'
  | 'transposed'
  | 'stride'
  | 'padding'
  | 'dilation'
  | 'groups'
  | 'off by one'
  | 'axis'
  | 'stale buffer'
  | 'gate order'
  | 'variance'
  | 'last batch'
  | 'mask'
  | 'random key'
  | 'tie'
  | 'comparison'
  | 'state'
  | 'special value';

export interface Mutant {
  readonly name: string;
  readonly kind: MutantKind;
  /** The source; the bug is planted in its compiled form. */
  readonly file: string;
  /** Must be found exactly once. */
  readonly find: string;
  readonly replace: string;
  readonly caughtBy: Catcher;
}

/** Name, kind, what is found, what replaces it, and the catcher where it is not the group's. */
export type MutantLine = readonly [name: string, kind: MutantKind, find: string, replace: string, caughtBy?: Catcher];

/** The planted bugs of one file. */
export function mutantsOf(file: string, caughtBy: Catcher, lines: readonly MutantLine[]): readonly Mutant[] {
  return lines.map(([name, kind, find, replace, own]) => ({
    name,
    kind,
    file,
    find,
    replace,
    caughtBy: own ?? caughtBy,
  }));
}
