import { createHmac } from 'node:crypto';
import type { Clock } from '../../runtime/clock.ts';
import { HarbingerError, messageOf } from '../../runtime/errors.ts';
import { cloudEventOf } from '../message.ts';
import type { Notification, Notifier } from '../notifier.ts';
import { RetryAfterError, retryAfterMs } from '../retry-after.ts';
import type { WebhookConfig } from './config.ts';

/** How much of the answer's body is read, to quote it in an error. */
const answerBytesMax = 512;

/** Refusals that may pass: timeout, too early, too many requests. Every other 4xx is final. */
const passing4xx = [408, 425, 429];

/** POSTs the CloudEvent. A 2xx answer confirms it; docs/webhooks.md describes headers and signature. */
export function createWebhook(config: WebhookConfig, deps: { clock: Clock }): Notifier {
  return {
    name: config.name,
    async notify(notification, signal) {
      const body = cloudEventOf(notification);
      const answer = await post(config, headersOf(config, notification, body, deps.clock), body, signal);
      const said = await beginningOf(answer);
      if (answer.ok) return;
      throw refusal(config, answer, said, deps.clock.nowMs());
    },
    stop: () => Promise.resolve(),
  };
}

async function post(
  config: WebhookConfig,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<Response> {
  try {
    return await fetch(config.url, { method: 'POST', headers, body, signal, redirect: 'manual' });
  } catch (error) {
    const cause =
      error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
    throw new HarbingerError('NOTIFY_FAILED', 'alerts', `webhook '${config.name}': ${cause}`, {
      retry: true,
      cause: error,
    });
  }
}

function headersOf(
  config: WebhookConfig,
  notification: Notification,
  body: string,
  clock: Clock,
): Record<string, string> {
  const headers: Record<string, string> = {
    ...config.headers,
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'idempotency-key': notification.key,
  };
  if (config.secret !== undefined) {
    headers['harbinger-signature'] = signatureOf(config.secret, Math.floor(clock.nowMs() / 1_000), body);
  }
  return headers;
}

/** `t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "<t>.<body>">`. */
function signatureOf(secret: string, timeS: number, body: string): string {
  return `t=${timeS},v1=${createHmac('sha256', secret).update(`${timeS}.${body}`).digest('hex')}`;
}

async function beginningOf(answer: Response): Promise<string> {
  const reader = answer.body?.getReader();
  if (!reader) return '';
  try {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    while (bytes < answerBytesMax) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      bytes += value.length;
    }
    return Buffer.concat(parts).subarray(0, answerBytesMax).toString('utf8').trim();
  } catch {
    return '';
  } finally {
    reader.cancel().catch(() => {});
  }
}

function refusal(config: WebhookConfig, answer: Response, said: string, nowMs: number): HarbingerError {
  const message = `webhook '${config.name}' answered ${answer.status}${said === '' ? '' : `: ${said}`}`;
  if (answer.status >= 300 && answer.status < 400) {
    return new HarbingerError(
      'NOTIFY_REFUSED',
      'alerts',
      `${message} (redirects are not followed: correct its url)`,
    );
  }
  if (answer.status >= 400 && answer.status < 500 && !passing4xx.includes(answer.status)) {
    return new HarbingerError('NOTIFY_REFUSED', 'alerts', message);
  }
  return new RetryAfterError(message, retryAfterMs(answer.headers.get('retry-after'), nowMs));
}
