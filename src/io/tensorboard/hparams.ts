/** What TensorBoard's dashboard of hyperparameters reads: one experiment, and for each run its values and how it ended. */
import { MessageWriter } from './message-writer.ts';
import { floatTensor, summaryValue, TENSOR } from './tensor-message.ts';

/** A hyperparameter's value in one run. */
export type HParamValue = number | string | boolean;

/** A hyperparameter of an experiment. */
export interface HParam {
  readonly name: string;
  /** Every value it may have. */
  readonly values?: readonly HParamValue[];
  /** Or the least and the largest number. */
  readonly range?: readonly [min: number, max: number];
}

/** A scalar of each run that the dashboard compares. */
export interface HParamMetric {
  readonly tag: string;
  /** The folder of the scalar's events inside the run: `'train'`, `'validation'`; default the run itself. */
  readonly group?: string;
  readonly displayName?: string;
}

/** What the root of a log folder tells of its runs. */
export interface HParamExperiment {
  readonly description?: string;
  readonly hparams: readonly HParam[];
  readonly metrics: readonly HParamMetric[];
}

const STATUS = { success: 1, failure: 2, running: 3 } as const;
/** How a run ended. */
export type HParamStatus = keyof typeof STATUS;

const TYPES = { string: 1, boolean: 2, number: 3 } as const;

/** The value that says which hyperparameters and metrics there are; `time` in seconds since 1970. */
export function experimentValue({ description = '', hparams, metrics }: HParamExperiment, time: number): MessageWriter {
  const experiment = new MessageWriter().text(1, description).double(3, time);
  for (const hparam of hparams) experiment.message(4, hparamInfo(hparam));
  for (const { tag, group = '', displayName = '' } of metrics) {
    const name = new MessageWriter().text(1, group).text(2, tag);
    experiment.message(5, new MessageWriter().message(1, name).text(3, displayName));
  }
  return pluginValue('experiment', 2, experiment);
}

/** The value that begins a run: its hyperparameters and the group of runs that it belongs to. */
export function sessionStartValue(
  hparams: Readonly<Record<string, HParamValue>>,
  { group = '', time }: { readonly group?: string; readonly time: number },
): MessageWriter {
  const info = new MessageWriter();
  for (const [name, value] of Object.entries(hparams))
    info.message(1, new MessageWriter().text(1, name).message(2, jsonValue(value)));
  return pluginValue('session_start_info', 3, info.text(4, group).double(5, time));
}

/** The value that ends a run. */
export function sessionEndValue(status: HParamStatus, time: number): MessageWriter {
  return pluginValue('session_end_info', 4, new MessageWriter().number(1, STATUS[status]).double(2, time));
}

function pluginValue(tag: string, field: number, message: MessageWriter): MessageWriter {
  const content = new MessageWriter().message(field, message).finish();
  return summaryValue(`_hparams_/${tag}`, { name: 'hparams', content, dataClass: TENSOR }, floatTensor([0], []));
}

function hparamInfo({ name, values, range }: HParam): MessageWriter {
  const [first] = values ?? [];
  const type = first === undefined ? TYPES.number : TYPES[typeof first as keyof typeof TYPES];
  const info = new MessageWriter().text(1, name).number(4, type);
  if (values) {
    const list = new MessageWriter();
    for (const value of values) list.message(1, jsonValue(value));
    info.message(5, list);
  } else if (range) info.message(6, new MessageWriter().double(1, range[0]).double(2, range[1]));
  return info;
}

// google.protobuf.Value: which field it is tells the type, so that false, 0 and '' are written.
function jsonValue(value: HParamValue): MessageWriter {
  const message = new MessageWriter();
  if (typeof value === 'number') return message.double(2, value);
  if (typeof value === 'string') return message.bytes(3, new TextEncoder().encode(value));
  return message.bool(4, value);
}
