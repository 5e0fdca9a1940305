import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../runtime/manual-clock.ts';
import { compileValidator } from '../../runtime/validate.ts';
import { notificationOf, predictionEvent } from '../prediction.testing.ts';
import { WebhookConfig } from './config.ts';
import { createWebhook } from './webhook.ts';

let server: Server;
let url: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const requests: { headers: IncomingMessage['headers']; body: string }[] = [];
const clock = manualClock();
const notification = notificationOf(predictionEvent('opened', 1));

beforeEach(async () => {
  requests.length = 0;
  server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    requests.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function webhook(options: Partial<WebhookConfig> = {}) {
  const config = compileValidator(WebhookConfig)(
    { name: 'test', url, ...options },
    (problem) => new Error(problem),
  );
  return createWebhook(config, { clock });
}
const notify = (options?: Partial<WebhookConfig>, signal = new AbortController().signal) =>
  webhook(options).notify(notification, signal);
const answering = (status: number, headers: Record<string, string> = {}, body = '') => {
  answer = (_, response) => response.writeHead(status, headers).end(body);
};

describe('a webhook', () => {
  it('receives the CloudEvent with its idempotency key and a signature it can verify', async () => {
    answering(204);
    const secret = 'sixteen or more characters';
    await notify({ secret, headers: { Authorization: 'Bearer x' } });
    const [{ headers, body }] = requests as [(typeof requests)[number]];
    expect(headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'idempotency-key': 'p-1/opened/prediction-opened-1/test',
      authorization: 'Bearer x',
    });
    expect(JSON.parse(body)).toEqual({
      ...notification.event,
      alertchange: 'opened',
      headline: 'Warning: bearing wear on leeds/pump-1',
      text: expect.stringContaining('What to do:      Plan its maintenance'),
      idempotencykey: notification.key,
    });
    const [, time = '', signature] =
      /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['harbinger-signature'])) ?? [];
    expect(Number(time)).toBe(Math.floor(clock.nowMs() / 1_000));
    expect(signature).toBe(createHmac('sha256', secret).update(`${time}.${body}`).digest('hex'));
  });

  it('resends with the same key and body', async () => {
    answering(500);
    await expect(notify()).rejects.toThrow();
    answering(200);
    await notify();
    expect(requests[1]?.body).toBe(requests[0]?.body);
    expect(requests[1]?.headers['idempotency-key']).toBe(requests[0]?.headers['idempotency-key']);
  });

  it.each([
    [400, false],
    [404, false],
    [410, false],
    [408, true],
    [425, true],
    [429, true],
    [500, true],
    [503, true],
  ])('that answers %i is retried: %s', async (status, retry) => {
    answering(status, {}, 'because');
    await expect(notify()).rejects.toMatchObject({
      retry,
      message: `webhook 'test' answered ${status}: because`,
    });
  });

  it('says when to retry', async () => {
    answering(429, { 'retry-after': '120' });
    await expect(notify()).rejects.toMatchObject({ retryAfterMs: 120_000 });
    answering(503, { 'retry-after': new Date(clock.nowMs() + 60_000).toUTCString() });
    await expect(notify()).rejects.toMatchObject({ retryAfterMs: 60_000 });
    answering(503, { 'retry-after': '999999' });
    await expect(notify()).rejects.toMatchObject({ retryAfterMs: 3_600_000 });
  });

  it('that redirects is not followed', async () => {
    answering(307, { location: 'http://127.0.0.1:1/elsewhere' });
    await expect(notify()).rejects.toMatchObject({
      retry: false,
      message: expect.stringContaining('redirects'),
    });
    expect(requests).toHaveLength(1);
  });

  it('whose answer never ends is read only up to a limit', async () => {
    answer = (_, response) => {
      response.writeHead(500);
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(1_000)));
      };
      response.on('drain', more);
      more();
    };
    await expect(notify()).rejects.toMatchObject({ message: expect.stringMatching(/^.{500,600}$/) });
  });

  it('that does not answer, or does not exist, is retried', async () => {
    answer = () => {};
    await expect(notify({}, AbortSignal.timeout(50))).rejects.toMatchObject({ retry: true });
    await expect(notify({ url: 'http://127.0.0.1:1/' })).rejects.toMatchObject({
      retry: true,
      code: 'NOTIFY_FAILED',
    });
  });
});
