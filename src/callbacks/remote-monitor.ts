/** Sends the logs of every epoch to a server. */
import { ArgumentError, describeValue } from '../errors.ts';
import { warn } from '../console.ts';
import type { CallbackHooks, Logs } from '../training/callback.ts';

export interface RemoteMonitorOptions {
  /** The server. Default `'http://localhost:9000'`. */
  readonly root?: string;
  /** What follows the server's name. Default `'/publish/epoch/end/'`. */
  readonly path?: string;
  /** The field of the form that holds the logs as JSON; not used with `sendAsJson`. Default `'data'`. */
  readonly field?: string;
  /** Further headers. Default none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sends JSON itself instead of a form. Default false. */
  readonly sendAsJson?: boolean;
}

/** @internal Use `remoteMonitor()`. */
export class RemoteMonitor implements CallbackHooks {
  readonly #root: string;
  readonly #url: string;
  readonly #field: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #asJson: boolean;

  constructor(options: RemoteMonitorOptions = {}) {
    const { root = 'http://localhost:9000', path = '/publish/epoch/end/', field = 'data' } = options ?? {};
    const { headers = {}, sendAsJson = false } = options ?? {};
    check('the options', options, typeof options === 'object' && options !== null, 'an object');
    for (const [name, value] of Object.entries({ root, path, field }))
      check(name, value, typeof value === 'string', 'a string');
    check('headers', headers, typeof headers === 'object' && headers !== null, 'an object of strings');
    check('sendAsJson', sendAsJson, typeof sendAsJson === 'boolean', 'true or false');
    this.#root = root;
    this.#url = root + path;
    this.#field = field;
    this.#headers = headers;
    this.#asJson = sendAsJson;
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const text = JSON.stringify({ epoch, ...logs });
    const type = this.#asJson ? 'application/json' : 'application/x-www-form-urlencoded';
    const body = this.#asJson ? text : new URLSearchParams([[this.#field, text]]).toString();
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': type, ...this.#headers },
        body,
      });
      // What the server answers does not matter, and unread it would keep the connection.
      await response.body?.cancel();
    } catch (cause) {
      warn(`remoteMonitor: could not reach the server at ${this.#root}: ${reasonOf(cause)}. Training goes on.`);
    }
  }
}

function check(name: string, value: unknown, passes: boolean, rule: string): void {
  if (passes) return;
  throw new ArgumentError(
    `remoteMonitor: ${name === 'the options' ? 'the options are' : `${name} is`} ${describeValue(value)}. Give ${rule}.`,
    { where: 'remoteMonitor', got: value },
  );
}

// fetch itself only says that it failed; why stands below.
function reasonOf(error: unknown): string {
  const { message, cause } = error as { readonly message?: unknown; readonly cause?: unknown };
  const inner = (cause as { readonly message?: unknown; readonly code?: unknown } | undefined) ?? {};
  return String(inner.message || inner.code || message);
}

/**
 * Posts `{ epoch, ...logs }` after every epoch: as JSON, or as a form with one field that holds the JSON (as Keras's
 * RemoteMonitor). `fit` waits for the answer, whatever its status. A server that cannot be reached is a warning.
 * @param options root `'http://localhost:9000'`, path `'/publish/epoch/end/'`, field `'data'`, headers none, sendAsJson false
 * @throws ArgumentError for a wrong option
 * @example
 * await net.fit(xs, ys, { epochs: 10, callbacks: [remoteMonitor({ root: 'http://localhost:9000', sendAsJson: true })] });
 */
export function remoteMonitor(options?: RemoteMonitorOptions): RemoteMonitor {
  return new RemoteMonitor(options);
}
