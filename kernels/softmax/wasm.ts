/** The softmax family as WebAssembly: the row's maximum is subtracted first, terms are float32, their sum is double. */
import { f32, f32x4, f64, type FunctionBuilder, type Local } from '../../src/wasm/index.ts';
import { exp, log1p } from '../../src/wasm/math/index.ts';
import type { WasmCall } from '../contract.ts';
import type { RowsGeometry } from './index.ts';
import { eachRow, rowMaximum, rowsCall, RowSum, type Span } from './row-walk.ts';

type EachSpan = (visit: (span: Span) => void) => void;

export function softmaxCall({ rows, length }: RowsGeometry): WasmCall {
  return rowsCall(
    'softmax',
    { rows, length },
    { inputs: [length], outputs: [length] },
    {
      emit: (f, { inputs, outputs, args }) => {
        const [x, y] = [...inputs, ...outputs] as [Local<'i32'>, Local<'i32'>];
        eachRow(f, length, args, { rows: [x, y] }, (eachSpan) => {
          const sum = sumOfExponentials(f, x, rowMaximum(f, x, eachSpan), eachSpan, y).splat();
          eachSpan((span) => span.store(y, f.local('v128', f32x4.div(span.load(y), sum))));
        });
      },
    },
  );
}

export function logSoftmaxCall({ rows, length }: RowsGeometry): WasmCall {
  return rowsCall(
    'logSoftmax',
    { rows, length },
    { inputs: [length], outputs: [length] },
    {
      emit: (f, { inputs, outputs, args }) => {
        const [x, y] = [...inputs, ...outputs] as [Local<'i32'>, Local<'i32'>];
        eachRow(f, length, args, { rows: [x, y] }, (eachSpan) => {
          const maximum = rowMaximum(f, x, eachSpan);
          const logarithm = logOfSum(f, sumOfExponentials(f, x, maximum, eachSpan));
          eachSpan((span) => {
            span.store(y, f.local('v128', f32x4.sub(f32x4.sub(span.load(x), maximum), logarithm)));
          });
        });
      },
    },
  );
}

export function softmaxGradCall({ rows, length }: RowsGeometry): WasmCall {
  return rowsCall(
    'softmaxGrad',
    { rows, length },
    { inputs: [length, length], outputs: [length] },
    {
      emit: (f, { inputs, outputs, args }) => {
        const [y, dy, dx] = [...inputs, ...outputs] as [Local<'i32'>, Local<'i32'>, Local<'i32'>];
        eachRow(f, length, args, { rows: [y, dy, dx] }, (eachSpan) => {
          const products = new RowSum(f);
          eachSpan((span) => products.add(span, f.local('v128', f32x4.mul(span.load(dy), span.load(y)))));
          const dot = products.splat();
          eachSpan((span) => {
            span.store(dx, f.local('v128', f32x4.mul(span.load(y), f32x4.sub(span.load(dy), dot))));
          });
        });
      },
    },
  );
}

export function logSoftmaxGradCall({ rows, length }: RowsGeometry): WasmCall {
  return rowsCall(
    'logSoftmaxGrad',
    { rows, length },
    { inputs: [length, length], outputs: [length] },
    {
      emit: (f, { inputs, outputs, args }) => {
        const [y, dy, dx] = [...inputs, ...outputs] as [Local<'i32'>, Local<'i32'>, Local<'i32'>];
        eachRow(f, length, args, { rows: [y, dy, dx] }, (eachSpan) => {
          const gradients = new RowSum(f);
          eachSpan((span) => gradients.add(span, f.local('v128', span.load(dy))));
          const sum = gradients.splat();
          eachSpan((span) => {
            const probability = exp(f, f.local('v128', span.load(y)));
            span.store(dx, f.local('v128', f32x4.sub(span.load(dy), f32x4.mul(probability, sum))));
          });
        });
      },
    },
  );
}

/** The sum of e^(x - maximum) over a row; the terms are kept where `terms` points, if given. */
export function sumOfExponentials(
  f: FunctionBuilder,
  x: Local<'i32'>,
  maximum: Local<'v128'>,
  eachSpan: EachSpan,
  terms?: Local<'i32'>,
): RowSum {
  const sum = new RowSum(f);
  eachSpan((span) => {
    const term = f.local('v128', exp(f, f.local('v128', f32x4.sub(span.load(x), maximum))));
    sum.add(span, term);
    if (terms) span.store(terms, term);
  });
  return sum;
}

/** Its logarithm in all lanes. One term is 1: what the others add may be too small for a float32 beside it. */
export function logOfSum(f: FunctionBuilder, sum: RowSum): Local<'v128'> {
  const others = f.local('v128', f32x4.splat(f32.demoteF64(f64.sub(sum.total(), 1))));
  return f.local('v128', log1p(f, others));
}
