/** The examples of README.md and the pages in docs compile, run, and print what the pages say. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { checkExamples, compileExamples, examplesOf, runExample } from './documents.ts';
import { root } from './sources.ts';

t.setTimeout(240_000);

/** What README's network learns from; 20 images are enough to run it. */
const ambient = `import type { Tensor } from 'gradtape';
declare global {
  const images: Tensor;
  const labels: Tensor;
}`;
const setup = `import { zeros } from 'gradtape';
Object.assign(globalThis, { images: zeros([20, 28, 28, 1]), labels: zeros([20]) });`;

t.test('a block goes on from the one before it unless it imports, and its text block is what it prints', (t) => {
  const page = [
    "```ts\nimport a from 'a';\nconst x = a;\n```\n",
    '```ts\nfail(x);\n```\n\n```text\nTypeError: no\n```\n',
    '```ts\nx;\n```\n',
    "```ts\nimport b from 'b';\n```\n\n```sh\nls\n```\n",
  ].join('\n');
  const examples = examplesOf('page.md', page);
  t.strictSame(
    examples.map(({ source }) => source.replaceAll(/console.log.*\n/g, '--\n')),
    [
      "import a from 'a';\n--\nconst x = a;\n",
      "import a from 'a';\nconst x = a;\n--\nfail(x);\n",
      "import a from 'a';\nconst x = a;\n--\nx;\n",
      "import b from 'b';\n--\n",
    ],
  );
  t.strictSame(
    examples.map(({ prints }) => prints),
    ['', 'TypeError: no', '', ''],
  );
  t.equal(examples[1]?.title, 'page.md, line 6');
  t.end();
});

t.test('a block that begins with the name of a file is that file', async (t) => {
  const page = [
    "```ts\nimport { n } from './count.js';\nconsole.log(n);\n```\n",
    '```ts\n// count.ts\nexport const n = 7;\n```\n',
    '```ts\nconsole.log(n + 1);\n```\n',
  ].join('\n');
  const examples = examplesOf('page.md', page);
  t.strictSame(
    examples.map(({ file }) => file),
    [undefined, 'count.ts', undefined],
  );
  const folder = t.testdir();
  t.equal(await compileExamples(folder, examples), '');
  t.equal(await runExample(folder, 0), '7');
  t.equal(await runExample(folder, 2), '8', 'the next block goes on from the one before it');
});

t.test('a block that does not compile, or prints something else, is seen', async (t) => {
  const page = "```ts\nimport { tensor } from 'gradtape';\nconst x: string = tensor([1]).size;\nconsole.log(x);\n```\n";
  const examples = examplesOf('page.md', page);
  const folder = t.testdir();
  t.match(await compileExamples(folder, examples), /Type 'number' is not assignable to type 'string'/);
  t.equal(await runExample(folder, 0), '1');
});

t.test('the examples compile, run, and print what the pages say', async (t) => {
  const examples = ['README.md', 'docs/testing.md', 'docs/tuning.md'].flatMap((page) =>
    examplesOf(page, readFileSync(join(root, page), 'utf8')),
  );
  await checkExamples(t, t.testdir(), examples, { ambient, setup });
});
