/** layerLaws pass a right layer, and each law is broken by a layer that is wrong on purpose. */
import t, { type Test } from 'tap';
import { ArgumentError, GradientError } from '../../../src/errors.ts';
import { randomUniform } from '../../../src/initializers/index.ts';
import type { CallContext } from '../../../src/layers/call-scope.ts';
import { Layer, type Config, type InputShapes, type LayerOptions } from '../../../src/layers/layer.ts';
import { oneShape } from '../../../src/layers/options.ts';
import { stopGradient } from '../../../src/ops/define-op.ts';
import { add, mean, mul, reshape, sub, sum } from '../../../src/ops/index.ts';
import type { PartialShape } from '../../../src/tensor/symbolic.ts';
import { zeros, type Tensor } from '../../../src/tensor/tensor.ts';
import type { Variable } from '../../../src/tensor/variable.ts';
import { layerLaws } from '../../../src/testing/layer-laws.ts';
import type { LayerRow } from '../../../src/testing/layer-row.ts';
import { LawError } from '../../../src/testing/law-error.ts';
import { AsyncDevice } from '../../support/async-device.ts';

interface ShiftOptions extends LayerOptions {
  readonly rate?: number;
}

/** `y = rate x + bias`. */
class Shift extends Layer {
  readonly rate: number;
  bias: Variable | undefined;

  constructor(options: ShiftOptions = {}) {
    super(options);
    this.rate = options.rate ?? 1;
  }
  override build(shapes: InputShapes): void {
    this.bias = this.addWeight('bias', [this.knownSize(shapes as PartialShape, -1)], 'random_normal');
  }
  override call(x: Tensor, _context: CallContext): Tensor {
    return add(mul(x, this.rate), this.weight);
  }
  override computeOutputShape(shapes: InputShapes): PartialShape {
    return oneShape(this.name, shapes);
  }
  override getConfig(): Config {
    return { ...super.getConfig(), rate: this.rate };
  }
  get weight(): Tensor {
    return (this.bias as Variable).value;
  }
}

const rowOf = (Class: new (options: ShiftOptions) => Layer, more: Partial<LayerRow> = {}): LayerRow => ({
  layer: 'shift',
  make: (options) => new Class({ ...options, rate: 0.5 }),
  inputs: [[[3, 4, 2]], [[3, 5, 2]]],
  params: 2,
  customObjects: { [Class.name]: Class },
  ...more,
});

async function broken(t: Test, row: LayerRow, law: string): Promise<LawError> {
  const error = await layerLaws(row).catch((error: unknown) => error);
  t.type(error, LawError);
  t.equal((error as LawError).law, law);
  return error as LawError;
}

t.test('a right layer passes, on a device given by object too, and the report lists its laws', async (t) => {
  const { title, laws, skipped, worstScore } = await layerLaws(rowOf(Shift, { variant: 'half' }), {
    devices: ['cpu', new AsyncDevice()],
  });
  t.equal(title, 'shift, half');
  t.ok(laws.length > 20, `${laws.length} laws`);
  for (const name of ['cpu', 'async']) t.ok(laws.includes(`compiled results equal eager ones bit for bit on ${name}`));
  t.strictSame(skipped, []);
  t.ok(worstScore <= 1e-7);
});

t.test('an option dropped from the config is told by the first value that differs', async (t) => {
  class Dropped extends Shift {
    override getConfig(): Config {
      return { name: this.name, trainable: this.trainable };
    }
  }
  const error = await broken(t, rowOf(Dropped), 'its config makes a layer that computes the same');
  t.match(error.message, /^shift: it does not hold that .*: 0\.0 is -?[\d.]+, not -?[\d.]+\.$/);
});

t.test('a config that JSON cannot hold is found', async (t) => {
  class NotJson extends Shift {
    override getConfig(): Config {
      return { ...super.getConfig(), limit: Infinity };
    }
  }
  t.match((await broken(t, rowOf(NotJson), 'its config is JSON')).message, 'limit is null, not Infinity');
});

t.test('a wrong computeOutputShape is found', async (t) => {
  class WrongShape extends Shift {
    override computeOutputShape(shapes: InputShapes): PartialShape {
      return [...super.computeOutputShape(shapes).slice(0, -1), 3];
    }
  }
  await broken(t, rowOf(WrongShape), 'its declared shape is the real one');
});

t.test('a size declared as known that varies is found', async (t) => {
  class Closed extends Shift {
    override computeOutputShape(shapes: InputShapes): PartialShape {
      const [batch = null, steps, ...rest] = super.computeOutputShape(shapes);
      return [batch, steps ?? 4, ...rest];
    }
  }
  await broken(t, rowOf(Closed), 'its declared shape is open where sizes are');
});

t.test('a weight more than the row says is found', async (t) => {
  await broken(t, rowOf(Shift, { params: 3 }), 'it has as many weights as the row says');
});

t.test('an output that depends on the batch is found', async (t) => {
  class OfBatch extends Shift {
    override call(x: Tensor, context: CallContext): Tensor {
      return super.call(sub(x, sum(x, { axis: 0, keepDims: true })), context);
    }
  }
  await broken(t, rowOf(OfBatch), 'a sample does not depend on its batch');
});

t.test('a layer that makes up a sample for a batch of none is found', async (t) => {
  class AtLeastOne extends Shift {
    override call(x: Tensor, context: CallContext): Tensor {
      return super.call(x.shape[0] === 0 ? zeros([1, ...x.shape.slice(1)]) : x, context);
    }
  }
  await broken(t, rowOf(AtLeastOne), 'it takes a batch of none');
});

t.test('a forgotten gradient of the bias is found', async (t) => {
  class NoBiasGradient extends Shift {
    override call(x: Tensor): Tensor {
      return add(mul(x, this.rate), stopGradient(this.weight));
    }
  }
  const error = await broken(t, rowOf(NoBiasGradient), 'its gradients are right');
  t.type(error.cause, GradientError);
  t.match(error.message, 'the gradient of input 1 (shape [2])');
});

t.test('training that differs must be announced, and what is announced must differ', async (t) => {
  class InTraining extends Shift {
    override call(x: Tensor, context: CallContext): Tensor {
      return super.call(context.training ? mul(x, 2) : x, context);
    }
  }
  await broken(t, rowOf(InTraining), 'training and inference give the same bits');
  t.ok(
    (await layerLaws(rowOf(InTraining, { trainingDiffers: 'it doubles' }))).laws.includes(
      'training differs: it doubles',
    ),
  );
  await broken(t, rowOf(Shift, { trainingDiffers: 'it does not' }), 'training differs: it does not');
});

t.test('weights that no seed changes must be announced', async (t) => {
  class OneSeed extends Shift {
    override build(): void {
      this.bias = this.addWeight('bias', [2], randomUniform({ seed: 1 }));
    }
  }
  await broken(t, rowOf(OneSeed), 'another seed gives other weights');
  await broken(t, rowOf(Shift, { constantWeights: true }), 'all its weights start as constants');
});

t.test('a layer that moves its frozen weights is found', async (t) => {
  class Moving extends Shift {
    count: Variable | undefined;
    override build(shapes: InputShapes): void {
      super.build(shapes);
      this.count = this.addWeight('count', [], 'zeros', { trainable: false });
    }
    override call(x: Tensor, context: CallContext): Tensor {
      if (context.training) this.count?.assign(add(this.count, 1));
      return super.call(x, context);
    }
  }
  await broken(t, rowOf(Moving, { params: 3 }), 'its frozen weights stay');
});

/** Adds the mean over all steps, those that the mask leaves out too. */
class AllSteps extends Shift {
  override get supportsMasking(): boolean {
    return true;
  }
  override call(x: Tensor, context: CallContext): Tensor {
    return super.call(add(x, mean(x, { axis: 1, keepDims: true })), context);
  }
}

t.test('a mask that is ignored is found, and so is one that only counts', async (t) => {
  class Counts extends AllSteps {
    override call(x: Tensor, context: CallContext): Tensor {
      const y = super.call(x, context);
      const { mask } = context;
      return mask ? mul(y, reshape(mean(mask, { axis: 1 }), [x.shape[0] ?? 0, 1, 1])) : y;
    }
  }
  await broken(t, rowOf(AllSteps, { ignoresMaskedSteps: true }), 'a masked step changes the result');
  await broken(t, rowOf(Counts, { ignoresMaskedSteps: true }), 'values of masked steps do not matter');
  const { skipped } = await layerLaws(rowOf(AllSteps, { withoutMask: 'it is no sequence' }));
  t.strictSame(skipped, ['masks: it is no sequence']);
});

t.test('a program that differs from eager calls is found', async (t) => {
  class Traced extends Shift {
    override call(x: Tensor, context: CallContext): Tensor {
      // In a program being traced tensors have no values yet.
      return super.call(x.hasData ? x : add(x, 1e-7), context);
    }
  }
  await broken(t, rowOf(Traced), 'compiled results equal eager ones bit for bit on wasm');
});

t.test('a wrong use must be refused by an error of ours', async (t) => {
  const refused = (error: Error): Partial<LayerRow> => ({
    refused: [
      {
        name: 'half a unit',
        call: () => {
          throw error;
        },
        message: /units/,
      },
    ],
  });
  const law = 'half a unit is refused';
  t.match((await broken(t, rowOf(Shift, refused(new TypeError('units'))), law)).message, 'none of ours: TypeError');
  t.match((await broken(t, rowOf(Shift, refused(new ArgumentError('no'))), law)).message, 'with other words: no');
  t.ok((await layerLaws(rowOf(Shift, refused(new ArgumentError('units'))))).laws.includes(law));
});
