import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Recorder, startRecorder } from '../../../test/conformance/http-recorder.ts';
import { manualClock } from '../../runtime/manual-clock.ts';
import { compileValidator } from '../../runtime/validate.ts';
import { notificationOf, predictionEvent } from '../prediction.testing.ts';
import { NtfyConfig } from './config.ts';
import { createNtfy } from './ntfy.ts';

let server: Recorder;
beforeEach(async () => {
  server = await startRecorder();
});
afterEach(() => server.stop());

const validate = compileValidator(NtfyConfig);
const never = new AbortController().signal;

async function sent(notification: ReturnType<typeof notificationOf>, options: Partial<NtfyConfig> = {}) {
  const config = validate(
    { name: 'phones', url: server.url, topic: 'plant-7', ...options },
    (problem) => new Error(problem),
  );
  await createNtfy(config, { clock: manualClock() }).notify(notification, never);
  const { method, url, headers, body } = server.requests.at(-1)!;
  return { method, url, headers, message: JSON.parse(body.toString()) };
}

describe('ntfy', () => {
  it('publishes JSON to the server’s root: title, text, priority, tag, link and topic', async () => {
    const link = 'https://harbinger.example';
    const { method, url, headers, message } = await sent(notificationOf(predictionEvent('opened', 1)), {
      link,
    });
    expect({ method, url }).toEqual({ method: 'POST', url: '/' });
    expect(headers.authorization).toBeUndefined();
    expect(message).toMatchObject({
      topic: 'plant-7',
      title: 'Warning: bearing wear on leeds/pump-1',
      priority: 4,
      tags: ['warning'],
      click: `${link}/#/machines/leeds/pump-1?gateway=north`,
    });
    expect(message.message).toMatch(/^Machine: .*pump-1/);
    expect(message.message).toContain('Vibration has doubled within 40 cycles.');
  });

  it('has a higher priority if critical and a silent one if resolved, in one sequence', async () => {
    const opened = await sent(notificationOf(predictionEvent('opened', 1, { severity: 'critical' })));
    const resolved = await sent(notificationOf(predictionEvent('resolved', 9), 'resolved'));
    expect([opened.message.priority, resolved.message.priority]).toEqual([5, 2]);
    expect(resolved.message.title).toBe('Resolved: bearing wear on leeds/pump-1');
    expect(opened.message.sequence_id).toMatch(/^[-_A-Za-z0-9]{1,64}$/);
    expect(resolved.message.sequence_id).toBe(opened.message.sequence_id);
  });

  it('sends its token in the header, never in the text', async () => {
    const { headers, message } = await sent(notificationOf(predictionEvent('opened', 1)), {
      token: 'tk_secret',
    });
    expect(headers.authorization).toBe('Bearer tk_secret');
    expect(JSON.stringify(message)).not.toContain('tk_secret');
  });

  it('truncates a text too long for ntfy, between characters', async () => {
    const reasons = ['ü'.repeat(5_000)];
    const { message } = await sent(notificationOf(predictionEvent('opened', 1, { reasons })));
    expect(Buffer.byteLength(message.message)).toBeLessThanOrEqual(4_096);
    expect(message.message.endsWith('ü…')).toBe(true);
  });

  it.each(['a/b', 'a b', ''])('refuses the topic "%s" in its configuration', (topic) => {
    const check = () => validate({ name: 'phones', topic }, (problem) => new Error(problem));
    expect(check).toThrow(/topic/);
  });
});
