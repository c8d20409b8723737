/**
 * Optuna's journal as records. Lines are checked before anything believes them, and what they become is paid from one
 * budget for the file: a file that would need more memory than twice its size and 32 MB is refused.
 */
import { describeValue, FormatError } from '../errors.ts';
import { ByteBudget } from '../io/byte-budget.ts';
import { chargeJson } from '../io/json-cost.ts';
import { parsePythonJson } from '../io/python-json.ts';
import type { Distribution } from './distribution.ts';
import { readDistribution } from './journal-distribution.ts';
import { JournalLine, type Refuse } from './journal-line.ts';
import { DIRECTIONS, OP, STATES } from './journal-text.ts';
import type { AttributeValue, Direction, FinishedTrial, StudyRecord } from './records.ts';
import { withoutLongValues } from './long-values.ts';
import { Recent } from './recent.ts';
import { storeValue, textCost, VALUE_COST } from './stored-json.ts';
import type { TrialState } from './trial-record.ts';

/** Longest line, in bytes. Optuna's are short; attributes may be long. */
export const MAX_LINE_BYTES: number = 8 * 1024 * 1024;
const NEWLINE = 0x0a;

/**
 * What each kind of record takes in the memory of a study, at most, beside texts: measured, with what waits to be collected.
 * Less than twice the lines that Optuna and we write.
 */
const COST = {
  study: 1_100,
  trial: 440,
  change: 120,
  param: 240,
  distribution: 400,
  choice: 40,
  report: 300,
  /** One of a trial that has some. */
  nextReport: 130,
  /** One that is set later: with others in one table, which doubles. */
  attribute: 340,
  /** The same of a trial that has some, by a name that others have. */
  nextAttribute: 160,
};
/** Trials that run at the same time, and names of what is kept with each, are fewer. */
const RECENT_TRIALS = 256;
const RECENT_NAMES = 256;
const LONGEST_NAME = 200;

type CreateTrial = StudyRecord & { readonly kind: 'createTrial' };

export class JournalReader {
  readonly #path: string;
  readonly #seen: (worker: string) => void;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #budget: ByteBudget;
  /** Most trials have the same ones. */
  readonly #distributions = new Map<string, Distribution>();
  /** Whose tables and names are paid for. */
  readonly #reported = new Recent<number>(RECENT_TRIALS);
  readonly #attributed = new Recent<string>(RECENT_TRIALS);
  readonly #names = new Recent<string>(RECENT_NAMES);
  #lines = 0;

  /**
   * @param path of the file, for messages
   * @param seen is called with the writer of each line
   */
  constructor(path: string, seen: (worker: string) => void = () => undefined) {
    this.#path = path;
    this.#seen = seen;
    this.#budget = new ByteBudget(path, 0);
  }

  /** Lines that were read or taken. */
  get lines(): number {
    return this.#lines;
  }

  /**
   * Reads lines that are about to be written, which count from then on.
   * @returns takes that back
   * @throws FormatError for lines that readers would refuse, which do not count
   */
  take(bytes: Uint8Array, fileBytes: number): () => void {
    const { charged } = this.#budget;
    const lines = this.#lines;
    const known = this.#distributions.size;
    const marks = [this.#reported, this.#attributed, this.#names].map((recent) => recent.mark());
    const undo = (): void => {
      this.#budget.charged = charged;
      this.#lines = lines;
      for (const back of marks) back();
      for (const text of [...this.#distributions.keys()].slice(known)) this.#distributions.delete(text);
    };
    try {
      this.read(bytes, fileBytes);
    } catch (error) {
      undo();
      throw error;
    }
    return undo;
  }

  /**
   * The records of the lines that follow those of the call before; what Optuna has added to its journal since is left out.
   * @param bytes whole lines
   * @param fileBytes size of the file by now
   * @throws FormatError that names the line and what should stand there
   */
  read(bytes: Uint8Array, fileBytes: number): readonly StudyRecord[] {
    this.#budget.grow(fileBytes);
    const records: StudyRecord[] = [];
    let line = this.#lines;
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(NEWLINE, start);
      if (end < 0) break;
      const record = this.#record(bytes.subarray(start, end), ++line, fileBytes);
      if (record) records.push(record);
      start = end + 1;
    }
    this.#lines = line;
    return records;
  }

  #record(bytes: Uint8Array, number: number, fileBytes: number): StudyRecord | undefined {
    const refuse: Refuse = (found, expected, cause) => {
      throw new FormatError(
        `${this.#path}: line ${number}: ${found}; expected ${expected}. The file is damaged, or no journal of Optuna's.`,
        { where: this.#path, got: found, expected, cause },
      );
    };
    if (bytes.length > MAX_LINE_BYTES) refuse(`it has ${bytes.length} bytes`, `at most ${MAX_LINE_BYTES}`);
    chargeJson(bytes, new ByteBudget(`${this.#path}: line ${number}`, fileBytes), (what) => refuse(what, 'less depth'));
    const line = new JournalLine(this.#parse(bytes, refuse), bytes, refuse);
    return this.#recordOf(line, refuse);
  }

  #parse(bytes: Uint8Array, refuse: Refuse): unknown {
    try {
      return parsePythonJson(this.#decoder.decode(withoutLongValues(bytes)));
    } catch (cause) {
      return refuse('it is no JSON', 'one JSON object', cause);
    }
  }

  #recordOf(line: JournalLine, refuse: Refuse): StudyRecord | undefined {
    const op = line.integer('op_code');
    if (op > OP.trialSystemAttribute) return undefined;
    this.#seen(line.text('worker_id'));
    switch (op) {
      case OP.createStudy:
        return this.#createStudy(line);
      case OP.deleteStudy:
        return { kind: 'deleteStudy', study: line.integer('study_id') };
      case OP.studyUserAttribute:
      case OP.studySystemAttribute: {
        const owner = op === OP.studyUserAttribute ? 'user' : 'system';
        const study = line.integer('study_id');
        return { kind: 'studyAttribute', study, owner, ...this.#attribute(line, owner, -1 - study) };
      }
      case OP.createTrial:
        return this.#createTrial(line);
      case OP.param: {
        const name = line.text('param_name');
        this.#charge(COST.param + textCost(name));
        const distribution = this.#distribution(name, line.text('distribution'), refuse);
        const internal = internalOf(line.number('param_value_internal'), distribution, refuse);
        return { kind: 'param', trial: line.integer('trial_id'), name, internal, distribution };
      }
      case OP.state:
        return this.#state(line);
      case OP.intermediate: {
        const trial = line.integer('trial_id');
        this.#charge(this.#reported.see(trial) ? COST.nextReport : COST.report);
        return { kind: 'intermediate', trial, step: line.integer('step'), value: line.number('intermediate_value') };
      }
      default: {
        const owner = op === OP.trialUserAttribute ? 'user' : 'system';
        const trial = line.integer('trial_id');
        return { kind: 'trialAttribute', trial, owner, ...this.#attribute(line, owner, trial) };
      }
    }
  }

  #createStudy(line: JournalLine): StudyRecord {
    const name = line.text('study_name');
    const directions = directionsOf(line);
    this.#charge(COST.study + textCost(name) + VALUE_COST.item * directions.length);
    return { kind: 'createStudy', name, directions };
  }

  #state(line: JournalLine): StudyRecord {
    const state = stateOf(line);
    const values = line.optionalNumbers('values');
    this.#charge(COST.change + VALUE_COST.item * (values?.length ?? 0));
    const time =
      state === 'waiting' ? undefined : line.time(state === 'running' ? 'datetime_start' : 'datetime_complete');
    return { kind: 'state', trial: line.integer('trial_id'), state, values, time: time ?? 0 };
  }

  #createTrial(line: JournalLine): CreateTrial {
    this.#charge(COST.trial);
    const state = line.has('state') ? stateOf(line) : 'running';
    const time = line.optionalTime('datetime_start');
    const endTime = line.optionalTime('datetime_complete');
    const finished = this.#finished(line);
    return {
      kind: 'createTrial',
      study: line.integer('study_id'),
      state,
      ...(time !== undefined && { time }),
      ...(endTime !== undefined && { endTime }),
      userAttributes: this.#attributes(line, 'user_attrs'),
      systemAttributes: this.#attributes(line, 'system_attrs'),
      ...(finished && { finished }),
    };
  }

  /** What a trial that is written down whole has beside its states. */
  #finished(line: JournalLine): FinishedTrial | undefined {
    if (!['value', 'values', 'params', 'intermediate_values'].some((name) => line.has(name))) return undefined;
    const values = line.optionalNumbers('values') ?? (line.has('value') ? [line.number('value')] : undefined);
    this.#charge(VALUE_COST.item * (values?.length ?? 0));
    const distributions = line.object('distributions');
    const params = new Map<string, { readonly internal: number; readonly distribution: Distribution }>();
    for (const [name, internal] of line.object('params')) {
      this.#charge(COST.param + textCost(name));
      const text = distributions.get(name);
      if (typeof text !== 'string') return line.refuse(`'${name}' has no distribution`, 'one for each parameter');
      const distribution = this.#distribution(name, text, line.refuse);
      if (typeof internal !== 'number') return line.refuse(`'${name}' is ${describeValue(internal)}`, 'a number');
      params.set(name, { internal: internalOf(internal, distribution, line.refuse), distribution });
    }
    const intermediateValues = new Map<number, number>();
    for (const [step, value] of line.object('intermediate_values')) {
      this.#charge(COST.report);
      if (!/^-?\d{1,15}$/.test(step) || typeof value !== 'number') {
        return line.refuse(`the report '${step}' is ${describeValue(value)}`, 'whole steps and numbers');
      }
      intermediateValues.set(Number(step), value);
    }
    return { values, params, intermediateValues };
  }

  #distribution(name: string, text: string, refuse: Refuse): Distribution {
    const known = this.#distributions.get(text);
    if (known) return known;
    this.#charge(COST.distribution + text.length);
    try {
      const distribution = readDistribution(name, text);
      if (distribution.kind === 'categorical') this.#charge(COST.choice * distribution.choices.length);
      this.#distributions.set(text, distribution);
      return distribution;
    } catch (cause) {
      const found = cause instanceof SyntaxError ? 'the distribution is no JSON' : (cause as Error).message;
      return refuse(found.replace(/\.$/, ''), 'a distribution of Optuna, with bounds that it takes', cause);
    }
  }

  /** @param of the number of the trial, or below 0 of the study */
  #attribute(
    line: JournalLine,
    owner: 'user' | 'system',
    of: number,
  ): { readonly key: string; readonly value: AttributeValue } {
    const table = `${owner}_attr`;
    const { size } = line.object(table);
    if (size !== 1) return line.refuse(`${size} attributes`, 'one');
    let last: readonly [key: string, value: unknown, json: Uint8Array | undefined] = ['', null, undefined];
    for (const field of line.objectWithJson(table)) last = field;
    const [key, value, json] = last;
    const isNext = this.#attributed.see(`${owner} ${of}`);
    const name = this.#nameCost(key);
    this.#charge(isNext && name === 0 ? COST.nextAttribute : COST.attribute + name);
    return { key, value: this.#stored(value, json, line.refuse) };
  }

  #attributes(line: JournalLine, name: string): Readonly<Record<string, AttributeValue>> {
    let attributes: Record<string, AttributeValue> | undefined;
    for (const [key, value, json] of line.objectWithJson(name)) {
      if (!attributes) this.#charge(VALUE_COST.object);
      // Its names may be any.
      attributes ??= Object.create(null) as Record<string, AttributeValue>;
      this.#charge(VALUE_COST.field + this.#nameCost(key));
      attributes[key] = this.#stored(value, json, line.refuse);
    }
    return attributes ?? NONE;
  }

  /** Names are kept once. */
  #nameCost(name: string): number {
    return name.length <= LONGEST_NAME && this.#names.see(name) ? 0 : textCost(name);
  }

  #stored(value: unknown, json: Uint8Array | undefined, refuse: Refuse): AttributeValue {
    try {
      return storeValue(value, json, (bytes) => this.#charge(bytes));
    } catch (cause) {
      if (cause instanceof TypeError) return refuse('it is no JSON', 'one JSON object in UTF-8', cause);
      throw cause;
    }
  }

  #charge(bytes: number): void {
    this.#budget.charge(bytes, 'what its lines say');
  }
}

const NONE: Readonly<Record<string, AttributeValue>> = /* @__PURE__ */ Object.freeze({});

function directionsOf(line: JournalLine): readonly Direction[] {
  const numbers = line.optionalNumbers('directions') ?? [];
  const directions = numbers.map((number) => DIRECTIONS[number]);
  if (directions.length === 0 || directions.some((direction) => direction === undefined)) {
    return line.refuse('the directions are others', 'a list of 1, minimize, and 2, maximize');
  }
  return directions as readonly Direction[];
}

function stateOf(line: JournalLine): TrialState {
  const number = line.integer('state');
  return STATES[number] ?? line.refuse(`the state is ${number}`, `one of 0 to ${STATES.length - 1}`);
}

/** The number that stands for a value: of a choice its index. */
function internalOf(value: number, distribution: Distribution, refuse: Refuse): number {
  if (distribution.kind === 'categorical') {
    const index = value;
    if (Number.isInteger(index) && index >= 0 && index < distribution.choices.length) return index;
    return refuse(`choice ${value}`, `the index of one of ${distribution.choices.length} choices`);
  }
  if (Number.isFinite(value)) return distribution.kind === 'int' ? Math.trunc(value) : value;
  return refuse(`the parameter is ${value}`, 'a finite number');
}
