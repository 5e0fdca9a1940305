import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Recorder, startRecorder } from '../../../test/conformance/http-recorder.ts';
import { manualClock } from '../../runtime/manual-clock.ts';
import { compileValidator } from '../../runtime/validate.ts';
import { notificationOf, predictionEvent } from '../prediction.testing.ts';
import { SlackConfig } from './config.ts';
import { createSlack } from './slack.ts';

let server: Recorder;
beforeEach(async () => {
  server = await startRecorder();
});
afterEach(() => server.stop());

async function sent(notification: ReturnType<typeof notificationOf>) {
  const config = compileValidator(SlackConfig)(
    { name: 'channel', url: `${server.url}/services/x`, link: 'https://harbinger.example' },
    (problem) => new Error(problem),
  );
  await createSlack(config, { clock: manualClock() }).notify(notification, new AbortController().signal);
  return JSON.parse(server.requests.at(-1)!.body.toString());
}

it('posts one attachment: headline, text, colour of the severity, link to the machine', async () => {
  const message = await sent(notificationOf(predictionEvent('opened', 1)));
  expect(message).toMatchObject({
    text: 'Warning: bearing wear on leeds/pump-1',
    attachments: [
      {
        title: message.text,
        title_link: 'https://harbinger.example/#/machines/leeds/pump-1?gateway=north',
        color: '#f9a825',
        text: expect.stringContaining('Vibration has doubled'),
      },
    ],
  });
  const over = await sent(notificationOf(predictionEvent('resolved', 2), 'resolved'));
  expect(over.attachments[0].color).toBe('#2e7d32');
});

it('lets no text of a device call the channel or leave its block', async () => {
  const reasons = ['<!channel> ``` <https://evil.example|click> & more'];
  const { attachments } = await sent(notificationOf(predictionEvent('opened', 1, { reasons })));
  const [{ text }] = attachments;
  expect(text).toContain('&lt;!channel&gt; ’’’ &lt;https://evil.example|click&gt; &amp; more');
  expect(text.slice(3, -3)).not.toContain('`');
});

it('cuts a text that is too long', async () => {
  const reasons = Array.from({ length: 40 }, () => 'ü'.repeat(400));
  const { attachments } = await sent(notificationOf(predictionEvent('opened', 1, { reasons })));
  expect(Buffer.byteLength(attachments[0].text)).toBeLessThanOrEqual(3_010);
});
