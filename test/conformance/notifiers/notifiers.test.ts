import { expect, it } from 'vitest';
import { notifiers } from '../../../shared/notifiers/notifiers.ts';
import { emailHarness } from './email.ts';
import { mqttHarness } from './mqtt.ts';
import { ntfyHarness } from './ntfy.ts';
import { chatHarnesses } from './posted.ts';
import { describeNotifier } from './suite.ts';
import { webhookHarness } from './webhook.ts';

const harnesses = [webhookHarness, emailHarness, mqttHarness, ntfyHarness, ...chatHarnesses];

it('every registered kind of notifier is tested', () => {
  expect(harnesses.map(({ kind }) => kind).sort(), 'add a harness to test/conformance/notifiers').toEqual(
    notifiers.map(({ kind }) => kind).sort(),
  );
});

for (const harness of harnesses) describeNotifier(harness);
