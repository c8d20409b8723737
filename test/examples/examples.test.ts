/** The examples on small parts of their real data. */
import t from 'tap';
import { run as answerQuestions } from '../../examples/question-answering.ts';
import { run as profileAuthors } from '../../examples/author-profile.ts';
import { run as learnDigits } from '../../examples/mnist.ts';

t.test('the main job learns digits, and two runs of one seed give the same history', async (t) => {
  const options = { trainingDigits: 1500, testDigits: 500, epochs: 2 };
  const first = await learnDigits(options);
  const second = await learnDigits(options);
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
