/** remoteMonitor: what arrives at a server, and that no server only makes a warning. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { remoteMonitor, type RemoteMonitorOptions } from '../../../src/callbacks/remote-monitor.ts';
import { captured, run, series } from './fake-model.ts';

interface Request {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly type: string | undefined;
  readonly token: string | string[] | undefined;
  readonly body: string;
}

/** A server on a free port that keeps what it gets and answers with `status`. */
const listen = async (status: number): Promise<{ server: Server; root: string; requests: Request[] }> => {
  const requests: Request[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => void (body += String(chunk)));
    request.on('end', () => {
      const { method, url, headers } = request;
      requests.push({ method, url, type: headers['content-type'], token: headers['x-token'], body });
      response.statusCode = status;
      response.end('answer');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, root: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
};
const close = (server: Server): Promise<unknown> => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
};

const send = async (
  options: RemoteMonitorOptions,
  status = 200,
): Promise<{ requests: Request[]; warnings: string[] }> => {
  const { server, root, requests } = await listen(status);
  const { warnings } = await captured(() => run([remoteMonitor({ root, ...options })], series('loss', 0.5, 0.25)));
  await close(server);
  return { requests, warnings };
};

t.test('a form with one field that holds epoch and logs as JSON, after every epoch', async (t) => {
  const { requests, warnings } = await send({});
  t.same(requests.map(({ method, url, type }) => [method, url, type]), [
    ['POST', '/publish/epoch/end/', 'application/x-www-form-urlencoded'],
    ['POST', '/publish/epoch/end/', 'application/x-www-form-urlencoded'],
  ]); // prettier-ignore
  t.same(
    requests.map(({ body }) => [...new URLSearchParams(body)]),
    [[['data', '{"epoch":0,"loss":0.5}']], [['data', '{"epoch":1,"loss":0.25}']]],
  );
  t.same(warnings, []);
});

t.test('path, field and headers are the user’s', async (t) => {
  const { requests } = await send({ path: '/here', field: 'logs', headers: { 'x-token': 'abc' } });
  t.match(requests[0], { url: '/here', token: 'abc', body: /^logs=/ });
});

t.test('sendAsJson sends the JSON itself', async (t) => {
  const { requests } = await send({ sendAsJson: true });
  t.match(requests[0], { type: 'application/json', body: '{"epoch":0,"loss":0.5}' });
});

t.test('an answer of an error is no failure', async (t) => {
  const { requests, warnings } = await send({}, 500);
  t.equal(requests.length, 2);
  t.same(warnings, []);
});

t.test('a server that cannot be reached is a warning each time, and training goes on', async (t) => {
  const { server, root } = await listen(200);
  await close(server);
  let epochs = 0;
  const { warnings } = await captured(async () => {
    ({ epochsRun: epochs } = await run([remoteMonitor({ root })], series('loss', 0.5, 0.25)));
  });
  t.equal(epochs, 2);
  t.equal(warnings.length, 2);
  t.match(warnings[0], /remoteMonitor: could not reach the server at http:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED/);
});

t.test('refuses wrong options', (t) => {
  const refuse = (options: unknown, message: RegExp): void =>
    void t.throws(() => remoteMonitor(options as never), { name: 'ArgumentError', message });
  refuse({ root: 9000 }, /root is 9000\. Give a string/);
  refuse({ headers: 'x' }, /headers is 'x'\. Give an object of strings/);
  refuse({ sendAsJson: 1 }, /sendAsJson is 1\. Give true or false/);
  refuse(null, /the options are null/);
  t.end();
});
