/** The documents of both directions: what is sent is as AsyncAPI says, and each operation of OpenAPI has a name of its own. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, expect, it } from 'vitest';
import { conditionEvent } from '../../../shared/notifiers/condition.testing.ts';
import { cloudEventOf } from '../../../shared/notifiers/message.ts';
import { notificationOf, predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import { get, startApi, stopAll } from '../running-api.testing.ts';

afterAll(stopAll);

interface Described {
  asyncapi: string;
  channels: Record<string, { messages: Record<string, { $ref: string }> }>;
  operations: Record<string, { channel: { $ref: string } }>;
  components: { messages: Record<string, { name: string; payload: object }> };
}

it('AsyncAPI describes what receivers get, and names nothing that is missing', async () => {
  const { base } = await startApi();
  const document = (await get(`${base}/api/asyncapi.json`)).body as unknown as Described;
  expect(document.asyncapi).toBe('3.0.0');
  const { messages } = document.components;
  for (const channel of Object.values(document.channels))
    for (const { $ref } of Object.values(channel.messages))
      expect(messages).toHaveProperty([$ref.replace('#/components/messages/', '')]);
  for (const { channel } of Object.values(document.operations))
    expect(document.channels).toHaveProperty([channel.$ref.replace('#/channels/', '')]);
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const isValid = (type: string, value: unknown) =>
    ajv.validate(messages[type.replaceAll('.', '-')]!.payload, value);
  for (const event of [predictionEvent('opened', 1), conditionEvent('opened', 1)]) {
    const sent = JSON.parse(cloudEventOf(notificationOf(event), 'https://h.example')) as object;
    expect([event.type, isValid(event.type, sent), ajv.errors]).toEqual([event.type, true, null]);
    expect(isValid(event.type, { ...sent, headline: undefined, alertchange: 'lost' })).toBe(false);
  }
});

it('each operation of OpenAPI has an id of its own, and the document a server', async () => {
  const { base } = await startApi();
  const { body } = await get(`${base}/api/openapi.json`);
  const operations = Object.values(body.paths as Record<string, Record<string, { operationId?: string }>>);
  const ids = operations.flatMap((each) => Object.values(each).map(({ operationId }) => operationId));
  expect(ids.every((id) => /^[a-z][A-Za-z0-9]+$/.test(id ?? ''))).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toContain('postAlertsCloseMany');
  expect(body).toMatchObject({ servers: [{ url: '/' }] });
});
