/** A training in a worker that cannot begin, or ends otherwise than by its last epoch: what is thrown, and that the model trains on. */
import { Worker } from 'node:worker_threads';
import * as gt from 'gradtape';
import t from 'tap';
import { captured, program } from './captured-worker.ts';
import { doubled } from './own-objects-child.ts';
import { compiledModel, smallModel, twoClasses, weightsOf } from './data.ts';

t.setTimeout(60_000);

const { layers } = gt;
const { x, y } = twoClasses(64);
const customObjects = new URL('./own-objects-child.js', import.meta.url);
const quiet = { verbose: 0, worker: true } as const;

class Unknown extends gt.Layer {
  override call(given: gt.Tensor): gt.Tensor {
    return given;
  }
}

const withLayer = (layer: gt.Layer): gt.Model => {
  const start = gt.input([2]);
  const net = gt.model(start, layers.dense(2)(layer(start) as gt.SymbolicTensor)) as gt.Model;
  net.compile({ loss: 'mse' });
  return net;
};
const withLoss = (loss: gt.CompileModelOptions['loss'], metrics: readonly never[] = []): gt.Model => {
  const net = smallModel();
  net.compile({ ...(loss !== undefined && { loss }), metrics });
  return net;
};

type Refusal = readonly [net: () => gt.Model, message: RegExp, worker?: gt.FitOptions['worker']];

const refusals: Readonly<Record<string, Refusal>> = {
  'a lambda layer': [
    () => withLayer(layers.lambda((h: gt.Tensor) => h, { name: 'twist' })),
    /layer 'twist'.*worker: \{ customObjects \}.*without a worker/,
  ],
  'a layer of one’s own': [() => withLayer(new Unknown()), /does not know the layer 'Unknown'.*customObjects: new URL/],
  'a layer that the module lacks': [
    () => withLayer(new Unknown()),
    /does not know the layer 'Unknown'; .*own-objects-child\.js has Centred, doubled/,
    { customObjects },
  ],
  'a loss of one’s own': [() => withLoss(doubled), /function of compile\(\) 'doubled'.*customObjects/],
  'a loss without a name': [
    () =>
      withLoss(
        (
          () => (a: gt.Tensor, b: gt.Tensor) =>
            gt.ops.sub(a, b)
        )(),
      ),
    /a loss of compile\(\) is a function without a name.*customObjects/,
  ],
  'a metric of one’s own': [
    () => withLoss('mse', [doubled as never]),
    /function of compile\(\) 'doubled'.*customObjects/,
  ],
  'a module that is not there': [
    () => withLoss(doubled),
    /nowhere\.js of worker\.customObjects cannot be imported/,
    { customObjects: new URL('./nowhere.js', import.meta.url) },
  ],
  'a module without a record of objects': [
    () => withLoss(doubled),
    /has undefined as its default export.*export default/,
    { customObjects: new URL('./data.js', import.meta.url) },
  ],
  'a worker that is a number': [compiledModel, /worker is 2\. Give true/, 2 as never],
  'a relative path': [compiledModel, /worker\.customObjects is '\.\/objects\.js'/, { customObjects: './objects.js' }],
  'an unknown device': [compiledModel, /unknown device 'tpu'/, { device: { name: 'tpu' as never } }],
  'a device without a name': [compiledModel, /worker\.device is 'wasm'/, { device: 'wasm' as never }],
};

for (const [what, [make, message, worker = true]] of Object.entries(refusals)) {
  t.test(`${what} is refused before any hook is called`, async (t) => {
    let calls = 0;
    const callback: gt.Callback = { onTrainBegin: () => void calls++ };
    const net = make();
    const targets = make === compiledModel ? y : gt.zeros([64, 2]);
    await t.rejects(net.fit(x, targets, { verbose: 0, callbacks: [callback], worker }), {
      name: 'ArgumentError',
      message,
    });
    t.equal(calls, 0);
  });
}

t.test('a program that cannot be loaded is a DeviceError', async (t) => {
  const nowhere = new URL('./nowhere.js', import.meta.url);
  await t.rejects(compiledModel().fit(x, y, { verbose: 0, worker: { program: nowhere } }), {
    name: 'DeviceError',
    message: /ended before the training did.*nowhere\.js/,
  });
});

t.test(
  'an abort ends it with the signal’s reason, before it begins, while the worker starts, and between batches',
  async (t) => {
    const reason = new Error('enough');
    const net = compiledModel();
    await t.rejects(net.fit(x, y, { ...quiet, signal: AbortSignal.abort(reason) }), reason);
    const starting = new AbortController();
    const fit = net.fit(x, y, { ...quiet, signal: starting.signal });
    setTimeout(() => starting.abort(reason), 0);
    await t.rejects(fit, reason);
    const controller = new AbortController();
    let steps = 0;
    const callback: gt.Callback = {
      onTrainBatchEnd() {
        if (++steps === 3) controller.abort(reason);
      },
    };
    const aborted = net.fit(x, y, { ...quiet, epochs: 1e5, callbacks: [callback], signal: controller.signal });
    t.equal(await aborted.catch((error) => error), reason, 'the very reason');
    t.equal(steps, 3, 'no further batch');
    const before = await weightsOf(net);
    await net.fit(x, y, quiet);
    t.notSame(await weightsOf(net), before, 'the model trains on');
  },
);

t.test('after an error the weights are those of the last batch, as here', async (t) => {
  const ends = async (worker: boolean): Promise<unknown> => {
    gt.seed(3);
    const net = compiledModel();
    let steps = 0;
    const error = new TypeError('a hook failed');
    const callback: gt.Callback = {
      onTrainBatchEnd() {
        if (++steps === 3) throw error;
      },
    };
    const fit = net.fit(x, y, { epochs: 5, batchSize: 8, verbose: 0, callbacks: [callback], worker });
    t.equal(await fit.catch((thrown) => thrown), error, 'the very error');
    return [await weightsOf(net), (await net.fit(x, y, { verbose: 0 })).history['loss']];
  };
  t.strictSame(await ends(true), await ends(false));
});

t.test('what data throw comes as it was thrown', async (t) => {
  const error = new RangeError('no more');
  const batches = function* (): Generator<[gt.Tensor, gt.Tensor]> {
    yield [x, y];
    throw error;
  };
  const net = compiledModel();
  t.equal(await net.fit(batches, quiet).catch((thrown) => thrown), error);
  const wrong = function* (): Generator<[gt.Tensor, gt.Tensor]> {
    yield [x, y];
    yield [gt.zeros([3, 7]), y];
  };
  await t.rejects(net.fit(wrong, quiet), { name: 'ShapeError', message: /batch 1.*expects the shape/ });
});

t.test('an error of the worker has its class, message and fields', async (t) => {
  const failing = (worker: boolean): Promise<unknown> => {
    const start = gt.input([2]);
    const indices = gt.ops.floor(gt.ops.mul(start as never, 1e3) as never) as never;
    const net = gt.model(start, layers.dense(2)(layers.flatten()(layers.embedding(4, 3)(indices)))) as gt.Model;
    net.compile({ loss: 'mse' });
    return net.fit(gt.ops.add(gt.ops.abs(x), 1), gt.zeros([64, 2]), { verbose: 0, worker }).then(
      () => 'no error',
      (error: Error) => [error.constructor, error.name, error.message, Object.entries(error)],
    );
  };
  const here = await failing(false);
  t.match(here, [gt.ArgumentError, 'ArgumentError', /index/]);
  t.strictSame(await failing(true), here);
});

t.test(
  'a worker that dies is a DeviceError within a second; the values read last count, and the model trains again',
  async (t) => {
    const { workers, program: known } = captured();
    for (const death of ['at its first end', 'when it trains again']) {
      const net = compiledModel();
      let read: readonly number[] = [];
      let died = 0;
      const callback: gt.Callback = {
        async onEpochEnd(epoch) {
          if (epoch !== 2) return;
          read = await weightsOf(this.model);
          died = performance.now();
          void workers.at(-1)?.terminate();
          await new Promise((resolve) => void setTimeout(resolve, 50));
        },
      };
      await t.rejects(net.fit(x, y, { epochs: 10, verbose: 0, callbacks: [callback], worker: { program: known } }), {
        name: 'DeviceError',
        message: /the worker ended before the training did/,
      });
      t.ok(performance.now() - died < 1000, death);
      t.strictSame(await weightsOf(net), read);
      const { history } = await net.fit(x, y, { epochs: 2, verbose: 0, worker: { program: known } });
      t.equal(history['loss']?.length, 2);
      t.equal(workers.at(-1)?.threadId, -1, 'and its worker has ended');
    }
  },
);

t.test('a worker without memory is a DeviceError', async (t) => {
  const small = (): Worker => new Worker(program, { resourceLimits: { maxOldGenerationSizeMb: 12 } });
  const many = gt.zeros([3_000_000, 2]);
  const options = { verbose: 0, batchSize: 1e6, worker: { program: small } } as const;
  await t.rejects(compiledModel().fit(many, gt.zeros([3_000_000]), options), {
    name: 'DeviceError',
    message: /memory/,
  });
});

t.test('a worker that dies between hooks fails those who wait for values', async (t) => {
  const { workers, program: known } = captured();
  const net = compiledModel();
  const fit = net.fit(x, y, { epochs: 1e6, verbose: 0, worker: { program: known } });
  const rejected = t.rejects(fit, { name: 'DeviceError' });
  await new Promise<void>((resolve) => {
    const look = setInterval(() => {
      if (!net.weights[0]?.newestCopy) return;
      clearInterval(look);
      resolve();
    }, 5);
  });
  const reads = Promise.allSettled(net.weights.map((weight) => weight.read()));
  void workers[0]?.terminate();
  await rejected;
  for (const one of await reads) t.ok(one.status === 'fulfilled' || (one.reason as Error).name === 'DeviceError');
  t.equal((await weightsOf(net)).length, 42);
});
