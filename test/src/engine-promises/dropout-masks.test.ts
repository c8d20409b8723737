/** Dropout masks belong to a layer, a call and a run: nothing elsewhere in a model changes them. */
import * as gt from 'gradtape';
import t from 'tap';

const { layers } = gt;
const WIDTH = 64;
const x = gt.ones([2, WIDTH]);

/** The masks of all outputs in each of `runs` training runs of a compiled model. */
async function masks(
  build: (x: gt.SymbolicTensor) => gt.SymbolicTensor[],
  options: { seed?: number; name?: string; runs?: number } = {},
): Promise<number[][][]> {
  gt.seed(options.seed ?? 3);
  const start = gt.input([WIDTH]);
  const net = gt.model(start, build(start), options.name === undefined ? {} : { name: options.name });
  const step = gt.compile((value: gt.Tensor) => net(value, { training: true }) as unknown as gt.Tensor[]);
  const made: number[][][] = [];
  for (let run = 0; run < (options.runs ?? 3); run++) made.push((await step(x)).map((one) => [...one.data]));
  return made;
}

const drop = (options: { name?: string } = {}): gt.Layer => layers.dropout(0.5, options);
/** The masks of the last output: a model runs the others before it. */
const last = (made: number[][][]): (number[] | undefined)[] => made.map((outputs) => outputs.at(-1));

t.test('masks are reproducible, and another seed gives others', async (t) => {
  const made = await masks((x) => [drop()(x)]);
  t.strictSame(await masks((x) => [drop()(x)]), made);
  t.notSame(await masks((x) => [drop()(x)], { seed: 4 }), made);
  for (const mask of made.flat())
    t.ok(mask.every((value) => value === 0 || value === 2) && new Set(mask).size === 2, 'zero or scaled up');
});

t.test('masks differ from run to run, between layers, and between calls of a shared layer', async (t) => {
  const made = await masks(
    (x) => {
      const shared = drop({ name: 'shared' });
      return [drop()(x), drop()(x), shared(x), shared(x)];
    },
    { runs: 4 },
  );
  const all = made.flat().map((mask) => mask.join());
  t.equal(new Set(all).size, 4 * 4);
});

t.test('an unrelated dropout changes no mask of a layer that is named', async (t) => {
  const alone = last(await masks((x) => [drop({ name: 'mine' })(x)]));
  const before = await masks((x) => {
    const other = drop()(x);
    return [other, drop({ name: 'mine' })(x)];
  });
  t.strictSame(last(before), alone, 'made and run before it');
  const branch = await masks((x) => [
    layers.lstm(2, { dropout: 0.5 })(layers.reshape([8, 8])(drop()(x))),
    drop({ name: 'mine' })(x),
  ]);
  t.strictSame(last(branch), alone, 'a branch with two layers that draw');
  const renamed = await masks((x) => [drop({ name: 'mine' })(x)], { name: 'another' });
  t.strictSame(last(renamed), alone, 'another name of the model');
});

t.test('an unrelated dropout changes no mask of a layer that was made before it', async (t) => {
  const alone = last(await masks((x) => [drop()(x)]));
  const after = await masks((x) => {
    const mine = drop()(x);
    return [drop()(drop()(x)), mine];
  });
  t.strictSame(last(after), alone);
  const inModel = await masks((x) => {
    const mine = drop()(x);
    const inner = gt.input([WIDTH]);
    return [gt.model(inner, drop()(inner))(x), mine];
  });
  t.strictSame(last(inModel), alone, 'inside a model that is a layer');
  t.notSame(last(inModel)[0], inModel[0]?.[0]);
});

t.test('one layer in two models that are layers has a mask in each', async (t) => {
  const made = await masks((x) => {
    const shared = drop({ name: 'shared' });
    const [a, b] = [gt.input([WIDTH]), gt.input([WIDTH])];
    return [gt.model(a, shared(a), { name: 'a' })(x), gt.model(b, shared(b), { name: 'b' })(x)];
  });
  t.notSame(made[0]?.[0], made[0]?.[1]);
});

t.test('eager runs draw the masks that compiled runs draw', async (t) => {
  const compiled = await masks((x) => [drop()(x)]);
  gt.seed(3);
  const start = gt.input([WIDTH]);
  const net = gt.model(start, [drop()(start)]);
  const eager = compiled.map(() => (net(x, { training: true }) as unknown as gt.Tensor[]).map((one) => [...one.data]));
  t.strictSame(eager, compiled);
});

t.test('a layer outside any model draws anew at each call, and again after seed()', (t) => {
  const draws = (): number[][] => {
    gt.seed(5);
    const layer = layers.dropout(0.5);
    return [1, 2].map(() => [...(layer(x, { training: true }) as gt.Tensor).data]);
  };
  const made = draws();
  t.notSame(made[0], made[1]);
  t.strictSame(draws(), made);
  t.end();
});

t.test('evaluation and prediction drop nothing and leave the masks of training alone', async (t) => {
  const train = async (disturb: boolean): Promise<number[]> => {
    gt.seed(6);
    const start = gt.input([WIDTH]);
    const net = gt.model(start, layers.dense(1)(drop()(start)));
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    const losses: number[] = [];
    for (let step = 0; step < 3; step++) {
      losses.push((await net.trainOnBatch(x, gt.zeros([2, 1]))) as number);
      if (disturb) {
        const once = await net.predict(x);
        t.strictSame([...(await net.predict(x)).data], [...once.data]);
        await net.evaluate(x, gt.zeros([2, 1]), { verbose: 0 });
      }
    }
    return losses;
  };
  t.strictSame(await train(true), await train(false));
});
