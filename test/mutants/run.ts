/**
 * Plants each bug of the tables in a copy of the compiled code and shows that the suite finds it.
 * `--only text` takes the bugs whose file, name or kind has the text, `--count n` that many of them, evenly spread.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../house/sources.ts';
import type { Catcher, Mutant } from './mutant.ts';
import { mutants } from './mutants.ts';
import { Tree, unplantable, type Verdict } from './tree.ts';

const WORKERS = 2;
/** What an edit that is no bug but nonsense leads to; such a row proves nothing. */
const NONSENSE = /SyntaxError|ReferenceError|is not defined|does not provide an export/;

/** Each item goes to the next free worker; results keep the order of the items. */
async function share<Item, Result>(
  items: readonly Item[],
  trees: readonly Tree[],
  work: (tree: Tree, item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  let next = 0;
  const worker = async (tree: Tree): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await work(tree, items[index] as Item);
    }
  };
  await Promise.all(trees.map(worker));
  return results;
}

function chosenMutants(): readonly Mutant[] {
  const { values } = parseArgs({ options: { only: { type: 'string' }, count: { type: 'string' } } });
  const { only = '' } = values;
  const fitting = mutants.filter(({ file, name, kind }) => [file, name, kind].some((text) => text.includes(only)));
  const count = Math.min(Number(values.count ?? fitting.length), fitting.length);
  return Array.from({ length: count }, (_, index) => fitting[Math.floor((index * fitting.length) / count)] as Mutant);
}

function checkPlaces(list: readonly Mutant[]): void {
  const wrong = unplantable(list);
  if (wrong.length > 0) throw new Error(`These bugs cannot be planted:\n${wrong.join('\n')}`);
}

/** Each row and each test file once. */
function cleanParts(list: readonly Mutant[]): readonly Catcher[] {
  const catchers = list.map(({ caughtBy }) => caughtBy);
  const unique = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();
  return [
    ...unique(catchers.flatMap((one) => ('ops' in one ? one.ops : []))).map((op) => ({ ops: [op] })),
    ...(catchers.some((one) => 'layers' in one)
      ? [{ layers: unique(catchers.flatMap((one) => ('layers' in one ? one.layers : []))) }]
      : []),
    ...unique(catchers.flatMap((one) => ('test' in one ? [one.test] : []))).map((test) => ({ test })),
  ];
}

function describeCatch({ broken }: Verdict): string {
  if (!broken) return 'SURVIVES';
  return `${broken.row}: ${broken.law}${broken.cases === undefined ? '' : ` (after ${broken.cases} cases)`}`;
}

const list = chosenMutants();
checkPlaces(list);
const trees = Array.from({ length: WORKERS }, (_, number) => new Tree(number));

const parts = cleanParts(list);
const clean = await share(parts, trees, (tree, part) => tree.ask(part));
const unclean = clean.filter(({ broken }) => broken);
if (unclean.length > 0) {
  throw new Error(`Without a planted bug these fail:\n${unclean.map(describeCatch).join('\n')}`);
}
console.log(`Without a planted bug all ${parts.length} parts of the suite pass.\n`);

const verdicts = await share(list, trees, async (tree, mutant) => {
  const verdict = await tree.tryMutant(mutant);
  console.log(`${mutant.kind.padEnd(21)} ${mutant.file}: ${mutant.name}\n${' '.repeat(21)} ${describeCatch(verdict)}`);
  return verdict;
});

const survivors = list.filter((_, index) => !verdicts[index]?.broken);
const nonsense = list.filter((_, index) => NONSENSE.test(verdicts[index]?.broken?.law ?? ''));
const kinds = [...new Set(list.map(({ kind }) => kind))].sort();
console.log('\nCaught of planted, by kind:');
for (const kind of kinds) {
  const planted = list.filter((one) => one.kind === kind).length;
  const left = survivors.filter((one) => one.kind === kind).length;
  console.log(`  ${kind.padEnd(21)} ${planted - left} of ${planted}`);
}
const cases = verdicts.flatMap(({ broken }) => broken?.cases ?? []).sort((a, b) => a - b);
const middle = cases[Math.floor(cases.length / 2)] ?? 0;
console.log(`\nA law that breaks does so after ${middle} cases in the middle, ${cases.at(-1) ?? 0} at most.`);
console.log('\nDrawn in the clean run, with numbers of cases:');
for (const [op, domains] of clean.flatMap((one) => Object.entries(one.domains))) {
  console.log(`  ${op}: ${domains.map(([name, count]) => `${name} ${count}`).join('; ') || 'one domain'}`);
}
console.log(`\n${list.length - survivors.length} of ${list.length} planted bugs are caught.`);
for (const { file, name } of survivors) console.log(`SURVIVES  ${file}: ${name}`);
for (const { file, name } of nonsense) console.log(`NONSENSE  ${file}: ${name}`);

if (list.length === mutants.length) {
  const lines = list.map(({ file, name, kind }, index) => {
    const { broken } = verdicts[index] as Verdict;
    return JSON.stringify([file, name, kind, broken?.row ?? null, broken?.law ?? null, broken?.cases ?? null]);
  });
  writeFileSync(join(root, 'test/mutants/results.json'), `[\n${lines.join(',\n')}\n]\n`);
}
process.exitCode = survivors.length + nonsense.length > 0 ? 1 : 0;
