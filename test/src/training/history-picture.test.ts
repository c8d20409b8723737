/** history.toSvg: a panel for each loss and metric, a curve for each log, every value in its place. */
import * as gt from 'gradtape';
import t from 'tap';
import { allIn, parseXml, type XmlElement } from '../../support/xml.ts';

const historyOf = (epochs: readonly gt.Logs[]): gt.History => {
  const history = new gt.History();
  history.onTrainBegin();
  epochs.forEach((logs, epoch) => history.onEpochEnd(epoch, logs));
  return history;
};

/** The titles of the panels, with the dots of each as `[class, x, y]` and its lines. */
const read = async (
  history: gt.History,
  options?: gt.HistoryPictureOptions,
): Promise<{ root: XmlElement; panels: { title: string; dots: [string, number, number][]; lines: string[] }[] }> => {
  const root = parseXml(await history.toSvg(options));
  const panels = root.children
    .filter(({ tag }) => tag === 'g')
    .map((group) => {
      const inside = allIn(group);
      return {
        title: inside.find(({ attributes }) => attributes['class'] === 'title')?.text ?? '',
        dots: inside
          .filter(({ tag, attributes }) => tag === 'circle' && attributes['r'] === '2.5')
          .map(({ attributes: { class: style = '', cx, cy } }): [string, number, number] => [
            style,
            Number(cx),
            Number(cy),
          ]),
        lines: inside
          .filter(({ tag, attributes }) => tag === 'path' && attributes['class'] !== 'grid line')
          .map(({ attributes }) => attributes['d'] ?? ''),
      };
    });
  return { root, panels };
};

t.test('training and validation share a panel; points rise with the values and stand at their epochs', async (t) => {
  const history = historyOf([
    { loss: 2, val_loss: 3, accuracy: 0.1 },
    { loss: 1, val_loss: 2, accuracy: 0.5 },
    { loss: 0, val_loss: 1, accuracy: 0.9 },
  ]);
  const { panels, root } = await read(history);
  t.strictSame(panels.map(({ title }) => title), ['loss', 'accuracy']); // prettier-ignore
  const dots = panels[0]?.dots ?? [];
  t.strictSame(dots.map(([style]) => style), ['first', 'first', 'first', 'second', 'second', 'second']); // prettier-ignore
  const x = dots.map(([, at]) => at);
  t.strictSame(x.slice(0, 3), x.slice(3));
  t.ok(Math.abs((x[1] ?? 0) * 2 - (x[0] ?? 0) - (x[2] ?? 0)) < 0.02, 'epochs are equally far apart');
  const y = dots.map(([, , at]) => at);
  // 2 and 1 are values of both curves; what is larger is higher, where y is smaller.
  t.strictSame([y[0], y[1]], [y[4], y[5]]);
  t.ok((y[3] ?? 0) < (y[0] ?? 0) && (y[0] ?? 0) < (y[2] ?? 0));
  t.match(root.text, /training 0\b[\s\S]*validation 1\b/);
});

t.test('a validation of some epochs stands at those', async (t) => {
  const history = historyOf([{ loss: 4 }, { loss: 3, val_loss: 3 }, { loss: 2 }, { loss: 1, val_loss: 1 }]);
  const { panels } = await read(history);
  const dots = panels[0]?.dots ?? [];
  const of = (style: string): [number, number][] => dots.filter(([one]) => one === style).map(([, x, y]) => [x, y]);
  const training = of('first');
  t.strictSame(of('second'), [training[1], training[3]]);
});

t.test('a history that was taken back draws the same picture', async (t) => {
  const history = historyOf([{ loss: 4 }, { loss: 3, val_loss: 3 }, { loss: 2 }, { loss: 1, val_loss: 1 }]);
  const again = new gt.History();
  again.setState(history.getState());
  t.equal(await again.toSvg(), await history.toSvg());
});

t.test('a value that is no number breaks the line', async (t) => {
  const { panels } = await read(historyOf([1, 2, NaN, 3, Infinity, 1].map((loss) => ({ loss }))));
  t.equal(panels[0]?.dots.length, 4);
  t.match(panels[0]?.lines[0], /^M[\d. ]+L[\d. ]+M[\d. ]+M[\d. ]+$/);
  t.notMatch(panels[0]?.lines[0], /NaN|Infinity/);
});

t.test('one epoch, a flat curve, no epoch: still a picture', async (t) => {
  t.equal((await read(historyOf([{ loss: 0.5 }]))).panels[0]?.dots.length, 1);
  t.equal((await read(historyOf([{ loss: 0 }, { loss: 0 }]))).panels[0]?.dots.length, 2);
  t.equal((await read(historyOf([{ loss: NaN }]))).panels[0]?.dots.length, 0);
  t.match((await read(historyOf([]))).root.text, /No epoch yet/);
});

t.test('the theme follows the reader unless one is asked for', async (t) => {
  const history = historyOf([{ loss: 1 }]);
  t.match(await history.toSvg(), /prefers-color-scheme: dark/);
  const [light, dark] = [await history.toSvg({ theme: 'light' }), await history.toSvg({ theme: 'dark' })];
  t.notMatch(light, /prefers-color-scheme/);
  t.match(light, /--page: #ffffff/);
  t.match(dark, /--page: #0f172a/);
});

t.test('names are text, never markup', async (t) => {
  const { panels } = await read(historyOf([{ '<b>&"x"': 1 }]));
  t.equal(panels[0]?.title, '<b>&"x"');
});

t.test('the history of a fit draws itself', async (t) => {
  const net = gt.sequential([gt.layers.dense(1, { inputShape: [2] })]);
  net.compile({ optimizer: 'sgd', loss: 'mse', metrics: ['mae'] });
  const history = await net.fit(gt.ones([8, 2]), gt.ones([8, 1]), { epochs: 3, verbose: 0, validationSplit: 0.25 });
  const { panels } = await read(history, { width: 500 });
  t.strictSame(panels.map(({ title, dots }) => [title, dots.length]), [['loss', 6], ['mae', 6]]); // prettier-ignore
});

t.test('refuses wrong options', async (t) => {
  const history = historyOf([{ loss: 1 }]);
  await t.rejects(history.toSvg({ theme: 'blue' as never }), { name: 'ArgumentError', message: /theme is 'blue'/ });
  await t.rejects(history.toSvg({ width: 10 }), { name: 'ArgumentError', message: /width is 10\. Give at least 300/ });
  await t.rejects(history.toSvg(5 as never), { name: 'ArgumentError', message: /the options are 5/ });
});
