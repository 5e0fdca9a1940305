import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Recorder, startRecorder } from '../../../test/conformance/http-recorder.ts';
import { manualClock } from '../../runtime/manual-clock.ts';
import { compileValidator } from '../../runtime/validate.ts';
import { notificationOf, predictionEvent } from '../prediction.testing.ts';
import { TeamsConfig } from './config.ts';
import { createTeams } from './teams.ts';

let server: Recorder;
beforeEach(async () => {
  server = await startRecorder();
});
afterEach(() => server.stop());

async function sent(notification: ReturnType<typeof notificationOf>) {
  const config = compileValidator(TeamsConfig)(
    { name: 'team', url: `${server.url}/workflows?sig=x` },
    (problem) => new Error(problem),
  );
  const deps = { clock: manualClock(), publicUrl: 'https://harbinger.example' };
  await createTeams(config, deps).notify(notification, new AbortController().signal);
  const { body } = server.requests.at(-1)!;
  const [card] = JSON.parse(body.toString()).attachments;
  return { bytes: body.length, contentType: card.contentType, ...card.content };
}

it('posts an Adaptive Card: headline in the colour of the severity, a block a line, a button to the machine', async () => {
  const card = await sent(notificationOf(predictionEvent('opened', 1, { severity: 'critical' })));
  expect(card).toMatchObject({
    contentType: 'application/vnd.microsoft.card.adaptive',
    type: 'AdaptiveCard',
    actions: [{ url: 'https://harbinger.example/#/machines/leeds/pump-1?gateway=north' }],
  });
  expect(card.body[0]).toMatchObject({ text: 'CRITICAL: bearing wear on leeds/pump-1', color: 'Attention' });
  const lines = card.body.map(({ text }: { text: string }) => text);
  expect(lines.some((line: string) => line.includes('Vibration has doubled'))).toBe(true);
  expect(lines.every((line: string) => line !== '')).toBe(true);
});

it('shows the signs of Markdown in what a device said, and stays below the limit of Teams', async () => {
  const reasons = ['[click](https://evil.example) *x*', ...Array.from({ length: 40 }, () => '*'.repeat(400))];
  const card = await sent(notificationOf(predictionEvent('opened', 1, { reasons })));
  const texts = card.body.map(({ text }: { text: string }) => text).join('\n');
  expect(texts).toContain('\\[click\\](https://evil.example) \\*x\\*');
  expect(card.bytes).toBeLessThan(28_000);
});
