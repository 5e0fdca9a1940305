import { createHmac } from 'node:crypto';
import type { Clock } from '../../runtime/clock.ts';
import { post } from '../http-post.ts';
import { cloudEventOf } from '../message.ts';
import type { Notification, Notifier, NotifierDeps } from '../notifier.ts';
import type { WebhookConfig } from './config.ts';

/** POSTs the CloudEvent. A 2xx answer confirms it; cloud/docs/webhooks.md describes headers and signature. */
export function createWebhook(
  config: WebhookConfig,
  deps: Pick<NotifierDeps, 'clock' | 'publicUrl'>,
): Notifier {
  return {
    name: config.name,
    async notify(notification, signal) {
      const body = cloudEventOf(notification, deps.publicUrl);
      const headers = headersOf(config, notification, body, deps.clock);
      const { name, url } = config;
      await post({ receiver: `webhook '${name}'`, url, headers, body }, signal, deps.clock);
    },
    stop: () => Promise.resolve(),
  };
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

/** Returns `t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "<t>.<body>">`. */
function signatureOf(secret: string, timeS: number, body: string): string {
  return `t=${timeS},v1=${createHmac('sha256', secret).update(`${timeS}.${body}`).digest('hex')}`;
}
