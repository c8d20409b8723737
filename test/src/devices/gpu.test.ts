import t from 'tap';
import { compile, ops, tensor, variable } from '../../../src/index.ts';
import { openGpuDevice } from '../../../src/gpu.ts';

for (const mode of ['cpu', 'webasm'] as const) {
  t.test(`a program runs in mode ${mode}`, async (t) => {
    const device = await openGpuDevice({ mode });
    const w = variable(
      tensor([
        [1, 2],
        [3, 4],
      ]),
      { name: 'w' },
    );
    const f = compile(
      (x: ReturnType<typeof tensor>) => {
        const y = ops.matmul(x, w.value);
        w.assign(ops.add(w.value, y));
        return [y, ops.mul(y, y)] as const;
      },
      { device },
    );
    const [y, z] = await f(
      tensor([
        [1, 1],
        [1, 0],
      ]),
    );
    t.same([...y.data], [4, 6, 1, 2]);
    t.same([...z.data], [16, 36, 1, 4]);
    t.same([...(await w.read()).data], [5, 8, 4, 6]);
    t.equal(device.memory().buffers, 1);
  });
}
