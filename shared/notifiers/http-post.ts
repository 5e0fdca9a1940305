/** Sends one POST to a receiver, and converts the answer to the errors that the queue expects. */
import type { Clock } from '../runtime/clock.ts';
import { HarbingerError, messageOf } from '../runtime/errors.ts';
import type { Notification, Notifier, NotifierDeps } from './notifier.ts';
import { RetryAfterError, retryAfterMs } from './retry-after.ts';

/** Bytes of the answer's body that are read, to quote it in an error. */
const answerBytesMax = 512;

/** Refusals that are temporary: timeout, too early, too many requests. Every other 4xx is final. */
const passing4xx = [408, 425, 429];

export interface PostRequest {
  /** Name of the receiver in error messages, e.g. `webhook 'maintenance'`. */
  receiver: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

/**
 * Resolves on a 2xx answer. Redirects are not followed: they would send the content to a receiver that is not
 * configured. @throws HarbingerError NOTIFY_REFUSED (3xx, final 4xx), NOTIFY_FAILED (no answer); RetryAfterError
 */
export async function post(request: PostRequest, signal: AbortSignal, clock: Clock): Promise<void> {
  const answer = await send(request, signal);
  const said = await beginningOf(answer);
  if (!answer.ok) throw refusal(request.receiver, answer, said, clock.nowMs());
}

async function send({ receiver, url, headers, body }: PostRequest, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
  } catch (error) {
    const cause =
      error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
    throw new HarbingerError('NOTIFY_FAILED', 'alerts', `${receiver}: ${cause}`, {
      retry: true,
      cause: error,
    });
  }
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

function refusal(receiver: string, answer: Response, said: string, nowMs: number): HarbingerError {
  const message = `${receiver} answered ${answer.status}${said === '' ? '' : `: ${said}`}`;
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

/** A receiver that takes a JSON message for each notification. */
export interface JsonReceiver {
  /** For error messages: `slack 'day-shift'`. */
  kind: string;
  name: string;
  url: string;
  headers?: Record<string, string>;
  /** The address of the page that is set for this receiver. */
  link?: string | undefined;
  /** @param page the address of the page, if it is known */
  messageOf(notification: Notification, page: string | undefined): unknown;
}

/** A notifier that posts JSON. The key of a notification goes along, for receivers that know such keys. */
export function postedJson(
  { kind, name, url, headers = {}, link, messageOf }: JsonReceiver,
  { clock, publicUrl }: Pick<NotifierDeps, 'clock' | 'publicUrl'>,
): Notifier {
  return {
    name,
    async notify(notification, signal) {
      const body = JSON.stringify(messageOf(notification, link ?? publicUrl));
      const all = { 'content-type': 'application/json', 'idempotency-key': notification.key, ...headers };
      await post({ receiver: `${kind} '${name}'`, url, headers: all, body }, signal, clock);
    },
    stop: () => Promise.resolve(),
  };
}
