/** toDot and toSvg: a box per layer, an arrow per connection, models inside as frames; Graphviz itself reads it. */
import * as gt from 'gradtape';
import t from 'tap';

const { layers } = gt;

/** Boxes, arrows and frames of a text of Graphviz, in order. */
const read = (dot: string): { boxes: string[]; arrows: string[]; frames: string[] } => {
  const all = (pattern: RegExp): string[] =>
    [...dot.matchAll(pattern)].map((match) => (match[2] === undefined ? `${match[1]}` : `${match[1]} > ${match[2]}`));
  return {
    boxes: all(/^ *"((?:[^"\\]|\\.)*)" \[label/gm),
    arrows: all(/^ *"((?:[^"\\]|\\.)*)" -> "((?:[^"\\]|\\.)*)"/gm),
    frames: all(/^ *subgraph "cluster ([^"]*)"/gm),
  };
};

t.beforeEach(() => gt.clearSession());

t.test('a stack: the input, then each layer on the one before', (t) => {
  const net = gt.sequential([layers.dense(3, { inputShape: [4], name: 'a' }), layers.dense(2, { name: 'b' })], {
    name: 'net',
  });
  const { boxes, arrows, frames } = read(net.toDot());
  t.strictSame(boxes, ['net/input_layer', 'net/a', 'net/b']);
  t.strictSame(arrows, ['net/input_layer > net/a', 'net/a > net/b']);
  t.strictSame(frames, []);
  t.end();
});

t.test('shapes stand in the boxes, batch first, unless they are not asked for', (t) => {
  const text = gt.input([null], { dtype: 'int32', name: 'text' });
  const net = gt.model(text, layers.embedding(9, 4, { name: 'vectors' })(text));
  t.match(net.toDot(), /"functional\/vectors" \[label=<<b>vectors<\/b><br\/>.*Embedding.*\[\?, \?\] → \[\?, \?, 4\]/);
  t.match(net.toDot(), /"functional\/text" \[label=.*InputLayer.*>\[\?, \?\]</);
  t.notMatch(net.toDot({ showShapes: false }), /→/);
  t.end();
});

t.test('a layer that is called twice is one box, with an arrow from each input', (t) => {
  const [left, right] = [gt.input([4], { name: 'left' }), gt.input([4], { name: 'right' })];
  const shared = layers.dense(3, { name: 'shared' });
  const net = gt.model([left, right], layers.concatenate([shared(left), shared(right)], { name: 'both' }), {
    name: 'n',
  });
  const { boxes, arrows } = read(net.toDot());
  t.strictSame(boxes, ['n/left', 'n/right', 'n/shared', 'n/both']);
  t.strictSame(arrows, ['n/left > n/shared', 'n/right > n/shared', 'n/shared > n/both']);
  t.end();
});

t.test('models inside are frames; arrows go to the layers in them and come from the layers in them', (t) => {
  const deepest = gt.sequential([layers.dense(5, { inputShape: [6], name: 'd' })], { name: 'deepest' });
  const start = gt.input([6], { name: 'start' });
  const inner = gt.model(start, [deepest(start), layers.dense(5, { name: 'e' })(start)], { name: 'inner' });
  const x = gt.input([6], { name: 'x' });
  const [first, second] = inner(x) as unknown as gt.SymbolicTensor[];
  const net = gt.model(x, [layers.dense(1, { name: 'f' })(first as never), layers.dense(1, { name: 'g' })(second as never)], { name: 'n' }); // prettier-ignore
  const { boxes, arrows, frames } = read(net.toDot());
  t.strictSame(boxes, ['n/x', 'n/f', 'n/g', 'n/inner/e', 'n/inner/deepest/d']);
  t.strictSame(frames, ['n/inner', 'n/inner/deepest']);
  t.strictSame(arrows.sort(), [
    'n/inner/deepest/d > n/f',
    'n/inner/e > n/g',
    'n/x > n/inner/deepest/d',
    'n/x > n/inner/e',
  ]);
  t.end();
});

t.test('a model that is called on its own output has an arrow back', (t) => {
  const step = gt.sequential([layers.dense(4, { inputShape: [4], name: 'd' })], { name: 'step' });
  const x = gt.input([4], { name: 'x' });
  const net = gt.model(x, step(step(x)), { name: 'n' });
  t.strictSame(read(net.toDot()).arrows.sort(), ['n/step/d > n/step/d', 'n/x > n/step/d']);
  t.end();
});

t.test('a model that gives its input back is passed through, however often it is called', (t) => {
  const start = gt.input([4]);
  const same = gt.model(start, start, { name: 'same' });
  const x = gt.input([4], { name: 'x' });
  const net = gt.model(x, layers.dense(1, { name: 'd' })(same(same(x))), { name: 'n' });
  t.strictSame(read(net.toDot()).arrows, ['n/x > n/d']);
  t.end();
});

t.test('a model that begins in the middle of another has a box for its input', (t) => {
  const x = gt.input([4]);
  const middle = layers.dense(3, { name: 'middle' })(x);
  const net = gt.model(middle, layers.dense(2, { name: 'end' })(middle), { name: 'n' });
  t.strictSame(read(net.toDot()).arrows, ['n/middle_input > n/end']);
  t.end();
});

t.test('an initial state and ops of tensors have their arrows', (t) => {
  const [words, start] = [gt.input([5, 3], { name: 'words' }), gt.input([4], { name: 'start' })];
  const state = layers.gru(4, { name: 'gru' })(words, { initialState: start });
  const net = gt.model([words, start], state.add(start), { name: 'n' });
  t.strictSame(read(net.toDot()).arrows, ['n/words > n/gru', 'n/start > n/gru', 'n/gru > n/add', 'n/start > n/add']);
  t.end();
});

t.test('a model without a graph yet is an empty picture', (t) => {
  t.match(gt.sequential([layers.dense(2)], { name: 'later' }).toDot(), /^digraph "later" \{\n[^>]*\}\n$/);
  t.end();
});

t.test('Graphviz draws every box, arrow and frame, whatever the names hold', async (t) => {
  const odd = 'a "b" <c> & \\d';
  const inner = gt.sequential([layers.dense(5, { inputShape: [6], name: odd })], { name: odd });
  const x = gt.input([6], { name: `${odd} in` });
  const net = gt.model(x, layers.dense(1, { name: 'end' })(inner(x)), { name: odd });
  for (const rankdir of ['TB', 'LR'] as const) {
    const svg = await net.toSvg({ rankdir });
    const count = (kind: string): number => svg.split(`class="${kind}"`).length - 1;
    t.strictSame(['node', 'edge', 'cluster'].map(count), [3, 2, 1]);
    t.match(svg, /^<svg [\s\S]*a &quot;b&quot; &lt;c&gt; &amp; \\d[\s\S]*<\/svg>\s*$/);
  }
});

t.test('a page hands over what draws', async (t) => {
  const net = gt.sequential([layers.dense(2, { inputShape: [3] })]);
  let drawn = '';
  const viz = {
    instance: async () => ({ renderString: (dot: string) => ((drawn = dot), '<?xml?>\n<svg>picture</svg>') }),
  };
  t.equal(await net.toSvg({ viz, rankdir: 'LR' }), '<svg>picture</svg>');
  t.equal(drawn, net.toDot({ rankdir: 'LR' }));
});

t.test('refuses wrong options', async (t) => {
  const net = gt.sequential([layers.dense(2, { inputShape: [3] })], { name: 'n' });
  t.throws(() => net.toDot({ rankdir: 'XY' as never }), { name: 'ArgumentError', message: /rankdir is 'XY'/ });
  t.throws(() => net.toDot(5 as never), { name: 'ArgumentError', message: /model 'n': toDot: the options are 5/ });
  await t.rejects(net.toSvg(null as never), { name: 'ArgumentError', message: /the options are null/ });
});
