/** The table of layers: what Keras 3.15 printed for the same models, character by character. */
import t from 'tap';
import '../../../src/training/models.ts';
import * as layers from '../../../src/layers/index.ts';
import { clearSession } from '../../../src/layers/naming.ts';
import type { SymbolicTensor } from '../../../src/layers/symbolic-tensor.ts';
import { input } from '../../../src/models/input.ts';
import { model, type Model } from '../../../src/models/model.ts';
import { sequential } from '../../../src/models/sequential.ts';
import { summaryText } from '../../../src/models/summary.ts';

function encoder(): Model {
  const a = input([4], { name: 'a' });
  return model(a, layers.dense(3, { name: 'e1' })(layers.dropout(0.5, { name: 'dropout' })(a)), { name: 'enc' });
}

t.test('nested and shared: calls of the inner model, its layers and what is trained', (t) => {
  const enc = encoder();
  const [b, c] = [input([4], { name: 'b' }), input([4], { name: 'c' })];
  const [codeB, codeC] = [enc(b), enc(c)];
  const net = model([b, c], [layers.add([codeB, codeC], { name: 'sum' }), codeC], { name: 'siamese' });
  t.equal(
    summaryText(net, { expandNested: true, showTrainable: true }),
    [
      'Model: "siamese"',
      '┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━┓',
      '┃ Layer (type)                  ┃ Output Shape              ┃          Param # ┃ Connected to              ┃ Trainable ┃',
      '┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━┩',
      '│ b (InputLayer)                │ (None, 4)                 │                0 │ -                         │     -     │',
      '├───────────────────────────────┼───────────────────────────┼──────────────────┼───────────────────────────┼───────────┤',
      '│ c (InputLayer)                │ (None, 4)                 │                0 │ -                         │     -     │',
      '├───────────────────────────────┼───────────────────────────┼──────────────────┼───────────────────────────┼───────────┤',
      '│ enc (Functional)              │ (None, 3)                 │               15 │ b[0][0], c[0][0]          │     Y     │',
      '├───────────────────────────────┼───────────────────────────┼──────────────────┼───────────────────────────┼───────────┤',
      '│    └ a (InputLayer)           │ (None, 4)                 │                0 │ -                         │     -     │',
      '├───────────────────────────────┼───────────────────────────┼──────────────────┼───────────────────────────┼───────────┤',
      '│    └ dropout (Dropout)        │ (None, 4)                 │                0 │ -                         │     -     │',
      '├───────────────────────────────┼───────────────────────────┼──────────────────┼───────────────────────────┼───────────┤',
      '│    └ e1 (Dense)               │ (None, 3)                 │               15 │ -                         │     Y     │',
      '├───────────────────────────────┼───────────────────────────┼──────────────────┼───────────────────────────┼───────────┤',
      '│ sum (Add)                     │ (None, 3)                 │                0 │ enc[0][0], enc[1][0]      │     -     │',
      '└───────────────────────────────┴───────────────────────────┴──────────────────┴───────────────────────────┴───────────┘',
      ' Total params: 15 (60.00 B)',
      ' Trainable params: 15 (60.00 B)',
      ' Non-trainable params: 0 (0.00 B)',
    ].join('\n'),
  );
  t.end();
});

t.test('a layer called twice names both of its inputs', (t) => {
  const x = input([4], { name: 'x' });
  const shared = layers.dense(4, { name: 'shared' });
  t.equal(
    summaryText(model(x, shared(shared(x)), { name: 'twice' })),
    [
      'Model: "twice"',
      '┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓',
      '┃ Layer (type)                  ┃ Output Shape              ┃         Param # ┃ Connected to               ┃',
      '┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━┩',
      '│ x (InputLayer)                │ (None, 4)                 │               0 │ -                          │',
      '├───────────────────────────────┼───────────────────────────┼─────────────────┼────────────────────────────┤',
      '│ shared (Dense)                │ (None, 4)                 │              20 │ x[0][0], shared[0][0]      │',
      '└───────────────────────────────┴───────────────────────────┴─────────────────┴────────────────────────────┘',
      ' Total params: 20 (80.00 B)',
      ' Trainable params: 20 (80.00 B)',
      ' Non-trainable params: 0 (0.00 B)',
    ].join('\n'),
  );
  t.end();
});

t.test('a stack leaves out its input', (t) => {
  clearSession();
  const net = sequential(
    [layers.lstm(4, { inputShape: [5, 3] }), layers.dropout(0.2, { name: 'dropout_1' }), encoder()],
    { name: 'seq' },
  );
  t.equal(
    summaryText(net, { expandNested: true }),
    [
      'Model: "seq"',
      '┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┓',
      '┃ Layer (type)                         ┃ Output Shape                ┃         Param # ┃',
      '┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━┩',
      '│ lstm (LSTM)                          │ (None, 4)                   │             128 │',
      '├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤',
      '│ dropout_1 (Dropout)                  │ (None, 4)                   │               0 │',
      '├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤',
      '│ enc (Functional)                     │ (None, 3)                   │              15 │',
      '├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤',
      '│    └ a (InputLayer)                  │ (None, 4)                   │               0 │',
      '├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤',
      '│    └ dropout (Dropout)               │ (None, 4)                   │               0 │',
      '├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤',
      '│    └ e1 (Dense)                      │ (None, 3)                   │              15 │',
      '└──────────────────────────────────────┴─────────────────────────────┴─────────────────┘',
      ' Total params: 143 (572.00 B)',
      ' Trainable params: 143 (572.00 B)',
      ' Non-trainable params: 0 (0.00 B)',
    ].join('\n'),
  );
  t.end();
});

t.test('layers that are not built have no shape and no parameters yet', (t) => {
  t.equal(
    summaryText(sequential([layers.dense(3, { name: 'd0' }), layers.dense(2, { name: 'd1' })], { name: 'unbuilt' })),
    [
      'Model: "unbuilt"',
      '┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┓',
      '┃ Layer (type)                         ┃ Output Shape                ┃         Param # ┃',
      '┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━┩',
      '│ d0 (Dense)                           │ ?                           │     0 (unbuilt) │',
      '├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤',
      '│ d1 (Dense)                           │ ?                           │     0 (unbuilt) │',
      '└──────────────────────────────────────┴─────────────────────────────┴─────────────────┘',
      ' Total params: 0 (0.00 B)',
      ' Trainable params: 0 (0.00 B)',
      ' Non-trainable params: 0 (0.00 B)',
    ].join('\n'),
  );
  t.end();
});

t.test('short lines: shapes are wrapped, a name that fits no line is cut', (t) => {
  const steps = input([5, 3], { name: 'i' });
  const [all, hidden] = layers.lstm(2, { returnState: true, returnSequences: true, name: 'rnn' })(steps) as unknown as [
    SymbolicTensor,
    SymbolicTensor,
  ];
  const pooled = layers.globalMaxPooling1d({ name: 'averyveryverylongnameofalayerindeed_itis' })(all);
  const net = model({ z: steps }, { o: pooled, h: hidden }, { name: 'dicty' });
  t.equal(
    summaryText(net, { lineLength: 70 }),
    [
      'Model: "dicty"',
      '┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━┓',
      '┃ Layer (type)                 ┃ Output Shape          ┃     Param # ┃',
      '┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━┩',
      '│ i (InputLayer)               │ (None, 5, 3)          │           0 │',
      '├──────────────────────────────┼───────────────────────┼─────────────┤',
      '│ rnn (LSTM)                   │ [(None, 5, 2), (None, │          48 │',
      '│                              │ 2), (None, 2)]        │             │',
      '├──────────────────────────────┼───────────────────────┼─────────────┤',
      '│ averyveryverylongnameofalay… │ (None, 2)             │           0 │',
      '│ (GlobalMaxPooling1D)         │                       │             │',
      '└──────────────────────────────┴───────────────────────┴─────────────┘',
      ' Total params: 48 (192.00 B)',
      ' Trainable params: 48 (192.00 B)',
      ' Non-trainable params: 0 (0.00 B)',
    ].join('\n'),
  );
  t.throws(() => summaryText(net, { lineLength: 12 }), { message: /cannot put 3 columns into lines of 12 characters/ });
  t.end();
});

t.test('model.summary writes to where it is told, with the optimizer once it is built', async (t) => {
  const net = sequential([layers.dense(1, { inputShape: [2] })]);
  let text = '';
  const write = (written: string): void => void (text += written);
  net.compile({ optimizer: 'adam', loss: 'mse' });
  net.summary({ write });
  t.notMatch(text, /Optimizer/);
  text = '';
  await net.fit([[1, 2]], [[1]], { epochs: 1, verbose: 0 });
  net.summary({ write });
  t.match(
    text,
    / Total params: 11 \(44\.00 B\)\n Trainable params: 3 \(12\.00 B\)\n Non-trainable params: 0 \(0\.00 B\)\n Optimizer params: 8 \(32\.00 B\)$/,
  );
});

t.test('numbers have thousands separators and sizes a unit', (t) => {
  const net = sequential([layers.dense(1000, { inputShape: [1999] }), layers.dense(1)]);
  t.match(summaryText(net), / Total params: 2,001,001 \(7\.63 MB\)\n/);
  t.end();
});

t.test('500 layers print 500 rows', (t) => {
  const x = input([2]);
  let y: SymbolicTensor = x;
  for (let i = 0; i < 500; i++) y = layers.dense(2, { name: `layer_${i}` })(y);
  const text = summaryText(model(x, y));
  t.match(text, /layer_499 \(Dense\)/);
  t.equal(text.match(/│ layer_/g)?.length, 500);
  t.match(text, / Total params: 3,000 \(11\.72 KB\)/);
  t.end();
});
