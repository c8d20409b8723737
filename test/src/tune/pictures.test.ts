/** Pictures of studies: well-formed, with a mark for each trial at its place. */
import t from 'tap';
import { createStudy, samplers, TrialPruned, type Study } from '../../../src/tune/index.ts';
import { parseXml, type XmlElement } from '../../support/xml.ts';

async function example(): Promise<Study> {
  const study = await createStudy({ name: 'a < b', sampler: samplers.random({ seed: 3 }) });
  await study.optimize(
    (trial) => {
      const x = trial.suggestFloat('x', -5, 5);
      const rate = trial.suggestFloat('rate', 1e-4, 1e-1, { log: true });
      const bonus = trial.suggestCategorical('kind', ['a', 'b']) === 'a' ? trial.suggestInt('depth', 1, 3) : 0;
      if (trial.number % 5 === 4) {
        trial.report(x * x, 0);
        throw new TrialPruned();
      }
      return x * x + rate + bonus;
    },
    { trials: 30 },
  );
  return study;
}

const all = (root: XmlElement, tag: string): XmlElement[] => [
  ...(root.tag === tag ? [root] : []),
  ...root.children.flatMap((child) => all(child, tag)),
];
const textsOf = (root: XmlElement): string[] => all(root, 'text').map(({ text }) => text);

t.test('history: a dot for each trial, hollow for pruned ones, and the best value', async (t) => {
  const study = await example();
  const root = parseXml(await study.toSvg());
  const dots = all(root, 'circle');
  t.equal(dots.length, 30);
  t.equal(dots.filter(({ attributes }) => attributes['class'] === 'faint line').length, 6);
  const best = dots.find(({ text }) => text === `trial ${study.bestTrial.number}`) as XmlElement;
  const lowest = Math.max(
    ...dots.filter((dot) => dot.attributes['class'] === 'first').map(({ attributes }) => Number(attributes['cy'])),
  );
  t.equal(Number(best.attributes['cy']), lowest, 'smaller values lie lower');
  t.match(textsOf(root)[0], `best ${Number(study.bestValue.toPrecision(4))}`);
});

t.test('slices: each trial where its parameter is; branches not taken are not drawn', async (t) => {
  const study = await example();
  const root = parseXml(await study.toSvg('slices', { width: 900, theme: 'dark' }));
  const panels = all(root, 'g');
  t.same(
    panels.map((panel) => textsOf(panel)[0]),
    ['x', 'rate', 'kind', 'depth'],
  );
  const complete = study.trials.filter(({ state }) => state === 'complete');
  t.equal(all(panels[0] as XmlElement, 'circle').length, complete.length);
  t.equal(all(panels[3] as XmlElement, 'circle').length, complete.filter(({ params }) => 'depth' in params).length);
  // x grows to the right.
  const order = all(panels[0] as XmlElement, 'circle').map(({ attributes }) => Number(attributes['cx']));
  const byX = complete
    .map(({ params }, i) => [params['x'] as number, order[i] as number] as const)
    .sort(([a], [b]) => a - b);
  t.ok(byX.every(([, cx], i) => i === 0 || cx >= (byX[i - 1] as readonly [number, number])[1]));
});

t.test(
  'parallel: a line for each complete trial, the best one last; importances: a bar for each parameter',
  async (t) => {
    const study = await example();
    const root = parseXml(await study.toSvg('parallel'));
    const lines = all(root, 'path').filter(({ attributes }) => attributes['class'] !== 'ink line');
    t.equal(lines.length, 24);
    t.equal(lines.at(-1)?.attributes['class'], 'second line');
    const starts = lines.map(({ attributes }) => Number(/^M\S+ ([\d.]+)/.exec(attributes['d'] ?? '')?.[1]));
    t.equal(starts.at(-1), Math.max(...starts), 'the smallest value, which lies lowest');
    const bars = parseXml(await study.toSvg('importances'));
    t.equal(all(bars, 'rect').length, 1 + 4, 'the page and four bars');
    t.equal(textsOf(bars)[1], Object.keys(study.importances())[0]);
  },
);

t.test('the largest values and ranges, and text that XML cannot hold, give well-formed pictures', async (t) => {
  const study = await createStudy({ name: 'a\u0000b\u001b & <c>' });
  const choices = ['\u0001\u0008', '\ud800', '\uffff', 'tab\there', '\u{1f600}'] as const;
  await study.optimize(
    (trial) => {
      trial.suggestCategorical('kind\u0002', choices);
      trial.suggestFloat('x', -8e307, 8e307);
      return 1.7e308;
    },
    { trials: 6 },
  );
  for (const kind of ['history', 'importances', 'parallel', 'slices'] as const) {
    const svg = await study.toSvg(kind);
    t.match(svg, /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u, 'characters of XML 1.0');
    const root = parseXml(svg);
    t.match(root.children[0]?.text, 'of a\ufffdb\ufffd & <c>', 'the name, as far as XML can hold it');
    t.notMatch(svg, /NaN|Infinity/);
  }
});

t.test('a study without trials, and what is refused', async (t) => {
  const study = await createStudy();
  for (const kind of ['history', 'importances', 'parallel', 'slices'] as const) {
    t.match(parseXml(await study.toSvg(kind)).text, /no trial is complete yet/i);
  }
  const several = await createStudy({ directions: ['minimize', 'maximize'] });
  await several.optimize((trial) => [trial.suggestFloat('x', 0, 1), trial.number], { trials: 3 });
  t.equal(all(parseXml(await several.toSvg()), 'g').length, 2, 'a panel for each objective');
  await t.rejects(study.toSvg('slice' as 'slices'), /did you mean 'slices'/);
  await t.rejects(study.toSvg('slices', { width: 10 }), /width is 10/);
  t.throws(() => study.importances({ quantile: 2 }), /quantile is 2/);
});
