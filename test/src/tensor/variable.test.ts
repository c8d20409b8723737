/** Variables on the host, and which of two values is the newest. */
import t from 'tap';
import { tensor } from '../../../src/tensor/tensor.ts';
import { variable, type DeviceCopy } from '../../../src/tensor/variable.ts';

t.test('a variable has a name, a shape for good and the newest value', async (t) => {
  const counter = variable(tensor([0, 0]), { name: 'counter', trainable: false });
  counter.assign(tensor([1, 2]));
  t.strictSame(counter.value.toArray(), [1, 2]);
  t.strictSame([...counter.data], [1, 2]);
  t.strictSame((await counter.read()).toArray(), [1, 2]);
  t.equal(counter.size, 2);
  t.notOk(counter.trainable);
  t.equal(String(counter), 'Variable(counter, shape [2])');
  t.ok(variable(tensor(1)).trainable, 'trainable by default');
});

t.test('another shape is refused, also with the same number of elements', (t) => {
  const weight = variable(tensor([1, 2]), { name: 'weight' });
  t.throws(() => weight.assign(tensor([[1, 2]])), {
    name: 'ShapeError',
    message:
      "variable 'weight': cannot assign a tensor of shape [1, 2]; the variable's shape is [2] and never changes.",
  });
  t.strictSame(weight.value.toArray(), [1, 2], 'and the old value stays');
  t.end();
});

t.test('doubles are kept for programs in float64', (t) => {
  const weight = variable(tensor([0]));
  weight.assign(tensor([0.1]));
  t.equal(weight.value.wide?.[0], 0.1);
  t.end();
});

const copyOf = (values: number[], sync: boolean): DeviceCopy => ({
  device: 'test',
  version: -1,
  read: () => Promise.resolve(Float32Array.from(values)),
  readSync: sync ? () => Float32Array.from(values) : undefined,
});

t.test('what a device wrote is newer than the host value, until the host assigns', (t) => {
  const weight = variable(tensor([1]));
  const copy = copyOf([5], true);
  weight.writtenBy(copy);
  t.equal(weight.newestCopy, copy);
  t.equal(copy.version, weight.version);
  t.equal(weight.value.item(), 5);
  t.equal(weight.newestCopy, undefined, 'once read, the host has it');
  t.equal(copy.version, weight.version, 'and reading makes no new version');
  weight.assign(tensor([6]));
  t.equal(weight.value.item(), 6);
  t.not(copy.version, weight.version, "the device's copy is old now");
  t.end();
});

t.test('a value on a device without synchronous reads needs await', async (t) => {
  const weight = variable(tensor([1]), { name: 'weight' });
  weight.writtenBy(copyOf([5], false));
  t.throws(() => weight.value, {
    name: 'DeviceError',
    message:
      "variable 'weight': its value is on the device 'test', which is read asynchronously. Use 'await variable.read()' first.",
  });
  t.equal((await weight.read()).item(), 5);
  t.equal(weight.value.item(), 5, 'then the host has it');
});

t.test('a value assigned while an older one is read is not lost', async (t) => {
  const weight = variable(tensor([1]));
  weight.writtenBy(copyOf([5], false));
  const reading = weight.read();
  weight.assign(tensor([6]));
  t.equal((await reading).item(), 5, 'the read gives what it was asked for');
  t.equal(weight.value.item(), 6);
});
