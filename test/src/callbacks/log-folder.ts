/** A folder in memory that a callback's sink writes, by tensorBoard's rule: event files grow, others are replaced. */
import type { FileSink } from '../../../src/io/sink.ts';
import { decodeEvents, type DecodedEvent, type DecodedValue } from '../io/tensorboard/decode.ts';

export interface LogFolder {
  readonly sink: FileSink;
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The events in the files of a folder, oldest file first. */
  readonly events: (folder: string) => DecodedEvent[];
  /** Steps and numbers of a scalar. */
  readonly scalar: (folder: string, tag: string) => (readonly [step: number, value: number | undefined])[];
  /** Steps and values of a tag. */
  readonly values: (folder: string, tag: string) => (readonly [step: number, value: DecodedValue])[];
  /** All tags of a run, sorted. */
  readonly tags: (folder: string) => string[];
  readonly text: (name: string) => string;
}

export const logFolder = (): LogFolder => {
  const files = new Map<string, Uint8Array>();
  const events = (folder: string): DecodedEvent[] =>
    [...files].filter(([name]) => name.startsWith(`${folder}/events`)).flatMap(([, bytes]) => decodeEvents(bytes));
  const values = (folder: string, tag: string): (readonly [number, DecodedValue])[] =>
    events(folder).flatMap(({ step, values: all }) =>
      all.filter((one) => one.tag === tag).map((one) => [step, one] as const),
    );
  return {
    files,
    sink: async (name, bytes) => {
      await new Promise((resolve) => setImmediate(resolve));
      const before = name.includes('tfevents') ? (files.get(name) ?? new Uint8Array()) : new Uint8Array();
      files.set(name, Buffer.concat([before, bytes]));
    },
    events,
    values,
    scalar: (folder, tag) => values(folder, tag).map(([step, { numbers }]) => [step, numbers[0]]),
    tags: (folder) => [...new Set(events(folder).flatMap(({ values: all }) => all.map(({ tag }) => tag)))].sort(),
    text: (name) => new TextDecoder().decode(files.get(name)),
  };
};
