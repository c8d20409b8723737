/** The cross-entropy of logits as WebAssembly: terms are float32, sums are double. */
import { f32, f32x4, f64, v128, type Local } from '../../src/wasm/index.ts';
import type { WasmCall } from '../contract.ts';
import type { RowsGeometry } from '../softmax/index.ts';
import { eachRow, rowMaximum, rowsCall, RowSum } from '../softmax/row-walk.ts';
import { logOfSum, sumOfExponentials } from '../softmax/wasm.ts';

export function crossEntropyCall({ rows, length }: RowsGeometry): WasmCall {
  return rowsCall(
    'softmaxCrossEntropy',
    { rows, length },
    { inputs: [length, length], outputs: [1] },
    {
      emit: (f, { inputs, outputs, args }) => {
        const [x, t, loss] = [...inputs, ...outputs] as [Local<'i32'>, Local<'i32'>, Local<'i32'>];
        eachRow(f, length, args, { rows: [x, t], scalars: [loss] }, (eachSpan) => {
          const maximum = rowMaximum(f, x, eachSpan);
          const logarithm = logOfSum(f, sumOfExponentials(f, x, maximum, eachSpan));
          const total = new RowSum(f);
          eachSpan((span) => {
            const logProbability = f32x4.sub(f32x4.sub(span.load(x), maximum), logarithm);
            total.add(span, f.local('v128', f32x4.mul(span.load(t), logProbability)));
          });
          f.store(loss, f32.demoteF64(f64.sub(0, total.total())));
        });
      },
    },
  );
}

export function crossEntropyGradCall({ rows, length }: RowsGeometry): WasmCall {
  return rowsCall(
    'softmaxCrossEntropyGrad',
    { rows, length },
    { inputs: [length, length, 1], outputs: [length] },
    {
      emit: (f, { inputs, outputs, args }) => {
        const [x, t, dLoss, dx] = [...inputs, ...outputs] as [Local<'i32'>, Local<'i32'>, Local<'i32'>, Local<'i32'>];
        eachRow(f, length, args, { rows: [x, t, dx], scalars: [dLoss] }, (eachSpan) => {
          const sum = sumOfExponentials(f, x, rowMaximum(f, x, eachSpan), eachSpan, dx).splat();
          const targets = new RowSum(f);
          eachSpan((span) => targets.add(span, f.local('v128', span.load(t))));
          const weight = targets.splat();
          const scale = f.local('v128', v128.load32Splat(dLoss));
          eachSpan((span) => {
            const probability = f32x4.div(span.load(dx), sum);
            const difference = f32x4.sub(f32x4.mul(probability, weight), span.load(t));
            span.store(dx, f.local('v128', f32x4.mul(scale, difference)));
          });
        });
      },
    },
  );
}
