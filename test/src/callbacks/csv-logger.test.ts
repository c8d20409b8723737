/** csvLogger beyond what Keras's fixtures decide: options, and a table that goes on after an interruption. */
import t from 'tap';
import { csvLogger } from '../../../src/callbacks/index.ts';
import { run, series } from './fake-model.ts';

const written = (): { text: () => string; sink: (name: string, bytes: Uint8Array) => void } => {
  let text = '';
  return { text: () => text, sink: (_name, bytes) => void (text = new TextDecoder().decode(bytes)) };
};

t.test('the sink has the whole table after each epoch', async (t) => {
  const tables: string[] = [];
  const sink = (name: string, bytes: Uint8Array): void =>
    void tables.push(`${name}: ${new TextDecoder().decode(bytes)}`);
  await run([csvLogger('log.csv', { sink })], series('val_loss', 1, 2));
  t.strictSame(tables, ['log.csv: epoch,val_loss\r\n0,1.0\r\n', 'log.csv: epoch,val_loss\r\n0,1.0\r\n1,2.0\r\n']);
});

t.test('a table goes on from its state: later rows are written again, the names are not', async (t) => {
  const first = written();
  const before = csvLogger('log.csv', { sink: first.sink });
  await before.onTrainBegin();
  await before.onEpochEnd(0, { loss: 1, val_loss: 2 });
  const state = before.getState();
  await before.onEpochEnd(1, { loss: 7, val_loss: 7 });
  const second = written();
  const after = csvLogger('log.csv', { sink: second.sink });
  await after.onTrainBegin();
  after.setState(state);
  await after.onEpochEnd(1, { loss: 0.5, val_loss: 1 });
  t.equal(second.text(), 'epoch,loss,val_loss\r\n0,1.0,2.0\r\n1,0.5,1.0\r\n');
});

t.test('wrong options are refused', (t) => {
  const sink = (): void => undefined;
  const cases: readonly (readonly [unknown, unknown, RegExp])[] = [
    ['', { sink }, /the file name is ''/],
    [1, { sink }, /the file name is 1/],
    ['log.csv', {}, /sink is undefined.*gradtape\/node/],
    ['log.csv', { sink, separator: '' }, /separator is ''\. Give one character/],
    ['log.csv', { sink, separator: '::' }, /separator is '::'/],
    ['log.csv', { sink, separator: '\n' }, /separator is '\n'/],
    ['log.csv', { sink, append: 1 }, /append is 1\. Give true or false/],
    ['log.csv', null, /the options are null/],
  ];
  for (const [name, options, message] of cases)
    t.throws(() => csvLogger(name as never, options as never), { name: 'ArgumentError', message });
  t.end();
});
