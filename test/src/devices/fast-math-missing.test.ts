/** fastMath on an engine without relaxed SIMD, which is played by one that refuses modules with the instruction. */
import t from 'tap';
import { defaultDevice, setDevice } from '../../../src/devices/default-device.ts';
import type { WasmDevice } from '../../../src/devices/wasm-device.ts';
import { matmul } from '../../../src/ops/index.ts';
import { tensor } from '../../../src/tensor/tensor.ts';
import { supports, webAssembly } from '../../../src/wasm/index.ts';

const api = webAssembly()!;
/** `f32x4.relaxed_madd`. */
const INSTRUCTION = String.fromCharCode(0xfd, 0x85, 0x02);

t.test('one line says that plain arithmetic is used, and it is', async (t) => {
  const { validate } = api;
  t.intercept(api, 'validate', {
    value: (bytes: Uint8Array<ArrayBuffer>) =>
      !String.fromCharCode(...bytes).includes(INSTRUCTION) && validate.call(api, bytes),
  });
  const lines: unknown[] = [];
  t.intercept(console, 'warn', { value: (line: unknown) => void lines.push(line) });
  t.notOk(supports('relaxed-simd'));
  await setDevice('wasm', { fastMath: true });
  t.match(lines, [/^gradtape: .* no relaxed SIMD, so fastMath is not available here and plain arithmetic is used\.$/]);
  t.equal(lines.length, 1);
  t.equal((defaultDevice() as WasmDevice).fastMath, false);
  const r = 1 + 2 ** -12;
  t.same(matmul(tensor([[1, r]]), tensor([[-1 - 2 ** -11], [r]])).toArray(), [[0]], 'each product is rounded');
});
