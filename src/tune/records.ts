/**
 * What happens to a study, as records that are only ever appended: Optuna's journal (formats.md, section 8). Numbers of
 * studies and trials are not stored: they count the records that make one, over the whole journal.
 */
import type { Distribution } from './distribution.ts';
import type { StoredJson } from './stored-json.ts';
import type { TrialState } from './trial-record.ts';

/** What JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** The value of an attribute; what is read may come as its JSON, with the value as `value`. */
export type AttributeValue = JsonValue | StoredJson;

/** `minimize` or `maximize`, as in Keras's and Optuna's words. */
export type Direction = 'minimize' | 'maximize';

/** A finished trial that is added whole. */
export interface FinishedTrial {
  readonly values: readonly number[] | undefined;
  readonly params: ReadonlyMap<string, { readonly internal: number; readonly distribution: Distribution }>;
  readonly intermediateValues: ReadonlyMap<number, number>;
}

export type StudyRecord =
  | { readonly kind: 'createStudy'; readonly name: string; readonly directions: readonly Direction[] }
  | { readonly kind: 'deleteStudy'; readonly study: number }
  | {
      readonly kind: 'studyAttribute';
      readonly study: number;
      readonly owner: 'user' | 'system';
      readonly key: string;
      readonly value: AttributeValue;
    }
  | {
      readonly kind: 'createTrial';
      readonly study: number;
      /** When it began; of a waiting one nothing. */
      readonly time?: number;
      /** Default: running. */
      readonly state?: TrialState;
      readonly endTime?: number;
      readonly finished?: FinishedTrial;
      readonly userAttributes?: Readonly<Record<string, AttributeValue>>;
      readonly systemAttributes?: Readonly<Record<string, AttributeValue>>;
    }
  | {
      readonly kind: 'param';
      readonly trial: number;
      readonly name: string;
      readonly internal: number;
      readonly distribution: Distribution;
    }
  | {
      readonly kind: 'state';
      readonly trial: number;
      readonly state: TrialState;
      readonly values: readonly number[] | undefined;
      readonly time: number;
    }
  | { readonly kind: 'intermediate'; readonly trial: number; readonly step: number; readonly value: number }
  | {
      readonly kind: 'trialAttribute';
      readonly trial: number;
      readonly owner: 'user' | 'system';
      readonly key: string;
      readonly value: AttributeValue;
    };

/** Where the records of studies are. `trial` in records is the number over all studies of the journal. */
export interface Journal {
  /** What it is called in messages: a path, or 'memory'. */
  readonly name: string;
  /** Who appends through this object, unlike any other in any process. */
  readonly writer: string;
  /** What others appended since the last `read` or `append`, in order: some of it, and nothing only when that was all. */
  read(): Promise<readonly StudyRecord[]>;
  /**
   * Takes the journal for itself, shows what others appended meanwhile, and appends what the answer is: all of it is
   * safe when the promise is fulfilled, none of it when it is rejected. `read` never returns one's own records.
   */
  append(decide: (news: readonly StudyRecord[]) => readonly StudyRecord[]): Promise<void>;
  /** Whether another writer, named in a trial's attributes, is known to be gone. */
  isGone(writer: string): Promise<boolean>;
  /** Ends the use of files. */
  close(): Promise<void>;
}
