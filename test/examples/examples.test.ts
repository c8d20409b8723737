/** The examples on small parts of their real data. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parseXml } from '../support/xml.ts';
import { run as answerQuestions } from '../../examples/question-answering.ts';
import { run as profileAuthors } from '../../examples/author-profile.ts';
import { run as joinDigits, wins } from '../../examples/ensemble.ts';
import { run as runLogger } from '../../examples/activation-logger.ts';
import { run as runInception } from '../../examples/inception-module.ts';
import { run as learnDigits } from '../../examples/mnist.ts';
import { run as runReuse } from '../../examples/model-as-layer.ts';
import { run as runResidual } from '../../examples/residual-block.ts';
import { run as runSiamese } from '../../examples/siamese-lstm.ts';
import { run as runTwoBranches } from '../../examples/two-branch-vision.ts';

t.test('the main job learns digits, and two runs of one seed give the same history', async (t) => {
  const options = { trainingDigits: 1500, testDigits: 500, epochs: 2 };
  const folder = t.testdir();
  const first = await learnDigits({ ...options, folder });
  const second = await learnDigits(options);
  for (const [name, text] of [
    ['model.svg', /separable_conv2d.*SeparableConv2D/s],
    ['history.svg', /accuracy.*validation/s],
    ['confusion.svg', /predicted/],
  ] as const) {
    const picture = readFileSync(join(folder, name), 'utf8');
    t.match(parseXml(picture.replace(/<!--[^]*?-->/g, '')).text, text, name);
  }
  t.equal(readdirSync(join(folder, 'logs/train')).length, 1, 'there are logs of the training');
  t.same(second.history.history, first.history.history);
  t.equal(second.accuracy, first.accuracy);
  const losses = first.history.history['loss'] ?? [];
  t.ok((losses.at(-1) ?? NaN) < (losses[0] ?? NaN), `the loss falls: ${losses.join(', ')}`);
  t.ok(first.accuracy > 0.5, `accuracy ${first.accuracy}, by chance 0.1`);
});

t.test('the model with two inputs trains on real words', async (t) => {
  const { history } = await answerQuestions({ samples: 600, epochs: 3, verbose: false });
  const losses = history.history['loss'] ?? [];
  t.ok((losses.at(-1) ?? NaN) < (losses[0] ?? NaN), `the loss falls: ${losses.join(', ')}`);
});

t.test('the model with three outputs trains on real words', async (t) => {
  const { history } = await profileAuthors({ samples: 200, epochs: 3, verbose: false });
  const losses = history.history['loss'] ?? [];
  t.ok((losses.at(-1) ?? NaN) < (losses[0] ?? NaN), `the loss falls: ${losses.join(', ')}`);
});

t.test('learned weights make one model of several, better than each of them', async (t) => {
  const [result] = await joinDigits({
    trainingDigits: 1500,
    heldOutDigits: 500,
    testDigits: 500,
    epochs: 2,
    members: 3,
    seeds: [1],
  });
  if (!result) return t.fail('there is no result');
  t.ok(Math.min(...result.accuracies) > 0.5, `accuracies ${result.accuracies.join(', ')}, by chance 0.1`);
  t.ok(wins(result), `log loss ${result.loss}, of the members ${result.losses.join(', ')}`);
  t.ok(Math.abs(result.weights.reduce((sum, one) => sum + one) - 1) < 1e-12);
});

t.test('parallel branches (Inception) learn digits', async (t) => {
  const { accuracy } = await runInception();
  t.ok(accuracy > 0.75, `accuracy ${accuracy}, by chance 0.1`);
});

t.test('residual blocks learn digits', async (t) => {
  const { accuracy } = await runResidual();
  t.ok(accuracy > 0.75, `accuracy ${accuracy}, by chance 0.1`);
});

t.test('one LSTM reads two words and hears whether they rhyme', async (t) => {
  const { accuracy } = await runSiamese();
  t.ok(accuracy > 0.65, `accuracy ${accuracy}, by chance 0.5`);
});

t.test('a trained model as a layer beats the same model untrained, and stays as it was', async (t) => {
  const { accuracy, accuracyWithout, unchanged } = await runReuse();
  t.ok(accuracy > accuracyWithout + 0.1, `accuracy ${accuracy}, without what was learned ${accuracyWithout}`);
  t.ok(unchanged, 'the inner weights did not move');
});

t.test('two branches of one vision model compare digits', async (t) => {
  const { accuracy } = await runTwoBranches();
  t.ok(accuracy > 0.6, `accuracy ${accuracy}, by chance 0.5`);
});

t.test('a callback reads an inner layer’s activations after every epoch', async (t) => {
  const { activations, atTheEnd, history } = await runLogger();
  t.equal(activations.length, history.epoch.length);
  const last = activations.at(-1);
  t.strictSame(last?.shape, atTheEnd.shape);
  const gaps = [...atTheEnd.data].map((value, index) => Math.abs(value - (last?.data[index] ?? NaN)));
  t.ok(Math.max(...gaps) < 1e-5, 'they are what the trained layers give');
});
