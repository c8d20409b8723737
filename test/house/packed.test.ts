/** README's examples, copied into an empty project that installed the packed package: first without fast-check, then with it. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { checkExamples, compileExamples, examplesOf, runExample, type Example } from './documents.ts';
import { root } from './sources.ts';

t.setTimeout(180_000);

// Outside the repository, where neither its package.json nor its node_modules are found.
const project = mkdtempSync(join(tmpdir(), 'gradtape-packed-'));
const installed = join(project, 'node_modules/gradtape');
t.teardown(() => rmSync(project, { recursive: true, force: true }));

const npm = (cwd: string, ...args: readonly string[]): string =>
  execFileSync('npm', [...args, '--ignore-scripts', '--offline', '--no-audit', '--no-fund'], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const examples = examplesOf('README.md', readme).filter(({ source }) => source.includes("'gradtape/testing'"));
const needsFastCheck = ({ source }: Example): boolean => /'fast-check'|\barbitraries\b/.test(source);
const [drawn, plain] = [examples.filter(needsFastCheck), examples.filter((one) => !needsFastCheck(one))];

/** What a user writes who has not installed it. */
const forgotten: Example = {
  title: 'arbitraries without fast-check',
  source: "import { arbitraries } from 'gradtape/testing';\narbitraries.shapes();\n",
  prints: '',
};

t.before(() => {
  const [{ filename }] = JSON.parse(npm(root, 'pack', '--json', '--pack-destination', project)) as [
    { readonly filename: string },
  ];
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true, type: 'module' }));
  npm(project, 'install', join(project, filename));
});

t.test('the package installs alone, and every file that its README links to is in it', (t) => {
  t.notOk(existsSync(join(project, 'node_modules/fast-check')), 'no peer comes with it');
  const text = readFileSync(join(installed, 'README.md'), 'utf8');
  const links = [...text.matchAll(/\]\(([^):#]+)[^):]*\)/g)].map(([, path = '']) => path);
  t.ok(links.length > 3, `${links.length} links`);
  t.strictSame(
    links.filter((path) => !existsSync(join(installed, path))),
    [],
  );
  t.end();
});

t.test("README's checks of a custom op run without fast-check, and the wrong gradient is caught", async (t) => {
  t.ok(plain.length > 1 && plain.some(({ prints }) => prints.startsWith('GradientError: ')), 'README shows both');
  await checkExamples(t, join(project, 'plain'), plain);
});

t.test('a module of the project runs in threads of the package', async (t) => {
  const folder = join(project, 'threads');
  mkdirSync(folder);
  writeFileSync(join(folder, 'objective.js'), "export default (trial) => trial.suggestInt('n', 1, 9);\n");
  const program = [
    "import { createStudy } from 'gradtape/tune';",
    'const study = await createStudy();',
    "await study.optimize(new URL('./objective.js', import.meta.url), { trials: 4, workers: 2 });",
    'console.log(study.trials.every(({ value, params }) => value === params.n), study.trials.length);',
  ].join('\n');
  writeFileSync(join(folder, 'study.js'), program);
  t.equal(execFileSync(process.execPath, ['study.js'], { cwd: folder, encoding: 'utf8' }), 'true 4\n');
});

t.test('what needs fast-check says how to install it', async (t) => {
  const folder = join(project, 'forgotten');
  t.equal(await compileExamples(folder, [forgotten]), '');
  t.match(await runExample(folder, 0), /^ArgumentError: .*Install it: npm install --save-dev fast-check$/);
});

t.test("with fast-check installed README's laws run, and the package's own types are right", async (t) => {
  for (const name of ['fast-check', 'pure-rand']) {
    cpSync(join(root, 'node_modules', name), join(project, 'node_modules', name), { recursive: true });
  }
  t.ok(drawn.length > 0, 'README shows laws');
  await checkExamples(t, join(project, 'drawn'), drawn);
  t.equal(await compileExamples(join(project, 'types'), examples, { skipLibCheck: false }), '', 'without skipLibCheck');
});
