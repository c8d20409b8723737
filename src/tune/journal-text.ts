/** Records as lines of Optuna's journal: one JSON object each, in Optuna's words and order. */
import { PythonFloat, writePythonJson } from '../io/python-json.ts';
import { writeDistribution } from './journal-distribution.ts';
import type { Direction, StudyRecord } from './records.ts';
import type { TrialState } from './trial-record.ts';

/** Optuna's numbers of what happens. */
export const OP = {
  createStudy: 0,
  deleteStudy: 1,
  studyUserAttribute: 2,
  studySystemAttribute: 3,
  createTrial: 4,
  param: 5,
  state: 6,
  intermediate: 7,
  trialUserAttribute: 8,
  trialSystemAttribute: 9,
} as const;

/** Optuna's numbers of states and directions, by their place. */
export const STATES: readonly TrialState[] = ['running', 'complete', 'pruned', 'failed', 'waiting'];
export const DIRECTIONS: readonly (Direction | undefined)[] = [undefined, 'minimize', 'maximize'];

/**
 * @param worker who writes it
 * @returns a line with its end
 */
export function writeRecord(record: StudyRecord, worker: string): string {
  const { op_code, ...rest } = fieldsOf(record);
  return `${writePythonJson({ op_code, worker_id: worker, ...rest })}\n`;
}

interface Fields {
  readonly op_code: number;
  readonly [name: string]: unknown;
}

function fieldsOf(record: StudyRecord): Fields {
  switch (record.kind) {
    case 'createStudy':
      return {
        op_code: OP.createStudy,
        study_name: record.name,
        directions: record.directions.map((direction) => DIRECTIONS.indexOf(direction)),
      };
    case 'deleteStudy':
      return { op_code: OP.deleteStudy, study_id: record.study };
    case 'studyAttribute':
      return record.owner === 'user'
        ? { op_code: OP.studyUserAttribute, study_id: record.study, user_attr: { [record.key]: record.value } }
        : { op_code: OP.studySystemAttribute, study_id: record.study, system_attr: { [record.key]: record.value } };
    case 'createTrial':
      return createTrialFields(record);
    case 'param':
      return {
        op_code: OP.param,
        trial_id: record.trial,
        param_name: record.name,
        param_value_internal: new PythonFloat(record.internal),
        distribution: writeDistribution(record.distribution),
      };
    case 'state':
      return {
        op_code: OP.state,
        trial_id: record.trial,
        state: STATES.indexOf(record.state),
        values: record.values?.map((value) => new PythonFloat(value)) ?? null,
        ...timeOf(record.state, record.time),
      };
    case 'intermediate':
      return {
        op_code: OP.intermediate,
        trial_id: record.trial,
        step: record.step,
        intermediate_value: new PythonFloat(record.value),
      };
    case 'trialAttribute':
      return record.owner === 'user'
        ? { op_code: OP.trialUserAttribute, trial_id: record.trial, user_attr: { [record.key]: record.value } }
        : { op_code: OP.trialSystemAttribute, trial_id: record.trial, system_attr: { [record.key]: record.value } };
  }
}

function timeOf(state: TrialState, time: number): Readonly<Record<string, string>> {
  if (state === 'waiting') return {};
  return { [state === 'running' ? 'datetime_start' : 'datetime_complete']: writeTime(time) };
}

type CreateTrial = StudyRecord & { readonly kind: 'createTrial' };

/** A running trial has few fields; any other one Optuna reads as a whole. */
function createTrialFields({ study, time, state = 'running', ...rest }: CreateTrial): Fields {
  const { endTime, finished, userAttributes = {}, systemAttributes = {} } = rest;
  const start = { op_code: OP.createTrial, study_id: study };
  if (state === 'running' && !finished) {
    const user = Object.keys(userAttributes).length > 0 && { user_attrs: userAttributes };
    const system = Object.keys(systemAttributes).length > 0 && { system_attrs: systemAttributes };
    return { ...start, datetime_start: startOf(time), ...user, ...system };
  }
  const values = finished?.values?.map((value) => new PythonFloat(value));
  const params = [...(finished?.params ?? [])];
  const isOne = values === undefined || values.length === 1;
  return {
    ...start,
    datetime_start: state === 'waiting' ? null : startOf(time),
    state: STATES.indexOf(state),
    value: isOne ? (values?.[0] ?? null) : null,
    values: isOne ? null : values,
    ...(endTime !== undefined && { datetime_complete: writeTime(endTime) }),
    distributions: object(params.map(([name, { distribution }]) => [name, writeDistribution(distribution)])),
    params: object(params.map(([name, { internal }]) => [name, new PythonFloat(internal)])),
    user_attrs: userAttributes,
    system_attrs: systemAttributes,
    intermediate_values: object(
      [...(finished?.intermediateValues ?? [])].map(([step, value]) => [String(step), new PythonFloat(value)]),
    ),
  };
}

/** An object whose names come from users. */
function object(entries: readonly (readonly [string, unknown])[]): object {
  return Object.assign(Object.create(null) as object, Object.fromEntries(entries));
}

function startOf(time: number | undefined): string | null {
  return time === undefined ? null : writeTime(time);
}

/** @example writeTime(0.5) // '1970-01-01T00:00:00.500000+00:00' */
export function writeTime(seconds: number): string {
  const microseconds = Math.round(seconds * 1e6);
  const whole = Math.floor(microseconds / 1e6);
  const fraction = String(microseconds - whole * 1e6).padStart(6, '0');
  return `${new Date(whole * 1000).toISOString().slice(0, 19)}.${fraction}+00:00`;
}

const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/;

/**
 * Seconds since 1970 of a time in ISO 8601; one without an offset is local, as old versions of Optuna wrote it.
 * @returns undefined for what is no time
 */
export function readTime(text: string): number | undefined {
  const [, day, time, fraction = '0', offset = ''] = TIME.exec(text) ?? [];
  if (day === undefined) return undefined;
  const zone = /^[+-]\d{4}$/.test(offset) ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset;
  const whole = Date.parse(`${day}T${time}${zone}`) / 1000;
  return Number.isNaN(whole) ? undefined : whole + Number(`0.${fraction}`);
}
