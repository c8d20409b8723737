/** The scores and the picture of a confusion matrix. */
import fc from 'fast-check';
import t from 'tap';
import { metrics, ops, tensor, Tensor } from 'gradtape';
import { allIn, parseXml, type XmlElement } from '../../support/xml.ts';

const { confusionMatrix } = metrics;

t.test('accuracy, precision, recall, F1 and support, by hand', (t) => {
  // Rows are true classes: [[2, 1, 0], [0, 1, 1], [0, 0, 0]].
  const matrix = confusionMatrix(tensor([0, 0, 0, 1, 1]), tensor([0, 0, 1, 1, 2]), { numClasses: 3 });
  t.strictSame(matrix.toArray(), [[2, 1, 0], [0, 1, 1], [0, 0, 0]]); // prettier-ignore
  t.equal(matrix.accuracy, 3 / 5);
  t.strictSame(matrix.precision, [1, 1 / 2, 0]);
  t.strictSame(matrix.recall, [2 / 3, 1 / 2, 0]);
  t.strictSame(matrix.f1Score, [(2 * 2) / 3 / (1 + 2 / 3), 1 / 2, 0]);
  t.strictSame(matrix.support, [3, 2, 0]);
  t.strictSame(matrix.classes, ['0', '1', '2']);
  t.end();
});

t.test('it is a tensor: ops take it', (t) => {
  const matrix = confusionMatrix(tensor([0, 1]), tensor([1, 1]));
  t.ok(matrix instanceof Tensor);
  t.strictSame(ops.sum(matrix).item(), 2);
  t.end();
});

t.test('the scores are the counts of random labels', (t) => {
  const label = fc.integer({ min: 0, max: 4 });
  let compared = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(label, label), { minLength: 1, maxLength: 60 }), (pairs) => {
      compared++;
      const matrix = confusionMatrix(tensor(pairs.map(([a]) => a)), tensor(pairs.map(([, b]) => b)), { numClasses: 5 });
      const count = (holds: (pair: readonly [number, number]) => boolean): number => pairs.filter(holds).length;
      return (
        matrix.accuracy === count(([a, b]) => a === b) / pairs.length &&
        [0, 1, 2, 3, 4].every((one) => {
          const [right, is, says] = [count(([a, b]) => a === one && b === one), count(([a]) => a === one), count(([, b]) => b === one)];
          return (
            matrix.precision[one] === (says === 0 ? 0 : right / says) &&
            matrix.recall[one] === (is === 0 ? 0 : right / is) &&
            matrix.support[one] === is
          );
        })
      );
    }),
    { numRuns: 200 },
  ); // prettier-ignore
  t.equal(compared, 200);
  t.end();
});

/** The cells of a picture that have a count, with their colour and strength, by their place in the picture. */
const cellsOf = (root: XmlElement): { style: string; opacity: number }[] =>
  allIn(root)
    .filter(({ tag, attributes: { class: style } }) => tag === 'rect' && (style === 'first' || style === 'second'))
    .map(({ attributes }) => ({ style: attributes['class'] ?? '', opacity: Number(attributes['fill-opacity']) }));

t.test('the picture: right cells and mistakes in two colours, as strong as their share of the row', (t) => {
  const classes = ['cat & <dog>', 'bird'];
  const matrix = confusionMatrix(tensor([0, 0, 0, 0, 1]), tensor([0, 0, 0, 1, 1]), { classes });
  const root = parseXml(matrix.toSvg());
  t.strictSame(cellsOf(root), [
    { style: 'first', opacity: 0.78 },
    { style: 'second', opacity: 0.34 },
    { style: 'first', opacity: 1 },
  ]);
  const texts = allIn(root).filter(({ tag }) => tag === 'text').map(({ text }) => text); // prettier-ignore
  t.strictSame(texts.filter((text) => classes.includes(text)).length, 4, 'both names at both sides');
  t.ok(texts.includes('Confusion matrix, 80.00 % right'));
  t.strictSame(texts.filter((text) => /^\d+$/.test(text)), ['3', '1', '1']); // prettier-ignore
  t.end();
});

t.test('many classes, none, weights and long names: still a picture', (t) => {
  const many = Array.from({ length: 200 }, (_, index) => index);
  const picture = parseXml(confusionMatrix(tensor(many), tensor(many)).toSvg({ theme: 'dark' }));
  t.equal(cellsOf(picture).length, 200);
  t.ok(Number(picture.attributes['width']) < 2000);
  t.match(parseXml(confusionMatrix(tensor([]), tensor([])).toSvg()).text, /no samples/);
  const weighted = confusionMatrix(tensor([0]), tensor([0]), { weights: tensor([1 / 3]), classes: ['x'.repeat(50)] });
  t.match(parseXml(weighted.toSvg()).text, /x{17}…[\s\S]*0\.333/);
  t.end();
});

t.test('refuses wrong options', (t) => {
  const one = tensor([0]);
  const refuse = (act: () => unknown, message: RegExp): void => void t.throws(act, { name: 'ArgumentError', message });
  refuse(() => confusionMatrix(one, one, { classes: 5 as never }), /classes is 5\. Give the names of the classes/);
  refuse(() => confusionMatrix(one, one, { classes: ['a'], numClasses: 2 }), /Give the names of all 2 classes/);
  refuse(() => confusionMatrix(tensor([1]), one, { classes: ['a'] }), /the label 1 at position 0/);
  const matrix = confusionMatrix(one, one);
  refuse(() => matrix.toSvg({ theme: 'x' as never }), /theme is 'x'/);
  refuse(() => matrix.toSvg({ cellSize: 0 }), /cellSize is 0\. Give 4 to 200 pixels/);
  t.end();
});
