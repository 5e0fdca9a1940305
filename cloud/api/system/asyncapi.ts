/** The messages that this cloud sends by itself, to webhooks, MQTT receivers and open pages, as AsyncAPI 3.0. */
import { type TSchema, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { alertEventChange, type EventType, eventSchemas } from '../../../shared/contract/events.ts';
import { DigestEvent } from '../../../shared/notifiers/digest.ts';
import { streamEvents } from '../machines/stream.ts';

/** Attributes that a notification has beside those of its event. */
const told = {
  alertchange: Type.Union(
    ['opened', 'updated', 'resolved', 'digest'].map((name) => Type.Literal(name)),
    { description: 'what the event did to the alert' },
  ),
  idempotencykey: Type.String({ description: 'the same when a notification is sent again' }),
  headline: Type.String({ description: 'one line for people' }),
  text: Type.String({ description: 'the words for people, as mails have them' }),
  pageurl: Type.Optional(
    Type.String({ description: 'the page about it; absent if its address is not known' }),
  ),
};

interface Message {
  name: string;
  contentType: string;
  payload: TSchema;
}

const notices: Message[] = [
  ...Object.entries(eventSchemas).filter(([type]) => alertEventChange({ type: type as EventType }) !== null),
  ['io.harbinger.alerts.digest.v1', DigestEvent] as const,
].map(([name, event]) => ({
  name,
  contentType: 'application/cloudevents+json',
  payload: Type.Intersect([event, Type.Object(told)]),
}));
const streamed: Message[] = Object.entries(streamEvents).map(([name, payload]) => ({
  name,
  contentType: 'application/json',
  payload,
}));

export function asyncApi(): object {
  const ofStream = streamed.map(keyOf);
  const ofNotices = notices.map(keyOf);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Harbinger',
      version: '1',
      description:
        'Messages that the cloud sends by itself. Receivers are configured under [[alerts.webhook]] and [[alerts.mqtt]]; the stream of the page is read at /api/stream.',
    },
    defaultContentType: 'application/json',
    channels: {
      webhook: {
        address: null,
        description:
          'The `url` of a webhook: one POST for each change of an alert, a CloudEvent 1.0 in structured JSON, with the headers Idempotency-Key and, if a secret is set, Harbinger-Signature.',
        messages: Object.fromEntries(ofNotices.map((key) => [key, reference(`components/messages/${key}`)])),
      },
      mqtt: {
        address: null,
        description: 'The `topic` of an MQTT receiver: the same messages.',
        messages: Object.fromEntries(ofNotices.map((key) => [key, reference(`components/messages/${key}`)])),
      },
      stream: {
        address: '/api/stream',
        description:
          'Server-sent events: `snapshot` first and after falling behind, then `change` at most twice a second, `tick` every 15 s.',
        messages: Object.fromEntries(ofStream.map((key) => [key, reference(`components/messages/${key}`)])),
      },
    },
    operations: Object.fromEntries(
      ['webhook', 'mqtt', 'stream'].map((channel) => [
        `send${channel.charAt(0).toUpperCase()}${channel.slice(1)}`,
        { action: 'send', channel: reference(`channels/${channel}`) },
      ]),
    ),
    components: {
      messages: Object.fromEntries([...notices, ...streamed].map((message) => [keyOf(message), message])),
    },
  };
}

export function asyncApiRoute(app: FastifyInstance): void {
  const document = asyncApi();
  app.get('/api/asyncapi.json', { schema: { hide: true } }, () => document);
}

const keyOf = ({ name }: Message): string => name.replaceAll('.', '-');
const reference = (path: string) => ({ $ref: `#/${path}` });
