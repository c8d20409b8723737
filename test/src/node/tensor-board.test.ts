/** tensorBoard in Node: a folder with the files that TensorBoard looks for. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as gt from 'gradtape/node';
import t from 'tap';
import { decodeEvents } from '../io/tensorboard/decode.ts';

const { callbacks, layers } = gt;

const train = async (options: gt.callbacks.TensorBoardFileOptions, epochs = 2): Promise<void> => {
  const words = gt.input([2], { dtype: 'int32' });
  const net = gt.model(words, layers.dense(1)(layers.flatten()(layers.embedding(3, 2, { name: 'words' })(words))));
  net.compile({ loss: 'mse', optimizer: 'sgd' });
  await net.fit(gt.tensor([[0, 1], [1, 2], [2, 0]]), gt.tensor([[0], [1], [2]]), {
    epochs,
    verbose: 0,
    validationSplit: 0.4,
    callbacks: [callbacks.tensorBoard(options)],
  }); // prettier-ignore
};

t.test('the folder is made; event files grow over the epochs, other files are replaced', async (t) => {
  const logDir = join(t.testdir(), 'deep/logs');
  await train({ logDir, embeddingsFreq: 1, embeddingsMetadata: ['a', 'b', 'c'] });
  t.strictSame(readdirSync(logDir).sort(), ['projector_config.pbtxt', 'train', 'validation']);
  t.strictSame(readdirSync(join(logDir, 'train/embeddings')).sort(), [
    'words_00000.tsv',
    'words_00001.tsv',
    'words_labels.tsv',
  ]);
  t.equal(readFileSync(join(logDir, 'projector_config.pbtxt'), 'utf8').match(/embeddings \{/g)?.length, 1);
  for (const run of ['train', 'validation']) {
    const [file = '', ...others] = readdirSync(join(logDir, run)).filter((name) => name.includes('tfevents'));
    t.strictSame(others, []);
    t.match(file, new RegExp(`^events\\.out\\.tfevents\\.\\d{10}\\.${hostname()}\\.${process.pid}\\.\\d+\\.v2$`));
    const losses = decodeEvents(readFileSync(join(logDir, run, file))).filter(
      ({ values: [value] }) => value?.tag === 'epoch_loss',
    );
    t.strictSame(losses.map(({ step }) => step), [0, 1]); // prettier-ignore
  }
});

t.test('a second training adds files beside the first', async (t) => {
  const logDir = t.testdir();
  await train({ logDir });
  await train({ logDir });
  t.equal(readdirSync(join(logDir, 'train')).length, 2);
});

t.test('a sink takes the files instead', async (t) => {
  const names: string[] = [];
  const folder = join(t.testdir(), 'nowhere');
  await train({ logDir: folder, sink: (name) => void names.push(name) });
  t.ok(names.length > 0 && names.every((name) => name.startsWith(folder)));
  t.notOk(existsSync(folder));
});

t.test('where a file is in the way of the folder, training does not begin', async (t) => {
  const logDir = join(t.testdir(), 'logs');
  writeFileSync(logDir, 'a file');
  await t.rejects(train({ logDir }), { name: 'FileError', message: /logs\/train\/events.*(?:ENOTDIR|EEXIST)/ });
});

t.test('refuses wrong options', (t) => {
  t.throws(() => callbacks.tensorBoard({ histogramFreq: -1 }), {
    name: 'ArgumentError',
    message: /histogramFreq is -1/,
  });
  t.throws(() => callbacks.tensorBoard(null as never), { name: 'ArgumentError', message: /the options are null/ });
  t.end();
});
