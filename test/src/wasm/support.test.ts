/** What the engine is found to support is what it does with WABT's modules. */
import t from 'tap';
import { supports, webAssembly } from '../../../src/wasm/index.ts';
import { bytesOfText } from '../../support/wabt.ts';

const texts = {
  simd: '(module (func (param v128) (result v128) local.get 0 local.get 0 f32x4.add))',
  'relaxed-simd': '(module (func (param v128) (result v128) local.get 0 local.get 0 local.get 0 f32x4.relaxed_madd))',
} as const;

t.test('a feature is found where the engine takes a module that needs it, and asked for again', (t) => {
  for (const feature of ['simd', 'relaxed-simd'] as const) {
    const taken = webAssembly()?.validate(bytesOfText(texts[feature]));
    t.equal(supports(feature), taken, feature);
    t.equal(supports(feature), taken, `${feature} again`);
  }
  t.ok(supports('simd'), 'every engine that the package names has SIMD');
  t.end();
});
