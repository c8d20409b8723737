/** Metrics against Keras: the result after each of several batches, with and without weights. */
import t from 'tap';
import { metricFromConfig } from '../../src/metrics/index.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { ErrorReport, readFamilies, relativeDifference, toTensor, type FixtureTensor } from './fixture.ts';

interface MetricCase {
  readonly name: string;
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** What the metric was made with: Keras's config leaves some of it out. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly batches: readonly (readonly FixtureTensor[])[];
  readonly weights?: readonly FixtureTensor[];
  readonly results: readonly FixtureTensor[];
}

const report = new ErrorReport();

for (const { family, cases } of readFamilies<MetricCase>('metrics')) {
  for (const { name, className, config, options, batches, weights, results } of cases) {
    report.case(family);
    t.test(`${family}, ${name}`, (t) => {
      const metric = metricFromConfig({ class_name: className, config: { ...config, ...options } });
      t.match(metric.getConfig?.(), config, 'the settings are written as Keras does');
      for (const round of ['first', 'second']) {
        batches.forEach((batch, index) => {
          const [first, second] = batch.map(toTensor) as [Tensor, Tensor | undefined];
          const weight = weights?.[index];
          const update = metric.updateState.bind(metric) as (...args: (Tensor | undefined)[]) => void;
          update(...(second ? [first, second] : [first]), weight && toTensor(weight));
          const result = metric.result();
          const actual = result instanceof Tensor ? result : { shape: [], data: [result] };
          const expected = results[index] as FixtureTensor;
          const error = relativeDifference(actual, expected);
          t.ok(report.note(family, error), `${round} round, batch ${index + 1} differs by ${error}`);
        });
        metric.resetState();
      }
      t.end();
    });
  }
}

t.test('all of it', (t) => {
  report.lines().forEach((line) => t.comment(line));
  t.end();
});
