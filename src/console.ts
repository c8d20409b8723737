/** Where text for people goes: the process's standard output where there is one, else the console, whole lines only. */

/** A place for text. */
export interface TextOutput {
  write(text: string): void;
  /** Whether a line can be drawn again. */
  readonly isTerminal: boolean;
  /** Cells in a row of the terminal, now. */
  columns(): number | undefined;
}

interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** The process's standard output, or the console in a browser. */
export function standardOutput(): TextOutput {
  const stream = (globalThis as { process?: { stdout?: OutputStream } }).process?.stdout;
  if (typeof stream?.write === 'function') {
    return {
      write: (text) => void stream.write(text),
      isTerminal: stream.isTTY === true,
      columns: () => stream.columns,
    };
  }
  let pending = '';
  const write = (text: string): void => {
    const lines = (pending + text).split('\n');
    pending = lines.pop() ?? '';
    // oxlint-disable-next-line no-console -- the only output there is
    for (const line of lines) console.log(line);
  };
  return { write, isTerminal: false, columns: () => undefined };
}

/** Writes one line of a callback to the standard output; a progress bar that is under way goes on below it. */
export function printLine(line: string): void {
  const output = standardOutput();
  output.write(`${output.isTerminal ? '\r\x1b[K' : ''}${line}\n`);
}

/** Tells the user about something that is probably a mistake. */
export function warn(message: string): void {
  // oxlint-disable-next-line no-console -- a warning that nothing else could carry
  console.warn(message);
}
